//! A colleague who shares the integration user's full name, and uses the same app. That they are
//! spared however users are written is asserted in `pages::setup` too.

use serde_json::{Value, json};

use super::{APP, lives};
use crate::support::{State, World, of_others};

const NAMESAKE: &str = "zoe.obrien.sales@acme.example.qa";

fn namesake(state: &State) -> Value {
    let grants = state.live_grants(APP, NAMESAKE);
    assert_eq!(grants.len(), 1, "the test is about them");
    grants[0].clone()
}

/// The colleague's grant is what it was, and ours was cut, however the page writes users.
async fn spared(settings: Value) {
    let world = World::with(json!({ "salesforce": settings })).await;
    let before = world.state().await;
    let names: Vec<&Value> = before.0["salesforce"]["users"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|user| user["username"] == NAMESAKE || user["username"] == world.username())
        .map(|user| &user["name"])
        .collect();
    assert_eq!(names[0], names[1]);
    world.reauth(&["run"]).await.expect_code(0);
    let after = world.state().await;
    assert_eq!(namesake(&after), namesake(&before));
    assert_eq!(of_others(&world, &after), of_others(&world, &before));
    assert_eq!(lives(&world, &after), [false, true]);
}

/// Plain full names: nothing tells the two rows apart, so neither is touched.
async fn ambiguous(oauth_token_query: bool) {
    let settings =
        json!({"user_shown_as": "full_name_text", "oauth_token_query": oauth_token_query});
    let world = World::with(json!({ "salesforce": settings })).await;
    let before = world.state().await;
    let finished = world.reauth(&["run"]).await.expect_code(1);
    let report = finished.report();
    assert_eq!(report["error"]["code"], "salesforce.ambiguous_row", "{report:#}");
    let message = report["error"]["message"].as_str().unwrap();
    assert!(message.contains("2 rows") && message.contains("Zoë O'Brien"), "{message}");
    let after = world.state().await;
    assert_eq!(lives(&world, &after), [true]);
    assert_eq!(of_others(&world, &after), of_others(&world, &before));
}

#[tokio::test(flavor = "multi_thread")]
async fn ambiguous_names_with_equal_use_counts() {
    ambiguous(true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ambiguous_names_without_a_witness() {
    ambiguous(false).await;
}

/// Where the use counts differ, the API tells whose row it is. The access token has expired, so
/// that the run's first call makes the platform refresh, and our grant was used twice.
#[tokio::test(flavor = "multi_thread")]
async fn ambiguous_names_are_told_apart_by_use_count() {
    let world = World::with(json!({"salesforce": {"user_shown_as": "full_name_text"}})).await;
    world.post("/__simulator/clock", json!({"advance_seconds": 3 * 3600})).await;
    let before = world.state().await;
    world.reauth(&["run"]).await.expect_code(0);
    let after = world.state().await;
    assert_eq!(namesake(&after), namesake(&before));
    assert_eq!(of_others(&world, &after), of_others(&world, &before));
    assert_eq!(lives(&world, &after), [false, true]);
}

/// The configured app is another one, which the namesake uses and we do not: the one row that
/// reads like ours is theirs.
#[tokio::test(flavor = "multi_thread")]
async fn spared_in_an_app_that_we_do_not_use() {
    let settings = json!({"user_shown_as": "full_name_text"});
    let world = World::with(json!({ "salesforce": settings })).await;
    let text = world.config_text();
    let other = "connected_app = \"Cloud Elements\"";
    world.write_config(&text.replace("connected_app = \"Cloud Elements QA\"", other));
    let before = world.state().await;
    assert_eq!(before.live_grants("Cloud Elements", NAMESAKE).len(), 1, "the test is about them");
    let finished = world.reauth(&["run"]).await.expect_code(1);
    finished.expect_error("salesforce.user_not_listed");
    let after = world.state().await;
    assert_eq!(of_others(&world, &after), of_others(&world, &before));
    assert_eq!(lives(&world, &after), [true]);
}

/// The same without a witness by API: the row does not move when our grant is used.
#[tokio::test(flavor = "multi_thread")]
async fn spared_where_only_a_name_speaks_for_them() {
    let settings = json!({"user_shown_as": "full_name_text", "oauth_token_query": false});
    let world = World::with(json!({ "salesforce": settings })).await;
    let text = world.config_text();
    let other = "connected_app = \"Cloud Elements\"";
    world.write_config(&text.replace("connected_app = \"Cloud Elements QA\"", other));
    let before = world.state().await;
    let finished = world.reauth(&["run"]).await.expect_code(1);
    finished.expect_error("salesforce.ambiguous_row");
    let after = world.state().await;
    assert_eq!(of_others(&world, &after), of_others(&world, &before));
    assert_eq!(lives(&world, &after), [true]);
}

/// An alias and no witness: the row that moved when our grant was used is ours.
#[tokio::test(flavor = "multi_thread")]
async fn a_name_alone_is_proved_by_use() {
    spared(json!({"user_shown_as": "alias", "oauth_token_query": false})).await;
}
