//! `PATCH /instances` and `PATCH /instances/{id}`: a part of an instance, or a new grant for it.

use super::super::auth::{FullHeader, Platform};
use super::super::body::{InstanceBody, JsonBody};
use super::super::error::ApiError;
use super::super::properties::Configuration;
use super::super::service::CloudElements;
use super::super::settings::PatchBehaviour;
use super::{apply, change, instance_of, on_instance, shown};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::Value;
use std::time::Duration;

/// How long a late exchange takes.
const LATE: Duration = Duration::from_secs(1);

/// `PATCH /instances`.
pub(in super::super) async fn patch_this(
    State(service): State<CloudElements>,
    FullHeader(id): FullHeader,
    JsonBody(body): JsonBody<InstanceBody>,
) -> Response {
    on_instance(id, update(&service, id, &body).await.map(Json))
}

/// `PATCH /instances/{id}`.
pub(in super::super) async fn patch(
    State(service): State<CloudElements>,
    caller: Platform,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<InstanceBody>,
) -> Result<Response, ApiError> {
    let id = instance_of(&service, &caller, &id)?;
    Ok(on_instance(id, update(&service, id, &body).await.map(Json)))
}

async fn update(service: &CloudElements, id: u64, body: &InstanceBody) -> Result<Value, ApiError> {
    service.state().saw_code(body.code());
    let sent = body.configuration.clone().unwrap_or_default();
    let Some(code) = body.code() else {
        change(service, id, |instance| {
            instance.configuration.extend(sent);
            apply(body, instance);
        })?;
        return shown(service, id);
    };
    let behaviour = service.settings().patch;
    if let Some(refusal) = refusal(behaviour) {
        return Err(refusal);
    }
    if behaviour == PatchBehaviour::Ignore {
        return shown(service, id);
    }
    if behaviour == PatchBehaviour::Late {
        let (service, body, code) = (service.clone(), body.clone(), code.to_owned());
        let answer = shown(&service, id);
        tokio::spawn(async move {
            tokio::time::sleep(LATE).await;
            // Whoever asked has been answered: nobody is left to be told.
            drop(exchange(&service, id, &body, sent, &code).await);
        });
        return answer;
    }
    exchange(service, id, body, sent, code).await
}

async fn exchange(
    service: &CloudElements,
    id: u64,
    body: &InstanceBody,
    sent: Configuration,
    code: &str,
) -> Result<Value, ApiError> {
    let renewal = service.renewal(id)?;
    let _turn = renewal.lock().await;
    // A copy is exchanged with, so that a refused code leaves everything as it was.
    let mut configuration = service
        .state()
        .instances
        .get(&id)
        .map(|instance| instance.configuration.clone())
        .ok_or_else(|| ApiError::no_instance(&id.to_string()))?;
    configuration.extend(sent);
    let tokens = service.exchange(&configuration, code).await?;
    tokens.store_in(&mut configuration, service.state().now());
    change(service, id, |instance| {
        instance.configuration = configuration;
        instance.exchanges += 1;
        apply(body, instance);
    })?;
    shown(service, id)
}

fn refusal(behaviour: PatchBehaviour) -> Option<ApiError> {
    let (status, message) = match behaviour {
        PatchBehaviour::Accept | PatchBehaviour::Ignore | PatchBehaviour::Late => return None,
        PatchBehaviour::Refuse400 => {
            (StatusCode::BAD_REQUEST, "The instance cannot be re-authenticated with a PATCH")
        }
        PatchBehaviour::Refuse409 => {
            (StatusCode::CONFLICT, "The instance is not in a state that a PATCH can change")
        }
        PatchBehaviour::Refuse500 => {
            (StatusCode::INTERNAL_SERVER_ERROR, "An unexpected error occurred")
        }
    };
    Some(ApiError::with_status(status, message))
}
