//! SIGINT, SIGTERM, SIGHUP: before, in the middle of and after the revocation.

use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use super::moments::{
    API_APPROVAL, API_AUTHORIZE, API_CODE_SENT, API_CODE_TAKEN, API_LOGIN, API_NEW_TOKEN_CUT,
    API_RESTORATION, API_REVOKED, API_VERIFY, LOCATE, RESTORE, UI_CLICKED, UI_CUT, UI_OPEN,
    UI_REVOKED,
};
use super::{APP, assert_dead, assert_whole, moments};
use crate::support::{Finished, Moment, World, processes};

const UI: &[&str] = &["run", "--revoke-via", "ui"];
const API: &[&str] = &["run", "--revoke-via", "api"];

/// Sends a signal in this moment, and waits for the end.
async fn stopped(world: &World, run: &[&str], moment: Moment, signal: Signal) -> Finished {
    let (mut running, held) = world.follow_to(run, moment).await;
    running.signal(signal).until("reauth.interrupted").await;
    // Whoever was interrupted waits no more: what is let go is nothing that was held before.
    world.abandoned(held).await;
    world.let_go().await;
    let finished = running.finish().await;
    world.assert_nothing_left().await;
    finished
}

/// The instance is brought back before the run ends; `steps` are those that this needs.
async fn restored(run: &[&str], moment: Moment, signal: Signal, steps: &[&str]) -> World {
    let world = World::new().await;
    let finished = stopped(&world, run, moment, signal).await;
    let code = if signal == Signal::INT { 130 } else { 143 };
    let finished = finished.expect_code(code).expect_error("reauth.interrupted");
    let report = finished.report();
    assert_eq!(report["outcome"], "interrupted");
    assert_eq!(report["instance"]["authenticated"], true);
    let restoration: Vec<String> =
        finished.steps().into_iter().filter(|step| step.starts_with("restore/")).collect();
    assert_eq!(restoration, steps, "{}", finished.stderr);
    assert_whole(&world).await;
    world
}

/// The restoration of an instance that lives after all.
const LIVES: &[&str] = &["restore/locate/passed"];
/// The restoration of one whose grant is dead.
const DEAD: &[&str] = &[
    "restore/locate/passed",
    "restore/oauth-url/passed",
    "restore/authorize/passed",
    "restore/reauthenticate/passed",
    "restore/verify/passed",
];

