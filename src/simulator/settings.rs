//! How the simulator behaves: both halves' settings, changeable while it runs.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::disturbance::Disturbance;
use super::gate::Hold;
use super::{cloud_elements, salesforce};

/// The behaviour of both services. Every change takes effect at the next request.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The Salesforce half.
    pub salesforce: salesforce::Settings,
    /// The Cloud Elements half.
    pub cloud_elements: cloud_elements::Settings,
    /// Requests to either half that are held back.
    pub hold: Hold,
    /// What goes wrong between either half and its clients.
    pub disturbances: Vec<Disturbance>,
}

impl Settings {
    /// These settings with the given ones laid over them.
    ///
    /// # Errors
    /// If a key is unknown or a value has the wrong type.
    pub fn merged(&self, changes: &Value) -> Result<Self, serde_json::Error> {
        let mut whole = serde_json::to_value(self)?;
        lay_over(&mut whole, changes);
        serde_json::from_value(whole)
    }
}

fn lay_over(whole: &mut Value, changes: &Value) {
    match (whole, changes) {
        (Value::Object(whole), Value::Object(changes)) => {
            for (key, change) in changes {
                lay_over(whole.entry(key.clone()).or_insert(Value::Null), change);
            }
        }
        (whole, change) => *whole = change.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_partial_change_keeps_the_rest() {
        let settings = Settings::default()
            .merged(&json!({"salesforce": {"usage_page_size": 3}}))
            .and_then(|settings| settings.merged(&json!({"salesforce": {"revoke_confirm": false}})))
            .unwrap();
        assert_eq!(settings.salesforce.usage_page_size, 3);
        assert!(!settings.salesforce.revoke_confirm);
        assert_eq!(settings.salesforce.frame_delay_ms, 150);
    }

    #[test]
    fn unknown_keys_and_wrong_values_are_refused() {
        for changes in [
            json!({"salesforce": {"usage_page_sise": 3}}),
            json!({"salesforce": {"frame_site": "sideways"}}),
            json!({"heroku": {}}),
            json!({"hold": {"requests": ["instances"]}}),
        ] {
            assert!(Settings::default().merged(&changes).is_err(), "{changes}");
        }
    }
}
