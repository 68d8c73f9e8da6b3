//! SIGINT, SIGTERM, SIGHUP: before, in the middle of and after the revocation.

use rustix::process::Signal;
use serde_json::json;

use super::{APP, assert_dead, assert_whole};
use crate::support::{Finished, Running, World};

/// What stderr says when the grant was just ended.
const REVOKED: &str = "✓ Revoke the user's grant";

/// Sends a signal when stderr says `event`, and waits for the end.
async fn stop(mut running: Running, event: &str, signal: Signal, world: &World) -> Finished {
    running.until(event).await.signal(signal);
    let finished = running.finish().await;
    world.assert_nothing_left().await;
    finished
}

/// The instance is brought back before the run ends.
async fn restored(revoke_via: &str, event: &str, signal: Signal, code: i32) {
    let world = World::new().await;
    let running = world.follow(&["run", "--revoke-via", revoke_via]);
    let finished = stop(running, event, signal, &world).await;
    let finished = finished.expect_code(code).expect_error("reauth.interrupted");
    let report = finished.report();
    assert_eq!(report["outcome"], "interrupted");
    assert_eq!(report["instance"]["authenticated"], true);
    let steps = finished.steps();
    assert!(steps.iter().any(|step| step.starts_with("restore/locate/passed")), "{steps:#?}");
    assert_whole(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn interrupted_after_the_revocation() {
    restored("ui", REVOKED, Signal::INT, 130).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn terminated_after_the_revocation() {
    restored("api", REVOKED, Signal::TERM, 143).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hung_up_after_the_revocation() {
    restored("api", REVOKED, Signal::HUP, 143).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn interrupted_in_the_middle_of_the_revocation() {
    // Whatever of it came through: a browser whose command was abandoned is not used again.
    restored("ui", "revoking the row of", Signal::INT, 130).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn interrupted_while_the_browser_is_at_work() {
    restored("api", "logging in as", Signal::INT, 130).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn interrupted_while_the_code_is_sent() {
    restored("api", "sending the code by PATCH", Signal::INT, 130).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn interrupted_while_it_is_verified() {
    restored("api", "ending the new access token", Signal::INT, 130).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn interrupted_before_the_revocation() {
    let world = World::new().await;
    let before = world.state().await;
    let running = world.follow(&["run"]);
    let finished = stop(running, "✓ Check the connected app", Signal::INT, &world).await;
    let finished = finished.expect_code(130).expect_error("reauth.interrupted");
    let steps = finished.steps();
    assert!(
        !steps.iter().any(|step| step.starts_with("restore/")),
        "nothing to bring back: {steps:#?}"
    );
    let after = world.state().await;
    assert_eq!(after.grants(APP, world.username()).len(), 1);
    assert_eq!(after.requests("POST", "/revoke"), before.requests("POST", "/revoke"));
    assert_whole(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_interrupt_stops_at_once() {
    let world = World::new().await;
    let mut running = world.follow(&["run", "--revoke-via", "api"]);
    // Every answer of the platform takes longer than we need to stop.
    running.until(REVOKED).await;
    world.set(json!({"cloud_elements": {"delay_ms": 3000}})).await;
    running.signal(Signal::INT).until("reauth.interrupted").await.signal(Signal::INT);
    let finished = running.finish().await;
    world.assert_nothing_left().await;
    let finished = finished.expect_code(4).expect_error("reauth.interrupted");
    let warnings = finished.warnings();
    assert!(warnings.contains(&"reauth.stopped_at_once".into()), "{warnings:?}");
    assert_eq!(finished.report()["outcome"], "left_unauthenticated");
    assert_dead(&world).await;
    assert_eq!(world.journal().len(), 1);

    world.set(json!({"cloud_elements": {"delay_ms": 0}})).await;
    world.reauth(&["restore"]).await.expect_code(0);
    assert_whole(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_interrupt_does_not_end_a_restoration() {
    let world = World::with(json!({"cloud_elements": {"patch": "refuse_400"}})).await;
    let mut running =
        world.follow(&["run", "--revoke-via", "api", "--reauthenticate-via", "patch"]);
    running.until("scenario.not_reauthenticated").await;
    world.set(json!({"cloud_elements": {"patch": "accept"}})).await;
    running.signal(Signal::INT);
    let finished = running.finish().await;
    world.assert_nothing_left().await;
    let finished = finished.expect_code(1).expect_error("scenario.not_reauthenticated");
    assert_eq!(finished.report()["instance"]["authenticated"], true);
    assert_whole(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn restore_all_ends_with_the_signal() {
    let world = World::new().await;
    world.reauth(&["revoke", "--revoke-via", "api"]).await.expect_code(0);
    let later = world.home.path().join("state/z-1.json");
    std::fs::write(&later, "corrupt").unwrap();
    let running = world.follow(&["restore", "--all"]);
    let finished = stop(running, "✓ Locate the instance", Signal::INT, &world).await;
    let finished = finished.expect_code(4);
    assert!(finished.stderr.contains("stopped by SIGINT"), "{}", finished.stderr);
    assert!(!finished.stderr.contains("z-1.json"), "went on: {}", finished.stderr);
    assert_eq!(world.journal().len(), 2);
}
