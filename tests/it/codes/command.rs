//! `verification_code_command`: what it may do wrong, and that nothing of it is left.

use rustix::process::Signal;

use super::{assert_codes, count, error, hints, with, with_shell};
use crate::pages::{assert_untouched, run_passes};
use crate::support::{Finished, Secrets, World};

async fn fails(value: &str, words: &[&str]) -> (World, Finished) {
    let world = World::with_faults(&["email-code"]).await;
    with(&world, "verification_code_command", value);
    let finished = world.reauth(&["run"]).await.expect_code(1);
    let (code, message) = error(&finished);
    assert_eq!(code, "salesforce.code_command");
    for words in words {
        assert!(message.contains(words), "{words}: {message}");
    }
    assert!(hints(&finished).contains("by hand"), "{}", hints(&finished));
    let after = world.state().await;
    assert_codes(&after, 0, 0, 0);
    assert_untouched(&world, &after);
    (world, finished)
}

#[tokio::test(flavor = "multi_thread")]
async fn that_is_not_there() {
    fails(r#"["no-such-program", "x"]"#, &["no-such-program", "cannot be started"]).await;
}

/// Its own words are told, without what is secret in them.
#[tokio::test(flavor = "multi_thread")]
async fn that_fails() {
    let script = r#"["sh", "-c", "echo no new mail, 482913 is old, $(grep ^password reauth.toml) >&2; exit 3"]"#;
    let (world, finished) = fails(script, &["exit status: 3", "no new mail", "is old"]).await;
    for shown in [&finished.stderr, &finished.stdout] {
        assert!(!shown.contains("482913"), "{shown}");
        assert!(!shown.contains(&world.simulator.ready().salesforce.password), "{shown}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn that_prints_no_code() {
    fails(r#"["echo", "nothing yet: 1234"]"#, &["printed no number of 5 to 8 digits"]).await;
}

/// The newest message comes last, whatever else is printed; and the command is told who asks.
#[tokio::test(flavor = "multi_thread")]
async fn that_prints_more_than_the_code() {
    let world = World::with_faults(&["email-code"]).await;
    let url = &world.simulator.ready().salesforce.mailbox_url;
    let host = url.split("/__simulator").next().unwrap();
    with_shell(
        &world,
        &format!(
            "test \"$REAUTH_VERIFICATION_METHOD\" = email || exit 1
             echo 'Mail of 2026: your code was 111111.'
             echo \"Your code is $(curl -fsSG --noproxy '*' --data-urlencode \\
                 username=\"$REAUTH_VERIFICATION_USERNAME\" {host}/__simulator/mailbox/latest).\""
        ),
    );
    run_passes(&world, &[]).await;
    assert_codes(&world.state().await, 1, 0, 1);
}

/// What it left in the background holds its output open: it is not waited for, and ended.
#[tokio::test(flavor = "multi_thread")]
async fn that_leaves_something_in_the_background() {
    let world = World::with_faults(&["email-code"]).await;
    let url = &world.simulator.ready().salesforce.mailbox_url;
    with_shell(&world, &format!("sleep 600 & curl -fsS --noproxy '*' '{url}'"));
    run_passes(&world, &[]).await;
    assert_codes(&world.state().await, 1, 0, 1);
}

/// It is ended with all that it started; nothing of it is left when the run ends.
#[tokio::test(flavor = "multi_thread")]
async fn that_hangs() {
    let world = World::with_faults(&["email-code"]).await;
    with_shell(&world, "sleep 600 & trap '' TERM; sleep 600");
    let finished = world.reauth(&["run", "--timeout", "5s"]).await.expect_code(1);
    let (code, message) = error(&finished);
    assert_eq!(code, "salesforce.code_command");
    assert!(message.contains("did not end within"), "{message}");
    assert!(hints(&finished).contains("--timeout"), "{}", hints(&finished));
    assert_untouched(&world, &world.state().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn that_runs_when_a_signal_comes() {
    let world = World::with_faults(&["email-code"]).await;
    let fifo = world.fifo("started");
    with_shell(&world, "echo yes > started; sleep 600");
    let mut running = world.follow(&["run"]);
    // Opened for reading until somebody has written: the command runs from then on.
    let told = tokio::task::spawn_blocking(move || std::fs::read_to_string(fifo).unwrap());
    assert_eq!(told.await.unwrap(), "yes\n");
    running.signal(Signal::INT);
    let finished = running.finish().await.expect_code(130);
    world.assert_nothing_left().await;
    finished.expect_error("reauth.interrupted");
    assert_untouched(&world, &world.state().await);
}

/// What it needs of the environment it gets; our secrets are none of its business.
#[tokio::test(flavor = "multi_thread")]
async fn that_looks_at_its_environment() {
    let world = World::with_faults(&["email-code"]).await;
    let url = &world.simulator.ready().salesforce.mailbox_url;
    with_shell(&world, &format!("env > seen; curl -fsS --noproxy '*' '{url}'"));
    let mut command = world.command(&["--format", "json", "run", "--revoke-via", "api"]);
    command.envs(world.environment()).env("MAIL_TOKEN", "of the mailbox");
    world.finish(command).await.expect_code(0);
    let seen = std::fs::read_to_string(world.home.path().join("seen")).unwrap();
    assert!(seen.contains("of the mailbox"), "{seen}");
    let secrets = Secrets::of(&world, &world.state().await, &[]);
    assert_eq!(secrets.found_in(seen.as_bytes()), [""; 0]);
}

/// A wrong code, then right ones: another login on the way has one of its own, and the code before it
/// was not refused.
#[tokio::test(flavor = "multi_thread")]
async fn that_is_wrong_once_before_another_login() {
    let world = World::with_faults(&["login-again-setup", "email-code"]).await;
    let url = &world.simulator.ready().salesforce.mailbox_url;
    let wrong = "mkdir asked 2>/dev/null && echo 'Your code is 000000.'";
    with_shell(&world, &format!("{wrong} || curl -fsS --noproxy '*' '{url}'"));
    run_passes(&world, &[]).await;
    let after = world.state().await;
    assert_eq!(after.salesforce("login_attempts"), 2);
    let codes = ["codes_given", "codes_refused", "codes_accepted"];
    assert_eq!(codes.map(|counter| count(&after, counter)), [3, 1, 2]);
}
