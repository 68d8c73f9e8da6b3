//! `/services/oauth2/token`, `/revoke` and `/introspect`.

use std::collections::HashMap;

use axum::Json;
use axum::extract::{Form, Query, State};
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::super::hosts::{Origin, Site};
use super::Salesforce;
use super::grants::{Issued, Refused};
use super::identity;
use super::org::Org;

type Parameters = HashMap<String, String>;
type OauthError = (&'static str, &'static str);

/// Exchanges a code or a refresh token.
pub(super) async fn token(
    State(salesforce): State<Salesforce>,
    origin: Origin,
    headers: HeaderMap,
    Form(parameters): Form<Parameters>,
) -> Response {
    let now = salesforce.now_ms();
    let mut org = salesforce.org();
    let parameter = |name: &str| parameters.get(name).map(String::as_str).unwrap_or_default();
    let consumer_key = match client(&org, &headers, &parameters) {
        Ok(consumer_key) => consumer_key,
        Err(error) => return refuse(error),
    };
    let issued = match parameter("grant_type") {
        "authorization_code" => {
            let (code, redirect_uri) = (parameter("code"), parameter("redirect_uri"));
            let verifier = parameter("code_verifier");
            org.exchange_code(code, &consumer_key, redirect_uri, verifier, now)
        }
        // As integrations that sent one report.
        "refresh_token" if parameters.contains_key("scope") => {
            return refuse(("invalid_request", "scope parameter not supported"));
        }
        "refresh_token" => org.refresh(parameter("refresh_token"), &consumer_key, now),
        _ => return refuse(reason(Refused::UnsupportedGrantType)),
    };
    match issued {
        Ok(issued) => no_store(Json(answer(&mut org, &origin, issued, now))),
        Err(refused) => refuse(reason(refused)),
    }
}

fn answer(org: &mut Org, origin: &Origin, issued: Issued, now: i64) -> Value {
    let mut answer = json!({
        "access_token": issued.access_token,
        "signature": STANDARD.encode(org.random.alphanumeric(32)),
        "scope": issued.scope,
        "instance_url": origin.url(Site::MyDomain),
        "id": identity::id_url(origin, &org.id, &issued.user_id),
        "token_type": "Bearer",
        "issued_at": now.to_string(),
    });
    if let Some(refresh_token) = issued.refresh_token {
        answer["refresh_token"] = refresh_token.into();
    }
    answer
}

/// The words of the token endpoint (facts: salesforce.md section 5; those of the last two are
/// inferred from their codes).
fn reason(refused: Refused) -> OauthError {
    match refused {
        Refused::InvalidCode => ("invalid_grant", "invalid authorization code"),
        Refused::ExpiredCode => ("invalid_grant", "expired authorization code"),
        Refused::RedirectMismatch => {
            ("redirect_uri_mismatch", "redirect_uri must match configuration")
        }
        Refused::WrongVerifier => ("invalid_grant", "invalid code verifier"),
        Refused::ExpiredToken => ("invalid_grant", "expired access/refresh token"),
        Refused::Blocked => ("OAUTH_APP_BLOCKED", "this app is blocked by admin"),
        Refused::UnknownClient => ("invalid_client_id", "client identifier invalid"),
        Refused::WrongSecret => ("invalid_client", "invalid client credentials"),
        Refused::NotInstalled => ("invalid_client", "app must be installed into org"),
        Refused::NotAdmitted => {
            ("invalid_app_access", "user is not admin approved to access this app")
        }
        Refused::AuthenticationFailure => ("invalid_grant", "authentication failure"),
        Refused::NotApproved => ("invalid_grant", "user hasn't approved this consumer"),
        Refused::IpRestricted => ("invalid_grant", "ip restricted"),
        Refused::LoginRateExceeded => ("invalid_grant", "login rate exceeded"),
        Refused::RateLimitExceeded => ("rate_limit_exceeded", "number of requests exceeded"),
        Refused::UnsupportedGrantType => ("unsupported_grant_type", "grant type not supported"),
        Refused::InactiveUser => ("inactive_user", "user is inactive"),
        Refused::InactiveOrg => ("inactive_org", "organization is inactive"),
    }
}

/// The client that the credentials name, from the form or from Basic authentication.
fn client(org: &Org, headers: &HeaderMap, parameters: &Parameters) -> Result<String, OauthError> {
    let (key, secret) = basic(headers).unwrap_or_else(|| {
        let parameter = |name: &str| parameters.get(name).cloned().unwrap_or_default();
        (parameter("client_id"), parameter("client_secret"))
    });
    let app = org.client(&key).ok_or_else(|| reason(Refused::UnknownClient))?;
    if app.consumer_secret == secret { Ok(key) } else { Err(reason(Refused::WrongSecret)) }
}

fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let encoded = headers.get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Basic ")?;
    let pair = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    let (key, secret) = pair.split_once(':')?;
    Some((key.to_owned(), secret.to_owned()))
}

fn refuse((error, description): OauthError) -> Response {
    let body = Json(json!({ "error": error, "error_description": description }));
    (StatusCode::BAD_REQUEST, no_store(body)).into_response()
}

fn no_store(body: impl IntoResponse) -> Response {
    ([(CACHE_CONTROL, "no-store")], body).into_response()
}

/// Revokes by form.
pub(super) async fn revoke_post(
    State(salesforce): State<Salesforce>,
    Form(parameters): Form<Parameters>,
) -> Response {
    revoke(&salesforce, &parameters)
}

/// Revokes by query.
pub(super) async fn revoke_get(
    State(salesforce): State<Salesforce>,
    Query(parameters): Query<Parameters>,
) -> Response {
    revoke(&salesforce, &parameters)
}

fn revoke(salesforce: &Salesforce, parameters: &Parameters) -> Response {
    let now = salesforce.now_ms();
    let token = parameters.get("token").map(String::as_str).unwrap_or_default();
    let mut org = salesforce.org();
    if org.session(token, now).is_some() {
        return refuse_revocation("unsupported_token_type", "this token type is not supported");
    }
    match org.revoke(token, now) {
        Some(_) => StatusCode::OK.into_response(),
        None => refuse_revocation("invalid_token", "invalid token"),
    }
}

fn refuse_revocation(error: &str, description: &str) -> Response {
    let body = format!("error={error}&error_description={}", description.replace(' ', "%20"));
    let form = [(CONTENT_TYPE, "application/x-www-form-urlencoded")];
    (StatusCode::BAD_REQUEST, form, body).into_response()
}

/// Says what a token of the asking client is worth.
pub(super) async fn introspect(
    State(salesforce): State<Salesforce>,
    headers: HeaderMap,
    Form(parameters): Form<Parameters>,
) -> Response {
    let now = salesforce.now_ms();
    let mut org = salesforce.org();
    let consumer_key = match client(&org, &headers, &parameters) {
        Ok(consumer_key) => consumer_key,
        Err((error, description)) => {
            let body = Json(json!({ "error": error, "error_description": description }));
            return (StatusCode::UNAUTHORIZED, no_store(body)).into_response();
        }
    };
    let token = parameters.get("token").map(String::as_str).unwrap_or_default();
    let known = org
        .settings
        .introspection
        .then(|| introspection(&org, token, &consumer_key, now))
        .flatten()
        .or_else(|| {
            org.late_grant(token).map(|grant| {
                json!({
                    "active": true,
                    "scope": grant.scope,
                    "client_id": grant.consumer_key,
                })
            })
        });
    no_store(Json(known.unwrap_or_else(|| json!({ "active": false }))))
}

fn introspection(org: &Org, token: &str, consumer_key: &str, now: i64) -> Option<Value> {
    let as_refresh_token = org.live_grants(consumer_key, None).find_map(|grant| {
        let is_it = grant.refresh_token.as_deref() == Some(token)
            && org.refresh_token_ended_by(grant, now).is_none()
            && org.barred(grant).is_none();
        is_it.then_some((grant, "refresh_token", None))
    });
    let (grant, token_type, issued_ms) = as_refresh_token.or_else(|| {
        let (grant, position) = org.access_token(token, now)?;
        let issued_ms = grant.access_tokens[position].issued_ms;
        (grant.consumer_key == consumer_key).then_some((grant, "access_token", Some(issued_ms)))
    })?;
    let user = org.user(&grant.user_id)?;
    let issued = issued_ms.unwrap_or(grant.created_ms) / 1000;
    let mut known = json!({
        "active": true,
        "scope": grant.scope,
        "client_id": grant.consumer_key,
        "username": user.username,
        "sub": user.id,
        "token_type": token_type,
        "iat": issued,
        "nbf": issued,
    });
    if issued_ms.is_some() {
        let lifetime = i64::try_from(org.settings.access_token_lifetime_s).unwrap_or(i64::MAX);
        known["exp"] = issued.saturating_add(lifetime).into();
    }
    Some(known)
}
