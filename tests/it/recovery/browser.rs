//! Driver and browser are killed under a run: it goes on in a new one, and the instance lives.

use super::assert_whole;
use crate::support::{Finished, World};

fn is_driver(line: &str) -> bool {
    line.contains("chromedriver") && !line.contains("__guard") && !line.contains("--type=")
}

fn is_browser(line: &str) -> bool {
    line.contains("--remote-debugging-") && !line.contains("--type=")
}

async fn killed(fits: fn(&str) -> bool, revoke_via: &str, event: &str) -> (World, Finished) {
    let world = World::new().await;
    let mut running = world.follow(&["run", "--revoke-via", revoke_via]);
    running.until(event).await;
    assert!(world.kill(fits) > 0, "nothing to kill");
    let finished = running.finish().await;
    world.assert_nothing_left().await;
    (world, finished)
}

/// After the revocation the instance is brought back in a new browser.
async fn after_the_revocation(fits: fn(&str) -> bool) {
    let (world, finished) = killed(fits, "api", "logging in as").await;
    let finished = finished.expect_code(1).expect_error("browser.lost");
    let report = finished.report();
    assert_eq!(report["error"]["step"], "authorize");
    assert_eq!(report["instance"]["authenticated"], true);
    let steps = finished.steps();
    assert!(steps.contains(&"restore/verify/passed".into()), "{steps:#?}");
    assert_whole(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_driver_dies_after_the_revocation() {
    after_the_revocation(is_driver).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_browser_dies_after_the_revocation() {
    after_the_revocation(is_browser).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_driver_dies_before_the_revocation() {
    let (world, finished) = killed(is_driver, "ui", "opening Connected Apps OAuth Usage").await;
    let finished = finished.expect_code(1).expect_error("browser.lost");
    assert_eq!(finished.report()["error"]["step"], "revoke");
    assert_eq!(world.state().await.grants(super::APP, world.username()).len(), 1);
    assert_whole(&world).await;
}
