//! How reports of every kind say what happened.

use std::time::Duration;

use serde_json::Value;

use super::{Outcome, Report, StepId, StepOutcome};

/// How the instance got its new grant, if it did.
pub(super) fn reauthenticated_via(report: &Report) -> Option<String> {
    report.reauthenticated_via.as_deref().map(str::to_uppercase)
}

/// What is known of the instance at the end.
pub(super) fn instance_state(report: &Report) -> &'static str {
    let instance = report.instance.as_ref();
    match instance.and_then(|instance| instance.authenticated) {
        Some(true) => "authenticated",
        Some(false) => "not authenticated",
        None if report.outcome == Outcome::LeftUnauthenticated => "could not be asked",
        None if is_cleaned_up(report) => "deleted",
        None => "not asked",
    }
}

/// How the grant was ended, if it was.
pub(super) fn revoked_via(report: &Report) -> Option<&'static str> {
    let via = report.revoked_via.as_deref()?;
    Some(if via == "ui" { "Salesforce Setup, in the browser" } else { "the OAuth API" })
}

/// Whether the instance was made for the run and removed after it.
fn is_cleaned_up(report: &Report) -> bool {
    report
        .steps
        .iter()
        .any(|step| step.id == StepId::CleanUp && step.outcome == StepOutcome::Passed)
}

/// The outcome, as one would tell it: a label and a sentence.
pub(super) fn in_words(report: &Report) -> (&'static str, String) {
    let seen = report.instance.as_ref().and_then(|instance| instance.authenticated);
    match report.outcome {
        Outcome::Passed => ("PASSED", done(report).to_owned()),
        Outcome::Failed => ("FAILED", format!("{}{}", place(report), state(seen))),
        Outcome::LeftUnauthenticated if report.command == "status" => (
            "NOT AUTHENTICATED",
            "the instance cannot reach Salesforce: run `reauth restore`".to_owned(),
        ),
        Outcome::LeftUnauthenticated if seen == Some(false) => (
            "LEFT UNAUTHENTICATED",
            "the instance is without a grant: run `reauth restore`".to_owned(),
        ),
        Outcome::LeftUnauthenticated => (
            "LEFT UNAUTHENTICATED",
            "the instance was touched and could not be asked since: run `reauth restore`"
                .to_owned(),
        ),
        Outcome::Environment => {
            ("NOT RUN", "nothing was changed: see the error for what was in the way".to_owned())
        }
        Outcome::Usage => ("NOT RUN", "the command or its configuration is not right".to_owned()),
        Outcome::Interrupted => ("INTERRUPTED", format!("{}{}", stopped_by(report), state(seen))),
    }
}

/// How the browser came in, in the order in which it did; none where it did not.
pub(super) fn logged_in_by(report: &Report) -> Option<String> {
    let mut ways = Vec::new();
    let told = report.steps.iter().filter_map(|step| step.facts.get("logged_in_by")?.as_array());
    for way in told.flatten().filter_map(Value::as_str) {
        let words = match way {
            "form" => "the login page",
            "frontdoor: singleaccess" => "the front door, opened once",
            "frontdoor: sid" => "the front door, with the access token",
            "profile" => "the kept profile",
            other => other,
        };
        if !ways.contains(&words) {
            ways.push(words);
        }
    }
    (!ways.is_empty()).then(|| ways.join("; "))
}

fn stopped_by(report: &Report) -> &'static str {
    match report.error.as_ref().map(|error| error.code.as_str()) {
        Some("reauth.aborted") => "stopped by who was asked",
        Some("reauth.pause_over") => "nobody answered in time",
        _ => "stopped by a signal",
    }
}

fn done(report: &Report) -> &'static str {
    let passed =
        |id| report.steps.iter().any(|step| step.id == id && step.outcome == StepOutcome::Passed);
    match report.command.as_str() {
        "run" => "the instance lost its grant, got a new one, and kept its configuration",
        "provision" => "the new instance is authenticated",
        "revoke" => "the grant is gone, as asked for; `reauth restore` brings the instance back",
        "restore" if passed(StepId::Reauthenticate) => "the instance is authenticated again",
        "restore" if passed(StepId::CleanUp) => "what a run had made for itself is removed",
        "restore" => "the instance is authenticated: there was nothing to restore",
        "status" => "the instance is authenticated",
        "passkey" => "the user has a passkey, and it is kept",
        _ => "done",
    }
}

fn place(report: &Report) -> String {
    match report.error.as_ref().and_then(|error| error.step) {
        Some(step) => format!("in \"{}\"", step.title()),
        None => "before the first step ended".to_owned(),
    }
}

fn state(seen: Option<bool>) -> &'static str {
    match seen {
        Some(true) => "; the instance is authenticated",
        Some(false) => "; the instance is not authenticated",
        None => "; the instance was not touched",
    }
}

/// A duration for a person: `0.2 s`, `42.0 s`, `3 min 05 s`.
pub(super) fn duration(duration: Duration) -> String {
    let tenths = (duration.as_millis() + 50) / 100;
    if tenths < 600 {
        return format!("{}.{} s", tenths / 10, tenths % 10);
    }
    let seconds = (duration.as_millis() + 500) / 1000;
    format!("{} min {:02} s", seconds / 60, seconds % 60)
}

/// As [`duration`], where tens of milliseconds matter.
pub(super) fn precise(milliseconds: u64) -> String {
    if milliseconds < 1000 {
        format!("{milliseconds} ms")
    } else {
        duration(Duration::from_millis(milliseconds))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        let table = [
            (0, "0.0 s"),
            (49, "0.0 s"),
            (50, "0.1 s"),
            (7_449, "7.4 s"),
            (59_949, "59.9 s"),
            (59_950, "1 min 00 s"),
            (185_400, "3 min 05 s"),
        ];
        for (milliseconds, expected) in table {
            assert_eq!(duration(Duration::from_millis(milliseconds)), expected, "{milliseconds}");
        }
    }
}
