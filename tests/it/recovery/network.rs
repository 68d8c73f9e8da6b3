//! A bad way to the services while an instance has to be brought back.

use serde_json::json;

use crate::support::{World, check_verdict};

#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_that_an_answer_fails_is_begun_anew() {
    let fails = json!({
        "on": "GET /elements/sfdc/oauth/url", "how": {"status": 500}, "times": 2,
        "since": "POST /services/oauth2/revoke",
    });
    let world = World::with(json!({"disturbances": [fails]})).await;
    let before = world.state().await;
    let finished = world.reauth(&["run", "--revoke-via", "api"]).await.expect_code(1);
    check_verdict(&world, &before, &world.state().await, &finished);
}
