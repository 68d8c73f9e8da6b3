//! HTTP calls, as `calls.har` has them.

use serde::Serialize;
use serde_json::Value;

use super::timeline::shown;
use crate::report::clean::BY_NAME;

/// Of a body, in bytes: more of one is not read in a page.
const LONGEST_BODY: usize = 20_000;

/// A call as the page shows it.
#[derive(Debug, Serialize)]
pub(super) struct CallView {
    pub(super) number: usize,
    /// The step that it was made in, from 0.
    #[serde(skip)]
    pub(super) step: Option<usize>,
    #[serde(skip)]
    pub(super) started_at: String,
    #[serde(skip)]
    pub(super) milliseconds: f64,
    pub(super) service: String,
    pub(super) method: String,
    pub(super) host: String,
    #[serde(skip)]
    pub(super) path: String,
    /// Path and query, as a person reads them.
    target: String,
    pub(super) status: String,
    class: &'static str,
    duration: String,
    /// Why there was no answer.
    error: Option<String>,
    curl: String,
    request_headers: Vec<Row>,
    request_body: BodyView,
    response_headers: Vec<Row>,
    response_body: BodyView,
}

/// A name and a value.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Row {
    pub(super) name: String,
    pub(super) value: String,
}

impl Row {
    pub(super) fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into() }
    }
}

#[derive(Debug, Default, Serialize)]
struct BodyView {
    text: Option<String>,
    note: Option<String>,
}

/// All calls of an archive.
pub(super) fn all(archive: Option<&Value>) -> Vec<CallView> {
    let entries = archive.and_then(|archive| archive["log"]["entries"].as_array());
    entries.into_iter().flatten().enumerate().map(|(index, entry)| view(index + 1, entry)).collect()
}

impl CallView {
    /// Whether it had no answer, or one that says that something is wrong.
    pub(super) fn is_bad(&self) -> bool {
        self.class == "bad"
    }

    pub(super) fn service_class(&self) -> &'static str {
        if self.service == "Salesforce" { "salesforce" } else { "cloud-elements" }
    }
}

fn view(number: usize, entry: &Value) -> CallView {
    let (request, response) = (&entry["request"], &entry["response"]);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let url = url::Url::parse(&text(&request["url"])).ok();
    let path = url.as_ref().map(|url| url.path().to_owned()).unwrap_or_default();
    let query: Vec<String> = rows(&request["queryString"])
        .iter()
        .map(|row| format!("{}={}", row.name, row.value))
        .collect();
    let target =
        if query.is_empty() { path.clone() } else { format!("{path}?{}", query.join("&")) };
    let status = response["status"].as_u64().unwrap_or_default();
    let milliseconds = entry["time"].as_f64().unwrap_or_default();
    let step = entry["pageref"].as_str().and_then(|page| page.strip_prefix("step_")?.parse().ok());
    CallView {
        number,
        step: step.and_then(|number: usize| number.checked_sub(1)),
        started_at: text(&entry["startedDateTime"]),
        milliseconds,
        service: text(&entry["_service"]),
        method: text(&request["method"]),
        host: url.as_ref().and_then(url::Url::host_str).unwrap_or_default().to_owned(),
        path,
        target,
        status: if status == 0 { "—".to_owned() } else { status.to_string() },
        class: if status == 0 || status >= 400 { "bad" } else { "good" },
        duration: shown(milliseconds),
        error: entry["_error"].as_str().map(str::to_owned),
        curl: curl(request),
        request_headers: rows(&request["headers"]),
        request_body: request_body(&request["postData"]),
        response_headers: rows(&response["headers"]),
        response_body: body(&response["content"], response["bodySize"].as_u64()),
    }
}

fn rows(pairs: &Value) -> Vec<Row> {
    let pairs = pairs.as_array().into_iter().flatten();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    pairs.map(|pair| Row { name: text(&pair["name"]), value: text(&pair["value"]) }).collect()
}

fn request_body(posted: &Value) -> BodyView {
    let fields = rows(&posted["params"]);
    if fields.is_empty() {
        return body(posted, None);
    }
    let lines: Vec<String> =
        fields.iter().map(|field| format!("{}={}", field.name, field.value)).collect();
    shortened(Some(lines.join("\n")))
}

/// A body; JSON so that it can be read.
fn body(content: &Value, size: Option<u64>) -> BodyView {
    let note = |why: &str| {
        let size = size.map(|size| format!("{size} bytes, ")).unwrap_or_default();
        BodyView { text: None, note: Some(format!("{size}left out: {why}")) }
    };
    if let Some(why) = content["comment"].as_str() {
        return note(why);
    }
    let text = content["text"].as_str().filter(|text| !text.is_empty());
    let pretty = text.map(|text| {
        let value = serde_json::from_str::<Value>(text).ok();
        value.and_then(|value| serde_json::to_string_pretty(&value).ok()).unwrap_or(text.to_owned())
    });
    shortened(pretty)
}

/// What is very long is whole in the archive alone.
fn shortened(text: Option<String>) -> BodyView {
    match text {
        Some(text) if text.len() > LONGEST_BODY => {
            let end = (0..=LONGEST_BODY).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            let note = format!("{} bytes more are in calls.har", text.len() - end);
            BodyView { text: Some(text[..end].to_owned()), note: Some(note) }
        }
        text => BodyView { text, note: None },
    }
}

