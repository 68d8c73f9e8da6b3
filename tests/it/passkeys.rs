//! Passkeys: enrolled once, shown in later runs, refused with a reason. What is believed is what the
//! simulated org says of them.

mod enroll;
mod keeping;
mod refusals;
mod runs;

use std::path::PathBuf;

use serde_json::Value;

use crate::support::{State, World};

/// What the org knows of passkeys.
fn registered(state: &State) -> &[Value] {
    state.0["salesforce"]["passkeys"]["registered"].as_array().unwrap()
}

/// Fails if an answer to a challenge was refused.
#[track_caller]
fn assert_none_refused(state: &State) {
    let refusals = &state.0["salesforce"]["passkeys"]["refusals"];
    assert!(refusals.as_array().unwrap().is_empty(), "{refusals:#}");
}

/// The file that the configuration names after [`configure_file`].
fn file(world: &World) -> PathBuf {
    world.home.path().join("passkey.json")
}

/// Names that file in the configuration.
fn configure_file(world: &World) {
    let text = world.config_text();
    let with_file =
        text.replacen("[salesforce]\n", "[salesforce]\npasskey_file = \"passkey.json\"\n", 1);
    assert_ne!(text, with_file);
    world.write_config(&with_file);
}

/// An org that demands a passkey of everybody, of which none is there yet.
async fn enforcing(more: &[&str]) -> World {
    let world = World::with_faults(&[&["passkey-enrolment"], more].concat()).await;
    configure_file(&world);
    world
}
