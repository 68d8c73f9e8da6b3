//! Logging in: in one step or two, once; never again after a refusal, and never elsewhere.

use serde_json::json;

use super::{assert_untouched, passes, run_passes};
use crate::support::World;

#[tokio::test(flavor = "multi_thread")]
async fn identifier_first() {
    let (_, _, after) = passes(json!({"login_style": "identifier_first"}), &[]).await;
    assert_eq!(after.salesforce("login_attempts"), 1, "one login for Setup and authorisation");
}

/// The page's own words, and one attempt: a second could lock the user.
async fn wrong_password(style: &str) {
    let world = World::with(json!({"salesforce": {"login_style": style}})).await;
    let password = &world.simulator.ready().salesforce.password;
    world.write_config(&world.config_text().replace(password.as_str(), "not-the-password"));
    let finished = world.reauth(&["run"]).await.expect_code(1);
    let report = finished.report();
    assert_eq!(report["error"]["code"], "salesforce.login_refused");
    assert_eq!(report["error"]["step"], "revoke");
    let message = report["error"]["message"].as_str().unwrap();
    assert!(message.contains(world.username()), "{message}");
    assert!(message.contains("Please check your username and password."), "{message}");
    assert!(!finished.stdout.contains("not-the-password"), "{}", finished.stdout);
    let after = world.state().await;
    assert_eq!(after.salesforce("login_attempts"), 1);
    assert_eq!(after.salesforce("failed_logins"), 1);
    assert_untouched(&world, &after);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_password_in_one_step() {
    wrong_password("one_step").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_password_identifier_first() {
    wrong_password("identifier_first").await;
}

/// A user name that is none: Salesforce says so before anybody asks for the password.
#[tokio::test(flavor = "multi_thread")]
async fn a_user_name_without_a_domain() {
    for style in ["one_step", "identifier_first"] {
        let world = World::with(json!({"salesforce": {"login_style": style}})).await;
        let username = world.username().to_owned();
        world.write_config(&world.config_text().replace(&username, "zoe.obrien"));
        let finished = world.reauth(&["run"]).await.expect_code(1);
        let report = finished.expect_error("salesforce.login_refused").report();
        let message = report["error"]["message"].as_str().unwrap();
        assert!(message.contains("Enter a valid username."), "{message}");
        let after = world.state().await;
        assert_eq!(after.salesforce("login_attempts"), 0, "the password was not looked at");
        assert_untouched(&world, &after);
    }
}

/// The grant is cut by API, without a login. The login for the approval is refused, and the
/// restoration does not try the same credentials again.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_login_is_not_repeated_by_the_restoration() {
    let world = World::new().await;
    let password = &world.simulator.ready().salesforce.password;
    world.write_config(&world.config_text().replace(password.as_str(), "not-the-password"));
    let finished = world.reauth(&["run", "--revoke-via", "api"]).await.expect_code(4);
    finished.expect_error("salesforce.login_refused");
    let after = world.state().await;
    assert_eq!(after.salesforce("login_attempts"), 1);
    assert!(after.live_grants(super::APP, world.username()).is_empty());
}

/// A refusal stands until something proves a login: the maintenance notice that the restoration meets
/// proves none.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_login_is_not_repeated_after_maintenance() {
    let world = World::with_faults(&["maintenance-after-refusal"]).await;
    let password = &world.simulator.ready().salesforce.password;
    world.write_config(&world.config_text().replace(password.as_str(), "not-the-password"));
    let finished = world.reauth(&["run", "--revoke-via", "api"]).await.expect_code(4);
    finished.expect_error("salesforce.login_refused");
    let after = world.state().await;
    assert_eq!(after.requests("GET", "/maintenanceandavailable.jsp"), 1, "it was met");
    assert_eq!(after.salesforce("login_attempts"), 1);
}

