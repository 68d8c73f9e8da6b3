//! What Salesforce said instead of what was asked for.

use std::borrow::Cow;

use serde_json::Value;
use url::form_urlencoded;

use crate::failure::Failure;
use crate::http::{Answer, HttpError};
use crate::secrets::Redactor;

/// Headers in which Salesforce or what stands before it names a call.
const REQUEST_ID_HEADERS: &[&str] = &["sforce-request-id", "x-request-id", "x-sfdc-request-id"];

/// Longest text of an error page that is worth showing, in characters.
const LONGEST_MESSAGE: usize = 500;
/// A request id that is longer is none.
const LONGEST_ID: usize = 100;

/// A call to Salesforce that did not give what it was made for. Texts of Salesforce are redacted.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SalesforceError {
    /// No usable answer at all.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// Salesforce refused.
    #[error("{what}: Salesforce answered {status}{}{}", said(code, message), request(request_id))]
    Refused {
        /// What was being done, e.g. `exchange the authorization code`.
        what: &'static str,
        /// HTTP status.
        status: u16,
        /// `error` of the OAuth endpoints, `errorCode` of REST; none if it gave no such thing.
        code: Option<String>,
        /// `error_description` or `message`, else the beginning of the body.
        message: String,
        /// By which Salesforce's support finds the call.
        request_id: Option<String>,
    },
    /// The answer was accepted, but is not what the API promises.
    #[error("{what}: Salesforce's answer is not as expected, {reason}")]
    UnexpectedAnswer {
        /// What was being done.
        what: &'static str,
        /// What is wrong with it, without a value.
        reason: String,
    },
    /// A query that goes on for more pages than is reasonable.
    #[error("{what}: more than {pages} pages, the query does not end")]
    EndlessQuery {
        /// What was being done.
        what: &'static str,
        /// The limit.
        pages: usize,
    },
    /// A URL from which the org's other hosts cannot be derived.
    #[error("expected a My Domain such as https://acme--qa.sandbox.my.salesforce.com, got {host}")]
    NotAMyDomain {
        /// The host that was given.
        host: String,
    },
    /// The embedded list of host names is broken, which a test rules out.
    #[error("the list of Salesforce hosts is broken: {reason}")]
    HostList {
        /// What the parser said.
        reason: String,
    },
    /// A token that cannot travel in a header: it holds a line break or a control character.
    #[error("{label} cannot be sent in a header: it holds a line break or a control character")]
    UnsendableSecret {
        /// Which secret.
        label: &'static str,
    },
}

fn said(code: &Option<String>, message: &str) -> String {
    match (code, message.is_empty()) {
        (Some(code), true) => format!(": {code}"),
        (Some(code), false) => format!(": {code}, {message}"),
        (None, false) => format!(": {message}"),
        (None, true) => " without a message".to_owned(),
    }
}

fn request(id: &Option<String>) -> String {
    id.as_ref().map(|id| format!(" (request id {id})")).unwrap_or_default()
}

impl SalesforceError {
    /// Reads a refusal in any of the forms that Salesforce uses.
    pub(super) fn refused(what: &'static str, answer: &Answer, redactor: &Redactor) -> Self {
        let (code, message) = code_and_message(&answer.text(), redactor);
        let request_id = answer
            .first_header(REQUEST_ID_HEADERS)
            .map(|id| redactor.redact(&id).chars().take(LONGEST_ID).collect());
        Self::Refused { what, status: answer.status, code, message, request_id }
    }

    /// Salesforce's own code for what went wrong, e.g. `invalid_grant`.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Refused { code, .. } => code.as_deref(),
            _ => None,
        }
    }

    /// Whether this user may not see what was asked for, or this org does not have it: for
    /// callers to whom that is "unknown" and not an error.
    pub fn is_not_permitted(&self) -> bool {
        let Self::Refused { status, code, .. } = self else { return false };
        match code.as_deref().unwrap_or_default() {
            // Also a 403, but a matter of time and not of permissions.
            "REQUEST_LIMIT_EXCEEDED" => false,
            "INVALID_TYPE" | "INVALID_FIELD" => true,
            code => {
                code.starts_with("INSUFFICIENT_ACCESS")
                    || (*status == 403 && !self.is_session_refused())
            }
        }
    }

    /// Whether the session or access token was refused: expired, revoked or never valid.
    pub fn is_session_refused(&self) -> bool {
        match self {
            Self::Refused { status, code, message, .. } => {
                *status == 401
                    || code.as_deref() == Some("INVALID_SESSION_ID")
                    || message.contains("Bad_OAuth_Token")
            }
            _ => false,
        }
    }
}

