//! Salesforce: OAuth endpoints, REST queries and hosts here, what a browser meets in [`pages`].
//!
//! The entries are [`OauthClient`], [`RestClient`], [`ConnectClient`] and [`OrgHosts`]. They say what Salesforce
//! answered; whether that proves anything is for the scenario to say. They know nothing of the
//! platform that holds the instance.

mod authorize_probe;
mod causes;
mod connect;
mod connect_error;
mod connect_pages;
#[cfg(test)]
mod connect_tests;
mod error;
pub mod frontdoor;
mod hosts;
mod oauth;
mod oauth_model;
mod objects;
pub mod pages;
pub mod passkey;
mod rest;
mod soql;

pub use authorize_probe::{AuthorizeProbe, authorize_request, probe_authorize};
pub use causes::Cause;
pub use connect::{ConnectClient, ConnectToken};
pub use connect_error::ConnectError;
pub use error::SalesforceError;
pub use hosts::{OrgHosts, provider_domain};
pub use oauth::OauthClient;
pub use oauth_model::{
    Introspection, RevokeAnswer, Tokens, UserInfo, UserInfoAnswer, user_and_organization,
};
pub use objects::{ConnectedApplication, OauthTokenRow, RefreshTokenPolicy, UserRow};
pub use rest::RestClient;
pub use soql::quote;
