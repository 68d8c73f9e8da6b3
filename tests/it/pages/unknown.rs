//! A page that nobody knows: it ends within the time limit, and leaves a record to learn from.

use serde_json::{Value, json};

use super::{APP, assert_untouched};
use crate::support::{Finished, World};

/// Enough for what comes before, on a busy machine too.
const LIMIT: &str = "8s";

fn assert_recorded(finished: &Finished) {
    let report = finished.report();
    let error = &report["error"];
    assert_eq!(error["code"], "salesforce.unknown_page", "{report:#}");
    let message = error["message"].as_str().unwrap();
    for words in ["within 8 s", "/secur/notice.jsp", "Important Notice"] {
        assert!(message.contains(words), "{words}: {message}");
    }
    assert!(error["hints"].to_string().contains("--locators"), "{error:#}");
    let failed =
        report["steps"].as_array().unwrap().iter().find(|step| step["outcome"] == "failed");
    let evidence = failed.unwrap()["evidence"].as_array().unwrap().clone();
    let of =
        |kind: &str| evidence.iter().filter_map(Value::as_str).find(|file| file.contains(kind));
    let folder = finished.run_folder();
    let record = std::fs::read_to_string(folder.join(of("dom/").unwrap())).unwrap();
    assert!(record.contains("annual notice"), "{record}");
    let picture = std::fs::read(folder.join(of("screenshots/").unwrap())).unwrap();
    assert!(picture.starts_with(b"\x89PNG"));
}

#[tokio::test(flavor = "multi_thread")]
async fn before_the_revocation_nothing_is_touched() {
    let world = World::with(json!({"salesforce": {"unknown_page_after_login": true}})).await;
    let finished = world.reauth(&["run", "--timeout", LIMIT]).await.expect_code(1);
    assert_recorded(&finished);
    assert_untouched(&world, &world.state().await);
}

/// Cut by API, without a login; then the login of the approval ends nowhere. By then the browser
/// has a session, so the restoration needs no login and gets through.
#[tokio::test(flavor = "multi_thread")]
async fn after_the_revocation_the_restoration_gets_past_it() {
    let world = World::with(json!({"salesforce": {"unknown_page_after_login": true}})).await;
    let arguments = ["run", "--revoke-via", "api", "--timeout", LIMIT];
    let finished = world.reauth(&arguments).await.expect_code(1);
    assert_recorded(&finished);
    assert_eq!(finished.report()["instance"]["authenticated"], true);
    let after = world.state().await;
    assert_eq!(after.live_grants(APP, world.username()).len(), 1);
    assert_eq!(after.salesforce("login_attempts"), 1);
}

/// A restoration whose login ends nowhere leaves the instance as it was: dead.
#[tokio::test(flavor = "multi_thread")]
async fn a_restoration_that_meets_it_leaves_the_instance_dead() {
    let world = World::new().await;
    world.reauth(&["revoke", "--revoke-via", "api"]).await.expect_code(0);
    std::fs::remove_dir_all(world.home.path().join("runs")).unwrap();
    world.set(json!({"salesforce": {"unknown_page_after_login": true}})).await;
    let finished = world.reauth(&["restore", "--timeout", LIMIT]).await.expect_code(4);
    assert_recorded(&finished);
    let report = finished.report();
    assert_eq!(report["outcome"], "left_unauthenticated");
    assert_eq!(report["instance"]["authenticated"], false);
    assert!(world.state().await.live_grants(APP, world.username()).is_empty());

    world.set(json!({"salesforce": {"unknown_page_after_login": false}})).await;
    world.reauth(&["restore"]).await.expect_code(0);
    assert_eq!(world.state().await.live_grants(APP, world.username()).len(), 1);
}
