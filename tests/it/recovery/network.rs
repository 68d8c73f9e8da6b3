//! A bad way to the services while an instance has to be brought back.

use serde_json::json;

use crate::support::{Moment, World, check_verdict};

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

/// That no page behind the login was seen does not say that the password was refused: the org knows the
/// session, and another browser may log in.
#[tokio::test(flavor = "multi_thread")]
async fn a_login_is_made_again_where_the_page_after_it_broke() {
    const AFTER_LOGIN: &str = "GET /setup/secur/RemoteAccessAuthorizationPage.apexp";
    const RESTORING: Moment = Moment::before(&[
        "POST /services/oauth2/revoke",
        "GET /elements/sfdc/oauth/url",
        AFTER_LOGIN,
        "GET /elements/sfdc/oauth/url",
    ]);
    let breaks = json!({"on": AFTER_LOGIN, "how": {"status": 500}, "times": 1});
    let world = World::with(json!({"disturbances": [breaks]})).await;
    let before = world.state().await;
    let run = ["run", "--revoke-via", "api", "--timeout", "5s"];
    let (running, _) = world.follow_to(&run, RESTORING).await;
    assert!(world.kill(|line| line.contains("chrom")) > 0);
    // With new settings it would happen once more.
    world.let_go_into(json!({"disturbances": []})).await;
    let finished = running.finish().await.expect_code(1);
    world.assert_nothing_left().await;
    let after = world.state().await;
    check_verdict(&world, &before, &after, &finished);
    assert_eq!(after.salesforce("login_attempts"), 2);
}
