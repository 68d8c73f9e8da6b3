//! Reads fields of an answer; a missing or mistyped one is an error that names it.

use serde_json::{Map, Value};

use super::CloudElementsError;

/// An object of an answer, with what was being done for the error's sake.
#[derive(Clone, Copy)]
pub(super) struct Fields<'value> {
    what: &'static str,
    object: &'value Map<String, Value>,
    path: &'static str,
}

impl<'value> Fields<'value> {
    /// The fields of an object.
    pub(super) fn of(what: &'static str, value: &'value Value) -> Result<Self, CloudElementsError> {
        match value.as_object() {
            Some(object) => Ok(Self { what, object, path: "" }),
            None => Err(unexpected(what, "body", "an object", Some(value))),
        }
    }

    /// The fields of an object inside this one.
    pub(super) fn object(&self, name: &'static str) -> Result<Self, CloudElementsError> {
        match self.object.get(name) {
            Some(Value::Object(object)) => Ok(Self { what: self.what, object, path: name }),
            other => Err(self.wrong(name, "an object", other)),
        }
    }

    /// A text that must be there.
    pub(super) fn text(&self, name: &str) -> Result<&'value str, CloudElementsError> {
        match self.object.get(name) {
            Some(Value::String(text)) => Ok(text),
            other => Err(self.wrong(name, "a text", other)),
        }
    }

    /// A text that may be missing or null.
    pub(super) fn optional_text(
        &self,
        name: &str,
    ) -> Result<Option<&'value str>, CloudElementsError> {
        match self.object.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            other => Err(self.wrong(name, "a text or null", other)),
        }
    }

    /// An id: a number, or a number written as a text.
    pub(super) fn id(&self, name: &str) -> Result<u64, CloudElementsError> {
        let value = self.object.get(name);
        let id = match value {
            Some(Value::Number(number)) => number.as_u64(),
            Some(Value::String(text)) => text.parse().ok(),
            _ => None,
        };
        id.ok_or_else(|| self.wrong(name, "a positive whole number", value))
    }

    /// A switch, or one written as a text; `false` where it is missing.
    pub(super) fn switch(&self, name: &str) -> Result<bool, CloudElementsError> {
        match self.object.get(name) {
            None | Some(Value::Null) => Ok(false),
            Some(Value::Bool(on)) => Ok(*on),
            Some(Value::String(text)) if text == "true" => Ok(true),
            Some(Value::String(text)) if text == "false" => Ok(false),
            other => Err(self.wrong(name, "true or false", other)),
        }
    }

    /// A list of texts; empty where it is missing.
    pub(super) fn texts(&self, name: &str) -> Result<Vec<String>, CloudElementsError> {
        let wrong = |value| self.wrong(name, "a list of texts", value);
        match self.object.get(name) {
            None | Some(Value::Null) => Ok(Vec::new()),
            Some(Value::Array(items)) => items
                .iter()
                .map(|item| item.as_str().map(str::to_owned).ok_or_else(|| wrong(Some(item))))
                .collect(),
            other => Err(wrong(other)),
        }
    }

    fn wrong(
        &self,
        name: &str,
        expected: &'static str,
        value: Option<&Value>,
    ) -> CloudElementsError {
        let field =
            if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) };
        unexpected(self.what, field, expected, value)
    }
}

/// The error for a field, which tells the type of what was seen and not its value.
pub(super) fn unexpected(
    what: &'static str,
    field: impl Into<String>,
    expected: &'static str,
    value: Option<&Value>,
) -> CloudElementsError {
    let seen = match value {
        None => "it is missing",
        Some(Value::Null) => "it is null",
        Some(Value::Bool(_)) => "it is true or false",
        Some(Value::Number(_)) => "it is another number",
        Some(Value::String(_)) => "it is another text",
        Some(Value::Array(_)) => "it is a list",
        Some(Value::Object(_)) => "it is an object",
    };
    CloudElementsError::UnexpectedAnswer { what, field: field.into(), expected, seen: seen.into() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn switches_may_be_written_as_texts() {
        for (value, expected) in [
            (json!({"on": true}), Some(true)),
            (json!({"on": "true"}), Some(true)),
            (json!({"on": "false"}), Some(false)),
            (json!({"on": null}), Some(false)),
            (json!({}), Some(false)),
            (json!({"on": "yes"}), None),
            (json!({"on": 1}), None),
        ] {
            let fields = Fields::of("test", &value).unwrap();
            assert_eq!(fields.switch("on").ok(), expected, "{value}");
        }
    }
}
