//! External client apps: which apps are such, what Connect REST tells of them, and where Setup shows
//! who uses them.

mod connect;
mod settings;
mod setup;

use axum::Router;
use axum::routing::{delete, get, post};

pub use settings::{ExternalClientSettings, RestAnswers, RevokeIn, UsagePage, UsageRows};

use super::Salesforce;
use super::org::{App, Org};

impl Org {
    /// Whether an app is an external client app: then the pages and objects of connected apps do
    /// not know it.
    pub(super) fn is_external(&self, app: &App) -> bool {
        let is_under_test = app.consumer_key == self.connected_app().consumer_key;
        app.external || (is_under_test && self.settings.external_client.under_test)
    }

    /// Whether the org lacks the external client app that a client key belongs to.
    pub(super) fn is_external_and_missing(&self, consumer_key: &str) -> bool {
        !self.settings.external_client.installed
            && self.app(consumer_key).is_some_and(|app| self.is_external(app))
    }
}

/// Connect REST's usage resources.
pub(super) fn rest() -> Router<Salesforce> {
    const USAGE: &str = "/services/data/{version}/apps/oauth/usage";
    Router::new()
        .route(USAGE, get(connect::apps))
        .route(&format!("{USAGE}/{{app}}/users"), get(connect::users))
        .route(&format!("{USAGE}/{{app}}/tokens"), delete(connect::end_all_of_app))
        .route(
            &format!("{USAGE}/{{app}}/{{user}}/tokens"),
            get(connect::tokens).delete(connect::end_all_of_user),
        )
        .route(&format!("{USAGE}/tokens/{{token}}"), delete(connect::end_one))
}

/// Setup's pages.
pub(super) fn setup() -> Router<Salesforce> {
    Router::new()
        .route("/lightning/setup/SetupOneHome/home", get(setup::home))
        .route("/lightning/setup/ManageExternalClientApplication/home", get(setup::manager))
        .route(setup::APPS_PATH, get(setup::apps))
        .route(setup::USERS_PATH, get(setup::users))
        .route(setup::REVOKE_PATH, post(setup::revoke))
        .route("/lightning/setup/{*page}", get(setup::no_such_page))
}
