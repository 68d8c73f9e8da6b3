//! `POST /instances` and `POST /elements/{keyOrId}/instances`.

use super::super::auth::Platform;
use super::super::body::{InstanceBody, JsonBody};
use super::super::elements;
use super::super::error::ApiError;
use super::super::properties::{self, Configuration};
use super::super::service::CloudElements;
use super::{apply, on_instance, shown};
use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use serde_json::Value;

/// What has to be in the configuration, whatever else is.
const REQUIRED: [&str; 3] = [properties::API_KEY, properties::API_SECRET, properties::CALLBACK_URL];

/// `POST /instances`: the element is named in the body.
pub(in super::super) async fn create(
    State(service): State<CloudElements>,
    _: Platform,
    JsonBody(body): JsonBody<InstanceBody>,
) -> Result<Response, ApiError> {
    let element = body.element.as_ref().and_then(|element| {
        let id = element.id.as_ref().map(|id| match id {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        });
        element.key.clone().or(id)
    });
    let element = element.ok_or_else(|| ApiError::bad_request("element.key is required"))?;
    elements::require(&element)?;
    provision(&service, body).await
}

/// `POST /elements/{keyOrId}/instances`.
pub(in super::super) async fn create_of_element(
    State(service): State<CloudElements>,
    _: Platform,
    Path(element): Path<String>,
    JsonBody(body): JsonBody<InstanceBody>,
) -> Result<Response, ApiError> {
    elements::require(&element)?;
    provision(&service, body).await
}

async fn provision(service: &CloudElements, body: InstanceBody) -> Result<Response, ApiError> {
    service.state().saw_code(body.code());
    let mut configuration = properties::defaults();
    configuration.extend(body.configuration.clone().unwrap_or_default());
    require(&configuration)?;
    let site = service.state().site_of(&configuration);
    if let Some(site) = site {
        configuration.insert(properties::SITE_ADDRESS.to_owned(), Value::from(site));
    }
    let external = body.external_authentication.as_deref() == Some("initial");
    let tokens = match body.code() {
        Some(code) => service.exchange(&configuration, code).await?,
        None if external => service.adopt(&configuration).await?,
        None => {
            return Err(ApiError::bad_request(
                "providerData.code is required unless externalAuthentication is initial",
            ));
        }
    };
    tokens.store_in(&mut configuration, service.state().now());
    let name = body.name.clone().unwrap_or_else(|| "Salesforce Sales Cloud".to_owned());
    let id = service
        .state()
        .add(name, configuration, |instance| {
            instance.exchanges = u64::from(body.code().is_some());
            apply(&body, instance);
        })
        .id;
    Ok(on_instance(id, shown(service, id).map(Json)))
}

fn require(configuration: &Configuration) -> Result<(), ApiError> {
    let missing: Vec<&str> = REQUIRED
        .into_iter()
        .filter(|key| properties::text(configuration, key).is_empty())
        .collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(ApiError::bad_request(format!("Missing configuration: {}", missing.join(", "))))
    }
}
