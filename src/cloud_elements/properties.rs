//! Whatever the platform answers.

use std::sync::LazyLock;

use http::{HeaderMap, HeaderValue};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

use super::*;
use crate::failure::Failure;
use crate::http::Answer;
use crate::secrets::{Redactor, is_secret_name};
use crate::testing::{cases, damaged, json_mutants, odd_values};

/// Longest that an error may be: the platform's words, what we say, and a request id.
const LONGEST: usize = 1_000;

const SECRETS: [&str; 4] =
    ["el/em+ent=token", "00D!access-token", "oauth-api-secret", "short-queue-secret"];

static VOLATILE: LazyLock<VolatileKeys> = LazyLock::new(|| VolatileKeys::embedded().unwrap());

fn sample() -> Value {
    json!({
        "id": 42, "name": "Zoë's instance", "token": SECRETS[0], "tags": ["a", "reauth:r"],
        "element": {"id": 23, "key": "sfdc", "name": "Salesforce"}, "disabled": false,
        "user": {"id": 1, "name": "z"}, "cachingEnabled": null, "updatedDate": 1,
        "configuration": {
            "oauth.user.token": SECRETS[1], "oauth.user.refresh_token": "********",
            "oauth.api.key": "3MVG9", "oauth.api.secret": SECRETS[2], "filter.response.nulls": "true",
            "queue": {"password": SECRETS[3], "names": ["one", {"two": 2}]}, "session.id": "********",
        },
    })
}

fn texts<'value>(value: &'value Value, into: &mut Vec<&'value str>) {
    match value {
        Value::String(text) => into.push(text),
        Value::Array(items) => items.iter().for_each(|item| texts(item, into)),
        Value::Object(fields) => fields.values().for_each(|field| texts(field, into)),
        _ => {}
    }
}

