//! Configuration end to end: where values come from, and how mistakes are answered.

use std::fs::File;
use std::io::Write as _;
use std::process::Stdio;
use std::time::Duration;

use expectrl::{Eof, Expect as _, Session};
use rustix::process::Signal;

use super::{nowhere, reauth, refusal, text};
use crate::support::World;

#[test]
fn nothing_configured() {
    let folder = nowhere();
    for command in ["run", "provision", "revoke", "restore", "status"] {
        let stderr = refusal(&reauth(folder.path(), &[command]).output().unwrap(), 2);
        for word in ["config.missing", "reauth.toml", "reauth init", "--simulator"] {
            assert!(stderr.contains(word), "{command} does not say {word}:\n{stderr}");
        }
    }
    assert!(!folder.path().join("runs").exists(), "nothing was run");
}

#[test]
fn a_file_that_is_not_there() {
    let folder = nowhere();
    let output = reauth(folder.path(), &["run", "--config", "absent.toml"]).output().unwrap();
    let stderr = refusal(&output, 2);
    for word in ["config.unreadable", "absent.toml", "reauth init"] {
        assert!(stderr.contains(word), "{stderr}");
    }
}

#[test]
fn mistakes_are_shown_at_their_line_with_an_example() {
    let folder = nowhere();
    std::fs::write(
        folder.path().join("reauth.toml"),
        r#"[salesforce]
login_url = "http://test.salesforce.com"
usrname = "integration@example.com"
password = ""
connected_app = 7

[run]
timeout = "soon"
"#,
    )
    .unwrap();
    let stderr = refusal(&reauth(folder.path(), &["run"]).output().unwrap(), 2);
    for words in [
        "reauth.toml:2",
        "https",
        "reauth.toml:3",
        "did you mean `username`",
        "reauth.toml:5",
        r#""Cloud Elements QA""#,
        "reauth.toml:8",
        r#""60s""#,
        "salesforce.password",
        "cloud_elements.base_url",
        "https://api.cloud-elements.com/elements/api-v2",
    ] {
        assert!(stderr.contains(words), "{words} is not in:\n{stderr}");
    }
    assert!(!stderr.contains('\u{1b}'), "no colours where nobody sees them:\n{stderr}");
}

