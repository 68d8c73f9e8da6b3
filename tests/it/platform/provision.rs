//! Instances that are made for a run, kept, or removed however the run ends.

use serde_json::{Value, json};

use super::APP;
use crate::support::World;

#[tokio::test(flavor = "multi_thread")]
async fn a_kept_instance_carries_the_runs_tag() {
    let world = World::new().await;
    let before = world.state().await;
    let run = ["run", "--provision", "--keep", "--revoke-via", "api"];
    let finished = world.reauth(&run).await.expect_code(0);
    let report = finished.report();
    let id = report["instance"]["id"].as_u64().unwrap();
    assert_ne!(id, world.instance());
    let after = world.state().await;
    assert_eq!(after.instances(), before.instances() + 1);
    let tag = format!("reauth:{}", report["run_id"].as_str().unwrap());
    assert_eq!(after.instance(id)["tags"], json!([tag]));
    assert_eq!(after.instance(id)["token"].as_str().map(str::is_empty), Some(false));
    assert_eq!(after.live_grants(APP, world.username()).len(), 2);
    assert!(!finished.steps().iter().any(|step| step.contains("clean-up")));
    after.assert_codes_sent_once();
}

#[tokio::test(flavor = "multi_thread")]
async fn provision_prints_an_instance_that_works() {
    let world = World::new().await;
    let output = world.finish(world.command(&["provision"])).await.expect_code(0);
    let id: u64 = output.stdout.trim().parse().unwrap();
    let state = world.state().await;
    assert_eq!(state.instance(id)["exchanges"], 1);
    world.reauth(&["status", "--instance", &id.to_string()]).await.expect_code(0);
    assert_eq!(
        state.instance(id)["token"].as_str().map(|token| output.stderr.contains(token)),
        Some(false)
    );
}

/// An answer that was lost: the instance is found by its tag, and removed like any other.
#[tokio::test(flavor = "multi_thread")]
async fn an_instance_whose_answer_was_lost_is_not() {
    for how in [json!("cut"), json!({"status": 504})] {
        let lost = json!({"on": "POST /instances", "how": how, "acted_upon": true, "times": 1});
        let world = World::with(json!({"disturbances": [lost]})).await;
        let before = world.state().await;
        let run = ["run", "--provision", "--revoke-via", "api"];
        let finished = world.reauth(&run).await.expect_code(0);
        let warnings = finished.warnings();
        assert!(warnings.contains(&"cloud_elements.unclear_answer".into()), "{warnings:?}");
        let after = world.state().await;
        assert_eq!(after.requests("POST", "/instances"), 1, "a code is sent once");
        assert_eq!(after.instances(), before.instances());
        after.assert_codes_sent_once();
    }
}

/// Nothing was made: that is told, and no second instance is.
#[tokio::test(flavor = "multi_thread")]
async fn an_instance_that_was_not_made() {
    let lost = json!({"on": "POST /instances", "how": {"status": 502}});
    let world = World::with(json!({"disturbances": [lost]})).await;
    let before = world.state().await;
    let run = ["run", "--provision", "--revoke-via", "api"];
    world.reauth(&run).await.expect_code(3).expect_error("cloud_elements.unavailable");
    let after = world.state().await;
    assert_eq!(after.instances(), before.instances());
    after.assert_codes_sent_once();
}

/// That it is gone is asked where the answer was lost.
#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_whose_answer_was_lost() {
    let world = World::new().await;
    let id = world.instance() + 1;
    let on = format!("DELETE /instances/{id}");
    let lost = json!({"on": on, "how": "cut", "acted_upon": true});
    world.set(json!({"disturbances": [lost]})).await;
    let before = world.state().await;
    let run = ["run", "--provision", "--revoke-via", "api"];
    let finished = world.reauth(&run).await.expect_code(0);
    assert_eq!(finished.facts("clean-up")["instance_deleted"], true);
    let after = world.state().await;
    assert_eq!(after.instances(), before.instances());
    assert_eq!(world.journal(), [""; 0]);
}

/// A run on an instance of its own that fails: neither the instance nor its grant is left.
async fn fails_and_leaves_nothing(settings: Value, arguments: &[&str], error: &str) {
    let world = World::with(settings).await;
    let before = world.state().await;
    let arguments = [&["run", "--provision"], arguments].concat();
    let finished = world.reauth(&arguments).await.expect_code(1).expect_error(error);
    let report = finished.report();
    assert_eq!(report["outcome"], "failed");
    assert_eq!(report["instance"]["authenticated"], Value::Null, "it is no more");
    let after = world.state().await;
    assert_eq!(after.instances(), before.instances(), "{}", finished.stderr);
    assert_eq!(
        after.live_grants(APP, world.username()).len(),
        before.live_grants(APP, world.username()).len(),
        "{}",
        finished.stderr
    );
    assert_eq!(world.journal(), [""; 0]);
    after.assert_codes_sent_once();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_fails_before_the_revocation_leaves_no_instance() {
    fails_and_leaves_nothing(
        json!({"salesforce": {"setup_allowed": false}}),
        &["--revoke-via", "ui"],
        "salesforce.setup_forbidden",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_fails_after_the_revocation_leaves_no_instance() {
    fails_and_leaves_nothing(
        json!({"cloud_elements": {"patch": "refuse_400"}}),
        &["--revoke-via", "api", "--reauthenticate-via", "patch"],
        "scenario.not_reauthenticated",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_fails_at_its_end_leaves_no_instance() {
    fails_and_leaves_nothing(
        json!({"cloud_elements": {"drop_configuration_on_put": ["pagination.max"]}}),
        &["--revoke-via", "api", "--reauthenticate-via", "put"],
        "scenario.configuration_changed",
    )
    .await;
}
