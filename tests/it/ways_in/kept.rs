//! A profile that is kept from run to run: by one run at a time, one folder a user, and nothing in it
//! that a run has to hide.

use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use rustix::process::Signal;
use serde_json::json;

use super::{assert_untouched, message, passes, with_admin, without_password};
use crate::browser::Display;
use crate::support::{Secrets, World};

pub(super) fn profile_of(world: &World, username: &str) -> PathBuf {
    world.home.path().join("profile").join(username)
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// Whether a cookie store has the session of one of the org's hosts: in a record of SQLite the
/// cookie's name follows its host.
pub(super) fn holds_session(bytes: &[u8]) -> bool {
    bytes.windows(12).any(|window| window == b"localhostsid")
}

/// Cookies, the marker, the lock; no secret among their bytes.
pub(super) async fn assert_clean(world: &World) {
    let files = world.files_below("profile");
    let names: Vec<String> = files
        .iter()
        .map(|(path, _)| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    assert!(names.contains(&"Cookies".to_owned()), "{names:?}");
    let expected = ["Cookies", "Cookies-journal", "kept-by-reauth.txt", "reauth.lock"];
    assert!(names.iter().all(|name| expected.contains(&name.as_str())), "{names:?}");
    let secrets = Secrets::of(world, &world.state().await, &[]);
    for (path, bytes) in &files {
        secrets.assert_none_in([(path.display().to_string(), bytes.as_slice())]);
        // Values are encrypted, with a key that everybody knows: the cookie itself has to be gone.
        assert!(!holds_session(bytes), "a session in {}", path.display());
    }
}

/// A session ends with its browser, and nothing of the run is left but what makes the browser known.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_run_is_left() {
    let world = World::new().await;
    let arguments = ["run", "--profile-dir", "profile"];
    passes(&world, &arguments).await;
    let user = profile_of(&world, world.username());
    assert_eq!((mode(user.parent().unwrap()), mode(&user)), (0o700, 0o700));
    assert_clean(&world).await;

    let (finished, after) = passes(&world, &arguments).await;
    assert_eq!(finished.facts("revoke")["logged_in_by"], json!(["form"]));
    assert_eq!(after.salesforce("login_attempts"), 2);
    assert_clean(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_front_door_is_left() {
    let world = World::with_faults(&["frontdoor", "singleaccess-forbidden"]).await;
    without_password(&world);
    passes(&world, &["run", "--revoke-via", "api", "--profile-dir", "profile"]).await;
    assert_clean(&world).await;
}

/// As a person would log in by hand: in a window.
#[tokio::test(flavor = "multi_thread")]
async fn with_a_window() {
    let world = World::new().await;
    let display = Display::start();
    let mut command = world.command(&["provision", "--headed", "--profile-dir", "profile"]);
    command.env("DISPLAY", display.name());
    world.finish(command).await.expect_code(0);
    assert_clean(&world).await;
}

/// A driver elsewhere has its own disk, and nobody there to lock the profile and sweep it.
#[tokio::test(flavor = "multi_thread")]
async fn not_by_a_driver_elsewhere() {
    let world = World::new().await;
    let remote = ["--webdriver-url", "http://127.0.0.1:9", "--profile-dir", "profile"];
    let finished = world.reauth(&[&["run"], &remote[..]].concat()).await.expect_code(2);
    finished.expect_error("browser.profile_elsewhere");
    assert_untouched(&world).await;
}

/// A kept profile needs the full browser, which is taken although a headless shell is there; and its
/// path may be as long as it likes.
#[tokio::test(flavor = "multi_thread")]
async fn in_a_full_browser_however_long_the_path() {
    let world = World::new().await;
    let profile = format!("{}/profile", "long-name-of-a-folder/".repeat(8));
    let finished = world.reauth(&["provision", "--profile-dir", &profile]).await.expect_code(0);
    let browser = finished.facts("authorize")["browser"].as_str().unwrap().to_owned();
    assert!(!browser.contains("headless"), "{browser}");
    assert!(world.home.path().join(profile).join(world.username()).is_dir());
}

#[tokio::test(flavor = "multi_thread")]
async fn not_in_a_headless_shell() {
    let world = World::new().await;
    let shell = world.home.path().join("chromium-headless-shell");
    symlink(crate::browser::program("chromium"), &shell).unwrap();
    let shell = shell.to_str().unwrap();
    let arguments = ["run", "--profile-dir", "profile", "--browser-binary", shell];
    let finished = world.reauth(&arguments).await.expect_code(3);
    let finished = finished.expect_error("browser.profile_needs_full_browser");
    assert!(message(&finished).contains(shell), "{}", message(&finished));
    assert_untouched(&world).await;
}

/// Whoever works in Setup has cookies of their own.
#[tokio::test(flavor = "multi_thread")]
async fn each_user_has_a_folder() {
    let world = World::with_faults(&["setup-forbidden", "persistent-sessions"]).await;
    let admin = with_admin(&world).await;
    let (_, after) = passes(&world, &["run", "--profile-dir", "profile"]).await;
    assert_eq!(after.salesforce("logins"), 2);
    let (finished, after) = passes(&world, &["run", "--profile-dir", "profile"]).await;
    assert_eq!(after.salesforce("logins"), 2, "both are known again, each as themselves");
    assert_eq!(finished.facts("revoke")["logged_in_by"], json!(["profile"]));
    assert_eq!(finished.facts("authorize")["logged_in_by"], json!(["profile"]));
    for username in [world.username(), &admin] {
        let cookies = std::fs::read(profile_of(&world, username).join("Default/Cookies")).unwrap();
        assert!(holds_session(&cookies), "{username}: a session that outlives the browser is kept");
    }
}

/// Two runs would see each other's sessions: the second ends at once, and says who the first is.
#[tokio::test(flavor = "multi_thread")]
async fn by_one_run_at_a_time() {
    let world = World::new().await;
    let mut first = world.follow(&["run", "--profile-dir", "profile"]);
    first.until("logging in as").await;
    // The first is held where it is: it may not end before the second has begun.
    first.signal(Signal::STOP);
    let mut second = world.command(&["--format", "json", "provision", "--profile-dir", "profile"]);
    let output = second.output().await.unwrap();
    let id = first.id();
    first.signal(Signal::CONT);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("browser.profile_locked"), "{said}");
    assert!(said.contains(&format!("process {id}")), "{said}");
    first.finish().await.expect_code(0);
    world.assert_nothing_left().await;
}

/// Killed in the middle; its guard clears up, and the next run waits for that.
#[tokio::test(flavor = "multi_thread")]
async fn after_a_run_that_was_killed() {
    let world = World::new().await;
    let mut first = world.follow(&["run", "--profile-dir", "profile"]);
    first.until("logging in as").await;
    first.signal(Signal::KILL);
    assert_eq!(first.finish().await.code, None, "it was killed");
    // At once: the lock is still the guard's, and the browser may still run.
    world.reauth(&["run", "--profile-dir", "profile"]).await.expect_code(0);
    assert_clean(&world).await;
}

/// A browser that somebody started by hand would be given our addresses.
#[tokio::test(flavor = "multi_thread")]
async fn not_beside_somebody_elses_browser() {
    let world = World::new().await;
    let arguments = ["run", "--profile-dir", "profile"];
    passes(&world, &arguments).await;
    let lock = profile_of(&world, world.username()).join("SingletonLock");
    let folder = world.home.path().join("chromium");
    std::fs::create_dir(&folder).unwrap();
    let sleeper = folder.join("browser");
    std::fs::copy("/bin/sleep", &sleeper).unwrap();
    let mut browser = std::process::Command::new(&sleeper).arg("60").spawn().unwrap();
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    symlink(format!("{host}-{}", browser.id()), &lock).unwrap();

    let finished = world.reauth(&arguments).await.expect_code(3);
    let finished = finished.expect_error("browser.profile_in_use");
    assert!(message(&finished).contains(&browser.id().to_string()), "{}", message(&finished));

    browser.kill().unwrap();
    browser.wait().unwrap();
    // It has ended and left its mark: that is nobody's any more.
    passes(&world, &arguments).await;
}

/// Salesforce's user names do not differ by case: two spellings are one user, in one window.
#[tokio::test(flavor = "multi_thread")]
async fn by_one_user_however_they_are_spelt() {
    let world = World::new().await;
    let text = world.config_text();
    let password = text.lines().find(|line| line.starts_with("password")).unwrap();
    let admin = world.username().to_uppercase();
    world.write_config(&format!("{text}\n[salesforce.admin]\nusername = {admin:?}\n{password}\n"));
    let (_, after) = passes(&world, &["run", "--profile-dir", "profile"]).await;
    assert_eq!(after.salesforce("logins"), 1);
}

/// A folder that holds something else, such as a browser's own profile, is left as it is.
#[tokio::test(flavor = "multi_thread")]
async fn not_in_a_folder_of_somebody_else() {
    let world = World::new().await;
    let theirs = profile_of(&world, world.username()).join("Default");
    std::fs::create_dir_all(&theirs).unwrap();
    std::fs::write(theirs.join("History"), "theirs").unwrap();
    let finished = world.reauth(&["run", "--profile-dir", "profile"]).await.expect_code(3);
    finished.expect_error("browser.profile_not_ours");
    assert_eq!(std::fs::read(theirs.join("History")).unwrap(), b"theirs");
    assert_untouched(&world).await;
}