#[test]
fn a_mistake_as_a_report() {
    let folder = nowhere();
    std::fs::write(folder.path().join("reauth.toml"), "[run]\nout = \"a\n").unwrap();
    let output = reauth(folder.path(), &["run", "--format", "json"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(jsonschema::is_valid(&reauth::report::schema(), &report), "{report:#}");
    assert_eq!(report["outcome"], "usage");
    assert_eq!(report["exit_code"], 2);
    assert_eq!(report["command"], "run");
    assert_eq!(report["steps"].as_array().unwrap().len(), 0);
    let error = &report["error"];
    assert_eq!(error["code"], "config.syntax");
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("reauth.toml:2: "), "{message}");
    assert!(!error["hints"].as_array().unwrap().is_empty());
    assert!(text(&output.stderr).contains("config.syntax"), "and for people");
}

#[test]
fn whatever_keeps_a_command_from_beginning_is_a_report_too() {
    let folder = nowhere();
    std::fs::write(folder.path().join("file"), "no folder").unwrap();
    for (arguments, log, code, outcome, error) in [
        (
            &["run", "--simulator", "--out", "file/runs"][..],
            "",
            3,
            "environment",
            "report.run_folder",
        ),
        (&["run", "--simulator"], "reauth=loud", 2, "usage", "log.directives"),
    ] {
        let arguments = [&["--format", "json"], arguments].concat();
        let output = reauth(folder.path(), &arguments).env("REAUTH_LOG", log).output().unwrap();
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{stderr}");
        assert!(stderr.contains(error), "{stderr}");
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert!(jsonschema::is_valid(&reauth::report::schema(), &report), "{report:#}");
        assert_eq!(report["outcome"], outcome);
        assert_eq!(report["exit_code"], code);
        assert_eq!(report["error"]["code"], error);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_environment_wins_over_the_file_and_flags_win_over_both() {
    let world = World::new().await;
    // Numbers and words of the environment stay what they are: 007 is no 7.
    let finished = world
        .finish({
            let mut command = world.command(&["--format", "json", "status"]);
            command.env("REAUTH_CLOUD_ELEMENTS__INSTANCE__ID", "007");
            command
        })
        .await
        .expect_error("cloud_elements.other_instance")
        .expect_code(2);
    let message = finished.report()["error"]["message"].as_str().unwrap().to_owned();
    assert!(message.ends_with("not to 7"), "{message}");

    let id = world.instance().to_string();
    let mut command = world.command(&["--format", "json", "status", "--instance", &id]);
    command.env("REAUTH_CLOUD_ELEMENTS__INSTANCE__ID", "7");
    command.env("REAUTH_SALESFORCE__USERNAME", "");
    let report = world.finish(command).await.expect_code(0).report();
    assert_eq!(report["instance"]["id"], world.instance(), "empty means missing");

    let mut command = world.command(&["status"]);
    command.env("REAUTH_SALESFORCE__USRNAME", "x");
    let finished = world.finish(command).await.expect_code(2);
    for word in ["REAUTH_SALESFORCE__USRNAME", "REAUTH_SALESFORCE__USERNAME", "did you mean"] {
        assert!(finished.stderr.contains(word), "{}", finished.stderr);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_may_come_from_the_environment() {
    let world = World::new().await;
    std::fs::remove_file(world.config()).unwrap();
    let mut command = world.command(&["status"]);
    command.envs(world.environment());
    let finished = world.finish(command).await.expect_code(0);
    assert_eq!(finished.stdout, "authenticated\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn our_own_variables_are_not_taken_for_keys() {
    let world = World::new().await;
    let mut command = world.command(&["--format", "json", "status"]);
    command.env("REAUTH_LOG", "reauth=trace");
    let finished = world.finish(command).await.expect_code(0);
    assert_eq!(finished.warnings(), [""; 0], "{}", finished.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_come_from_files_and_commands() {
    let world = World::new().await;
    let ready = world.simulator.ready();
    let (password, secret) = (&ready.salesforce.password, &ready.salesforce.consumer_secret);
    // Next to the configuration, which is not where the command runs.
    let folder = world.home.path().join("conf");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("password.txt"), format!("{password}\n")).unwrap();
    std::fs::write(folder.join("secret.txt"), format!("{secret}\n")).unwrap();
    let file = folder.join("secret.txt");
    let text = world
        .config_text()
        .replace(&format!("\"{password}\""), r#"{ file = "password.txt" }"#)
        .replace(
            &format!("\"{secret}\""),
            &format!("{{ command = [\"cat\", {:?}] }}", file.display().to_string()),
        );
    assert!(!text.contains(password.as_str()) && !text.contains(secret.as_str()), "{text}");
    std::fs::write(folder.join("reauth.toml"), text).unwrap();
    std::fs::remove_file(world.config()).unwrap();

    let arguments = ["--config", "conf/reauth.toml", "run", "--revoke-via", "api"];
    world.reauth(&arguments).await.expect_code(0);
    let state = world.state().await;
    assert_eq!(state.salesforce("logins"), 1, "with the file's password");
    assert_eq!(state.salesforce("failed_logins"), 0);

    // One that fails says so, without what it printed.
    let text = std::fs::read_to_string(folder.join("reauth.toml"))
        .unwrap()
        .replace(r#""cat", "#, r#""sh", "-c", "cat $0; exit 3", "#);
    std::fs::write(folder.join("reauth.toml"), text).unwrap();
    let finished = world.reauth(&["--config", "conf/reauth.toml", "status"]).await.expect_code(2);
    assert!(finished.stderr.contains("exit status: 3"), "{}", finished.stderr);
    assert!(finished.stderr.contains("reauth.toml:"), "{}", finished.stderr);
    assert!(!finished.stderr.contains(secret.as_str()));
    assert!(!finished.stdout.contains(secret.as_str()));
}

/// A manager of secrets may start something that holds the command's output open: that is not waited
/// for, and nothing of the command is left.
#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_leaves_something_in_the_background() {
    let world = World::new().await;
    let password = &world.simulator.ready().salesforce.password;
    let script = format!("sleep 600 & printf %s {password:?}");
    let value = format!("{{ command = [\"sh\", \"-c\", {script:?}] }}");
    world.write_config(&with_password(&world, &value));
    world.reauth(&["status"]).await.expect_code(0);
}

/// What a command needs of the environment it gets: the secret manager's own token, for one. Secrets of
/// ours are none of its business.
#[tokio::test(flavor = "multi_thread")]
async fn a_command_gets_the_environment_without_our_secrets() {
    let world = World::new().await;
    let ready = world.simulator.ready();
    let (password, secret) = (&ready.salesforce.password, &ready.salesforce.consumer_secret);
    let script = format!("env > seen; printf %s {password:?}");
    let value = format!("{{ command = [\"sh\", \"-c\", {script:?}] }}");
    let text = world
        .config_text()
        .replace(&format!("{password:?}"), &value)
        .replace(&format!("{secret:?}"), "\"${APP_SECRET}\"");
    world.write_config(&text);
    let mut command = world.command(&["--format", "json", "status"]);
    let user_secret = &ready.cloud_elements.user_secret;
    command
        .env("APP_SECRET", secret)
        .env("REAUTH_CLOUD_ELEMENTS__USER_SECRET", user_secret)
        .env("REAUTH_SALESFORCE__USERNAME", world.username())
        .env("MANAGER_TOKEN", "of the manager");
    world.finish(command).await.expect_code(0);
    let seen = std::fs::read_to_string(world.home.path().join("seen")).unwrap();
    for value in ["of the manager", world.username()] {
        assert!(seen.contains(value), "{value}: {seen}");
    }
    for value in [password, secret, user_secret, "APP_SECRET"] {
        assert!(!seen.contains(value), "{value}: {seen}");
    }
}

/// The configuration, with this instead of the password.
fn with_password(world: &World, value: &str) -> String {
    let password = &world.simulator.ready().salesforce.password;
    world.config_text().replace(&format!("{password:?}"), value)
}

/// Nothing has begun yet: a signal ends it at once, whatever is waited for.
#[tokio::test(flavor = "multi_thread")]
async fn a_signal_while_a_file_is_waited_for() {
    for (arguments, signal, code) in [
        (&["status"][..], Signal::INT, 130),
        (&["run", "--config", "fifo"], Signal::TERM, 143),
        (&["doctor"], Signal::INT, 130),
        (&["passkey", "show"], Signal::HUP, 143),
    ] {
        let world = World::new().await;
        let fifo = world.fifo("fifo");
        world.write_config(&with_password(&world, "{ file = \"fifo\" }"));
        let mut running = world.follow(arguments);
        // Opened for writing as soon as it is opened for reading.
        let opening = tokio::task::spawn_blocking(|| File::options().write(true).open(fifo));
        let silent = opening.await.unwrap().unwrap();
        running.signal(signal);
        running.finish().await.expect_code(code);
        drop(silent);
        world.assert_nothing_left().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_while_a_command_runs() {
    let world = World::new().await;
    let fifo = world.fifo("fifo");
    let command = "sleep 600 & echo yes > fifo; wait";
    let value = format!("{{ command = [\"sh\", \"-c\", {command:?}] }}");
    world.write_config(&with_password(&world, &value));
    let mut running = world.follow(&["status"]);
    let told = tokio::task::spawn_blocking(move || std::fs::read_to_string(fifo).unwrap());
    assert_eq!(told.await.unwrap(), "yes\n");
    running.signal(Signal::INT);
    running.finish().await.expect_code(130).expect_error("reauth.interrupted");
    world.assert_nothing_left().await;
}

/// As a shell hands it over: `--config <(…)`, and secrets by the number of an open file.
#[tokio::test(flavor = "multi_thread")]
async fn a_configuration_through_a_pipe() {
    let world = World::new().await;
    std::fs::rename(world.config(), world.home.path().join("elsewhere.toml")).unwrap();
    let mut command = world.command(&["--format", "json", "status", "--config", "/dev/stdin"]);
    let cat = tokio::process::Command::new("cat")
        .arg(world.home.path().join("elsewhere.toml"))
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let pipe: std::process::Stdio = cat.stdout.unwrap().try_into().unwrap();
    command.stdin(pipe);
    world.finish(command).await.expect_code(0);
}

#[test]
fn files_that_are_too_long_or_no_files() {
    let folder = nowhere();
    let file = |name: &str| File::create(folder.path().join(name)).unwrap();
    file("long.toml").set_len(100 << 30).unwrap();
    file("raw.toml").write_all(&[0xff]).unwrap();
    rustix::fs::mkfifoat(rustix::fs::CWD, folder.path().join("fifo"), rustix::fs::Mode::RWXU)
        .unwrap();
    for (arguments, code, words) in [
        (&["run", "--config", "long.toml"][..], "config.unreadable", "expected at most 4096 KiB"),
        (&["run", "--config", "."], "config.unreadable", "expected a file, it is a folder"),
        (&["run", "--config", "raw.toml"], "config.unreadable", "expected text in UTF-8"),
        (&["simulate", "--settings", "fifo"], "simulator.settings", "it is a pipe"),
        (&["simulate", "--settings", "long.toml"], "simulator.settings", "at most 4096 KiB"),
        (&["passkey", "show", "fifo"], "passkey.unreadable", "it is a pipe"),
    ] {
        let output = reauth(folder.path(), arguments).output().unwrap();
        let stderr = refusal(&output, if arguments[0] == "passkey" { 3 } else { 2 });
        let stderr = stderr.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(stderr.contains(code) && stderr.contains(words), "{arguments:?}: {stderr}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_the_configuration_that_are_pipes() {
    let world = World::new().await;
    world.fifo("fifo");
    let text = format!("{}\n[http]\nca_file = \"fifo\"\n", world.config_text());
    for (text, arguments, code) in [
        (text, &["status"][..], "http.ca_file"),
        (world.config_text(), &["run", "--locators", "fifo"], "browser.catalogue"),
    ] {
        world.write_config(&text);
        let finished = world.reauth(arguments).await.expect_error(code);
        let message = finished.report()["error"]["message"].to_string();
        assert!(message.contains("expected a file, it is a pipe"), "{message}");
    }
}

/// As a manager of secrets does that is locked.
#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_asks_at_the_terminal() {
    let world = World::new().await;
    let script =
        "printf 'your PIN: ' >/dev/tty; read pin </dev/tty; test \"$pin\" = 47 && echo secret";
    let value = format!("{{ command = [\"sh\", \"-c\", {script:?}] }}");
    world.write_config(&with_password(&world, &value));
    let mut command = world.command(&["status"]).into_std();
    command.stdin(Stdio::inherit()).stdout(Stdio::inherit()).stderr(Stdio::inherit());
    let mut terminal = Session::spawn(command).unwrap();
    terminal.set_expect_timeout(Some(Duration::from_secs(60)));
    terminal.expect("your PIN: ").unwrap();
    writeln!(terminal, "47").unwrap();
    let said = terminal.expect(Eof).unwrap();
    let said = String::from_utf8_lossy(said.get(0).unwrap_or_default()).into_owned();
    assert!(said.contains("authenticated") && !said.contains("not authenticated"), "{said}");
    world.assert_nothing_left().await;
}
