//! The run on one axis of time: its steps, the pages that the browser showed, calls to each service.

use jiff::Timestamp;
use serde::Serialize;

use super::call::CallView;
use crate::report::{Report, StepOutcome};

/// The picture.
#[derive(Debug, Default, Serialize)]
pub(super) struct Timeline {
    rows: Vec<Row>,
    ticks: Vec<Tick>,
}

#[derive(Debug, Serialize)]
struct Row {
    name: &'static str,
    /// How many bars lie over one another at most.
    deep: usize,
    bars: Vec<Bar>,
}

#[derive(Debug, Serialize)]
struct Bar {
    /// Percent of the whole.
    start: f64,
    width: f64,
    depth: usize,
    class: String,
    title: String,
    target: String,
}

#[derive(Debug, Serialize)]
struct Tick {
    at: f64,
    label: String,
}

/// Times in reports are cut to the millisecond: what follows may seem to begin before.
const ROUNDING: f64 = 1.0;

/// A stretch of time, in milliseconds from the run's start.
struct Span {
    from: f64,
    to: f64,
    class: String,
    title: String,
    target: String,
}

/// Milliseconds from the run's start to an instant in RFC 3339.
pub(super) fn offset(report: &Report, at: &str) -> Option<f64> {
    let began: Timestamp = report.started_at.parse().ok()?;
    let at: Timestamp = at.parse().ok()?;
    Some(at.duration_since(began).as_secs_f64() * 1000.0)
}

/// The timeline of a run; without rows, if nothing in it took time.
pub(super) fn of(report: &Report, calls: &[CallView]) -> Timeline {
    let steps = spans_of_steps(report);
    let browser = spans_of_pages(report);
    let of = |service: &str| -> Vec<Span> {
        let calls = calls.iter().filter(|call| call.service == service);
        calls.filter_map(|call| span_of_call(report, call)).collect()
    };
    let rows = [
        ("Steps", steps),
        ("Browser", browser),
        ("Salesforce", of("Salesforce")),
        ("Cloud Elements", of("Cloud Elements")),
    ];
    let ends = rows.iter().flat_map(|(_, spans)| spans).map(|span| span.to);
    #[expect(clippy::cast_precision_loss, reason = "no run lasts for 285,000 years")]
    let whole = ends.fold(report.duration_ms as f64, f64::max);
    if report.steps.is_empty() || whole <= 0.0 {
        return Timeline::default();
    }
    let rows = rows.into_iter().filter(|(_, spans)| !spans.is_empty());
    Timeline {
        rows: rows.map(|(name, spans)| row(name, spans, whole)).collect(),
        ticks: ticks(whole),
    }
}

fn spans_of_steps(report: &Report) -> Vec<Span> {
    let spans = report.steps.iter().enumerate().filter_map(|(index, step)| {
        let from = offset(report, &step.started_at)?;
        let to = from + milliseconds(step.duration_ms);
        let class = match step.outcome {
            StepOutcome::Passed => "passed",
            StepOutcome::Failed => "failed",
            StepOutcome::Skipped => "skipped",
        };
        Some(Span {
            from,
            to,
            class: class.to_owned(),
            title: format!("{}, {}", step.title, shown(to - from)),
            target: format!("step-{}", index + 1),
        })
    });
    spans.collect()
}

/// The browser's starts, and its pages: each is there until the next, or the step's end.
fn spans_of_pages(report: &Report) -> Vec<Span> {
    let starts = report.browser_starts.iter().filter_map(|start| {
        let from = offset(report, &start.started_at)?;
        let to = from + milliseconds(start.duration_ms);
        Some(Span {
            from,
            to,
            class: "starting".to_owned(),
            title: format!("starting the browser, {}", shown(to - from)),
            target: "environment".to_owned(),
        })
    });
    let mut spans: Vec<Span> = starts.collect();
    for (index, step) in report.steps.iter().enumerate() {
        let Some(began) = offset(report, &step.started_at) else { continue };
        let end = began + milliseconds(step.duration_ms);
        let mut pages: Vec<(f64, &str)> = Vec::new();
        for page in &step.pages {
            // Looked at again, it is the same page still.
            if pages.last().is_none_or(|(_, name)| *name != page.page)
                && let Some(at) = offset(report, &page.at)
            {
                pages.push((at, &page.page));
            }
        }
        for (place, (from, page)) in pages.iter().enumerate() {
            let to = pages.get(place + 1).map_or(end, |(next, _)| *next).max(*from);
            spans.push(Span {
                from: *from,
                to,
                class: "browser".to_owned(),
                title: format!("page {page}, {}", shown(to - from)),
                target: format!("step-{}", index + 1),
            });
        }
    }
    spans
}

