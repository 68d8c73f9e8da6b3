//! `GET /elements` and `GET /elements/{keyOrId}`: the catalogue, which holds one element.

use super::auth::Platform;
use super::error::ApiError;
use axum::Json;
use axum::extract::Path;
use serde_json::{Value, json};

/// Key of the one element there is.
pub(super) const SFDC_KEY: &str = "sfdc";
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

/// `GET /elements`.
pub(super) async fn list(_: Platform) -> Json<Value> {
    Json(json!([sfdc()]))
}

/// `GET /elements/{keyOrId}`.
pub(super) async fn read(
    _: Platform,
    Path(element): Path<String>,
) -> Result<Json<Value>, ApiError> {
    require(&element)?;
    Ok(Json(sfdc()))
}
