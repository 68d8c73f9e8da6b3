//! The platform client: how a call is made, the OAuth URL, and calls through an instance.

use http::Method;
use serde_json::Value;
use url::Url;

use super::authorization::Credentials;
use super::error::{REQUEST_ID_HEADERS, message_and_request_id};
use super::fields::unexpected;
use super::owners::Owners;
use super::{CloudElementsError, Instance, OauthUrl, OauthUrlRequest};
use crate::config;
use crate::http::{Answer, Call, HttpClient};
use crate::secrets::{Redactor, Secret};

/// Header by which the platform says on which instance a call worked.
const INSTANCE_ID_HEADER: &str = "elements-element-instance-id";

/// Speaks to the platform as one user of one organization.
#[derive(Clone)]
pub struct CloudElementsClient {
    base_url: Url,
    pub(super) element_key: String,
    credentials: Credentials,
    http: HttpClient,
    pub(super) redactor: Redactor,
    owners: Owners,
}

/// What a call through the instance to Salesforce came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HubAnswer {
    /// Salesforce answered: the instance is authenticated.
    Record {
        /// The instance that the platform says it used.
        instance_id: Option<u64>,
        /// Records on the page.
        count: usize,
    },
    /// 401: the instance's grant is dead, or the element token is wrong.
    Unauthenticated {
        /// The platform's own words.
        message: String,
        /// Its request id.
        request_id: Option<String>,
    },
}

/// What the instance's own liveness check came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PingAnswer {
    /// It is alive.
    Alive {
        /// The instance that the platform says it used.
        instance_id: Option<u64>,
    },
    /// 401.
    Unauthenticated {
        /// The platform's own words.
        message: String,
        /// Its request id.
        request_id: Option<String>,
    },
}

impl CloudElementsClient {
    /// A client for the configured platform, user and organization.
    pub fn new(config: &config::CloudElements, http: HttpClient, redactor: Redactor) -> Self {
        Self {
            base_url: config.base_url.clone(),
            element_key: config.element_key.clone(),
            credentials: Credentials {
                user: config.user_secret.clone(),
                organization: config.organization_secret.clone(),
            },
            http,
            redactor,
            owners: Owners::default(),
        }
    }

    /// The full header of an instance, `User …, Organization …, Element …`, for a person who asked
    /// to see it.
    pub fn full_header(&self, token: &Secret) -> Secret {
        self.credentials.value(Some(token), &self.redactor)
    }

    /// Asks for the OAuth URL. Needs no instance, changes nothing.
    ///
    /// # Errors
    /// [`CloudElementsError`], also if the answer holds no URL.
    pub async fn oauth_url(
        &self,
        request: &OauthUrlRequest,
    ) -> Result<OauthUrl, CloudElementsError> {
        let what = "ask for the OAuth URL";
        let mut url = self.url(&["elements", &self.element_key, "oauth", "url"]);
        url.query_pairs_mut().extend_pairs(request.query());
        let call = self.call(Method::GET, url, None)?.retrying();
        let answer = self.expect_success(what, false, call).await?;
        OauthUrl::parse(what, &body(what, &answer)?, &self.redactor)
    }

    /// Reads one account through the instance: the proof that its grant lives.
    ///
    /// # Errors
    /// [`CloudElementsError`] for every status but 200 and 401.
    pub async fn read_record(&self, token: &Secret) -> Result<HubAnswer, CloudElementsError> {
        let what = "read a record through the instance";
        let mut url = self.url(&["hubs", "crm", "accounts"]);
        url.query_pairs_mut().append_pair("pageSize", "1");
        let answer = self.send(self.call(Method::GET, url, Some(token))?.retrying()).await?;
        expect_instance(what, self.owners.of(token), instance_id(&answer))?;
        if answer.status == 401 {
            let (message, request_id) = message_and_request_id(&answer, &self.redactor);
            return Ok(HubAnswer::Unauthenticated { message, request_id });
        }
        self.check(what, false, &answer)?;
        let body = body(what, &answer)?;
        let records =
            body.as_array().ok_or_else(|| unexpected(what, "body", "a list", Some(&body)))?;
        Ok(HubAnswer::Record { instance_id: instance_id(&answer), count: records.len() })
    }

