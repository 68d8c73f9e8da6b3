//! An instance, and how the platform shows it.

use super::elements;
use super::identifiers;
use super::properties::{self, Configuration};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::sync::Arc;

/// A live instance that exists without anybody having gone through a browser.
#[derive(Clone, Default)]
pub struct Seed {
    /// The instance's name.
    pub name: String,
    /// Where its tokens come from: login host or My Domain, without a path.
    pub site_address: String,
    /// Consumer key of the app.
    pub consumer_key: String,
    /// Consumer secret of the app.
    pub consumer_secret: String,
    /// The app's callback.
    pub callback_url: String,
    /// An access token that Salesforce knows.
    pub access_token: String,
    /// The refresh token of the same grant.
    pub refresh_token: String,
    /// The user's identity URL, `…/id/<organization>/<user>`.
    pub id_url: String,
    /// Where REST calls go.
    pub instance_url: String,
}

impl Seed {
    /// The configuration that an exchange would have led to.
    pub(super) fn configuration(&self, now: Timestamp) -> Configuration {
        let mut configuration = properties::defaults();
        for (key, value) in [
            (properties::SITE_ADDRESS, &self.site_address),
            (properties::API_KEY, &self.consumer_key),
            (properties::API_SECRET, &self.consumer_secret),
            (properties::CALLBACK_URL, &self.callback_url),
        ] {
            configuration.insert(key.to_owned(), Value::from(value.as_str()));
        }
        Tokens {
            access_token: self.access_token.clone(),
            refresh_token: Some(self.refresh_token.clone()),
            id_url: Some(self.id_url.clone()),
            instance_url: Some(self.instance_url.clone()),
        }
        .store_in(&mut configuration, now);
        configuration
    }
}

/// What Salesforce's token endpoint answered.
#[derive(Clone)]
pub(super) struct Tokens {
    pub(super) access_token: String,
    /// Absent from a refresh, unless rotation is on.
    pub(super) refresh_token: Option<String>,
    pub(super) id_url: Option<String>,
    pub(super) instance_url: Option<String>,
}

impl Tokens {
    /// Writes them where an instance keeps them; what did not come stays as it was.
    pub(super) fn store_in(&self, configuration: &mut Configuration, now: Timestamp) {
        let now = now.as_millisecond().to_string();
        for (key, value) in [
            (properties::USER_TOKEN, Some(&self.access_token)),
            (properties::USER_REFRESH_TOKEN, self.refresh_token.as_ref()),
            (properties::USER_ID, self.id_url.as_ref()),
            (properties::BASE_URL, self.instance_url.as_ref()),
            (properties::USER_REFRESH_TIME, Some(&now)),
            (properties::SESSION_ID, Some(&identifiers::request_id())),
        ] {
            if let Some(value) = value {
                configuration.insert(key.to_owned(), Value::from(value.as_str()));
            }
        }
        // A replaced configuration may have lost it, and the platform always has one.
        configuration
            .entry(properties::USER_REFRESH_INTERVAL)
            .or_insert_with(|| Value::from("3600"));
    }
}

/// An instance of the element `sfdc`.
#[derive(Clone)]
pub(super) struct Instance {
    pub(super) id: u64,
    pub(super) name: String,
    pub(super) description: Option<String>,
    pub(super) token: String,
    pub(super) tags: Vec<String>,
    pub(super) disabled: bool,
    /// Another user's of the platform: nobody else may see it.
    pub(super) is_anothers: bool,
    pub(super) of_another_element: bool,
    pub(super) events_enabled: bool,
    pub(super) caching_enabled: bool,
    pub(super) max_cache_size: u64,
    pub(super) cache_time_to_live: u64,
    pub(super) created: Timestamp,
    pub(super) updated: Timestamp,
    pub(super) configuration: Configuration,
    /// Codes exchanged for it, the one that created it included.
    pub(super) exchanges: u64,
    /// Access tokens got with its refresh token.
    pub(super) refreshes: u64,
    /// The keys in the order in which they got their ids; a key that goes keeps its place.
    configuration_ids: Vec<String>,
    /// Held while its grant is renewed: with rotation on, a second refresh at the same time would
    /// send a refresh token that is used up and so end the grant.
    pub(super) renewal: Arc<tokio::sync::Mutex<()>>,
}

impl Instance {
    /// A new instance with a fresh element token.
    pub(super) fn new(id: u64, name: String, configuration: Configuration, now: Timestamp) -> Self {
        Self {
            id,
            name,
            description: None,
            token: identifiers::element_token(),
            tags: Vec::new(),
            disabled: false,
            is_anothers: false,
            of_another_element: false,
            events_enabled: false,
            caching_enabled: false,
            max_cache_size: 0,
            cache_time_to_live: 0,
            created: now,
            updated: now,
            configuration,
            exchanges: 0,
            refreshes: 0,
            configuration_ids: Vec::new(),
            renewal: Arc::default(),
        }
    }

