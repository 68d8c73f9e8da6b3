//! Browsers that Salesforce does not know, or is to know again.

use super::{assert_codes, count, verifications};
use crate::pages::run_passes;
use crate::support::World;

#[tokio::test(flavor = "multi_thread")]
async fn a_fresh_browser_is_asked_for_a_code_by_email() {
    let world = World::with_faults(&["device-activation"]).await;
    let finished = run_passes(&world, &[]).await;
    assert_eq!(verifications(&finished, "revoke"), ["verification-email"]);
    assert_codes(&world.state().await, 1, 0, 1);
}

/// Who shows a second factor is not asked for another.
#[tokio::test(flavor = "multi_thread")]
async fn not_after_an_authenticators_code() {
    for faults in [["device-activation", "totp-code"], ["totp-code", "device-activation"]] {
        let world = World::with_faults(&faults).await;
        let finished = run_passes(&world, &[]).await;
        assert_eq!(verifications(&finished, "revoke"), ["verification-totp"]);
        assert_codes(&world.state().await, 1, 0, 1);
    }
}

/// "Don't ask again" is left alone: nobody would be asked again.
#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_is_forgotten_is_not_remembered() {
    let world = World::with_faults(&["totp-code"]).await;
    run_passes(&world, &[]).await;
    let devices = world.state().await.0["salesforce"]["verification"]["devices"].clone();
    assert_eq!(devices[0]["trusted"], false, "{devices}");
}

/// With a kept profile it is ticked: that is what the profile is kept for.
#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_is_kept_is_to_be_remembered() {
    let world = World::with_faults(&["totp-code"]).await;
    run_passes(&world, &["--profile-dir", "profile"]).await;
    let devices = world.state().await.0["salesforce"]["verification"]["devices"].clone();
    assert_eq!(devices[0]["trusted"], true, "{devices}");
}

/// What makes the browser known outlives it in a kept profile: the next login is asked for nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_is_kept_is_known() {
    let world = World::with_faults(&["device-activation"]).await;
    let arguments = ["--profile-dir", "profile"];
    let finished = run_passes(&world, &arguments).await;
    assert_eq!(verifications(&finished, "revoke"), ["verification-email"]);
    let finished = world.reauth(&[&["run"], &arguments[..]].concat()).await.expect_code(0);
    assert!(verifications(&finished, "revoke").is_empty());
    let after = world.state().await;
    assert_eq!(count(&after, "codes_given"), 1);
    assert_eq!(after.salesforce("login_attempts"), 2);
}
