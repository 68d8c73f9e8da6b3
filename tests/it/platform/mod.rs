//! Cloud Elements' moods: what it refuses, ignores, masks and loses.

mod provision;
mod reach;
mod reauthenticate;
mod tokens;

use serde_json::Value;

use crate::support::State;

const APP: &str = "Cloud Elements QA";

/// Every code was sent once.
fn assert_codes_sent_once(state: &State) {
    let mut codes = state.codes_seen();
    let sent = codes.len();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), sent, "a code was sent twice");
}

/// The instance's settings but for those that a new grant changes.
fn settings(instance: &Value) -> Value {
    let mut settings = instance["configuration"].clone();
    settings
        .as_object_mut()
        .unwrap()
        .retain(|key, _| !key.starts_with("oauth.user.") && key != "sfdc.session.id");
    settings
}
