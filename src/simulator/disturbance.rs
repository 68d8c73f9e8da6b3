//! What goes wrong between a service and its client, on the wire or in the shape of an answer:
//! before a request is acted upon, or after it was and before anybody hears of it.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::clock::for_http;
use super::gate::{Held, Matching};
use super::junk::Junk;

/// The largest body, in bytes, whose shape is changed.
const MOST_CHANGED: usize = 1 << 20;

/// Some requests that do not get what they should.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disturbance {
    /// Which requests.
    pub on: Matching,
    /// What becomes of them.
    pub how: Manner,
    /// Whether they are acted upon all the same.
    #[serde(default)]
    pub acted_upon: bool,
    /// How many of them; all where it is not said.
    #[serde(default)]
    pub times: Option<u32>,
    /// Only after a request like this was acted upon.
    #[serde(default)]
    pub since: Option<Matching>,
}

/// What becomes of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Manner {
    /// This status, with a body like the platform's.
    Status(u16),
    /// 429, asking to wait for so many seconds.
    RetryAfter(u32),
    /// 429, asking to wait until so many seconds from now, as a date.
    RetryAfterDate(u32),
    /// The connection is closed without a word.
    Cut,
    /// Half of the answer comes, then the connection is closed.
    Half,
    /// The answer comes so many milliseconds later.
    Late(u64),
    /// 200 and a web page, as a gateway answers that wants a login.
    Html,
    /// The answer calls itself plain text.
    PlainText,
    /// Every object has members that nobody knows.
    UnknownMembers,
    /// Numbers and switches are texts.
    NumbersAsTexts,
    /// Objects lack this member.
    Without(String),
    /// 200 and a body that cannot be one of this service.
    Junk(Junk),
    /// This status, and a message that quotes the request: who asked, by what URL, with what body.
    Quote(u16),
}

impl Manner {
    /// What comes of the answer alone, so that the request has to be acted upon.
    fn needs_an_answer(&self) -> bool {
        matches!(
            self,
            Self::Half
                | Self::Late(_)
                | Self::PlainText
                | Self::UnknownMembers
                | Self::NumbersAsTexts
                | Self::Without(_)
        )
    }
}

#[derive(Debug)]
struct Rule {
    disturbance: Disturbance,
    left: Option<u32>,
    active: bool,
}

impl Rule {
    fn new(disturbance: Disturbance) -> Self {
        Self { left: disturbance.times, active: disturbance.since.is_none(), disturbance }
    }
}

/// What is disturbed from now on.
#[derive(Debug, Default)]
pub(super) struct Disturbances {
    rules: Mutex<Vec<Rule>>,
}

impl Disturbances {
    pub(super) fn new(disturbances: Vec<Disturbance>) -> Self {
        let rules = disturbances.into_iter().map(Rule::new).collect();
        Self { rules: Mutex::new(rules) }
    }

    pub(super) fn set(&self, disturbances: Vec<Disturbance>) {
        *self.lock() = disturbances.into_iter().map(Rule::new).collect();
    }

    pub(super) fn all(&self) -> Vec<Disturbance> {
        self.lock().iter().map(|rule| rule.disturbance.clone()).collect()
    }

    /// What becomes of this request, which counts.
    pub(super) fn take(&self, request: &Held) -> Option<Disturbance> {
        let mut rules = self.lock();
        let rule = rules.iter_mut().find(|rule| {
            rule.active && rule.left != Some(0) && rule.disturbance.on.fits(request)
        })?;
        rule.left = rule.left.map(|left| left - 1);
        Some(rule.disturbance.clone())
    }

