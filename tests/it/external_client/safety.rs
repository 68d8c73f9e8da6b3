//! Where it is not certain what would end, nothing does.

use serde_json::{Value, json};

use super::{APP, ends, hints_of as hints};
use crate::support::{Finished, State, World, of_others};

/// A world whose integration user holds a second grant, as another instance would.
async fn with_second_grant(faults: &[&str]) -> World {
    let world = World::with_faults(faults).await;
    world.post("/__simulator/grants", json!({"username": world.username()})).await;
    assert_eq!(world.state().await.live_grants(APP, world.username()).len(), 2);
    world
}

/// Ends with this error, and no grant has ended.
async fn stops(world: &World, arguments: &[&str], error: &str) -> (Finished, State) {
    let before = world.state().await;
    let finished = world.reauth(&[&["run"], arguments].concat()).await;
    let finished = finished.expect_code(1).expect_error(error);
    let after = world.state().await;
    assert!(ends(world, &after).iter().all(Value::is_null), "{:?}", ends(world, &after));
    assert_eq!(of_others(world, &after), of_others(world, &before));
    (finished, after)
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_tokens_the_one_that_moves_is_ours() {
    let world = with_second_grant(&["external-client"]).await;
    let finished = world.reauth(&["run"]).await.expect_code(0);
    assert_eq!(finished.facts("revoke")["singled_out"], true);
    let after = world.state().await;
    assert_eq!(ends(&world, &after), [json!("eca_setup_page"), Value::Null, Value::Null]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_masked_tokens_none_is_known_to_be_ours() {
    let world = with_second_grant(&["external-client", "masked-tokens"]).await;
    // The instance is used, which is no refresh: and its access token is not known, to be ended.
    let (finished, _) = stops(&world, &["--revoke-via", "api"], "salesforce.shared_grant").await;
    assert!(hints(&finished).contains("--revoke-all-of-user"), "{}", hints(&finished));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_stands_for_several_tokens_is_left_alone() {
    let world = with_second_grant(&["external-client-by-user"]).await;
    stops(&world, &[], "salesforce.shared_grant").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_stands_for_several_tokens_is_revoked_if_all_may_go() {
    let world = with_second_grant(&["external-client-by-user"]).await;
    let before = world.state().await;
    world.reauth(&["run", "--revoke-all-of-user"]).await.expect_code(0);
    let after = world.state().await;
    let page = json!("eca_setup_page");
    assert_eq!(ends(&world, &after), [page.clone(), page, Value::Null]);
    assert_eq!(of_others(&world, &after), of_others(&world, &before));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_stands_for_one_token_is_revoked() {
    super::passes(&["external-client-by-user"], &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_witness_a_row_may_stand_for_several() {
    for fault in ["external-client-forbidden", "external-client-no-api"] {
        let world = World::with_faults(&[fault]).await;
        stops(&world, &[], "salesforce.shared_grant").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_witness_all_of_the_user_may_go_if_told_so() {
    super::passes(&["external-client-forbidden"], &["--revoke-all-of-user"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn masked_tokens_and_an_api_that_does_not_tell() {
    for (fault, error, hint) in [
        (
            "external-client-forbidden",
            "salesforce.usage_not_permitted",
            "View all External Client Apps, view their settings, and edit their policies",
        ),
        ("external-client-no-api", "salesforce.no_usage_api", "59.0"),
    ] {
        let world = World::with_faults(&[fault, "masked-tokens"]).await;
        let (finished, _) = stops(&world, &["--revoke-via", "api"], error).await;
        assert!(hints(&finished).contains(hint), "{}", hints(&finished));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn setup_has_no_such_page() {
    let world = World::with_faults(&["external-client-no-page"]).await;
    let (finished, _) = stops(&world, &[], "salesforce.no_usage_page").await;
    assert!(hints(&finished).contains("--revoke-via api"), "{}", hints(&finished));
}

/// Salesforce says so only to who has logged in to approve: after the cut.
#[tokio::test(flavor = "multi_thread")]
async fn the_app_is_not_installed() {
    let world = World::with_faults(&["external-client-not-found"]).await;
    let finished = world.reauth(&["run"]).await.expect_code(4);
    let finished = finished.expect_error("salesforce.app_not_installed");
    assert!(hints(&finished).contains("External Client App Manager"), "{}", hints(&finished));
}

/// The configuration says one kind, and the app is of the other.
async fn wrong_kind(faults: &[&str], from: &str, to: &str) {
    let world = World::with_faults(faults).await;
    let kind = |kind: &str| format!("app_kind = \"{kind}\"");
    let text = world.config_text();
    assert!(text.contains(&kind(from)), "{text}");
    world.write_config(&text.replace(&kind(from), &kind(to)));
    let (finished, _) = stops(&world, &[], "salesforce.app_not_listed").await;
    let report = finished.report();
    let hint = report["error"]["hints"][0].as_str().unwrap();
    assert!(hint.contains(&format!("app_kind = \"{from}\"")), "{hint}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_external_client_app_looked_for_among_connected_apps() {
    wrong_kind(&["external-client"], "external-client", "connected").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connected_app_looked_for_among_external_client_apps() {
    wrong_kind(&[], "connected", "external-client").await;
}