/// What of an instance may not change, written down once more.
fn lasting(instance: &Value) -> Value {
    let keep = |fields: &Map<String, Value>| -> Map<String, Value> {
        fields
            .iter()
            .filter(|(key, _)| !VOLATILE.contains(key))
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect()
    };
    let mut lasting = keep(instance.as_object().unwrap());
    lasting.retain(|_, value| !value.is_null());
    if let Some(configuration) = lasting.get_mut("configuration").and_then(Value::as_object_mut) {
        *configuration = keep(configuration);
    }
    for (whole, part) in [("element", "key"), ("user", "id")] {
        if let Some(fields) = lasting.get_mut(whole).and_then(Value::as_object_mut) {
            fields.retain(|key, _| key == part);
        }
    }
    if let Some(Value::Array(tags)) = lasting.get_mut("tags") {
        tags.sort_by_key(Value::to_string);
        tags.dedup();
    }
    // Nothing in them is as good as no such field.
    for (gone, nothing) in [
        ("configuration", json!({})),
        ("element", json!({})),
        ("user", json!({})),
        ("tags", json!([])),
    ] {
        if lasting.get(gone) == Some(&nothing) {
            lasting.shift_remove(gone);
        }
    }
    lasting.sort_keys();
    Value::Object(lasting)
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn an_instance_is_read_or_its_mistake_told_without_secrets(raw in json_mutants(sample())) {
        let redactor = Redactor::new();
        for outcome in [
            Instance::parse("read the instance", raw.clone(), &redactor).map(|one| format!("{one:?}")),
            ListedInstance::parse("list", &raw, &redactor).map(|one| format!("{one:?}")),
            ConfigurationEntry::parse("read the configuration", &raw, &redactor).map(|one| format!("{one:?}")),
        ] {
            if let Err(error) = outcome {
                let said = format!("{error} {error:?} {:?}", Failure::from(error.clone()));
                prop_assert!(error.to_string().len() < LONGEST, "{}", error);
                for secret in SECRETS {
                    prop_assert!(!said.contains(secret), "{}", said);
                }
            }
        }
    }

    #[test]
    fn a_put_holds_the_code_and_no_asterisks_or_old_tokens(
        raw in json_mutants(sample()), secret in "[ -~]{0,12}|\\*{0,10}",
    ) {
        let code = Redactor::new().learn("code", "aPrx-code");
        let fill = [("oauth.api.key", "key"), ("oauth.api.secret", secret.as_str()), ("session.id", "s")];
        match put_body(&raw, code, &fill) {
            Ok(body) => {
                let body = body.as_json();
                prop_assert_eq!(&body["providerData"]["code"], "aPrx-code");
                let mut all = Vec::new();
                texts(body, &mut all);
                prop_assert!(all.iter().all(|text| text.len() < 3 || !text.bytes().all(|b| b == b'*')), "{}", body);
                if let Some(fields) = body["configuration"].as_object() {
                    prop_assert!(!fields.contains_key("oauth.user.token"), "{}", body);
                    prop_assert!(!fields.contains_key("oauth.user.refresh_token"), "{}", body);
                }
                // Nothing else is lost.
                for (key, value) in raw.as_object().unwrap() {
                    if !matches!(key.as_str(), "configuration" | "providerData") {
                        prop_assert_eq!(&body[key], value);
                    }
                }
            }
            Err(error) => prop_assert!(!error.keys.is_empty() && !error.to_string().contains("aPrx"), "{}", error),
        }
    }

    #[test]
    fn a_diff_tells_what_lasts_from_what_does_not(one in json_mutants(sample()), other in json_mutants(sample())) {
        prop_assert_eq!(configuration_diff(&one, &one, &VOLATILE), []);
        for (before, after) in [(&one, &other), (&sample(), &one)] {
            let changes = configuration_diff(before, after, &VOLATILE);
            prop_assert_eq!(
                changes.is_empty(), lasting(before) == lasting(after), "{}\n{}\n{:?}", before, after, changes
            );
        }
    }

    #[test]
    fn a_diff_shows_no_secret(
        key in "([a-z]{1,6}[._-]?){0,2}(token|[sS]ecret|[pP]assword|session\\.id)", old in "hunter2[a-z]{1,9}",
        new in odd_values(), depth in 0_usize..5,
    ) {
        prop_assert!(is_secret_name(&key));
        let mut before = json!({key.as_str(): old, "other": 1});
        let mut after = json!({key.as_str(): new, "other": 2});
        for level in 0..depth {
            before = if level % 2 == 0 { json!([before]) } else { json!({"inside": before}) };
            after = if level % 2 == 0 { json!([after]) } else { json!({"inside": after}) };
        }
        let (before, after) = (json!({"configuration": {"x": before}}), json!({"configuration": {"x": after}}));
        let changes = configuration_diff(&before, &after, &VOLATILE);
        let shown = serde_json::to_string(&changes).unwrap();
        prop_assert!(!changes.is_empty() && !shown.contains("hunter2"), "{}", shown);
    }

    #[test]
    fn an_error_body_is_told_in_short_and_without_secrets(
        body in damaged(json!({"requestId": "5a1b", "message": format!("Invalid {} given", SECRETS[1])}).to_string().into()),
        more in select(vec![0_usize, 0, 0, 0, 0, 0, 0, 0, 0, 400_000]), status in 100_u16..600,
        id in select(vec!["", "5a1b", "00D!access-token", "\u{e9}"]), of_instance: bool,
    ) {
        let redactor = Redactor::new();
        redactor.learn("token", SECRETS[1]);
        let mut headers = HeaderMap::new();
        if let Ok(id) = HeaderValue::from_str(&id.repeat(40)) {
            headers.insert("x-request-id", id);
        }
        let body = [body, vec![b'x'; more]].concat();
        let answer = Answer { status, headers, body };
        let error = CloudElementsError::refused("read the instance", of_instance, &answer, &redactor);
        prop_assert_eq!(error.status(), Some(status));
        let failure = Failure::from(error.clone());
        // A NUL is written as `\0`, which may complete what was the rest of a secret.
        let debug = format!("{error:?}").replace("\\0", "NUL");
        prop_assert!(!debug.contains(SECRETS[1]), "{}", debug);
        for said in [error.to_string(), failure.message] {
            prop_assert!(!said.contains(SECRETS[1]), "{}", said);
            prop_assert!(said.chars().count() < LONGEST, "{}", said);
        }
    }
}
