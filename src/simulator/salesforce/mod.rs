//! The Salesforce half: one org with its users and connected apps, its login, Setup pages, OAuth
//! endpoints and REST API.
//!
//! Everything that changes is in one `org::Org` behind a mutex that is never held over an await.

mod another_org;
mod approval;
mod arrivals;
mod authorize;
mod challenge;
mod detours;
mod discovery;
mod doors;
mod external_client;
mod front_door;
mod grants;
mod identity;
mod interludes;
mod lightning;
mod login;
mod org;
mod passkeys;
mod policies;
mod population;
mod records;
mod rest;
mod session;
mod settings;
mod setup;
mod soql;
mod stale;
mod tables;
mod token;
mod usage;
mod verification;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use serde_json::Value;

pub use arrivals::ArrivesAs;
pub use detours::Place;
pub use external_client::{ExternalClientSettings, RestAnswers, RevokeIn, UsagePage, UsageRows};
pub use grants::Refused;
pub use interludes::Interlude;
pub(super) use passkeys::HandedOver;
pub use passkeys::{PasskeySettings, Prepared};
pub use policies::{Admission, ChallengeDemand, CodeFate, Installation, OauthSettings, StartState};
pub use settings::{
    Approval, FrameSite, LoginStyle, OnAllow, RefreshTokenPolicy, RevokeControl, Settings,
    UserShownAs, WayIn,
};
pub use setup::{FrameHome, FrameLife, Listed, Setup};
pub use verification::Method;

use super::clock::Clock;
use super::error::SimulatorError;
use super::hosts::{Origin, Site};
use super::markup::restore;
use super::pages::Pages;
use org::Org;

/// The org. Clones share it.
#[derive(Debug, Clone)]
pub struct Salesforce {
    org: Arc<Mutex<Org>>,
    clock: Arc<Clock>,
    pages: Pages,
}

/// What a client has to know to work with the org.
pub(super) struct Credentials {
    pub(super) username: String,
    pub(super) password: String,
    pub(super) totp_seed: String,
    pub(super) consumer_key: String,
    pub(super) consumer_secret: String,
    pub(super) connected_app: String,
    pub(super) way_in: WayIn,
    pub(super) is_external_client: bool,
}

/// A grant's tokens and addresses, as the token endpoint would give them.
pub(super) struct Tokens {
    pub(super) access_token: String,
    pub(super) refresh_token: String,
    pub(super) id_url: String,
    pub(super) instance_url: String,
}

impl Salesforce {
    /// An org whose connected app calls back to the given address.
    pub(super) fn new(
        settings: Settings,
        callback_url: &str,
        clock: Arc<Clock>,
        pages: Pages,
    ) -> Result<Self, SimulatorError> {
        let pages = pages.dressed(settings.markup);
        let org = population::populate(settings, callback_url, clock.now_ms())?;
        Ok(Self { org: Arc::new(Mutex::new(org)), clock, pages })
    }

