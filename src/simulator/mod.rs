//! Doubles of both services on one local listener: Salesforce (login, Setup, OAuth, REST) and
//! Cloud Elements, told apart by host name, talking HTTP to each other.
//!
//! The entry is [`Simulator::start`]. This module must not know the clients it plays against:
//! no type, constant or helper of the rest of the crate is used here, so that a mistake in a client
//! cannot be repeated by its double.

mod clock;
pub mod cloud_elements;
mod connection;
mod control;
mod disturbance;
mod error;
mod faults;
mod gate;
mod hosts;
mod junk;
mod markup;
mod pages;
mod random;
mod ready;
mod request_log;
pub mod salesforce;
mod server;
pub mod settings;
#[cfg(test)]
mod tests;
mod tripwire;

pub use disturbance::{Disturbance, Manner};
pub use error::SimulatorError;
pub use faults::{Fault, Kind, UnknownFault, faults, faults_named};
pub use gate::{Hold, Matching};
pub use markup::{Language, Markup, Names};
pub use ready::{CloudElementsReady, Ready, SalesforceReady, config_toml};
pub use server::{Options, Simulator};
pub use settings::Settings;
