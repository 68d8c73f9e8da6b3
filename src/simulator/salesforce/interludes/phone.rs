//! "Register your mobile phone": may be declined.

use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use minijinja::context;
use serde::Deserialize;

use super::super::Salesforce;
use super::super::session::Visitor;
use super::Interlude;

pub(super) const PATH: &str = "/_ui/identity/phone/AddPhoneNumber";

pub(super) fn routes() -> Router<Salesforce> {
    Router::new().route(PATH, get(show))
}

#[derive(Debug, Deserialize)]
struct Asked {
    /// The answer to the link that declines.
    #[serde(default)]
    skip: bool,
}

async fn show(
    State(salesforce): State<Salesforce>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Response {
    let session = match visitor.before(Interlude::RegisterPhone) {
        Ok(session) => session,
        Err(elsewhere) => return *elsewhere,
    };
    if asked.skip {
        return super::pass(&salesforce, &visitor.origin, &session);
    }
    salesforce
        .pages
        .show("register_phone.html", context! { path => PATH, view_state => session.view_state })
}
