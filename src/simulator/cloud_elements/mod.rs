//! Placeholder of the Cloud Elements half: the interface alone, until that half is merged.

use axum::Router;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The Cloud Elements half's behaviour.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {}

/// What an instance starts with.
#[derive(Debug, Clone)]
pub struct Seed {
    /// Its name.
    pub name: String,
    /// Where its users log in.
    pub site_address: String,
    /// The connected app's key.
    pub consumer_key: String,
    /// The connected app's secret.
    pub consumer_secret: String,
    /// The OAuth callback.
    pub callback_url: String,
    /// A live access token.
    pub access_token: String,
    /// A live refresh token.
    pub refresh_token: String,
    /// The identity URL of the token's user.
    pub id_url: String,
    /// The org's My Domain.
    pub instance_url: String,
}

/// The platform.
#[derive(Debug, Clone, Default)]
pub struct CloudElements {}

impl CloudElements {
    /// A platform without instances.
    pub fn new(_settings: Settings) -> Self {
        Self {}
    }

    /// User secret and organization secret.
    pub fn credentials(&self) -> (&str, &str) {
        ("user", "organization")
    }

    /// The API.
    pub fn router(&self) -> Router {
        Router::new()
    }

    /// Adds an instance; its id and element token.
    pub fn seed_instance(&self, _seed: Seed) -> (u64, String) {
        (1, "element".to_owned())
    }

    /// How it behaves.
    pub fn settings(&self) -> Settings {
        Settings {}
    }

    /// Changes how it behaves.
    pub fn set_settings(&self, _settings: Settings) {}

    /// Its state.
    pub fn state_json(&self) -> Value {
        json!({ "instances": [] })
    }
}
