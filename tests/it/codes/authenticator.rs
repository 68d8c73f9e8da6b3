//! Codes of an authenticator app.

use serde_json::{Value, json};

use super::{assert_codes, count, error, hints, quick, verifications, with, without};
use crate::pages::{assert_untouched, run_passes};
use crate::support::World;

/// A seed that nobody has.
const WRONG: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_made_and_given() {
    let world = World::with_faults(&["totp-code"]).await;
    let finished = run_passes(&world, &[]).await;
    assert_eq!(verifications(&finished, "revoke"), ["verification-totp"]);
    assert_codes(&world.state().await, 1, 0, 1);
}

/// As Salesforce's own page shows it to people.
#[tokio::test(flavor = "multi_thread")]
async fn a_seed_in_groups_of_small_letters() {
    let world = World::with_faults(&["totp-code"]).await;
    let seed = world.simulator.ready().salesforce.totp_secret.to_lowercase();
    let groups: Vec<&str> = (0..8).map(|group| &seed[group * 4..group * 4 + 4]).collect();
    with(&world, "totp_secret", &format!("{:?}", groups.join(" ")));
    run_passes(&world, &[]).await;
    assert_codes(&world.state().await, 1, 0, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_code_is_followed_by_the_next_windows() {
    for faults in [["totp-code", "code-refused-once"], ["totp-used", "totp-code"]] {
        let world = quick(&faults).await;
        let finished = run_passes(&world, &[]).await;
        assert_eq!(verifications(&finished, "revoke").len(), 2);
        assert_codes(&world.state().await, 2, 1, 1);
    }
}

/// The code of a password manager's program, where there is no seed.
#[tokio::test(flavor = "multi_thread")]
async fn a_code_of_the_command() {
    let world = World::with_faults(&["totp-code"]).await;
    without(&world, "totp_secret");
    super::with_shell(&world, "test \"$REAUTH_VERIFICATION_METHOD\" = totp && echo 000000");
    let finished = world.reauth(&["run"]).await.expect_code(1);
    assert_eq!(error(&finished).0, "salesforce.code_refused");
    assert_codes(&world.state().await, 1, 1, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_nobody_gives() {
    let world = World::with_faults(&["totp-code"]).await;
    without(&world, "totp_secret");
    without(&world, "verification_code_command");
    let finished = world.reauth(&["run"]).await.expect_code(1);
    let (code, message) = error(&finished);
    assert_eq!(code, "salesforce.code_not_configured");
    assert!(message.contains("authenticator app"), "{message}");
    assert!(hints(&finished).contains("`totp_secret`"), "{}", hints(&finished));
    assert_untouched(&world, &world.state().await);
}

/// Two attempts in the whole run, and the reason that is left when the clocks agree.
#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_seed() {
    let world = quick(&["totp-code"]).await;
    let url = format!("otpauth://totp/x?secret={WRONG}&period=10");
    with(&world, "totp_secret", &format!("{url:?}"));
    let finished = world.reauth(&["run", "--revoke-via", "api"]).await.expect_code(4);
    let (code, message) = error(&finished);
    assert_eq!(code, "salesforce.code_refused");
    assert!(message.contains("The verification code is invalid."), "{message}");
    let hints = hints(&finished);
    assert!(hints.contains("clock agrees with Salesforce's"), "{hints}");
    assert_codes(&world.state().await, 2, 2, 0);
}

/// Salesforce's clock is five minutes ahead: the seed is right, and the codes are of yesterday.
#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_wrong() {
    let world = quick(&["totp-code"]).await;
    world.post("/__simulator/clock", json!({"advance_seconds": 300})).await;
    let finished = world.reauth(&["run"]).await.expect_code(1);
    assert_eq!(error(&finished).0, "salesforce.code_refused");
    let hints = hints(&finished);
    let ahead = ["299", "300", "301"].map(|seconds| format!("{seconds} s behind Salesforce's"));
    assert!(ahead.iter().any(|words| hints.contains(words)), "{hints}");
    let after = world.state().await;
    assert_codes(&after, 2, 2, 0);
    assert_untouched(&world, &after);
}

/// The code was used, and the next one comes when the time for the login is over.
#[tokio::test(flavor = "multi_thread")]
async fn no_time_is_left_for_the_next_code() {
    let mut settings = serde_json::to_value(
        reauth::simulator::Settings::default().with_faults(["totp-code", "totp-used"]).unwrap(),
    )
    .unwrap();
    settings["salesforce"]["totp_period_s"] = json!(300);
    let world = World::with(settings).await;
    let finished = world.reauth(&["run", "--timeout", "20s"]).await.expect_code(1);
    assert_eq!(error(&finished).0, "salesforce.no_time_for_code");
    assert!(hints(&finished).contains("--timeout"), "{}", hints(&finished));
    // None, where this window is nearly over as well.
    assert!(count(&world.state().await, "codes_given") <= 1);
}

/// Setup and the approval are two people's, each with a seed.
#[tokio::test(flavor = "multi_thread")]
async fn two_users_with_an_authenticator_each() {
    let world = World::with_faults(&["totp-code"]).await;
    let before = world.state().await;
    let users = before.0["salesforce"]["users"].as_array().unwrap();
    let admin = users.iter().find(|user| user["administrator"] == true).unwrap();
    let line = |key: &str, value: &Value| format!("{key} = {value}\n");
    let section = [
        line("username", &admin["username"]),
        line("password", &admin["password"]),
        line("totp_secret", &admin["totp_seed"]),
    ];
    let text = format!("{}\n[salesforce.admin]\n{}", world.config_text(), section.concat());
    world.write_config(&text);
    let finished = run_passes(&world, &[]).await;
    for step in ["revoke", "authorize"] {
        assert_eq!(verifications(&finished, step), ["verification-totp"], "{step}");
    }
    let after = world.state().await;
    assert_eq!((count(&after, "codes_given"), count(&after, "codes_accepted")), (2, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seed_that_is_none_is_a_mistake_in_the_configuration() {
    let world = World::new().await;
    for (seed, expected) in [
        ("GEZDGNBVGY3TQOJ1 8", "base32"),
        ("GEZDGNBV", "shorter than any seed"),
        ("otpauth://hotp/x?secret=GEZDGNBVGY3TQOJQ", "otpauth://totp/"),
    ] {
        with(&world, "totp_secret", &format!("{seed:?}"));
        let finished = world.reauth(&["run"]).await.expect_code(2);
        assert!(finished.stderr.contains("salesforce.totp_secret"), "{}", finished.stderr);
        assert!(finished.stderr.contains(expected), "{}", finished.stderr);
        assert!(finished.stderr.contains("reauth.toml:"), "{}", finished.stderr);
        for shown in [&finished.stderr, &finished.stdout] {
            assert!(!shown.contains(seed), "{shown}");
        }
    }
    assert_eq!(world.state().await.salesforce("login_attempts"), 0);
}
