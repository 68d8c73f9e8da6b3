use insta::assert_snapshot;
use serde_json::{Map, json};

use super::*;
use crate::report::{Purpose, Recorder, RunMeta, verdict};

fn at(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(1_795_545_720_000 + milliseconds).unwrap()
}

fn key(id: StepId, phase: Phase) -> StepKey {
    StepKey { id, phase, attempt: 1 }
}

fn step(key: StepKey, outcome: StepOutcome, milliseconds: u64, summary: &str) -> [Event; 2] {
    let mut facts = Map::new();
    facts.insert("rows".to_owned(), json!(1));
    facts.insert("user".to_owned(), json!("integration@acme.test"));
    [
        Event::StepStarted { key },
        Event::StepFinished {
            key,
            outcome,
            duration: Duration::from_millis(milliseconds),
            summary: summary.to_owned(),
            facts,
        },
    ]
}

fn located() -> Vec<Event> {
    let mut events = Vec::new();
    let locate = key(StepId::Locate, Phase::Scenario);
    events.push(Event::Instance {
        id: 123_456,
        name: Some("sfdc QA".to_owned()),
        element: "sfdc".to_owned(),
    });
    events.push(Event::Seen(Some(true)));
    events.extend(step(locate, StepOutcome::Passed, 210, "123456 reads an account"));
    events.push(Event::Warning {
        code: "salesforce.five_approvals",
        message: "this user has approved the app four times: the next but one ends the oldest"
            .to_owned(),
    });
    events.push(Event::Touched);
    events.push(Event::RevokedVia("ui"));
    events.extend(step(
        key(StepId::Revoke, Phase::Scenario),
        StepOutcome::Passed,
        3_440,
        "one row of integration@acme.test removed",
    ));
    events
}

fn passed() -> Vec<Event> {
    let mut events = located();
    let authorize = key(StepId::Authorize, Phase::Scenario);
    events.insert(6, Event::Progress { key: authorize, text: "waiting".to_owned() });
    events.extend(step(authorize, StepOutcome::Passed, 1_960, "logged in, approved, code caught"));
    events.push(Event::ReauthenticatedVia("patch"));
    events.push(Event::Seen(Some(true)));
    let clean_up = key(StepId::CleanUp, Phase::Scenario);
    events.extend(step(clean_up, StepOutcome::Skipped, 0, "nothing was made for this run"));
    events
}

fn blocked() -> Vec<Event> {
    let authorize = key(StepId::Authorize, Phase::Scenario);
    let mut events = located();
    events.push(Event::Seen(Some(false)));
    events.extend(step(authorize, StepOutcome::Failed, 2_300, "the app is blocked"));
    let mut failure = Failure::scenario(
        "salesforce.app_blocked",
        "expected a code at the callback, but Salesforce says: this app is blocked by admin",
    )
    .hint("unblock the app in Setup → Connected Apps OAuth Usage");
    failure.evidence.push("screenshots/04-scenario-authorize-failed.png".to_owned());
    events.push(Event::Failed { step: Some(StepId::Authorize), failure });
    events
}

/// What stands in a log after these events.
fn screen(events: &[Event], purpose: Purpose, verbosity: Verbosity, locale: &str) -> String {
    plain(&laid_out(&written(events, purpose, verbosity, locale), None))
}

/// What stands on a terminal of so many columns, without colours.
fn terminal(events: &[Event], columns: usize) -> String {
    let text = written(events, Purpose::Run, Verbosity::Normal, "C.UTF-8");
    let text = plain(&laid_out(&text, Some(columns)));
    for line in text.lines() {
        assert!(textwrap::core::display_width(line) <= columns, "{line}");
    }
    text
}

fn plain(styled: &str) -> String {
    anstream::adapter::strip_str(styled).to_string()
}

