//! Cloud Elements' moods: what it refuses, ignores, masks and loses.

mod provision;
mod reach;
mod reauthenticate;
mod tokens;

use serde_json::Value;

const APP: &str = "Cloud Elements QA";

/// The instance's settings but for those that a new grant changes.
fn settings(instance: &Value) -> Value {
    let mut settings = instance["configuration"].clone();
    settings
        .as_object_mut()
        .unwrap()
        .retain(|key, _| !key.starts_with("oauth.user.") && key != "sfdc.session.id");
    settings
}
