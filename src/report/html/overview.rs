//! Many runs on one page: how they went, how long each step takes, and what went wrong in which.

use std::path::Path;

use serde::Serialize;
use url::Url;

use super::call::Row;
use super::log::day_and_time;
use super::view::capitalised;
use crate::report::statistics::{Durations, History};
use crate::report::words::{in_words, precise as shown};
use crate::report::{KeptRun, Outcome, Phase, StepOutcome};

/// In pixels of the picture.
const HIGHEST: f64 = 136.0;
/// So that one run of the briefest can be seen and pressed.
const LOWEST: f64 = 4.0;

#[derive(Serialize)]
pub(super) struct Overview {
    label: String,
    sentence: String,
    kind: &'static str,
    total: usize,
    longest: String,
    head: Vec<Row>,
    bars: Vec<Bar>,
    steps: Vec<StepLine>,
    runs: Vec<RunView>,
    unread: Vec<String>,
}

#[derive(Serialize)]
struct Bar {
    number: usize,
    start: f64,
    width: f64,
    height: f64,
    class: &'static str,
    title: String,
}

#[derive(Serialize)]
struct StepLine {
    title: String,
    ran: usize,
    all: bool,
    rate: String,
    median: String,
    p95: String,
    last: String,
}

#[derive(Serialize)]
struct RunView {
    number: usize,
    kind: &'static str,
    sign: &'static str,
    open: bool,
    when: String,
    instance: Option<String>,
    sentence: String,
    duration: String,
    error: Option<ErrorLine>,
    steps: Vec<StepOfRun>,
    command: String,
    run_id: String,
    /// Where its own report lies, relative to this page.
    page: Option<String>,
}

#[derive(Serialize)]
struct ErrorLine {
    code: String,
    message: String,
    hints: Vec<String>,
}

#[derive(Serialize)]
struct StepOfRun {
    sign: &'static str,
    title: String,
    summary: String,
    duration: String,
}

/// `beside`: the folder that the page will lie in.
pub(super) fn of(runs: &[KeptRun], unread: &[String], beside: Option<&Path>) -> Overview {
    let history = History::of(runs);
    let total = runs.len();
    let failed = total - history.passed;
    let longest = runs.iter().map(|run| run.report.duration_ms).max().unwrap_or(0);
    Overview {
        label: if failed == 0 { "PASSED".to_owned() } else { format!("{failed} FAILED") },
        sentence: format!("{} of {total} runs passed, {} %", history.passed, history.pass_rate()),
        kind: if failed == 0 { "passed" } else { "failed" },
        total,
        longest: shown(longest),
        head: head(&history),
        bars: bars(runs, longest),
        steps: history
            .steps
            .iter()
            .map(|step| {
                let of = |pick: fn(&Durations) -> u64| {
                    step.durations.as_ref().map(pick).map_or_else(|| "–".to_owned(), shown)
                };
                StepLine {
                    title: step.title.clone(),
                    ran: step.ran,
                    all: step.passed == step.ran,
                    rate: format!("{} %", step.pass_rate()),
                    median: of(|durations| durations.median_ms),
                    p95: of(|durations| durations.p95_ms),
                    last: of(|durations| durations.last_ms),
                }
            })
            .collect(),
        runs: runs
            .iter()
            .enumerate()
            .rev()
            .map(|(index, run)| view(index + 1, run, index + 1 == total, beside))
            .collect(),
        unread: unread.to_vec(),
    }
}

fn head(history: &History) -> Vec<Row> {
    let mut rows = Vec::new();
    if let (Some(first), Some(last)) = (history.runs.first(), history.runs.last()) {
        rows.push(Row::new("from", day_and_time(&first.started_at)));
        rows.push(Row::new("to", day_and_time(&last.started_at)));
    }
    let mut instances: Vec<u64> = history.runs.iter().filter_map(|run| run.instance).collect();
    instances.sort_unstable();
    instances.dedup();
    rows.push(Row::new("instances", instances.len().to_string()));
    if let Some(durations) = history.durations {
        let of = history.durations_of.as_deref().unwrap_or_default();
        rows.push(Row::new(format!("{of}, median"), shown(durations.median_ms)));
        rows.push(Row::new(format!("{of}, p95"), shown(durations.p95_ms)));
    }
    rows
}

#[expect(clippy::cast_precision_loss, reason = "counts and durations of a picture")]
fn bars(runs: &[KeptRun], longest: u64) -> Vec<Bar> {
    let each = 100.0 / runs.len().max(1) as f64;
    let rounded = |value: f64| (value * 1000.0).round() / 1000.0;
    let bars = runs.iter().enumerate().map(|(index, run)| {
        let report = &run.report;
        let share = report.duration_ms as f64 / longest.max(1) as f64;
        Bar {
            number: index + 1,
            start: rounded(index as f64 * each),
            width: rounded(each * 0.86),
            height: rounded((share * HIGHEST).max(LOWEST)),
            class: if report.outcome == Outcome::Passed { "passed" } else { "failed" },
            title: format!(
                "{}: {}, {}",
                day_and_time(&report.started_at),
                in_words(report).0,
                shown(report.duration_ms)
            ),
        }
    });
    bars.collect()
}

/// A path as an address that no browser takes for anything else.
fn link(relative: &Path) -> Option<String> {
    let parts = relative.components().map(|part| part.as_os_str().to_str());
    let parts = parts.collect::<Option<Vec<_>>>()?;
    let mut url = Url::parse("file:///").ok()?;
    url.path_segments_mut().ok()?.clear().extend(parts);
    Some(format!(".{}", url.path()))
}

fn view(number: usize, run: &KeptRun, is_last: bool, beside: Option<&Path>) -> RunView {
    let report = &run.report;
    let (label, sentence) = in_words(report);
    let passed = report.outcome == Outcome::Passed;
    let page = beside.and_then(|beside| {
        let page = run.folder.join(super::PAGE);
        let relative = page.strip_prefix(beside).ok()?;
        page.is_file().then(|| link(relative)).flatten()
    });
    RunView {
        number,
        kind: if passed { "passed" } else { "failed" },
        sign: if passed { "✓" } else { "✗" },
        // Of many, the last is what somebody comes for.
        open: !passed && is_last,
        when: day_and_time(&report.started_at),
        instance: report.instance.as_ref().map(|instance| match &instance.name {
            Some(name) => format!("{} \"{name}\"", instance.id),
            None => instance.id.to_string(),
        }),
        sentence: if passed { sentence } else { format!("{label} {sentence}") },
        duration: shown(report.duration_ms),
        error: report.error.as_ref().map(|error| ErrorLine {
            code: error.code.clone(),
            message: capitalised(&error.message),
            hints: error.hints.clone(),
        }),
        steps: report
            .steps
            .iter()
            .map(|step| StepOfRun {
                sign: match step.outcome {
                    StepOutcome::Passed => "✓",
                    StepOutcome::Failed => "✗",
                    StepOutcome::Skipped => "–",
                },
                title: match step.phase {
                    Phase::Scenario => step.title.clone(),
                    Phase::Restore => format!("Restoration: {}", step.title),
                },
                summary: step.summary.clone(),
                duration: shown(step.duration_ms),
            })
            .collect(),
        command: report.command.clone(),
        run_id: report.run_id.clone(),
        page,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_addresses() {
        for (path, address) in [
            ("2026/report.html", "./2026/report.html"),
            ("a#1?/50%25 é.html", "./a%231%3F/50%2525%20%C3%A9.html"),
            ("x:1/r.html", "./x:1/r.html"),
        ] {
            assert_eq!(link(Path::new(path)).as_deref(), Some(address));
        }
    }
}
