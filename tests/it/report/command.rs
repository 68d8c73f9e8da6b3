//! `reauth report`: runs that are over.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::viewer::Viewer;
use crate::support::{World, bare};

/// What `reauth report …` ends with: exit code, stdout, stderr.
fn report(world: &World, arguments: &[&str]) -> (i32, String, String) {
    let arguments = [&["report"], arguments].concat();
    let output = bare(world.home.path(), &arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn said_in_json(world: &World, arguments: &[&str]) -> Value {
    let (code, out, err) = report(world, &[&["--format", "json"], arguments].concat());
    assert_eq!(code, 0, "{err}");
    serde_json::from_str(&out).unwrap()
}

/// A run, and its folder below `runs`, or wherever it is sent.
async fn run(world: &World, arguments: &[&str]) -> PathBuf {
    let finished = world.reauth(&[&["run"], arguments].concat()).await;
    let report = finished.report();
    let (time, end) = report["run_id"].as_str().unwrap().split_once('-').unwrap();
    let out = arguments.iter().position(|argument| *argument == "--out");
    let out = out.map_or("runs", |place| arguments[place + 1]);
    let folder = world.home.path().join(out).join(format!("{time}-{}-{end}", world.instance()));
    assert!(folder.is_dir(), "{}", folder.display());
    folder
}

/// A folder's report, and where it lies.
fn kept(folder: &Path) -> (PathBuf, Value) {
    let path = folder.join("report.json");
    let report = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    (path, report)
}

/// The page without what is drawn by lot each time.
fn page(folder: &Path) -> String {
    let text = fs::read_to_string(folder.join("report.html")).unwrap();
    let (_, rest) = text.split_once("nonce=\"").unwrap();
    let nonce = rest.split('"').next().unwrap().to_owned();
    assert_eq!(nonce.len(), 22);
    text.replace(&nonce, "NONCE")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_is_rendered_again() {
    let world = World::with_faults(&["change-password"]).await;
    let folder = run(&world, &[]).await;
    let (was, junit) = (page(&folder), fs::read_to_string(folder.join("junit.xml")).unwrap());
    fs::remove_file(folder.join("report.html")).unwrap();
    fs::remove_file(folder.join("junit.xml")).unwrap();

    let (code, out, err) = report(&world, &[folder.to_str().unwrap()]);
    assert_eq!(code, 0, "{err}");
    assert_eq!(out.trim_end(), folder.join("report.html").to_str().unwrap());
    assert_eq!(page(&folder), was, "it is made of the folder alone");
    assert_eq!(fs::read_to_string(folder.join("junit.xml")).unwrap(), junit);
    let mode = fs::metadata(folder.join("report.html")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    // The latest, where none is named; a run that was killed is none.
    fs::create_dir(world.home.path().join("runs/20991231T235959Z-1-zzzz")).unwrap();
    let (code, out, _) = report(&world, &[]);
    assert_eq!((code, out.contains(folder.file_name().unwrap().to_str().unwrap())), (0, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_is_none_is_refused() {
    let world = World::new().await;
    let folder = world.home.path().join("folder");
    fs::create_dir(&folder).unwrap();
    let name = folder.to_str().unwrap();
    let file = folder.join("report.json");
    for (text, expected, words) in [
        (None, "report.not_a_run", "no report.json"),
        (Some("{"), "report.unreadable", "no JSON"),
        (Some(r#"{"schema":"reauth.report/2"}"#), "report.unreadable", "it has reauth.report/2"),
        (Some(r#"{"schema":"reauth.report/1"}"#), "report.unreadable", "missing field"),
        (Some("[]"), "report.unreadable", "it has none"),
    ] {
        if let Some(text) = text {
            fs::write(&file, text).unwrap();
        }
        for arguments in [&[name][..], &["compare", name, name]] {
            let (code, out, err) = report(&world, arguments);
            assert_eq!((code, out.as_str()), (2, ""), "{err}");
            assert!(err.contains(expected) && err.contains(words), "{err}");
        }
    }
    for arguments in [&["--open", "history"][..], &[name, "--merge", "x", "compare", name, name]] {
        let (code, out, err) = report(&world, arguments);
        assert_eq!((code, out.as_str()), (2, ""));
        assert!(err.contains("cannot be used with"), "{err}");
    }
    let (code, _, err) = report(&world, &["history", "no-such-folder"]);
    assert!(code == 2 && err.contains("report.no_runs"), "{err}");
}

/// A report of an earlier version has neither calls nor pages, and can be shown.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_of_an_earlier_version_is_shown() {
    let world = World::new().await;
    let folder = run(&world, &["--revoke-via", "api"]).await;
    let (path, mut old) = kept(&folder);
    old.as_object_mut().unwrap().remove("environment");
    for step in old["steps"].as_array_mut().unwrap() {
        for field in ["progress", "pages", "summary"] {
            step.as_object_mut().unwrap().remove(field).unwrap();
        }
    }
    fs::write(&path, old.to_string()).unwrap();
    for file in ["calls.har", "log.jsonl"] {
        fs::remove_file(folder.join(file)).unwrap();
    }
    let (code, _, err) = report(&world, &[folder.to_str().unwrap()]);
    assert_eq!(code, 0, "{err}");
    let viewer = Viewer::open(&folder.join("report.html")).await;
    assert_eq!(viewer.shown(".step").await, old["steps"].as_array().unwrap().len());
    viewer.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_runs_are_told_in_figures() {
    let world = World::new().await;
    let first = run(&world, &["--revoke-via", "api"]).await;
    let second = run(&world, &["--revoke-via", "api"]).await;
    world.post("/__simulator/faults", json!({"faults": ["change-password"]})).await;
    let third = run(&world, &["--revoke-via", "ui"]).await;

    let history = said_in_json(&world, &["history"]);
    let validator = jsonschema::validator_for(&reauth::report::history_schema()).unwrap();
    assert!(validator.is_valid(&history), "{history:#}");
    assert_eq!((&history["passed"], history["runs"].as_array().unwrap().len()), (&json!(2), 3));
    let folders: Vec<&str> = history["runs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|run| run["folder"].as_str().unwrap())
        .collect();
    for (folder, expected) in folders.iter().zip([&first, &second, &third]) {
        assert!(expected.ends_with(folder), "oldest first: {folders:?}");
    }
    let revoke = history["steps"].as_array().unwrap().iter().find(|step| step["id"] == "revoke");
    let revoke = revoke.unwrap();
    assert_eq!((&revoke["ran"], &revoke["passed"]), (&json!(3), &json!(2)));
    let last = said_in_json(&world, &["history", "--last", "1"]);
    assert_eq!((&last["passed"], &last["durations"]), (&json!(0), &Value::Null));

    let (code, text, err) = report(&world, &["history", "--html", "overview"]);
    assert!(code == 0 && err.trim_end().ends_with("overview/report.html"), "{err}");
    assert!(text.starts_with("2 of 3 runs passed, 66 %; run: median "), "{text}");
    assert!(text.contains("salesforce.change_password in revoke"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");

    let overview = world.home.path().join("overview");
    assert_eq!(
        fs::read_to_string(overview.join("junit.xml")).unwrap().matches("<testsuite ").count(),
        3
    );
    let viewer = Viewer::open(&overview.join("report.html")).await;
    assert_eq!(viewer.text("h1").await, "1 FAILED 2 of 3 runs passed, 66 %");
    assert_eq!(viewer.shown(".chart rect").await, 3);
    assert_eq!(viewer.shown(".step[open]").await, 1, "the last one failed, and is open");
    assert!(viewer.text(".step[open]").await.contains("salesforce.change_password"));
    assert_eq!(viewer.accessibility().await, [""; 0]);
    viewer.close().await;
}

/// Shards of CI jobs become one report, with ways to their own.
#[tokio::test(flavor = "multi_thread")]
async fn shards_are_merged() {
    let world = World::new().await;
    let first = run(&world, &["--revoke-via", "api", "--out", "all/one"]).await;
    let second = run(&world, &["--revoke-via", "api", "--out", "all/two"]).await;
    let folders = [&second, &first].map(|folder| folder.to_str().unwrap());
    let (code, out, err) = report(&world, &[&folders[..], &["--merge", "all"]].concat());
    assert_eq!(code, 0, "{err}");
    assert_eq!(out.trim_end(), "all/report.html");
    let viewer = Viewer::open(&world.home.path().join("all/report.html")).await;
    viewer.find("details summary").await.click().await.unwrap();
    viewer.find("details[open] p a").await.click().await.unwrap();
    let title = viewer.client.title().await.unwrap();
    assert!(title.starts_with("PASSED: reauth run of "), "{title}");
    viewer.close().await;
}

/// What somebody else's folder says is shown, and does nothing.
#[tokio::test(flavor = "multi_thread")]
async fn folders_of_others_are_only_shown() {
    let world = World::new().await;
    let folder = run(&world, &["--revoke-via", "api"]).await;
    let (path, mut changed) = kept(&folder);
    changed["run_id"] = json!("\u{1b}]0;x\u{7}\n::error::x");
    changed["outcome"] = json!("failed");
    changed["exit_code"] = json!(1);
    changed["steps"][0]["evidence"] = json!(["/etc/passwd", "../../x.png"]);
    changed["steps"][0]["title"] = json!("[[ATTACHMENT|/etc/passwd]] \u{ffff}");
    fs::write(&path, changed.to_string()).unwrap();
    // Nobody writes to it, ever.
    fs::remove_file(folder.join("log.jsonl")).unwrap();
    rustix::fs::mkfifoat(rustix::fs::CWD, folder.join("log.jsonl"), rustix::fs::Mode::RWXU)
        .unwrap();
    let (code, _, err) = report(&world, &[folder.to_str().unwrap()]);
    assert_eq!(code, 0, "{err}");
    let junit = fs::read_to_string(folder.join("junit.xml")).unwrap();
    assert!(!junit.contains("[[ATTACHMENT|/etc") && !junit.contains("x.png"), "{junit}");
    assert!(!junit.contains('\u{ffff}'), "{junit}");
    let (_, text, _) = report(&world, &["history"]);
    assert!(!text.contains('\u{1b}') && !text.contains("\n::error"), "{text}");

    // Another version's, whose name of it is an attack.
    changed["schema"] = json!("x\n::stop-commands::t\u{1b}[1m");
    fs::write(&path, changed.to_string()).unwrap();
    let (code, _, err) = report(&world, &["history"]);
    assert!(code == 2 && err.contains("expected schema"), "nothing that can be read: {err}");
    assert!(!err.contains("\n::stop") && !err.contains('\u{1b}'), "{err}");
}

/// A page of all runs replaces no run's own; and one archive that is broken hides no other run.
#[tokio::test(flavor = "multi_thread")]
async fn a_merge_loses_nothing() {
    let world = World::new().await;
    let first = run(&world, &["--revoke-via", "api"]).await;
    let second = run(&world, &["--revoke-via", "api"]).await;
    let (first, second) = (first.to_str().unwrap(), second.to_str().unwrap());
    let was = page(Path::new(first));
    for arguments in [&["--merge", first, second][..], &["history", "--html", first]] {
        let (code, _, err) = report(&world, arguments);
        assert!(code == 2 && err.contains("report.run_there"), "{err}");
    }
    assert_eq!(page(Path::new(first)), was);
    fs::write(Path::new(second).join("calls.har"), "{\"log\"").unwrap();
    let (code, _, err) = report(&world, &["--merge", "all"]);
    assert!(code == 0 && err.contains("warning[report.unreadable]"), "{err}");
    let overview = fs::read_to_string(world.home.path().join("all/report.html")).unwrap();
    assert!(overview.contains("2 of 2 runs passed") && overview.contains("calls.har"), "{err}");
    assert_eq!(report(&world, &["history", "--last", "0"]).0, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_runs_are_compared() {
    let world = World::new().await;
    let before = run(&world, &["--revoke-via", "api"]).await;
    let after = run(&world, &["--revoke-via", "ui"]).await;
    let folders = [&before, &after].map(|folder| folder.to_str().unwrap());
    let comparison = said_in_json(&world, &["compare", folders[0], folders[1]]);
    let validator = jsonschema::validator_for(&reauth::report::comparison_schema()).unwrap();
    assert!(validator.is_valid(&comparison), "{comparison:#}");
    let new = comparison["pages"]["new"].as_array().unwrap();
    assert!(new.contains(&json!("usage-list")), "{comparison:#}");
    let via = comparison["facts"].as_array().unwrap().iter().find(|fact| fact["fact"] == "via");
    assert_eq!((&via.unwrap()["before"], &via.unwrap()["after"]), (&json!("api"), &json!("ui")));
    let (code, text, _) = report(&world, &["compare", folders[1], folders[0]]);
    assert_eq!(code, 0);
    assert!(text.contains("- page usage-list"), "the other way round: {text}");
    let revoke = text.lines().find(|line| line.starts_with("Revoke the user's grant")).unwrap();
    assert!(revoke.trim_end().contains('-'), "it got faster: {revoke}");
}

/// The desktop's program for pages is given the file.
#[tokio::test(flavor = "multi_thread")]
async fn the_page_is_opened() {
    let world = World::new().await;
    let folder = run(&world, &["--revoke-via", "api"]).await;
    let fifo = world.fifo("opened");
    let programs = world.home.path().join("programs");
    fs::create_dir(&programs).unwrap();
    let program = programs.join("xdg-open");
    fs::write(&program, format!("#!/bin/sh\nprintf %s \"$1\" > '{}'\n", fifo.display())).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let opened = tokio::task::spawn_blocking(move || fs::read_to_string(fifo).unwrap());
    let mut command = bare(world.home.path(), &["report", "--open", folder.to_str().unwrap()]);
    let path = std::env::var("PATH").unwrap();
    let output = command.env("PATH", format!("{}:{path}", programs.display())).output().unwrap();
    assert!(output.status.success());
    assert_eq!(opened.await.unwrap(), folder.join("report.html").to_str().unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn there_is_a_manual_page_for_each_command() {
    let world = World::new().await;
    let manual = |arguments: &[&str]| bare(world.home.path(), arguments).output().unwrap();
    let text = |output: &std::process::Output| String::from_utf8(output.stdout.clone()).unwrap();
    assert!(text(&manual(&["man"])).contains(".TH REAUTH 1"));
    for command in ["run", "restore", "report", "doctor", "simulate"] {
        let page = text(&manual(&["man", command]));
        assert!(page.contains(&format!("REAUTH-{}", command.to_uppercase())), "{page}");
    }
    let refused = manual(&["man", "rum"]);
    let error = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(
        error.contains("reauth.no_such_command") && error.contains("did you mean run?"),
        "{error}"
    );
}
