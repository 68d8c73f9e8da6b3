//! Logins that the org demands again: each is made once, and not one more.

use super::{met, passes, stops};
use crate::support::World;

/// How often the login page was met.
fn logins_in(pages: &[String]) -> usize {
    pages.iter().filter(|page| *page == "login").count()
}

#[tokio::test(flavor = "multi_thread")]
async fn before_setup() {
    let (_, finished, _) = passes(&["login-again-setup"], &[], 2).await;
    assert_eq!(logins_in(&met(&finished, "revoke")), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn before_the_approval() {
    let (_, finished, _) = passes(&["login-again-authorise"], &[], 2).await;
    assert_eq!(logins_in(&met(&finished, "authorize")), 1);
}

/// On the same host, without any other page between them: the address says that it is a demand.
#[tokio::test(flavor = "multi_thread")]
async fn twice_in_the_authorisation() {
    let arguments = ["--revoke-via", "api"];
    let (_, finished, _) = passes(&["login-again-authorise"], &arguments, 2).await;
    assert_eq!(logins_in(&met(&finished, "authorize")), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn everywhere_in_two_steps_and_with_pages_after_each() {
    let faults = [
        "login-again-authorise",
        "identifier-first",
        "register-phone",
        "login-again-setup",
        "reminder",
    ];
    let (_, finished, _) = passes(&faults, &[], 3).await;
    let expected = ["login-identifier", "login", "register-phone", "reminder-cancel"];
    assert_eq!(met(&finished, "revoke")[..8], [expected, expected].concat());
    assert_eq!(met(&finished, "authorize")[..4], expected);
}

/// The session ends between Setup and the approval.
#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_ended() {
    let (_, finished, _) = passes(&["session-ended"], &[], 2).await;
    assert_eq!(logins_in(&met(&finished, "authorize")), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_out_that_leads_to_the_login() {
    let (_, finished, _) = passes(&["session-timeout-login"], &[], 2).await;
    assert_eq!(met(&finished, "authorize")[..2], ["session-timeout", "login"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_and_another_login_in_either_order() {
    passes(&["session-ended", "login-again-authorise", "identifier-first"], &[], 3).await;
    passes(&["login-again-setup", "session-timeout-login"], &[], 3).await;
}

/// An org whose sessions never hold: each login is taken, and the next page wants another.
#[tokio::test(flavor = "multi_thread")]
async fn without_end() {
    let world = World::with_faults(&["login-endless"]).await;
    let words = ["another login", "each of 2", world.username()];
    let (_, after) = stops(&world, &[], 1, "salesforce.login_loop", &words).await;
    assert_eq!(after.salesforce("login_attempts"), 2);
}

/// After the cut: the restoration knows that it would be asked for ever.
#[tokio::test(flavor = "multi_thread")]
async fn without_end_not_by_the_restoration_either() {
    let world = World::with_faults(&["login-endless"]).await;
    let finished = world.reauth(&["run", "--revoke-via", "api"]).await.expect_code(4);
    finished.expect_error("salesforce.login_loop");
    // At the login host, and twice at My Domain.
    assert_eq!(world.state().await.salesforce("login_attempts"), 3);
}
