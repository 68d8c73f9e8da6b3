//! Locks, a state folder that cannot be used, `--no-restore`, and instances that cannot be asked.

use rustix::process::Signal;
use serde_json::json;

use super::moments::{API_ACCESS_TOKEN_CUT, API_REVOKED, LIST, LOCATE};
use super::{APP, assert_dead, assert_whole};
use crate::support::World;

#[tokio::test(flavor = "multi_thread")]
async fn two_runs_never_overlap() {
    let world = World::new().await;
    let (first, _) = world.follow_to(&["run", "--revoke-via", "api"], LOCATE).await;
    let mut command = world.command(&["--format", "json", "run", "--revoke-via", "api"]);
    command.env("TMPDIR", world.home.path());
    let output = command.output().await.unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["error"]["code"], "journal.locked");
    let message = report["error"]["message"].as_str().unwrap();
    assert!(message.contains("process ") && message.contains("run "), "{message}");
    world.let_go().await;
    first.finish().await.expect_code(0);
    world.assert_nothing_left().await;
    assert_whole(&world).await;
}

/// One journal, one user's app: a run on another instance neither waits nor takes anything away. Each
/// has its own Salesforce user, since those of one user share grants.
#[tokio::test(flavor = "multi_thread")]
async fn runs_on_two_instances_do_not_disturb_each_other() {
    let (world, other) = (World::new().await, World::new().await);
    let state = world.home.path().join("state");
    let (first, _) = world.follow_to(&["run", "--revoke-via", "api"], API_REVOKED).await;
    assert_eq!(world.journal().len(), 2, "an entry and its lock");
    // It comes, works and goes while the first one's instance is in flight.
    let mut second = other.command(&["--format", "json", "run", "--revoke-via", "ui"]);
    second.env("REAUTH_STATE_DIR", &state);
    other.finish(second).await.expect_code(0);
    assert_whole(&other).await;
    assert_eq!(world.journal().len(), 2, "the first one's are there");
    world.let_go().await;
    first.finish().await.expect_code(0);
    world.assert_nothing_left().await;
    assert_whole(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_folder_that_cannot_be_is_found_before_anything() {
    let world = World::new().await;
    std::fs::write(world.home.path().join("state"), "a file in the folder's place").unwrap();
    let finished =
        world.finish(world.command(&["run", "--revoke-via", "api"])).await.expect_code(3);
    assert!(finished.stderr.contains("journal.unwritable"), "{}", finished.stderr);
    assert!(finished.stderr.contains("REAUTH_STATE_DIR"), "{}", finished.stderr);
    let state = world.state().await;
    assert_eq!(state.live_grants(APP, world.username()).len(), 1);
    assert_eq!(state.requests("POST", "/revoke"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_folder_that_goes_away_is_found_before_the_revocation() {
    let world = World::new().await;
    let (running, _) = world.follow_to(&["run", "--revoke-via", "api"], LIST).await;
    std::fs::remove_dir_all(world.home.path().join("state")).unwrap();
    world.let_go().await;
    let finished = running.finish().await.expect_code(3).expect_error("journal.unwritable");
    world.assert_nothing_left().await;
    assert_eq!(finished.report()["error"]["step"], "revoke");
    let state = world.state().await;
    assert_eq!(state.live_grants(APP, world.username()).len(), 1);
    assert_eq!(state.requests("POST", "/revoke"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_restore_leaves_it_dead() {
    let world = World::with(json!({"cloud_elements": {"patch": "refuse_400"}})).await;
    let run = ["run", "--no-restore", "--revoke-via", "api", "--reauthenticate-via", "patch"];
    let finished =
        world.reauth(&run).await.expect_code(4).expect_error("scenario.not_reauthenticated");
    assert_eq!(finished.report()["instance"]["authenticated"], false);
    let steps = finished.steps();
    assert!(!steps.contains(&"restore/authorize/passed".into()), "{steps:#?}");
    assert_eq!(world.state().await.requests("PATCH", "/instances"), 1);
    assert_dead(&world).await;
    assert_eq!(world.journal().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_that_cannot_be_asked_counts_as_dead() {
    let world = World::new().await;
    let run = ["run", "--revoke-via", "api", "--settle", "2s"];
    let (running, _) = world.follow_to(&run, API_REVOKED).await;
    world.let_go_into(json!({"cloud_elements": {"outage": true}})).await;
    let finished = running.finish().await.expect_code(4);
    world.assert_nothing_left().await;
    let finished = finished.expect_error("cloud_elements.unavailable");
    let report = finished.report();
    assert_eq!(report["outcome"], "left_unauthenticated");
    // Both are told: what ended the run, and what ended the restoration.
    assert!(finished.warnings().contains(&"cloud_elements.unavailable".into()), "{report:#}");
    assert!(report["error"]["message"].as_str().unwrap().contains("503"), "{report:#}");
    assert_dead(&world).await;
    assert_eq!(world.journal().len(), 1);

    world.set(json!({"cloud_elements": {"outage": false}})).await;
    world.reauth(&["restore"]).await.expect_code(0);
    assert_whole(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_of_a_live_instance_is_closed() {
    let world = World::new().await;
    let api = ["run", "--revoke-via", "api"];
    // The access token was ended, which the platform survives.
    let (mut running, _) = world.follow_to(&api, API_ACCESS_TOKEN_CUT).await;
    running.signal(Signal::KILL);
    running.finish().await;
    world.let_go().await;
    world.assert_nothing_left().await;
    assert!(world.journal().iter().any(|name| name.ends_with(".json")), "{:?}", world.journal());
    world.reauth(&["restore"]).await.expect_code(0);
    assert_whole(&world).await;
}
