//! What happens around every request: the delay, the count, the request id, the error's body.

use super::error::ApiError;
use super::identifiers;
use super::instances::INSTANCE_ID;
use super::service::CloudElements;
use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use std::time::Duration;

/// Response header with the id that the platform's support asks for.
const REQUEST_ID: &str = "Elements-Request-Id";

/// Wraps the router.
pub(super) async fn record(
    State(service): State<CloudElements>,
    request: Request,
    next: Next,
) -> Response {
    let (method, path) = (request.method().to_string(), request.uri().path().to_owned());
    let settings = service.settings();
    let delay = Duration::from_millis(settings.delay_ms);
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    let response = if settings.outage {
        let text = "The service is not available at the moment";
        ApiError::with_status(StatusCode::SERVICE_UNAVAILABLE, text).into_response()
    } else {
        to_the_end(request, next).await
    };
    service.state().count(&method, &path);

    let request_id = identifiers::request_id();
    let mut response = match refusal(&response) {
        Some(error) => {
            let body = json!({"requestId": request_id, "message": error.message});
            let mut refusal = (error.status, Json(body)).into_response();
            // What the handler said about the instance holds for a refusal too.
            if let Some(instance) = response.headers().get(INSTANCE_ID) {
                refusal.headers_mut().insert(INSTANCE_ID, instance.clone());
            }
            refusal
        }
        None => response,
    };
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

/// Acts upon a request whether or not somebody still waits for the answer: a token that Salesforce
/// rotated meanwhile would be lost else.
async fn to_the_end(request: Request, next: Next) -> Response {
    match tokio::spawn(next.run(request)).await {
        Ok(response) => response,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => {
                let text = "The service is shutting down";
                ApiError::with_status(StatusCode::SERVICE_UNAVAILABLE, text).into_response()
            }
        },
    }
}

/// The refusal in a response: our own, or one that axum made of a request it could not take apart.
fn refusal(response: &Response) -> Option<ApiError> {
    let own = response.extensions().get::<ApiError>().cloned();
    own.or_else(|| {
        let status = response.status();
        let text = status.canonical_reason().unwrap_or("Refused");
        (status.is_client_error() || status.is_server_error())
            .then(|| ApiError::with_status(status, text))
    })
}
