//! Comparisons and histories as text, for a terminal of 80 columns.

use anstyle::{AnsiColor, Style};

use super::words::precise as shown;
use super::{Comparison, Difference, Durations, Glyphs, History, Outcome, Phase, StepOutcome};

const RED: Style = AnsiColor::Red.on_default().bold();
const GREEN: Style = AnsiColor::Green.on_default().bold();
const DIM: Style = Style::new().dimmed();
const BOLD: Style = Style::new().bold();

/// The longest title of a step.
const TITLE: usize = 28;
/// A step is called slower from here on: less than this is noise, in milliseconds.
const NOISE_MS: u64 = 200;

/// A history. Styles are written always: whoever prints it strips them where they are not wanted.
pub fn history_table(history: &History, glyphs: Glyphs) -> String {
    let mut out = String::new();
    let mut line = |text: std::fmt::Arguments<'_>| out.push_str(&format!("{text}\n"));
    let total = history.runs.len();
    let style = if history.passed == total { GREEN } else { RED };
    let rate = history.pass_rate();
    let took = history.durations.map(|durations| {
        let of = glyphs.line(history.durations_of.as_deref().unwrap_or_default());
        let (median, p95) = (shown(durations.median_ms), shown(durations.p95_ms));
        format!("; {of}: median {median}, p95 {p95}")
    });
    line(format_args!(
        "{style}{} of {total} runs passed, {rate} %{style:#}{}\n",
        history.passed,
        took.unwrap_or_default()
    ));
    line(format_args!(
        "{DIM}{:TITLE$}  {:>5} {:>7} {:>11} {:>11} {:>11}{DIM:#}",
        "step", "ran", "passed", "median", "p95", "last"
    ));
    for step in &history.steps {
        let of = |pick: fn(&Durations) -> u64| {
            step.durations.as_ref().map(pick).map_or_else(|| "-".to_owned(), shown)
        };
        let rate = format!("{} %", step.pass_rate());
        let style = if step.passed == step.ran { Style::new() } else { RED };
        line(format_args!(
            "{:TITLE$}  {:>5} {style}{rate:>7}{style:#} {:>11} {:>11} {:>11}",
            step.title,
            step.ran,
            of(|durations| durations.median_ms),
            of(|durations| durations.p95_ms),
            of(|durations| durations.last_ms),
        ));
    }
    let failed = history.runs.iter().filter(|run| run.outcome != Outcome::Passed);
    for (index, run) in failed.rev().enumerate() {
        if index == 0 {
            line(format_args!("\n{BOLD}Not passed, newest first{BOLD:#}"));
        }
        let step = run.step.as_ref().map(|step| format!(" in {step}")).unwrap_or_default();
        // Texts of a report are somebody else's.
        let code = glyphs.line(run.error.as_deref().unwrap_or("without an error"));
        let sign = glyphs.failed;
        line(format_args!(
            "  {RED}{sign}{RED:#} {} {} {code}{step}",
            glyphs.line(&run.run_id),
            run.instance.map(|id| id.to_string()).unwrap_or_default(),
        ));
    }
    out
}

/// A comparison. Styles as in [`history_table`].
pub fn comparison_table(comparison: &Comparison, glyphs: Glyphs) -> String {
    let mut out = String::new();
    let mut line = |text: std::fmt::Arguments<'_>| out.push_str(&format!("{text}\n"));
    let (outcome, error) = (&comparison.outcome, &comparison.error);
    for (name, folder, outcome, error) in [
        ("before", &comparison.before, outcome.before, &error.before),
        ("after ", &comparison.after, outcome.after, &error.after),
    ] {
        let (style, word) = match outcome {
            Some(Outcome::Passed) => (GREEN, "passed"),
            Some(Outcome::LeftUnauthenticated) => (RED, "left unauthenticated"),
            Some(Outcome::Interrupted) => (RED, "interrupted"),
            Some(Outcome::Environment | Outcome::Usage) => (RED, "not run"),
            Some(Outcome::Failed) | None => (RED, "failed"),
        };
        let error = error.as_ref().map(|code| format!(" [{}]", glyphs.line(code)));
        line(format_args!("{DIM}{name}{DIM:#}  {}", glyphs.line(folder)));
        line(format_args!("        {style}{word}{style:#}{}", error.unwrap_or_default()));
    }
    line(format_args!(""));
    line(format_args!(
        "{DIM}{:TITLE$}  {:>11} {:>11} {:>12}{DIM:#}",
        "step", "before", "after", "difference"
    ));
    for step in &comparison.steps {
        let mut title = glyphs.line(&step.title);
        if step.phase == Phase::Restore {
            title.push_str(" (restoring)");
        }
        if step.attempt > 1 {
            title.push_str(&format!(" ({})", step.attempt));
        }
        let (before, after) = (step.duration_ms.before, step.duration_ms.after);
        let outcome = match (step.outcome.before, step.outcome.after) {
            (Some(before), Some(after)) if before != after => {
                format!("  {RED}{} -> {}{RED:#}", word(before), word(after))
            }
            (None, Some(_)) => format!("  {BOLD}new{BOLD:#}"),
            (Some(_), None) => format!("  {BOLD}gone{BOLD:#}"),
            _ => String::new(),
        };
        line(format_args!("{}{outcome}", durations(&title, before, after)));
    }
    let total = &comparison.duration_ms;
    line(format_args!("{}", durations("total", total.before, total.after)));
    let mut list = |name: &str, difference: &Difference| {
        for (sign, texts) in [("+", &difference.new), ("-", &difference.gone)] {
            for text in texts {
                line(format_args!("{sign} {name} {}", glyphs.line(text)));
            }
        }
    };
    list("page", &comparison.pages);
    list("warning", &comparison.warnings);
    for fact in &comparison.facts {
        let (before, after) = (glyphs.line(&fact.before), glyphs.line(&fact.after));
        line(format_args!("~ {}: {}: {before} -> {after}", fact.step, fact.fact));
    }
    out
}

fn durations(title: &str, before: Option<u64>, after: Option<u64>) -> String {
    let cell = |time: Option<u64>| time.map_or_else(|| "-".to_owned(), shown);
    let (difference, style) = match (before, after) {
        (Some(before), Some(after)) if after >= before => {
            let more = after - before;
            let is_slower = more > NOISE_MS && more > before / 4;
            (format!("+{}", shown(more)), if is_slower { RED } else { DIM })
        }
        (Some(before), Some(after)) => {
            let less = before - after;
            let is_faster = less > NOISE_MS && less > before / 4;
            (format!("-{}", shown(less)), if is_faster { GREEN } else { DIM })
        }
        _ => (String::new(), DIM),
    };
    let (before, after) = (cell(before), cell(after));
    format!("{title:TITLE$}  {before:>11} {after:>11} {style}{difference:>12}{style:#}")
}

fn word(outcome: StepOutcome) -> &'static str {
    match outcome {
        StepOutcome::Passed => "passed",
        StepOutcome::Failed => "failed",
        StepOutcome::Skipped => "skipped",
    }
}
