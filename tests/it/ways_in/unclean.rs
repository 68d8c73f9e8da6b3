//! A kept profile whose run did not end in order: it is as it was before that run.

use std::fs;

use rustix::fs::inotify;
use rustix::process::Signal;

use super::kept::{assert_clean, holds_session, profile_of};
use super::passes;
use crate::support::{Held, Moment, Running, World};

const RUN: &[&str] = &["run", "--revoke-via", "ui", "--profile-dir", "profile"];
const REVOKE: &str = "POST /identity/app/connectedAppsUserList.apexp";
/// The user is logged in, Revoke was clicked, and nothing is revoked.
const CLICKED: Moment = Moment::before(&[REVOKE]);
/// The grant is dead, and the page has not come back.
const CUT: Moment = Moment::after(&[REVOKE]);
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
    assert_eq!(finished.facts("authorize")["logged_in_by"], "profile");
}
