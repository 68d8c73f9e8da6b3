//! The front door: an access token of the user opens a session, and nothing is typed.

use serde_json::json;

use super::{APP, assert_untouched, doors, message, passes, with_admin, without_password};
use crate::support::World;

const MY_DOMAIN: &str = "acme--qa.sandbox.my.salesforce.localhost";

/// The token comes from another app, so that it does not die with the grant that is cut.
async fn opens(faults: &[&str], revoke_via: &str, by: &str) {
    let world = World::with_faults(faults).await;
    without_password(&world);
    let (finished, after) = passes(&world, &["run", "--revoke-via", revoke_via]).await;
    assert_eq!(after.salesforce("login_attempts"), 0, "nothing is typed");
    assert_eq!(after.salesforce("front_door_logins"), 1, "one login for all");
    assert_eq!(after.requests("POST", "/singleaccess"), 1);
    assert!(doors(&after)[0].starts_with(MY_DOMAIN), "{:?}", doors(&after));
    let facts = finished.facts("revoke");
    assert_eq!(facts["logged_in_by"], json!([by]), "{facts:#}");
    assert_eq!(finished.facts("authorize")["logged_in_by"], serde_json::Value::Null);
    let pages = facts["pages_met"].to_string();
    assert!(!pages.contains("login"), "no login page was shown: {pages}");
    let passed_by_token = by.ends_with("sid");
    let warnings = finished.warnings();
    let warned = warnings.iter().any(|code| code == "salesforce.front_door_by_token");
    assert_eq!(warned, passed_by_token, "{warnings:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn once_for_setup_and_approval() {
    opens(&["frontdoor"], "ui", "frontdoor: singleaccess").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn before_a_grant_is_cut_by_api() {
    opens(&["frontdoor"], "api", "frontdoor: singleaccess").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_the_token_where_singleaccess_refuses() {
    opens(&["singleaccess-forbidden", "frontdoor"], "ui", "frontdoor: sid").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_the_token_where_singleaccess_refuses_by_api() {
    opens(&["singleaccess-forbidden"], "api", "frontdoor: sid").await;
}

/// An org with single sign-on: its login page is outside, and nobody is led there.
#[tokio::test(flavor = "multi_thread")]
async fn past_an_identity_provider() {
    opens(&["frontdoor", "login-elsewhere"], "ui", "frontdoor: singleaccess").await;
}

/// My Domain is learnt from the token, and nothing but the login host is configured.
#[tokio::test(flavor = "multi_thread")]
async fn of_an_org_that_only_the_token_knows() {
    let world = World::with_faults(&["frontdoor"]).await;
    let text = world.config_text();
    let lines =
        text.lines().filter(|line| !line.starts_with("my_domain") && !line.starts_with("password"));
    world.write_config(&lines.map(|line| format!("{line}\n")).collect::<String>());
    let (_, after) = passes(&world, &["run"]).await;
    assert_eq!(after.salesforce("login_attempts"), 0);
}

/// Two people, two front doors.
#[tokio::test(flavor = "multi_thread")]
async fn beside_an_admin_who_types() {
    let world = World::with_faults(&["frontdoor", "setup-forbidden"]).await;
    without_password(&world);
    with_admin(&world).await;
    let (finished, after) = passes(&world, &["run"]).await;
    let facts = finished.facts("revoke");
    assert_eq!(
        facts["logged_in_by"],
        json!(["frontdoor: singleaccess", "form"]),
        "before the admin: {facts:#}"
    );
    let pages = facts["pages_met"].to_string();
    assert!(pages.contains("login"), "the admin's: {pages}");
    assert_eq!(after.salesforce("login_attempts"), 1);
    assert_eq!(after.salesforce("front_door_logins"), 1);
}

/// The admin comes in; that the integration user does not is found before the admin cuts anything.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_without_the_scope_beside_an_admin() {
    let world = World::with_faults(&["frontdoor-scope"]).await;
    without_password(&world);
    with_admin(&world).await;
    let finished = world.reauth(&["run"]).await.expect_code(1);
    finished.expect_error("salesforce.front_door_no_scope");
    assert_untouched(&world).await;
}

/// A dead token is found before anything is touched, browser included.
#[tokio::test(flavor = "multi_thread")]
async fn a_dead_token() {
    for revoke_via in ["ui", "api"] {
        let world = World::with_faults(&["frontdoor-dead-token"]).await;
        without_password(&world);
        let finished = world.reauth(&["run", "--revoke-via", revoke_via]).await.expect_code(1);
        let finished = finished.expect_error("salesforce.front_door_token_dead");
        assert_eq!(finished.report()["error"]["step"], "check-app");
        let after = assert_untouched(&world).await;
        assert_eq!(after.requests("POST", "/singleaccess"), 0);
        assert!(doors(&after).is_empty(), "{:?}", doors(&after));
    }
}

/// With a password there is another way, and it is said that it was taken.
#[tokio::test(flavor = "multi_thread")]
async fn a_dead_token_and_a_password() {
    let world = World::with_faults(&["frontdoor-dead-token"]).await;
    let (finished, after) = passes(&world, &["run"]).await;
    assert!(finished.warnings().contains(&"salesforce.front_door_passed_over".to_owned()));
    assert_eq!(finished.facts("revoke")["logged_in_by"], json!(["form"]));
    assert_eq!(after.salesforce("login_attempts"), 1);
    assert_eq!(after.salesforce("front_door_logins"), 0);
}

/// The token lives, and opens neither kind of door: seen before the grant is cut, by API as well.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_without_the_scope() {
    for revoke_via in ["ui", "api"] {
        let world = World::with_faults(&["frontdoor-scope"]).await;
        without_password(&world);
        let finished = world.reauth(&["run", "--revoke-via", revoke_via]).await.expect_code(1);
        let finished = finished.expect_error("salesforce.front_door_no_scope");
        assert!(message(&finished).contains("singleaccess answered 403"), "{}", message(&finished));
        let hints = finished.report()["error"]["hints"].to_string();
        assert!(hints.contains("`web` or `full`"), "{hints}");
        let after = assert_untouched(&world).await;
        assert_eq!(after.requests("POST", "/singleaccess"), 1, "once");
        assert_eq!(after.salesforce("login_attempts"), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_without_the_scope_and_a_password() {
    let world = World::with_faults(&["frontdoor-scope", "identifier-first"]).await;
    let (finished, after) = passes(&world, &["run"]).await;
    assert!(finished.warnings().contains(&"salesforce.front_door_passed_over".to_owned()));
    assert_eq!(finished.facts("revoke")["logged_in_by"], json!(["form"]));
    assert_eq!(after.salesforce("login_attempts"), 1);
}

/// A namesake's token would approve the app, and cut, as somebody else. It is not even tried, and a
/// password does not make up for the mistake.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_somebody_else() {
    let world = World::with_faults(&["frontdoor-other-user"]).await;
    let finished = world.reauth(&["run"]).await.expect_code(2);
    let finished = finished.expect_error("salesforce.front_door_other_user");
    assert!(message(&finished).contains("zoe.obrien.sales@acme.example.qa"));
    let after = assert_untouched(&world).await;
    assert_eq!(after.requests("POST", "/singleaccess"), 0);
    assert!(doors(&after).is_empty());
}

/// An address elsewhere is not opened: it would be given a session, and show us its pages.
#[tokio::test(flavor = "multi_thread")]
async fn a_front_door_outside_the_org() {
    let world = World::with_faults(&["frontdoor-foreign"]).await;
    let finished = world.reauth(&["run"]).await.expect_code(1);
    let finished = finished.expect_error("salesforce.front_door_foreign");
    let outside = format!("http://127.0.0.1:{}", world.simulator.ready().port);
    assert!(message(&finished).contains(&outside), "{}", message(&finished));
    let after = assert_untouched(&world).await;
    assert!(doors(&after).is_empty(), "{:?}", doors(&after));
    assert_eq!(after.salesforce("login_attempts"), 0);
}

/// Setup wants a login although there is a session: a front door is none.
#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_is_demanded_behind_it() {
    let world = World::with_faults(&["frontdoor", "login-again-setup"]).await;
    without_password(&world);
    let finished = world.reauth(&["run"]).await.expect_code(1);
    let finished = finished.expect_error("salesforce.front_door_closed");
    assert!(message(&finished).contains(world.username()), "{}", message(&finished));
    let after = assert_untouched(&world).await;
    assert_eq!(after.salesforce("front_door_logins"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_is_demanded_behind_it_and_a_password() {
    let world = World::with_faults(&["login-again-setup", "frontdoor"]).await;
    let (finished, after) = passes(&world, &["run"]).await;
    assert!(finished.warnings().contains(&"salesforce.front_door_passed_over".to_owned()));
    assert_eq!(after.salesforce("login_attempts"), 1);
    assert_eq!(after.salesforce("front_door_logins"), 1);
}

/// The session ends half-way: another one is had in the same way.
#[tokio::test(flavor = "multi_thread")]
async fn again_where_the_session_ended() {
    let world = World::with_faults(&["frontdoor", "session-ended"]).await;
    without_password(&world);
    let (_, after) = passes(&world, &["run"]).await;
    assert_eq!(after.salesforce("front_door_logins"), 2);
    assert_eq!(after.salesforce("login_attempts"), 0);
}

/// What comes after it goes through the same loop as after a login page.
#[tokio::test(flavor = "multi_thread")]
async fn pages_behind_it() {
    let world = World::with_faults(&["frontdoor-register-phone"]).await;
    without_password(&world);
    let finished = world.reauth(&["run"]).await;
    let facts = finished.facts("revoke");
    assert_eq!(facts["logged_in_by"], json!(["frontdoor: singleaccess"]), "{facts:#}");
    assert_eq!(facts["pages_met"][0], "register-phone", "{facts:#}");
    assert_eq!(world.state().await.salesforce("front_door_logins"), 1);
}

/// The approval page of a provisioned instance, and of a restored one.
#[tokio::test(flavor = "multi_thread")]
async fn of_other_commands() {
    let world = World::with_faults(&["frontdoor"]).await;
    without_password(&world);
    world.reauth(&["provision"]).await.expect_code(0);
    assert_eq!(world.state().await.salesforce("front_door_logins"), 1);
    world.reauth(&["revoke"]).await.expect_code(0);
    let finished = world.reauth(&["restore"]).await.expect_code(0);
    assert_eq!(finished.facts("authorize")["logged_in_by"], json!(["frontdoor: singleaccess"]));
    let after = world.state().await;
    assert_eq!(after.salesforce("front_door_logins"), 3);
    assert_eq!(after.salesforce("login_attempts"), 0);
    assert!(!after.live_grants(APP, world.username()).is_empty());
}

/// The line for a person.
#[tokio::test(flavor = "multi_thread")]
async fn is_told_in_a_line() {
    let world = World::with_faults(&["frontdoor"]).await;
    let finished = world.finish(world.command(&["run"])).await.expect_code(0);
    let line = "logged in by          the front door, opened once";
    assert!(finished.stderr.contains(line), "{}", finished.stderr);
}
