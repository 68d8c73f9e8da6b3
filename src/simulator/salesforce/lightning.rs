//! Lightning: the home page and the Setup shell whose Classic page comes late, in a frame.

use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use minijinja::context;
use minijinja::value::Serde;
use serde_json::{Value, json};

use super::super::hosts::{Origin, Site};
use super::Salesforce;
use super::session::{Visitor, query, redirect};
use super::settings::FrameSite;
use super::setup::{FrameHome, Setup};
use super::usage;

/// Connected Apps OAuth Usage.
pub(super) const USAGE_PATH: &str = "/lightning/setup/ConnectedAppsUsage/home";
/// What the outer of two frames shows.
pub(super) const WRAPPER_PATH: &str = "/lightning/setup/ConnectedAppsUsage/page";

/// `/lightning/page/home`: where a login without a wish ends.
pub(super) async fn home(State(salesforce): State<Salesforce>, visitor: Visitor) -> Response {
    let session = match visitor.require_session() {
        Ok(session) => session,
        Err(_) if visitor.session.is_none() && salesforce.settings().lightning_bounces => {
            let login = format!(
                "{}/?{}",
                visitor.origin.url(Site::MyDomain),
                query(&[("ec", "302"), ("startURL", &visitor.wanted())])
            );
            return salesforce.pages.show("bounce.html", context! { login });
        }
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

/// Setup with the list of apps in its frame; the list alone where Lightning is switched off.
pub(super) async fn usage_home(State(salesforce): State<Salesforce>, visitor: Visitor) -> Response {
    let session = match visitor.require_session() {
        Ok(session) => session,
        Err(way) => return *way,
    };
    let org = salesforce.org();
    let frame_site = match org.settings.frame_site {
        _ if org.settings.setup.classic => Site::MyDomain,
        FrameSite::Cross => Site::MyDomain,
        FrameSite::Same => Site::Setup,
    };
    let list = format!(
        "{}{}?setupid=ConnectedAppsUsage",
        visitor.origin.url(frame_site),
        usage::LIST_PATH
    );
    let Setup { classic, frame_home, frame_life, .. } = org.settings.setup;
    if classic {
        return redirect(&list);
    }
    let frame = match frame_home {
        FrameHome::Nested => WRAPPER_PATH.to_owned(),
        _ => list,
    };
    salesforce.pages.show(
        "setup.html",
        context! {
            frame,
            frame_delay_ms => org.settings.frame_delay_ms,
            frame_home => Serde(frame_home),
            frame_life => Serde(frame_life),
            name => org.user(&session.user_id).map_or("", |user| &user.name),
        },
    )
}

/// The outer of two frames, with the list of apps in the inner one.
pub(super) async fn wrapper(State(salesforce): State<Salesforce>, visitor: Visitor) -> Response {
    if let Err(way) = visitor.require_session() {
        return *way;
    }
    let frame = format!(
        "{}{}?setupid=ConnectedAppsUsage",
        visitor.origin.url(Site::MyDomain),
        usage::LIST_PATH
    );
    salesforce.pages.show("setup_wrapper.html", context! { frame })
}

/// What Setup asks for in the background, for ever.
pub(super) async fn heartbeat() -> Json<Value> {
    Json(json!({ "actions": [] }))
}
