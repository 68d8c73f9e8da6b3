//! What goes to stdout, what to stderr, and that nobody has to be there to read it.

use std::fs::File;
use std::process::Stdio;

use super::{nowhere, reauth, text};
use crate::support::World;

const ESCAPE: char = '\u{1b}';

#[tokio::test(flavor = "multi_thread")]
async fn provision_prints_the_id_and_nothing_else() {
    let world = World::new().await;
    let finished = world.finish(world.command(&["provision"])).await.expect_code(0);
    let id: u64 = finished.stdout.strip_suffix('\n').unwrap().parse().unwrap();
    assert_ne!(id, world.instance());
    let state = world.state().await;
    assert_eq!(state.instances(), 2);
    let token = state.instance(id)["token"].as_str().unwrap();
    assert!(!finished.stderr.contains(token), "{}", finished.stderr);
    assert!(finished.stderr.contains("PASSED"), "{}", finished.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn show_secrets_prints_the_header_that_works() {
    let world = World::new().await;
    let command = world.command(&["provision", "--show-secrets"]);
    let finished = world.finish(command).await.expect_code(0);
    let (id, header) = finished.stdout.trim_end().split_once('\n').unwrap();
    let header = header.strip_prefix("Authorization: ").unwrap();
    let state = world.state().await;
    let token = state.instance(id.parse().unwrap())["token"].as_str().unwrap();
    let platform = &world.simulator.ready().cloud_elements;
    let expected = format!(
        "User {}, Organization {}, Element {token}",
        platform.user_secret, platform.organization_secret
    );
    assert_eq!(header, expected);
    assert!(!finished.stderr.contains(token), "on stdout only: {}", finished.stderr);
    for (path, bytes) in world.run_files() {
        let found = String::from_utf8_lossy(&bytes).contains(token);
        assert!(!found, "{} holds the token", path.display());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_and_a_report_do_not_go_together() {
    let world = World::new().await;
    let finished = world.reauth(&["provision", "--show-secrets"]).await.expect_code(2);
    assert!(finished.stderr.contains("provision.secrets_in_report"), "{}", finished.stderr);
    let report = finished.report();
    assert_eq!(report["error"]["code"], "provision.secrets_in_report");
    assert_eq!(world.state().await.instances(), 1, "nothing was made");
}

#[tokio::test(flavor = "multi_thread")]
async fn status_is_one_word() {
    let world = World::new().await;
    let finished = world.finish(world.command(&["status"])).await.expect_code(0);
    assert_eq!(finished.stdout, "authenticated\n");
    assert!(finished.stderr.contains("PASSED"), "{}", finished.stderr);
    assert!(!world.home.path().join("runs").exists(), "it changes nothing");

    let state = world.state().await;
    let grants = state.live_grants("Cloud Elements QA", world.username());
    let id = grants[0]["id"].as_str().unwrap();
    world.post(&format!("/__simulator/grants/{id}/revoke"), serde_json::json!({})).await;
    let finished = world.finish(world.command(&["status"])).await.expect_code(4);
    assert_eq!(finished.stdout, "not authenticated\n");
    assert!(finished.stderr.contains("reauth restore"), "{}", finished.stderr);

    let report = world.reauth(&["status"]).await.expect_code(4).report();
    assert_eq!(report["outcome"], "left_unauthenticated");
    assert_eq!(report["instance"]["authenticated"], false);
    assert_eq!(report["error"], serde_json::Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn colours_are_for_those_who_want_them() {
    let world = World::new().await;
    let run = async |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut command = world.command(arguments);
        command.envs(variables.iter().copied());
        world.finish(command).await.expect_code(0).stderr
    };
    assert!(!run(&["status"], &[]).await.contains(ESCAPE), "not into a pipe");
    assert!(run(&["status", "--color", "always"], &[]).await.contains(ESCAPE));
    let asked_for = run(&["status", "--color", "always"], &[("NO_COLOR", "1")]).await;
    assert!(asked_for.contains(ESCAPE), "the flag wins");
    assert!(run(&["status"], &[("CLICOLOR_FORCE", "1")]).await.contains(ESCAPE));
    let never = run(&["status", "--color", "never"], &[("CLICOLOR_FORCE", "1")]).await;
    assert!(!never.contains(ESCAPE));
    let no = run(&["status"], &[("NO_COLOR", "1"), ("TERM", "xterm-256color")]).await;
    assert!(!no.contains(ESCAPE));

    // Mistakes in the configuration follow the same rule.
    let folder = nowhere();
    let output = reauth(folder.path(), &["status", "--color", "always"]).output().unwrap();
    assert!(text(&output.stderr).contains(ESCAPE));
}

#[tokio::test(flavor = "multi_thread")]
async fn how_much_is_said() {
    let world = World::new().await;
    let run = async |arguments: &[&str]| {
        world.finish(world.command(arguments)).await.expect_code(0).stderr
    };
    let quiet = run(&["status", "-q"]).await;
    assert_eq!(quiet.trim().lines().count(), 1, "{quiet}");
    assert!(quiet.contains("PASSED"), "{quiet}");
    let normal = run(&["status"]).await;
    assert!(normal.contains("Locate the instance"), "{normal}");
    let verbose = run(&["status", "-v"]).await;
    assert!(verbose.lines().count() > normal.lines().count(), "{verbose}");
    assert!(!verbose.contains("DEBUG"), "{verbose}");
    let log = run(&["status", "-vv"]).await;
    assert!(log.contains("DEBUG reauth"), "{log}");
}

#[test]
fn a_closed_stream_ends_nothing() {
    let folder = nowhere();
    let closed = || {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        Stdio::from(writer)
    };
    let full = || Stdio::from(File::options().write(true).open("/dev/full").unwrap());
    let streams: [(Stdio, Stdio); 4] = [
        (closed(), closed()),
        (closed(), Stdio::null()),
        (Stdio::null(), closed()),
        (full(), full()),
    ];
    for (number, (out, err)) in streams.into_iter().enumerate() {
        let name = format!("runs-{number}");
        let arguments = [
            "--format",
            "json",
            "-vv",
            "--out",
            &name,
            "run",
            "--simulator",
            "--revoke-via",
            "api",
        ];
        let status = reauth(folder.path(), &arguments).stdout(out).stderr(err).status().unwrap();
        assert_eq!(status.code(), Some(0), "streams {number}");
        let mut runs = std::fs::read_dir(folder.path().join(&name)).unwrap();
        let run = runs.next().unwrap().unwrap().path();
        let report = std::fs::read(run.join("report.json")).unwrap();
        let report: serde_json::Value = serde_json::from_slice(&report).unwrap();
        assert_eq!(report["outcome"], "passed", "streams {number}");
    }
    for arguments in [&["--help"][..], &["schema", "report"], &["completions", "bash"]] {
        let status = reauth(folder.path(), arguments).stdout(closed()).status().unwrap();
        assert!(status.code().is_some(), "{arguments:?} ended by a signal: {status}");
    }
}
