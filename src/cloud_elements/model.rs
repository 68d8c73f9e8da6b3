//! Instances as the platform shows them.

use std::fmt;

use serde_json::{Map, Value};

use super::CloudElementsError;
use super::fields::Fields;
use crate::secrets::{Redactor, Secret, is_secret_name};

/// Configuration key of the instance's Salesforce access token.
pub(super) const USER_TOKEN: &str = "oauth.user.token";
/// Configuration key of the instance's Salesforce refresh token.
pub(super) const USER_REFRESH_TOKEN: &str = "oauth.user.refresh_token";
/// What stands before the id of a run in the tag of an instance that was made for it.
pub const RUN_TAG: &str = "reauth:";

/// How a token of the instance can be read.
#[derive(Debug, Clone, PartialEq)]
pub enum TokenReading {
    /// It stands there in clear.
    Readable(Secret),
    /// The platform shows asterisks.
    Masked,
    /// There is none, or it is empty.
    Absent,
}

impl TokenReading {
    /// The token, where it is readable.
    pub fn readable(&self) -> Option<&Secret> {
        match self {
            Self::Readable(token) => Some(token),
            Self::Masked | Self::Absent => None,
        }
    }
}

/// An instance as read. Its secrets are known to the redactor from the moment it was parsed.
#[derive(Clone)]
pub struct Instance {
    /// Instance id.
    pub id: u64,
    /// Name.
    pub name: String,
    /// Element token, the third part of the full header.
    pub token: Secret,
    /// Element key, e.g. `sfdc`.
    pub element_key: String,
    /// Tags.
    pub tags: Vec<String>,
    /// Calls on a disabled instance answer 403.
    pub disabled: bool,
    /// The instance's Salesforce access token.
    pub user_token: TokenReading,
    /// The instance's Salesforce refresh token. Never to be spent on a refresh: with rotation on,
    /// the platform would be left with a dead one.
    pub user_refresh_token: TokenReading,
    /// The answer as it came, secrets included.
    pub raw: Value,
}

impl Instance {
    /// Reads an instance out of an answer.
    pub(super) fn parse(
        what: &'static str,
        raw: Value,
        redactor: &Redactor,
    ) -> Result<Self, CloudElementsError> {
        // Learnt first: a field further down may be mistyped, and the error must be clean.
        learn_configuration(&raw, redactor);
        let fields = Fields::of(what, &raw)?;
        let token = redactor.learn("element token", fields.text("token")?);
        Ok(Self {
            id: fields.id("id")?,
            name: fields.optional_text("name")?.unwrap_or_default().to_owned(),
            token,
            element_key: fields.object("element")?.text("key")?.to_owned(),
            tags: fields.texts("tags")?,
            disabled: fields.switch("disabled")?,
            user_token: reading(&raw, USER_TOKEN, redactor),
            user_refresh_token: reading(&raw, USER_REFRESH_TOKEN, redactor),
            raw,
        })
    }

    /// The instance's configuration; none if the answer left it out.
    pub fn configuration(&self) -> Option<&Map<String, Value>> {
        self.raw.get("configuration").and_then(Value::as_object)
    }

    /// A text of the instance's configuration, unless it is missing, empty or masked.
    pub fn setting(&self, key: &str) -> Option<&str> {
        let text = self.configuration()?.get(key)?.as_str()?;
        (!text.is_empty() && !is_masked(text)).then_some(text)
    }
}

impl fmt::Debug for Instance {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Instance")
            .field("id", &self.id)
            .field("name", &self.name)
            .field("element_key", &self.element_key)
            .finish_non_exhaustive()
    }
}

/// An instance in a list: no more of it is asked for than its id, since an instance of somebody
/// else's, or one made in the console, may look otherwise than ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedInstance {
    /// Instance id.
    pub id: u64,
    /// Its tags, as far as they are texts.
    pub tags: Vec<String>,
}

impl ListedInstance {
    /// Whether it was made for a run, this one or another.
    pub fn is_of_a_run(&self) -> bool {
        self.tags.iter().any(|tag| tag.starts_with(RUN_TAG))
    }

    /// Reads an item of a list.
    pub(super) fn parse(
        what: &'static str,
        raw: &Value,
        redactor: &Redactor,
    ) -> Result<Self, CloudElementsError> {
        learn_configuration(raw, redactor);
        let tags = raw.get("tags").and_then(Value::as_array).into_iter().flatten();
        let tags = tags.filter_map(Value::as_str).map(str::to_owned).collect();
        Ok(Self { id: Fields::of(what, raw)?.id("id")?, tags })
    }
}

/// One entry of `GET /instances/{id}/configuration`.
#[derive(Clone)]
pub struct ConfigurationEntry {
    /// Id by which the entry is changed.
    pub id: u64,
    /// Configuration key, e.g. `filter.response.nulls`.
    pub key: String,
    /// Its value, null included.
    pub property_value: Value,
}

