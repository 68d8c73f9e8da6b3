//! Events and reports as lines for a person. Pure: styles are written always and stripped by the
//! stream where they are not wanted.

use std::path::Path;
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use jiff::Timestamp;
use serde_json::Value;

use super::Verbosity;
use super::glyphs::Glyphs;
use crate::failure::Failure;
use crate::report::words::{
    duration, in_words, instance_state, logged_in_by, reauthenticated_via, revoked_via,
};
use crate::report::{Event, Outcome, Phase, Report, StepId, StepKey, StepOutcome};

const GREEN: Style = AnsiColor::Green.on_default().bold();
const RED: Style = AnsiColor::Red.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default().bold();
const DIM: Style = Style::new().dimmed();
const BOLD: Style = Style::new().bold();

/// The longest title, so that what follows is aligned.
const TITLE_WIDTH: usize = 28;
/// As wide as `12 min 05 s`.
const DURATION_WIDTH: usize = 11;
const LABEL_WIDTH: usize = 20;
/// Stands where a line that is too long goes on below. No text from outside has it: controls are taken
/// out of those.
const HANG: &str = "\u{1f}";
/// Fewer columns than this are not written into.
const NARROWEST: usize = 24;
const MARGIN: usize = 4;

/// Turns events into lines; remembers what is running.
pub(super) struct Renderer {
    verbosity: Verbosity,
    glyphs: Glyphs,
    running: Vec<(StepKey, Option<String>)>,
    restoring: bool,
    /// Steps that failed: what comes after them is another attempt at the same.
    failed: Vec<StepId>,
    /// What somebody is being asked, on the last line.
    asked: Option<String>,
    /// The last line is empty, or there is none: a block needs no further distance.
    spaced: bool,
}

impl Renderer {
    /// A renderer that has seen nothing yet.
    pub(super) fn new(verbosity: Verbosity, glyphs: Glyphs) -> Self {
        Self {
            verbosity,
            glyphs,
            running: Vec::new(),
            restoring: false,
            failed: Vec::new(),
            asked: None,
            spaced: true,
        }
    }

    /// What the spinner says: the step that began last, and what it last said.
    pub(super) fn running(&self) -> Option<String> {
        let (key, progress) = self.running.last()?;
        let title = key.id.title();
        Some(match progress {
            Some(text) => format!("{title}: {}", self.glyphs.line(text)),
            None => title.to_owned(),
        })
    }

    /// The lines that an event is worth; empty for most.
    pub(super) fn event(&mut self, event: &Event, at: Timestamp) -> String {
        let mut out = String::new();
        match event {
            Event::StepStarted { key } => {
                self.running.push((*key, None));
                self.heading(&mut out, key.phase);
            }
            Event::Progress { key, text } => {
                if let Some(entry) = self.running.iter_mut().rev().find(|(of, _)| of == key) {
                    entry.1 = Some(text.clone());
                }
                if self.verbosity >= Verbosity::Verbose {
                    let time = at.strftime("%H:%M:%SZ");
                    line(
                        &mut out,
                        format_args!("    {DIM}{time}{DIM:#} {HANG}{}", self.glyphs.line(text)),
                    );
                }
            }
            // Whatever the verbosity: somebody is waited for. What is typed stands on the same line.
            Event::Asked { about, question, .. } => {
                for text in about {
                    line(
                        &mut out,
                        format_args!("  {BOLD}|{BOLD:#} {HANG}{}", self.glyphs.line(text)),
                    );
                }
                let question = format!("  {YELLOW}?{YELLOW:#} {} ", self.glyphs.line(question));
                out.push_str(&question);
                self.asked = Some(question);
                return out;
            }
            Event::Answered { .. } => self.asked = None,
            Event::StepFinished { key, outcome, duration, summary, facts } => {
                self.running.retain(|(of, _)| of != key);
                self.heading(&mut out, key.phase);
                if *outcome == StepOutcome::Failed {
                    self.failed.push(key.id);
                }
                if self.verbosity > Verbosity::Quiet {
                    self.step(&mut out, *key, *outcome, *duration, summary);
                }
                if self.verbosity >= Verbosity::Verbose {
                    self.facts(&mut out, facts);
                }
            }
            Event::Warning { code, message } if self.verbosity > Verbosity::Quiet => {
                let message = self.glyphs.line(message);
                line(
                    &mut out,
                    format_args!("  {YELLOW}!{YELLOW:#} {HANG}{message} {DIM}[{code}]{DIM:#}"),
                );
            }
            Event::Failed { step, failure } => self.failure(&mut out, *step, failure),
            _ => {}
        }
        if !out.is_empty() {
            self.spaced = out.ends_with("\n\n");
            if let Some(question) = &self.asked {
                // What comes meanwhile stands above the question, which is asked anew; unless it was
                // about what is over now.
                let is_over = !matches!(event, Event::Warning { .. } | Event::Progress { .. });
                out = if is_over { format!("\n{out}") } else { format!("\n{out}{question}") };
                if is_over {
                    self.asked = None;
                }
            }
        }
        out
    }

