//! Records by REST: create, read, update, delete. `Account` only, with its name.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::Salesforce;
use super::rest::{error, user_of};

type Fields = Map<String, Value>;

/// `POST /services/data/vNN.0/sobjects/<object>`.
pub(super) async fn create(
    State(salesforce): State<Salesforce>,
    Path((_, object)): Path<(String, String)>,
    headers: HeaderMap,
    Json(fields): Json<Fields>,
) -> Response {
    let name = match allowed(&salesforce, &headers, &object).and_then(|()| name_of(&fields)) {
        Ok(Some(name)) => name,
        Ok(None) => return missing_name(),
        Err(refusal) => return *refusal,
    };
    let mut org = salesforce.org();
    let id = org.random.record_id("001");
    org.accounts.push((id.clone(), name));
    let body = Json(json!({ "id": id, "success": true, "errors": [] }));
    (StatusCode::CREATED, body).into_response()
}

/// `GET /services/data/vNN.0/sobjects/<object>/<id>`.
pub(super) async fn read(
    State(salesforce): State<Salesforce>,
    Path((version, object, id)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Response {
    if let Err(refusal) = allowed(&salesforce, &headers, &object) {
        return *refusal;
    }
    let org = salesforce.org();
    match org.accounts.iter().find(|(known, _)| is(known, &id)) {
        Some((id, name)) => {
            let url = format!("/services/data/{version}/sobjects/Account/{id}");
            let attributes = json!({ "type": "Account", "url": url });
            Json(json!({ "attributes": attributes, "Id": id, "Name": name })).into_response()
        }
        None => not_found(),
    }
}

/// `PATCH /services/data/vNN.0/sobjects/<object>/<id>`.
pub(super) async fn update(
    State(salesforce): State<Salesforce>,
    Path((_, object, id)): Path<(String, String, String)>,
    headers: HeaderMap,
    Json(fields): Json<Fields>,
) -> Response {
    let name = match allowed(&salesforce, &headers, &object).and_then(|()| name_of(&fields)) {
        Ok(name) => name,
        Err(refusal) => return *refusal,
    };
    let mut org = salesforce.org();
    let Some((_, held)) = org.accounts.iter_mut().find(|(known, _)| is(known, &id)) else {
        return not_found();
    };
    if let Some(name) = name {
        *held = name;
    }
    StatusCode::NO_CONTENT.into_response()
}

/// `DELETE /services/data/vNN.0/sobjects/<object>/<id>`.
pub(super) async fn delete(
    State(salesforce): State<Salesforce>,
    Path((_, object, id)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Response {
    if let Err(refusal) = allowed(&salesforce, &headers, &object) {
        return *refusal;
    }
    let mut org = salesforce.org();
    match org.accounts.iter().position(|(known, _)| is(known, &id)) {
        Some(place) => {
            org.accounts.remove(place);
            StatusCode::NO_CONTENT.into_response()
        }
        None => not_found(),
    }
}

/// Ids are known in their long form, and asked for in either.
fn is(known: &str, id: &str) -> bool {
    id.len() >= 15 && known.starts_with(id)
}

/// The session first, then the object, as Salesforce looks at them.
fn allowed(
    salesforce: &Salesforce,
    headers: &HeaderMap,
    object: &str,
) -> Result<(), Box<Response>> {
    user_of(salesforce, headers)?;
    if object.eq_ignore_ascii_case("Account") {
        Ok(())
    } else {
        Err(Box::new(not_found_with("The requested resource does not exist")))
    }
}

/// The name in what was sent, in whatever case its field is written; fields that an account has not
/// are refused.
fn name_of(fields: &Fields) -> Result<Option<String>, Box<Response>> {
    let is_name = |key: &str| key.eq_ignore_ascii_case("Name");
    if let Some(unknown) = fields.keys().find(|key| !is_name(key)) {
        let message = format!("No such column '{unknown}' on sobject of type Account");
        return Err(Box::new(error(StatusCode::BAD_REQUEST, "INVALID_FIELD", &message)));
    }
    let name = fields.iter().find(|(key, _)| is_name(key)).and_then(|(_, value)| value.as_str());
    Ok(name.map(str::to_owned))
}

fn missing_name() -> Response {
    let body = json!([{
        "message": "Required fields are missing: [Name]",
        "errorCode": "REQUIRED_FIELD_MISSING",
        "fields": ["Name"],
    }]);
    (StatusCode::BAD_REQUEST, Json(body)).into_response()
}

fn not_found() -> Response {
    not_found_with("Provided external ID field does not exist or is not accessible: id")
}

fn not_found_with(message: &str) -> Response {
    error(StatusCode::NOT_FOUND, "NOT_FOUND", message)
}
