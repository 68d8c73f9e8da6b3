//! A passkey that does not let its user in: said why, tried once, nothing touched.

use serde_json::Value;

use super::runs::configure_file_with;
use super::{enforcing, registered};
use crate::browser::script;
use crate::pages::assert_untouched;
use crate::support::World;

/// A run in Setup that ends with this error, after one login, with nothing touched.
async fn refused(world: &World, arguments: &[&str], code: &str) -> Value {
    let finished = world.reauth(&[&["run"], arguments].concat()).await.expect_code(1);
    let error = finished.expect_error(code).report()["error"].clone();
    let after = world.state().await;
    assert_eq!(after.salesforce("login_attempts"), 1);
    assert_untouched(world, &after);
    error
}

#[track_caller]
fn assert_says(error: &Value, words: &[&str]) {
    let text = format!("{} {}", error["message"], error["hints"]);
    for word in words {
        assert!(text.contains(word), "{word}: {text}");
    }
}

/// Never enrolled silently: the page is left as it is.
#[tokio::test(flavor = "multi_thread")]
async fn one_is_demanded_and_there_is_none() {
    let world = World::with_faults(&["passkey-enrolment"]).await;
    let error = refused(&world, &[], "passkey.enrolment_demanded").await;
    assert_says(
        &error,
        &["zoe.obrien@acme.example.qa", "reauth passkey enroll", "Modify All Data"],
    );
    assert!(registered(&world.state().await).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_org_has_forgotten_it() {
    let world = World::with_faults(&["passkey-forgotten"]).await;
    let error = refused(&world, &[], "passkey.forgotten").await;
    assert_says(&error, &["does not know the one", "sandbox refresh", "enroll --force"]);
    assert!(registered(&world.state().await).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn it_was_made_for_another_host() {
    let world = World::with_faults(&["passkey-other-host"]).await;
    let error = refused(&world, &[], "passkey.other_host").await;
    assert_says(&error, &["acme--uat.sandbox.my.salesforce.localhost", "acme--qa.sandbox"]);
    assert_eq!(registered(&world.state().await)[0]["uses"], 0);
}

/// The browser gives the page nothing, and the page says nothing: the time limit ends it.
#[tokio::test(flavor = "multi_thread")]
async fn the_org_knows_another_one() {
    let world = World::with_faults(&["passkey-replaced"]).await;
    let error = refused(&world, &["--timeout", "4s"], "passkey.no_answer").await;
    assert_says(&error, &["another passkey of this user", "Built-in Authenticators"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn its_counter_does_not_rise() {
    let world = World::with_faults(&["passkey-counter"]).await;
    let error = refused(&world, &[], "passkey.refused").await;
    assert_says(&error, &["a counter that didn't go up", "copy of the passkey"]);
    let refusals = world.state().await.0["salesforce"]["passkeys"]["refusals"].clone();
    assert_eq!(refusals.as_array().unwrap().len(), 1, "shown once: {refusals:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_challenge_has_expired() {
    let world = World::with_faults(&["passkey-expired"]).await;
    let error = refused(&world, &[], "passkey.refused").await;
    assert_says(&error, &["has expired"]);
}

/// The user has one, and it is not ours to show.
#[tokio::test(flavor = "multi_thread")]
async fn one_is_asked_for_and_none_is_configured() {
    let world = World::with_faults(&["passkey-verification"]).await;
    let text = world.config_text();
    let without: Vec<&str> = text.lines().filter(|line| !line.starts_with("passkey =")).collect();
    world.write_config(&without.join("\n"));
    let error = refused(&world, &[], "passkey.not_configured").await;
    assert_says(&error, &["passkey_file", "Built-in Authenticators"]);
}

/// The grant is cut by API, the login for the approval is refused; the restoration does not show
/// the same passkey again.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_refused_is_not_shown_again_by_the_restoration() {
    let world = World::with_faults(&["passkey-counter"]).await;
    let finished = world.reauth(&["run", "--revoke-via", "api"]).await.expect_code(4);
    finished.expect_error("passkey.refused");
    let after = world.state().await;
    let refusals = after.0["salesforce"]["passkeys"]["refusals"].as_array().unwrap().len();
    assert_eq!(refusals, 1);
}

/// What is refused when it is new is told by the enrolment, and not kept.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_one_is_refused() {
    let world = enforcing(&["passkey-enrolment-refused"]).await;
    let finished = world.reauth(&["passkey", "enroll"]).await.expect_code(1);
    let error = finished.expect_error("passkey.enrolment_refused").report()["error"].clone();
    assert_says(&error, &["doesn't accept new passkeys"]);
    assert!(registered(&world.state().await).is_empty());
    let names: Vec<_> = std::fs::read_dir(world.home.path()).unwrap().flatten().collect();
    let kept = names.iter().any(|entry| entry.file_name().to_string_lossy().contains("passkey"));
    assert!(!kept, "{names:?}");
}

/// A window whose authenticator cannot hold the passkey is closed in order, and not left to whatever
/// ends the driver.
#[tokio::test(flavor = "multi_thread")]
async fn the_browser_cannot_hold_it() {
    let world = World::with_faults(&["passkey-verification"]).await;
    let mut passkey: Value =
        serde_json::from_str(world.simulator.ready().salesforce.passkey.as_ref().unwrap()).unwrap();
    passkey["private_key"] = "bm8ga2V5IGF0IGFsbA".into();
    configure_file_with(&world, &passkey.to_string());
    let log = world.home.path().join("driver.log");
    let text = format!(
        "#!/bin/sh\nexec {{chromedriver}} --log-path='{}' --log-level=INFO \"$@\"\n",
        log.display()
    );
    let driver = script(&world, "chromedriver", &text);
    let arguments = ["run", "--profile-dir", "profile", "--driver", driver.to_str().unwrap()];
    world.reauth(&arguments).await.expect_code(1).expect_error("browser.command_failed");
    let log = std::fs::read_to_string(&log).unwrap();
    let told = |command: &str| log.matches(&format!("COMMAND {command} ")).count();
    assert_eq!(["InitSession", "Navigate", "Quit"].map(told), [1, 1, 1], "{log}");
    let after = world.state().await;
    assert_untouched(&world, &after);
}
