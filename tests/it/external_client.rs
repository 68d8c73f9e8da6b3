//! External client apps: their grants are on pages of their own and in Connect REST, and nowhere
//! else. What is believed is the simulator's own state.

mod safety;

use serde_json::{Value, json};

use crate::grants::APP;
use crate::support::of_others;
use crate::support::{Finished, State, World};

/// How each of the user's grants ended, oldest first; those that live did not.
fn ends(world: &World, state: &State) -> Vec<Value> {
    let grants = state.grants(APP, world.username());
    grants.iter().map(|grant| grant["ended_by"].clone()).collect()
}

/// A whole run; others' grants are what they were, and nobody pressed Bulk Revoke.
async fn passes(faults: &[&str], ways: &[&str]) -> (World, Finished, State) {
    let world = World::with_faults(faults).await;
    let before = world.state().await;
    let finished = world.reauth(&[&["run"], ways].concat()).await.expect_code(0);
    let after = world.state().await;
    assert_eq!(of_others(&world, &after), of_others(&world, &before));
    let ends = ends(&world, &after);
    assert_eq!(ends.len(), 2, "{ends:?}");
    assert!(!ends[0].is_null() && ends[0] != "eca_bulk_revoke", "{ends:?}");
    assert_eq!(ends[1], Value::Null);
    (world, finished, after)
}

fn hints_of(finished: &Finished) -> String {
    finished.report()["error"]["hints"].to_string()
}

fn witnesses(finished: &Finished) -> String {
    finished.facts("confirm-revoked")["witnesses"].to_string()
}

const CONNECT: &str = r#""by":"Connect REST","says":"dead","words":"the grant is no longer listed"#;

async fn by_the_page(reauthenticate_via: &str) {
    let ways = ["--reauthenticate-via", reauthenticate_via];
    let (world, finished, after) = passes(&["external-client"], &ways).await;
    assert_eq!(ends(&world, &after)[0], "eca_setup_page");
    assert!(witnesses(&finished).contains(CONNECT), "{}", witnesses(&finished));
    assert_eq!(finished.facts("revoke")["grants_of_user"], 1);
    assert_eq!(finished.facts("check-app")["refresh_token_policy"], "unknown");
    assert_eq!(after.requests("GET", "/identity/app/connectedAppsUsage.apexp"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn ui_patch() {
    by_the_page("patch").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ui_put() {
    by_the_page("put").await;
}

async fn by_the_tokens(reauthenticate_via: &str) {
    let ways = ["--revoke-via", "api", "--reauthenticate-via", reauthenticate_via];
    let (world, _, after) = passes(&["external-client", "external-client-no-page"], &ways).await;
    assert_eq!(ends(&world, &after)[0], "refresh_token_revoked");
}

#[tokio::test(flavor = "multi_thread")]
async fn api_patch() {
    by_the_tokens("patch").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn api_put() {
    by_the_tokens("put").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn masked_tokens_are_ended_one_by_one_by_connect_rest() {
    let faults = ["external-client", "external-client-many", "masked-tokens"];
    let (world, finished, after) = passes(&faults, &["--revoke-via", "api"]).await;
    assert_eq!(ends(&world, &after)[0], "connect_token");
    assert!(witnesses(&finished).contains(CONNECT));
    let identifier = after.grants(APP, world.username())[0]["token_identifier"].clone();
    let identifier = identifier.as_str().unwrap().to_owned();
    for (path, bytes) in world.run_files() {
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains(&identifier), "{}", path.display());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn masked_tokens_on_the_page() {
    let (world, finished, after) = passes(&["masked-tokens", "external-client"], &[]).await;
    assert_eq!(ends(&world, &after)[0], "eca_setup_page");
    assert!(witnesses(&finished).contains(CONNECT), "{}", witnesses(&finished));
    let said = finished.facts("confirm-revoked")["witnesses"].clone();
    for asked_by_token in [&said[1], &said[2]] {
        assert_eq!(asked_by_token["says"], "nothing", "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn quick_find_does_not_know_the_page() {
    let (world, _, after) = passes(&["external-client-address-only"], &[]).await;
    assert_eq!(ends(&world, &after)[0], "eca_setup_page");
}

#[tokio::test(flavor = "multi_thread")]
async fn revoke_is_in_the_rows_menu() {
    let (world, _, after) = passes(&["external-client-row-menu"], &[]).await;
    assert_eq!(ends(&world, &after)[0], "eca_setup_page");
}

#[tokio::test(flavor = "multi_thread")]
async fn quick_find_leads_to_the_page_by_a_script() {
    let (world, _, after) = passes(&["external-client-link-by-script"], &[]).await;
    assert_eq!(ends(&world, &after)[0], "eca_setup_page");
}

/// A link that leads to no further page is not disabled, but says so.
#[tokio::test(flavor = "multi_thread")]
async fn pages_are_turned_by_links_as_long_as_they_lead_on() {
    let faults = ["external-client-many", "external-client-links"];
    let (world, finished, after) = passes(&faults, &[]).await;
    assert_eq!(ends(&world, &after)[0], "eca_setup_page");
    let question = "End this user's access to the external client app?";
    assert_eq!(finished.facts("revoke")["dialogs"], json!([question]));
}

/// A Next that does nothing is no sign of the end: rows may be missing.
#[tokio::test(flavor = "multi_thread")]
async fn a_next_that_does_nothing_is_told() {
    let world = World::with_faults(&["external-client-many", "next-forever"]).await;
    let finished = world.reauth(&["run", "--timeout", "6s"]).await.expect_code(1);
    let finished = finished.expect_error("salesforce.list_not_turned");
    assert!(hints_of(&finished).contains("--revoke-via api"), "{}", hints_of(&finished));
    let state = world.state().await;
    assert!(ends(&world, &state).iter().all(Value::is_null), "{:?}", ends(&world, &state));
}

/// Once their grant is gone, the page of the app's users has nobody to list.
#[tokio::test(flavor = "multi_thread")]
async fn the_only_user() {
    let (world, _, after) = passes(&["external-client", "only-user"], &[]).await;
    assert_eq!(ends(&world, &after)[0], "eca_setup_page");
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_come_in_small_pages() {
    let (world, finished, after) = passes(&["external-client-many"], &[]).await;
    assert_eq!(ends(&world, &after)[0], "eca_setup_page");
    assert_eq!(finished.facts("revoke")["grants_of_user"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_that_bring_nothing_new_have_ended() {
    let (_, finished, _) = passes(&["external-client-endless"], &[]).await;
    assert_eq!(finished.facts("revoke")["grants_of_user"], 1);
}
