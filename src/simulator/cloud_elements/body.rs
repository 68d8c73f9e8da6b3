//! What callers send: instances, or parts of them.

use super::error::ApiError;
use super::service::CloudElements;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// The body of POST, PATCH and PUT on instances. Members that the platform does not change that
/// way (`id`, `token`, `valid` …) are read over, since a PUT sends an instance as it was read.
#[derive(Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct InstanceBody {
    pub(super) element: Option<ElementBody>,
    pub(super) name: Option<String>,
    pub(super) description: Option<String>,
    pub(super) provider_data: Option<ProviderData>,
    pub(super) external_authentication: Option<String>,
    pub(super) configuration: Option<Map<String, Value>>,
    pub(super) tags: Option<Vec<String>>,
    pub(super) events_enabled: Option<bool>,
    pub(super) caching_enabled: Option<bool>,
    pub(super) max_cache_size: Option<u64>,
    pub(super) cache_time_to_live: Option<u64>,
}

impl InstanceBody {
    /// The authorization code, if there is one that is not blank.
    pub(super) fn code(&self) -> Option<&str> {
        let code = self.provider_data.as_ref()?.code.as_deref()?;
        (!code.trim().is_empty()).then_some(code)
    }
}

/// `element` in a body: the key, and the id as a number or a text.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct ElementBody {
    pub(super) key: Option<String>,
    pub(super) id: Option<Value>,
}

/// `providerData`: what the browser brought back from Salesforce.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct ProviderData {
    pub(super) code: Option<String>,
}

/// A JSON body. Anything but `Content-Type: application/json` answers 415, as on the platform.
pub(super) struct JsonBody<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<CloudElements> for JsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(
        request: Request,
        service: &CloudElements,
    ) -> Result<Self, Self::Rejection> {
        let json = request
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split(';').next())
            .is_some_and(|value| value.trim().eq_ignore_ascii_case("application/json"));
        if !json {
            return Err(ApiError::with_status(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "Content type not supported, expected application/json",
            ));
        }
        let bytes = Bytes::from_request(request, service).await.map_err(|rejection| {
            ApiError::with_status(rejection.status(), rejection.body_text())
        })?;
        // serde's message may quote a value, and a value may be a secret: only the place is told.
        serde_json::from_slice(&bytes).map(Self).map_err(|error| {
            ApiError::bad_request(format!(
                "Invalid JSON body at line {} column {}",
                error.line(),
                error.column()
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blank_code_is_no_code() {
        for (body, code) in [
            (r#"{"providerData":{"code":"aPrx=="}}"#, Some("aPrx==")),
            (r#"{"providerData":{"code":" "}}"#, None),
            (r#"{"providerData":{}}"#, None),
            (r#"{"id":1,"valid":true}"#, None),
        ] {
            let body: InstanceBody = serde_json::from_str(body).unwrap();
            assert_eq!(body.code(), code);
        }
    }
}
