//! A kept profile whose run did not end in order: it is as it was before that run, and whatever could
//! not be cleared away is told.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use rustix::fs::inotify;
use rustix::process::Signal;

use super::kept::{assert_clean, holds_session, profile_of};
use super::passes;
use crate::support::{Finished, Held, Moment, Running, World, processes, until_ended};

const RUN: &[&str] = &["run", "--revoke-via", "ui", "--profile-dir", "profile"];
const REVOKE: &str = "POST /identity/app/connectedAppsUserList.apexp";
/// The user is logged in, Revoke was clicked, and nothing is revoked.
const CLICKED: Moment = Moment::before(&[REVOKE]);
/// The grant is dead, and the page has not come back.
const CUT: Moment = Moment::after(&[REVOKE]);
/// The browser has done its work.
const CODE_SENT: Moment = Moment::before(&["PATCH /instances"]);

fn cookies(world: &World) -> Vec<u8> {
    fs::read(profile_of(world, world.username()).join("Default/Cookies")).unwrap()
}

/// Waits until a session is in the profile. Chromium writes its cookies every 30 s, and the kernel
/// tells of it.
async fn until_session_is_on_disk(world: &World) {
    let folder = profile_of(world, world.username()).join("Default");
    let changes = inotify::init(inotify::CreateFlags::CLOEXEC).unwrap();
    let written = inotify::WatchFlags::MODIFY | inotify::WatchFlags::CREATE;
    inotify::add_watch(&changes, &folder, written).unwrap();
    let wait = move || {
        while !fs::read(folder.join("Cookies")).is_ok_and(|bytes| holds_session(&bytes)) {
            rustix::io::read(&changes, &mut [0; 4096]).unwrap();
        }
    };
    tokio::task::spawn_blocking(wait).await.unwrap();
}

async fn killed(mut running: Running) {
    running.signal(Signal::KILL);
    assert_eq!(running.finish().await.code, None, "it was killed");
}

/// A profile of a run that ended in order, with which another one has come to this moment.
async fn second_run(moment: Moment) -> (World, Vec<u8>, Running, Held) {
    let world = World::new().await;
    passes(&world, RUN).await;
    let before = cookies(&world);
    let (running, held) = world.follow_to(RUN, moment).await;
    (world, before, running, held)
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_kill_it_is_as_it_was() {
    let (world, before, running, _) = second_run(CLICKED).await;
    until_session_is_on_disk(&world).await;
    killed(running).await;
    world.assert_nothing_left().await;
    assert_clean(&world).await;
    assert_eq!(cookies(&world), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_an_interrupt_it_is_as_it_was() {
    let (world, before, mut running, held) = second_run(CLICKED).await;
    until_session_is_on_disk(&world).await;
    running.signal(Signal::INT).until("reauth.interrupted").await;
    // Nothing was cut, so that no other browser is needed.
    world.abandoned(held).await;
    world.let_go().await;
    running.finish().await.expect_code(130);
    assert_clean(&world).await;
    assert_eq!(cookies(&world), before);
}

/// The browser that brings the instance back is known by what the first one was known by.
#[tokio::test(flavor = "multi_thread")]
async fn the_restoration_comes_in_as_the_run_did() {
    let world = World::with_faults(&["persistent-sessions"]).await;
    passes(&world, RUN).await;
    let text = world.config_text().replace("login = \"form\"", "login = \"profile\"");
    world.write_config(&text);
    let (mut running, held) = world.follow_to(RUN, CUT).await;
    running.signal(Signal::INT).until("reauth.interrupted").await;
    world.abandoned(held).await;
    world.let_go().await;
    let finished = running.finish().await.expect_code(130);
    assert_eq!(finished.report()["instance"]["authenticated"], true);
    assert_eq!(finished.facts("authorize")["logged_in_by"], serde_json::json!(["profile"]));
}

fn only_entry(folder: &Path) -> PathBuf {
    let entries: Vec<_> = fs::read_dir(folder).unwrap().flatten().collect();
    assert_eq!(entries.len(), 1, "{entries:?}");
    entries[0].path()
}

/// That the browser's own folder could not be removed is no reason to leave the profile.
#[tokio::test(flavor = "multi_thread")]
async fn it_is_swept_whatever_became_of_the_temporary_folder() {
    let (world, before, running, _) = second_run(CLICKED).await;
    let temporary = only_entry(world.temporary.path());
    let aside = world.temporary.path().join("aside");
    fs::rename(&temporary, &aside).unwrap();
    killed(running).await;
    until_ended(|| processes(world.temporary.path())).await;
    fs::remove_dir_all(&aside).unwrap();
    world.assert_nothing_left().await;
    assert_clean(&world).await;
    assert_eq!(cookies(&world), before);
}

async fn not_cleared(world: &World, running: Running) -> Finished {
    world.let_go().await;
    let finished = running.finish().await.expect_code(0);
    let warnings = finished.warnings();
    assert!(warnings.contains(&"browser.not_cleared".into()), "{}", finished.stderr);
    finished
}

/// What the guard could not do is told by who started it.
#[tokio::test(flavor = "multi_thread")]
async fn one_that_could_not_be_swept_is_told() {
    let (world, _, running, _) = second_run(CODE_SENT).await;
    let profile = world.home.path().join("profile");
    fs::rename(&profile, world.home.path().join("aside")).unwrap();
    // The browser would make a folder anew.
    fs::write(&profile, "in its place").unwrap();
    let finished = not_cleared(&world, running).await;
    let warnings = finished.report()["warnings"].to_string();
    assert!(warnings.contains("Not a directory"), "{warnings}");
    world.assert_nothing_left().await;
}

/// Whose guard was killed looks whether the profile is somebody else's by now.
#[tokio::test(flavor = "multi_thread")]
async fn what_another_run_has_by_now_is_not_swept() {
    let (world, _, running, _) = second_run(CODE_SENT).await;
    assert_eq!(world.kill(|line| line.contains("__guard")), 1);
    let lock = File::options()
        .read(true)
        .write(true)
        .open(world.home.path().join("profile/reauth.lock"))
        .unwrap();
    // Waits until the guard is gone.
    let locked = tokio::task::spawn_blocking(move || lock.lock().map(|()| lock)).await.unwrap();
    let lock = locked.unwrap();
    let theirs = profile_of(&world, world.username()).join("Default/theirs");
    fs::write(&theirs, "theirs").unwrap();
    let finished = not_cleared(&world, running).await;
    assert!(theirs.is_file(), "{}", finished.stderr);
    drop(lock);
    world.kill(|_| true);
    world.assert_nothing_left().await;
}