    /// The instance as the platform shows it; `hydrate` says whether with its configuration.
    pub(super) fn to_json(&self, hydrate: bool, mask_tokens: bool) -> Value {
        let mut instance = json!({
            "id": self.id,
            "name": self.name,
            "createdDate": seconds(self.created),
            "updatedDate": seconds(self.updated),
            "token": self.token,
            "element": elements::sfdc(),
            "elementId": elements::SFDC_ID,
            "tags": self.tags,
            "provisionInteractions": [],
            "valid": true,
            "disabled": self.disabled,
            "maxCacheSize": self.max_cache_size,
            "cacheTimeToLive": self.cache_time_to_live,
            "cachingEnabled": self.caching_enabled,
            "eventsEnabled": self.events_enabled,
            "traceLoggingEnabled": false,
            "externalAuthentication": "none",
            "user": {
                "id": 1,
                "emailAddress": "integration@example.com",
                "firstName": "Ida",
                "lastName": "Integration",
            },
        });
        if self.of_another_element {
            instance["element"]["key"] = Value::from("hubspotcrm");
            instance["element"]["name"] = Value::from("HubSpot CRM");
        }
        if let Some(description) = &self.description {
            instance["description"] = Value::from(description.as_str());
        }
        if hydrate {
            instance["configuration"] =
                Value::Object(properties::masked(&self.configuration, mask_tokens));
        }
        instance
    }

    /// The configuration as a list, each property with an id that stays the same.
    pub(super) fn configuration_items(&mut self, mask_tokens: bool) -> Vec<Value> {
        for key in self.configuration.keys() {
            if !self.configuration_ids.contains(key) {
                self.configuration_ids.push(key.clone());
            }
        }
        self.configuration_ids
            .iter()
            .enumerate()
            .filter_map(|(place, key)| {
                let value = self.configuration.get(key)?;
                Some(item(self.id, place, key, &properties::shown(key, value, mask_tokens)))
            })
            .collect()
    }

    /// The key that has this id in [`Instance::configuration_items`].
    pub(super) fn configuration_key(&mut self, config_id: u64) -> Option<String> {
        self.configuration_items(true)
            .iter()
            .find(|item| item["id"] == json!(config_id))
            .and_then(|item| item["key"].as_str())
            .map(str::to_owned)
    }
}

fn item(instance: u64, place: usize, key: &str, value: &Value) -> Value {
    // The list knows texts only, the object knows switches too.
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    json!({
        "id": instance * 1000 + place as u64,
        "key": key,
        "name": key,
        "propertyValue": text,
        "type": if value.is_boolean() { "BOOLEAN" } else { "TEXTFIELD" },
        "active": true,
    })
}

fn seconds(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_keep_their_ids_when_others_come_and_go() {
        let mut instance =
            Instance::new(7, "x".into(), properties::defaults(), Timestamp::UNIX_EPOCH);
        let id_of = |items: &[Value], key: &str| {
            items.iter().find(|item| item["key"] == key).map(|item| item["id"].as_u64().unwrap())
        };
        let before = instance.configuration_items(false);
        instance.configuration.shift_remove("oauth.scope");
        instance.configuration.insert("new.key".into(), json!(true));
        let after = instance.configuration_items(false);
        assert_eq!(id_of(&after, "oauth.scope"), None);
        assert_eq!(id_of(&before, "pagination.max"), id_of(&after, "pagination.max"));
        let new = id_of(&after, "new.key").unwrap();
        assert_eq!(instance.configuration_key(new).as_deref(), Some("new.key"));
        assert_eq!(instance.configuration_key(1), None);
    }

    #[test]
    fn tokens_leave_alone_what_did_not_come() {
        let mut configuration = Seed {
            refresh_token: "5Aep".into(),
            instance_url: "http://org".into(),
            ..Seed::default()
        }
        .configuration(Timestamp::UNIX_EPOCH);
        let session = configuration[properties::SESSION_ID].clone();
        Tokens {
            access_token: "00D!2".into(),
            refresh_token: None,
            id_url: None,
            instance_url: None,
        }
        .store_in(&mut configuration, Timestamp::UNIX_EPOCH);
        assert_eq!(configuration[properties::USER_TOKEN], "00D!2");
        assert_eq!(configuration[properties::USER_REFRESH_TOKEN], "5Aep");
        assert_eq!(configuration[properties::BASE_URL], "http://org");
        assert_ne!(configuration[properties::SESSION_ID], session);
    }
}
