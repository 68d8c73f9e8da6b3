//! `junit.xml`: a test case for each step, in the form that GitLab, Jenkins and others read.
//!
//! Files are named as attachments in the form of Jenkins' JUnit Attachments plugin, which GitLab took
//! over: a line `[[ATTACHMENT|path]]` in the case's output, relative to the project.

use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, FixedOffset};
use quick_junit::{NonSuccessKind, Property, TestCase, TestCaseStatus, TestSuite};

use super::run_folder::stays_inside;
use super::words::{in_words, instance_state};
use super::{ErrorReport, Outcome, Phase, Report, StepOutcome, StepReport};

/// How a file is named as an attachment.
const ATTACHMENT: &str = "[[ATTACHMENT|";

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
    let skipped = |(report, _): &(&Report, PathBuf)| {
        let steps = report.steps.iter().enumerate();
        steps.filter(|(index, _)| Told::of(report, *index) == Told::Skipped).count()
    };
    runs.iter().map(skipped).sum()
}

fn suite(report: &Report, folder: &Path) -> TestSuite {
    let mut suite = TestSuite::new(format!("reauth {}", report.command));
    suite.set_time(Duration::from_millis(report.duration_ms));
    if let Some(at) = at(&report.started_at) {
        suite.set_timestamp(at);
    }
    for (name, value) in properties(report) {
        suite.add_property(Property::new(name, xml(&value)));
    }
    for (index, step) in report.steps.iter().enumerate() {
        suite.add_test_case(case(report, index, step, folder));
    }
    let is_told = (0..report.steps.len()).any(|index| Told::of(report, index) == Told::Failed);
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
    let status = match Told::of(report, index) {
        Told::Passed => TestCaseStatus::success(),
        Told::Skipped => TestCaseStatus::skipped(),
        Told::Failed => match &report.error {
            Some(error) if report.failed_step() == Some(index) => failed(error),
            _ if step.summary.is_empty() => failure("it did not end"),
            _ => failure(&step.summary),
        },
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
    // What a fact says names no file.
    let summary = match (Told::of(report, index), step.summary.as_str()) {
        // The failure has it.
        (Told::Failed, _) | (_, "") => None,
        (Told::Skipped, said) if step.outcome == StepOutcome::Failed => {
            Some(format!("done anew: {said}"))
        }
        (_, said) => Some(said.to_owned()),
    };
    let said = std::iter::once(step.title.clone()).chain(summary).chain(facts);
    let said = said.map(|line| line.replace(ATTACHMENT, "[ [ATTACHMENT|"));
    let files = step.evidence.iter().filter(|file| stays_inside(Path::new(file)));
    let attachments = files.map(|file| format!("{ATTACHMENT}{}]]", folder.join(file).display()));
    let lines: Vec<String> = said.chain(attachments).collect();
    case.set_system_out(xml(&lines.join("\n")));
    case
}

/// How a step is told.
#[derive(PartialEq, Eq)]
enum Told {
    Passed,
    /// It was left out; or what it did was done anew, and then it passed.
    Skipped,
    Failed,
}

impl Told {
    fn of(report: &Report, index: usize) -> Self {
        let step = &report.steps[index];
        match step.outcome {
            StepOutcome::Passed => Self::Passed,
            StepOutcome::Skipped => Self::Skipped,
            StepOutcome::Failed => {
                let was_done_anew = report.steps[index + 1..].iter().any(|later| {
                    (later.id, later.phase, later.outcome)
                        == (step.id, step.phase, StepOutcome::Passed)
                });
                if was_done_anew { Self::Skipped } else { Self::Failed }
            }
        }
    }
}

fn failed(error: &ErrorReport) -> TestCaseStatus {
    let mut status = failure(&error.message);
    status.set_type(error.code.as_str());
    let hints = error.hints.iter().map(|hint| format!("- {hint}"));
    let explain = std::iter::once(format!("see `reauth explain {}`", error.code));
    let text: Vec<String> =
        std::iter::once(error.message.clone()).chain(hints).chain(explain).collect();
    status.set_description(xml(&text.join("\n")));
    status
}

fn failure(message: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_message(xml(message));
    status
}

/// A text that XML can hold: the library leaves two out of those that it cannot (XML 1.0 section 2.2).
fn xml(text: &str) -> String {
    text.replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}

/// For a command that failed outside of its steps.
fn verdict_case(report: &Report) -> TestCase {
    let (_, sentence) = in_words(report);
    let mut status = match &report.error {
        Some(error) => failed(error),
        None => failure(&sentence),
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
