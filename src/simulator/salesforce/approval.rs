//! The approval page: may this app work in the user's name?

use axum::Form;
use axum::extract::{Query, State};
use axum::response::Response;
use minijinja::context;
use serde::Deserialize;

use super::super::markup::says;
use super::Salesforce;
use super::authorize::{IMMEDIATE, to_callback_with_error, to_error_page};
use super::org::{AuthorizationRequest, Org, Session};
use super::policies::{Admission, Installation};
use super::session::{Visitor, query, redirect};
use super::settings::{Approval, OnAllow};

/// Where it is.
pub(super) const PATH: &str = "/setup/secur/RemoteAccessAuthorizationPage.apexp";

/// The OAuth error page's reason where the app is not installed.
const NOT_INSTALLED: (&str, &str) = ("invalid_client", "app must be installed into org");

#[derive(Debug, Deserialize)]
pub(super) struct ApprovalQuery {
    #[serde(default)]
    source: String,
}

/// Shows the page, or goes on at once if the user has approved the app before.
pub(super) async fn show(
    State(salesforce): State<Salesforce>,
    visitor: Visitor,
    Query(asked): Query<ApprovalQuery>,
) -> Response {
    let session = match visitor.require_session() {
        Ok(session) => session,
        Err(way) => return *way,
    };
    let now = salesforce.now_ms();
    let mut org = salesforce.org();
    let Some(request) = org.requests.get(&asked.source).cloned() else {
        return unknown_request();
    };
    if let Some(refusal) = refusal(&org, &request, &session.user_id) {
        org.requests.remove(&asked.source);
        let state = request.state.as_deref();
        return match refusal {
            Refusal::Callback(error) => to_callback_with_error(&request.redirect_uri, error, state),
            Refusal::ErrorPage((error, description)) => to_error_page(error, description, state),
        };
    }
    let must_ask = request.consent_wanted
        || org.settings.approval == Approval::Always
        || !org.has_approved(&request.consumer_key, &session.user_id, &request.scope);
    if !must_ask {
        return approved(&mut org, &asked.source, request, &session, now);
    }
    if request.immediate {
        org.requests.remove(&asked.source);
        return to_callback_with_error(&request.redirect_uri, IMMEDIATE, request.state.as_deref());
    }
    let (app, user) = (org.app(&request.consumer_key), org.user(&session.user_id));
    let page = context! {
        source => asked.source,
        view_state => session.view_state,
        app => app.map_or("", |app| &app.name),
        username => user.map_or("", |user| &user.username),
        permissions => permissions(&request.scope),
    };
    salesforce.pages.show("approval.html", page)
}

/// How a user learns that they are not even asked.
enum Refusal {
    Callback((&'static str, &'static str)),
    ErrorPage((&'static str, &'static str)),
}

/// Why the app is not authorised for this user, whatever they would say.
fn refusal(org: &Org, request: &AuthorizationRequest, user_id: &str) -> Option<Refusal> {
    let oauth = &org.settings.oauth;
    let of_app_under_test = request.consumer_key == org.connected_app().consumer_key;
    if org.is_blocked(&request.consumer_key) {
        Some(Refusal::Callback(("OAUTH_APP_BLOCKED", "this app is blocked by admin")))
    } else if org.is_external_and_missing(&request.consumer_key) {
        let description = "external client app is not installed in this org";
        Some(Refusal::Callback(("OAUTH_EC_APP_NOT_FOUND", description)))
    } else if of_app_under_test && oauth.installation == Installation::Missing {
        Some(Refusal::ErrorPage(NOT_INSTALLED))
    } else if of_app_under_test
        && oauth.admission == Admission::RefusedAtApproval
        && user_id == org.integration_user().id
    {
        let description = "user is not admin approved to access this app";
        Some(Refusal::Callback(("OAUTH_APP_ACCESS_DENIED", description)))
    } else {
        None
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct ApprovalForm {
    source: String,
    #[serde(rename = "_CONFIRMATIONTOKEN")]
    view_state: String,
    save: String,
}

/// Allow or Deny.
pub(super) async fn submit(
    State(salesforce): State<Salesforce>,
    visitor: Visitor,
    Form(form): Form<ApprovalForm>,
) -> Response {
    let page = visitor.at(format!("{PATH}?{}", query(&[("source", &form.source)])));
    let session = match page.require_session() {
        Ok(session) => session,
        Err(way) => return *way,
    };
    let now = salesforce.now_ms();
    let mut org = salesforce.org();
    let Some(request) = org.requests.get(&form.source).cloned() else {
        return unknown_request();
    };
    if form.view_state != session.view_state {
        return redirect(page.path());
    }
    let allowed = says(&form.save, "Allow");
    if allowed && org.settings.on_allow == OnAllow::Code {
        return approved(&mut org, &form.source, request, &session, now);
    }
    org.requests.remove(&form.source);
    if allowed && org.settings.on_allow == OnAllow::ErrorPage {
        let state = request.state.as_deref();
        return to_error_page(NOT_INSTALLED.0, NOT_INSTALLED.1, state);
    }
    let error = ("access_denied", "end-user denied authorization");
    to_callback_with_error(&request.redirect_uri, error, request.state.as_deref())
}

fn approved(
    org: &mut Org,
    source: &str,
    request: AuthorizationRequest,
    session: &Session,
    now: i64,
) -> Response {
    org.requests.remove(source);
    let (redirect_uri, state) = (request.redirect_uri.clone(), request.state.clone());
    let is_foreign = org.settings.oauth.foreign_state;
    let state = if is_foreign { Some("somebody-elses".to_owned()) } else { state };
    let code = org.issue_code(request, &session.user_id, now);
    let mut pairs = vec![("code", code.as_str())];
    pairs.extend(state.as_deref().map(|state| ("state", state)));
    redirect(&format!("{redirect_uri}?{}", query(&pairs)))
}

fn unknown_request() -> Response {
    to_error_page("invalid_request", "the authorization request is unknown or was answered", None)
}

/// What the scopes mean to the user, as the page lists it.
fn permissions(scope: &str) -> Vec<&'static str> {
    scope
        .split_whitespace()
        .map(|scope| match scope {
            "full" => "Full access",
            "api" => "Manage user data via APIs",
            "web" => "Manage user data via Web browsers",
            "refresh_token" | "offline_access" => "Perform requests at any time",
            "id" | "openid" | "profile" | "email" | "address" | "phone" => {
                "Access the identity URL service"
            }
            _ => "Access to further services",
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_told_in_words() {
        assert_eq!(
            permissions("full refresh_token"),
            ["Full access", "Perform requests at any time"]
        );
    }
}