    /// A request was acted upon: what waited for it begins.
    pub(super) fn acted_upon(&self, request: &Held) {
        for rule in self.lock().iter_mut() {
            let since = rule.disturbance.since.as_ref();
            rule.active |= since.is_some_and(|since| since.fits(request));
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Rule>> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Disturbance {
    /// Whether the request reaches its service.
    pub(super) fn is_acted_upon(&self) -> bool {
        self.acted_upon || self.how.needs_an_answer()
    }

    /// The answer that quotes the request, where one is to, and the request as it was.
    pub(super) async fn quoting(&self, request: Request) -> (Option<Response>, Request) {
        let Manner::Quote(status) = self.how else { return (None, request) };
        let (parts, body) = request.into_parts();
        let body = to_bytes(body, MOST_CHANGED).await.unwrap_or_default();
        let authorization = parts.headers.get(AUTHORIZATION);
        let authorization = authorization.and_then(|value| value.to_str().ok()).unwrap_or_default();
        let text = format!(
            "refused: {} {authorization} {}",
            parts.uri.query().unwrap_or_default(),
            String::from_utf8_lossy(&body)
        );
        let quoted = json!({
            "requestId": "disturbed", "message": text,
            "error": "invalid_request", "error_description": text,
        });
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let answer = (status, axum::Json(quoted)).into_response();
        (Some(answer), Request::from_parts(parts, Body::from(body)))
    }

    /// What its sender gets of the answer, if there is one; `None`: nothing, the connection is cut.
    pub(super) async fn answer(&self, answer: Option<Response>, now_ms: i64) -> Option<Response> {
        let answer = match (&self.how, answer) {
            (Manner::Cut, _) => return None,
            (Manner::Status(status), _) => refusal(*status),
            (Manner::RetryAfter(seconds), _) => wait(&seconds.to_string()),
            (Manner::RetryAfterDate(seconds), _) => {
                wait(&for_http(now_ms.saturating_add(i64::from(*seconds) * 1000)))
            }
            (Manner::Junk(junk), _) => junk.answer(),
            (Manner::Quote(_), quoting) => return quoting,
            (Manner::Html, _) => axum::response::Html(PAGE).into_response(),
            (_, None) => return None,
            (Manner::Half, Some(answer)) => half(answer).await,
            (Manner::Late(ms), Some(answer)) => {
                tokio::time::sleep(Duration::from_millis(*ms)).await;
                answer
            }
            (Manner::PlainText, Some(mut answer)) => {
                let plain = HeaderValue::from_static("text/plain;charset=UTF-8");
                answer.headers_mut().insert(CONTENT_TYPE, plain);
                answer
            }
            (Manner::UnknownMembers, Some(answer)) => {
                let unknown = json!({"since": "2026-11", "flags": [1, null]});
                reshaped(answer, &|object| {
                    object.insert("xUnknown".to_owned(), unknown.clone());
                })
                .await
            }
            (Manner::NumbersAsTexts, Some(answer)) => reshaped(answer, &numbers_to_texts).await,
            (Manner::Without(member), Some(answer)) => {
                reshaped(answer, &|object| drop(object.shift_remove(member))).await
            }
        };
        Some(answer)
    }
}

const PAGE: &str = "<!DOCTYPE html><title>Sign in to the network</title><h1>Sign in</h1>";

fn refusal(status: u16) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let text = status.canonical_reason().unwrap_or("Refused");
    (status, axum::Json(json!({"requestId": "disturbed", "message": text}))).into_response()
}

fn wait(how_long: &str) -> Response {
    let mut answer = refusal(429);
    if let Ok(value) = HeaderValue::from_str(how_long) {
        answer.headers_mut().insert(RETRY_AFTER, value);
    }
    answer
}

/// Says how long it would be, gives half of it, and breaks off.
async fn half(answer: Response) -> Response {
    let (mut parts, body) = answer.into_parts();
    let whole = to_bytes(body, MOST_CHANGED).await.unwrap_or_default();
    parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(whole.len()));
    let first = whole.slice(..whole.len() / 2);
    let broken = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
    Response::from_parts(
        parts,
        Body::from_stream(stream::iter([Ok::<Bytes, _>(first), Err(broken)])),
    )
}

type Change<'a> = &'a (dyn Fn(&mut Map<String, Value>) + Sync);

/// The answer with all of its objects changed; one that is not JSON stays as it is.
async fn reshaped(answer: Response, change: Change<'_>) -> Response {
    let (mut parts, body) = answer.into_parts();
    let whole = to_bytes(body, MOST_CHANGED).await.unwrap_or_default();
    let Ok(mut value) = serde_json::from_slice::<Value>(&whole) else {
        return Response::from_parts(parts, Body::from(whole));
    };
    each_object(&mut value, change);
    parts.headers.remove(CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(value.to_string()))
}

fn each_object(value: &mut Value, change: Change<'_>) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| each_object(item, change)),
        Value::Object(members) => {
            members.values_mut().for_each(|member| each_object(member, change));
            change(members);
        }
        _ => {}
    }
}