fn written(events: &[Event], purpose: Purpose, verbosity: Verbosity, locale: &str) -> String {
    let meta = RunMeta {
        run_id: "20261124T184200Z-ab3f".to_owned(),
        command: purpose.as_str().to_owned(),
        version: "0.1.0".to_owned(),
        started_at: at(0),
        arguments: Vec::new(),
    };
    let mut recorder = Recorder::new(meta);
    let mut renderer = Renderer::new(verbosity, Glyphs::for_locale(locale));
    let mut out = String::new();
    for event in events {
        recorder.record(event, at(1_500));
        out.push_str(&renderer.event(event, at(1_500)));
    }
    let verdict = verdict(purpose, recorder.failure(), recorder.touched(), recorder.last_seen());
    let report = recorder.finish(verdict, at(7_400));
    let folder = Path::new("runs/20261124T184200Z-123456-ab3f");
    out.push_str(&renderer.summary(&report, Some(folder)));
    assert!(renderer.running().is_none());
    out
}

#[test]
fn a_run_that_passed() {
    assert_snapshot!(screen(&passed(), Purpose::Run, Verbosity::Normal, "C.UTF-8"), @r#"
      ✓ Locate the instance                0.2 s  123456 reads an account
      ! this user has approved the app four times: the next but one ends the oldest [salesforce.five_approvals]
      ✓ Revoke the user's grant            3.4 s  one row of integration@acme.test removed
      ✓ Log in and approve                 2.0 s  logged in, approved, code caught
      – Clean up                                  nothing was made for this run

    PASSED  the instance lost its grant, got a new one, and kept its configuration
      instance              123456 "sfdc QA", authenticated
      revoked via           Salesforce Setup, in the browser
      re-authenticated via  PATCH
      total time            7.4 s
      run folder            runs/20261124T184200Z-123456-ab3f
      report                runs/20261124T184200Z-123456-ab3f/report.html
    "#);
}

#[test]
fn a_run_that_passed_told_in_full_in_ascii() {
    assert_snapshot!(screen(&passed(), Purpose::Run, Verbosity::Verbose, "C"), @r#"
      + Locate the instance                0.2 s  123456 reads an account
          rows: 1
          user: integration@acme.test
      ! this user has approved the app four times: the next but one ends the oldest [salesforce.five_approvals]
        18:42:01Z waiting
      + Revoke the user's grant            3.4 s  one row of integration@acme.test removed
          rows: 1
          user: integration@acme.test
      + Log in and approve                 2.0 s  logged in, approved, code caught
          rows: 1
          user: integration@acme.test
      - Clean up                                  nothing was made for this run
          rows: 1
          user: integration@acme.test

    PASSED  the instance lost its grant, got a new one, and kept its configuration
      instance              123456 "sfdc QA", authenticated
      revoked via           Salesforce Setup, in the browser
      re-authenticated via  PATCH
      total time            7.4 s
      run folder            runs/20261124T184200Z-123456-ab3f
      report                runs/20261124T184200Z-123456-ab3f/report.html
    "#);
}

#[test]
fn a_run_that_failed_and_was_restored() {
    let mut events = blocked();
    let oauth_url = key(StepId::OauthUrl, Phase::Restore);
    events.extend(step(oauth_url, StepOutcome::Passed, 40, "for our client and callback"));
    let again = StepKey { attempt: 2, ..key(StepId::Authorize, Phase::Restore) };
    events.extend(step(again, StepOutcome::Passed, 62_000, "approved"));
    events.push(Event::ReauthenticatedVia("put"));
    events.push(Event::Seen(Some(true)));
    assert_snapshot!(screen(&events, Purpose::Run, Verbosity::Normal, "C.UTF-8"), @r#"
      ✓ Locate the instance                0.2 s  123456 reads an account
      ! this user has approved the app four times: the next but one ends the oldest [salesforce.five_approvals]
      ✓ Revoke the user's grant            3.4 s  one row of integration@acme.test removed
      ✗ Log in and approve                 2.3 s  the app is blocked

    error Log in and approve failed [salesforce.app_blocked]
      expected a code at the callback, but Salesforce says: this app is blocked by admin
      → unblock the app in Setup → Connected Apps OAuth Usage
      see screenshots/04-scenario-authorize-failed.png
      see `reauth explain salesforce.app_blocked`

      Restoring the instance
      ✓ Ask for the OAuth URL              0.0 s  for our client and callback
      ✓ Log in and approve            1 min 02 s  attempt 2: approved

    FAILED  in "Log in and approve"; the instance is authenticated
      instance              123456 "sfdc QA", authenticated
      revoked via           Salesforce Setup, in the browser
      re-authenticated via  PUT
      total time            7.4 s
      run folder            runs/20261124T184200Z-123456-ab3f
      report                runs/20261124T184200Z-123456-ab3f/report.html
    "#);
}

#[test]
fn a_run_that_left_the_instance_unauthenticated() {
    assert_snapshot!(screen(&blocked(), Purpose::Run, Verbosity::Normal, "C.UTF-8"), @r#"
      ✓ Locate the instance                0.2 s  123456 reads an account
      ! this user has approved the app four times: the next but one ends the oldest [salesforce.five_approvals]
      ✓ Revoke the user's grant            3.4 s  one row of integration@acme.test removed
      ✗ Log in and approve                 2.3 s  the app is blocked

    error Log in and approve failed [salesforce.app_blocked]
      expected a code at the callback, but Salesforce says: this app is blocked by admin
      → unblock the app in Setup → Connected Apps OAuth Usage
      see screenshots/04-scenario-authorize-failed.png
      see `reauth explain salesforce.app_blocked`

    LEFT UNAUTHENTICATED  the instance is without a grant: run `reauth restore`
      instance              123456 "sfdc QA", not authenticated
      revoked via           Salesforce Setup, in the browser
      total time            7.4 s
      run folder            runs/20261124T184200Z-123456-ab3f
      report                runs/20261124T184200Z-123456-ab3f/report.html
    "#);
}

/// What is asked stays to be read when something is said meanwhile.
#[test]
fn a_question_stands_below_what_comes_meanwhile() {
    let authorize = key(StepId::Authorize, Phase::Scenario);
    let about = vec!["next: the page `login`".to_owned()];
    let asked = Event::Asked { key: authorize, about, question: "Enter goes on:".to_owned() };
    let warning = Event::Warning { code: "browser.no_sandbox", message: "this is root".to_owned() };
    let ended = Event::Failed {
        step: None,
        failure: Failure::new("reauth.interrupted", crate::failure::Kind::Interrupted, "stopped"),
    };
    let mut renderer = Renderer::new(Verbosity::Normal, Glyphs::for_locale("C.UTF-8"));
    let mut shown = |event: &Event| plain(&renderer.event(event, at(0)));
    assert_eq!(shown(&asked), "  | next: the page `login`\n  ? Enter goes on: ");
    assert_eq!(shown(&warning), "\n  ! this is root [browser.no_sandbox]\n  ? Enter goes on: ");
    let answered = Event::Answered { key: authorize };
    assert_eq!(shown(&answered), "");
    assert_eq!(shown(&warning), "  ! this is root [browser.no_sandbox]\n");
    shown(&asked);
    let said = shown(&ended);
    assert!(said.starts_with('\n') && !said.contains("Enter goes on"), "{said}");
    assert!(!shown(&warning).contains("Enter goes on"), "nobody is asked any more");
}

/// What comes after a restoration is none.
#[test]
fn a_run_that_goes_on_after_a_restoration() {
    let mut events = located();
    events.extend(step(key(StepId::Locate, Phase::Restore), StepOutcome::Passed, 9, "dead"));
    events.extend(step(key(StepId::Revoke, Phase::Scenario), StepOutcome::Passed, 9, "cut anew"));
    let said = screen(&events, Purpose::Run, Verbosity::Normal, "C.UTF-8");
    let place = |part: &str| said.find(part).unwrap_or_else(|| panic!("no {part}: {said}"));
    assert!(place("Restoring the instance") < place("It is back: the run goes on"));
    assert!(place("It is back: the run goes on") < place("cut anew"));
}

#[test]
fn quiet_is_failures_and_the_result() {
    assert_snapshot!(screen(&blocked(), Purpose::Run, Verbosity::Quiet, "C.UTF-8"), @r#"
    error Log in and approve failed [salesforce.app_blocked]
      expected a code at the callback, but Salesforce says: this app is blocked by admin
      → unblock the app in Setup → Connected Apps OAuth Usage
      see screenshots/04-scenario-authorize-failed.png
      see `reauth explain salesforce.app_blocked`

    LEFT UNAUTHENTICATED  the instance is without a grant: run `reauth restore`
    "#);
    assert_snapshot!(screen(&passed(), Purpose::Run, Verbosity::Quiet, "C.UTF-8"), @r#"
    PASSED  the instance lost its grant, got a new one, and kept its configuration
    "#);
}

#[test]
fn the_other_commands() {
    let table = [
        (Purpose::Status, Some(true), "PASSED  the instance is authenticated\n"),
        (
            Purpose::Status,
            Some(false),
            "NOT AUTHENTICATED  the instance cannot reach Salesforce: run `reauth restore`\n",
        ),
        (
            Purpose::Restore,
            Some(true),
            "PASSED  the instance is authenticated: there was nothing to restore\n",
        ),
        (
            Purpose::Revoke,
            Some(false),
            "PASSED  the grant is gone, as asked for; `reauth restore` brings the instance back\n",
        ),
    ];
    for (purpose, seen, expected) in table {
        let instance = Event::Instance { id: 7, name: None, element: "sfdc".to_owned() };
        let events = [instance, Event::Seen(seen)];
        assert_eq!(screen(&events, purpose, Verbosity::Quiet, "C.UTF-8"), expected);
    }
}

#[test]
fn the_spinner_says_what_runs() {
    let mut renderer = Renderer::new(Verbosity::Normal, Glyphs::for_locale("C.UTF-8"));
    let authorize = key(StepId::Authorize, Phase::Scenario);
    let check = key(StepId::CheckApp, Phase::Scenario);
    let mut shows = |event: Event| {
        renderer.event(&event, at(0));
        renderer.running()
    };
    assert_eq!(shows(Event::StepStarted { key: check }).unwrap(), "Check the connected app");
    assert_eq!(shows(Event::StepStarted { key: authorize }).unwrap(), "Log in and approve");
    let progress = Event::Progress { key: authorize, text: "typing the\npassword".to_owned() };
    assert_eq!(shows(progress).unwrap(), "Log in and approve: typing the password");
    let [_, ended] = step(authorize, StepOutcome::Passed, 1, "");
    assert_eq!(shows(ended).unwrap(), "Check the connected app");
    let [_, ended] = step(check, StepOutcome::Passed, 1, "");
    assert_eq!(shows(ended), None);
}

/// With wide letters, which count twice.
fn told_at_length() -> Vec<Event> {
    let mut events = located();
    events[0] = Event::Instance {
        id: 123_456,
        name: Some("営業部のSalesforce連携（品質保証）".to_owned()),
        element: "sfdc".to_owned(),
    };
    let verify = key(StepId::Verify, Phase::Scenario);
    events.extend(step(
        verify,
        StepOutcome::Failed,
        1_000,
        "expected the configuration as it was, saw filter.response.nulls changed from true to false",
    ));
    let failure = Failure::scenario(
        "scenario.configuration_changed",
        "expected the configuration as it was before the re-authentication, saw filter.response.nulls changed",
    )
    .hint("report.json shows each difference (verify → configuration_diff); instance-before.json has what it was");
    events.push(Event::Seen(Some(true)));
    events.push(Event::Failed { step: Some(StepId::Verify), failure });
    events
}

#[test]
fn on_eighty_columns() {
    assert_snapshot!("eighty_columns", terminal(&told_at_length(), 80));
}

#[test]
fn on_a_hundred_and_twenty_columns() {
    assert_snapshot!("a_hundred_and_twenty_columns", terminal(&told_at_length(), 120));
}

/// A split pane: nothing is lost, and nothing is written into a column of three letters.
#[test]
fn on_forty_columns() {
    let events = told_at_length();
    let text = written(&events, Purpose::Run, Verbosity::Normal, "C.UTF-8");
    let narrow = plain(&laid_out(&text, Some(40)));
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(words(&narrow), words(&screen(&events, Purpose::Run, Verbosity::Normal, "C.UTF-8")));
}
