//! What happens when something ends a run half-way.

mod browser;
mod commands;
mod disk;
mod journal;
mod killed;
mod moments;
mod signals;

use crate::support::World;

const APP: &str = "Cloud Elements QA";

/// The platform reads through the instance, one grant of its user lives, the journal is empty, and
/// no code was sent twice: asked of the services, and not of `reauth`.
async fn assert_whole(world: &World) {
    let state = world.state().await;
    let live = state.live_grants(APP, world.username());
    let instance = state.instance(world.instance());
    let token = &instance["configuration"]["oauth.user.refresh_token"];
    assert!(live.iter().any(|grant| grant["refresh_token"] == *token), "{live:#?} {instance:#}");
    assert_eq!(world.journal(), [""; 0], "nothing is in flight");
    state.assert_codes_sent_once();
}

/// The instance's grant is dead.
async fn assert_dead(world: &World) {
    let state = world.state().await;
    let token =
        state.instance(world.instance())["configuration"]["oauth.user.refresh_token"].clone();
    let live = state.live_grants(APP, world.username());
    assert!(!live.iter().any(|grant| grant["refresh_token"] == token), "{live:#?}");
}
