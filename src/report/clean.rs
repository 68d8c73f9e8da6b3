//! Calls without secrets: by search, by the names of fields, parameters and headers, and by leaving
//! out bodies that nobody can look into.

use serde_json::Value;
use url::{Url, form_urlencoded};

use super::CallRecord;
use super::call::RecordedBody;
use crate::secrets::{Redactor, is_secret_name, is_stand_in};

/// Stands in for what is a secret by its name.
pub(super) const BY_NAME: &str = "«redacted»";
/// Stands in for what is a secret wherever it comes from.
const LEFT_OUT: &str = "…";

/// A call as it may be shown.
#[derive(Debug, Clone)]
pub(super) struct CleanCall {
    /// Without a query.
    pub(super) address: String,
    pub(super) query: Vec<(String, String)>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: CleanBody,
    pub(super) answer: Result<CleanAnswer, String>,
}

/// An answer as it may be shown.
#[derive(Debug, Clone)]
pub(super) struct CleanAnswer {
    pub(super) status: u16,
    pub(super) version: String,
    pub(super) headers: Vec<(String, String)>,
    /// Where it sends the caller.
    pub(super) location: Option<String>,
    pub(super) body: CleanBody,
}

/// A body as it may be shown.
#[derive(Debug, Clone, Default)]
pub(super) struct CleanBody {
    /// Bytes that it had.
    pub(super) size: usize,
    pub(super) media_type: String,
    /// Fields of a form.
    pub(super) fields: Option<Vec<(String, String)>>,
    /// Unless there is none, or it is not shown.
    pub(super) text: Option<String>,
    /// Why it is not shown.
    pub(super) withheld: Option<String>,
}

impl CleanCall {
    pub(super) fn of(call: &CallRecord, redactor: &Redactor) -> Self {
        let mut bare = call.url.clone();
        bare.set_query(None);
        bare.set_fragment(None);
        let clean = |text: &str| redactor.redact(text).into_owned();
        let query = call.url.query_pairs();
        Self {
            address: clean(bare.as_str()),
            query: query.map(|(name, value)| pair(&name, &value, redactor)).collect(),
            headers: headers(&call.headers, redactor),
            body: CleanBody::of(&call.body, &call.headers, redactor),
            answer: match &call.outcome {
                Ok(answer) => {
                    let headers = headers(&answer.headers, redactor);
                    let location = find(&headers, "location").map(str::to_owned);
                    Ok(CleanAnswer {
                        status: answer.status,
                        version: answer.version.clone(),
                        body: CleanBody::of(&answer.body, &answer.headers, redactor),
                        headers,
                        location,
                    })
                }
                Err(reason) => Err(clean(reason)),
            },
        }
    }

    /// The whole URL; what stands in for a secret is escaped like everything else.
    pub(super) fn url(&self) -> String {
        if self.query.is_empty() {
            return self.address.clone();
        }
        let query =
            form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.query).finish();
        format!("{}?{query}", self.address)
    }
}

impl CleanBody {
    fn of(body: &RecordedBody, headers: &[(String, String)], redactor: &Redactor) -> Self {
        let given = find(headers, "content-type").unwrap_or_default();
        let media_type = given.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let mut clean = Self { size: body.len(), media_type, ..Self::default() };
        let bytes = match body {
            RecordedBody::Kept(bytes) if bytes.is_empty() => return clean,
            RecordedBody::Kept(bytes) => bytes,
            RecordedBody::TooLong(_) => return clean.withhold("too long to be kept"),
        };
        let Ok(text) = std::str::from_utf8(bytes) else {
            return clean.withhold("not text");
        };
        // A service need not say that it is JSON.
        if let Ok(value) = serde_json::from_str::<Value>(text) {
            clean.text = Some(redactor.redact_json(&value).to_string());
        } else if clean.media_type == "application/x-www-form-urlencoded" {
            let fields = form_urlencoded::parse(bytes);
            let fields: Vec<_> =
                fields.map(|(name, value)| pair(&name, &value, redactor)).collect();
            let text =
                form_urlencoded::Serializer::new(String::new()).extend_pairs(&fields).finish();
            clean.text = Some(redactor.redact(&text).into_owned());
            clean.fields = Some(fields);
        } else if clean.media_type.ends_with("json") {
            // Half an answer may hold a token that nobody could read out of it.
            return clean.withhold("not JSON, though it says so");
        } else if clean.media_type.ends_with("html") || text.trim_start().starts_with('<') {
            return clean.withhold("a page");
        } else {
            clean.text = Some(redactor.redact_said(text).into_owned());
        }
        clean
    }

    fn withhold(self, why: &str) -> Self {
        Self { withheld: Some(why.to_owned()), ..self }
    }
}

/// A header's value by its name, whatever its case.
pub(super) fn find<'headers>(
    headers: &'headers [(String, String)],
    wanted: &str,
) -> Option<&'headers str> {
    let found = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
    found.map(|(_, value)| value.as_str())
}

fn headers(headers: &[(String, String)], redactor: &Redactor) -> Vec<(String, String)> {
    let clean = |(name, value): &(String, String)| {
        let shown = if is_secret_name(name) {
            BY_NAME.to_owned()
        } else if name.eq_ignore_ascii_case("location") {
            redactor.redact(&without_values(value)).into_owned()
        } else {
            redactor.redact_said(value).into_owned()
        };
        (name.clone(), shown)
    };
    headers.iter().map(clean).collect()
}

