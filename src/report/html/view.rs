//! What the page's template is given.

use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use super::Material;
use super::call::{self, CallView, Row};
use super::log::{self, LineView, day_and_time, since_start};
use super::pictures::{File, Files, Picture, TextFile};
use super::timeline::{self, Timeline, offset};
use crate::explain;
use crate::report::words::{
    duration, in_words, instance_state, logged_in_by, precise, reauthenticated_via, revoked_via,
};
use crate::report::{Outcome, Phase, Report, StepOutcome, StepReport, WarningReport};

/// The whole page.
#[derive(Serialize)]
pub(super) struct View<'run> {
    label: &'static str,
    sentence: String,
    kind: &'static str,
    command: &'run str,
    run_id: &'run str,
    instance: Option<&'run crate::report::InstanceReport>,
    head: Vec<Row>,
    error: Option<ErrorView>,
    warnings: &'run [WarningReport],
    timeline: Timeline,
    steps: Vec<StepView>,
    failed: usize,
    /// None: nothing was compared.
    diff: Option<Vec<ChangeView>>,
    compared: Option<u64>,
    outside: Vec<LineView>,
    environment: Vec<Row>,
}

#[derive(Serialize)]
struct ErrorView {
    title: String,
    code: String,
    message: Vec<String>,
    hints: Vec<Vec<Words>>,
    picture: Option<Picture>,
    means: Option<Vec<Words>>,
    signs: Option<Vec<Words>>,
    remedies: Vec<Vec<Words>>,
}

/// A part of a text: code between backticks, or not.
#[derive(Serialize)]
struct Words {
    code: bool,
    text: String,
}

#[derive(Serialize)]
struct StepView {
    number: usize,
    title: String,
    attempt: u32,
    outcome: &'static str,
    sign: &'static str,
    summary: String,
    duration: String,
    open: bool,
    begins_restoration: bool,
    goes_on: bool,
    facts: Vec<Row>,
    progress: Vec<ProgressView>,
    pictures: Vec<Picture>,
    files: Vec<TextFile>,
    left_out: Vec<String>,
    calls: Vec<CallView>,
    log: Vec<LineView>,
}

#[derive(Serialize)]
struct ProgressView {
    at: String,
    text: String,
}

#[derive(Serialize)]
struct ChangeView {
    key: String,
    kind: String,
    before: String,
    after: String,
}

pub(super) fn of<'run>(material: &Material<'run>) -> View<'run> {
    let report = material.report;
    let (label, sentence) = in_words(report);
    let calls = call::all(material.calls);
    let timeline = timeline::of(report, &calls);
    let (mut logs, mut outside) = log::all(report, material.log);
    // A call that was made between two steps is shown by the earlier one.
    let mut of_steps: Vec<Vec<CallView>> = report.steps.iter().map(|_| Vec::new()).collect();
    for call in calls {
        let earlier = || {
            let at = offset(report, &call.started_at)?;
            let begun = |step: &StepReport| {
                offset(report, &step.started_at).is_some_and(|began| began <= at)
            };
            report.steps.iter().rposition(begun)
        };
        let step = call.step.filter(|step| *step < of_steps.len()).or_else(earlier).unwrap_or(0);
        if let Some(calls) = of_steps.get_mut(step) {
            calls.push(call);
        }
    }
    let mut files = Files::of(material.folder);
    let failed_first = {
        let mut order: Vec<usize> = (0..report.steps.len()).collect();
        order.sort_by_key(|index| report.steps[*index].outcome != StepOutcome::Failed);
        order
    };
    let mut evidence: Vec<Vec<File>> = report.steps.iter().map(|_| Vec::new()).collect();
    for index in failed_first {
        evidence[index] =
            report.steps[index].evidence.iter().map(|name| files.read(name)).collect();
    }
    let mut steps = Vec::new();
    let parts = report.steps.iter().zip(evidence).zip(of_steps);
    for (index, ((step, evidence), calls)) in parts.enumerate() {
        let before = index.checked_sub(1).map(|before| report.steps[before].phase);
        let log = logs.get_mut(index).map(std::mem::take).unwrap_or_default();
        let mut view = step_view(report, index + 1, step, evidence);
        view.begins_restoration = step.phase == Phase::Restore
            && before != Some(Phase::Restore)
            && report.command != "restore";
        view.goes_on = step.phase == Phase::Scenario && before == Some(Phase::Restore);
        view.calls = calls;
        view.log = log;
        steps.push(view);
    }
    if report.steps.is_empty() {
        outside.truncate(1_000);
    }
    let error = error_view(report, &steps);
    View {
        label,
        sentence: capitalised(&sentence),
        kind: match report.outcome {
            Outcome::Passed => "passed",
            Outcome::Interrupted => "interrupted",
            _ => "failed",
        },
        command: &report.command,
        run_id: &report.run_id,
        instance: report.instance.as_ref(),
        head: head(report),
        error,
        warnings: &report.warnings,
        timeline,
        failed: steps.iter().filter(|step| step.outcome == "failed").count(),
        steps,
        diff: diff(report),
        compared: compared(report),
        outside,
        environment: environment(report),
    }
}

