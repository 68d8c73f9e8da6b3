//! `GET /elements` and `GET /elements/{keyOrId}`: the catalogue, which holds one element.

use super::auth::Platform;
use super::error::ApiError;
use axum::Json;
use axum::extract::{Path, Query};
use serde::Deserialize;
use serde_json::{Value, json};

/// Key of the one element there is.
pub(super) const SFDC_KEY: &str = "sfdc";
/// The hub that it belongs to.
const HUB: &str = "crm";
/// Its id.
pub(super) const SFDC_ID: u64 = 23;

/// Whether this is the key or the id of the one element there is.
pub(super) fn require(key_or_id: &str) -> Result<(), ApiError> {
    if key_or_id == SFDC_KEY || key_or_id == SFDC_ID.to_string() {
        Ok(())
    } else {
        Err(ApiError::not_found(format!("No element found with key or id {key_or_id}")))
    }
}

/// The element as it stands in the catalogue and in every instance.
pub(super) fn sfdc() -> Value {
    json!({
        "id": SFDC_ID,
        "name": "Salesforce Sales Cloud",
        "hookName": "SalesforceV40",
        "key": SFDC_KEY,
        "description": "Sales Cloud of Salesforce",
        "image": "elements/provider_sfdc.png",
        "active": true,
        "deleted": false,
        "typeOauth": true,
        "trialAccount": false,
        "hub": "crm",
        "protocolType": "http",
        "authentication": {"type": "oauth2"},
        "transformationsEnabled": true,
        "bulkDownloadEnabled": true,
        "bulkUploadEnabled": true,
        "cloneable": true,
        "extendable": true,
        "extended": false,
        "beta": false,
        "private": false,
    })
}

/// What a list of elements is asked with.
#[derive(Deserialize)]
pub(super) struct Parameters {
    r#where: Option<String>,
}

/// `GET /elements[?where=private='true' AND …]`; of the members, `key` and switches are understood.
pub(super) async fn list(
    _: Platform,
    Query(parameters): Query<Parameters>,
) -> Result<Json<Value>, ApiError> {
    let element = sfdc();
    let fits = parameters.r#where.as_deref().map_or(Ok(true), |wanted| fits(&element, wanted))?;
    Ok(Json(if fits { json!([element]) } else { json!([]) }))
}

fn fits(element: &Value, condition: &str) -> Result<bool, ApiError> {
    let wrong = || ApiError::bad_request(format!("Invalid where clause: {condition}"));
    for part in condition.split(" AND ") {
        let (member, wanted) = part.split_once(['=']).ok_or_else(wrong)?;
        let (member, wanted) = (member.trim(), wanted.trim().trim_matches('\''));
        // `abridged` says how much is told of each.
        let held = match &element[member] {
            _ if member == "abridged" => continue,
            Value::String(text) => text.clone(),
            Value::Bool(on) => on.to_string(),
            _ => return Err(wrong()),
        };
        if held != wanted {
            return Ok(false);
        }
    }
    Ok(true)
}

/// `GET /elements/keys`.
pub(super) async fn keys(_: Platform) -> Json<Value> {
    Json(json!([SFDC_KEY]))
}

fn crm() -> Value {
    json!({"key": HUB, "name": "CRM", "description": "Customer Relationship Management", "active": true})
}

fn require_hub(hub: &str) -> Result<(), ApiError> {
    if hub == HUB {
        Ok(())
    } else {
        Err(ApiError::not_found(format!("No hub found with key {hub}")))
    }
}

/// `GET /hubs`.
pub(super) async fn hubs(_: Platform) -> Json<Value> {
    Json(json!([crm()]))
}

/// `GET /hubs/keys`.
pub(super) async fn hub_keys(_: Platform) -> Json<Value> {
    Json(json!([HUB]))
}

/// `GET /hubs/{hub}`.
pub(super) async fn hub(_: Platform, Path(hub): Path<String>) -> Result<Json<Value>, ApiError> {
    require_hub(&hub)?;
    Ok(Json(crm()))
}

/// `GET /hubs/{hub}/elements`.
pub(super) async fn of_hub(_: Platform, Path(hub): Path<String>) -> Result<Json<Value>, ApiError> {
    require_hub(&hub)?;
    Ok(Json(json!([sfdc()])))
}

/// `GET /elements/{keyOrId}`.
pub(super) async fn read(
    _: Platform,
    Path(element): Path<String>,
) -> Result<Json<Value>, ApiError> {
    require(&element)?;
    Ok(Json(sfdc()))
}
