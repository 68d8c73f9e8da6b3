//! `/services/oauth2/authorize`: what is wrong with a request, and in which of the three forms its
//! sender learns it (an HTML body, the OAuth error page, the callback).

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use minijinja::context;
use serde::Deserialize;

use super::Salesforce;
use super::approval;
use super::org::AuthorizationRequest;
use super::session::{Visitor, query, redirect};

/// The OAuth error page; its text is always the same, its query says why.
pub(super) const ERROR_PATH: &str = "/setup/secur/RemoteAccessErrorPage.apexp";

const SCOPES: [&str; 18] = [
    "full",
    "api",
    "web",
    "id",
    "openid",
    "profile",
    "email",
    "address",
    "phone",
    "refresh_token",
    "offline_access",
    "custom_permissions",
    "visualforce",
    "lightning",
    "content",
    "chatter_api",
    "wave_api",
    "eclair_api",
];

#[derive(Debug, Deserialize)]
pub(super) struct AuthorizeQuery {
    #[serde(default)]
    response_type: String,
    #[serde(default)]
    client_id: String,
    #[serde(default)]
    redirect_uri: String,
    scope: Option<String>,
    state: Option<String>,
    #[serde(default)]
    prompt: String,
}

/// Checks the request and leads its user to the approval page, by a login if need be.
pub(super) async fn authorize(
    State(salesforce): State<Salesforce>,
    visitor: Visitor,
    Query(asked): Query<AuthorizeQuery>,
) -> Response {
    if salesforce.settings().client_unknown_to_sessions {
        return match visitor.require_session() {
            Ok(_) => unknown_client(&salesforce),
            Err(way) => *way,
        };
    }
    let source = {
        let mut org = salesforce.org();
        let Some(app) = org.app(&asked.client_id) else {
            return unknown_client(&salesforce);
        };
        let is_registered = app.callback_url == asked.redirect_uri
            || org.settings.more_callback_urls.contains(&asked.redirect_uri);
        if !is_registered {
            let description = "redirect_uri must match configuration";
            return refused_here(&salesforce, "redirect_uri_mismatch", description);
        }
        let state = asked.state.as_deref();
        if asked.response_type != "code" {
            let error = ("unsupported_response_type", "response type not supported");
            return to_callback_with_error(&asked.redirect_uri, error, state);
        }
        let scope = asked.scope.unwrap_or_else(|| "full refresh_token".to_owned());
        if !scope.split_whitespace().all(|scope| SCOPES.contains(&scope)) {
            return to_error_page("invalid_scope", "the requested scope is not allowed", state);
        }
        let source = org.random.alphanumeric(80);
        org.requests.insert(
            source.clone(),
            AuthorizationRequest {
                consumer_key: asked.client_id,
                redirect_uri: asked.redirect_uri,
                scope,
                state: asked.state,
                consent_wanted: asked.prompt.split_whitespace().any(|word| word == "consent"),
            },
        );
        source
    };
    let page = visitor.at(format!("{}?{}", approval::PATH, query(&[("source", &source)])));
    let login_wanted = asked.prompt.split_whitespace().any(|word| word == "login");
    if login_wanted {
        return page.login_page();
    }
    match page.require_session() {
        Ok(_) => redirect(page.path()),
        Err(way) => *way,
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct ErrorQuery {
    #[serde(default)]
    error: String,
}

/// The OAuth error page.
pub(super) async fn error_page(
    State(salesforce): State<Salesforce>,
    Query(asked): Query<ErrorQuery>,
) -> Response {
    salesforce.pages.show("oauth_error.html", context! { error => asked.error })
}

fn unknown_client(salesforce: &Salesforce) -> Response {
    refused_here(salesforce, "invalid_client_id", "client identifier invalid")
}

/// A request that cannot be trusted to name its callback is refused on the spot.
fn refused_here(salesforce: &Salesforce, error: &str, description: &str) -> Response {
    let description = description.replace(' ', "%20");
    let refusal = format!("error={error}&error_description={description}");
    let mut page = salesforce.pages.show("oauth_refusal.html", context! { refusal });
    *page.status_mut() = StatusCode::BAD_REQUEST;
    page
}

/// The OAuth error page with its reason in the query.
pub(super) fn to_error_page(error: &str, description: &str, state: Option<&str>) -> Response {
    redirect(&format!("{ERROR_PATH}?{}", error_query((error, description), state)))
}

/// Sends the browser to the callback with an error and its description.
pub(super) fn to_callback_with_error(
    redirect_uri: &str,
    error: (&str, &str),
    state: Option<&str>,
) -> Response {
    redirect(&format!("{redirect_uri}?{}", error_query(error, state)))
}

fn error_query((error, description): (&str, &str), state: Option<&str>) -> String {
    let mut pairs = vec![("error", error), ("error_description", description)];
    pairs.extend(state.map(|state| ("state", state)));
    query(&pairs)
}
