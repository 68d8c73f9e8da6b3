//! `kill -9`: nothing of the browser is left, and the next command brings the instance back.

use std::process::Stdio;

use rustix::process::Signal;
use tokio::io::AsyncReadExt as _;
use tokio::net::unix::pipe;
use tokio::process::Command;

use super::moments::{
    API_CODE_SENT, API_CODE_TAKEN, API_CONFIRMED, API_LOGIN, API_NEW_TOKEN_CUT, API_REFRESHED,
    API_VERIFY, LOCATE, UI_CLICKED, UI_CUT,
};
use super::{APP, assert_whole};
use crate::browser::script;
use crate::support::{Moment, Running, World, is_authenticated};

/// Kills a run in this moment; then `next` heals whatever it left.
async fn killed_at(moment: Moment, run: &[&str], next: &[&str]) {
    let world = World::new().await;
    let (mut running, held) = world.follow_to(run, moment).await;
    running.signal(Signal::KILL);
    killed(&world, running).await;
    world.abandoned(held).await;
    world.let_go().await;
    if !is_authenticated(&world, &world.state().await) {
        // Whoever comes next may have no configuration that names the instance.
        assert_ne!(entries(&world), [""; 0], "`restore --all` has to know of it");
    }
    world.reauth(next).await.expect_code(0);
    assert_whole_but_for_locks(&world).await;
}

/// What the journal knows of.
fn entries(world: &World) -> Vec<String> {
    world.journal().into_iter().filter(|name| name.ends_with(".json")).collect()
}

async fn killed(world: &World, running: Running) {
    let finished = running.finish().await;
    assert_eq!(finished.code, None, "killed: {}", finished.stderr);
    world.assert_nothing_left().await;
}

/// The lock's file of a killed run may be left; it locks nothing.
async fn assert_whole_but_for_locks(world: &World) {
    assert_eq!(entries(world), [""; 0]);
    assert_whole(world).await;
}

const UI: &[&str] = &["run", "--revoke-via", "ui"];
const API: &[&str] = &["run", "--revoke-via", "api"];
const RESTORE: &[&str] = &["restore"];

#[tokio::test(flavor = "multi_thread")]
async fn while_the_instance_is_located() {
    killed_at(LOCATE, UI, API).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn before_a_click_came_through() {
    killed_at(UI_CLICKED, UI, API).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_click_came_through() {
    killed_at(UI_CUT, UI, API).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_the_access_token_was_revoked() {
    killed_at(API_REFRESHED, API, RESTORE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_the_revocation() {
    killed_at(API_CONFIRMED, API, RESTORE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_it_logs_in() {
    killed_at(API_LOGIN, API, API).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_code_is_sent() {
    killed_at(API_CODE_SENT, API, RESTORE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_the_code_was_taken() {
    killed_at(API_CODE_TAKEN, API, RESTORE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_it_is_verified() {
    killed_at(API_VERIFY, API, RESTORE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_new_access_token_was_ended() {
    killed_at(API_NEW_TOKEN_CUT, API, RESTORE).await;
}

/// Driver and guard run, the browser never comes up: all three are ended.
#[tokio::test(flavor = "multi_thread")]
async fn while_the_browser_starts() {
    let world = World::new().await;
    let started = world.home.path().join("started");
    rustix::fs::mkfifoat(rustix::fs::CWD, &started, rustix::fs::Mode::RWXU).unwrap();
    let mut told = pipe::OpenOptions::new().open_receiver(&started).unwrap();
    let browser = script(
        &world,
        "chromium",
        &format!(
            "#!/bin/sh\n\
            case \"$1\" in --version) exec {{chromium}} --version;; esac\n\
            echo started > '{}'\n\
            exec tail -f /dev/null\n",
            started.display()
        ),
    );
    let run = [UI, &["--browser-binary", browser.to_str().unwrap()]].concat();
    let mut running = world.follow(&run);
    told.read_u8().await.unwrap();
    running.signal(Signal::KILL);
    killed(&world, running).await;
    world.reauth(API).await.expect_code(0);
    assert_whole_but_for_locks(&world).await;
}

/// `pkill -9` meets the guard as well: who comes next clears away what both left.
#[tokio::test(flavor = "multi_thread")]
async fn together_with_its_guard() {
    let world = World::new().await;
    let (mut running, _) = world.follow_to(API, API_LOGIN).await;
    // A stranger, started later than all of them.
    let mut stranger = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
    assert_eq!(world.kill(|line| line.contains("__guard")), 1);
    running.signal(Signal::KILL);
    running.finish().await;
    assert!(world.temporary.path().read_dir().unwrap().next().is_some(), "nobody cleared it away");
    world.let_go().await;
    let next = world.command(&["--format", "json", "restore"]).output().await.unwrap();
    assert_eq!(next.status.code(), Some(0), "{}", String::from_utf8_lossy(&next.stderr));
    assert!(stranger.try_wait().unwrap().is_none(), "a stranger was ended");
    stranger.kill().await.unwrap();
    world.assert_nothing_left().await;
    assert_whole_but_for_locks(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_on_an_instance_of_its_own() {
    let world = World::new().await;
    let before = world.state().await;
    let run = ["run", "--provision", "--revoke-via", "api"];
    let (mut running, _) = world.follow_to(&run, API_CONFIRMED).await;
    running.signal(Signal::KILL);
    killed(&world, running).await;
    world.let_go().await;
    // It was made for that run only: it is removed, and with it what the journal knew.
    world.finish(world.command(&["restore", "--all"])).await.expect_code(0);
    let after = world.state().await;
    assert_eq!(after.instances(), before.instances());
    assert_eq!(after.live_grants(APP, world.username()).len(), 1);
    assert_whole(&world).await;
}
