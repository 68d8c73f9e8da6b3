//! The integration platform's API v2, as far as the article needs it.
//!
//! The entry is [`CloudElementsClient`]. It says what the platform answered; whether that proves
//! anything is for the scenario to say. It knows nothing of browsers or of Salesforce.

mod authorization;
mod client;
#[cfg(test)]
mod client_tests;
mod diff;
mod error;
mod fields;
mod instances;
mod model;
mod oauth_url;
mod owners;
#[cfg(test)]
mod properties;
mod put;

pub use client::{CloudElementsClient, HubAnswer, PingAnswer};
pub use diff::{Change, ChangeKind, VolatileKeys, configuration_diff, configuration_list_diff};
pub use error::CloudElementsError;
pub use instances::{NewInstance, PutForm};
pub use model::{ConfigurationEntry, Instance, ListedInstance, RUN_TAG, TokenReading, is_masked};
pub use oauth_url::{OauthUrl, OauthUrlParts, OauthUrlRequest};
pub use put::{MaskedKeys, PutBody, put_body};
