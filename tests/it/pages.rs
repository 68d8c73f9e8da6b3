//! The pages of Salesforce as they may be: login, approval, Setup. What is believed is the
//! simulator's own state.

mod approval;
mod catalogue;
mod login;
mod setup;
mod unknown;

use serde_json::{Value, json};

use crate::support::of_others;
use crate::support::{Finished, State, World};

pub const APP: &str = "Cloud Elements QA";

/// A run of `arguments` in a world with these settings of the Salesforce half has to pass, and
/// then the old grant is dead, a new one lives, and nobody else's was touched.
async fn passes(settings: Value, arguments: &[&str]) -> (World, Finished, State) {
    let world = World::with(json!({ "salesforce": settings })).await;
    let finished = run_passes(&world, arguments).await;
    let after = world.state().await;
    (world, finished, after)
}

pub async fn run_passes(world: &World, arguments: &[&str]) -> Finished {
    let others = of_others(world, &world.state().await);
    let finished = world.reauth(&[&["run"], arguments].concat()).await.expect_code(0);
    let after = world.state().await;
    let grants = after.grants(APP, world.username());
    assert_eq!(grants.len(), 2, "{grants:#?}");
    assert_ne!(grants[0]["ended_by"], Value::Null, "{grants:#?}");
    assert_eq!(grants[1]["live"], true, "{grants:#?}");
    assert_eq!(of_others(world, &after), others, "a namesake's grant among them");
    assert_eq!(after.tripwire_hits(), 0, "the callback host was reached");
    finished
}

/// Nothing was cut: the instance's grant is the only one of its user, and lives.
#[track_caller]
pub fn assert_untouched(world: &World, after: &State) {
    let grants = after.grants(APP, world.username());
    assert_eq!(grants.len(), 1, "{grants:#?}");
    assert_eq!(grants[0]["live"], true, "{grants:#?}");
    assert_eq!(after.requests("PATCH", "/instances"), 0);
    assert_eq!(after.tripwire_hits(), 0, "the callback host was reached");
}
