//! Pages that are passed: each alone, several in a row, and half-way.

use super::{met, passes};
use crate::support::World;

/// One page after the login, met once and passed.
async fn one(fault: &str, page: &str) {
    let (_, finished, _) = passes(&[fault], &[], 1).await;
    let met = met(&finished, "revoke");
    assert_eq!(met.iter().filter(|name| *name == page).count(), 1, "{met:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_is_not_registered() {
    let (_, finished, after) = passes(&["register-phone"], &[], 1).await;
    assert!(met(&finished, "revoke").contains(&"register-phone".to_owned()));
    assert_eq!(after.requests("POST", "/AddPhoneNumber"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_is_not_registered_in_german() {
    one("register-phone-german", "register-phone").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_is_not_registered_in_japanese() {
    one("register-phone-japanese", "register-phone").await;
}

/// A language that the catalogue has no words of: the link back to the page's own path declines.
#[tokio::test(flavor = "multi_thread")]
async fn a_phone_is_not_registered_in_french() {
    let world = World::with_faults(&["register-phone-french"]).await;
    let finished = world.reauth(&["run"]).await.expect_code(0);
    assert!(met(&finished, "revoke").contains(&"register-phone".to_owned()));
    let warnings = finished.report()["warnings"].to_string();
    assert!(warnings.contains("`register-phone.decline`"), "{warnings}");
    let after = world.state().await;
    assert_eq!(after.requests("POST", "/AddPhoneNumber"), 0);
    assert_eq!(after.salesforce("login_attempts"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reminder_is_dismissed_by_cancel() {
    one("reminder", "reminder-cancel").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reminder_is_dismissed_by_a_german_link() {
    one("reminder-german", "reminder").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reminder_is_dismissed_by_a_japanese_button() {
    one("reminder-japanese", "reminder").await;
}

/// The notice comes twice; what was wanted is opened anew, and that is no login.
#[tokio::test(flavor = "multi_thread")]
async fn maintenance_is_outwaited() {
    let (_, finished, after) = passes(&["maintenance"], &[], 1).await;
    assert_eq!(after.salesforce("maintenance_shown"), 2);
    let met = met(&finished, "revoke");
    assert_eq!(met.iter().filter(|name| *name == "maintenance").count(), 2, "{met:?}");
}

/// Between Setup and the approval.
#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_timed_out_is_continued() {
    let (_, finished, after) = passes(&["session-timeout"], &[], 1).await;
    assert!(met(&finished, "authorize").contains(&"session-timeout".to_owned()));
    assert_eq!(after.requests("POST", "/secur/sessionTimeout.jsp"), 1);
}

/// In either order, and with the login in two steps.
#[tokio::test(flavor = "multi_thread")]
async fn several_in_a_row() {
    let faults = ["register-phone-german", "reminder-japanese", "maintenance", "session-timeout"];
    let (_, finished, _) = passes(&faults, &[], 1).await;
    let seen = met(&finished, "revoke");
    let expected = ["login", "register-phone", "reminder", "maintenance", "maintenance"];
    assert_eq!(seen[..5], expected, "{seen:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn several_in_a_row_the_other_way_round() {
    let faults =
        ["identifier-first", "session-timeout", "maintenance", "reminder", "register-phone"];
    let (_, finished, _) = passes(&faults, &[], 1).await;
    let seen = met(&finished, "revoke");
    let expected = ["login-identifier", "login", "reminder-cancel", "register-phone"];
    assert_eq!(seen[..4], expected, "{seen:?}");
}

/// The authorisation meets them as well, where it is what logs in.
#[tokio::test(flavor = "multi_thread")]
async fn before_the_approval() {
    let faults = ["reminder", "register-phone", "maintenance"];
    let (_, finished, _) = passes(&faults, &["--revoke-via", "api"], 1).await;
    let seen = met(&finished, "authorize");
    let expected = ["login", "reminder-cancel", "register-phone", "maintenance", "maintenance"];
    assert_eq!(seen[..5], expected, "{seen:?}");
}
