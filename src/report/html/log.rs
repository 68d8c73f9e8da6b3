//! The log's lines, each in the step in which it was written.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::timeline::{milliseconds, offset};
use crate::report::{Report, StepReport};

/// More than any run writes that is not told to write more.
const MOST_LINES: usize = 4_000;

/// Who says in the log that a step begins, and that it has ended.
const SAID_BY: &str = "reauth::scenario::context";

/// A line as the page shows it.
#[derive(Debug, Serialize)]
pub(super) struct LineView {
    /// Time since the run's start.
    at: String,
    level: String,
    text: String,
}

/// The lines of each step, and those of none. Of a very long log the end is kept.
pub(super) fn all(report: &Report, log: &str) -> (Vec<Vec<LineView>>, Vec<LineView>) {
    let spans: Vec<Option<(f64, f64)>> = report
        .steps
        .iter()
        .map(|step| {
            let from = offset(report, &step.started_at)?;
            // Times of the report are cut to the millisecond.
            Some((from, from + milliseconds(step.duration_ms) + 1.0))
        })
        .collect();
    let mut of_steps: Vec<Vec<LineView>> = report.steps.iter().map(|_| Vec::new()).collect();
    let mut outside = Vec::new();
    let lines: Vec<&str> = log.lines().collect();
    let mut place = Place::default();
    for line in &lines[lines.len().saturating_sub(MOST_LINES)..] {
        let Ok(value) = serde_json::from_str::<Value>(line) else { continue };
        let told = place.of(report, &value);
        let at = value["timestamp"].as_str().and_then(|at| offset(report, at));
        let is_in = |span: &Option<(f64, f64)>| {
            span.is_some_and(|(from, to)| at.is_some_and(|at| from <= at && at < to))
        };
        let view = view(at, &value);
        // Times say it where the log does not.
        match told.unwrap_or_else(|| spans.iter().rposition(is_in)) {
            Some(step) => of_steps[step].push(view),
            None => outside.push(view),
        }
    }
    (of_steps, outside)
}

/// Where in the run the log is, by what it says itself of steps that begin and end.
#[derive(Default)]
struct Place {
    /// Once it has said so.
    step: Option<Option<usize>>,
}

impl Place {
    /// The step of this line, or that it is of none; nothing where it has not been said yet.
    fn of(&mut self, report: &Report, line: &Value) -> Option<Option<usize>> {
        let fields = &line["fields"];
        let is_mark = line["target"] == SAID_BY && fields["step"].is_string();
        match fields["message"].as_str() {
            Some("begins") if is_mark => {
                let is_it = |step: &StepReport| {
                    fields["step"] == step.id.as_str()
                        && fields["phase"] == step.phase.as_str()
                        && fields["attempt"] == step.attempt
                };
                self.step = Some(report.steps.iter().position(is_it));
                self.step
            }
            Some("ended") if is_mark => {
                let here = self.step;
                self.step = Some(None);
                here
            }
            _ => self.step,
        }
    }
}

fn view(at: Option<f64>, line: &Value) -> LineView {
    let fields = line["fields"].as_object();
    let message = fields.and_then(|fields| fields.get("message")?.as_str()).unwrap_or_default();
    let others = fields.into_iter().flatten().filter(|(name, _)| *name != "message");
    let others = others.map(|(name, value)| match value.as_str() {
        Some(text) => format!("{name}={text}"),
        None => format!("{name}={value}"),
    });
    let target = line["target"].as_str().unwrap_or_default();
    let target = target.strip_prefix("reauth::").unwrap_or(target).to_owned();
    let words =
        std::iter::once(target + ":").chain((!message.is_empty()).then(|| message.to_owned()));
    LineView {
        at: at.map_or_else(String::new, since_start),
        level: line["level"].as_str().unwrap_or_default().to_owned(),
        text: words.chain(others).collect::<Vec<_>>().join(" "),
    }
}

/// Seconds since the run's start, to the millisecond.
pub(super) fn since_start(milliseconds: f64) -> String {
    format!("{:.3} s", milliseconds.max(0.0) / 1000.0)
}

/// An instant in RFC 3339 as a person reads it.
pub(super) fn day_and_time(at: &str) -> String {
    let parsed: Option<Timestamp> = at.parse().ok();
    parsed.map_or_else(|| at.to_owned(), |at| at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string())
}
