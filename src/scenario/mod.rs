//! The article as types: each step is a function from what the previous one proved to what it
//! proves, and the proof types in [`proofs`] are the only way forward.
//!
//! [`cycle`] strings the steps together. A [`Context`] holds what all of them need.

mod authorize;
mod browsers;
mod check_app;
mod clean_up;
mod confirm;
mod context;
pub mod cycle;
mod enrol;
mod grants;
mod in_flight;
mod locate;
mod oauth_url;
mod own_rows;
mod patience;
mod person;
pub mod proofs;
mod provision;
mod reauthenticate;
mod revoke;
mod revoke_api;
mod revoke_ui;
pub mod tour;
mod verify;
mod watching;
mod ways_in;
mod witnesses;

pub use context::Context;
pub use enrol::{Enrolled, Enrolment, enrol};
pub use locate::Located;
pub use watching::{PAUSE_LIMIT, Watching};
