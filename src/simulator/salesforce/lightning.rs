//! Lightning: the home page and the Setup shell whose Classic page comes late, in a frame.

use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use minijinja::context;
use serde_json::{Value, json};

use super::super::hosts::{Origin, Site};
use super::Salesforce;
use super::session::{Visitor, redirect};
use super::settings::FrameSite;
use super::usage;

/// `/lightning/page/home`: where a login without a wish ends.
pub(super) async fn home(State(salesforce): State<Salesforce>, visitor: Visitor) -> Response {
    let session = match visitor.require_session() {
        Ok(session) => session,
        Err(way) => return *way,
    };
    let org = salesforce.org();
    let name = org.user(&session.user_id).map_or("", |user| &user.name);
    let setup = visitor.origin.url(Site::Setup);
    salesforce.pages.show("home.html", context! { name, setup })
}

/// Setup addresses on the Lightning host lead to the setup host.
pub(super) async fn to_setup(origin: Origin, uri: Uri) -> Response {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    redirect(&format!("{}{path}", origin.url(Site::Setup)))
}

/// Lightning addresses on My Domain lead to the hosts that have the pages.
pub(super) async fn to_its_host(origin: Origin, uri: Uri) -> Response {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let site = if path.starts_with("/lightning/setup/") { Site::Setup } else { Site::Lightning };
    redirect(&format!("{}{path}", origin.url(site)))
}

/// `/lightning/setup/ConnectedAppsUsage/home`.
pub(super) async fn usage_home(State(salesforce): State<Salesforce>, visitor: Visitor) -> Response {
    let session = match visitor.require_session() {
        Ok(session) => session,
        Err(way) => return *way,
    };
    let org = salesforce.org();
    let frame_site = match org.settings.frame_site {
        FrameSite::Cross => Site::MyDomain,
        FrameSite::Same => Site::Setup,
    };
    let frame = format!(
        "{}{}?setupid=ConnectedAppsUsage",
        visitor.origin.url(frame_site),
        usage::LIST_PATH
    );
    salesforce.pages.show(
        "setup.html",
        context! {
            frame,
            frame_delay_ms => org.settings.frame_delay_ms,
            name => org.user(&session.user_id).map_or("", |user| &user.name),
        },
    )
}

/// What Setup asks for in the background, for ever.
pub(super) async fn heartbeat() -> Json<Value> {
    Json(json!({ "actions": [] }))
}