/// An address with the names in its query alone: sessions, codes and confirmations stand there.
fn without_values(address: &str) -> String {
    // What it is relative to is not shown.
    let base = Url::parse("https://same.invalid/").ok();
    let parsed = Url::options().base_url(base.as_ref()).parse(address);
    let Ok(mut url) = parsed else { return LEFT_OUT.to_owned() };
    let names: Vec<String> =
        url.query_pairs().map(|(name, _)| format!("{name}={LEFT_OUT}")).collect();
    url.set_query(None);
    url.set_fragment(None);
    // `/login;jsessionid=…`
    let path: Vec<&str> =
        url.path().split('/').map(|part| part.split(';').next().unwrap_or_default()).collect();
    let path = path.join("/");
    url.set_path(&path);
    let bare = url.as_str().strip_prefix("https://same.invalid").unwrap_or(url.as_str());
    if names.is_empty() { bare.to_owned() } else { format!("{bare}?{}", names.join("&")) }
}

fn pair(name: &str, value: &str, redactor: &Redactor) -> (String, String) {
    let shown = if (is_secret_name(name) || name == "code") && !value.is_empty() {
        // What it is called says more than that it is a secret.
        let found = redactor.redact(value);
        if is_stand_in(&found) { found.into_owned() } else { BY_NAME.to_owned() }
    } else {
        redactor.redact_said(value).into_owned()
    };
    (redactor.redact(name).into_owned(), shown)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::report::{Answered, Service};

    fn call(
        url: &str,
        headers: &[(&str, &str)],
        body: &str,
        answer: (&[(&str, &str)], &str),
    ) -> CallRecord {
        let owned = |headers: &[(&str, &str)]| {
            headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        CallRecord {
            service: Service::Salesforce,
            method: "POST".to_owned(),
            url: Url::parse(url).unwrap(),
            headers: owned(headers),
            body: RecordedBody::of(body.as_bytes()),
            waited: Duration::from_millis(3),
            duration: Duration::from_millis(4),
            outcome: Ok(Answered {
                status: 200,
                version: "HTTP/1.1".to_owned(),
                headers: owned(answer.0),
                body: RecordedBody::of(answer.1.as_bytes()),
            }),
        }
    }

    const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
    const JSON: (&str, &str) = ("content-type", "application/json;charset=UTF-8");

    fn owned((name, value): (&str, &str)) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn what_nobody_learnt_is_hidden_by_its_name() {
        let redactor = Redactor::new();
        let call = call(
            "https://acme.example/services/oauth2/token?sid=hunter2-sid&q=SELECT",
            &[FORM, ("authorization", "User hunter2-header")],
            "grant_type=authorization_code&code=hunter2-code&client_secret=hunter2-secret",
            (
                &[
                    JSON,
                    ("set-cookie", "sid=hunter2-cookie"),
                    ("location", "/oauth;jsessionid=hunter2/x?code=hunter2-code&state=1#hunter2"),
                ],
                r#"{"access_token":"hunter2-token","list":[{"key":"oauth.user.token","propertyValue":"hunter2-listed"}],"next":"https://x/?sid=hunter2-next","said":"{\"refresh_token\":\"hunter2-said\"}","scope":"full"}"#,
            ),
        );
        let clean = CleanCall::of(&call, &redactor);
        let shown = format!("{clean:?} {}", clean.url());
        assert!(!shown.contains("hunter2"), "{shown}");
        assert_eq!(clean.query, [("sid", "«redacted»"), ("q", "SELECT")].map(owned));
        let answer = clean.answer.unwrap();
        assert_eq!(answer.location.as_deref(), Some("/oauth/x?code=…&state=…"));
        assert_eq!(
            answer.body.text.as_deref(),
            Some(
                r#"{"access_token":"«redacted»","list":[{"key":"oauth.user.token","propertyValue":"«redacted»"}],"next":"https://x/?sid=«redacted»","said":"{\"refresh_token\":\"«redacted»\"}","scope":"full"}"#
            )
        );
        assert_eq!(clean.body.fields.unwrap()[0].1, "authorization_code");
    }

    #[test]
    fn what_was_learnt_says_what_it_is() {
        let redactor = Redactor::new();
        let _ = redactor.learn("authorization code", "aPrx.QcVc==");
        let call = call("https://acme.example/", &[FORM], "code=aPrx.QcVc%3D%3D&x=1", (&[], ""));
        let clean = CleanCall::of(&call, &redactor);
        assert_eq!(clean.body.fields.unwrap()[0].1, "«authorization code»");
    }

    #[test]
    fn bodies_that_nobody_can_look_into_are_left_out() {
        let redactor = Redactor::new();
        let table = [
            (JSON, r#"{"access_token":"hunter2"#, Some("not JSON, though it says so")),
            (("content-type", "text/html"), "<p>hunter2", Some("a page")),
            (("content-type", "text/plain"), "Bad gateway", None),
            (("content-type", "text/plain"), " <form value=hunter2>", Some("a page")),
            (("content-type", "text/plain"), "while(1);{\"sid\":\"hunter2\"}", None),
            (("content-type", "application/json"), "", None),
        ];
        for (header, body, expected) in table {
            let call = call("https://acme.example/", &[], "", (&[header], body));
            let clean = CleanCall::of(&call, &redactor).answer.unwrap().body;
            assert_eq!(clean.withheld.as_deref(), expected);
            assert_eq!(clean.text.is_some(), expected.is_none() && !body.is_empty());
            assert_eq!(clean.size, body.len());
            assert!(!format!("{clean:?}").contains("hunter2"), "{clean:?}");
        }
    }
}
