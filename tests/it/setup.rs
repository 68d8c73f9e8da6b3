//! Setup as it may be: rows, frames, Classic, long lists, and an app that is not where it should be.
//! What is believed is the simulator's own state.

mod app;
mod rows;
mod shapes;

use serde_json::Value;

use crate::support::of_others;
use crate::support::{Finished, State, World};

pub const APP: &str = "Cloud Elements QA";

/// A run in an org with these faults revokes the instance's grant by Setup's page, and nobody else's.
pub async fn passes(faults: &[&str]) -> (World, Finished, State) {
    let world = World::with_faults(faults).await;
    let before = world.state().await;
    let finished = world.reauth(&["run"]).await.expect_code(0);
    let after = world.state().await;
    let own = after.grants(APP, world.username());
    let ended: Vec<&Value> = own.iter().map(|grant| &grant["ended_by"]).collect();
    assert_eq!(ended.iter().filter(|by| ***by == "setup_page").count(), 1, "{own:#?}");
    assert_eq!(ended.last(), Some(&&Value::Null), "{own:#?}");
    assert_eq!(of_others(&world, &after), of_others(&world, &before), "others were touched");
    assert_eq!(after.salesforce("login_attempts"), 1);
    assert_eq!(after.tripwire_hits(), 0, "the callback host was reached");
    (world, finished, after)
}

/// A run in an org with these faults stops with this code before anything is touched.
pub async fn stops(faults: &[&str], arguments: &[&str], code: &str) -> Finished {
    let world = World::with_faults(faults).await;
    let before = world.state().await;
    let finished = world.reauth(&[&["run"], arguments].concat()).await.expect_code(1);
    let finished = finished.expect_error(code);
    let after = world.state().await;
    assert_eq!(of_others(&world, &after), of_others(&world, &before), "others were touched");
    let own = after.grants(APP, world.username());
    assert!(own.iter().all(|grant| grant["live"] == true), "{own:#?}");
    finished
}
