//! Refusals, as `{"requestId": "…", "message": "…"}`.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

/// A refusal. It becomes a response without a body; [`super::recorder`] writes the body, since
/// the request id is known there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ApiError {
    pub(super) status: StatusCode,
    pub(super) message: String,
}

impl ApiError {
    fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into() }
    }

    /// A refusal with a status that something else decided.
    pub(super) fn with_status(status: StatusCode, message: impl Into<String>) -> Self {
        Self::new(status, message)
    }

    /// 400.
    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// 401 for a header that is absent, malformed or names unknown secrets: one text for all of
    /// them, as the platform does not say which part was wrong.
    pub(super) fn unauthorized() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "Invalid Organization or User secret, or invalid Element token provided.",
        )
    }

    /// 401 for an instance that Salesforce no longer lets in.
    pub(super) fn unauthenticated(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, message)
    }

    /// 403 for a call on a disabled instance.
    pub(super) fn disabled(id: u64) -> Self {
        Self::new(StatusCode::FORBIDDEN, format!("Element instance with id {id} is disabled"))
    }

    /// 404 for an instance that does not exist (any more).
    pub(super) fn no_instance(id: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("No element instance found with id {id}"))
    }

    /// 404 for anything else.
    pub(super) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, message)
    }

    /// 405.
    pub(super) fn method_not_allowed(message: impl Into<String>) -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, message)
    }

    /// 502 for a Salesforce that cannot be reached or not be understood.
    pub(super) fn bad_gateway(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_GATEWAY, message)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}
