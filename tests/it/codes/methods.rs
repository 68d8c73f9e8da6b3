//! The choice of methods, and pages that want something else.

use super::{assert_codes, count, error, hints, quick, verifications, without};
use crate::pages::{assert_untouched, run_passes};
use crate::support::World;

#[tokio::test(flavor = "multi_thread")]
async fn what_can_be_made_is_chosen_first() {
    let world = World::with_faults(&["other-methods"]).await;
    let finished = run_passes(&world, &[]).await;
    let met = verifications(&finished, "revoke");
    assert_eq!(met, ["verification-other", "verification-totp"]);
    assert_codes(&world.state().await, 1, 0, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn else_what_the_command_gives() {
    let world = World::with_faults(&["other-methods", "code-refused-once"]).await;
    without(&world, "totp_secret");
    let finished = run_passes(&world, &[]).await;
    let met = verifications(&finished, "revoke");
    assert_eq!(met, ["verification-other", "verification-email", "verification-email"]);
    assert_codes(&world.state().await, 2, 1, 1);
}

/// A push message waits for a person, but there is a way to the choice.
#[tokio::test(flavor = "multi_thread")]
async fn a_push_message_is_passed_by_choosing_another_method() {
    let world = World::with_faults(&["approve-on-phone"]).await;
    let finished = run_passes(&world, &[]).await;
    let met = verifications(&finished, "revoke");
    assert_eq!(met, ["verification-other", "verification-other", "verification-totp"]);
    assert_codes(&world.state().await, 1, 0, 1);
}

/// Each login has a choice of its own, also where the org demands two on one way.
#[tokio::test(flavor = "multi_thread")]
async fn chosen_again_for_another_login() {
    for choice in ["other-methods", "approve-on-phone"] {
        let world = quick(&[choice, "login-again-authorise"]).await;
        run_passes(&world, &["--revoke-via", "api"]).await;
        let after = world.state().await;
        assert_eq!(after.salesforce("login_attempts"), 2, "{choice}");
        assert_eq!((count(&after, "codes_given"), count(&after, "codes_accepted")), (2, 2));
    }
}

/// The field tells what is wanted, wherever the page is.
#[tokio::test(flavor = "multi_thread")]
async fn codes_at_new_addresses() {
    let world = World::with_faults(&["totp-elsewhere", "sms-elsewhere", "email-elsewhere"]).await;
    let finished = run_passes(&world, &[]).await;
    assert_eq!(verifications(&finished, "revoke"), ["verification-other"; 3]);
    assert_codes(&world.state().await, 3, 0, 3);
}

/// Nobody reads the mail, but the page has a way to the choice, which offers the authenticator.
#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_nobody_gives_is_passed_by_another_method() {
    for markup in [None, Some("ids-replaced")] {
        let faults = ["email-code", "other-methods-linked"].into_iter().chain(markup);
        let world = World::with_faults(&faults.collect::<Vec<_>>()).await;
        without(&world, "verification_code_command");
        let finished = run_passes(&world, &[]).await;
        let met = verifications(&finished, "revoke");
        assert_eq!(met, ["verification-email", "verification-other", "verification-totp"]);
        assert_codes(&world.state().await, 1, 0, 1);
    }
}

/// Once is enough: no other method is tried, and none twice.
#[tokio::test(flavor = "multi_thread")]
async fn a_method_that_is_refused() {
    let world = World::with_faults(&["method-refused"]).await;
    let finished = world.reauth(&["run"]).await.expect_code(1);
    let (code, message) = error(&finished);
    assert_eq!(code, "salesforce.method_refused");
    assert!(message.contains("isn't available right now"), "{message}");
    let after = world.state().await;
    assert_codes(&after, 0, 0, 0);
    assert_eq!(after.requests("POST", "/VerificationStartUi"), 1);
    assert_untouched(&world, &after);
}

async fn stops(faults: &[&str], words: &[&str]) {
    let world = World::with_faults(faults).await;
    let finished = world.reauth(&["run"]).await.expect_code(1);
    let (code, message) = error(&finished);
    assert_eq!(code, "salesforce.no_known_method");
    for words in words {
        assert!(message.contains(words), "{words}: {message}");
    }
    let hints = hints(&finished);
    for hint in ["totp_secret", "verification_code_command", "passkey enroll"] {
        assert!(hints.contains(hint), "{hint}: {hints}");
    }
    let after = world.state().await;
    assert_codes(&after, 0, 0, 0);
    assert_untouched(&world, &after);
}

#[tokio::test(flavor = "multi_thread")]
async fn methods_of_which_none_can_be_answered_are_named() {
    stops(&["unknown-methods"], &["Salesforce Authenticator", "Use a security key"]).await;
    stops(&["approve-on-phone", "unknown-methods"], &["Use a security key"]).await;
}

/// What the mailbox holds is not given to a page that asks for who knows what.
#[tokio::test(flavor = "multi_thread")]
async fn a_code_of_a_kind_that_nobody_knows() {
    stops(&["unknown-code"], &["TemporaryCodeUi", "does not know"]).await;
}