/// The answer to the password is the maintenance notice, and then there is a login page again: it may
/// have been refused.
#[tokio::test(flavor = "multi_thread")]
async fn a_login_without_an_answer_is_not_repeated() {
    for (faults, revoke_via, code) in [
        (&["login-unanswered"][..], "ui", 1),
        (&["identifier-first", "login-unanswered"], "api", 4),
    ] {
        let world = World::with_faults(faults).await;
        let finished = world.reauth(&["run", "--revoke-via", revoke_via]).await.expect_code(code);
        let finished = finished.expect_error("salesforce.login_unanswered");
        let message = finished.report()["error"]["message"].as_str().unwrap().to_owned();
        for words in [world.username(), "`maintenance`", "not sent again"] {
            assert!(message.contains(words), "{words}: {message}");
        }
        assert_eq!(world.state().await.salesforce("login_attempts"), 1);
    }
}

/// A script puts another form in the place of the one that is being filled: what arrives is the
/// whole password, once.
#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_is_rendered_again_while_it_is_filled() {
    for (faults, arguments, posts) in [
        (&["login-rerendered"][..], &[][..], 1),
        (&["login-rerendered", "identifier-first"], &[], 2),
        (&["login-again-authorise", "login-rerendered"], &["--revoke-via", "api"], 2),
    ] {
        let world = World::with_faults(faults).await;
        run_passes(&world, arguments).await;
        let after = world.state().await;
        assert_eq!(after.salesforce("failed_logins"), 0, "{faults:?}");
        let sent = after.0["requests"].as_array().unwrap().iter();
        let sent = sent.filter(|request| request["method"] == "POST" && request["path"] == "/");
        assert_eq!(sent.count(), posts, "{faults:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_admin_of_setup_is_refused_before_anything_is_touched() {
    let world = World::new().await;
    let admin =
        "[salesforce.admin]\nusername = \"ada.mueller@acme.example.qa\"\npassword = \"no\"\n";
    world.write_config(&format!("{}\n{admin}", world.config_text()));
    let finished = world.reauth(&["run"]).await.expect_code(1);
    let report = finished.report();
    assert_eq!(report["error"]["code"], "salesforce.login_refused");
    let message = report["error"]["message"].as_str().unwrap();
    assert!(message.contains("ada.mueller@acme.example.qa"), "{message}");
    let after = world.state().await;
    assert_eq!(after.salesforce("login_attempts"), 1);
    assert_untouched(&world, &after);
}

/// Scripts run in the page's world, where a page may say that it is Salesforce's: where it is from is
/// asked of the browser.
#[tokio::test(flavor = "multi_thread")]
async fn credentials_are_not_typed_on_a_page_that_claims_a_trusted_host() {
    let world = World::with_faults(&["login-forged"]).await;
    let finished = world.reauth(&["run"]).await.expect_code(1);
    let after = world.state().await;
    assert_eq!(after.requests("POST", "/keys"), 0, "something was typed");
    let finished = finished.expect_error("salesforce.untrusted_origin");
    let message = finished.report()["error"]["message"].as_str().unwrap().to_owned();
    let origin = format!("http://127.0.0.1:{}", world.simulator.ready().port);
    assert!(message.contains(&origin), "{message}");
    assert_untouched(&world, &after);
}

/// The login is led to a host that nobody configured: it gets neither name nor password.
#[tokio::test(flavor = "multi_thread")]
async fn credentials_are_typed_on_trusted_hosts_only() {
    let world = World::with(json!({"salesforce": {"login_elsewhere": true}})).await;
    let finished = world.reauth(&["run"]).await.expect_code(1);
    let report = finished.report();
    assert_eq!(report["error"]["code"], "salesforce.untrusted_origin");
    let message = report["error"]["message"].as_str().unwrap();
    let origin = format!("http://127.0.0.1:{}", world.simulator.ready().port);
    assert!(message.contains(&origin), "{message}");
    assert!(message.contains("no credentials were typed"), "{message}");
    let after = world.state().await;
    assert_eq!(after.salesforce("login_attempts"), 0);
    assert_untouched(&world, &after);
}
