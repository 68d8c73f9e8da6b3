//! Everything that the platform remembers. Reached through [`super::CloudElements`] only, which
//! holds the lock.

use super::super::clock::Clock;
use super::error::ApiError;
use super::model::Instance;
use super::properties::{self, Configuration};
use super::settings::Settings;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// The first instance's id; as long as real ones.
const FIRST_ID: u64 = 410_001;

/// What the platform remembers.
pub(super) struct State {
    pub(super) settings: Settings,
    clock: Arc<Clock>,
    pub(super) instances: BTreeMap<u64, Instance>,
    /// The site that an app was last authorised at, by consumer key: the OAuth URL says it once
    /// and the instance that is created afterwards needs it.
    sites: HashMap<String, String>,
    deleted: Vec<u64>,
    /// What each query through an instance brought last, while a cache is kept.
    cache: HashMap<(u64, String), Vec<Value>>,
    /// All that there ever were, those of deleted instances too.
    element_tokens: Vec<String>,
    next_id: u64,
    /// Answers given, by method and path, numbers in paths replaced by `{id}`.
    requests: BTreeMap<String, u64>,
    /// Every authorization code that a caller sent, in the order of their coming.
    codes_seen: Vec<String>,
    pub(super) codes_exchanged: u64,
    pub(super) codes_refused: u64,
    pub(super) refreshes: u64,
    pub(super) refreshes_refused: u64,
}

impl State {
    pub(super) fn new(settings: Settings, clock: Arc<Clock>) -> Self {
        Self {
            settings,
            clock,
            instances: BTreeMap::new(),
            sites: HashMap::new(),
            deleted: Vec::new(),
            cache: HashMap::new(),
            element_tokens: Vec::new(),
            next_id: FIRST_ID,
            requests: BTreeMap::new(),
            codes_seen: Vec::new(),
            codes_exchanged: 0,
            codes_refused: 0,
            refreshes: 0,
            refreshes_refused: 0,
        }
    }

    /// The time, by the clock that tests move.
    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Adds an instance; `finish` sets what a new one does not have by itself.
    pub(super) fn add(
        &mut self,
        name: String,
        configuration: Configuration,
        finish: impl FnOnce(&mut Instance),
    ) -> &Instance {
        let id = self.next_id;
        self.next_id += 1;
        let mut instance = Instance::new(id, name, configuration, self.now());
        finish(&mut instance);
        self.element_tokens.push(instance.token.clone());
        self.instances.entry(id).or_insert(instance)
    }

    /// Forgets an instance. Says whether it was there.
    pub(super) fn delete(&mut self, id: u64) -> bool {
        let known = self.instances.remove(&id).is_some();
        if known {
            self.deleted.push(id);
        }
        known
    }

    /// The instance that an element token belongs to.
    pub(super) fn instance_with_token(&self, token: &str) -> Option<&Instance> {
        self.instances.values().find(|instance| instance.token == token && !instance.is_anothers)
    }

    /// Remembers where an app is authorised.
    pub(super) fn remember_site(&mut self, consumer_key: &str, site: &str) {
        self.sites.insert(consumer_key.to_owned(), site.to_owned());
    }

    /// Where codes and refresh tokens of this configuration are exchanged.
    pub(super) fn site_of(&self, configuration: &Configuration) -> Option<String> {
        let stored = properties::text(configuration, properties::SITE_ADDRESS);
        if stored.is_empty() {
            self.sites.get(properties::text(configuration, properties::API_KEY)).cloned()
        } else {
            Some(stored.to_owned())
        }
    }

    /// The records of a query as they came, or, if the settings have a cache and the instance is let
    /// in no more, as they came last.
    pub(super) fn through_cache(
        &mut self,
        id: u64,
        soql: &str,
        records: Result<Vec<Value>, ApiError>,
    ) -> Result<Vec<Value>, ApiError> {
        if !self.settings.hub_cached {
            return records;
        }
        let query = (id, soql.to_owned());
        match records {
            Ok(records) => {
                self.cache.insert(query, records.clone());
                Ok(records)
            }
            Err(error) => self.cache.get(&query).cloned().ok_or(error),
        }
    }

    /// Remembers a code that a caller sent, whatever becomes of it.
    pub(super) fn saw_code(&mut self, code: Option<&str>) {
        self.codes_seen.extend(code.map(str::to_owned));
    }

    /// Counts a request that was answered.
    pub(super) fn count(&mut self, method: &str, path: &str) {
        let path: Vec<&str> = path
            .split('/')
            .map(|part| {
                let number = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
                if number { "{id}" } else { part }
            })
            .collect();
        *self.requests.entry(format!("{method} {}", path.join("/"))).or_default() += 1;
    }

    /// The state as tests see it: nothing masked.
    pub(super) fn to_json(&self) -> Value {
        let instances: Vec<Value> = self
            .instances
            .values()
            .map(|instance| {
                let mut json = instance.to_json(false, false);
                json["configuration"] = Value::Object(instance.configuration.clone());
                json["exchanges"] = Value::from(instance.exchanges);
                json["refreshes"] = Value::from(instance.refreshes);
                json
            })
            .collect();
        json!({
            "settings": self.settings,
            "instances": instances,
            "deleted": self.deleted,
            "element_tokens": self.element_tokens,
            "codes_seen": self.codes_seen,
            "codes_exchanged": self.codes_exchanged,
            "codes_refused": self.codes_refused,
            "refreshes": self.refreshes,
            "refreshes_refused": self.refreshes_refused,
            "requests": {
                "total": self.requests.values().sum::<u64>(),
                "by_route": self.requests,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_by_route() {
        let mut state = State::new(Settings::default(), Arc::default());
        for (method, path) in [
            ("GET", "/instances/1"),
            ("GET", "/instances/22/configuration"),
            ("GET", "/instances/3"),
            ("PUT", "/instances/3"),
        ] {
            state.count(method, path);
        }
        let requests = &state.to_json()["requests"];
        assert_eq!(requests["total"], 4);
        assert_eq!(requests["by_route"]["GET /instances/{id}"], 2);
        assert_eq!(requests["by_route"]["GET /instances/{id}/configuration"], 1);
        assert_eq!(requests["by_route"]["PUT /instances/{id}"], 1);
    }

    #[test]
    fn a_stored_site_wins_over_a_remembered_one() {
        let mut state = State::new(Settings::default(), Arc::default());
        let mut configuration = properties::defaults();
        configuration.insert(properties::API_KEY.into(), "key".into());
        assert_eq!(state.site_of(&configuration), None);
        state.remember_site("key", "http://remembered");
        assert_eq!(state.site_of(&configuration).as_deref(), Some("http://remembered"));
        configuration.insert(properties::SITE_ADDRESS.into(), "http://stored".into());
        assert_eq!(state.site_of(&configuration).as_deref(), Some("http://stored"));
    }
}