fn numbers_to_texts(object: &mut Map<String, Value>) {
    for value in object.values_mut() {
        if value.is_number() || value.is_boolean() {
            *value = Value::String(value.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn disturbance(json: Value) -> Disturbance {
        serde_json::from_value(json).unwrap()
    }

    fn request(method: &str, path: &str) -> Held {
        Held {
            method: method.to_owned(),
            host: String::new(),
            path: path.to_owned(),
            acted_upon: false,
            number: 1,
        }
    }

    #[test]
    fn as_often_as_it_says_and_not_before_its_time() {
        let disturbances = Disturbances::new(vec![disturbance(json!({
            "on": "GET /accounts", "how": {"status": 503}, "times": 2, "since": "PATCH /instances",
        }))]);
        let read = request("GET", "/hubs/crm/accounts");
        assert_eq!(disturbances.take(&read), None);
        disturbances.acted_upon(&request("PUT", "/instances"));
        assert_eq!(disturbances.take(&read), None);
        disturbances.acted_upon(&request("PATCH", "/elements/api-v2/instances"));
        assert_eq!(disturbances.take(&request("GET", "/instances")), None);
        assert!(disturbances.take(&read).is_some() && disturbances.take(&read).is_some());
        assert_eq!(disturbances.take(&read), None);
    }

    async fn text(disturbance: &Disturbance, answer: Value) -> String {
        let answer = axum::Json(answer).into_response();
        let answer = disturbance.answer(Some(answer), 0).await.unwrap();
        String::from_utf8(to_bytes(answer.into_body(), 1000).await.unwrap().to_vec()).unwrap()
    }

    #[tokio::test]
    async fn shapes() {
        let answer = || json!([{"id": 1, "on": true, "inner": {"id": 2}, "name": "x"}]);
        for (how, expected) in [
            (
                json!("numbers_as_texts"),
                json!([{"id": "1", "on": "true", "inner": {"id": "2"}, "name": "x"}]),
            ),
            (json!({"without": "id"}), json!([{"on": true, "inner": {}, "name": "x"}])),
        ] {
            let disturbance = disturbance(json!({"on": "GET /", "how": how}));
            assert_eq!(text(&disturbance, answer()).await, expected.to_string());
        }
        let unknown = disturbance(json!({"on": "GET /", "how": "unknown_members"}));
        assert_eq!(text(&unknown, answer()).await.matches("xUnknown").count(), 2);
    }

    #[tokio::test]
    async fn half_of_an_answer_ends_in_an_error() {
        let half = disturbance(json!({"on": "GET /", "how": "half"}));
        let answer = half.answer(Some("0123456789".into_response()), 0).await.unwrap();
        assert_eq!(answer.headers()[CONTENT_LENGTH], "10");
        assert!(to_bytes(answer.into_body(), 100).await.is_err());
    }

    #[tokio::test]
    async fn waits_are_asked_for_in_both_forms() {
        for (how, expected) in [
            (json!({"retry_after": 7}), "7"),
            (json!({"retry_after_date": 7}), "Thu, 01 Jan 1970 00:00:07 GMT"),
        ] {
            let answer =
                disturbance(json!({"on": "GET /", "how": how})).answer(None, 0).await.unwrap();
            assert_eq!(
                (answer.status().as_u16(), answer.headers()[RETRY_AFTER].to_str().unwrap()),
                (429, expected)
            );
        }
    }
}
