//! `calls.har`: the run's HTTP calls in the HTTP Archive format 1.2, which browsers' developer tools
//! open. Its pages are the run's steps.
//!
//! Source: <http://www.softwareishard.com/blog/har-12-spec/>. What begins with `_` is our own, as the
//! format allows.

use std::time::Duration;

use serde::Serialize;

use super::Report;
use super::clean::{CleanAnswer, CleanBody, CleanCall};
use super::recorder::{RecordedCall, rfc3339};
use crate::secrets::Redactor;

/// The whole file.
#[derive(Debug, Serialize)]
pub(super) struct Har {
    log: Log,
}

#[derive(Debug, Serialize)]
struct Log {
    version: &'static str,
    creator: Creator,
    pages: Vec<Page>,
    entries: Vec<Entry>,
}

#[derive(Debug, Serialize)]
struct Creator {
    name: &'static str,
    version: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    started_date_time: String,
    id: String,
    title: String,
    page_timings: PageTimings,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PageTimings {
    on_load: u64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    #[serde(skip_serializing_if = "Option::is_none")]
    pageref: Option<String>,
    started_date_time: String,
    /// Milliseconds.
    time: f64,
    request: Request,
    response: Response,
    cache: Cache,
    timings: Timings,
    #[serde(rename = "_service")]
    service: &'static str,
    /// Why there was no answer; as Chromium writes it.
    #[serde(rename = "_error", skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

#[derive(Debug, Serialize)]
struct Cache {}

#[derive(Debug, Serialize)]
struct Timings {
    send: f64,
    wait: f64,
    receive: f64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    method: String,
    url: String,
    http_version: String,
    cookies: [Pair; 0],
    headers: Vec<Pair>,
    query_string: Vec<Pair>,
    #[serde(skip_serializing_if = "Option::is_none")]
    post_data: Option<PostData>,
    headers_size: i64,
    body_size: usize,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Response {
    status: u16,
    status_text: String,
    http_version: String,
    cookies: [Pair; 0],
    headers: Vec<Pair>,
    content: Content,
    #[serde(rename = "redirectURL")]
    redirect_url: String,
    headers_size: i64,
    body_size: i64,
}

#[derive(Debug, Serialize)]
struct Pair {
    name: String,
    value: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PostData {
    mime_type: String,
    params: Vec<Pair>,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Content {
    size: usize,
    mime_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
}

/// The archive of a run's calls, redacted.
pub(super) fn archive(report: &Report, calls: &[RecordedCall], redactor: &Redactor) -> Har {
    let pages = report.steps.iter().enumerate().map(|(index, step)| Page {
        started_date_time: step.started_at.clone(),
        id: page_id(index),
        title: step.title.clone(),
        page_timings: PageTimings { on_load: step.duration_ms },
    });
    Har {
        log: Log {
            version: "1.2",
            creator: Creator { name: "reauth", version: report.version.clone() },
            pages: pages.collect(),
            entries: calls.iter().map(|call| entry(call, redactor)).collect(),
        },
    }
}

fn page_id(step: usize) -> String {
    format!("step_{}", step + 1)
}

fn entry(recorded: &RecordedCall, redactor: &Redactor) -> Entry {
    let call = &recorded.call;
    let clean = CleanCall::of(call, redactor);
    let version = clean.answer.as_ref().map_or("HTTP/1.1", |answer| &answer.version).to_owned();
    let (wait, total) = (milliseconds(call.waited), milliseconds(call.duration));
    Entry {
        pageref: recorded.step.map(page_id),
        started_date_time: rfc3339(recorded.started_at),
        time: total,
        request: Request {
            method: call.method.clone(),
            url: clean.url(),
            http_version: version,
            cookies: [],
            headers: pairs(&clean.headers),
            query_string: pairs(&clean.query),
            post_data: post_data(&clean.body),
            headers_size: -1,
            body_size: clean.body.size,
        },
        response: response(clean.answer.as_ref().ok()),
        cache: Cache {},
        timings: Timings { send: 0.0, wait, receive: (total - wait).max(0.0) },
        service: call.service.title(),
        error: clean.answer.err(),
    }
}

fn post_data(body: &CleanBody) -> Option<PostData> {
    (body.size > 0).then(|| PostData {
        mime_type: body.media_type.clone(),
        params: pairs(body.fields.as_deref().unwrap_or_default()),
        text: body.text.clone().unwrap_or_default(),
        comment: body.withheld.clone(),
    })
}

/// A call without an answer has one of status 0, as in browsers.
fn response(answer: Option<&CleanAnswer>) -> Response {
    let reason = |status: u16| {
        let status = http::StatusCode::from_u16(status).ok();
        status.and_then(|status| status.canonical_reason()).unwrap_or_default().to_owned()
    };
    Response {
        status: answer.map_or(0, |answer| answer.status),
        status_text: answer.map(|answer| reason(answer.status)).unwrap_or_default(),
        http_version: answer.map(|answer| answer.version.clone()).unwrap_or_default(),
        cookies: [],
        headers: answer.map(|answer| pairs(&answer.headers)).unwrap_or_default(),
        content: Content {
            size: answer.map_or(0, |answer| answer.body.size),
            mime_type: answer.map(|answer| answer.body.media_type.clone()).unwrap_or_default(),
            text: answer.and_then(|answer| answer.body.text.clone()),
            comment: answer.and_then(|answer| answer.body.withheld.clone()),
        },
        redirect_url: answer.and_then(|answer| answer.location.clone()).unwrap_or_default(),
        headers_size: -1,
        body_size: answer.map_or(-1, |answer| i64::try_from(answer.body.size).unwrap_or(-1)),
    }
}

fn pairs(pairs: &[(String, String)]) -> Vec<Pair> {
    let pair = |(name, value): &(String, String)| Pair { name: name.clone(), value: value.clone() };
    pairs.iter().map(pair).collect()
}

/// To the microsecond.
fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1_000_000.0).round() / 1_000.0
}
