//! Whose grants are cut, where a user holds several or shares a name: the instance's own, and
//! nothing where that is not certain. What is believed is the simulator's own state.

mod namesakes;
mod several;

use serde_json::{Value, json};

use crate::support::{State, World};

pub const APP: &str = "Cloud Elements QA";

/// A world whose integration user holds a second grant, as another instance would.
async fn with_second_grant(settings: Value) -> World {
    let world = World::with(settings).await;
    world.post("/__simulator/grants", json!({"username": world.username()})).await;
    let state = world.state().await;
    assert_eq!(state.live_grants(APP, world.username()).len(), 2);
    world
}

/// Whether each of the user's grants lives, oldest first: the instance's own is the first.
fn lives(world: &World, state: &State) -> Vec<bool> {
    let grants = state.grants(APP, world.username());
    grants.iter().map(|grant| grant["live"] == true).collect()
}
