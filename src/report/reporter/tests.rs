use std::time::Duration;

use serde_json::{Map, Value, json};

use super::*;
use crate::report::{Events, Outcome, Phase, StepId, StepKey, StepOutcome, Verbosity, schema};

fn meta() -> RunMeta {
    RunMeta {
        run_id: "20261124T184200Z-ab3f".to_owned(),
        command: "run".to_owned(),
        version: "0.1.0".to_owned(),
        started_at: Timestamp::now(),
        arguments: Vec::new(),
    }
}

fn quiet() -> ConsoleOptions {
    ConsoleOptions { verbosity: Verbosity::Quiet, no_progress: true, ..ConsoleOptions::default() }
}

fn send_a_run(events: &Events) {
    let key = StepKey { id: StepId::Revoke, phase: Phase::Scenario, attempt: 1 };
    events.send(Event::Instance { id: 7, name: Some("QA".to_owned()), element: "sfdc".to_owned() });
    events.send(Event::Seen(Some(true)));
    events.send(Event::StepStarted { key });
    events.send(Event::Touched);
    events.send(Event::RevokedVia("ui"));
    let mut facts = Map::new();
    facts.insert("answer".to_owned(), json!("token 00D!very-secret is dead"));
    events.send(Event::StepFinished {
        key,
        outcome: StepOutcome::Passed,
        duration: Duration::from_millis(250),
        summary: "row removed".to_owned(),
        facts,
    });
}

#[tokio::test]
async fn a_run_leaves_a_report_that_keeps_the_schema_and_no_secret() {
    let parent = tempfile::tempdir().unwrap();
    let redactor = Redactor::new();
    redactor.learn("oauth.user.token", "00D!very-secret");
    let folder = RunFolder::create(parent.path(), None, &redactor).unwrap();
    let (events, receiver) = Events::channel();
    let handle = Reporter::spawn(receiver, quiet(), meta(), &redactor);
    send_a_run(&events);
    events.send(Event::Failed {
        step: Some(StepId::Authorize),
        failure: Failure::scenario("salesforce.app_blocked", "the app is blocked").hint("unblock"),
    });

    // `events` is still alive: the end does not wait for it.
    let report = handle.finish(Purpose::Run, Some(folder.clone())).await.unwrap();
    assert_eq!((report.outcome, report.exit_code), (Outcome::LeftUnauthenticated, 4));

    assert!(folder.path().to_string_lossy().contains("-7-"), "named after the instance");
    let text = std::fs::read_to_string(folder.path().join("report.json")).unwrap();
    assert!(!text.contains("very-secret"), "{text}");
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["error"]["code"], "salesforce.app_blocked");
    assert_eq!(document["steps"][0]["facts"]["answer"], "token «oauth.user.token» is dead");
    assert_eq!(document["instance"]["authenticated"], Value::Null);

    let validator = jsonschema::validator_for(&schema()).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(&document).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    for (field, wrong) in [
        ("schema", json!("reauth.report/2")),
        ("outcome", json!("fine")),
        ("revoked_via", json!("magic")),
        ("steps", json!([{"id": "revoke"}])),
    ] {
        let mut broken = document.clone();
        broken[field] = wrong;
        assert!(!validator.is_valid(&broken), "{field} is not checked");
    }
}

#[tokio::test]
async fn a_secret_learnt_late_is_redacted_at_the_end() {
    let redactor = Redactor::new();
    let (events, receiver) = Events::channel();
    let handle = Reporter::spawn(receiver, quiet(), meta(), &redactor);
    events.warn("test.warning", "saw aPrx-late-secret");
    // The reporter has read the warning before the secret is known, or after: no matter.
    tokio::task::yield_now().await;
    redactor.learn("code", "aPrx-late-secret");
    let report = handle.finish(Purpose::Run, None).await.unwrap();
    assert_eq!(report.warnings[0].message, "saw «code»");
    assert_eq!(report.exit_code, 0);
}

/// Whoever passes the log on has not seen what else was learnt.
#[tokio::test]
async fn a_secret_learnt_late_is_taken_out_of_the_log() {
    let parent = tempfile::tempdir().unwrap();
    let redactor = Redactor::new();
    let folder = RunFolder::create(parent.path(), Some(7), &redactor).unwrap();
    let log = folder.path().join("log.jsonl");
    let lines = "{\"message\":\"before\"}\n{\"message\":\"saw aPrx-late-secret\"}\n";
    std::fs::write(&log, lines).unwrap();
    let (events, receiver) = Events::channel();
    let handle = Reporter::spawn(receiver, quiet(), meta(), &redactor);
    drop(events);
    redactor.learn("code", "aPrx-late-secret");
    let report = handle.finish(Purpose::Run, Some(folder.clone())).await.unwrap();
    assert!(report.warnings.is_empty(), "{:?}", report.warnings);
    let log = std::fs::read_to_string(folder.path().join("log.jsonl")).unwrap();
    assert_eq!(log, lines.replace("aPrx-late-secret", "«code»"));
}

#[tokio::test]
async fn a_report_that_cannot_be_written_is_a_warning() {
    let parent = tempfile::tempdir().unwrap();
    let redactor = Redactor::new();
    let folder = RunFolder::create(parent.path(), Some(7), &redactor).unwrap();
    std::fs::create_dir(folder.path().join("report.json")).unwrap();
    let (events, receiver) = Events::channel();
    let handle = Reporter::spawn(receiver, quiet(), meta(), &redactor);
    drop(events);
    let report = handle.finish(Purpose::Run, Some(folder)).await.unwrap();
    assert_eq!(report.exit_code, 0);
    assert_eq!(report.warnings[0].code, "report.evidence");
}

#[tokio::test]
async fn a_handle_that_is_dropped_ends_the_reporter() {
    let (events, receiver) = Events::channel();
    let handle = Reporter::spawn(receiver, quiet(), meta(), &Redactor::new());
    send_a_run(&events);
    let ReporterHandle { ending, task } = handle;
    drop(ending);
    assert!(task.await.unwrap().is_none());
}
