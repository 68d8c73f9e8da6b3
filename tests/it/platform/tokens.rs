//! A platform that masks the tokens, or does not keep to the state it was given.

use serde_json::json;

use super::{APP, settings};
use crate::support::World;

/// Without readable tokens.
async fn masked(revoke_via: &str, reauthenticate_via: &str) {
    let world = World::with(json!({"cloud_elements": {"mask_tokens": true}})).await;
    let before = world.state().await;
    let others = before.live_grants_of_others(world.username());
    let run = ["run", "--revoke-via", revoke_via, "--reauthenticate-via", reauthenticate_via];
    let finished = world.reauth(&run).await.expect_code(0);
    let warnings = finished.warnings();
    assert!(warnings.contains(&"cloud_elements.tokens_masked".into()), "{warnings:?}");
    assert_eq!(finished.facts("verify")["token_readable"], false);
    if revoke_via == "api" {
        let facts = finished.facts("revoke");
        assert_eq!(facts["tokens_revoked"], json!(["DeleteToken"]));
        // No access token was ended, so nothing is claimed of what that alone would have done.
        assert_eq!(facts.get("access_token_alone_was_enough"), None);
    }

    let after = world.state().await;
    let grants = after.grants(APP, world.username());
    assert_eq!(grants.len(), 2, "{grants:#?}");
    let by = if revoke_via == "ui" { "setup_page" } else { "delete_token_revoked" };
    assert_eq!(grants[0]["ended_by"], by);
    assert_eq!(grants[1]["live"], true);
    assert_eq!(after.live_grants_of_others(world.username()), others);
    let (was, is) = (before.instance(world.instance()), after.instance(world.instance()));
    assert_eq!(is["configuration"]["oauth.user.refresh_token"], grants[1]["refresh_token"]);
    assert_eq!(settings(is), settings(was));
    assert!(!is["configuration"].to_string().contains("****"), "no mask was written back");
    for key in ["oauth.api.key", "oauth.api.secret"] {
        assert!(!is["configuration"][key].as_str().unwrap().is_empty(), "{key}");
    }
    after.assert_codes_sent_once();
}

#[tokio::test(flavor = "multi_thread")]
async fn masked_ui_patch() {
    masked("ui", "patch").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn masked_ui_put() {
    masked("ui", "put").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn masked_api_patch() {
    masked("api", "patch").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn masked_api_put() {
    masked("api", "put").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_that_is_ignored_is_warned_of() {
    let world = World::with(json!({"cloud_elements": {"state": "ignored"}})).await;
    let finished = world.reauth(&["run", "--revoke-via", "api"]).await.expect_code(0);
    let warnings = finished.warnings();
    assert!(warnings.contains(&"cloud_elements.state_ignored".into()), "{warnings:?}");
    assert_eq!(finished.facts("oauth-url")["state_honoured"], false);
    assert_eq!(world.state().await.live_grants(APP, world.username()).len(), 1);
}
