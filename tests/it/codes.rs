//! Codes that Salesforce asks for after the password. What was really given, and how often, is told
//! by the simulator.

mod authenticator;
mod command;
mod devices;
mod elsewhere;
mod methods;
mod sent;
mod terminal;

use serde_json::{Value, json};

use crate::pages::run_passes;
use crate::support::{Finished, State, World};

/// The simulator's count of something about codes, e.g. `codes_given`.
fn count(state: &State, counter: &str) -> u64 {
    let counters = &state.0["salesforce"]["verification"]["counters"];
    counters[counter].as_u64().unwrap_or_else(|| panic!("{counter}: {counters}"))
}

/// Codes given, refused and accepted; none was asked for again, which voids the one before.
#[track_caller]
fn assert_codes(state: &State, given: u64, refused: u64, accepted: u64) {
    let counted = ["codes_given", "codes_refused", "codes_accepted", "resends", "locked"];
    let counted = counted.map(|counter| count(state, counter));
    assert_eq!(counted, [given, refused, accepted, 0, 0], "given, refused, accepted");
    assert_eq!(state.salesforce("login_attempts"), 1);
}

/// A world with these faults, in which an authenticator's code lasts 10 s: nobody has to wait long.
async fn quick(faults: &[&str]) -> World {
    let settings = reauth::simulator::Settings::default();
    let settings = settings.with_faults(faults.iter().copied()).unwrap();
    let mut settings = serde_json::to_value(settings).unwrap();
    settings["salesforce"]["totp_period_s"] = json!(10);
    World::with(settings).await
}

/// The configuration without a line of `[salesforce]`.
fn without(world: &World, key: &str) {
    let text = std::fs::read_to_string(world.config()).unwrap();
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with(key)).collect();
    assert!(lines.len() < text.lines().count(), "{key}: {text}");
    world.write_config(&lines.join("\n"));
}

/// The configuration with another command for codes, or another seed: `value` is TOML.
fn with(world: &World, key: &str, value: &str) {
    without(world, key);
    let text = std::fs::read_to_string(world.config()).unwrap();
    world.write_config(&text.replacen(
        "[salesforce]\n",
        &format!("[salesforce]\n{key} = {value}\n"),
        1,
    ));
}

/// A shell's command line as `verification_code_command`.
fn with_shell(world: &World, script: &str) {
    let command = serde_json::to_string(&["sh", "-c", script]).unwrap();
    with(world, "verification_code_command", &command);
}

/// Names of the pages of this kind that a step met, in order.
fn verifications(finished: &Finished, step: &str) -> Vec<String> {
    let facts = finished.facts(step);
    let met = facts["pages_met"].as_array().unwrap();
    let names = met.iter().filter_map(Value::as_str);
    names.filter(|name| name.starts_with("verification")).map(str::to_owned).collect()
}

/// The error's code and message.
fn error(finished: &Finished) -> (String, String) {
    let report = finished.report();
    let text = |key: &str| report["error"][key].as_str().unwrap().to_owned();
    (text("code"), text("message"))
}

fn hints(finished: &Finished) -> String {
    finished.report()["error"]["hints"].to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn several_in_a_row() {
    for faults in [
        ["identifier-first", "email-code", "sms-code", "totp-code"],
        ["totp-code", "sms-code", "email-code", "identifier-first"],
    ] {
        let world = World::with_faults(&faults).await;
        let finished = run_passes(&world, &[]).await;
        let after = world.state().await;
        assert_codes(&after, 3, 0, 3);
        let expected = faults.iter().filter_map(|fault| fault.strip_suffix("-code"));
        let expected: Vec<String> = expected.map(|name| format!("verification-{name}")).collect();
        assert_eq!(verifications(&finished, "revoke"), expected);
    }
}