/// `error` and `error_description` (JSON or form-encoded), `errorCode` and `message` (a list of
/// JSON objects), or the beginning of whatever text it is.
fn code_and_message(text: &str, redactor: &Redactor) -> (Option<String>, String) {
    // Redacted before it is cut: half a secret would not be found.
    let clean = |text: &str| -> String {
        redactor.redact_said(text.trim()).chars().take(LONGEST_MESSAGE).collect()
    };
    if let Ok(body) = serde_json::from_str::<Value>(text) {
        let first = body.get(0).unwrap_or(&body);
        let field = |name: &str| first.get(name).and_then(Value::as_str);
        let code = field("error").or_else(|| field("errorCode"));
        let message = field("error_description").or_else(|| field("message"));
        if code.is_some() || message.is_some() {
            return (code.map(clean), message.map(clean).unwrap_or_default());
        }
    } else if let Some(start) = text.find("error=") {
        // Also inside an HTML page, as `<pre>error=…&error_description=…</pre>`.
        let form: Cow<'_, str> =
            text[start..].split(['<', '\r', '\n', '"']).next().unwrap_or_default().into();
        let form = form.replace("&amp;", "&");
        let field = |wanted: &str| {
            form_urlencoded::parse(form.as_bytes())
                .find(|(name, _)| name == wanted)
                .map(|(_, value)| clean(&value))
        };
        if let Some(code) = field("error").filter(|code| !code.is_empty()) {
            return (Some(code), field("error_description").unwrap_or_default());
        }
    }
    (None, clean(text))
}

impl From<SalesforceError> for Failure {
    fn from(error: SalesforceError) -> Self {
        let message = error.to_string();
        let session_refused = error.is_session_refused();
        match error {
            SalesforceError::Http(error) => error.into(),
            SalesforceError::Refused { status, code, .. } => {
                refusal(status, code.as_deref().unwrap_or_default(), session_refused, message)
            }
            SalesforceError::UnexpectedAnswer { .. } => {
                Self::scenario("salesforce.unexpected_answer", message)
                    .hint("check that salesforce.login_url and salesforce.my_domain are Salesforce")
            }
            SalesforceError::EndlessQuery { .. } => {
                Self::scenario("salesforce.endless_query", message)
            }
            SalesforceError::NotAMyDomain { .. } => {
                Self::usage("salesforce.not_a_my_domain", message)
                    .hint("set salesforce.my_domain to the address shown in Setup → My Domain")
            }
            SalesforceError::HostList { .. } => Self::usage("salesforce.host_list", message),
            SalesforceError::UnsendableSecret { .. } => {
                Self::usage("salesforce.unsendable_secret", message)
                    .hint("check it for a stray line break where it was copied")
            }
        }
    }
}

