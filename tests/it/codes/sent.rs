//! Codes sent by e-mail and SMS.

use super::{assert_codes, count, error, hints, verifications, with_shell, without};
use crate::pages::{APP, assert_untouched, run_passes};
use crate::support::World;

async fn passes(faults: &[&str], page: &str, given: u64) {
    let world = World::with_faults(faults).await;
    let finished = run_passes(&world, &[]).await;
    let met = verifications(&finished, "revoke");
    assert_eq!(met, vec![page; usize::try_from(given).unwrap()]);
    assert!(verifications(&finished, "authorize").is_empty(), "one login serves both");
    assert_codes(&world.state().await, given, given - 1, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn by_email() {
    passes(&["email-code"], "verification-email", 1).await;
}

/// A script puts another form in the place of the one that is being filled: half a code would be a
/// wrong one.
#[tokio::test(flavor = "multi_thread")]
async fn in_a_form_that_is_rendered_again() {
    let world = World::with_faults(&["code-rerendered", "email-code"]).await;
    run_passes(&world, &[]).await;
    assert_codes(&world.state().await, 1, 0, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn by_sms() {
    passes(&["sms-code"], "verification-sms", 1).await;
}

/// The page refuses the code and sends another: the command is run again.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_code_is_followed_by_the_next() {
    passes(&["email-code", "code-refused-once"], "verification-email", 2).await;
    passes(&["code-refused-once", "sms-code"], "verification-sms", 2).await;
}

/// The mail was slow: what the mailbox holds is an older code.
#[tokio::test(flavor = "multi_thread")]
async fn an_old_mail_is_followed_by_the_new_one() {
    passes(&["mail-late", "email-code"], "verification-email", 2).await;
}

/// Each login's approval alone: the revocation by API needs none.
#[tokio::test(flavor = "multi_thread")]
async fn before_the_approval() {
    let world = World::with_faults(&["email-code"]).await;
    let finished = run_passes(&world, &["--revoke-via", "api"]).await;
    assert_eq!(verifications(&finished, "authorize"), ["verification-email"]);
    assert_codes(&world.state().await, 1, 0, 1);
}

async fn not_configured(faults: &[&str], words: &[&str]) {
    let world = World::with_faults(faults).await;
    without(&world, "verification_code_command");
    let finished = world.reauth(&["run"]).await.expect_code(1);
    let (code, message) = error(&finished);
    assert_eq!(code, "salesforce.code_not_configured");
    for words in words {
        assert!(message.contains(words), "{words}: {message}");
    }
    assert!(message.contains(world.username()), "{message}");
    assert!(hints(&finished).contains("`verification_code_command`"), "{}", hints(&finished));
    let after = world.state().await;
    assert_codes(&after, 0, 0, 0);
    assert_untouched(&world, &after);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_email_code_that_nobody_gives() {
    not_configured(&["email-code"], &["sent by e-mail", "z*********@acme.example.qa"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_sms_code_that_nobody_gives() {
    not_configured(&["sms-code"], &["sent by SMS", "+49 *** *****34"]).await;
}

/// Where it went is not in the text, but in the field's label.
#[tokio::test(flavor = "multi_thread")]
async fn a_code_whose_label_says_where_it_went() {
    for (fault, words) in [
        ("email-code", ["sent by e-mail", "z*********@acme.example.qa"]),
        ("sms-code", ["sent by SMS", "+49 *** *****34"]),
    ] {
        not_configured(&[fault, "code-sent-to-in-label"], &words).await;
    }
}

/// Two codes and no more, in the whole run: the restoration sends none either.
#[tokio::test(flavor = "multi_thread")]
async fn wrong_codes_are_given_twice_at_most() {
    let world = World::with_faults(&["email-code"]).await;
    with_shell(&world, "echo 11111$REAUTH_VERIFICATION_ATTEMPT");
    let finished = world.reauth(&["run", "--revoke-via", "api"]).await.expect_code(4);
    let (code, message) = error(&finished);
    assert_eq!(code, "salesforce.code_refused");
    assert!(message.contains("The verification code is invalid."), "{message}");
    let after = world.state().await;
    assert_codes(&after, 2, 2, 0);
    assert!(after.live_grants(APP, world.username()).is_empty());
}

/// The maintenance notice that comes between does not say that a code was taken.
#[tokio::test(flavor = "multi_thread")]
async fn wrong_codes_are_given_twice_at_most_after_maintenance() {
    let world = World::with_faults(&["email-code", "maintenance-after-refusal"]).await;
    with_shell(&world, "echo 11111$REAUTH_VERIFICATION_ATTEMPT");
    let finished = world.reauth(&["run", "--revoke-via", "api"]).await.expect_code(4);
    finished.expect_error("salesforce.code_refused");
    let after = world.state().await;
    assert_eq!(after.requests("GET", "/maintenanceandavailable.jsp"), 1, "it was met");
    assert_codes(&after, 2, 2, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_code_that_was_refused_is_not_given_again() {
    let world = World::with_faults(&["sms-code"]).await;
    with_shell(&world, "echo 111111");
    let finished = world.reauth(&["run"]).await.expect_code(1);
    let (code, message) = error(&finished);
    assert_eq!(code, "salesforce.code_refused");
    assert!(message.contains("gave the same one again"), "{message}");
    assert!(hints(&finished).contains("REAUTH_VERIFICATION_ATTEMPT"), "{}", hints(&finished));
    let after = world.state().await;
    assert_codes(&after, 1, 1, 0);
    assert_untouched(&world, &after);
    assert_eq!(count(&after, "codes_sent"), 1);
}
