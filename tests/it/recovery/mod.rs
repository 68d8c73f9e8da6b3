//! What happens when something ends a run half-way.

mod browser;
mod commands;
mod disk;
mod journal;
mod killed;
mod moments;
mod network;
mod signals;

use crate::support::{World, assert_whole};

const APP: &str = "Cloud Elements QA";

/// The instance's grant is dead.
async fn assert_dead(world: &World) {
    let state = world.state().await;
    let token =
        state.instance(world.instance())["configuration"]["oauth.user.refresh_token"].clone();
    let live = state.live_grants(APP, world.username());
    assert!(!live.iter().any(|grant| grant["refresh_token"] == token), "{live:#?}");
}