fn refusal(status: u16, code: &str, session_refused: bool, message: String) -> Failure {
    match code {
        "invalid_client_id" | "invalid_client" => {
            return Failure::usage("salesforce.client_refused", message)
                .hint("check salesforce.consumer_key and salesforce.consumer_secret")
                .hint("check that the app is installed in this org, and wait ten minutes after a change to it");
        }
        "redirect_uri_mismatch" => {
            return Failure::usage("salesforce.redirect_uri_mismatch", message)
                .hint("add salesforce.callback_url to the app's callback URLs, letter by letter");
        }
        "invalid_grant" => {
            return Failure::scenario("salesforce.invalid_grant", message)
                .hint("an authorization code works once, for minutes: ask for a new one");
        }
        "rate_limit_exceeded" | "REQUEST_LIMIT_EXCEEDED" => {
            return Failure::environment("salesforce.rate_limited", message)
                .hint("wait for the org's limit to pass, then run again");
        }
        _ => {}
    }
    if session_refused {
        return Failure::scenario("salesforce.session_refused", message)
            .hint("the access token or session has ended: log in again");
    }
    match status {
        429 => Failure::environment("salesforce.rate_limited", message)
            .hint("wait for the limit to pass, then run again"),
        500.. => Failure::environment("salesforce.unavailable", message)
            .hint("look at status.salesforce.com, then run again"),
        _ => Failure::scenario("salesforce.refused", message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Kind;
    use crate::testing::{cases, damaged};
    use http::{HeaderMap, HeaderValue};
    use proptest::prelude::*;
    use proptest::sample::select;

    #[test]
    fn every_form_of_error_body() {
        let redactor = Redactor::new();
        redactor.learn("token", "5Aep-secret");
        for (body, code, message) in [
            (
                r#"{"error":"invalid_grant","error_description":"expired authorization code"}"#,
                Some("invalid_grant"),
                "expired authorization code",
            ),
            (
                r#"[{"message":"Session expired or invalid","errorCode":"INVALID_SESSION_ID"}]"#,
                Some("INVALID_SESSION_ID"),
                "Session expired or invalid",
            ),
            (
                "error=invalid_token&error_description=invalid+token%3A+5Aep-secret",
                Some("invalid_token"),
                "invalid token: «token»",
            ),
            (
                "<html><pre>error=redirect_uri_mismatch&amp;error_description=redirect_uri%20must%20match</pre></html>",
                Some("redirect_uri_mismatch"),
                "redirect_uri must match",
            ),
            ("Bad_OAuth_Token", None, "Bad_OAuth_Token"),
            ("", None, ""),
            ("[]", None, "[]"),
            (r#"{"error":5}"#, None, r#"{"error":5}"#),
            (r#"{"id":1,"access_token":"qa"}"#, None, r#"{"id":1,"access_token":"«redacted»"}"#),
            ("error=x&error_description=sid%3Dqa", Some("x"), "sid=«redacted»"),
        ] {
            let read = code_and_message(body, &redactor);
            assert_eq!((read.0.as_deref(), read.1.as_str()), (code, message), "{body}");
        }
    }

    #[test]
    fn classification() {
        for (status, body, code, kind) in [
            (400, r#"{"error":"invalid_client"}"#, "salesforce.client_refused", Kind::Usage),
            (400, r#"{"error":"invalid_grant"}"#, "salesforce.invalid_grant", Kind::Scenario),
            (401, "[]", "salesforce.session_refused", Kind::Scenario),
            (403, "Bad_OAuth_Token", "salesforce.session_refused", Kind::Scenario),
            (
                403,
                r#"[{"errorCode":"REQUEST_LIMIT_EXCEEDED"}]"#,
                "salesforce.rate_limited",
                Kind::Environment,
            ),
            (400, r#"[{"errorCode":"MALFORMED_QUERY"}]"#, "salesforce.refused", Kind::Scenario),
            (503, "", "salesforce.unavailable", Kind::Environment),
        ] {
            let answer =
                Answer { status, headers: HeaderMap::new(), body: body.as_bytes().to_vec() };
            let failure = Failure::from(SalesforceError::refused("ask", &answer, &Redactor::new()));
            assert_eq!((failure.code, failure.kind), (code, kind), "{status} {body}");
        }
    }

    #[test]
    fn what_is_not_permitted() {
        for (status, body, expected) in [
            (403, r#"[{"errorCode":"API_DISABLED_FOR_ORG"}]"#, true),
            (400, r#"[{"errorCode":"INVALID_TYPE"}]"#, true),
            (400, r#"[{"errorCode":"INSUFFICIENT_ACCESS_OR_READONLY"}]"#, true),
            (403, r#"[{"errorCode":"REQUEST_LIMIT_EXCEEDED"}]"#, false),
            (403, "Bad_OAuth_Token", false),
            (401, r#"[{"errorCode":"INVALID_SESSION_ID"}]"#, false),
            (400, r#"[{"errorCode":"MALFORMED_QUERY"}]"#, false),
        ] {
            let answer =
                Answer { status, headers: HeaderMap::new(), body: body.as_bytes().to_vec() };
            let error = SalesforceError::refused("ask", &answer, &Redactor::new());
            assert_eq!(error.is_not_permitted(), expected, "{status} {body}");
        }
    }

    #[test]
    fn the_request_id_is_shown() {
        let mut headers = HeaderMap::new();
        headers.insert("sforce-request-id", HeaderValue::from_static("abc123"));
        let answer = Answer { status: 500, headers, body: b"oops".to_vec() };
        let error = SalesforceError::refused("ask", &answer, &Redactor::new());
        assert_eq!(error.to_string(), "ask: Salesforce answered 500: oops (request id abc123)");
    }

    /// The forms in which Salesforce refuses, each with a secret in it.
    const BODIES: [&str; 5] = [
        r#"{"error":"invalid_grant","error_description":"5Aep-secret is expired"}"#,
        r#"[{"message":"Session 5Aep-secret expired or invalid","errorCode":"INVALID_SESSION_ID"}]"#,
        "error=invalid_client_id&error_description=client%20identifier%205Aep-secret",
        "<html><body><pre>error=unknown_error&amp;error_description=5Aep-secret+failed</pre></body></html>",
        "Bad_OAuth_Token 5Aep-secret",
    ];

    proptest! {
        #![proptest_config(cases())]

        #[test]
        fn any_body_is_told_in_short_and_without_secrets(
            body in select(BODIES.to_vec()).prop_flat_map(|body| damaged(body.as_bytes().to_vec())),
            more in select(vec![0_usize, 0, 0, 0, 0, 0, 0, 0, 0, 400_000]), status in 100_u16..600,
            id in select(vec!["", "5a1b", "5Aep-secret", "\u{e9}"]),
        ) {
            let redactor = Redactor::new();
            redactor.learn("token", "5Aep-secret");
            let mut headers = HeaderMap::new();
            headers.insert("x-request-id", HeaderValue::from_str(&id.repeat(40)).unwrap());
            let body = [body, vec![b' '; more / 2], vec![b'x'; more / 2]].concat();
            let error = SalesforceError::refused("introspect", &Answer { status, headers, body }, &redactor);
            let failure = Failure::from(error.clone());
            let debug = format!("{error:?}");
            prop_assert!(!debug.contains("5Aep-secret"), "{}", debug);
            for said in [error.to_string(), failure.message] {
                prop_assert!(!said.contains("5Aep-secret"), "{}", said);
                // A code, a text, a request id, and what we say.
                prop_assert!(said.chars().count() < 2 * LONGEST_MESSAGE + 2 * LONGEST_ID, "{}", said);
            }
        }
    }
}
