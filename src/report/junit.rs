//! `junit.xml`: a test case for each step, in the form that GitLab, Jenkins and others read.
//!
//! Files are named as attachments in the form of Jenkins' JUnit Attachments plugin, which GitLab took
//! over: a line `[[ATTACHMENT|path]]` in the case's output, relative to the project.

use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, FixedOffset};
use quick_junit::{NonSuccessKind, Property, TestCase, TestCaseStatus, TestSuite};

use super::words::{in_words, instance_state};
use super::{ErrorReport, Outcome, Phase, Report, StepOutcome, StepReport};

/// The file, for a run folder that lies at `folder` as seen from the project.
///
/// # Errors
/// The reason, if it cannot be written as XML.
pub(super) fn document(report: &Report, folder: &Path) -> Result<String, String> {
    merged(&[(report, folder.to_owned())])
}

/// The file for several runs, a suite each.
///
/// # Errors
/// As [`document`].
pub(super) fn merged(runs: &[(&Report, PathBuf)]) -> Result<String, String> {
    let mut document = quick_junit::Report::new("reauth");
    let total = runs.iter().map(|(report, _)| report.duration_ms).sum();
    document.set_time(Duration::from_millis(total));
    document.add_test_suites(runs.iter().map(|(report, folder)| suite(report, folder)));
    let text = document.to_string().map_err(|error| error.to_string())?;
    // The schema of Jenkins' xUnit plugin, which refuses what does not keep to it, has this on suites
    // only.
    let skipped = format!(" skipped=\"{}\"", document_skipped(runs));
    Ok(text.replacen(&skipped, "", 1))
}

fn document_skipped(runs: &[(&Report, PathBuf)]) -> usize {
    let steps = runs.iter().flat_map(|(report, _)| &report.steps);
    steps.filter(|step| step.outcome == StepOutcome::Skipped).count()
}

fn suite(report: &Report, folder: &Path) -> TestSuite {
    let mut suite = TestSuite::new(format!("reauth {}", report.command));
    suite.set_time(Duration::from_millis(report.duration_ms));
    if let Some(at) = at(&report.started_at) {
        suite.set_timestamp(at);
    }
    for (name, value) in properties(report) {
        suite.add_property(Property::new(name, value));
    }
    for (index, step) in report.steps.iter().enumerate() {
        suite.add_test_case(case(report, index, step, folder));
    }
    let is_told = report.steps.iter().any(|step| step.outcome == StepOutcome::Failed);
    if report.exit_code != 0 && !is_told {
        suite.add_test_case(verdict_case(report));
    }
    suite
}

fn properties(report: &Report) -> Vec<(&'static str, String)> {
    let (label, sentence) = in_words(report);
    let mut properties = vec![
        ("run_id", report.run_id.clone()),
        ("version", report.version.clone()),
        ("verdict", format!("{label}: {sentence}")),
        ("exit_code", report.exit_code.to_string()),
    ];
    if let Some(instance) = &report.instance {
        properties.push(("instance", format!("{}, {}", instance.id, instance_state(report))));
    }
    properties
}

fn case(report: &Report, index: usize, step: &StepReport, folder: &Path) -> TestCase {
    let status = match step.outcome {
        StepOutcome::Passed => TestCaseStatus::success(),
        StepOutcome::Skipped => TestCaseStatus::skipped(),
        StepOutcome::Failed => failed(error_of(report, index)),
    };
    // Names are what CI systems know a case by from run to run.
    let attempt = if step.attempt > 1 { format!(" ({})", step.attempt) } else { String::new() };
    let mut case = TestCase::new(format!("{}{attempt}", step.id.as_str()), status);
    case.set_classname(match step.phase {
        Phase::Scenario => format!("reauth.{}", report.command),
        Phase::Restore => format!("reauth.{}", step.phase.as_str()),
    });
    case.set_time(Duration::from_millis(step.duration_ms));
    let facts = step.facts.iter().map(|(name, value)| match value.as_str() {
        Some(text) => format!("{name}: {text}"),
        None => format!("{name}: {value}"),
    });
    let attachments =
        step.evidence.iter().map(|file| format!("[[ATTACHMENT|{}]]", folder.join(file).display()));
    let lines: Vec<String> =
        std::iter::once(step.title.clone()).chain(facts).chain(attachments).collect();
    case.set_system_out(lines.join("\n"));
    case
}

/// The error, if it ended this very step: the last of its name that failed.
fn error_of(report: &Report, index: usize) -> Option<&ErrorReport> {
    let error = report.error.as_ref()?;
    let is_it =
        |step: &StepReport| Some(step.id) == error.step && step.outcome == StepOutcome::Failed;
    (report.steps.iter().position(is_it) == Some(index)).then_some(error)
}

fn failed(error: Option<&ErrorReport>) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    match error {
        Some(error) => {
            status.set_type(error.code.as_str()).set_message(error.message.as_str());
            let hints = error.hints.iter().map(|hint| format!("- {hint}"));
            let explain = std::iter::once(format!("see `reauth explain {}`", error.code));
            let text: Vec<String> =
                std::iter::once(error.message.clone()).chain(hints).chain(explain).collect();
            status.set_description(text.join("\n"));
        }
        None => {
            status.set_message("it did not end, or failed after something else had");
        }
    }
    status
}

/// For a command that failed outside of its steps.
fn verdict_case(report: &Report) -> TestCase {
    let (_, sentence) = in_words(report);
    let mut status = match &report.error {
        Some(error) => failed(Some(error)),
        None => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_message(sentence.as_str());
            status
        }
    };
    if matches!(report.outcome, Outcome::Environment | Outcome::Usage)
        && let TestCaseStatus::NonSuccess { kind, .. } = &mut status
    {
        *kind = NonSuccessKind::Error;
    }
    let mut case = TestCase::new("verdict", status);
    case.set_classname(format!("reauth.{}", report.command));
    case
}

fn at(rfc3339: &str) -> Option<DateTime<FixedOffset>> {
    DateTime::parse_from_rfc3339(rfc3339).ok()
}
