//! The right row, whatever it looks like and whatever it is pressed by.

use serde_json::Value;

use super::{APP, passes, stops};
use crate::support::World;
use crate::support::of_others;

macro_rules! faults_that_pass {
    ($($test:ident: $faults:expr;)*) => {
        $(#[tokio::test(flavor = "multi_thread")]
        async fn $test() {
            passes(&$faults).await;
        })*
    };
}
pub(crate) use faults_that_pass;

faults_that_pass! {
    revoke_by_link: ["revoke-by-link"];
    revoke_by_button: ["revoke-by-button"];
    revoke_by_script: ["revoke-by-script"];
    revoke_in_place: ["revoke-in-place"];
    revoke_in_place_without_confirm: ["revoke-in-place", "revoke-without-confirm"];
    revoke_without_confirm: ["revoke-without-confirm"];
    users_by_username: ["users-by-username"];
    users_by_alias: ["users-by-alias"];
    users_by_link: ["users-by-link"];
    name_quoted: ["name-quoted"];
    name_like_markup: ["name-like-markup"];
    name_cjk: ["name-cjk"];
    name_rtl: ["name-rtl"];
    second_grant: ["second-grant"];
    only_user: ["only-user"];
    only_user_in_place: ["only-user", "revoke-in-place"];
    revoke_all_first: ["revoke-all-first"];
    revoke_all_first_in_german: ["german", "revoke-all-first", "order-changed"];
}

/// Only the full name is written, and no colleague shares it: the name is compared as a reader
/// compares it.
async fn by_name_alone(name_fault: &str) {
    let world = World::with_faults(&[name_fault, "users-by-name"]).await;
    // The namesake leaves the app, so that the name alone decides.
    let state = world.state().await;
    let grants = state.live_grants(APP, "zoe.obrien.sales@acme.example.qa");
    world.cut(grants[0]["id"].as_str().unwrap()).await;
    let before = world.state().await;
    let finished = world.reauth(&["run"]).await.expect_code(0);
    let after = world.state().await;
    assert_eq!(of_others(&world, &after), of_others(&world, &before));
    assert_eq!(after.grants(APP, world.username())[0]["ended_by"], "setup_page");
    assert_eq!(finished.facts("revoke")["rows_revoked"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn by_a_quoted_name_alone() {
    by_name_alone("name-quoted").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn by_a_name_like_markup_alone() {
    by_name_alone("name-like-markup").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn by_a_name_from_right_to_left_alone() {
    by_name_alone("name-rtl").await;
}

/// Namesakes that nothing tells apart.
#[tokio::test(flavor = "multi_thread")]
async fn users_by_name() {
    stops(&["users-by-name"], &[], "salesforce.ambiguous_row").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn second_grant_all_may_go() {
    let world = World::with_faults(&["second-grant"]).await;
    let before = world.state().await;
    let finished = world.reauth(&["run", "--revoke-all-of-user"]).await.expect_code(0);
    let after = world.state().await;
    let own = after.grants(APP, world.username());
    let ended: Vec<&Value> = own.iter().map(|grant| &grant["ended_by"]).collect();
    assert_eq!(ended, ["setup_page".into(), "setup_page".into(), Value::Null].each_ref());
    assert_eq!(finished.facts("revoke")["rows_revoked"], 2);
    assert_eq!(of_others(&world, &after), of_others(&world, &before));
}

#[tokio::test(flavor = "multi_thread")]
async fn revoke_does_nothing() {
    stops(&["revoke-does-nothing"], &[], "salesforce.revoke_without_effect").await;
}

/// In place nothing changes at all, so it is the visit's limit that ends it.
#[tokio::test(flavor = "multi_thread")]
async fn revoke_does_nothing_in_place() {
    let faults = ["revoke-does-nothing", "revoke-in-place"];
    stops(&faults, &["--timeout", "20s"], "salesforce.revoke_without_effect").await;
}

/// The page is no witness: what it no longer shows still lives, and both services say so.
#[tokio::test(flavor = "multi_thread")]
async fn revoke_only_hides() {
    let finished = stops(&["revoke-only-hides"], &["--settle", "2s"], "scenario.still_alive").await;
    assert_eq!(finished.report()["error"]["step"], "confirm-revoked");
    assert_eq!(finished.report()["instance"]["authenticated"], true);
}
