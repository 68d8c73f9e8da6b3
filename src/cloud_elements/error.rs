//! What the platform said instead of what was asked for.

use std::time::Duration;

use serde_json::Value;

use crate::failure::Failure;
use crate::http::{Answer, HttpError};
use crate::secrets::Redactor;

/// A call to the platform that did not give what it was made for. Texts of the platform are
/// redacted.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CloudElementsError {
    /// No usable answer at all.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// The platform refused.
    #[error("{what}: the platform answered {status}{}{}", said(message), request(request_id))]
    Refused {
        /// What was being done, e.g. `read the instance`.
        what: &'static str,
        /// HTTP status.
        status: u16,
        /// Whether the call addressed one instance, so that 404 means that there is none.
        of_instance: bool,
        /// The platform's `message`.
        message: String,
        /// The platform's `requestId`, by which its support finds the call.
        request_id: Option<String>,
        /// How long it asks to be left alone.
        retry_after: Option<Duration>,
    },
    /// The answer is about another instance than the call was.
    #[error(
        "{what}: expected an answer about instance {expected}, the platform answered about {answered}"
    )]
    OtherInstance {
        /// What was being done.
        what: &'static str,
        /// The instance that the call addressed, by id or by its element token.
        expected: u64,
        /// The one that the answer names.
        answered: u64,
    },
    /// The answer was accepted, but is not what the API promises.
    #[error("{what}: expected {expected} in `{field}` of the platform's answer, {seen}")]
    UnexpectedAnswer {
        /// What was being done.
        what: &'static str,
        /// Name or path of the field; `body` for the whole.
        field: String,
        /// The form it should have.
        expected: &'static str,
        /// What stood there, without its value.
        seen: String,
    },
    /// A list that goes on for more pages than is reasonable, or in a circle.
    #[error("{what}: expected a last page, the list still goes on after {pages}")]
    EndlessList {
        /// What was being done.
        what: &'static str,
        /// Pages that were read.
        pages: usize,
    },
    /// A secret that cannot travel in a header: it holds a line break or a control character.
    #[error("{label} cannot be sent in a header: it holds a line break or a control character")]
    UnsendableSecret {
        /// Which secret.
        label: &'static str,
    },
}

fn said(message: &str) -> String {
    if message.is_empty() { " without a message".to_owned() } else { format!(": {message}") }
}

fn request(id: &Option<String>) -> String {
    id.as_ref().map(|id| format!(" (request id {id})")).unwrap_or_default()
}

impl CloudElementsError {
    /// Reads a refusal: `{"requestId": "…", "message": "…"}`, or whatever stands there instead.
    pub(super) fn refused(
        what: &'static str,
        of_instance: bool,
        answer: &Answer,
        redactor: &Redactor,
    ) -> Self {
        let (message, request_id) = message_and_request_id(answer, redactor);
        let retry_after = answer.retry_after();
        Self::Refused { what, status: answer.status, of_instance, message, request_id, retry_after }
    }

    /// The status with which the platform refused.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Refused { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// Whether the call surely never reached the platform.
    pub fn was_not_sent(&self) -> bool {
        match self {
            Self::Http(error) => error.was_not_sent(),
            Self::UnsendableSecret { .. } => true,
            _ => false,
        }
    }
}

/// Headers that may hold the request id where the body does not.
pub(super) const REQUEST_ID_HEADERS: &[&str] = &["elements-request-id", "x-request-id"];

/// Longest text of an error page that is worth showing, in characters.
const LONGEST_MESSAGE: usize = 500;

/// A request id that is longer is none.
const LONGEST_ID: usize = 100;

/// The platform's own words and its request id, redacted.
pub(super) fn message_and_request_id(
    answer: &Answer,
    redactor: &Redactor,
) -> (String, Option<String>) {
    let body = serde_json::from_slice::<Value>(&answer.body).ok();
    let field = |name: &str| {
        body.as_ref().and_then(|body| body.get(name)).and_then(Value::as_str).map(str::to_owned)
    };
    let message = field("message").unwrap_or_else(|| answer.text().into_owned());
    let request_id = field("requestId").or_else(|| answer.first_header(REQUEST_ID_HEADERS));
    // Redacted before it is cut: half a secret would not be found.
    let clean = |text: &str, longest| redactor.redact_said(text).chars().take(longest).collect();
    (clean(message.trim(), LONGEST_MESSAGE), request_id.map(|id| clean(&id, LONGEST_ID)))
}

