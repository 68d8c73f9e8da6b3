//! "Change Your Password", because it has expired. Whoever sends the form changes it.

use axum::Router;
use axum::extract::{Form, State};
use axum::response::Response;
use axum::routing::get;
use minijinja::context;
use serde::Deserialize;

use super::super::Salesforce;
use super::super::session::Visitor;
use super::Interlude;

pub(super) const PATH: &str = "/_ui/system/security/ChangePassword";

pub(super) fn routes() -> Router<Salesforce> {
    Router::new().route(PATH, get(show).post(change))
}

async fn show(State(salesforce): State<Salesforce>, visitor: Visitor) -> Response {
    match visitor.before(Interlude::ChangePassword) {
        Ok(session) => salesforce.pages.show(
            "change_password.html",
            context! { path => PATH, view_state => session.view_state },
        ),
        Err(elsewhere) => *elsewhere,
    }
}

#[derive(Debug, Deserialize)]
struct NewPassword {
    newpassword: String,
}

async fn change(
    State(salesforce): State<Salesforce>,
    visitor: Visitor,
    Form(form): Form<NewPassword>,
) -> Response {
    let session = match visitor.before(Interlude::ChangePassword) {
        Ok(session) => session,
        Err(elsewhere) => return *elsewhere,
    };
    if let Some(user) = salesforce.org().users.iter_mut().find(|user| user.id == session.user_id) {
        user.password = form.newpassword;
    }
    super::pass(&salesforce, &visitor.origin, &session)
}
