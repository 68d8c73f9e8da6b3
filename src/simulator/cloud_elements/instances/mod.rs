//! `/instances` in all its forms, one file an intention.

mod create;
mod patch;
mod put;
mod read;
mod switches;

pub(super) use create::{create, create_of_element};
pub(super) use patch::{patch, patch_this};
pub(super) use put::{put, put_this};
pub(super) use read::{list_or_read, read};
pub(super) use switches::{delete, delete_this, disable, disable_this, enable, enable_this};

use super::auth::Platform;
use super::body::InstanceBody;
use super::error::ApiError;
use super::model::Instance;
use super::service::CloudElements;
use axum::http::HeaderValue;
use axum::response::{IntoResponse, Response};
use serde_json::Value;

/// Response header that says which instance a call was on.
pub(super) const INSTANCE_ID: &str = "Elements-Element-Instance-Id";

/// An answer, or a refusal, of a call on an instance.
pub(super) fn on_instance(id: u64, answer: Result<impl IntoResponse, ApiError>) -> Response {
    let mut response = answer.into_response();
    response.headers_mut().insert(INSTANCE_ID, HeaderValue::from(id));
    response
}

/// The instance in a path. An element token that comes along must be that instance's own.
pub(super) fn instance_of(
    service: &CloudElements,
    caller: &Platform,
    id: &str,
) -> Result<u64, ApiError> {
    let missing = || ApiError::no_instance(id);
    let number: u64 = id.parse().map_err(|_| missing())?;
    if service.state().instances.get(&number).is_none_or(|instance| instance.is_anothers) {
        return Err(missing());
    }
    match caller.instance {
        Some(own) if own != number => Err(ApiError::unauthorized()),
        _ => Ok(number),
    }
}

/// An instance as it is read.
fn shown(service: &CloudElements, id: u64) -> Result<Value, ApiError> {
    let state = service.state();
    let instance =
        state.instances.get(&id).ok_or_else(|| ApiError::no_instance(&id.to_string()))?;
    Ok(instance.to_json(true, state.settings.mask_tokens))
}

/// Changes an instance under the lock.
fn change<T>(
    service: &CloudElements,
    id: u64,
    change: impl FnOnce(&mut Instance) -> T,
) -> Result<T, ApiError> {
    let mut state = service.state();
    let now = state.now();
    let instance =
        state.instances.get_mut(&id).ok_or_else(|| ApiError::no_instance(&id.to_string()))?;
    instance.updated = now;
    Ok(change(instance))
}

/// Lays what was sent, apart from the configuration and the code, over an instance.
fn apply(body: &InstanceBody, instance: &mut Instance) {
    fn set<T: Clone>(target: &mut T, source: Option<&T>) {
        if let Some(value) = source {
            target.clone_from(value);
        }
    }
    set(&mut instance.name, body.name.as_ref());
    set(&mut instance.tags, body.tags.as_ref());
    set(&mut instance.events_enabled, body.events_enabled.as_ref());
    set(&mut instance.caching_enabled, body.caching_enabled.as_ref());
    set(&mut instance.max_cache_size, body.max_cache_size.as_ref());
    set(&mut instance.cache_time_to_live, body.cache_time_to_live.as_ref());
    if body.description.is_some() {
        instance.description.clone_from(&body.description);
    }
}
