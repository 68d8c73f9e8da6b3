//! The approval page: shown or skipped, allowed or refused; and what is wrong with the app.

use serde_json::json;

use super::{APP, assert_untouched, passes};
use crate::support::World;

#[tokio::test(flavor = "multi_thread")]
async fn approval_when_needed_is_shown_once_the_grant_is_gone() {
    let (_, finished, after) = passes(json!({"approval": "when_needed"}), &[]).await;
    assert_eq!(finished.facts("authorize")["approval_shown"], true);
    assert_eq!(after.requests("POST", "RemoteAccessAuthorizationPage.apexp"), 1);
}

/// Another grant of the same user covers the scopes: Salesforce asks nothing.
#[tokio::test(flavor = "multi_thread")]
async fn approval_when_needed_is_skipped_while_another_grant_lives() {
    let world = World::new().await;
    world.post("/__simulator/grants", json!({"username": world.username()})).await;
    let finished = world.reauth(&["run"]).await.expect_code(0);
    assert_eq!(finished.facts("authorize")["approval_shown"], false);
    assert_eq!(world.state().await.requests("POST", "RemoteAccessAuthorizationPage.apexp"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn approval_always_is_shown_though_a_grant_lives() {
    let world = World::with_faults(&["approval-always"]).await;
    world.post("/__simulator/grants", json!({"username": world.username()})).await;
    let finished = world.reauth(&["run"]).await.expect_code(0);
    assert_eq!(finished.facts("authorize")["approval_shown"], true);
    assert_eq!(world.state().await.requests("POST", "RemoteAccessAuthorizationPage.apexp"), 1);
}

/// Nothing was touched: 1, and no instance is left.
async fn refused_at_provisioning(faults: &[&str], code: &str, words: &str) {
    let world = World::with_faults(faults).await;
    let before = world.state().await;
    let finished = world.reauth(&["provision"]).await.expect_code(1);
    let report = finished.report();
    assert_eq!(report["error"]["code"], code, "{report:#}");
    let message = report["error"]["message"].as_str().unwrap();
    assert!(message.contains(words), "{message}");
    let after = world.state().await;
    assert_eq!(after.instances(), before.instances());
    assert_untouched(&world, &after);
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_consent_touches_nothing() {
    let faults = ["approval-denied", "approval-always"];
    let words = "access_denied (end-user denied authorization)";
    refused_at_provisioning(&faults, "salesforce.access_denied", words).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_error_page_is_read_by_its_query() {
    let faults = ["approval-error", "approval-always"];
    let words = "app must be installed into org";
    refused_at_provisioning(&faults, "salesforce.connected_app_not_installed", words).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blocked_app_is_told_by_the_callback() {
    let words = "this app is blocked by admin";
    refused_at_provisioning(&["app-blocked"], "salesforce.app_blocked", words).await;
}

/// Whoever holds a session is told on the spot, whatever the page writes it in: as text, not by the
/// callback. Before the login nothing was wrong.
async fn refused_on_the_spot(faults: &[&str]) {
    let world = World::with_faults(&[&["client-of-another-org"], faults].concat()).await;
    let finished = world.reauth(&["run"]).await.expect_code(4);
    let finished = finished.expect_error("salesforce.invalid_client");
    let report = finished.report();
    assert_eq!(report["error"]["step"], "authorize");
    let message = report["error"]["message"].as_str().unwrap();
    assert!(message.contains("invalid_client_id (client identifier invalid)"), "{message}");
    let after = world.state().await;
    assert_eq!(after.requests("PATCH", "/instances"), 0, "there was no code to send");
    assert_eq!(after.tripwire_hits(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_of_another_org_is_told_on_the_spot() {
    refused_on_the_spot(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_of_another_org_is_told_in_whatever_element() {
    refused_on_the_spot(&["names-replaced"]).await;
}

/// Once the grant is cut, a refused consent leaves the instance dead: 4, after two attempts.
#[tokio::test(flavor = "multi_thread")]
async fn refused_consent_after_the_revocation_leaves_the_instance_dead() {
    let world = World::with(json!({"salesforce": {"on_allow": "denied"}})).await;
    let finished = world.reauth(&["run"]).await.expect_code(4);
    let report = finished.report();
    assert_eq!(report["outcome"], "left_unauthenticated");
    assert_eq!(report["error"]["code"], "salesforce.access_denied");
    let steps = finished.steps();
    assert!(steps.contains(&"scenario/authorize/failed".to_owned()), "{steps:?}");
    assert!(steps.contains(&"restore/authorize/failed".to_owned()), "{steps:?}");
    assert!(finished.stderr.contains("reauth restore"), "{}", finished.stderr);
    let after = world.state().await;
    assert!(after.live_grants(APP, world.username()).is_empty());
    assert_eq!(after.requests("PATCH", "/instances"), 0, "there was no code to send");

    // What was refused is allowed now: the journal knows what is left to do.
    world.set(json!({"salesforce": {"on_allow": "code"}})).await;
    world.reauth(&["restore"]).await.expect_code(0);
    assert_eq!(world.state().await.live_grants(APP, world.username()).len(), 1);
}

/// Blocked between the revocation and the restoration.
#[tokio::test(flavor = "multi_thread")]
async fn an_app_blocked_after_the_revocation() {
    let world = World::new().await;
    world.reauth(&["revoke", "--revoke-via", "api"]).await.expect_code(0);
    world.set(json!({"salesforce": {"app_blocked": true}})).await;
    let finished = world.reauth(&["restore"]).await.expect_code(4);
    finished.expect_error("salesforce.app_blocked");
    assert!(world.state().await.live_grants(APP, world.username()).is_empty());
}

/// Salesforce says what is wrong with client or callback before a browser is needed.
async fn found_by_check_app(wrong: impl FnOnce(&World) -> (String, String), code: &str) {
    let world = World::new().await;
    let (right, wrong) = wrong(&world);
    let text = world.config_text();
    assert!(text.contains(&right), "{text}");
    world.write_config(&text.replace(&right, &wrong));
    let finished = world.reauth(&["run"]).await.expect_code(1);
    let report = finished.report();
    assert_eq!(report["error"]["code"], code, "{report:#}");
    assert_eq!(report["error"]["step"], "check-app");
    assert_eq!(finished.steps(), ["scenario/check-app/failed"]);
    let after = world.state().await;
    assert_eq!(after.salesforce("login_attempts"), 0);
    assert_untouched(&world, &after);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_callback_is_found_by_check_app() {
    let wrong = |world: &World| {
        let callback = world.simulator.ready().salesforce.callback_url.clone();
        (callback.clone(), format!("{callback}/elsewhere"))
    };
    found_by_check_app(wrong, "salesforce.redirect_uri_mismatch").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_consumer_key_is_found_by_check_app() {
    let wrong = |world: &World| {
        let key = world.simulator.ready().salesforce.consumer_key.clone();
        (key, "3MVG9notThisOne".to_owned())
    };
    found_by_check_app(wrong, "salesforce.invalid_client").await;
}
