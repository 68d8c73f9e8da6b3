//! PATCH, PUT, and what is done when one of them does not help.

use serde_json::json;

use super::{APP, settings};
use crate::support::World;

/// PATCH leaves the instance dead: PUT heals it, with a code of its own.
async fn put_after_patch(patch: &str, words: &str) {
    let world = World::with(json!({"cloud_elements": {"patch": patch}})).await;
    let before = world.state().await;
    let finished = world.reauth(&["run", "--revoke-via", "api"]).await.expect_code(0);
    let report = finished.report();
    assert_eq!(report["reauthenticated_via"], "put");
    let steps = finished.steps();
    let count = |step: &str| steps.iter().filter(|seen| *seen == step).count();
    assert_eq!(count("scenario/authorize/passed"), 2, "{steps:#?}");
    assert_eq!(count("scenario/reauthenticate/failed"), 1, "{steps:#?}");
    assert_eq!(count("scenario/reauthenticate/passed"), 1, "{steps:#?}");
    let first = report["steps"]
        .as_array()
        .unwrap()
        .iter()
        .find(|step| step["id"] == "reauthenticate")
        .unwrap();
    let refused = first["facts"]["refused"].as_str().unwrap();
    assert!(refused.contains(words), "{refused}");

    let after = world.state().await;
    assert_eq!(after.requests("PATCH", "/instances"), 1);
    assert_eq!(after.requests("PUT", &format!("/instances/{}", world.instance())), 1);
    assert_eq!(after.codes_seen().len(), 2);
    after.assert_codes_sent_once();
    assert_eq!(after.salesforce("codes_issued"), 2);
    assert_eq!(after.salesforce("login_attempts"), 1, "one login is enough for both");
    let instance = after.instance(world.instance());
    assert_eq!(settings(instance), settings(before.instance(world.instance())));
    assert_eq!(after.live_grants(APP, world.username()).len(), 1);
    assert_eq!(world.journal(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn patch_refused_with_400() {
    put_after_patch("refuse_400", "400: The instance cannot be re-authenticated with a PATCH")
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn patch_refused_with_409() {
    put_after_patch("refuse_409", "409: The instance is not in a state").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn patch_refused_with_500() {
    put_after_patch("refuse_500", "500: An unexpected error occurred").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn patch_accepted_and_ignored() {
    put_after_patch("ignore", "accepted, but the instance is still not authenticated").await;
}

/// A second code would leave a second grant: the first is waited for.
#[tokio::test(flavor = "multi_thread")]
async fn patch_accepted_and_late() {
    let world = World::with(json!({"cloud_elements": {"patch": "late"}})).await;
    let finished = world.reauth(&["run", "--revoke-via", "api"]).await.expect_code(0);
    assert_eq!(finished.report()["reauthenticated_via"], "patch");
    let after = world.state().await;
    assert_eq!(after.codes_seen().len(), 1);
    assert_eq!(after.requests("PUT", &format!("/instances/{}", world.instance())), 0);
    assert_eq!(after.live_grants(APP, world.username()).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn patch_only_and_refused_leaves_it_to_restore() {
    let world = World::with(json!({"cloud_elements": {"patch": "refuse_409"}})).await;
    let run = ["run", "--revoke-via", "api", "--reauthenticate-via", "patch"];
    let finished =
        world.reauth(&run).await.expect_code(4).expect_error("scenario.not_reauthenticated");
    let report = finished.report();
    assert_eq!(report["outcome"], "left_unauthenticated");
    assert_eq!(report["instance"]["authenticated"], false);
    assert_eq!(report["error"]["step"], "reauthenticate");
    let message = report["error"]["message"].as_str().unwrap();
    assert!(message.contains("409") && message.contains("request id"), "{message}");
    // The restoration tried the same way and says so beside the first failure.
    let warnings = finished.warnings();
    assert!(warnings.contains(&"scenario.not_reauthenticated".into()), "{warnings:?}");
    let steps = finished.steps();
    assert!(steps.contains(&"restore/reauthenticate/failed".into()), "{steps:#?}");
    let state = world.state().await;
    assert_eq!(state.requests("PATCH", "/instances"), 2);
    state.assert_codes_sent_once();
    // A refused PATCH leaves the approval without a use: no grant of ours lives.
    assert_eq!(state.live_grants(APP, world.username()).len(), 0);
    assert_eq!(world.journal().len(), 1);

    world.set(json!({"cloud_elements": {"patch": "accept"}})).await;
    let healed = world.reauth(&["restore"]).await.expect_code(0);
    assert_eq!(healed.report()["reauthenticated_via"], "patch");
    assert_eq!(world.journal(), [""; 0]);
    world.reauth(&["status"]).await.expect_code(0);
    world.state().await.assert_codes_sent_once();
}

#[tokio::test(flavor = "multi_thread")]
async fn put_in_the_articles_form_only() {
    let world = World::with(json!({"cloud_elements": {"put_form": "article"}})).await;
    let before = world.state().await;
    let run = ["run", "--revoke-via", "api", "--reauthenticate-via", "put"];
    let finished = world.reauth(&run).await.expect_code(0);
    assert_eq!(finished.facts("reauthenticate")["request"], "PUT /instances");
    let after = world.state().await;
    assert_eq!(after.requests("PUT", "/instances"), 1);
    assert_eq!(after.codes_seen().len(), 2);
    after.assert_codes_sent_once();
    assert_eq!(
        settings(after.instance(world.instance())),
        settings(before.instance(world.instance()))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn put_refused_in_both_forms() {
    let world = World::with(json!({"cloud_elements": {"put": "refuse"}})).await;
    let before = world.state().await;
    let run = ["run", "--revoke-via", "api", "--reauthenticate-via", "put", "--no-restore"];
    let finished =
        world.reauth(&run).await.expect_code(4).expect_error("scenario.not_reauthenticated");
    let message = finished.report()["error"]["message"].as_str().unwrap().to_owned();
    for words in
        ["PUT /instances/{id}?reAuthenticate=true", "PUT /instances:", "cannot be replaced"]
    {
        assert!(message.contains(words), "{words}: {message}");
    }
    let after = world.state().await;
    after.assert_codes_sent_once();
    assert_eq!(
        settings(after.instance(world.instance())),
        settings(before.instance(world.instance())),
        "a refused PUT changes nothing"
    );
    assert_eq!(world.journal().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_put_that_loses_a_setting_fails_the_run() {
    let world = World::with(json!({
        "cloud_elements": {"drop_configuration_on_put": ["pagination.max"]}
    }))
    .await;
    let run = ["run", "--revoke-via", "api", "--reauthenticate-via", "put"];
    let finished =
        world.reauth(&run).await.expect_code(1).expect_error("scenario.configuration_changed");
    let report = finished.report();
    assert_eq!(report["outcome"], "failed");
    assert_eq!(report["instance"]["authenticated"], true);
    let message = report["error"]["message"].as_str().unwrap();
    assert!(message.contains("pagination.max"), "{message}");
    let diff = finished.facts("verify")["configuration_diff"].clone();
    assert_eq!(diff.as_array().unwrap().len(), 1, "{diff:#}");
    assert_eq!(diff[0]["key"], "configuration.pagination.max", "{diff:#}");
    assert_eq!(world.journal(), [""; 0], "it is authenticated: nothing is in flight");
    let steps = finished.steps();
    assert!(!steps.iter().any(|step| step.starts_with("restore/")), "{steps:#?}");
}
