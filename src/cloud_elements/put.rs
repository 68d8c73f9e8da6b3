//! The body of a re-authenticating PUT: the instance as read, made fit to be sent back.

use serde_json::{Value, json};

use super::model::{USER_REFRESH_TOKEN, USER_TOKEN, is_masked};
use crate::failure::Failure;
use crate::secrets::Secret;

/// A body that holds an authorization code: is sent once, and is not printed.
pub struct PutBody(Value);

impl PutBody {
    pub(super) fn as_json(&self) -> &Value {
        &self.0
    }
}

/// Values of the instance that are masked and for which nobody gave the real one. Sent back, the
/// asterisks would overwrite the real values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the platform masks {} and a PUT would overwrite the real value with asterisks", keys.join(", "))]
pub struct MaskedKeys {
    /// The keys, e.g. `oauth.api.secret`.
    pub keys: Vec<String>,
}

impl From<MaskedKeys> for Failure {
    fn from(error: MaskedKeys) -> Self {
        Self::usage("cloud_elements.masked_value", error.to_string())
            .hint("re-authenticate by PATCH, which sends no configuration back")
            .hint("or recreate the instance's missing values by hand in the platform")
    }
}

/// Builds the body from the instance as read: without the user's tokens, with the code, and with
/// masked configuration values replaced by those of `fill` (key and real value).
///
/// # Errors
/// [`MaskedKeys`] if a masked value would remain, anywhere in the body.
pub fn put_body(
    instance: &Value,
    code: Secret,
    fill: &[(&str, &str)],
) -> Result<PutBody, MaskedKeys> {
    let mut body = instance.clone();
    if let Some(configuration) = body.get_mut("configuration").and_then(Value::as_object_mut) {
        // `shift_remove` keeps the order of the others, as it was read.
        configuration.shift_remove(USER_TOKEN);
        configuration.shift_remove(USER_REFRESH_TOKEN);
        for (key, value) in configuration.iter_mut() {
            let known = fill.iter().find(|(name, real)| name == key && !is_masked(real));
            if let (true, Some((_, real))) = (value.as_str().is_some_and(is_masked), known) {
                *value = json!(real);
            }
        }
    }
    let mut keys = Vec::new();
    collect_masked(&body, "", &mut keys);
    if !keys.is_empty() {
        return Err(MaskedKeys { keys });
    }
    if let Some(fields) = body.as_object_mut() {
        fields.insert("providerData".to_owned(), json!({"code": code.expose()}));
    }
    Ok(PutBody(body))
}

fn collect_masked(value: &Value, path: &str, keys: &mut Vec<String>) {
    match value {
        Value::String(text) if is_masked(text) => keys.push(path.to_owned()),
        Value::Array(items) => {
            for item in items {
                collect_masked(item, path, keys);
            }
        }
        Value::Object(fields) => {
            for (key, value) in fields {
                // Configuration keys are known by their own names, dots included.
                let inner = match path {
                    "" | "configuration" => key.clone(),
                    _ => format!("{path}.{key}"),
                };
                collect_masked(value, &inner, keys);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secrets::Redactor;

    fn code() -> Secret {
        Redactor::new().learn("code", "aPrx-code")
    }

    fn instance() -> Value {
        json!({
            "id": 1, "name": "n", "element": {"key": "sfdc"},
            "configuration": {
                "oauth.api.key": "********", "oauth.user.token": "********",
                "oauth.api.secret": "********", "oauth.user.refresh_token": "r",
                "filter.response.nulls": "true",
            },
        })
    }

    #[test]
    fn fills_what_is_masked_and_drops_the_tokens() {
        let fill = [
            ("oauth.api.key", "key"),
            ("oauth.api.secret", "secret"),
            ("filter.response.nulls", "no"),
        ];
        let body = put_body(&instance(), code(), &fill).unwrap();
        let expected = json!({
            "id": 1, "name": "n", "element": {"key": "sfdc"},
            "configuration": {
                "oauth.api.key": "key", "oauth.api.secret": "secret",
                "filter.response.nulls": "true",
            },
            "providerData": {"code": "aPrx-code"},
        });
        assert_eq!(body.as_json(), &expected);
    }

    #[test]
    fn refuses_what_stays_masked() {
        let mut raw = instance();
        raw["other"] = json!({"deep": ["ok", "********"]});
        let fill = [("oauth.api.key", "key"), ("oauth.api.secret", "********")];
        let error = put_body(&raw, code(), &fill).err().unwrap();
        assert_eq!(error.keys, ["oauth.api.secret", "other.deep"]);
    }
}
