//! What changed in an instance between two readings, apart from what has to change.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::ConfigurationEntry;
use crate::failure::Failure;
use crate::secrets::is_secret_name;

/// Fields of an instance that are compared in parts: what else they hold describes the element and
/// the platform's user, and is not the instance's.
const COMPARED_IN_PARTS: &[(&str, &str)] = &[("element", "key"), ("user", "id")];

/// What stands in for a secret value in a diff.
const HIDDEN: &str = "«secret»";

/// One difference. Values of secret keys are hidden.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// `name`, or `configuration.<key>`.
    pub key: String,
    /// What happened to it.
    pub kind: ChangeKind,
    /// Null if it was added.
    pub before: Value,
    /// Null if it was removed.
    pub after: Value,
}

/// What happened to a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangeKind {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// Its value is another.
    Changed,
}

impl fmt::Display for ChangeKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
        })
    }
}

/// Keys that may change in a re-authentication, from `webdriver/volatile.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VolatileKeys {
    volatile: Vec<VolatileKey>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct VolatileKey {
    /// A key, or the beginning of keys when it ends in `*`.
    key: String,
    /// Why it may change. Asked for so that no entry comes without one.
    #[serde(rename = "reason")]
    _reason: String,
}

impl VolatileKeys {
    /// The list that comes with this program.
    ///
    /// # Errors
    /// `cloud_elements.volatile_list` if the list is broken, which a test rules out.
    pub fn embedded() -> Result<Self, Failure> {
        Self::parse(include_str!("../../webdriver/volatile.toml"))
    }

    /// Reads a list of the same form.
    ///
    /// # Errors
    /// `cloud_elements.volatile_list` with the parser's words.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        toml::from_str(text).map_err(|error| {
            Failure::usage("cloud_elements.volatile_list", format!("volatile keys: {error}"))
        })
    }

    /// Whether a key (without `configuration.`) may change.
    pub fn contains(&self, key: &str) -> bool {
        self.volatile.iter().any(|entry| match entry.key.strip_suffix('*') {
            Some(beginning) => key.starts_with(beginning),
            None => key == entry.key,
        })
    }
}

/// Compares two readings of an instance, as JSON values: every field, those that this program does
/// not know included, and the configuration key by key. Ordered by key within each group, fields
/// first.
pub fn configuration_diff(before: &Value, after: &Value, volatile: &VolatileKeys) -> Vec<Change> {
    let mut changes = Vec::new();
    for field in keys(before, after) {
        let (old, new) = (before.get(field), after.get(field));
        let in_parts = field == "configuration"
            || COMPARED_IN_PARTS.iter().any(|(whole, _)| *whole == field.as_str());
        // What has no parts, on either side, can only be compared as a whole. Null is as good as
        // nothing there, as everywhere.
        let has_parts =
            [old, new].iter().flatten().all(|value| value.is_object() || value.is_null());
        if (in_parts && has_parts) || volatile.contains(field) {
            continue;
        }
        let same = if field == "tags" { same_set(old, new) } else { absent_is_null(old, new) };
        if !same {
            changes.extend(change(field.clone(), is_secret_name(field), old, new));
        }
    }
    for (whole, part) in COMPARED_IN_PARTS {
        let of = |instance: &Value| instance.get(whole).and_then(|whole| whole.get(part)).cloned();
        let (old, new) = (of(before), of(after));
        changes.extend(change(format!("{whole}.{part}"), false, old.as_ref(), new.as_ref()));
    }

    let settings = |instance: &Value| instance.get("configuration").cloned().unwrap_or(json!({}));
    let (old, new) = (settings(before), settings(after));
    for key in keys(&old, &new) {
        if !volatile.contains(key) {
            let name = format!("configuration.{key}");
            changes.extend(change(name, is_secret_name(key), old.get(key), new.get(key)));
        }
    }
    changes
}

