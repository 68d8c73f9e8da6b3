//! "Your session has timed out": Continue goes on, or to the login page.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use minijinja::context;

use super::super::Salesforce;
use super::super::session::{Visitor, query, redirect};
use super::Interlude;

pub(super) const PATH: &str = "/secur/sessionTimeout.jsp";

pub(super) fn routes() -> Router<Salesforce> {
    Router::new().route(PATH, get(show).post(go_on))
}

async fn show(State(salesforce): State<Salesforce>, visitor: Visitor) -> Response {
    match visitor.before(Interlude::SessionTimeout) {
        Ok(_) => salesforce.pages.show("session_timeout.html", context! { path => PATH }),
        Err(elsewhere) => *elsewhere,
    }
}

async fn go_on(State(salesforce): State<Salesforce>, visitor: Visitor) -> Response {
    let session = match visitor.before(Interlude::SessionTimeout) {
        Ok(session) => session,
        Err(elsewhere) => return *elsewhere,
    };
    if salesforce.settings().timeout_ends_session {
        salesforce.org().sessions.remove(&session.sid);
        let query = query(&[("ec", "301"), ("startURL", &session.start_url)]);
        return redirect(&format!("/?{query}"));
    }
    super::pass(&salesforce, &visitor.origin, &session)
}
