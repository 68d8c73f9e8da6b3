//! What the services know, as `/__simulator/state` tells it.

use serde_json::Value;

/// A reading of the simulator's state.
#[derive(Debug)]
pub struct State(pub Value);

impl State {
    pub fn new(value: Value) -> Self {
        Self(value)
    }

    /// All grants of a user for the connected app.
    pub fn grants(&self, app: &str, user: &str) -> Vec<&Value> {
        let grants = self.0["salesforce"]["grants"].as_array().unwrap();
        grants.iter().filter(|grant| grant["app"] == app && grant["user"] == user).collect()
    }

    /// Those that live.
    pub fn live_grants(&self, app: &str, user: &str) -> Vec<&Value> {
        self.grants(app, user).into_iter().filter(|grant| grant["live"] == true).collect()
    }

    /// All live grants but this user's.
    pub fn live_grants_of_others(&self, user: &str) -> usize {
        let grants = self.0["salesforce"]["grants"].as_array().unwrap();
        grants.iter().filter(|grant| grant["user"] != user && grant["live"] == true).count()
    }

    /// An instance by id.
    #[track_caller]
    pub fn instance(&self, id: u64) -> &Value {
        let instances = self.0["cloud_elements"]["instances"].as_array().unwrap();
        instances
            .iter()
            .find(|instance| instance["id"] == id)
            .unwrap_or_else(|| panic!("no instance {id} in {}", self.0["cloud_elements"]))
    }

    /// Whether there is such an instance.
    pub fn has_instance(&self, id: u64) -> bool {
        let instances = self.0["cloud_elements"]["instances"].as_array().unwrap();
        instances.iter().any(|instance| instance["id"] == id)
    }

    /// How many instances there are.
    pub fn instances(&self) -> usize {
        self.0["cloud_elements"]["instances"].as_array().unwrap().len()
    }

    /// Authorization codes that the platform was sent; each may be sent once.
    pub fn codes_seen(&self) -> Vec<&str> {
        let codes = self.0["cloud_elements"]["codes_seen"].as_array().unwrap();
        codes.iter().map(|code| code.as_str().unwrap()).collect()
    }

    /// Fails if a code was sent twice, by whatever command and way.
    #[track_caller]
    pub fn assert_codes_sent_once(&self) {
        let mut codes = self.codes_seen();
        let sent = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), sent, "a code was sent twice");
    }

    /// Fails if anybody but the platform exchanged a code or refreshed: with rotation on, whoever spends
    /// the instance's refresh token leaves the platform with a dead one.
    #[track_caller]
    pub fn assert_only_the_platform_asks_for_tokens(&self) {
        let counted = ["codes_exchanged", "codes_refused", "refreshes", "refreshes_refused"];
        let platform = &self.0["cloud_elements"];
        let by_platform: u64 =
            counted.iter().map(|counter| platform[counter].as_u64().unwrap()).sum();
        let all = u64::try_from(self.requests("POST", "/services/oauth2/token")).unwrap();
        assert_eq!(all, by_platform, "somebody else asked the token endpoint");
    }

    /// How often a request was seen: method and the end of its path.
    pub fn requests(&self, method: &str, path_end: &str) -> usize {
        let requests = self.0["requests"].as_array().unwrap();
        requests
            .iter()
            .filter(|request| {
                request["method"] == method && request["path"].as_str().unwrap().ends_with(path_end)
            })
            .count()
    }

    /// A number of the Salesforce half, e.g. `login_attempts`.
    pub fn salesforce(&self, counter: &str) -> u64 {
        self.0["salesforce"][counter].as_u64().unwrap()
    }

    /// Connections to the callback host: there may never be one.
    pub fn tripwire_hits(&self) -> u64 {
        self.0["tripwire_hits"].as_u64().unwrap()
    }
}
