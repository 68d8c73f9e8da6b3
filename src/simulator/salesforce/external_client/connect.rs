//! `/services/data/vNN.0/apps/oauth/usage`: apps, their users, a user's tokens, and their end.
//! Every page names a next one; the one after the last is empty.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::super::clock::for_rest;
use super::super::Salesforce;
use super::super::identity::bearer_token;
use super::super::org::{App, Grant, Org};
use super::settings::RestAnswers;

/// The first version that has these resources.
const FIRST_VERSION: u32 = 59;

#[derive(Debug, Deserialize)]
pub(super) struct Paging {
    #[serde(default)]
    page: usize,
    #[serde(rename = "pageSize")]
    size: Option<usize>,
}

/// External client apps in use.
pub(super) async fn apps(
    State(salesforce): State<Salesforce>,
    Path(version): Path<String>,
    Query(paging): Query<Paging>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    if let Err(refusal) = admit(&salesforce, &version, &headers) {
        return *refusal;
    }
    let org = salesforce.org();
    let apps: Vec<Value> = org
        .apps
        .iter()
        .filter(|app| org.is_external(app))
        .filter(|app| org.live_grants(&app.consumer_key, None).next().is_some())
        .map(|app| {
            let mut entry =
                json!({ "developerName": app.developer_name, "identifier": app.external_id });
            // An app that was never given a label has none.
            if !app.name.is_empty() {
                entry["label"] = app.name.as_str().into();
            }
            entry
        })
        .collect();
    paged(&org, "apps", apps, &paging, &uri)
}

/// An app's users.
pub(super) async fn users(
    State(salesforce): State<Salesforce>,
    Path((version, identifier)): Path<(String, String)>,
    Query(paging): Query<Paging>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    if let Err(refusal) = admit(&salesforce, &version, &headers) {
        return *refusal;
    }
    let org = salesforce.org();
    let Some(app) = app(&org, &identifier) else { return not_found() };
    let mut users: Vec<Value> = Vec::new();
    for grant in org.live_grants(&app.consumer_key, None) {
        if users.iter().any(|user| user["userIdentifier"] == grant.user_id.as_str()) {
            continue;
        }
        users.push(json!({
            "accessTokenFormat": "Opaque",
            "appDeveloperName": app.developer_name,
            "appIdentifier": app.external_id,
            "userIdentifier": grant.user_id,
            "username": org.user(&grant.user_id).map(|user| &user.username),
        }));
    }
    paged(&org, "users", users, &paging, &uri)
}

/// A user's tokens for an app.
pub(super) async fn tokens(
    State(salesforce): State<Salesforce>,
    Path((version, identifier, user)): Path<(String, String, String)>,
    Query(paging): Query<Paging>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    if let Err(refusal) = admit(&salesforce, &version, &headers) {
        return *refusal;
    }
    let org = salesforce.org();
    let Some(app) = app(&org, &identifier) else { return not_found() };
    let Some(user) = org.users.iter().find(|known| user.len() >= 15 && known.id.starts_with(&user))
    else {
        return not_found();
    };
    let tokens: Vec<Value> = org
        .live_grants(&app.consumer_key, Some(&user.id))
        .map(|grant| {
            let url = usage_url(&version, &format!("tokens/{}", grant.token_identifier));
            json!({
                "accessTokenFormat": "Opaque",
                "appDeveloperName": app.developer_name,
                "appIdentifier": app.external_id,
                "initialConnectionAt": for_rest(grant.created_ms),
                "lastUsedAt": for_rest(grant.last_used_ms),
                "revocationUrl": url,
                "useCount": grant.use_count,
                "userIdentifier": grant.user_id,
                "username": user.username,
            })
        })
        .collect();
    paged(&org, "tokens", tokens, &paging, &uri)
}

