//! Driver and browser are killed under a run: it goes on in a new one, and the instance lives.

use super::moments::{API_APPROVAL, API_AUTHORIZE, API_LOGIN, API_REVOKED, UI_OPEN};
use super::{assert_dead, assert_whole};
use crate::support::{Finished, Moment, World, processes, until_ended};

fn is_driver(line: &str) -> bool {
    line.contains("chromedriver") && !line.contains("__guard") && !line.contains("--type=")
}

fn is_browser(line: &str) -> bool {
    line.contains("--remote-debugging-") && !line.contains("--type=")
}

async fn killed(fits: fn(&str) -> bool, revoke_via: &str, moment: Moment) -> (World, Finished) {
    let world = World::new().await;
    let (running, held) = world.follow_to(&["run", "--revoke-via", revoke_via], moment).await;
    assert!(world.kill(fits) > 0, "nothing to kill");
    // With its browser the page is gone, and with its driver the browser.
    world.abandoned(held).await;
    world.let_go().await;
    let finished = running.finish().await;
    world.assert_nothing_left().await;
    (world, finished)
}

/// After the revocation the instance is brought back in a new browser.
async fn after_the_revocation(fits: fn(&str) -> bool, moment: Moment) {
    let (world, finished) = killed(fits, "api", moment).await;
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
    after_the_revocation(is_driver, API_AUTHORIZE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_browser_dies_after_the_revocation() {
    after_the_revocation(is_browser, API_AUTHORIZE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_browser_dies_when_allow_was_clicked() {
    after_the_revocation(is_browser, API_APPROVAL).await;
}

/// Whether the credentials were refused nobody knows: this run does not send them again.
#[tokio::test(flavor = "multi_thread")]
async fn the_browser_dies_before_the_login_is_answered() {
    let (world, finished) = killed(is_browser, "api", API_LOGIN).await;
    let finished = finished.expect_code(4).expect_error("browser.lost");
    let warnings = finished.warnings();
    assert!(warnings.contains(&"salesforce.login_unanswered".into()), "{warnings:?}");
    assert_dead(&world).await;

    world.reauth(&["restore"]).await.expect_code(0);
    assert_whole(&world).await;
}

/// Nobody asks the browser anything while the services are asked: that its driver is gone is noticed all
/// the same, and nothing of it stays.
#[tokio::test(flavor = "multi_thread")]
async fn the_driver_dies_while_nobody_needs_it() {
    let world = World::new().await;
    let (running, _) = world.follow_to(&["run", "--revoke-via", "api"], API_REVOKED).await;
    let browsers = || {
        let all = processes(world.temporary.path()).into_iter();
        all.filter(|(_, line)| is_browser(line)).collect::<Vec<_>>()
    };
    assert!(!browsers().is_empty());
    assert!(world.kill(is_driver) > 0, "nothing to kill");
    until_ended(browsers).await;
    world.let_go().await;
    running.finish().await;
    world.assert_nothing_left().await;
    assert_whole(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_driver_dies_before_the_revocation() {
    let (world, finished) = killed(is_driver, "ui", UI_OPEN).await;
    let finished = finished.expect_code(1).expect_error("browser.lost");
    assert_eq!(finished.report()["error"]["step"], "revoke");
    assert_eq!(world.state().await.grants(super::APP, world.username()).len(), 1);
    assert_whole(&world).await;
}
