//! Who a bearer is: `/services/oauth2/userinfo` and the identity URL.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::super::hosts::{Origin, Site};
use super::Salesforce;
use super::grants::Bearer;
use super::org::Org;

/// The identity URL of a user.
pub(super) fn id_url(origin: &Origin, organization_id: &str, user_id: &str) -> String {
    format!("{}/id/{organization_id}/{user_id}", origin.url(Site::Login))
}

/// The token of an `Authorization: Bearer` (or `OAuth`, as Salesforce also takes) header.
pub(super) fn bearer_token(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("oauth"))
        .then(|| token.trim())
}

/// `/services/oauth2/userinfo`.
pub(super) async fn userinfo(
    State(salesforce): State<Salesforce>,
    origin: Origin,
    headers: HeaderMap,
) -> Response {
    let now = salesforce.now_ms();
    let mut org = salesforce.org();
    let known = bearer(&org, &headers, now).or_else(|refusal| {
        bearer_token(&headers).and_then(|token| org.late_bearer(token)).ok_or(refusal)
    });
    let bearer = match known {
        Ok(bearer) if bearer.consumer_key.is_none() && org.settings.userinfo_refused => {
            return (StatusCode::FORBIDDEN, "Bad_OAuth_Token").into_response();
        }
        Ok(bearer) => bearer,
        Err(refusal) => return refusal.into_response(),
    };
    match facts(&org, &origin, &bearer.user_id) {
        Some(mut facts) => {
            if let Some(app) = bearer.consumer_key.as_deref().and_then(|key| org.app(key)) {
                facts["is_app_installed"] = org.is_installed(&app.consumer_key).into();
            }
            Json(facts).into_response()
        }
        None => (StatusCode::FORBIDDEN, "Bad_OAuth_Token").into_response(),
    }
}

/// `/id/<organization>/<user>`, for the user themselves.
pub(super) async fn identity(
    State(salesforce): State<Salesforce>,
    origin: Origin,
    Path((organization_id, user_id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let now = salesforce.now_ms();
    let org = salesforce.org();
    let bearer = match bearer(&org, &headers, now) {
        Ok(bearer) => bearer,
        Err(refusal) => return refusal.into_response(),
    };
    if organization_id != org.id || user_id != bearer.user_id {
        return (StatusCode::FORBIDDEN, "Wrong_Org").into_response();
    }
    let Some((user, mut facts)) = org.user(&user_id).zip(facts(&org, &origin, &user_id)) else {
        return (StatusCode::FORBIDDEN, "Bad_OAuth_Token").into_response();
    };
    facts["id"] = id_url(&origin, &org.id, &user_id).into();
    facts["asserted_user"] = true.into();
    facts["username"] = user.username.as_str().into();
    facts["display_name"] = user.name.as_str().into();
    facts["nick_name"] = user.alias.as_str().into();
    facts["active"] = true.into();
    Json(facts).into_response()
}

fn bearer(org: &Org, headers: &HeaderMap, now: i64) -> Result<Bearer, (StatusCode, &'static str)> {
    let token = bearer_token(headers).ok_or((StatusCode::FORBIDDEN, "Missing_OAuth_Token"))?;
    org.bearer(token, now).ok_or((StatusCode::FORBIDDEN, "Bad_OAuth_Token"))
}

fn facts(org: &Org, origin: &Origin, user_id: &str) -> Option<Value> {
    let user = org.user(user_id)?;
    let organization_id = org.organization_of(user_id);
    let instance = org.my_domain_of(origin, user_id);
    Some(json!({
        "sub": id_url(origin, organization_id, user_id),
        "user_id": user.id,
        "organization_id": organization_id,
        "preferred_username": user.username,
        "nickname": user.alias,
        "name": user.name,
        "email": user.username,
        "email_verified": true,
        "user_type": "STANDARD",
        "language": "en_US",
        "locale": "en_US",
        "active": true,
        "urls": {
            "rest": format!("{instance}/services/data/v{{version}}/"),
            "query": format!("{instance}/services/data/v{{version}}/query/"),
            "sobjects": format!("{instance}/services/data/v{{version}}/sobjects/"),
            "profile": format!("{instance}/{user_id}"),
            "custom_domain": instance,
        },
    }))
}
