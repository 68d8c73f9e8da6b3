//! Setup → Connected Apps OAuth Usage: where its frame lives, what Revoke is made of, how users
//! are written, how the lists page, and who works there.

use serde_json::{Value, json};

use super::{APP, assert_untouched, passes, run_passes};
use crate::support::World;

/// One world for each; a row is told by what the settings are.
async fn revoked_by_the_page(settings: Value, dialog: bool) {
    let (world, finished, after) = passes(settings, &[]).await;
    let grants = after.grants(APP, world.username());
    assert_eq!(grants[0]["ended_by"], "setup_page");
    let drift = finished.warnings().contains(&"browser.locator_drift".to_owned());
    assert!(!drift, "the embedded catalogue fits: {:#?}", finished.report()["warnings"]);
    let facts = finished.facts("revoke");
    assert_eq!(facts["rows_revoked"], 1, "{facts:#}");
    let dialogs = facts["dialogs"].as_array().unwrap();
    assert_eq!(dialogs.len(), usize::from(dialog), "{facts:#}");
    if dialog {
        let text = dialogs[0].as_str().unwrap();
        assert_eq!(text, "Are you sure you want to revoke this user's access?");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cross_site_frame_javascript_link_with_dialog() {
    let settings = json!({"frame_site": "cross", "revoke_control": "javascript_link",
        "revoke_confirm": true, "user_shown_as": "full_name"});
    revoked_by_the_page(settings, true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn same_site_frame_javascript_link_without_dialog() {
    let settings = json!({"frame_site": "same", "revoke_control": "javascript_link",
        "revoke_confirm": false, "user_shown_as": "username"});
    revoked_by_the_page(settings, false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cross_site_frame_form_button_without_dialog() {
    let settings = json!({"frame_site": "cross", "revoke_control": "form_button",
        "revoke_confirm": false, "user_shown_as": "alias"});
    revoked_by_the_page(settings, false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn same_site_frame_form_button_with_dialog() {
    let settings = json!({"frame_site": "same", "revoke_control": "form_button",
        "revoke_confirm": true, "user_shown_as": "link_only"});
    revoked_by_the_page(settings, true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cross_site_frame_plain_link_with_dialog() {
    let settings = json!({"frame_site": "cross", "revoke_control": "plain_link",
        "revoke_confirm": true, "user_shown_as": "username"});
    revoked_by_the_page(settings, true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn same_site_frame_plain_link_without_dialog() {
    let settings = json!({"frame_site": "same", "revoke_control": "plain_link",
        "revoke_confirm": false, "user_shown_as": "link_only"});
    revoked_by_the_page(settings, false).await;
}

/// One row a page, and the frame comes late: the app is on page 6 and our row on page 3.
#[tokio::test(flavor = "multi_thread")]
async fn both_lists_page() {
    let settings = json!({"usage_page_size": 2, "user_page_size": 1, "frame_delay_ms": 600});
    let (world, finished, after) = passes(settings, &[]).await;
    assert_eq!(after.grants(APP, world.username())[0]["ended_by"], "setup_page");
    assert_eq!(finished.facts("revoke")["grants_on_page"], 3);
}

/// Who works in Setup is another than who approves: two windows, one login each.
#[tokio::test(flavor = "multi_thread")]
async fn an_admin_works_in_setup_while_the_integration_user_approves() {
    let world = World::with(json!({"salesforce": {"setup_allowed": false}})).await;
    let state = world.state().await;
    let users = state.0["salesforce"]["users"].as_array().unwrap();
    let admin = users.iter().find(|user| user["administrator"] == true).unwrap();
    let section = format!(
        "\n[salesforce.admin]\nusername = {}\npassword = {}\n",
        admin["username"], admin["password"]
    );
    world.write_config(&(world.config_text() + &section));
    let finished = run_passes(&world, &[]).await;
    assert_eq!(finished.facts("revoke")["witness"], "Setup session");
    let after = world.state().await;
    assert_eq!(after.salesforce("login_attempts"), 2, "one login each");
    // The code was issued to the integration user: the new grant is theirs and not the admin's.
    let admin = admin["username"].as_str().unwrap();
    assert!(after.grants(APP, admin).iter().all(|grant| grant["ended_by"].is_null()));
    assert_eq!(after.grants(APP, admin).len(), state.grants(APP, admin).len());
}

async fn forbidden(frame_site: &str) {
    let settings = json!({"setup_allowed": false, "frame_site": frame_site});
    let world = World::with(json!({ "salesforce": settings })).await;
    let finished = world.reauth(&["run"]).await.expect_code(1);
    let report = finished.report();
    assert_eq!(report["error"]["code"], "salesforce.setup_forbidden", "{report:#}");
    let message = report["error"]["message"].as_str().unwrap();
    assert!(message.contains(world.username()), "{message}");
    assert!(report["error"]["hints"].to_string().contains("salesforce.admin"), "{report:#}");
    assert_untouched(&world, &world.state().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn setup_is_forbidden_in_a_cross_site_frame() {
    forbidden("cross").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn setup_is_forbidden_in_a_same_site_frame() {
    forbidden("same").await;
}

/// The page comes back and nothing was done: the instance lives, and the error says what failed.
async fn revoke_does_nothing(control: &str, confirm: bool) {
    let settings = json!({"revoke_does_nothing": true, "revoke_control": control,
        "revoke_confirm": confirm});
    let world = World::with(json!({ "salesforce": settings })).await;
    let finished = world.reauth(&["run"]).await.expect_code(1);
    let report = finished.report();
    assert_eq!(report["error"]["code"], "salesforce.revoke_without_effect", "{report:#}");
    assert_eq!(report["instance"]["authenticated"], true);
    let after = world.state().await;
    assert_untouched(&world, &after);
    assert_eq!(after.requests("POST", "/token"), 0, "nobody had to refresh");
    assert!(world.home.path().join("state").read_dir().unwrap().next().is_none(), "journal");
}

#[tokio::test(flavor = "multi_thread")]
async fn revoke_by_a_form_without_effect() {
    revoke_does_nothing("javascript_link", true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn revoke_by_a_link_without_effect() {
    revoke_does_nothing("plain_link", false).await;
}

/// The list comes back at its first page, where our row is not: that it is gone is not to be believed.
#[tokio::test(flavor = "multi_thread")]
async fn revoke_without_effect_on_a_paged_list() {
    let faults = ["paged-by-buttons", "revoke-by-link", "revoke-does-nothing"];
    let world = World::with_faults(&faults).await;
    let finished = world.reauth(&["run"]).await.expect_code(1);
    finished.expect_error("salesforce.revoke_without_effect");
    assert_untouched(&world, &world.state().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_that_is_not_listed_names_its_near_misses() {
    let world = World::new().await;
    let text = world.config_text();
    let named = format!("connected_app = \"{APP}\"");
    assert!(text.contains(&named), "{text}");
    world.write_config(&text.replace(&named, "connected_app = \"Cloud Elements Q\""));
    let finished = world.reauth(&["run"]).await.expect_code(1);
    let report = finished.report();
    assert_eq!(report["error"]["code"], "salesforce.app_not_listed", "{report:#}");
    let message = report["error"]["message"].as_str().unwrap();
    for words in ["\"Cloud Elements Q\"", "(14 apps are)", "\"Cloud Elements QA\""] {
        assert!(message.contains(words), "{words}: {message}");
    }
    assert_untouched(&world, &world.state().await);
}
