//! A passkey that is kept is shown wherever it is asked for.

use std::os::fd::AsRawFd as _;

use serde_json::Value;

use super::{assert_none_refused, enforcing, file, registered};
use crate::pages::{APP, assert_untouched, run_passes};
use crate::support::{State, World};

/// Enrolled once; then ten runs, each with a login of its own that is asked for it.
async fn ten_runs(browser: Option<&str>) {
    let world = enforcing(&[]).await;
    let program = browser.map(crate::browser::program);
    let choice: Vec<&str> = match &program {
        Some(path) => vec!["--browser-binary", path.to_str().unwrap()],
        None => Vec::new(),
    };
    world.reauth(&[&["passkey", "enroll"], &choice[..]].concat()).await.expect_code(0);
    let mut counters = vec![counter(&world.state().await)];
    for _ in 0..10 {
        let finished = world.reauth(&[&["run", "--revoke-via", "api"], &choice[..]].concat()).await;
        let finished = finished.expect_code(0);
        let met = finished.facts("authorize")["pages_met"].to_string();
        assert!(met.contains("passkey-verification"), "{met}");
        assert!(finished.warnings().iter().all(|code| !code.starts_with("passkey.")));
        counters.push(counter(&world.state().await));
    }
    assert!(counters.is_sorted_by(|one, next| one < next), "{counters:?}");
    let after = world.state().await;
    assert_eq!(registered(&after).len(), 1);
    assert_eq!(registered(&after)[0]["uses"], 11, "the proof of the enrolment among them");
    assert_none_refused(&after);
    assert_eq!(after.salesforce("logins"), 12);
    assert_eq!(after.live_grants(APP, world.username()).len(), 1);
    assert_eq!(after.tripwire_hits(), 0);
    let kept: Value = serde_json::from_slice(&std::fs::read(file(&world)).unwrap()).unwrap();
    assert_eq!(kept["sign_count"].as_u64(), counters.last().copied(), "stored back");
}

fn counter(state: &State) -> u64 {
    registered(state)[0]["counter"].as_u64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_runs_with_one_passkey_in_the_headless_shell() {
    ten_runs(None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_runs_with_one_passkey_in_the_full_browser() {
    ten_runs(Some("chromium")).await;
}

/// Handed over as a secret: nothing can be stored back, and the counter rises all the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_cannot_be_stored_back_passes_twice() {
    let world = World::with_faults(&["passkey-verification"]).await;
    let before = std::fs::read(world.config()).unwrap();
    let mut counters = vec![0];
    for _ in 0..2 {
        world.reauth(&["run", "--revoke-via", "api"]).await.expect_code(0);
        counters.push(counter(&world.state().await));
    }
    assert!(counters.is_sorted_by(|one, next| one < next), "{counters:?}");
    assert_none_refused(&world.state().await);
    assert_eq!(std::fs::read(world.config()).unwrap(), before);
}

/// In Setup, and by a button that has to be pressed.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_waits_for_its_button() {
    let world = World::with_faults(&["passkey-by-button", "identifier-first"]).await;
    let finished = run_passes(&world, &[]).await;
    let met = finished.facts("revoke")["pages_met"].to_string();
    assert!(met.contains("passkey-verification"), "{met}");
    let after = world.state().await;
    assert_eq!(registered(&after)[0]["uses"], 1, "asked once, for Setup and approval");
    assert_eq!(after.salesforce("login_attempts"), 1);
    assert_none_refused(&after);
}

/// A page that begins by itself, and shows its button all the while: it is not pressed.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_begins_by_itself_is_left_alone() {
    let world = World::with_faults(&["passkey-slow"]).await;
    run_passes(&world, &["--revoke-via", "api"]).await;
    let after = world.state().await;
    assert_eq!(registered(&after)[0]["uses"], 1);
    assert_eq!(after.requests("POST", "/UnifiedPasskeyVerificationUi"), 1);
    assert_none_refused(&after);
    assert_eq!(after.0["salesforce"]["passkeys"]["challenges_issued"], 1);
}