/// Compares two readings of the configuration as a list, by key: it may have settings that the instance
/// itself does not show. What `known` has already is left out.
pub fn configuration_list_diff(
    before: &[ConfigurationEntry],
    after: &[ConfigurationEntry],
    known: &[Change],
    volatile: &VolatileKeys,
) -> Vec<Change> {
    let by_key = |entries: &[ConfigurationEntry]| -> Value {
        let pairs = entries.iter().map(|entry| (entry.key.clone(), entry.property_value.clone()));
        pairs.collect::<serde_json::Map<_, _>>().into()
    };
    let (old, new) = (by_key(before), by_key(after));
    let is_known = |key: &str| {
        known.iter().any(|change| change.key.strip_prefix("configuration.") == Some(key))
    };
    keys(&old, &new)
        .into_iter()
        .filter(|key| !volatile.contains(key) && !is_known(key))
        .filter_map(|key| {
            let name = format!("configuration list.{key}");
            change(name, is_secret_name(key), old.get(key), new.get(key))
        })
        .collect()
}

/// The keys of both objects, in order.
fn keys<'value>(before: &'value Value, after: &'value Value) -> BTreeSet<&'value String> {
    [before, after].into_iter().filter_map(Value::as_object).flat_map(|map| map.keys()).collect()
}

fn change(
    key: String,
    secret: bool,
    before: Option<&Value>,
    after: Option<&Value>,
) -> Option<Change> {
    let kind = match (before, after) {
        (None, Some(_)) => ChangeKind::Added,
        (Some(_), None) => ChangeKind::Removed,
        (Some(before), Some(after)) if before != after => ChangeKind::Changed,
        _ => return None,
    };
    let shown = |value: Option<&Value>| match value {
        None => Value::Null,
        Some(_) if secret => json!(HIDDEN),
        Some(value) => without_secrets(value),
    };
    Some(Change { key, kind, before: shown(before), after: shown(after) })
}

/// A value without what its own keys call secret.
fn without_secrets(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .iter()
            .map(|(key, value)| {
                let secret = is_secret_name(key);
                (key.clone(), if secret { json!(HIDDEN) } else { without_secrets(value) })
            })
            .collect(),
        Value::Array(items) => items.iter().map(without_secrets).collect(),
        plain => plain.clone(),
    }
}

/// The platform writes some fields only when they are set.
fn absent_is_null(before: Option<&Value>, after: Option<&Value>) -> bool {
    before.unwrap_or(&Value::Null) == after.unwrap_or(&Value::Null)
}

