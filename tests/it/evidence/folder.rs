//! What a run leaves for people and tools, and who may read it.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::{Finished, World};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Files below a folder, relative to it. Fails where a stranger may read any of it.
fn private_files(folder: &Path) -> BTreeSet<String> {
    let mut files = BTreeSet::new();
    let mut left = vec![folder.to_owned()];
    while let Some(path) = left.pop() {
        let metadata = path.symlink_metadata().unwrap();
        let mode = metadata.permissions().mode() & 0o777;
        if metadata.is_dir() {
            assert_eq!(mode, 0o700, "{}", path.display());
            left.extend(path.read_dir().unwrap().map(|entry| entry.unwrap().path()));
        } else {
            assert!(metadata.is_file(), "{}", path.display());
            assert_eq!(mode, 0o600, "{}", path.display());
            files.insert(path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned());
        }
    }
    files
}

fn read_json(path: PathBuf) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// Every file that the report names as evidence, and that they are what they are called.
fn evidence(finished: &Finished) -> BTreeSet<String> {
    let (folder, report) = (finished.run_folder(), finished.report());
    let mut named = BTreeSet::new();
    for step in report["steps"].as_array().unwrap() {
        for file in step["evidence"].as_array().unwrap() {
            let file = file.as_str().unwrap();
            let bytes = std::fs::read(folder.join(file)).unwrap();
            if file.starts_with("screenshots/") {
                assert!(file.ends_with(".png") && bytes.starts_with(PNG), "{file}");
                assert!(bytes.len() > 3000, "{file} shows nothing: {} bytes", bytes.len());
                let place = format!(
                    "-{}-{}",
                    step["phase"].as_str().unwrap(),
                    step["id"].as_str().unwrap()
                );
                assert!(file.contains(&place), "{file} is not of {place}");
            } else if file.ends_with(".html") {
                assert!(
                    file.starts_with("dom/") && bytes.starts_with(b"<!doctype html>"),
                    "{file}"
                );
            } else {
                serde_json::from_slice::<Value>(&bytes).unwrap();
            }
            assert!(named.insert(file.to_owned()), "{file} is named twice");
        }
    }
    named
}

/// `<UTC time>-<instance>-<random>`, and the run id is that without the instance.
fn assert_named_after(finished: &Finished, instance: &Value) {
    let folder = finished.run_folder();
    let name = folder.file_name().unwrap().to_str().unwrap();
    let [time, id, end] = name.split('-').collect::<Vec<_>>().try_into().unwrap();
    assert_eq!(id, instance.to_string());
    assert!(time.len() == 16 && time.ends_with('Z') && time.contains('T'), "{name}");
    assert_eq!(finished.report()["run_id"], format!("{time}-{end}"));
}

