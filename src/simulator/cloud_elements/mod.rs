//! The Cloud Elements half of the simulator: platform API v2 for the element `sfdc`.
//!
//! Its one entry is [`CloudElements`]: it holds the state, and [`CloudElements::router`] serves it
//! under `/elements/api-v2`. It talks to Salesforce over HTTP as the real platform does (exchange,
//! refresh, query), so a token that died there is dead here.
//!
//! It must not know the clients that are tested against it: what both sides call by the same name
//! is written down twice on purpose, or a misunderstanding would pass its own test.

mod auth;
mod body;
mod configuration;
mod elements;
mod error;
mod hub;
mod identifiers;
mod instances;
mod model;
mod oauth_url;
mod properties;
mod recorder;
mod router;
mod salesforce;
mod service;
mod session;
mod settings;
mod state;

#[cfg(test)]
mod tests;

pub use model::Seed;
pub use service::CloudElements;
pub use settings::{PatchBehaviour, PutBehaviour, PutForm, SeededAs, Settings, StateBehaviour};
