//! `PUT|DELETE /instances[/{id}]/enabled` and `DELETE /instances[/{id}]`.

use super::super::auth::{FullHeader, Platform};
use super::super::error::ApiError;
use super::super::service::CloudElements;
use super::{change, instance_of, on_instance, shown};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

/// `PUT /instances/enabled`.
pub(in super::super) async fn enable_this(
    State(service): State<CloudElements>,
    FullHeader(id): FullHeader,
) -> Response {
    switch(&service, id, false)
}

/// `DELETE /instances/enabled`.
pub(in super::super) async fn disable_this(
    State(service): State<CloudElements>,
    FullHeader(id): FullHeader,
) -> Response {
    switch(&service, id, true)
}

/// `PUT /instances/{id}/enabled`.
pub(in super::super) async fn enable(
    State(service): State<CloudElements>,
    caller: Platform,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    Ok(switch(&service, instance_of(&service, &caller, &id)?, false))
}

/// `DELETE /instances/{id}/enabled`.
pub(in super::super) async fn disable(
    State(service): State<CloudElements>,
    caller: Platform,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    Ok(switch(&service, instance_of(&service, &caller, &id)?, true))
}

/// `DELETE /instances`.
pub(in super::super) async fn delete_this(
    State(service): State<CloudElements>,
    FullHeader(id): FullHeader,
) -> Response {
    remove(&service, id)
}

/// `DELETE /instances/{id}`.
pub(in super::super) async fn delete(
    State(service): State<CloudElements>,
    caller: Platform,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    Ok(remove(&service, instance_of(&service, &caller, &id)?))
}

fn switch(service: &CloudElements, id: u64, disabled: bool) -> Response {
    let answer = change(service, id, |instance| instance.disabled = disabled)
        .and_then(|()| shown(service, id));
    on_instance(id, answer.map(Json))
}

fn remove(service: &CloudElements, id: u64) -> Response {
    let answer = if service.state().delete(id) {
        Ok(StatusCode::OK)
    } else {
        Err(ApiError::no_instance(&id.to_string()))
    };
    on_instance(id, answer)
}
