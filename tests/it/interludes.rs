//! What may come between a browser and what it wants, and asks for no credential: pages to pass,
//! sessions that end, logins that are asked again, and browsers that arrive as somebody else. What is
//! believed is the simulator's own state.

mod logins;
mod passed;
mod persons;
mod stopped;

use serde_json::Value;

use crate::pages::{APP, assert_untouched};
use crate::support::of_others;
use crate::support::{Finished, State, World};

/// A run of `arguments` in a world with these faults passes, with as many logins as the org
/// demanded and not one more, and nobody else's grants or password were touched.
async fn passes(faults: &[&str], arguments: &[&str], logins: u64) -> (World, Finished, State) {
    let world = World::with_faults(faults).await;
    let before = world.state().await;
    let others = of_others(&world, &before);
    let finished = world.reauth(&[&["run"], arguments].concat()).await.expect_code(0);
    let after = world.state().await;
    let grants = after.grants(APP, world.username());
    assert_eq!(grants.len(), 2, "{grants:#?}");
    assert_ne!(grants[0]["ended_by"], Value::Null, "{grants:#?}");
    assert_eq!(grants[1]["live"], true, "{grants:#?}");
    assert_eq!(of_others(&world, &after), others);
    assert_eq!(after.tripwire_hits(), 0, "the callback host was reached");
    assert_eq!(after.salesforce("login_attempts"), logins, "{faults:?}");
    assert_eq!(after.salesforce("failed_logins"), 0);
    assert_eq!(passwords(&after), passwords(&before));
    let drift = finished.warnings().contains(&"browser.locator_drift".to_owned());
    assert!(!drift, "the embedded catalogue fits: {:#?}", finished.report()["warnings"]);
    (world, finished, after)
}

/// A run of `arguments` stops before anything is touched, with this exit code and error.
async fn stops(
    world: &World,
    arguments: &[&str],
    code: i32,
    error: &str,
    words: &[&str],
) -> (Finished, State) {
    let before = world.state().await;
    let finished = world.reauth(&[&["run"], arguments].concat()).await.expect_code(code);
    let finished = finished.expect_error(error);
    let message = finished.report()["error"]["message"].as_str().unwrap().to_owned();
    for words in words {
        assert!(message.contains(words), "{words}: {message}");
    }
    let after = world.state().await;
    assert_untouched(world, &after);
    assert_eq!(of_others(world, &after), of_others(world, &before));
    assert_eq!(passwords(&after), passwords(&before));
    (finished, after)
}

fn passwords(state: &State) -> Vec<(&str, &str)> {
    let users = state.0["salesforce"]["users"].as_array().unwrap();
    users
        .iter()
        .map(|user| (user["username"].as_str().unwrap(), user["password"].as_str().unwrap()))
        .collect()
}

/// The pages that a step met.
fn met(finished: &Finished, step: &str) -> Vec<String> {
    let facts = finished.facts(step);
    let met = facts["pages_met"].as_array().unwrap_or_else(|| panic!("{facts:#}"));
    met.iter().map(|page| page.as_str().unwrap().to_owned()).collect()
}
