//! The REST API: versions, SOQL queries, one record.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Salesforce;
use super::identity::bearer_token;
use super::{soql, tables};

/// The oldest and the newest version listed: Winter '23 and Summer '26.
const VERSIONS: std::ops::RangeInclusive<u32> = 56..=67;

/// `/services/data/`: which versions there are; needs no session.
pub(super) async fn versions() -> Json<Value> {
    Json(
        VERSIONS
            .map(|version| {
                json!({
                    "label": release(version),
                    "url": format!("/services/data/v{version}.0"),
                    "version": format!("{version}.0"),
                })
            })
            .collect(),
    )
}

/// The release that brought a version: three a year.
fn release(version: u32) -> String {
    let since = version - VERSIONS.start();
    let season = match since % 3 {
        0 => "Winter",
        1 => "Spring",
        _ => "Summer",
    };
    format!("{season} '{}", 23 + since / 3)
}

#[derive(Debug, Deserialize)]
pub(super) struct QueryParameters {
    #[serde(default)]
    q: String,
}

/// `/services/data/vNN.0/query?q=<SOQL>`.
pub(super) async fn query(
    State(salesforce): State<Salesforce>,
    Path(version): Path<String>,
    headers: HeaderMap,
    Query(QueryParameters { q }): Query<QueryParameters>,
) -> Response {
    let user_id = match user_of(&salesforce, &headers) {
        Ok(user_id) => user_id,
        Err(refusal) => return *refusal,
    };
    let query = match soql::parse(&q) {
        Ok(query) => query,
        Err(complaint) => return error(StatusCode::BAD_REQUEST, "MALFORMED_QUERY", &complaint),
    };
    match tables::select(&mut salesforce.org(), &user_id, &version, &query) {
        Ok(records) => Json(json!({
            "totalSize": records.len(),
            "done": true,
            "records": records,
        }))
        .into_response(),
        Err(refused) => error(StatusCode::BAD_REQUEST, refused.code, &refused.message),
    }
}

/// The user of the request's Bearer, or the refusal of a dead one.
pub(super) fn user_of(
    salesforce: &Salesforce,
    headers: &HeaderMap,
) -> Result<String, Box<Response>> {
    let now = salesforce.now_ms();
    bearer_token(headers)
        .and_then(|token| salesforce.org().bearer(token, now))
        .map(|bearer| bearer.user_id)
        .ok_or_else(|| {
            let message = "Session expired or invalid";
            Box::new(error(StatusCode::UNAUTHORIZED, "INVALID_SESSION_ID", message))
        })
}

/// REST's refusal: a list, even of one.
pub(super) fn error(status: StatusCode, code: &str, message: &str) -> Response {
    (status, Json(json!([{ "message": message, "errorCode": code }]))).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_releases_a_year() {
        for (version, label) in
            [(56, "Winter '23"), (60, "Spring '24"), (65, "Winter '26"), (67, "Summer '26")]
        {
            assert_eq!(release(version), label);
        }
    }
}
