//! The configuration of an `sfdc` instance: its keys, what a new one holds, what a reader sees.

use serde_json::{Map, Value, json};

/// Where REST calls go: the token response's `instance_url`.
pub(super) const BASE_URL: &str = "base.url";
/// Where the app authorises and exchanges: login host or My Domain.
pub(super) const SITE_ADDRESS: &str = "oauth.site.address";
pub(super) const API_KEY: &str = "oauth.api.key";
pub(super) const API_SECRET: &str = "oauth.api.secret";
pub(super) const CALLBACK_URL: &str = "oauth.callback.url";
pub(super) const USER_TOKEN: &str = "oauth.user.token";
pub(super) const USER_REFRESH_TOKEN: &str = "oauth.user.refresh_token";
pub(super) const USER_ID: &str = "oauth.user.id";
/// Seconds after which the platform takes a token for old.
pub(super) const USER_REFRESH_INTERVAL: &str = "oauth.user.refresh_interval";
/// When the token was got, milliseconds since 1970.
pub(super) const USER_REFRESH_TIME: &str = "oauth.user.refresh_time";
/// Changes with every new token.
pub(super) const SESSION_ID: &str = "sfdc.session.id";

/// What a reader sees instead of a secret.
pub(super) const MASK: &str = "********";

/// A configuration: key to text or switch.
pub(super) type Configuration = Map<String, Value>;

/// What a new instance holds before the caller's own configuration is laid over it.
pub(super) fn defaults() -> Configuration {
    let properties = json!({
        BASE_URL: "",
        SITE_ADDRESS: "",
        API_KEY: "",
        API_SECRET: "",
        CALLBACK_URL: "",
        "oauth.scope": "full refresh_token",
        "oauth.basic.header": "false",
        USER_ID: "",
        USER_TOKEN: "",
        USER_REFRESH_TOKEN: "",
        USER_REFRESH_INTERVAL: "3600",
        USER_REFRESH_TIME: "",
        SESSION_ID: "",
        "filter.response.nulls": true,
        "pagination.type": "page",
        "pagination.max": "2000",
        "event.notification.enabled": false,
        "event.notification.callback.url": "",
        "event.notification.signature.key": "",
        "event.vendor.type": "polling",
        "event.poller.refresh_interval": "15",
        "event.metadata": "{\"polling\":{\"accounts\":{\"datesConfiguration\":{\"updatedDateField\":\"LastModifiedDate\"}}}}",
        "bulk.add.metadata": "true",
        "bulk.attribute.created_time": "CreatedDate",
        "bulk.query.date_mask": "yyyy-MM-dd'T'HH:mm:ss'Z'",
        "bulk.query.field_name": "LastModifiedDate",
        "bulk.query.operator": ">=",
    });
    match properties {
        Value::Object(properties) => properties,
        _ => Map::new(),
    }
}

/// Makes a configuration what the platform's console leaves behind: switches are texts, and events
/// have been set up.
pub(super) fn as_console_writes(configuration: &mut Configuration) {
    for value in configuration.values_mut() {
        if value.is_boolean() {
            *value = Value::String(value.to_string());
        }
    }
    for (key, value) in [
        ("event.notification.enabled", "true"),
        ("event.notification.callback.url", "https://events.example.com/hook?team=a&b=%20"),
        ("event.objects", "accounts,contacts"),
        ("document.tagging", ""),
    ] {
        configuration.insert(key.to_owned(), Value::from(value));
    }
}

/// The text of a property, blank if it is not there or not a text.
pub(super) fn text<'a>(configuration: &'a Configuration, key: &str) -> &'a str {
    configuration.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// The value as a reader sees it.
pub(super) fn shown(key: &str, value: &Value, mask_tokens: bool) -> Value {
    let secret = match key {
        API_KEY | API_SECRET => true,
        USER_TOKEN | USER_REFRESH_TOKEN => mask_tokens,
        _ => key.ends_with("password"),
    };
    // Nothing to hide in a blank value, and a reader may want to know that it is blank.
    if secret && value.as_str() != Some("") { Value::from(MASK) } else { value.clone() }
}

/// The configuration as a reader sees it.
pub(super) fn masked(configuration: &Configuration, mask_tokens: bool) -> Configuration {
    configuration.iter().map(|(key, value)| (key.clone(), shown(key, value, mask_tokens))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_secrets_and_nothing_else() {
        for (key, value, mask_tokens, expected) in [
            (API_KEY, "3MVG9", false, MASK),
            (API_SECRET, "1234", false, MASK),
            (API_SECRET, "", false, ""),
            ("proxy.password", "p", false, MASK),
            (USER_TOKEN, "00D!", false, "00D!"),
            (USER_TOKEN, "00D!", true, MASK),
            (USER_REFRESH_TOKEN, "5Aep", true, MASK),
            (USER_ID, "https://login/id/1/2", true, "https://login/id/1/2"),
            (CALLBACK_URL, "https://callback.example", true, "https://callback.example"),
        ] {
            assert_eq!(shown(key, &json!(value), mask_tokens), json!(expected), "{key}");
        }
    }

    #[test]
    fn defaults_mix_texts_and_switches() {
        let defaults = defaults();
        assert!(defaults.len() >= 20);
        assert!(defaults.values().any(Value::is_boolean));
        assert_eq!(text(&defaults, "pagination.type"), "page");
        assert_eq!(text(&defaults, "filter.response.nulls"), "");
        assert_eq!(text(&defaults, "no.such.key"), "");
    }
}
