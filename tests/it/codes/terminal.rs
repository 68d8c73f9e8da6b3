//! A person at the terminal is asked for the code.

use std::io::Write as _;
use std::process::Stdio;
use std::time::Duration;

use expectrl::process::unix::WaitStatus;
use expectrl::session::OsSession;
use expectrl::{Eof, Expect as _, Session};

use super::{assert_codes, without};
use crate::support::World;

/// What the question ends with.
const QUESTION: &str = "it is not shown while you type:";

/// `reauth` on a terminal of its own, and a person who is patient.
fn on_a_terminal(world: &World, arguments: &[&str]) -> OsSession {
    spawn(world, arguments, &[])
}

fn spawn(world: &World, arguments: &[&str], variables: &[(&str, &str)]) -> OsSession {
    without(world, "verification_code_command");
    let mut command = world.command(arguments).into_std();
    command.stdin(Stdio::inherit()).stdout(Stdio::inherit()).stderr(Stdio::inherit());
    command.env("TERM", "xterm-256color").envs(variables.iter().copied());
    let mut session = Session::spawn(command).unwrap();
    session.set_expect_timeout(Some(Duration::from_secs(60)));
    // As every terminal is at first, but not one of this library's.
    session.get_process_mut().set_echo(true, None).unwrap();
    session
}

fn ends(session: &mut OsSession, code: i32) -> String {
    let rest = session.expect(Eof).unwrap();
    let said = String::from_utf8_lossy(rest.get(0).unwrap_or_default()).into_owned();
    match session.get_process().wait().unwrap() {
        WaitStatus::Exited(_, ended) => assert_eq!(ended, code, "{said}"),
        other => panic!("{other:?}: {said}"),
    }
    said
}

fn asked(session: &mut OsSession) -> String {
    let found = session.expect(QUESTION).unwrap();
    String::from_utf8_lossy(found.before()).into_owned()
}

fn latest_code(state: &crate::support::State) -> String {
    let sent = state.0["salesforce"]["verification"]["sent"].as_array().unwrap();
    sent.last().unwrap()["code"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_types_the_code() {
    let world = World::with_faults(&["email-code"]).await;
    let mut session = on_a_terminal(&world, &["run"]);
    let said = asked(&mut session);
    assert!(said.contains("a code sent by e-mail"), "{said}");
    assert!(said.contains("z*********@acme.example.qa"), "{said}");
    assert!(!is_shown(&session), "what is typed is not shown");
    let code = latest_code(&world.state().await);
    writeln!(session, "{code}").unwrap();
    let said = ends(&mut session, 0);
    assert!(!said.contains(&code), "{said}");
    assert!(said.contains("PASSED"), "{said}");
    assert_codes(&world.state().await, 1, 0, 1);
    world.assert_nothing_left().await;
}

/// A slip is no code: it is not given to Salesforce. A wrong code is asked for once more.
#[tokio::test(flavor = "multi_thread")]
async fn who_mistypes_it() {
    let world = World::with_faults(&["sms-code", "code-refused-once"]).await;
    let mut session = on_a_terminal(&world, &["run"]);
    asked(&mut session);
    writeln!(session, "what?").unwrap();
    session.expect("a code has 5 to 8 digits; type it again:").unwrap();
    writeln!(session, "{}", latest_code(&world.state().await)).unwrap();
    let said = asked(&mut session);
    assert!(said.contains("the code was refused"), "{said}");
    let code = latest_code(&world.state().await);
    let (start, end) = code.split_at(3);
    writeln!(session, "{start} {end}").unwrap();
    ends(&mut session, 0);
    assert_codes(&world.state().await, 2, 1, 1);
    world.assert_nothing_left().await;
}

/// The terminal is as it was, however the question ended.
#[tokio::test(flavor = "multi_thread")]
async fn who_goes_away() {
    let world = World::with_faults(&["email-code"]).await;
    let mut session = on_a_terminal(&world, &["run", "--timeout", "4s"]);
    asked(&mut session);
    session.expect("salesforce.no_code_typed").unwrap();
    assert!(is_shown(&session), "the terminal shows again what is typed");
    ends(&mut session, 1);
    assert_codes(&world.state().await, 0, 0, 0);
    world.assert_nothing_left().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_interrupts() {
    let world = World::with_faults(&["email-code"]).await;
    let mut session = on_a_terminal(&world, &["run"]);
    asked(&mut session);
    // Control-C, as the terminal knows it.
    session.write_all(b"\x03").unwrap();
    session.expect("stopped by SIGINT").unwrap();
    assert!(is_shown(&session), "the terminal shows again what is typed");
    ends(&mut session, 130);
    assert_codes(&world.state().await, 0, 0, 0);
    world.assert_nothing_left().await;
}

/// In CI there is nobody, terminal or not.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_in_ci() {
    let world = World::with_faults(&["email-code"]).await;
    let mut session = spawn(&world, &["run"], &[("CI", "true")]);
    session.expect("salesforce.code_not_configured").unwrap();
    ends(&mut session, 1);
    world.assert_nothing_left().await;
}

/// Whether the terminal shows what is typed.
fn is_shown(session: &OsSession) -> bool {
    session.get_process().get_echo().unwrap()
}