/// Tags have no order.
fn same_set(before: Option<&Value>, after: Option<&Value>) -> bool {
    let set = |value: Option<&Value>| -> Option<BTreeSet<String>> {
        match value {
            None | Some(Value::Null) => Some(BTreeSet::new()),
            Some(Value::Array(items)) => Some(items.iter().map(Value::to_string).collect()),
            Some(_) => None,
        }
    };
    match (set(before), set(after)) {
        (Some(before), Some(after)) => before == after,
        _ => before == after,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diff(before: Value, after: Value) -> Vec<(String, ChangeKind)> {
        configuration_diff(&before, &after, &VolatileKeys::embedded().unwrap())
            .into_iter()
            .map(|change| (change.key, change.kind))
            .collect()
    }

    #[test]
    fn what_counts() {
        use ChangeKind::{Added, Changed, Removed};
        let cases = [
            (json!({"name": "a"}), json!({"name": "b"}), vec![("name", Changed)]),
            (json!({"token": "a"}), json!({"token": "b"}), vec![("token", Changed)]),
            (json!({"tags": ["a", "b"]}), json!({"tags": ["b", "a"]}), vec![]),
            (json!({"tags": ["a"]}), json!({"tags": ["a", "b"]}), vec![("tags", Changed)]),
            (json!({"disabled": false}), json!({"disabled": true}), vec![("disabled", Changed)]),
            (json!({"cachingEnabled": null}), json!({}), vec![]),
            (json!({"description": "d"}), json!({}), vec![("description", Removed)]),
            (json!({"elementId": 23}), json!({"elementId": 39}), vec![("elementId", Changed)]),
            (json!({"newOne": 1}), json!({"newOne": 2}), vec![("newOne", Changed)]),
            (json!({"user": {"id": 1}}), json!({"user": {"id": 2}}), vec![("user.id", Changed)]),
            (json!({"updatedDate": 1}), json!({"updatedDate": 2}), vec![]),
            (
                json!({"element": {"key": "sfdc"}}),
                json!({"element": {"key": "other"}}),
                vec![("element.key", Changed)],
            ),
            (json!({"user": 1}), json!({"user": 2}), vec![("user", Changed)]),
            (
                json!({"configuration": "a"}),
                json!({"configuration": "b"}),
                vec![("configuration", Changed)],
            ),
            (
                json!({"configuration": {"b": 1, "a": 1, "gone": "x", "same": {"x": [1]}}}),
                json!({"configuration": {"a": "1", "b": 1, "new": null, "same": {"x": [1]}}}),
                vec![
                    ("configuration.a", Changed),
                    ("configuration.gone", Removed),
                    ("configuration.new", Added),
                ],
            ),
            (
                json!({"configuration": {"oauth.user.token": "a", "session.id": "1", "sfdc.session.x": 1}}),
                json!({"configuration": {"oauth.user.token": "b", "oauth.user.refresh_time": "1"}}),
                vec![],
            ),
            (json!({"configuration": {"a": 1}}), json!({}), vec![("configuration.a", Removed)]),
        ];
        for (before, after, expected) in cases {
            let expected: Vec<_> =
                expected.into_iter().map(|(key, kind)| (key.to_owned(), kind)).collect();
            assert_eq!(diff(before.clone(), after), expected, "{before}");
        }
    }

    #[test]
    fn the_list_adds_what_the_instance_does_not_show() {
        let entry = |id, key: &str, value| ConfigurationEntry {
            id,
            key: key.to_owned(),
            property_value: value,
        };
        let before = [
            entry(1, "a", json!("1")),
            entry(2, "known", json!("1")),
            entry(3, "oauth.user.token", json!("x")),
            entry(4, "queue.password", json!("p")),
            entry(5, "gone", json!(null)),
        ];
        let after = [
            entry(4, "queue.password", json!("q")),
            entry(7, "a", json!("1")),
            entry(8, "known", json!("2")),
            entry(9, "oauth.user.token", json!("y")),
        ];
        let known = configuration_diff(
            &json!({"configuration": {"known": "1"}}),
            &json!({"configuration": {"known": "2"}}),
            &VolatileKeys::embedded().unwrap(),
        );
        let volatile = VolatileKeys::embedded().unwrap();
        let changes = configuration_list_diff(&before, &after, &known, &volatile);
        let told: Vec<(&str, ChangeKind)> =
            changes.iter().map(|change| (change.key.as_str(), change.kind)).collect();
        assert_eq!(
            told,
            [
                ("configuration list.gone", ChangeKind::Removed),
                ("configuration list.queue.password", ChangeKind::Changed),
            ]
        );
        assert_eq!(changes[1].after, json!(HIDDEN));
    }

    #[test]
    fn secrets_are_hidden() {
        let changes = configuration_diff(
            &json!({"token": "t1", "configuration": {
                "oauth.api.secret": "s1", "event.notification.signature.key": "k1"}}),
            &json!({"token": "t2", "configuration": {
                "oauth.api.secret": "s2", "event.notification.signature.key": "k2"}}),
            &VolatileKeys::embedded().unwrap(),
        );
        assert_eq!(changes.len(), 3);
        for change in changes {
            assert_eq!((change.before, change.after), (json!(HIDDEN), json!(HIDDEN)));
        }
    }

    #[test]
    fn an_entry_without_reason_is_refused() {
        assert!(VolatileKeys::parse("[[volatile]]\nkey = \"a\"").is_err());
    }
}