/// Without write access the clock keeps the counter ahead; that is told.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_be_replaced_is_told_and_ends_no_run() {
    let world = World::with_faults(&["passkey-verification"]).await;
    let text = world.simulator.ready().salesforce.passkey.clone().unwrap();
    configure_file_with(&world, &text);
    // Nobody, root included, can put a new file into this folder: it is the kernel's.
    let open = std::fs::File::open(file(&world)).unwrap();
    let path = format!("/proc/{}/fd/{}", std::process::id(), open.as_raw_fd());
    let config = std::fs::read_to_string(world.config()).unwrap();
    world.write_config(&config.replace("passkey.json", &path));
    let finished = run_passes(&world, &["--revoke-via", "api"]).await;
    let told = finished.warnings().iter().filter(|code| *code == "passkey.not_stored").count();
    assert_eq!(told, 2, "before it was used and after: {:?}", finished.warnings());
    assert_none_refused(&world.state().await);
    assert_eq!(std::fs::read_to_string(file(&world)).unwrap(), text);
}

pub(super) fn configure_file_with(world: &World, text: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    let line = world.config_text().lines().filter(|line| !line.starts_with("passkey = ")).fold(
        String::new(),
        |mut all, line| {
            all.push_str(line);
            all.push('\n');
            all
        },
    );
    world.write_config(&line.replacen(
        "[salesforce]\n",
        "[salesforce]\npasskey_file = \"passkey.json\"\n",
        1,
    ));
    std::fs::write(file(world), text).unwrap();
    std::fs::set_permissions(file(world), std::fs::Permissions::from_mode(0o600)).unwrap();
}

/// What is kept is looked at before anything is touched.
#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_that_cannot_be_used_is_told_before_anything_is_touched() {
    use std::os::unix::fs::PermissionsExt as _;
    let world = World::with_faults(&["passkey-verification"]).await;
    let text = world.simulator.ready().salesforce.passkey.clone().unwrap();
    configure_file_with(&world, &text);
    std::fs::set_permissions(file(&world), std::fs::Permissions::from_mode(0o644)).unwrap();
    world.reauth(&["run"]).await.expect_code(2).expect_error("passkey.exposed");
    configure_file_with(&world, "{}");
    world.reauth(&["run"]).await.expect_code(2).expect_error("passkey.malformed");
    std::fs::remove_file(file(&world)).unwrap();
    world.reauth(&["run"]).await.expect_code(2).expect_error("passkey.missing");
    let after = world.state().await;
    assert_eq!(after.salesforce("login_attempts"), 0);
    assert_untouched(&world, &after);
}

/// Other pages may come before it and after it, in whatever order.
#[tokio::test(flavor = "multi_thread")]
async fn among_other_pages() {
    for faults in
        [["register-phone", "passkey-verification"], ["passkey-verification", "register-phone"]]
    {
        let world = World::with_faults(&faults).await;
        let finished = run_passes(&world, &["--revoke-via", "api"]).await;
        let met = finished.facts("authorize")["pages_met"].to_string();
        for page in ["register-phone", "passkey-verification"] {
            assert!(met.contains(page), "{page}: {met}");
        }
        assert_none_refused(&world.state().await);
    }
}

/// Somebody keeps the folder locked: that the counter could not be written is told, and nobody waits
/// for ever.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_somebody_keeps_locked() {
    let world = World::with_faults(&["passkey-verification"]).await;
    let text = world.simulator.ready().salesforce.passkey.clone().unwrap();
    configure_file_with(&world, &text);
    let folder = std::fs::File::open(world.home.path()).unwrap();
    folder.lock().unwrap();
    let finished = run_passes(&world, &["--revoke-via", "api"]).await;
    let warnings = finished.report()["warnings"].to_string();
    assert!(warnings.contains("passkey.not_stored"), "{warnings}");
    assert!(warnings.contains("another process"), "{warnings}");
    assert_none_refused(&world.state().await);
}