    /// The org as it is at this moment.
    fn org(&self) -> MutexGuard<'_, Org> {
        let mut org = self.org.lock().unwrap_or_else(PoisonError::into_inner);
        org.let_time_pass(self.now_ms());
        org
    }

    fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }

    /// Who the integration user is and what the connected app is called.
    pub(super) fn credentials(&self) -> Credentials {
        let org = self.org();
        let (user, app) = (org.integration_user(), org.connected_app());
        Credentials {
            username: user.username.clone(),
            password: user.password.clone(),
            totp_seed: user.totp_seed.clone(),
            consumer_key: app.consumer_key.clone(),
            consumer_secret: app.consumer_secret.clone(),
            connected_app: app.name.clone(),
            way_in: org.settings.way_in,
            is_external_client: org.is_external(app),
        }
    }

    /// The passkey that was prepared for the integration user, if one was.
    pub(super) fn handed_over_passkey(&self) -> Option<HandedOver> {
        self.org().passkeys.handed_over.clone()
    }

    /// A grant of the integration user to the connected app, as if they had just approved it, unless
    /// the settings say what became of it since.
    pub(super) fn seed_grant(&self, origin: &Origin) -> Tokens {
        let now = self.now_ms();
        let mut org = self.org();
        let (user, app) =
            (org.integration_user().id.clone(), org.connected_app().consumer_key.clone());
        let id_url = identity::id_url(origin, &org.id, &user);
        let more = org.settings.oauth.more_grants + usize::from(org.settings.setup.other_grant);
        for _ in 0..more {
            org.issue_grant(&app, &user, "full refresh_token", now - 24 * 3600 * 1000);
        }
        let made = now.saturating_sub(org.age_at_start_ms());
        let issued = org.issue_grant(&app, &user, "full refresh_token", made);
        org.begin();
        Tokens {
            access_token: issued.access_token,
            refresh_token: issued.refresh_token.unwrap_or_default(),
            id_url,
            instance_url: origin.url(Site::MyDomain),
        }
    }

    /// The access token that the integration user has from another app, which may open web pages.
    pub(super) fn seed_front_door_token(&self) -> String {
        let now = self.now_ms();
        self.org().issue_front_door_token(now)
    }

    /// One more live grant of a user to the connected app, as another integration would have it.
    /// Answers its id; `None` if nobody has that user name.
    pub(super) fn add_grant(&self, username: &str) -> Option<String> {
        let now = self.now_ms();
        let mut org = self.org();
        let user = org.users.iter().find(|user| user.username == username)?.id.clone();
        let app = org.connected_app().consumer_key.clone();
        org.issue_grant(&app, &user, "full refresh_token", now);
        org.grants.last().map(|grant| grant.id.clone())
    }

    /// All codes that were sent, oldest first.
    pub(super) fn mailbox_json(&self) -> Value {
        self.org().verification.mailbox_json()
    }

    /// The code that was sent last to a user.
    pub(super) fn latest_code(&self, username: &str) -> Option<String> {
        self.org().verification.latest_code(username)
    }

    /// How the org behaves now.
    pub(super) fn settings(&self) -> Settings {
        self.org().settings.clone()
    }

    /// Changes how the org behaves, from the next request on.
    pub(super) fn set_settings(&self, settings: Settings) {
        self.pages.set_markup(settings.markup);
        self.org().settings = settings;
    }

    /// Ends a grant as if an administrator had; false if there is no such live grant.
    pub(super) fn end_grant(&self, id: &str) -> bool {
        self.org().end_grant(id, "control")
    }

    /// Everything that tests ask about, tokens in clear: they guard nothing.
    pub(super) fn state_json(&self) -> Value {
        self.org().to_json(self.now_ms())
    }

    /// What one host answers; a path that it does not know is a 404.
    pub(super) fn router(&self, site: Site) -> Router {
        let router = match site {
            Site::Login => login_pages().merge(doors()).merge(oauth()),
            Site::MyDomain => login_pages()
                .merge(doors())
                .merge(oauth())
                .merge(rest())
                .merge(classic())
                .route("/lightning/{*page}", get(lightning::to_its_host)),
            Site::Setup => doors().merge(classic()).merge(lightning_setup()),
            Site::Lightning => doors()
                .merge(lightning_home())
                .route("/", get(doors::to_home))
                .route("/lightning/setup/{*page}", get(lightning::to_setup)),
            Site::Plain => login_pages()
                .merge(doors())
                .merge(oauth())
                .merge(rest())
                .merge(classic())
                .merge(lightning_setup())
                .merge(lightning_home()),
            Site::AnotherOrg => another_org::routes(),
            Site::CloudElements => Router::new(),
        };
        router.layer(from_fn_with_state(self.clone(), restore)).with_state(self.clone())
    }
}

fn login_pages() -> Router<Salesforce> {
    Router::new()
        .route("/", get(login::show).post(login::submit))
        .route("/secur/notice.jsp", get(login::unknown_page))
        .merge(interludes::routes())
}

fn doors() -> Router<Salesforce> {
    Router::new()
        .route("/secur/frontdoor.jsp", get(doors::frontdoor))
        .route("/secur/contentDoor", get(doors::content_door))
        .route("/secur/logout.jsp", get(arrivals::log_out))
        .route(detours::MAINTENANCE_PATH, get(detours::maintenance))
}

fn oauth() -> Router<Salesforce> {
    Router::new()
        .route("/services/oauth2/authorize", get(authorize::authorize))
        .route(approval::PATH, get(approval::show).post(approval::submit))
        .route(authorize::ERROR_PATH, get(authorize::error_page))
        .route("/services/oauth2/token", post(token::token))
        .route("/services/oauth2/revoke", get(token::revoke_get).post(token::revoke_post))
        .route("/services/oauth2/introspect", post(token::introspect))
        .route("/services/oauth2/singleaccess", post(doors::single_access))
        .route("/services/oauth2/userinfo", get(identity::userinfo).post(identity::userinfo))
        .route("/id/{organization}/{user}", get(identity::identity))
        .route(discovery::PATH, get(discovery::document))
}

fn rest() -> Router<Salesforce> {
    Router::new()
        .route("/services/data", get(rest::versions))
        .route("/services/data/", get(rest::versions))
        .route("/services/data/{version}/query", get(rest::query))
        .route("/services/data/{version}/query/", get(rest::query))
        .route("/services/data/{version}/sobjects/{object}", post(records::create))
        .route("/services/data/{version}/sobjects/{object}/", post(records::create))
        .route(
            "/services/data/{version}/sobjects/{object}/{id}",
            get(records::read).patch(records::update).delete(records::delete),
        )
        .merge(external_client::rest())
}

fn classic() -> Router<Salesforce> {
    Router::new()
        .route(usage::LIST_PATH, get(usage::list).post(usage::list_posted))
        .route(usage::USERS_PATH, get(usage::users).post(usage::users_posted))
}

fn lightning_setup() -> Router<Salesforce> {
    Router::new()
        .route(lightning::USAGE_PATH, get(lightning::usage_home))
        .route(lightning::WRAPPER_PATH, get(lightning::wrapper))
        .route("/aura", get(lightning::heartbeat))
        .merge(external_client::setup())
}

fn lightning_home() -> Router<Salesforce> {
    Router::new().route("/lightning/page/home", get(lightning::home))
}