impl From<CloudElementsError> for Failure {
    fn from(error: CloudElementsError) -> Self {
        let message = error.to_string();
        match error {
            CloudElementsError::Http(error) => error.into(),
            CloudElementsError::Refused { status, of_instance, retry_after, .. } => {
                let failure = refusal(status, of_instance, message);
                match retry_after {
                    Some(wait) if matches!(status, 429 | 503) => failure.hint(format!(
                        "the platform asks to be left alone for {} s",
                        wait.as_secs()
                    )),
                    _ => failure,
                }
            }
            CloudElementsError::OtherInstance { .. } => {
                Self::scenario("cloud_elements.other_instance_answered", message).hint(
                    "the element token was moved to another instance, or something between here and the platform answers from a cache: look at both instances in the platform",
                )
            }
            CloudElementsError::UnexpectedAnswer { .. } => {
                Self::scenario("cloud_elements.unexpected_answer", message).hint(
                    "check that cloud_elements.base_url is the platform API (…/elements/api-v2)",
                )
            }
            CloudElementsError::EndlessList { .. } => {
                Self::scenario("cloud_elements.endless_list", message)
                    .hint("look at the instances in the platform's console, and delete those that nobody needs")
            }
            CloudElementsError::UnsendableSecret { .. } => {
                Self::usage("cloud_elements.unsendable_secret", message)
                    .hint("check it for a stray line break where it was copied")
            }
        }
    }
}

fn refusal(status: u16, of_instance: bool, message: String) -> Failure {
    match status {
        401 => Failure::usage("cloud_elements.unauthorized", message)
            .hint("check cloud_elements.user_secret and cloud_elements.organization_secret")
            .hint("check that cloud_elements.instance.token belongs to cloud_elements.instance.id"),
        403 => Failure::usage("cloud_elements.forbidden", message)
            .hint("check that the instance is enabled, and that this user may work with it"),
        404 if of_instance => Failure::usage("cloud_elements.unknown_instance", message)
            .hint("check cloud_elements.instance.id, and that base_url is the right environment"),
        404 => Failure::usage("cloud_elements.not_found", message)
            .hint("check cloud_elements.base_url and cloud_elements.element_key"),
        429 => Failure::environment("cloud_elements.rate_limited", message)
            .hint("wait for the limit to pass, then run again"),
        500.. => Failure::environment("cloud_elements.unavailable", message)
            .hint("ask the platform's support with the request id, or run again later"),
        _ => Failure::scenario("cloud_elements.refused", message).hint(
            "look at the instance in the platform; its support finds the call by the request id",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Kind;
    use http::HeaderMap;

    fn answer(status: u16, body: &str) -> Answer {
        Answer { status, headers: HeaderMap::new(), body: body.as_bytes().to_vec() }
    }

    #[test]
    fn classification() {
        for (status, of_instance, code, kind) in [
            (401, true, "cloud_elements.unauthorized", Kind::Usage),
            (403, true, "cloud_elements.forbidden", Kind::Usage),
            (404, true, "cloud_elements.unknown_instance", Kind::Usage),
            (404, false, "cloud_elements.not_found", Kind::Usage),
            (400, true, "cloud_elements.refused", Kind::Scenario),
            (302, true, "cloud_elements.refused", Kind::Scenario),
            (429, true, "cloud_elements.rate_limited", Kind::Environment),
            (503, true, "cloud_elements.unavailable", Kind::Environment),
        ] {
            let refused = CloudElementsError::refused(
                "read the instance",
                of_instance,
                &answer(status, ""),
                &Redactor::new(),
            );
            let failure = Failure::from(refused);
            assert_eq!((failure.code, failure.kind), (code, kind), "{status}");
        }
    }

    #[test]
    fn bodies() {
        let redactor = Redactor::new();
        redactor.learn("token", "secret-token");
        for (body, expected) in [
            (
                r#"{"requestId":"5a1b","message":"Invalid secret-token given"}"#,
                "read the instance: the platform answered 401: Invalid «token» given (request id 5a1b)",
            ),
            ("", "read the instance: the platform answered 401 without a message"),
            ("<h1>Bad</h1>\n", "read the instance: the platform answered 401: <h1>Bad</h1>"),
            (r#"{"message":7}"#, r#"read the instance: the platform answered 401: {"message":7}"#),
        ] {
            let error = CloudElementsError::refused(
                "read the instance",
                true,
                &answer(401, body),
                &redactor,
            );
            assert_eq!(error.to_string(), expected);
        }
    }
}