fn span_of_call(report: &Report, call: &CallView) -> Option<Span> {
    let from = offset(report, &call.started_at)?;
    let class = if call.is_bad() { "bad" } else { call.service_class() };
    Some(Span {
        from,
        to: from + call.milliseconds,
        class: class.to_owned(),
        title: format!(
            "{} {} {}, {}",
            call.status,
            call.method,
            call.path,
            shown(call.milliseconds)
        ),
        target: format!("call-{}", call.number),
    })
}

fn row(name: &'static str, mut spans: Vec<Span>, whole: f64) -> Row {
    spans.sort_by(|one, other| one.from.total_cmp(&other.from));
    // Where the bars at each depth end.
    let mut ends: Vec<f64> = Vec::new();
    let bars = spans.into_iter().map(|span| {
        let free = ends.iter().position(|end| *end <= span.from + ROUNDING);
        let depth = free.unwrap_or(ends.len());
        if free.is_none() {
            ends.push(span.to);
        } else {
            ends[depth] = span.to;
        }
        Bar {
            start: percent(span.from, whole),
            // What is too short to be seen can be pressed all the same.
            width: percent(span.to - span.from, whole).max(0.3),
            depth,
            class: span.class,
            title: span.title,
            target: span.target,
        }
    });
    let bars = bars.collect();
    Row { name, deep: ends.len(), bars }
}

/// Five to ten of them, at round times.
fn ticks(whole: f64) -> Vec<Tick> {
    let rough = whole / 5.0;
    let magnitude = 10_f64.powf(rough.log10().floor());
    let factor = [1.0, 2.0, 5.0].into_iter().rfind(|factor| factor * magnitude <= rough);
    let every = factor.unwrap_or(1.0) * magnitude;
    let mut ticks = Vec::new();
    let mut at = 0.0;
    while at <= whole && ticks.len() < 20 {
        ticks.push(Tick { at: percent(at, whole), label: shown(at) });
        at += every;
    }
    ticks
}

fn percent(part: f64, whole: f64) -> f64 {
    (part.max(0.0) / whole * 100_000.0).round() / 1000.0
}

/// A time of a bar, for a person.
pub(super) fn shown(milliseconds: f64) -> String {
    if milliseconds < 1000.0 {
        format!("{milliseconds:.0} ms")
    } else if milliseconds < 60_000.0 {
        format!("{:.1} s", milliseconds / 1000.0)
    } else {
        let seconds = milliseconds / 1000.0;
        format!("{:.0} min {:02.0} s", (seconds / 60.0).floor(), (seconds % 60.0).floor())
    }
}

#[expect(clippy::cast_precision_loss, reason = "no run lasts for 285,000 years")]
pub(super) fn milliseconds(whole: u64) -> f64 {
    whole as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_few() {
        for (whole, expected) in [
            (2_300.0, &["0 ms", "200 ms", "400 ms"][..]),
            (9.0, &["0 ms", "1 ms", "2 ms"]),
            (60_000.0, &["0 ms", "10.0 s", "20.0 s"]),
        ] {
            let ticks = ticks(whole);
            assert!((5..=13).contains(&ticks.len()), "{whole}: {}", ticks.len());
            let labels: Vec<&str> = ticks.iter().map(|tick| tick.label.as_str()).take(3).collect();
            assert_eq!(labels, expected);
        }
    }

    #[test]
    fn bars_that_overlap_lie_over_one_another() {
        let span = |from: f64, to: f64| Span {
            from,
            to,
            class: String::new(),
            title: String::new(),
            target: String::new(),
        };
        let row = row("x", vec![span(50.0, 60.0), span(0.0, 55.0), span(60.0, 70.0)], 100.0);
        let depths: Vec<usize> = row.bars.iter().map(|bar| bar.depth).collect();
        assert_eq!((depths, row.deep), (vec![0, 1, 0], 2));
    }
}