/// Ends one grant.
pub(super) async fn end_one(
    State(salesforce): State<Salesforce>,
    Path((version, token)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    if let Err(refusal) = admit(&salesforce, &version, &headers) {
        return *refusal;
    }
    end(&salesforce, "connect_token", |_, grant| grant.token_identifier == token)
}

/// Ends all grants of a user for an app.
pub(super) async fn end_all_of_user(
    State(salesforce): State<Salesforce>,
    Path((version, identifier, user)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Response {
    if let Err(refusal) = admit(&salesforce, &version, &headers) {
        return *refusal;
    }
    end(&salesforce, "connect_user", |app, grant| {
        app.external_id == identifier && grant.user_id.starts_with(&user)
    })
}

/// Ends all grants of an app.
pub(super) async fn end_all_of_app(
    State(salesforce): State<Salesforce>,
    Path((version, identifier)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    if let Err(refusal) = admit(&salesforce, &version, &headers) {
        return *refusal;
    }
    end(&salesforce, "connect_app", |app, _| app.external_id == identifier)
}

/// Ends the live grants of external client apps that are meant.
fn end(
    salesforce: &Salesforce,
    by: &'static str,
    is_meant: impl Fn(&App, &Grant) -> bool,
) -> Response {
    let mut org = salesforce.org();
    let meant: Vec<String> = org
        .grants
        .iter()
        .filter(|grant| grant.ended_by.is_none())
        .filter(|grant| {
            let app = org.app(&grant.consumer_key).filter(|app| org.is_external(app));
            app.is_some_and(|app| is_meant(app, grant))
        })
        .map(|grant| grant.id.clone())
        .collect();
    if meant.is_empty() {
        return not_found();
    }
    for id in meant {
        org.end_grant(&id, by);
    }
    StatusCode::NO_CONTENT.into_response()
}

fn app<'org>(org: &'org Org, identifier: &str) -> Option<&'org App> {
    org.apps.iter().find(|app| app.external_id == identifier && org.is_external(app))
}

/// Whether these resources are there, for whoever asks.
fn admit(salesforce: &Salesforce, version: &str, headers: &HeaderMap) -> Result<(), Box<Response>> {
    let now = salesforce.now_ms();
    let org = salesforce.org();
    let Some(bearer) = bearer_token(headers).and_then(|token| org.bearer(token, now)) else {
        let message = "Session expired or invalid";
        return Err(Box::new(error(StatusCode::UNAUTHORIZED, "INVALID_SESSION_ID", message)));
    };
    let number = version.strip_prefix('v').and_then(|text| text.split('.').next()?.parse().ok());
    let is_there = number.is_some_and(|number: u32| number >= FIRST_VERSION);
    match org.settings.external_client.rest {
        RestAnswers::Missing => Err(Box::new(not_found())),
        _ if !is_there => Err(Box::new(not_found())),
        RestAnswers::Open | RestAnswers::Endless if org.may_set_up(&bearer.user_id) => Ok(()),
        _ => {
            let message = "You do not have access to the OAuth usage of external client apps.";
            Err(Box::new(error(StatusCode::FORBIDDEN, "INSUFFICIENT_ACCESS", message)))
        }
    }
}

fn paged(org: &Org, name: &str, entries: Vec<Value>, paging: &Paging, uri: &Uri) -> Response {
    let settings = &org.settings.external_client;
    let size = paging.size.unwrap_or(100).clamp(1, settings.rest_page_size.max(1));
    let pages = entries.len().div_ceil(size);
    let page = match settings.rest {
        // The last one again, under a number of its own.
        RestAnswers::Endless => paging.page.min(pages.saturating_sub(1)),
        _ => paging.page,
    };
    let shown: Vec<Value> =
        entries.into_iter().skip(page.saturating_mul(size)).take(size).collect();
    let url = |page: usize| format!("{}?page={page}&pageSize={size}", uri.path());
    let mut body =
        json!({ "currentPageUrl": url(paging.page), "nextPageUrl": url(paging.page + 1) });
    body[name] = shown.into();
    Json(body).into_response()
}

fn usage_url(version: &str, rest: &str) -> String {
    format!("/services/data/{version}/apps/oauth/usage/{rest}")
}

fn not_found() -> Response {
    error(StatusCode::NOT_FOUND, "NOT_FOUND", "The requested resource does not exist")
}

fn error(status: StatusCode, code: &str, message: &str) -> Response {
    (status, Json(json!([{ "message": message, "errorCode": code }]))).into_response()
}
