//! `login = "profile"`: nothing is typed, and what the profile holds has to do.

use serde_json::json;

use super::{APP, assert_untouched, message, passes};
use crate::support::World;

fn by_profile(world: &World) {
    let text = world.config_text().replace("login = \"form\"", "login = \"profile\"");
    world.write_config(&text);
}

/// Logged in once by the form; the sessions of this org outlive the browser.
#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_outlives_the_browser() {
    for revoke_via in ["ui", "api"] {
        let world = World::with_faults(&["persistent-sessions"]).await;
        let arguments = ["run", "--profile-dir", "profile", "--revoke-via", revoke_via];
        let (finished, _) = passes(&world, &arguments).await;
        let step = if revoke_via == "ui" { "revoke" } else { "authorize" };
        assert_eq!(finished.facts(step)["logged_in_by"], json!(["form"]));

        by_profile(&world);
        let (finished, after) = passes(&world, &arguments).await;
        assert_eq!(finished.facts("revoke")["logged_in_by"], json!(["profile"]));
        let pages = finished.facts("revoke")["pages_met"].to_string();
        assert!(!pages.contains("login"), "{pages}");
        assert_eq!(after.salesforce("login_attempts"), 1, "that of the first run");
    }
}

/// A session that ended with its browser: found before anything is cut, and nothing is typed although
/// a password is configured.
#[tokio::test(flavor = "multi_thread")]
async fn a_profile_that_is_not_logged_in() {
    for revoke_via in ["ui", "api"] {
        let world = World::new().await;
        by_profile(&world);
        let arguments = ["run", "--profile-dir", "profile", "--revoke-via", revoke_via];
        let finished = world.reauth(&arguments).await.expect_code(1);
        let finished = finished.expect_error("salesforce.profile_not_logged_in");
        assert!(message(&finished).contains(world.username()), "{}", message(&finished));
        let hints = finished.report()["error"]["hints"].to_string();
        assert!(hints.contains("login = \\\"form\\\""), "{hints}");
        let after = assert_untouched(&world).await;
        assert_eq!(after.salesforce("login_attempts"), 0);
    }
}

/// A profile that holds somebody else's session, for good: found before anything is cut, by API and
/// where somebody else works in Setup as well.
#[tokio::test(flavor = "multi_thread")]
async fn a_profile_of_somebody_else() {
    let world = World::with_faults(&["logged-in-as-another", "logged-in-for-good"]).await;
    by_profile(&world);
    let arguments = ["run", "--profile-dir", "profile", "--revoke-via", "api"];
    let finished = world.reauth(&arguments).await.expect_code(1);
    let finished = finished.expect_error("salesforce.other_user");
    assert!(message(&finished).contains(world.username()), "{}", message(&finished));
    let after = assert_untouched(&world).await;
    assert_eq!(after.salesforce("login_attempts"), 0);
}

/// Lightning answers with a document that leads to the login page by its script: it is not taken for
/// the home page, and the grant is not cut.
#[tokio::test(flavor = "multi_thread")]
async fn a_profile_that_lightning_sends_to_the_login() {
    let world = World::with_faults(&["lightning-bounces"]).await;
    by_profile(&world);
    let arguments = ["run", "--profile-dir", "profile", "--revoke-via", "api"];
    let finished = world.reauth(&arguments).await.expect_code(1);
    finished.expect_error("salesforce.profile_not_logged_in");
    assert_untouched(&world).await;
}

/// A session that was there before, and a user who may not ask whose it is: nothing is done with it.
#[tokio::test(flavor = "multi_thread")]
async fn a_session_of_nobody_knows_whom() {
    let world = World::with_faults(&["persistent-sessions", "userinfo-refused"]).await;
    let arguments = ["run", "--profile-dir", "profile"];
    let (finished, before) = passes(&world, &arguments).await;
    assert!(finished.warnings().contains(&"salesforce.session_not_asked".to_owned()));

    by_profile(&world);
    let finished = world.reauth(&arguments).await.expect_code(1);
    let finished = finished.expect_error("salesforce.unknown_session");
    assert!(message(&finished).contains(world.username()), "{}", message(&finished));
    let after = world.state().await;
    assert_eq!(after.grants(APP, world.username()), before.grants(APP, world.username()));
}
