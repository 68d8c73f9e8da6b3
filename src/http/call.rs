//! A request and its answer, as values.

use std::borrow::Cow;
use std::time::Duration;

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use url::Url;
use url::form_urlencoded;

/// A request. Has no `Debug`: its query, headers and body hold secrets.
#[derive(Clone)]
pub struct Call {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
    pub(super) retrying: bool,
    pub(super) limit: Option<Duration>,
}

impl Call {
    /// A call that accepts JSON and is made once.
    pub fn new(method: Method, url: Url) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        Self { method, url, headers, body: Vec::new(), retrying: false, limit: None }
    }

    /// A GET that is made once.
    pub fn get(url: Url) -> Self {
        Self::new(Method::GET, url)
    }

    /// A POST that is made once.
    pub fn post(url: Url) -> Self {
        Self::new(Method::POST, url)
    }

    /// Sends `value` as `Authorization`, kept out of every debug output.
    #[must_use]
    pub fn authorization(mut self, mut value: HeaderValue) -> Self {
        value.set_sensitive(true);
        self.headers.insert(AUTHORIZATION, value);
        self
    }

    /// Sets a header.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// A body of form fields.
    #[must_use]
    pub fn form(mut self, fields: &[(&str, &str)]) -> Self {
        self.body =
            form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish().into();
        self.headers
            .insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        self
    }

    /// A JSON body.
    #[must_use]
    pub fn json(mut self, value: &serde_json::Value) -> Self {
        self.body = value.to_string().into_bytes();
        self.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        self
    }

    /// Makes the call again when the service says that it cannot answer now (429, 502, 503, 504)
    /// or the connection breaks. Only for calls that change nothing, or that do the same when they
    /// are made twice.
    #[must_use]
    pub fn retrying(mut self) -> Self {
        self.retrying = true;
        self
    }

    /// Another total limit than the client's, for each try.
    #[must_use]
    pub fn limit(mut self, limit: Duration) -> Self {
        self.limit = Some(limit);
        self
    }
}

/// An answer of any status, read in full. Has no `Debug`: its body may hold secrets.
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Response headers.
    pub headers: HeaderMap,
    /// The whole body, at most as long as the client's limit.
    pub body: Vec<u8>,
}

impl Answer {
    /// Whether the status is 2xx.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// A header as text; none if it is missing or not ASCII.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The first of several headers that is there.
    pub fn first_header(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| self.header(name)).map(str::to_owned)
    }

    /// How long the service asks to be left alone (`Retry-After`).
    pub fn retry_after(&self) -> Option<Duration> {
        super::retry::retry_after(&self.headers, Timestamp::now())
    }

    /// The body as text.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }

    /// The body as JSON. The error says what is wrong with the shape and never quotes a value.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, String> {
        serde_json::from_slice(&self.body).map_err(|error| describe_json_error(&error))
    }
}

/// A JSON error without the value it quotes: `invalid type: string "5Aep…"` would show a token.
pub fn describe_json_error(error: &serde_json::Error) -> String {
    let text = error.to_string();
    if text.starts_with("missing field") || text.starts_with("duplicate field") {
        return text;
    }
    let what = match error.classify() {
        serde_json::error::Category::Eof => "the JSON ends too early",
        serde_json::error::Category::Syntax => "not JSON",
        serde_json::error::Category::Data => "a field of another type than expected",
        serde_json::error::Category::Io => "unreadable",
    };
    format!("{what} at line {} column {}", error.line(), error.column())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_errors_never_quote_values() {
        #[derive(serde::Deserialize, Debug)]
        struct Expected {
            #[serde(rename = "id")]
            _id: u64,
        }
        for (body, expected) in [
            (r#"{"id":"hunter2-secret"}"#, "a field of another type than expected"),
            (r#"{"name":"hunter2-secret"}"#, "missing field `id`"),
            (r#"{"id":"hunter2"#, "the JSON ends too early"),
            ("<html>hunter2", "not JSON"),
        ] {
            let error = serde_json::from_str::<Expected>(body).unwrap_err();
            let text = describe_json_error(&error);
            assert!(text.starts_with(expected), "{text}");
            assert!(!text.contains("hunter2"), "{text}");
        }
    }

    #[test]
    fn authorization_is_sensitive() {
        let url = Url::parse("http://localhost/").unwrap();
        let call = Call::get(url).authorization(HeaderValue::from_static("User abc"));
        assert!(call.headers[AUTHORIZATION].is_sensitive());
    }
}