    /// Asks the instance whether it is alive.
    ///
    /// # Errors
    /// [`CloudElementsError`] for every status but 200 and 401.
    pub async fn ping(&self, token: &Secret) -> Result<PingAnswer, CloudElementsError> {
        let what = "ping the instance";
        let call = self.call(Method::GET, self.url(&["ping"]), Some(token))?.retrying();
        let answer = self.send(call).await?;
        expect_instance(what, self.owners.of(token), instance_id(&answer))?;
        if answer.status == 401 {
            let (message, request_id) = message_and_request_id(&answer, &self.redactor);
            return Ok(PingAnswer::Unauthenticated { message, request_id });
        }
        self.check(what, false, &answer)?;
        Ok(PingAnswer::Alive { instance_id: instance_id(&answer) })
    }

    /// A URL under the base URL, whose last slash does not matter.
    pub(super) fn url(&self, segments: &[&str]) -> Url {
        let mut url = self.base_url.clone();
        // Fails for URLs that cannot have a path, which the configuration refuses.
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url
    }

    /// A call with the platform header, or with the full header of an instance.
    pub(super) fn call(
        &self,
        method: Method,
        url: Url,
        token: Option<&Secret>,
    ) -> Result<Call, CloudElementsError> {
        let header = self.credentials.header(token, &self.redactor)?;
        Ok(Call::new(method, url).authorization(header))
    }

    pub(super) async fn send(&self, call: Call) -> Result<Answer, CloudElementsError> {
        Ok(self.http.send(call).await?)
    }

    /// Makes a call that has to answer 2xx.
    pub(super) async fn expect_success(
        &self,
        what: &'static str,
        of_instance: bool,
        call: Call,
    ) -> Result<Answer, CloudElementsError> {
        let answer = self.send(call).await?;
        self.check(what, of_instance, &answer)?;
        Ok(answer)
    }

    /// Makes a call on an instance that has to answer 2xx, and about that instance.
    pub(super) async fn on_instance(
        &self,
        what: &'static str,
        id: Option<u64>,
        call: Call,
    ) -> Result<Answer, CloudElementsError> {
        let answer = self.send(call).await?;
        expect_instance(what, id, instance_id(&answer))?;
        self.check(what, true, &answer)?;
        Ok(answer)
    }

    /// The instance in an answer, which has to be the one that was asked for, and the one that the
    /// answer's header names.
    pub(super) fn instance_in(
        &self,
        what: &'static str,
        id: Option<u64>,
        answer: &Answer,
        raw: Value,
    ) -> Result<Instance, CloudElementsError> {
        let instance = Instance::parse(what, raw, &self.redactor)?;
        expect_instance(what, id, Some(instance.id))?;
        expect_instance(what, Some(instance.id), instance_id(answer))?;
        self.owners.learn(&instance);
        Ok(instance)
    }

    /// The instance to which an element token belongs, where the platform told it before.
    pub(super) fn owner(&self, token: &Secret) -> Option<u64> {
        self.owners.of(token)
    }

    fn check(
        &self,
        what: &'static str,
        of_instance: bool,
        answer: &Answer,
    ) -> Result<(), CloudElementsError> {
        if answer.is_success() {
            return Ok(());
        }
        Err(CloudElementsError::refused(what, of_instance, answer, &self.redactor))
    }
}

/// The answer's JSON.
pub(super) fn body(what: &'static str, answer: &Answer) -> Result<Value, CloudElementsError> {
    answer.json().map_err(|reason| CloudElementsError::UnexpectedAnswer {
        what,
        field: "body".to_owned(),
        expected: "JSON",
        seen: reason + &origin(answer),
    })
}

/// Where an answer that is not JSON may have come from: a proxy's page has another type, and no
/// request id.
fn origin(answer: &Answer) -> String {
    // As a whole or not at all: it is redacted later, which would not find a part of a secret.
    const LONGEST: usize = 80;
    let shown = |value: String| match value.chars().count() {
        length if length > LONGEST => format!("of {length} characters"),
        _ => value,
    };
    let content_type = answer.header("content-type").unwrap_or("none").to_owned();
    let mut origin = format!(" (content type {}", shown(content_type));
    if let Some(id) = answer.first_header(REQUEST_ID_HEADERS) {
        origin.push_str(&format!(", request id {}", shown(id)));
    }
    origin.push(')');
    origin
}

/// An answer that names an instance has to name this one.
fn expect_instance(
    what: &'static str,
    expected: Option<u64>,
    answered: Option<u64>,
) -> Result<(), CloudElementsError> {
    match (expected, answered) {
        (Some(expected), Some(answered)) if expected != answered => {
            Err(CloudElementsError::OtherInstance { what, expected, answered })
        }
        _ => Ok(()),
    }
}

fn instance_id(answer: &Answer) -> Option<u64> {
    answer.header(INSTANCE_ID_HEADER)?.trim().parse().ok()
}
