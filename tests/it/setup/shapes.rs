//! What stands around the lists: frames that come and go, Classic without one, and many pages.

use super::passes;
use super::rows::faults_that_pass;

faults_that_pass! {
    frame_same_site: ["frame-same-site"];
    frame_late: ["frame-late"];
    frame_reloaded: ["frame-reloaded"];
    frame_reloaded_on_the_same_site: ["frame-same-site", "frame-reloaded"];
    frame_recreated: ["frame-recreated"];
    frame_in_shadow: ["frame-in-shadow"];
    classic: ["classic"];
    many_apps: ["many-apps"];
    small_pages: ["small-pages"];
    next_forever: ["next-forever", "small-pages"];
    paged_by_buttons: ["paged-by-buttons", "order-changed"];
}

/// What only a fallback finds works, and is told once for each part.
async fn with_drift(faults: &[&str], parts: &[&str]) {
    let (_, finished, _) = passes(faults).await;
    let report = finished.report();
    let warnings = report["warnings"].as_array().unwrap().iter();
    let mut drift: Vec<&str> = warnings
        .filter(|warning| warning["code"] == "browser.locator_drift")
        .map(|warning| warning["message"].as_str().unwrap())
        .map(|message| message.split('`').nth(1).unwrap())
        .collect();
    drift.sort_unstable();
    assert_eq!(drift, parts);
}

#[tokio::test(flavor = "multi_thread")]
async fn frame_nested() {
    with_drift(&["frame-nested"], &["usage-list.frame", "user-list.frame"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn frame_elsewhere() {
    with_drift(&["frame-elsewhere"], &["usage-list.frame", "user-list.frame"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn frame_renamed() {
    with_drift(&["frame-renamed"], &["usage-list.frame", "user-list.frame"]).await;
}
