//! The configuration as a list: `…/configuration`, and one property of it.

use super::auth::{FullHeader, Platform};
use super::body::JsonBody;
use super::error::ApiError;
use super::instances::{instance_of, on_instance};
use super::service::CloudElements;
use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

/// The body of a change.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Change {
    property_value: Value,
}

/// `GET /instances/configuration`.
pub(super) async fn list_of_this(
    State(service): State<CloudElements>,
    FullHeader(id): FullHeader,
) -> Response {
    on_instance(id, items(&service, id))
}

/// `GET /instances/{id}/configuration`.
pub(super) async fn list(
    State(service): State<CloudElements>,
    caller: Platform,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let id = instance_of(&service, &caller, &id)?;
    Ok(on_instance(id, items(&service, id)))
}

/// `PATCH /instances/configuration/{configId}`.
pub(super) async fn change_of_this(
    State(service): State<CloudElements>,
    FullHeader(id): FullHeader,
    Path(config): Path<String>,
    JsonBody(change): JsonBody<Change>,
) -> Response {
    on_instance(id, set(&service, id, &config, change.property_value))
}

/// `PATCH /instances/{id}/configuration/{configId}`.
pub(super) async fn change(
    State(service): State<CloudElements>,
    caller: Platform,
    Path((id, config)): Path<(String, String)>,
    JsonBody(change): JsonBody<Change>,
) -> Result<Response, ApiError> {
    let id = instance_of(&service, &caller, &id)?;
    Ok(on_instance(id, set(&service, id, &config, change.property_value)))
}

fn items(service: &CloudElements, id: u64) -> Result<Json<Value>, ApiError> {
    let mut state = service.state();
    let (mask_tokens, more) = (state.settings.mask_tokens, state.settings.listed_setting_changes);
    let instance =
        state.instances.get_mut(&id).ok_or_else(|| ApiError::no_instance(&id.to_string()))?;
    let mut items = instance.configuration_items(mask_tokens);
    if more {
        items.push(json!({
            "id": id * 1000 + 999,
            "key": "event.queue.name",
            "name": "event.queue.name",
            "propertyValue": format!("queue-{}", instance.exchanges),
            "type": "TEXTFIELD",
            "active": true,
        }));
    }
    Ok(Json(Value::Array(items)))
}

fn set(
    service: &CloudElements,
    id: u64,
    config: &str,
    value: Value,
) -> Result<Json<Value>, ApiError> {
    let mut state = service.state();
    let mask_tokens = state.settings.mask_tokens;
    let instance =
        state.instances.get_mut(&id).ok_or_else(|| ApiError::no_instance(&id.to_string()))?;
    let missing = || ApiError::not_found(format!("No configuration found with id {config}"));
    let config_id: u64 = config.parse().map_err(|_| missing())?;
    let key = instance.configuration_key(config_id).ok_or_else(missing)?;
    let switch = instance.configuration.get(&key).is_some_and(Value::is_boolean);
    // The list writes a switch as a text, and gets it back as one.
    let value = match value.as_str() {
        Some(text) if switch => match text.parse() {
            Ok(on) => Value::Bool(on),
            Err(_) => {
                return Err(ApiError::bad_request(format!("{key} must be true or false")));
            }
        },
        _ => value,
    };
    instance.configuration.insert(key, value);
    let changed =
        instance.configuration_items(mask_tokens).into_iter().find(|item| item["id"] == config_id);
    changed.map(Json).ok_or_else(missing)
}
