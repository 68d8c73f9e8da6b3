//! How the simulated platform behaves; tests change it while it runs.

use serde::{Deserialize, Serialize};

/// Behaviour of the simulated platform. Every change takes effect at the next request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// What a PATCH that carries an authorization code does.
    pub patch: PatchBehaviour,
    /// Whether a PUT of an instance is taken.
    pub put: PutBehaviour,
    /// Which form of the PUT is known.
    pub put_form: PutForm,
    /// Whether `oauth.user.token` and `oauth.user.refresh_token` are read as `********`.
    pub mask_tokens: bool,
    /// Whether the OAuth URL carries the caller's `state`.
    pub state: StateBehaviour,
    /// Configuration keys that a PUT loses although they were sent.
    pub drop_configuration_on_put: Vec<String>,
    /// What the instance is that there is from the start.
    pub seeded_as: SeededAs,
    /// How many instances there are besides, with tags.
    pub more_instances: u64,
    /// The configuration as a list has a setting that the instance does not show, and that is another
    /// after each exchange of a code.
    pub listed_setting_changes: bool,
    /// Records are read from a cache when Salesforce lets the instance in no more.
    pub hub_cached: bool,
    /// Everything answers 503.
    pub outage: bool,
    /// How long each answer is held back, in milliseconds.
    pub delay_ms: u64,
}

/// What a PATCH that carries `providerData.code` does. A PATCH without a code always works.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PatchBehaviour {
    /// The code is exchanged.
    #[default]
    Accept,
    /// 400; nothing changes and the code stays unused.
    #[serde(rename = "refuse_400")]
    Refuse400,
    /// 409; nothing changes and the code stays unused.
    #[serde(rename = "refuse_409")]
    Refuse409,
    /// 500; nothing changes and the code stays unused.
    #[serde(rename = "refuse_500")]
    Refuse500,
    /// 200, but the code is not exchanged: a dead instance stays dead.
    Ignore,
    /// 200, and the code is exchanged a second later.
    Late,
}

/// What the instance is that there is from the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeededAs {
    /// The caller's own, made by API, enabled.
    #[default]
    Ours,
    /// Disabled.
    Disabled,
    /// Deleted: only its id and its element token are left.
    Deleted,
    /// Another user's of the platform.
    AnotherUsers,
    /// One of another element.
    AnotherElements,
    /// Made in the platform's console: switches are texts, and there are settings of events.
    MadeInConsole,
}

/// Whether a PUT of an instance is taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PutBehaviour {
    /// The instance is replaced and the code exchanged.
    #[default]
    Accept,
    /// 400; nothing changes and the code stays unused.
    Refuse,
    /// Accepted, and the instance has another name and no tags.
    Rename,
}

/// Which form of the PUT is known; the other one answers 405.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PutForm {
    /// Both of them.
    #[default]
    Both,
    /// `PUT /instances/{id}?reAuthenticate=true` only.
    Documented,
    /// `PUT /instances` with the element token only.
    Article,
}

/// Which `state` the OAuth URL carries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StateBehaviour {
    /// The caller's, else the element key.
    #[default]
    Honoured,
    /// Always the element key.
    Ignored,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_names_tests_and_faults_use() {
        let settings: Settings = serde_json::from_str(
            r#"{"patch":"refuse_409","put":"refuse","put_form":"article","state":"ignored",
                "mask_tokens":true,"drop_configuration_on_put":["pagination.max"],"delay_ms":5}"#,
        )
        .unwrap();
        assert_eq!(settings.patch, PatchBehaviour::Refuse409);
        assert_eq!(settings.put, PutBehaviour::Refuse);
        assert_eq!(settings.put_form, PutForm::Article);
        assert_eq!(settings.state, StateBehaviour::Ignored);
        assert!(settings.mask_tokens);
        assert_eq!(settings.drop_configuration_on_put, ["pagination.max"]);
        assert_eq!(serde_json::from_str::<Settings>("{}").unwrap(), Settings::default());
    }

    #[test]
    fn refuses_unknown_settings() {
        assert!(serde_json::from_str::<Settings>(r#"{"patsh":"accept"}"#).is_err());
        assert!(serde_json::from_str::<Settings>(r#"{"patch":"refuse_418"}"#).is_err());
    }
}
