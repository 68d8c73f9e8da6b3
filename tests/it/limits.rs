//! What never comes is given up when the time is over that `--timeout` gives it.

use crate::support::{Finished, World};

fn message(finished: &Finished) -> String {
    finished.report()["error"]["message"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_never_comes() {
    let world = World::new().await;
    world.hold("GET /accounts", true).await;
    let finished = world.reauth(&["run", "--timeout", "2s"]).await.expect_code(3);
    let message = message(&finished.expect_error("http.timeout"));
    assert!(message.ends_with("gave no complete answer within 2 s"), "{message}");
}

/// The driver itself waits for a page that hangs.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_never_comes() {
    let world = World::new().await;
    world.hold("GET /secur/frontdoor.jsp", true).await;
    let finished = world.reauth(&["run", "--timeout", "3s"]).await.expect_code(1);
    let message = message(&finished);
    assert!(message.contains("within 3 s"), "{message}");
    assert_eq!(world.state().await.salesforce("login_attempts"), 1);
}