fn head(report: &Report) -> Vec<Row> {
    let mut rows = Vec::new();
    if let Some(instance) = &report.instance {
        let name = instance.name.as_ref().map(|name| format!(" \"{name}\"")).unwrap_or_default();
        rows.push(Row::new("instance", format!("{}{name}", instance.id)));
        rows.push(Row::new("now", instance_state(report)));
    }
    if let Some(how) = revoked_via(report) {
        rows.push(Row::new("revoked via", how));
    }
    if let Some(how) = reauthenticated_via(report) {
        rows.push(Row::new("re-authenticated via", how));
    }
    if let Some(ways) = logged_in_by(report) {
        rows.push(Row::new("logged in by", ways));
    }
    rows.push(Row::new("started", day_and_time(&report.started_at)));
    rows.push(Row::new("took", duration(Duration::from_millis(report.duration_ms))));
    rows.push(Row::new("exit code", report.exit_code.to_string()));
    rows
}

fn error_view(report: &Report, steps: &[StepView]) -> Option<ErrorView> {
    let error = report.error.as_ref()?;
    let explained = explain::find(&error.code);
    let picture = report.failed_step().and_then(|index| steps[index].pictures.last().cloned());
    Some(ErrorView {
        title: match error.step {
            Some(step) => format!("{} failed", step.title()),
            None => "What went wrong".to_owned(),
        },
        code: error.code.clone(),
        message: error.message.lines().map(capitalised).collect(),
        hints: error.hints.iter().map(|hint| words(hint)).collect(),
        picture,
        means: explained.map(|explained| words(explained.means)),
        signs: explained.map(|explained| words(explained.signs)),
        remedies: explained
            .map(|explained| explained.remedies.iter().map(|remedy| words(remedy)).collect())
            .unwrap_or_default(),
    })
}

fn step_view(report: &Report, number: usize, step: &StepReport, evidence: Vec<File>) -> StepView {
    let (outcome, sign) = match step.outcome {
        StepOutcome::Passed => ("passed", "✓"),
        StepOutcome::Failed => ("failed", "✗"),
        StepOutcome::Skipped => ("skipped", "–"),
    };
    let mut view = StepView {
        number,
        title: step.title.clone(),
        attempt: step.attempt,
        outcome,
        sign,
        summary: step.summary.clone(),
        duration: precise(step.duration_ms),
        open: step.outcome == StepOutcome::Failed,
        begins_restoration: false,
        goes_on: false,
        facts: step.facts.iter().map(|(name, value)| Row::new(said(name), shown(value))).collect(),
        progress: step
            .progress
            .iter()
            .map(|line| ProgressView {
                at: offset(report, &line.at).map(since_start).unwrap_or_default(),
                text: line.text.clone(),
            })
            .collect(),
        pictures: Vec::new(),
        files: Vec::new(),
        left_out: Vec::new(),
        calls: Vec::new(),
        log: Vec::new(),
    };
    for file in evidence {
        match file {
            File::Picture(picture) => view.pictures.push(picture),
            File::Text(file) => view.files.push(file),
            File::LeftOut(why) => view.left_out.push(why),
        }
    }
    view
}

/// The differences that `verify` found; of several, what the last one found.
fn diff(report: &Report) -> Option<Vec<ChangeView>> {
    let changes = verified(report, "configuration_diff")?.as_array()?;
    let view = |change: &Value| ChangeView {
        key: change["key"].as_str().unwrap_or_default().to_owned(),
        kind: change["kind"].as_str().unwrap_or_default().to_owned(),
        before: shown(&change["before"]),
        after: shown(&change["after"]),
    };
    Some(changes.iter().map(view).collect())
}

fn compared(report: &Report) -> Option<u64> {
    verified(report, "configuration_keys")?.as_u64()
}

fn verified<'run>(report: &'run Report, fact: &str) -> Option<&'run Value> {
    report.steps.iter().rev().find_map(|step| step.facts.get(fact))
}

fn environment(report: &Report) -> Vec<Row> {
    let given = &report.environment;
    let mut rows = vec![Row::new("reauth", report.version.clone())];
    let facts = report.steps.iter().rev();
    if let Some(browser) = facts.filter_map(|step| step.facts.get("browser")?.as_str()).next() {
        rows.push(Row::new("browser", browser));
    }
    if !given.platform.is_empty() {
        rows.push(Row::new("system", given.platform.clone()));
    }
    if !given.arguments.is_empty() {
        rows.push(Row::new("command line", format!("reauth {}", given.arguments.join(" "))));
    }
    rows
}

/// A fact's name as words.
fn said(name: &str) -> String {
    name.replace('_', " ")
}

/// A fact for a person: lists one a line, objects as `name: value`.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Array(items) if items.iter().all(Value::is_string) && items.len() > 1 => {
            items.iter().map(shown).collect::<Vec<_>>().join(" → ")
        }
        Value::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join("\n"),
        Value::Object(fields) => {
            let fields =
                fields.iter().map(|(name, value)| format!("{}: {}", said(name), shown(value)));
            fields.collect::<Vec<_>>().join("; ")
        }
    }
}

fn words(text: &str) -> Vec<Words> {
    let parts = text.split('`').enumerate();
    parts.map(|(index, part)| Words { code: index % 2 == 1, text: part.to_owned() }).collect()
}

pub(super) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