    /// How it all ended.
    pub(super) fn summary(&self, report: &Report, folder: Option<&Path>) -> String {
        let mut out = String::new();
        let style = match report.outcome {
            Outcome::Passed => GREEN,
            Outcome::Interrupted => YELLOW,
            _ => RED,
        };
        if !self.spaced {
            out.push('\n');
        }
        let (label, words) = in_words(report);
        let words = self.glyphs.line(&words);
        line(&mut out, format_args!("{style}{label}{style:#}  {HANG}{words}"));
        if self.verbosity == Verbosity::Quiet {
            return out;
        }
        if let Some(instance) = &report.instance {
            let name = instance.name.as_ref().map_or_else(String::new, |name| format!(" {name:?}"));
            let state = instance_state(report);
            self.detail(&mut out, "instance", &format!("{}{name}, {state}", instance.id));
        }
        if let Some(ways) = logged_in_by(report) {
            self.detail(&mut out, "logged in by", &ways);
        }
        if let Some(how) = revoked_via(report) {
            self.detail(&mut out, "revoked via", how);
        }
        if let Some(how) = reauthenticated_via(report) {
            self.detail(&mut out, "re-authenticated via", &how);
        }
        let total = duration(Duration::from_millis(report.duration_ms));
        self.detail(&mut out, "total time", &total);
        if let Some(folder) = folder {
            self.detail(&mut out, "run folder", &folder.display().to_string());
            self.detail(&mut out, "report", &folder.join("report.html").display().to_string());
        }
        out
    }

    /// The restoration is set apart from the scenario.
    fn heading(&mut self, out: &mut String, phase: Phase) {
        if phase == Phase::Restore && !self.restoring && self.verbosity > Verbosity::Quiet {
            line(out, format_args!("  {BOLD}Restoring the instance{BOLD:#}"));
        }
        if phase == Phase::Scenario && self.restoring && self.verbosity > Verbosity::Quiet {
            line(out, format_args!("  {BOLD}It is back: the run goes on{BOLD:#}"));
        }
        self.restoring = phase == Phase::Restore;
    }

    fn step(
        &self,
        out: &mut String,
        key: StepKey,
        outcome: StepOutcome,
        took: Duration,
        summary: &str,
    ) {
        let (style, sign) = match outcome {
            StepOutcome::Passed => (GREEN, self.glyphs.passed),
            StepOutcome::Failed => (RED, self.glyphs.failed),
            StepOutcome::Skipped => (DIM, self.glyphs.skipped),
        };
        let took = if outcome == StepOutcome::Skipped { String::new() } else { duration(took) };
        let title = key.id.title();
        // A run looks at some things twice in good order: that is no news.
        let is_retry = key.attempt > 1 && self.failed.contains(&key.id);
        let attempt = if is_retry { format!("attempt {}: ", key.attempt) } else { String::new() };
        let summary = self.glyphs.line(summary);
        line(
            out,
            format_args!(
                "  {style}{sign}{style:#} {title:TITLE_WIDTH$} {DIM}{took:>DURATION_WIDTH$}{DIM:#}  \
                 {HANG}{attempt}{summary}"
            ),
        );
    }

    fn facts(&self, out: &mut String, facts: &serde_json::Map<String, Value>) {
        for (name, value) in facts {
            let value = match value {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            let (name, value) = (self.glyphs.line(name), self.glyphs.line(&value));
            line(out, format_args!("      {DIM}{name}:{DIM:#} {HANG}{value}"));
        }
    }

    fn failure(&self, out: &mut String, step: Option<StepId>, failure: &Failure) {
        let place = step.map(|step| format!("{} failed ", step.title())).unwrap_or_default();
        let code = failure.code;
        if !self.spaced {
            out.push('\n');
        }
        line(out, format_args!("{RED}error{RED:#} {BOLD}{place}{BOLD:#}{DIM}[{code}]{DIM:#}"));
        // Several lines in one message are somebody's layout, such as an excerpt from a file.
        for text in failure.message.lines() {
            line(out, format_args!("  {HANG}{}", self.glyphs.line(text)));
        }
        for hint in &failure.hints {
            let (sign, hint) = (self.glyphs.hint, self.glyphs.line(hint));
            line(out, format_args!("  {YELLOW}{sign}{YELLOW:#} {HANG}{hint}"));
        }
        for file in &failure.evidence {
            line(out, format_args!("  {DIM}see{DIM:#} {}", self.glyphs.line(file)));
        }
        line(out, format_args!("  {DIM}see{DIM:#} `reauth explain {code}`"));
        out.push('\n');
    }

    fn detail(&self, out: &mut String, label: &str, text: &str) {
        let text = self.glyphs.line(text);
        line(out, format_args!("  {DIM}{label:LABEL_WIDTH$}{DIM:#}  {HANG}{text}"));
    }
}

/// The lines as they stand on a terminal of so many columns: what is too long goes on below where its
/// text begins. Elsewhere, as in a log, each stays one line.
pub(super) fn laid_out(text: &str, columns: Option<usize>) -> String {
    let Some(columns) = columns else { return text.replace(HANG, "") };
    let lines = text.split_inclusive('\n').map(|line| {
        let (line, end) = line.strip_suffix('\n').map_or((line, ""), |line| (line, "\n"));
        // A question is no text: what is typed follows it.
        let Some((before, after)) = line.split_once(HANG) else { return format!("{line}{end}") };
        let hang = textwrap::core::display_width(before);
        let whole = format!("{before}{after}");
        // Where hardly anything is left beside it, it goes on at the margin.
        let hang = if hang + NARROWEST > columns { MARGIN } else { hang };
        if textwrap::core::display_width(&whole) <= columns {
            return whole + end;
        }
        let indent = " ".repeat(hang);
        let options = textwrap::Options::new(columns)
            .subsequent_indent(&indent)
            // What is a name, or a path, is copied as one.
            .break_words(false)
            .word_splitter(textwrap::WordSplitter::NoHyphenation);
        textwrap::fill(&whole, options) + end
    });
    lines.collect()
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    out.push_str(&text.to_string());
    out.push('\n');
}

#[cfg(test)]
mod tests;