#[tokio::test(flavor = "multi_thread")]
async fn interrupted_after_the_revocation() {
    restored(UI, UI_REVOKED, Signal::INT, DEAD).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn terminated_after_the_revocation() {
    restored(API, API_REVOKED, Signal::TERM, DEAD).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hung_up_after_the_revocation() {
    restored(API, API_REVOKED, Signal::HUP, DEAD).await;
}

/// A browser whose command was abandoned is not used again, and what it sent is not taken for done.
#[tokio::test(flavor = "multi_thread")]
async fn interrupted_before_a_click_came_through() {
    restored(UI, UI_CLICKED, Signal::INT, LIVES).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn interrupted_after_a_click_came_through() {
    restored(UI, UI_CUT, Signal::INT, DEAD).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn interrupted_on_the_way_to_the_login() {
    restored(API, API_AUTHORIZE, Signal::INT, DEAD).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn interrupted_when_allow_was_clicked() {
    restored(API, API_APPROVAL, Signal::INT, DEAD).await;
}

/// Whether the credentials were refused nobody knows: this run does not send them again.
#[tokio::test(flavor = "multi_thread")]
async fn interrupted_before_the_login_was_answered() {
    let world = World::new().await;
    let finished = stopped(&world, API, API_LOGIN, Signal::INT).await;
    let finished = finished.expect_code(4).expect_error("reauth.interrupted");
    let warnings = finished.warnings();
    assert!(warnings.contains(&"salesforce.login_unanswered".into()), "{warnings:?}");
    assert_dead(&world).await;
    assert_eq!(world.journal().len(), 1);
    assert_eq!(world.state().await.salesforce("login_attempts"), 0);

    world.reauth(&["restore"]).await.expect_code(0);
    assert_whole(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn interrupted_while_the_code_is_sent() {
    let world = restored(API, API_CODE_SENT, Signal::INT, DEAD).await;
    assert_eq!(world.state().await.codes_seen().len(), 1, "another code");
}

#[tokio::test(flavor = "multi_thread")]
async fn interrupted_after_the_code_was_taken() {
    let world = restored(API, API_CODE_TAKEN, Signal::INT, LIVES).await;
    assert_eq!(world.state().await.codes_seen().len(), 1, "no other code");
}

#[tokio::test(flavor = "multi_thread")]
async fn interrupted_while_it_is_verified() {
    restored(API, API_VERIFY, Signal::INT, LIVES).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn interrupted_when_the_new_access_token_was_ended() {
    restored(API, API_NEW_TOKEN_CUT, Signal::INT, LIVES).await;
}

/// A revocation that was sent before the signal takes effect when both sides were asked, and called the
/// instance alive: it is asked about again.
#[tokio::test(flavor = "multi_thread")]
async fn a_revocation_that_takes_effect_late() {
    let world = World::new().await;
    let state = world.state().await;
    let grant = state.live_grants(APP, world.username())[0]["id"].as_str().unwrap().to_owned();
    let (mut running, held) = world.follow_to(API, moments::API_REVOKING).await;
    running.signal(Signal::INT).until("reauth.interrupted").await;
    world.abandoned(held).await;
    for call in [moments::RECORD, moments::USERINFO, moments::RECORD, moments::USERINFO] {
        world.hold(call, false).await;
        running.until_held(&world, call).await;
    }
    // The revocation that was lost here is one that a slower org carries out now.
    world.hold(moments::RECORD, false).await;
    running.until_held(&world, moments::RECORD).await;
    world.cut(&grant).await;
    world.let_go().await;
    let finished = running.finish().await;
    world.assert_nothing_left().await;
    let finished = finished.expect_code(130).expect_error("reauth.interrupted");
    let steps = finished.steps();
    assert!(
        steps.ends_with(&DEAD.iter().map(ToString::to_string).collect::<Vec<_>>()),
        "{steps:#?}"
    );
    assert_whole(&world).await;
}

/// Nobody else would remove an instance that was made for a run that never heard of it.
#[tokio::test(flavor = "multi_thread")]
async fn interrupted_while_an_instance_is_made() {
    let world = World::new().await;
    let before = world.state().await;
    let run = ["run", "--provision", "--revoke-via", "api"];
    let finished = stopped(&world, &run, moments::MADE, Signal::INT).await;
    finished.expect_code(130).expect_error("reauth.interrupted");
    let after = world.state().await;
    assert_eq!(after.instances(), before.instances());
    assert_eq!(after.live_grants(APP, world.username()).len(), 1);
    assert_whole(&world).await;
}

/// Nothing was touched, so there is nothing to bring back.
async fn untouched(moment: Moment) {
    let world = World::new().await;
    let finished = stopped(&world, UI, moment, Signal::INT).await;
    let finished = finished.expect_code(130).expect_error("reauth.interrupted");
    let steps = finished.steps();
    assert!(!steps.iter().any(|step| step.starts_with("restore/")), "{steps:#?}");
    let after = world.state().await;
    assert_eq!(after.grants(APP, world.username()).len(), 1);
    assert_eq!(after.requests("POST", "/revoke"), 0);
    assert_eq!(after.salesforce("login_attempts"), 0);
    assert_whole(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn interrupted_while_the_instance_is_located() {
    untouched(LOCATE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn interrupted_before_the_revocation() {
    untouched(UI_OPEN).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_interrupt_stops_at_once() {
    let world = World::new().await;
    let (mut running, held) = world.follow_to(API, API_REVOKED).await;
    running.signal(Signal::INT).until("reauth.interrupted").await;
    world.abandoned(held).await;
    // The restoration asks the same, and gets no answer either.
    running.until_held(&world, moments::RECORD).await;
    running.signal(Signal::INT);
    let finished = running.finish().await;
    world.assert_nothing_left().await;
    let finished = finished.expect_code(4).expect_error("reauth.interrupted");
    let warnings = finished.warnings();
    assert!(warnings.contains(&"reauth.stopped_at_once".into()), "{warnings:?}");
    assert_eq!(finished.report()["outcome"], "left_unauthenticated");
    assert_dead(&world).await;
    assert_eq!(world.journal().len(), 1);

    world.let_go().await;
    world.reauth(&["restore"]).await.expect_code(0);
    assert_whole(&world).await;
}

/// After a failure, SIGINT once or the other signals do not end the restoration: that it goes on is
/// said.
#[tokio::test(flavor = "multi_thread")]
async fn the_first_interrupt_does_not_end_a_restoration() {
    let world = World::with(json!({"cloud_elements": {"patch": "refuse_400"}})).await;
    let run = [API, &["--reauthenticate-via", "patch"]].concat();
    let (mut running, _) = world.follow_to(&run, API_RESTORATION).await;
    running.until("scenario.not_reauthenticated").await;
    for (signal, name) in
        [(Signal::INT, "SIGINT"), (Signal::TERM, "SIGTERM"), (Signal::HUP, "SIGHUP")]
    {
        running.signal(signal).until(&format!("{name}: what was begun")).await;
    }
    world.let_go_into(json!({"cloud_elements": {"patch": "accept"}})).await;
    let finished = running.finish().await;
    world.assert_nothing_left().await;
    let finished = finished.expect_code(1).expect_error("scenario.not_reauthenticated");
    let warnings = finished.warnings();
    assert_eq!(warnings.iter().filter(|code| *code == "reauth.going_on").count(), 3);
    assert_eq!(finished.report()["instance"]["authenticated"], true);
    assert_whole(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn restore_all_ends_with_the_signal() {
    let world = World::new().await;
    world.reauth(&["revoke", "--revoke-via", "api"]).await.expect_code(0);
    let later = world.home.path().join("state/z-1.json");
    std::fs::write(&later, "corrupt").unwrap();
    let finished = stopped(&world, &["restore", "--all"], RESTORE, Signal::INT).await;
    let finished = finished.expect_code(4);
    assert!(finished.stderr.contains("stopped by SIGINT"), "{}", finished.stderr);
    assert!(!finished.stderr.contains("z-1.json"), "went on: {}", finished.stderr);
    assert_eq!(world.journal().len(), 2);
}

/// Its guard does not answer: that all is cleared away is waited for, but not after a second SIGINT.
#[tokio::test(flavor = "multi_thread")]
async fn twice_while_the_browser_is_closed() {
    let world = World::new().await;
    let (mut running, held) = world.follow_to(UI, UI_OPEN).await;
    let signal = |signal| {
        let guards = processes(world.temporary.path()).into_iter();
        for (guard, _) in guards.filter(|(_, line)| line.contains(" __guard ")) {
            kill_process(Pid::from_raw(guard).unwrap(), signal).unwrap();
        }
    };
    signal(Signal::STOP);
    running.signal(Signal::INT).until("reauth.interrupted").await;
    running.signal(Signal::INT);
    let finished = running.finish().await.expect_code(130).expect_error("reauth.interrupted");
    // The page was asked for by the browser, which lives until its guard goes on.
    signal(Signal::CONT);
    world.abandoned(held).await;
    world.let_go().await;
    world.assert_nothing_left().await;
    let warnings = finished.report()["warnings"].to_string();
    assert!(
        warnings.contains("a second SIGINT came while the browser was being closed"),
        "{warnings}"
    );
    assert_whole(&world).await;
}
