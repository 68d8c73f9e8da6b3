use serde_json::{Value, json};

use super::*;
use crate::report::{Outcome, Phase};

const PASSED: Verdict = Verdict { outcome: Outcome::Passed, exit_code: 0 };

fn at(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(1_795_545_720_000 + milliseconds).unwrap()
}

fn recorder() -> Recorder {
    Recorder::new(RunMeta {
        run_id: "20261124T184200Z-ab3f".to_owned(),
        command: "run".to_owned(),
        version: "0.1.0".to_owned(),
        started_at: at(0),
        arguments: Vec::new(),
    })
}

fn key(id: StepId, phase: Phase, attempt: u32) -> StepKey {
    StepKey { id, phase, attempt }
}

fn finished(key: StepKey, outcome: StepOutcome, milliseconds: u64) -> Event {
    let mut facts = Map::new();
    facts.insert("rows".to_owned(), json!(1));
    Event::StepFinished {
        key,
        outcome,
        duration: Duration::from_millis(milliseconds),
        summary: String::new(),
        facts,
    }
}

#[test]
fn a_run_becomes_the_document_of_the_design() {
    let locate = key(StepId::Locate, Phase::Scenario, 1);
    let clean_up = key(StepId::CleanUp, Phase::Scenario, 1);
    let mut recorder = recorder();
    recorder.record(&Event::StepStarted { key: locate }, at(10));
    let instance = Event::Instance { id: 7, name: None, element: "sfdc".to_owned() };
    recorder.record(&instance, at(20));
    recorder.record(&Event::Seen(Some(true)), at(20));
    let progress = Event::Progress { key: locate, text: "asking".to_owned() };
    recorder.record(&progress, at(21));
    let duration = Duration::from_millis(10);
    recorder.record(&Event::BrowserStarted { duration }, at(15));
    recorder.record(&Event::Page { key: locate, page: "login".to_owned() }, at(22));
    let evidence =
        Event::Evidence { key: locate, file: "screenshots/01-scenario-locate.png".to_owned() };
    recorder.record(&evidence, at(30));
    recorder.record(&finished(locate, StepOutcome::Passed, 25), at(35));
    recorder.record(&evidence, at(40));
    recorder.record(&finished(clean_up, StepOutcome::Skipped, 0), at(50));

    let report = recorder.finish(PASSED, at(60));
    let report = serde_json::to_value(report).unwrap();
    let platform = format!("{} {}", std::env::consts::OS, std::env::consts::ARCH);
    let read: Report = serde_json::from_value(report.clone()).unwrap();
    assert_eq!(serde_json::to_value(read).unwrap(), report, "it can be read again");
    assert_eq!(
        report,
        json!({
            "schema": "reauth.report/1", "run_id": "20261124T184200Z-ab3f", "command": "run",
            "version": "0.1.0", "outcome": "passed", "exit_code": 0,
            "environment": {"platform": platform, "arguments": []},
            "started_at": "2026-11-24T18:42:00.000Z", "duration_ms": 60,
            "instance": {"id": 7, "name": null, "element": "sfdc", "authenticated": true},
            "revoked_via": null, "reauthenticated_via": null,
            "steps": [
                {"id": "locate", "article_step": 3, "phase": "scenario", "attempt": 1,
                 "title": "Locate the instance", "outcome": "passed",
                 "started_at": "2026-11-24T18:42:00.010Z", "duration_ms": 25,
                 "summary": "", "facts": {"rows": 1},
                 "progress": [{"at": "2026-11-24T18:42:00.021Z", "text": "asking"}],
                 "pages": [{"at": "2026-11-24T18:42:00.022Z", "page": "login"}],
                 "evidence": ["screenshots/01-scenario-locate.png"]},
                {"id": "clean-up", "article_step": null, "phase": "scenario", "attempt": 1,
                 "title": "Clean up", "outcome": "skipped",
                 "started_at": "2026-11-24T18:42:00.050Z", "duration_ms": 0,
                 "summary": "", "facts": {"rows": 1}, "progress": [], "pages": [],
                 "evidence": []}
            ],
            "browser_starts": [{"started_at": "2026-11-24T18:42:00.005Z", "duration_ms": 10}],
            "warnings": [], "error": null
        })
    );
}

#[test]
fn the_first_failure_counts_and_a_later_one_is_kept_beside_it() {
    let authorize = key(StepId::Authorize, Phase::Scenario, 1);
    let again = key(StepId::Authorize, Phase::Restore, 1);
    let mut recorder = recorder();
    for (key, code) in [(authorize, "salesforce.app_blocked"), (again, "browser.gone")] {
        recorder.record(&Event::StepStarted { key }, at(0));
        let mut failure = Failure::scenario(code, format!("{code} happened"));
        failure.evidence.push(format!("dom/{code}.html"));
        recorder.record(&Event::Failed { step: Some(key.id), failure }, at(1));
    }
    let report = serde_json::to_value(recorder.finish(PASSED, at(9))).unwrap();
    assert_eq!(report["error"]["code"], "salesforce.app_blocked");
    assert_eq!(report["error"]["step"], "authorize");
    assert_eq!(
        report["warnings"],
        json!([{"code": "browser.gone", "message": "authorize failed as well: browser.gone happened"}])
    );
    assert_eq!(report["steps"][0]["evidence"], json!(["dom/salesforce.app_blocked.html"]));
    assert_eq!(report["steps"][1]["evidence"], json!(["dom/browser.gone.html"]));
    assert_eq!(report["steps"][1]["outcome"], "failed", "a step that never finished has failed");
    assert_eq!(report["steps"][1]["duration_ms"], 9);
}

#[test]
fn what_was_seen_before_the_touch_no_longer_counts() {
    let mut recorder = recorder();
    recorder.record(&Event::Seen(Some(true)), at(0));
    assert_eq!((recorder.touched(), recorder.last_seen()), (false, Some(true)));
    recorder.record(&Event::Touched, at(1));
    assert_eq!((recorder.touched(), recorder.last_seen()), (true, None));
    recorder.record(&Event::Seen(Some(false)), at(2));
    assert_eq!(recorder.last_seen(), Some(false));
}

#[test]
fn evidence_finds_its_attempt_even_when_it_is_early() {
    let (first, second) =
        (key(StepId::Authorize, Phase::Scenario, 1), key(StepId::Authorize, Phase::Scenario, 2));
    let mut recorder = recorder();
    recorder.record(&Event::Evidence { key: second, file: "b.png".to_owned() }, at(0));
    recorder.record(&Event::StepStarted { key: first }, at(1));
    recorder.record(&Event::StepStarted { key: second }, at(2));
    recorder.record(&Event::Evidence { key: first, file: "a.png".to_owned() }, at(3));
    let never = key(StepId::Verify, Phase::Scenario, 1);
    recorder.record(&Event::Evidence { key: never, file: "c.png".to_owned() }, at(4));
    let report = serde_json::to_value(recorder.finish(PASSED, at(9))).unwrap();
    assert_eq!(report["warnings"][0]["message"], "c.png belongs to verify, which never began");
    let evidence: Vec<&Value> =
        report["steps"].as_array().unwrap().iter().map(|step| &step["evidence"]).collect();
    assert_eq!(evidence, [&json!(["a.png"]), &json!(["b.png"])]);
}
