//! An app that is listed otherwise than it is called, or not at all.

use super::rows::faults_that_pass;
use super::{passes, stops};

faults_that_pass! {
    app_spaced: ["app-spaced"];
    app_twin: ["app-twin"];
    app_twin_on_another_page: ["app-twin", "paged-by-buttons"];
}

fn hints(finished: &crate::support::Finished) -> String {
    finished.report()["error"]["hints"].to_string()
}

/// The page does not show it, and the org's API knows better.
#[tokio::test(flavor = "multi_thread")]
async fn app_not_listed() {
    let finished = stops(&["app-not-listed"], &[], "salesforce.app_not_listed").await;
    let message = finished.report()["error"]["message"].as_str().unwrap().to_owned();
    assert!(
        message.contains("13 apps are") && message.contains("Cloud Elements QA EU"),
        "{message}"
    );
    assert!(hints(&finished).contains("OauthToken knows 1 grant"), "{}", hints(&finished));
    assert!(hints(&finished).contains("--revoke-via api"), "{}", hints(&finished));
}

#[tokio::test(flavor = "multi_thread")]
async fn app_without_users() {
    let finished = stops(&["app-without-users"], &[], "salesforce.app_without_users").await;
    assert!(hints(&finished).contains("denied"), "{}", hints(&finished));
    assert!(hints(&finished).contains("OauthToken knows 1 grant"), "{}", hints(&finished));
}

#[tokio::test(flavor = "multi_thread")]
async fn app_in_capitals() {
    let finished = stops(&["app-in-capitals"], &[], "salesforce.app_not_listed").await;
    let words = "CLOUD ELEMENTS QA\\\" differs in capital letters alone";
    assert!(hints(&finished).contains(words), "{}", hints(&finished));
}