fn log(folder: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(folder.join("log.jsonl")).unwrap();
    assert!(text.ends_with('\n'), "the last line is whole");
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}")))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_leaves_what_the_design_says() {
    let world = World::new().await;
    let before = world.state().await;
    let finished = world.reauth(&["run"]).await.expect_code(0);
    let folder = finished.run_folder();
    assert_named_after(&finished, &json!(world.instance()));

    let mut expected = evidence(&finished);
    assert!(expected.iter().any(|file| file.contains("-scenario-revoke")), "{expected:?}");
    let always = ["report.json", "report.html", "junit.xml", "calls.har", "log.jsonl"];
    expected.extend(always.map(str::to_owned));
    expected.insert("instance-before.json".to_owned());
    assert_eq!(private_files(&folder), expected, "all of it is named in the report");

    let lines = log(&folder);
    for line in &lines {
        for key in ["timestamp", "level", "target"] {
            assert!(line[key].is_string(), "{line}");
        }
    }
    for step in finished.report()["steps"].as_array().unwrap() {
        let begins = lines.iter().any(|line| {
            line["fields"]["step"] == step["id"] && line["fields"]["message"] == "begins"
        });
        assert!(begins, "{} is not in the log", step["id"]);
    }

    let kept = read_json(folder.join("instance-before.json"));
    let was = before.instance(world.instance());
    assert_eq!(kept["id"], was["id"]);
    assert_eq!(kept["name"], was["name"]);
    let configuration = &kept["configuration"];
    assert_eq!(configuration["oauth.callback.url"], was["configuration"]["oauth.callback.url"]);
    for key in ["oauth.api.secret", "oauth.user.token", "oauth.user.refresh_token"] {
        let hidden = configuration[key].as_str().unwrap();
        assert!(hidden.starts_with('«'), "{key}: {hidden}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fresh_instances_folder_is_named_after_it() {
    let world = World::new().await;
    let finished = world.reauth(&["provision"]).await.expect_code(0);
    let report = finished.report();
    assert_ne!(report["instance"]["id"], world.instance());
    assert_named_after(&finished, &report["instance"]["id"]);
    let folder = finished.run_folder();
    private_files(&folder);
    assert!(!evidence(&finished).is_empty(), "the login leaves a picture");
    // The log followed the folder: it has what came after the name was known.
    let ended = log(&folder).into_iter().filter(|line| line["fields"]["message"] == "ended");
    let steps = report["steps"].as_array().unwrap().len();
    assert_eq!(ended.count(), steps);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_in_the_browser_leaves_a_picture_and_the_pages_controls() {
    let world = World::with(json!({"salesforce": {"unknown_page_after_login": true}})).await;
    let finished = world.reauth(&["run", "--timeout", "8s"]).await.expect_code(1);
    let folder = finished.run_folder();
    private_files(&folder);
    let files = evidence(&finished);
    let step = finished.report()["error"]["step"].as_str().unwrap().to_owned();
    let picture = files.iter().find(|file| file.ends_with("-failure.png"));
    assert!(picture.unwrap().contains(&step), "{files:?}");

    let record =
        files.iter().find(|file| file.starts_with("dom/") && file.ends_with(".json")).unwrap();
    let record = read_json(folder.join(record));
    assert!(record["url"].as_str().unwrap().contains("/secur/notice.jsp"), "{record:#}");
    let document = &record["document"];
    assert!(
        document["text"].as_str().unwrap().contains("Maintenance")
            || !document["text"].as_str().unwrap().is_empty(),
        "{record:#}"
    );
    assert!(document["controls"].is_array(), "{record:#}");

    // The person at the terminal is told where to look.
    for file in &files {
        if file.contains("-failure.") || file.ends_with(".json") {
            assert!(finished.stderr.contains(file.as_str()), "{}", finished.stderr);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn visible_controls_are_recorded_without_what_was_typed() {
    let world = World::new().await;
    let text = world.config_text().replace(
        &format!("\"{}\"", world.simulator.ready().salesforce.password),
        "\"not-the-right-password\"",
    );
    world.write_config(&text);
    let finished = world.reauth(&["run"]).await.expect_code(1);
    let folder = finished.run_folder();
    let files = evidence(&finished);
    let record =
        files.iter().find(|file| file.starts_with("dom/") && file.ends_with(".json")).unwrap();
    let record = read_json(folder.join(record));
    let controls = record["document"]["controls"].as_array().unwrap();
    let password = controls
        .iter()
        .find(|control| control["attributes"]["type"] == "password")
        .unwrap_or_else(|| panic!("no password field in {record:#}"));
    assert_eq!(password["attributes"]["value"], Value::Null);
    assert!(!record.to_string().contains("not-the-right-password"));
}

#[tokio::test(flavor = "multi_thread")]
async fn out_is_relative_to_where_it_was_said() {
    let world = World::new().await;
    let mut command = world.command(&["run", "--revoke-via", "api", "--out", "elsewhere/deep"]);
    command.env("REAUTH_RUN__OUT", "not-here");
    let finished = world.finish(command).await.expect_code(0);
    let parent = world.home.path().join("elsewhere/deep");
    let run = parent.read_dir().unwrap().next().unwrap().unwrap().path();
    assert!(run.join("report.json").is_file());
    assert!(finished.stderr.contains("elsewhere/deep/"), "{}", finished.stderr);
    assert!(!world.home.path().join("not-here").exists());
    assert!(!world.home.path().join("runs").exists());
}
