//! `kill -9`: nothing of the browser is left, and the next command brings the instance back.

use rustix::process::Signal;

use super::{APP, assert_whole};
use crate::support::World;

/// Kills a run when stderr says `event`; then `next` heals whatever it left.
async fn killed_at(event: &str, run: &[&str], next: &[&str]) {
    let world = World::new().await;
    let mut running = world.follow(run);
    running.until(event).await.signal(Signal::KILL);
    let finished = running.finish().await;
    assert_eq!(finished.code, None, "killed: {}", finished.stderr);
    world.assert_nothing_left().await;
    world.reauth(next).await.expect_code(0);
    assert_whole_but_for_locks(&world).await;
}

/// The lock's file of a killed run may be left; it locks nothing.
async fn assert_whole_but_for_locks(world: &World) {
    let entries: Vec<String> =
        world.journal().into_iter().filter(|name| name.ends_with(".json")).collect();
    assert_eq!(entries, [""; 0]);
    assert_whole(world).await;
}

const UI: &[&str] = &["run", "--revoke-via", "ui"];
const API: &[&str] = &["run", "--revoke-via", "api"];
const RESTORE: &[&str] = &["restore"];

#[tokio::test(flavor = "multi_thread")]
async fn while_the_browser_starts() {
    killed_at("✓ Check the connected app", UI, API).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_row_is_revoked() {
    killed_at("revoking the row of", UI, API).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_the_access_token_was_revoked() {
    killed_at("revoking the refresh token as well", API, RESTORE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_the_revocation() {
    killed_at("✓ Confirm the revocation", API, RESTORE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_it_logs_in() {
    killed_at("logging in as", API, API).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_code_is_sent() {
    killed_at("sending the code by PATCH", API, RESTORE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_it_is_verified() {
    killed_at("ending the new access token", API, RESTORE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_on_an_instance_of_its_own() {
    let world = World::new().await;
    let before = world.state().await;
    let mut running = world.follow(&["run", "--provision", "--revoke-via", "api"]);
    running.until("✓ Confirm the revocation").await.signal(Signal::KILL);
    running.finish().await;
    world.assert_nothing_left().await;
    // It was made for that run only: it is removed, and with it what the journal knew.
    world.finish(world.command(&["restore", "--all"])).await.expect_code(0);
    let after = world.state().await;
    assert_eq!(after.instances(), before.instances());
    assert_eq!(after.live_grants(APP, world.username()).len(), 1);
    assert_whole(&world).await;
}
