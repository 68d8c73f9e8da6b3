//! A person at the terminal is asked for the code.

use super::{assert_codes, without};
use crate::support::{Terminal, World};

/// What the question ends with.
const QUESTION: &str = "it is not shown while you type:";

fn on_a_terminal(world: &World, arguments: &[&str]) -> Terminal {
    spawn(world, arguments, &[])
}

fn spawn(world: &World, arguments: &[&str], variables: &[(&str, &str)]) -> Terminal {
    without(world, "verification_code_command");
    Terminal::open(world, arguments, variables)
}

fn asked(session: &mut Terminal) -> String {
    session.until(QUESTION)
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
    session.types(&code);
    let said = session.ends(0);
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
    session.types("what?");
    session.until("a code has 5 to 8 digits; type it again:");
    session.types(&latest_code(&world.state().await));
    let said = asked(&mut session);
    assert!(said.contains("the code was refused"), "{said}");
    let code = latest_code(&world.state().await);
    let (start, end) = code.split_at(3);
    session.types(&format!("{start} {end}"));
    session.ends(0);
    assert_codes(&world.state().await, 2, 1, 1);
    world.assert_nothing_left().await;
}

/// The terminal is as it was, however the question ended.
#[tokio::test(flavor = "multi_thread")]
async fn who_goes_away() {
    let world = World::with_faults(&["email-code"]).await;
    let mut session = on_a_terminal(&world, &["run", "--timeout", "4s"]);
    asked(&mut session);
    session.until("salesforce.no_code_typed");
    assert!(is_shown(&session), "the terminal shows again what is typed");
    session.ends(1);
    assert_codes(&world.state().await, 0, 0, 0);
    world.assert_nothing_left().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_interrupts() {
    let world = World::with_faults(&["email-code"]).await;
    let mut session = on_a_terminal(&world, &["run"]);
    asked(&mut session);
    // Control-C, as the terminal knows it.
    session.presses(b"\x03");
    session.until("stopped by SIGINT");
    assert!(is_shown(&session), "the terminal shows again what is typed");
    session.ends(130);
    assert_codes(&world.state().await, 0, 0, 0);
    world.assert_nothing_left().await;
}

/// In CI there is nobody, terminal or not.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_in_ci() {
    let world = World::with_faults(&["email-code"]).await;
    let mut session = spawn(&world, &["run"], &[("CI", "true")]);
    session.until("salesforce.code_not_configured");
    session.ends(1);
    world.assert_nothing_left().await;
}

/// Whether the terminal shows what is typed.
fn is_shown(session: &Terminal) -> bool {
    session.0.get_process().get_echo().unwrap()
}
