//! Wrong secrets, unknown and unusable instances, hosts that nobody answers at. Nothing is touched.

use serde_json::json;

use super::APP;
use crate::support::{Finished, World};

/// A world whose configuration says `wrong` where it said `right`.
async fn world_with(right: impl Fn(&World) -> String, wrong: &str) -> World {
    let world = World::new().await;
    let right = right(&world);
    let text = world.config_text();
    assert!(text.contains(&right), "{right}");
    world.write_config(&text.replace(&right, wrong));
    world
}

/// Runs, and makes sure that the grant that was there still is.
async fn refused(world: &World, code: i32, error: &str) -> Finished {
    let finished = world.reauth(&["run"]).await.expect_code(code).expect_error(error);
    let state = world.state().await;
    assert_eq!(state.live_grants(APP, world.username()).len(), 1);
    assert_eq!(state.salesforce("login_attempts"), 0);
    assert_eq!(world.journal(), [""; 0]);
    finished
}

fn message(finished: &Finished) -> String {
    finished.report()["error"]["message"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_element_token() {
    let token = |world: &World| world.simulator.ready().cloud_elements.element_token.clone();
    let world = world_with(token, "bm90LXRoZS10b2tlbg==").await;
    let message = message(&refused(&world, 2, "cloud_elements.unauthorized").await);
    for words in ["401", "Invalid Organization or User secret", "request id"] {
        assert!(message.contains(words), "{words}: {message}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_user_secret() {
    let secret = |world: &World| world.simulator.ready().cloud_elements.user_secret.clone();
    let world = world_with(secret, "bm90LXRoZS1zZWNyZXQ=").await;
    let message = message(&refused(&world, 2, "cloud_elements.unauthorized").await);
    for words in ["401", "Invalid Organization or User secret", "request id"] {
        assert!(message.contains(words), "{words}: {message}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_instance() {
    let world = World::new().await;
    let finished = world
        .reauth(&["run", "--instance", "999999"])
        .await
        .expect_code(2)
        .expect_error("cloud_elements.unknown_instance");
    let message = message(&finished);
    for words in ["404", "999999", "request id"] {
        assert!(message.contains(words), "{words}: {message}");
    }
    assert_eq!(world.journal(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_another_instance() {
    let world = World::new().await;
    let instance = world.instance();
    let wrong = format!("id = {}", instance + 1);
    world.write_config(&world.config_text().replace(&format!("id = {instance}"), &wrong));
    let message = message(&refused(&world, 2, "cloud_elements.other_instance").await);
    assert!(message.contains(&instance.to_string()), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_instance() {
    let world = World::new().await;
    let path = format!("/instances/{}/enabled", world.instance());
    world.platform(reqwest::Method::DELETE, &path, json!(null)).await;
    let message = message(&refused(&world, 2, "cloud_elements.instance_disabled").await);
    assert!(message.contains("disabled"), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unreachable_platform() {
    let base = |world: &World| world.simulator.ready().cloud_elements.base_url.clone();
    let world = world_with(base, "http://api.cloud-elements.localhost:1/elements/api-v2").await;
    let message = message(&refused(&world, 3, "http.unreachable").await);
    assert!(message.contains("api.cloud-elements.localhost:1"), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unreachable_login_host() {
    let login = |world: &World| world.simulator.ready().salesforce.login_url.clone();
    let world = world_with(login, "http://login.salesforce.localhost:1").await;
    let message = message(&refused(&world, 3, "http.unreachable").await);
    assert!(message.contains("login.salesforce.localhost:1"), "{message}");
}
