//! Pages that look otherwise than they did, alone and together: the same run passes, logs in once
//! and touches nobody else's grant. What only a fallback finds is told once.

use std::collections::BTreeSet;

use crate::setup::passes;
use crate::support::Finished;

/// The parts that drift warnings name; fails if one is named twice.
fn drift(finished: &Finished) -> BTreeSet<String> {
    let report = finished.report();
    let mut parts = BTreeSet::new();
    for warning in report["warnings"].as_array().unwrap() {
        if warning["code"] == "browser.locator_drift" {
            let message = warning["message"].as_str().unwrap();
            let part = message.split('`').nth(1).unwrap().to_owned();
            assert!(parts.insert(part), "told twice: {message}");
        }
    }
    parts
}

async fn drifts(faults: &[&str], expected: &[&str]) {
    let (_, finished, _) = passes(faults).await;
    let expected: BTreeSet<String> = expected.iter().map(|part| (*part).to_owned()).collect();
    assert_eq!(drift(&finished), expected, "{faults:?}");
}

const BY_ID: &[&str] = &[
    "login.signature",
    "login.username",
    "login.password",
    "login.submit",
    "approval.signature",
    "approval.allow",
];

#[tokio::test(flavor = "multi_thread")]
async fn ids_replaced() {
    drifts(&["ids-replaced"], BY_ID).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_replaced_identifier_first() {
    let more =
        ["login-identifier.signature", "login-identifier.username", "login-identifier.submit"];
    let without_username = BY_ID.iter().filter(|part| **part != "login.username").copied();
    let expected: Vec<&str> = without_username.chain(more).collect();
    drifts(&["ids-replaced", "identifier-first"], &expected).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn names_replaced() {
    let lists = ["usage-list.signature", "user-list.signature"];
    let expected: Vec<&str> = BY_ID.iter().copied().chain(lists).collect();
    drifts(&["names-replaced"], &expected).await;
}

/// Neither ids nor names: the page that asks for the user name alone is known by a hidden field
/// of its form, the time-out page by its words.
#[tokio::test(flavor = "multi_thread")]
async fn names_replaced_where_a_session_times_out() {
    let identifier_first =
        ["login-identifier.signature", "login-identifier.username", "login-identifier.submit"];
    let timeout = ["session-timeout.signature", "session-timeout.go_on"];
    let lists = ["usage-list.signature", "user-list.signature"];
    let without_username = BY_ID.iter().filter(|part| **part != "login.username").copied();
    let more = identifier_first.into_iter().chain(timeout).chain(lists);
    let expected: Vec<&str> = without_username.chain(more).collect();
    drifts(&["names-replaced", "identifier-first", "session-timeout"], &expected).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn order_changed() {
    drifts(&["order-changed"], &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn german() {
    drifts(&["german"], &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn japanese() {
    drifts(&["japanese"], &[]).await;
}

/// The rows that are read are not those that stand there a moment later.
#[tokio::test(flavor = "multi_thread")]
async fn rerender() {
    drifts(&["rerender"], &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rerender_of_paged_lists_whose_rows_vanish_in_place() {
    drifts(
        &["rerender", "paged-by-buttons", "revoke-in-place"],
        &["usage-list.next_page", "user-list.next_page"],
    )
    .await;
}

/// The button that is pressed is another one than was seen.
#[tokio::test(flavor = "multi_thread")]
async fn rerender_of_pages_that_come_between() {
    for interlude in ["register-phone", "reminder", "reminder-german"] {
        passes(&["rerender", interlude]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_network() {
    drifts(&["slow-network", "many-apps"], &[]).await;
}

/// All of it at once, in either order.
#[tokio::test(flavor = "multi_thread")]
async fn everything_in_german() {
    let faults = ["names-replaced", "rerender", "order-changed", "german", "second-grant"];
    passes(&faults).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_in_japanese() {
    let faults = ["japanese", "order-changed", "rerender", "frame-reloaded", "ids-replaced"];
    passes(&faults).await;
}
