//! Several grants of the same user for the app: other instances may hang on them.

use serde_json::json;

use super::{APP, lives, with_second_grant};
use crate::support::{World, of_others};

/// Our grant is cut, the other one lives on, whoever is older.
async fn singled_out(user_shown_as: &str) {
    let settings = json!({"salesforce": {"user_shown_as": user_shown_as}});
    let world = with_second_grant(settings).await;
    let before = world.state().await;
    let finished = world.reauth(&["run"]).await.expect_code(0);
    let after = world.state().await;
    assert_eq!(lives(&world, &after), [false, true, true]);
    assert_eq!(after.grants(APP, world.username())[0]["ended_by"], "setup_page");
    assert_eq!(of_others(&world, &after), of_others(&world, &before));
    let facts = finished.facts("revoke");
    assert_eq!(facts["singled_out"], true, "{facts:#}");
    assert_eq!(facts["grants_of_user"], 2, "{facts:#}");
    assert_eq!(facts["rows_revoked"], 1, "{facts:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn by_the_page_ours_is_singled_out() {
    singled_out("full_name").await;
}

/// An alias is not proof of who it is, so more depends on which row moves.
#[tokio::test(flavor = "multi_thread")]
async fn by_the_page_ours_is_singled_out_by_alias() {
    singled_out("alias").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn by_api_ours_alone_is_ended() {
    let world = with_second_grant(json!({})).await;
    let finished = world.reauth(&["run", "--revoke-via", "api"]).await.expect_code(0);
    let after = world.state().await;
    assert_eq!(lives(&world, &after), [false, true, true]);
    assert_eq!(finished.facts("revoke")["grants_of_user"], 2);
}

/// The instance that hangs on the other grant is another one of ours: it works throughout.
#[tokio::test(flavor = "multi_thread")]
async fn another_instance_of_the_same_user_survives() {
    let world = World::new().await;
    let provisioned = world.reauth(&["provision"]).await.expect_code(0);
    let other = provisioned.report()["instance"]["id"].as_u64().unwrap();
    let token = |state: &crate::support::State| {
        state.instance(other)["configuration"]["oauth.user.refresh_token"].clone()
    };
    let before = world.state().await;
    world.reauth(&["run"]).await.expect_code(0);
    let after = world.state().await;
    assert_eq!(lives(&world, &after), [false, true, true]);
    assert_eq!(token(&after), token(&before));
    assert_eq!(after.grants(APP, world.username())[1]["refresh_token"], token(&before));
    let id = other.to_string();
    world.reauth(&["status", "--instance", &id]).await.expect_code(0);
}

/// The platform masks the tokens, so nothing can be made to move.
#[tokio::test(flavor = "multi_thread")]
async fn uncertainty_cuts_nothing_by_the_page() {
    let world = with_second_grant(json!({"cloud_elements": {"mask_tokens": true}})).await;
    let before = world.state().await;
    let finished = world.reauth(&["run"]).await.expect_code(1);
    let report = finished.report();
    assert_eq!(report["error"]["code"], "salesforce.shared_grant", "{report:#}");
    let message = report["error"]["message"].as_str().unwrap();
    assert!(message.contains("2 grants"), "{message}");
    assert!(message.contains("masks"), "{message}");
    assert!(report["error"]["hints"].to_string().contains("--revoke-all-of-user"), "{report:#}");
    let after = world.state().await;
    assert_eq!(lives(&world, &after), [true, true]);
    assert_eq!(of_others(&world, &after), of_others(&world, &before));
}

#[tokio::test(flavor = "multi_thread")]
async fn uncertainty_cuts_nothing_by_api() {
    let world = with_second_grant(json!({"cloud_elements": {"mask_tokens": true}})).await;
    let finished = world.reauth(&["run", "--revoke-via", "api"]).await.expect_code(1);
    finished.expect_error("salesforce.shared_grant");
    assert_eq!(lives(&world, &world.state().await), [true, true]);
}

/// One grant and masked tokens: there is nothing to be uncertain of.
#[tokio::test(flavor = "multi_thread")]
async fn a_single_grant_is_ended_by_its_delete_token_where_tokens_are_masked() {
    let world = World::with(json!({"cloud_elements": {"mask_tokens": true}})).await;
    world.reauth(&["run", "--revoke-via", "api"]).await.expect_code(0);
    let after = world.state().await;
    assert_eq!(lives(&world, &after), [false, true]);
    assert_eq!(after.grants(APP, world.username())[0]["ended_by"], "delete_token_revoked");
}

/// Both rows read the same, to the letter: made in the same minute, used once.
async fn all_of_the_user(settings: serde_json::Value, arguments: &[&str]) {
    let world = with_second_grant(settings).await;
    let before = world.state().await;
    let arguments = [&["run", "--revoke-all-of-user"], arguments].concat();
    let finished = world.reauth(&arguments).await.expect_code(0);
    let after = world.state().await;
    assert_eq!(lives(&world, &after), [false, false, true]);
    assert_eq!(of_others(&world, &after), of_others(&world, &before));
    assert_eq!(finished.facts("authorize")["approval_shown"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_of_the_user_may_go_by_the_page() {
    all_of_the_user(json!({}), &[]).await;
}

/// One row a page: what was cut is followed by a row that reads the same.
#[tokio::test(flavor = "multi_thread")]
async fn all_of_the_user_may_go_over_several_pages() {
    let settings = json!({"salesforce": {"user_page_size": 1}});
    all_of_the_user(settings, &[]).await;
}

/// All may go, but none has to: where the instance's tokens can be read, they end its grant alone.
#[tokio::test(flavor = "multi_thread")]
async fn all_of_the_user_may_go_by_api_but_need_not() {
    let world = with_second_grant(json!({})).await;
    let arguments = ["run", "--revoke-all-of-user", "--revoke-via", "api"];
    world.reauth(&arguments).await.expect_code(0);
    assert_eq!(lives(&world, &world.state().await), [false, true, true]);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_of_the_user_may_go_where_tokens_are_masked() {
    all_of_the_user(json!({"cloud_elements": {"mask_tokens": true}}), &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_of_the_user_may_go_by_api_where_tokens_are_masked() {
    let settings = json!({"cloud_elements": {"mask_tokens": true}});
    all_of_the_user(settings, &["--revoke-via", "api"]).await;
}
