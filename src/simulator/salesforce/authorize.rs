//! `/services/oauth2/authorize`: what is wrong with a request, and in which of the three forms its
//! sender learns it (an HTML body, the OAuth error page, the callback).

use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::Response;
use minijinja::context;
use serde::Deserialize;

use super::Salesforce;
use super::approval;
use super::challenge::Challenge;
use super::org::{AuthorizationRequest, Org};
use super::policies::ChallengeDemand;
use super::session::{Visitor, query, redirect};

/// The OAuth error page; its text is always the same, its query says why.
pub(super) const ERROR_PATH: &str = "/setup/secur/RemoteAccessErrorPage.apexp";

/// What the callback of a request learns that may show nothing, where something would have to be shown.
pub(super) const IMMEDIATE: (&str, &str) = ("immediate_unsuccessful", "immediate unsuccessful");

/// What an app may ask for.
pub(super) const SCOPES: [&str; 18] = [
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
    code_challenge: Option<String>,
    code_challenge_method: Option<String>,
    /// The user name to begin the login with.
    #[serde(default)]
    login_hint: String,
    /// Nothing may be shown to the user.
    #[serde(default)]
    immediate: String,
}

impl AuthorizeQuery {
    /// What the code's verifier has to fit (RFC 7636, section 4.3).
    fn challenge(&self) -> Option<Challenge> {
        let challenge = self.code_challenge.as_deref()?;
        let is_plain = self.code_challenge_method.as_deref() == Some("plain");
        Some(Challenge::new(challenge, is_plain))
    }

    fn prompts(&self, wanted: &str) -> bool {
        self.prompt.split_whitespace().any(|word| word == wanted)
    }
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
        if let Err(refusal) = check(&org, &asked) {
            drop(org);
            return refusal.answer(&salesforce, &asked);
        }
        let source = org.random.alphanumeric(80);
        org.requests.insert(
            source.clone(),
            AuthorizationRequest {
                consent_wanted: asked.prompts("consent"),
                immediate: asked.immediate == "true",
                scope: asked.scope.clone().unwrap_or_else(|| "full refresh_token".to_owned()),
                consumer_key: asked.client_id.clone(),
                redirect_uri: asked.redirect_uri.clone(),
                state: asked.state.clone(),
                challenge: asked.challenge(),
            },
        );
        source
    };
    let page = visitor.at(format!("{}?{}", approval::PATH, query(&[("source", &source)])));
    if asked.immediate == "true" && page.session.is_none() {
        return to_callback_with_error(&asked.redirect_uri, IMMEDIATE, asked.state.as_deref());
    }
    if asked.prompts("login") {
        return page.login_page_for(&asked.login_hint);
    }
    match page.require_session() {
        Ok(_) => redirect(page.path()),
        Err(_) if !asked.login_hint.is_empty() => page.login_page_for(&asked.login_hint),
        Err(way) => *way,
    }
}

/// What a request is refused with, before anybody logs in.
enum Refusal {
    /// A page, because the callback cannot be trusted.
    Here(&'static str, &'static str),
    /// A body without a type.
    File(&'static str, &'static str),
    ErrorPage(&'static str, &'static str),
    Callback(&'static str, &'static str),
}

impl Refusal {
    fn answer(self, salesforce: &Salesforce, asked: &AuthorizeQuery) -> Response {
        let state = asked.state.as_deref();
        match self {
            Self::Here(error, description) => refused_here(salesforce, error, description),
            Self::File(error, description) => file(&error_query((error, description), state)),
            Self::ErrorPage(error, description) => to_error_page(error, description, state),
            Self::Callback(error, description) => {
                to_callback_with_error(&asked.redirect_uri, (error, description), state)
            }
        }
    }
}

fn check(org: &Org, asked: &AuthorizeQuery) -> Result<(), Refusal> {
    let oauth = &org.settings.oauth;
    let Some(app) = org.client(&asked.client_id) else {
        return Err(Refusal::Here("invalid_client_id", "client identifier invalid"));
    };
    let is_registered = (app.callback_url == asked.redirect_uri && oauth.callback_registered)
        || org.settings.more_callback_urls.contains(&asked.redirect_uri);
    if !is_registered {
        let description = "redirect_uri must match configuration";
        return Err(Refusal::Here("redirect_uri_mismatch", description));
    }
    if asked.response_type != "code" {
        let description = "response type not supported";
        return Err(Refusal::Callback("unsupported_response_type", description));
    }
    let (error, description) = ("invalid_request", "missing required code challenge");
    match oauth.code_challenge {
        _ if asked.code_challenge.is_some() => {}
        ChallengeDemand::Optional => {}
        ChallengeDemand::Required => return Err(Refusal::Callback(error, description)),
        ChallengeDemand::RequiredOrFile => return Err(Refusal::File(error, description)),
    }
    let is_allowed = |scope: &str| match &oauth.allowed_scopes {
        Some(allowed) => allowed.split_whitespace().any(|allowed| allowed == scope),
        None => SCOPES.contains(&scope),
    };
    let scope = asked.scope.as_deref().unwrap_or_default();
    if !scope.split_whitespace().all(is_allowed) {
        return Err(Refusal::ErrorPage("invalid_scope", "the requested scope is not allowed"));
    }
    Ok(())
}

/// Browsers save a body of no type as a file, named after the path.
fn file(text: &str) -> Response {
    let mut response = Response::new(Body::from(text.to_owned()));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(""));
    response
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