impl ConfigurationEntry {
    /// Reads an entry out of an answer.
    pub(super) fn parse(
        what: &'static str,
        raw: &Value,
        redactor: &Redactor,
    ) -> Result<Self, CloudElementsError> {
        let fields = Fields::of(what, raw)?;
        let key = fields.text("key")?.to_owned();
        let property_value = raw.get("propertyValue").cloned().unwrap_or(Value::Null);
        learn_setting(&key, &property_value, redactor);
        Ok(Self { id: fields.id("id")?, key, property_value })
    }
}

impl fmt::Debug for ConfigurationEntry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} ({})", self.key, self.id)
    }
}

/// Whether a text is a masked value: `********`.
pub fn is_masked(text: &str) -> bool {
    // The platform shows eight; a real value of three or more asterisks alone does not exist.
    text.len() >= 3 && text.bytes().all(|byte| byte == b'*')
}

fn reading(raw: &Value, key: &'static str, redactor: &Redactor) -> TokenReading {
    match raw.get("configuration").and_then(|configuration| configuration.get(key)) {
        Some(Value::String(text)) if is_masked(text) => TokenReading::Masked,
        Some(Value::String(text)) if !text.is_empty() => {
            TokenReading::Readable(redactor.learn(key, text.as_str()))
        }
        _ => TokenReading::Absent,
    }
}

fn learn_configuration(raw: &Value, redactor: &Redactor) {
    if let Some(Value::String(token)) = raw.get("token") {
        redactor.learn("element token", token.as_str());
    }
    let configuration = raw.get("configuration").and_then(Value::as_object);
    for (key, value) in configuration.into_iter().flatten() {
        learn_setting(key, value, redactor);
    }
}

fn learn_setting(key: &str, value: &Value, redactor: &Redactor) {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return,
    };
    if is_masked(&text) || !is_secret_name(key) {
        return;
    }
    let label = match key {
        USER_TOKEN => USER_TOKEN,
        USER_REFRESH_TOKEN => USER_REFRESH_TOKEN,
        "oauth.api.secret" => "oauth.api.secret",
        _ => "instance secret",
    };
    redactor.learn(label, text);
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn parse(raw: Value) -> Result<Instance, CloudElementsError> {
        Instance::parse("read the instance", raw, &Redactor::new())
    }

    fn sample() -> Value {
        json!({
            "id": "42", "name": "n", "token": "el/em+ent=", "element": {"key": "sfdc"},
            "tags": ["a"], "disabled": false,
            "configuration": {
                "oauth.user.token": "00D!access-token",
                "oauth.user.refresh_token": "********",
                "oauth.token.url": "https://login.salesforce.com/services/oauth2/token",
                "session.id": "00D!session-id",
            },
        })
    }

    #[test]
    fn reads_and_learns() {
        let redactor = Redactor::new();
        let instance = Instance::parse("read", sample(), &redactor).unwrap();
        assert_eq!(instance.id, 42);
        assert_eq!(instance.user_token.readable().map(Secret::expose), Some("00D!access-token"));
        assert_eq!(instance.user_refresh_token, TokenReading::Masked);
        let shown = redactor.redact("el/em+ent= 00D!access-token 00D!session-id ********");
        assert_eq!(shown, "«element token» «oauth.user.token» «instance secret» ********");
        let url = "https://login.salesforce.com/services/oauth2/token";
        assert_eq!(redactor.redact(url), url, "a URL is not a secret because it ends in token");
        assert_eq!(
            format!("{instance:?}"),
            r#"Instance { id: 42, name: "n", element_key: "sfdc", .. }"#
        );
    }

    #[test]
    fn a_token_that_is_not_there_is_absent() {
        for configuration in
            [json!({}), json!({"oauth.user.token": ""}), json!({"oauth.user.token": null})]
        {
            let mut raw = sample();
            raw["configuration"] = configuration;
            assert_eq!(parse(raw).unwrap().user_token, TokenReading::Absent);
        }
    }

    #[test]
    fn a_wrong_field_is_named() {
        for (field, value, expected) in [
            ("id", json!(-1), "`id`"),
            ("id", json!("x"), "`id`"),
            ("token", Value::Null, "`token`"),
            ("element", json!({"key": 5}), "`element.key`"),
            ("element", json!("sfdc"), "`element`"),
            ("tags", json!(["a", 1]), "`tags`"),
            ("disabled", json!("no"), "`disabled`"),
        ] {
            let mut raw = sample();
            raw[field] = value;
            let text = parse(raw).unwrap_err().to_string();
            assert!(text.contains(expected), "{field}: {text}");
        }
        assert!(parse(json!([])).unwrap_err().to_string().contains("`body`"));
    }

    #[test]
    fn masks() {
        for (text, expected) in
            [("********", true), ("***", true), ("", false), ("*", false), ("**x**", false)]
        {
            assert_eq!(is_masked(text), expected, "{text}");
        }
    }
}
