use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;

use super::*;

/// Logs by a subscriber of its own, so that tests do not meet in the process's.
fn with_log(sink: &Sink, directives: &str, work: impl FnOnce()) {
    let layer = json_layer(sink.clone(), filter(directives).unwrap());
    tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), work);
}

fn folder() -> (tempfile::TempDir, RunFolder) {
    let parent = tempfile::tempdir().unwrap();
    let folder = RunFolder::create(parent.path(), None, &Redactor::new()).unwrap();
    (parent, folder)
}

fn messages(folder: &RunFolder) -> Vec<String> {
    fs::read_to_string(folder.path().join(LOG_FILE))
        .unwrap()
        .lines()
        .map(|line| {
            let line: Value = serde_json::from_str(line).unwrap();
            line["fields"]["message"].as_str().unwrap().to_owned()
        })
        .collect()
}

#[test]
fn what_is_logged_before_the_folder_is_there_is_kept_and_redacted() {
    let (_parent, folder) = folder();
    let redactor = Redactor::new();
    redactor.learn("token", "00D!known-early");
    let sink = Sink::default();
    sink.state().redactors.push(redactor.clone());
    let log = Log(sink.clone());
    with_log(&sink, "", || {
        tracing::info!(target: "reauth", "early 00D!known-early 00D!known-late");
        redactor.learn("late", "00D!known-late");
        log.attach(&folder).unwrap();
        tracing::debug!(target: "reauth::scenario", "late 00D!known-late");
        folder.name_after(7).unwrap();
        tracing::info!(target: "reauth", "after the rename");
        log.detach().unwrap();
        tracing::info!(target: "reauth", "too late");
    });
    assert_eq!(messages(&folder), ["early «token» «late»", "late «late»", "after the rename"]);
    let mode = fs::metadata(folder.path().join(LOG_FILE)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn levels_by_target() {
    let (_parent, folder) = folder();
    let sink = Sink::default();
    let log = Log(sink.clone());
    let events = || {
        tracing::trace!(target: "reauth::browser", "reauth trace");
        tracing::debug!(target: "reauth::browser", "reauth debug");
        tracing::debug!(target: "other", "other debug");
        tracing::info!(target: "other", "other info");
        tracing::info!(target: "fantoccini::session", "fantoccini info");
        tracing::warn!(target: "fantoccini::session", "fantoccini warn");
        tracing::info!(target: "hyper_util::client", "hyper info");
    };
    log.attach(&folder).unwrap();
    with_log(&sink, "", events);
    let expected = ["reauth debug", "other info", "fantoccini warn"];
    assert_eq!(messages(&folder), expected);

    with_log(&sink, "reauth=trace,fantoccini::session=trace,hyper_util=trace", events);
    let more = ["reauth trace", "reauth debug", "other info", "fantoccini warn"];
    assert_eq!(messages(&folder)[expected.len()..], more, "libraries stay muted");
}

#[test]
fn directives_that_cannot_be_read_are_a_usage_failure() {
    let failure = filter("reauth=louder").unwrap_err();
    assert_eq!((failure.code, failure.kind), ("log.directives", crate::failure::Kind::Usage));
    assert!(failure.message.contains("REAUTH_LOG"), "{}", failure.message);
}

#[test]
fn a_line_that_cannot_be_written_is_told_at_the_end() {
    let sink = Sink::default();
    let log = Log(sink.clone());
    let (_parent, folder) = folder();
    fs::write(folder.path().join("read-only"), "").unwrap();
    // Opened for reading only: every write to it fails.
    sink.state().attach(File::open(folder.path().join("read-only"))).unwrap();
    with_log(&sink, "", || tracing::info!(target: "reauth", "lost"));
    assert_eq!(log.detach().unwrap_err().code, "log.unwritable");
}

#[test]
fn init_may_be_called_again() {
    let (_parent, folder) = folder();
    for _ in 0..2 {
        init(Verbosity::Normal, &Redactor::new()).unwrap();
    }
    let log = init(Verbosity::Debug, &Redactor::new()).unwrap();
    log.attach(&folder).unwrap();
    log.detach().unwrap();
}