/// The call for a shell, with variables where secrets stood.
fn curl(request: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut url = text(&request["url"]);
    let query = rows(&request["queryString"]);
    let mut parts = Vec::new();
    if !query.is_empty() {
        url.truncate(url.find('?').unwrap_or(url.len()));
        // Since curl 7.87, and unlike `--get` it leaves the body alone.
        let pairs =
            query.iter().map(|row| format!("{}={}", row.name, named(&row.name, &row.value)));
        parts.extend(pairs.map(|pair| format!("--url-query {}", quoted(&pair))));
    }
    for header in rows(&request["headers"]) {
        let value = named(&header.name, &header.value);
        parts.push(format!("--header {}", quoted(&format!("{}: {value}", header.name))));
    }
    let fields = rows(&request["postData"]["params"]);
    if fields.is_empty() {
        let body = text(&request["postData"]["text"]);
        if body.len() > LONGEST_BODY || request["postData"]["comment"].is_string() {
            // Whoever wants it takes it from the archive, or makes it.
            parts.push("--data-binary @body".to_owned());
        } else if !body.is_empty() {
            parts.push(format!("--data-raw {}", quoted(&with_names(&body))));
        }
    }
    for field in fields {
        let value = named(&field.name, &field.value);
        parts.push(format!("--data-urlencode {}", quoted(&format!("{}={value}", field.name))));
    }
    let method = text(&request["method"]);
    let method =
        if method.bytes().all(|byte| byte.is_ascii_uppercase()) { method } else { quoted(&method) };
    let first = format!("curl --request {method} --url {}", quoted(&url));
    std::iter::once(first).chain(parts).collect::<Vec<_>>().join(" \\\n  ")
}

/// A value that is hidden as a whole is called as what it is the value of.
fn named(name: &str, value: &str) -> String {
    if value == BY_NAME { format!("«{name}»") } else { value.to_owned() }
}

/// A body in JSON, in which each hidden value is called as its field.
fn with_names(body: &str) -> String {
    fn name(value: &mut Value, called: Option<&str>) {
        match value {
            Value::String(text) if text == BY_NAME => {
                *text = named(called.unwrap_or_default(), text);
            }
            Value::Array(items) => items.iter_mut().for_each(|item| name(item, called)),
            Value::Object(fields) => {
                let setting = fields.get("key").or(fields.get("name"));
                let setting = setting.and_then(Value::as_str).map(str::to_owned);
                for (key, value) in fields {
                    let is_value = key == "propertyValue" || key == "value";
                    name(value, setting.as_deref().filter(|_| is_value).or(Some(key)));
                }
            }
            _ => {}
        }
    }
    let Ok(mut value) = serde_json::from_str::<Value>(body) else { return body.to_owned() };
    if !body.contains(BY_NAME) {
        return body.to_owned();
    }
    name(&mut value, None);
    value.to_string()
}

/// A word for a POSIX shell: in single quotes, but for what stands in for secrets, which becomes a
/// variable in double quotes.
fn quoted(text: &str) -> String {
    let literal = |part: &str| {
        if part.is_empty() { String::new() } else { format!("'{}'", part.replace('\'', r"'\''")) }
    };
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('«') {
        let Some((name, after)) = after.split_once('»') else { break };
        out.push_str(&literal(before));
        let variable: String = name
            .chars()
            .map(
                |letter| {
                    if letter.is_ascii_alphanumeric() { letter.to_ascii_uppercase() } else { '_' }
                },
            )
            .collect();
        out.push_str(&format!("\"${{{variable}}}\""));
        rest = after;
    }
    out.push_str(&literal(rest));
    if out.is_empty() { "''".to_owned() } else { out }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_word_is_one_word_in_any_shell() {
        for (text, expected) in [
            ("", "''"),
            ("a b", "'a b'"),
            ("it's", r"'it'\''s'"),
            ("$(rm)", "'$(rm)'"),
            ("code=«authorization code»&x=1", "'code='\"${AUTHORIZATION_CODE}\"'&x=1'"),
            ("«a»", "\"${A}\""),
            ("«open", "'«open'"),
        ] {
            assert_eq!(quoted(text), expected);
        }
    }

    #[test]
    fn curl_is_one_command_whatever_the_archive_says() {
        let request = json!({"method": "GET; touch /tmp/x #", "url": "-o/tmp/x"});
        assert_eq!(curl(&request), "curl --request 'GET; touch /tmp/x #' --url '-o/tmp/x'");
        let request = json!({
            "method": "PUT", "url": "https://x.example/",
            "postData": {"comment": "too long to be kept"},
        });
        assert!(curl(&request).ends_with("--data-binary @body"));
    }

    #[test]
    fn each_secret_of_a_body_has_a_name_of_its_own() {
        let body = json!({
            "token": BY_NAME, "configuration": {"oauth.api.secret": BY_NAME, "x": 1},
            "list": [{"key": "oauth.user.token", "propertyValue": BY_NAME}],
        });
        let request = json!({
            "method": "PUT", "url": "https://x.example/", "postData": {"text": body.to_string()},
        });
        let curl = curl(&request);
        for name in ["${TOKEN}", "${OAUTH_API_SECRET}", "${OAUTH_USER_TOKEN}"] {
            assert!(curl.contains(name), "{name}: {curl}");
        }
    }

    #[test]
    fn curl_has_variables_for_secrets() {
        let request = json!({
            "method": "POST",
            "url": "https://login.example/services/oauth2/token?x=1",
            "queryString": [{"name": "x", "value": "1"}],
            "headers": [{"name": "authorization", "value": "«redacted»"}],
            "postData": {"params": [{"name": "client_secret", "value": "«redacted»"}], "text": "…"},
        });
        insta::assert_snapshot!(curl(&request), @r#"
        curl --request POST --url 'https://login.example/services/oauth2/token' \
          --url-query 'x=1' \
          --header 'authorization: '"${AUTHORIZATION}" \
          --data-urlencode 'client_secret='"${CLIENT_SECRET}"
        "#);
    }
}
