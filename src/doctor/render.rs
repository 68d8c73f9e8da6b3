//! Checks as lines for a person. Pure: styles are written always and stripped by the stream where
//! they are not wanted.

use anstyle::{AnsiColor, Style};

use super::check::{Check, CheckOutcome};
use super::diagnosis::{Diagnosis, DiagnosisOutcome};
use crate::report::{Glyphs, Verbosity};

const GREEN: Style = AnsiColor::Green.on_default().bold();
const RED: Style = AnsiColor::Red.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default().bold();
const DIM: Style = Style::new().dimmed();

/// The longest title, so that what follows is aligned.
const TITLE_WIDTH: usize = 19;

/// Turns checks into lines.
#[derive(Debug, Clone, Copy)]
pub struct Renderer {
    verbosity: Verbosity,
    glyphs: Glyphs,
}

impl Renderer {
    /// A renderer; `-q` leaves only what wants something done.
    pub fn new(verbosity: Verbosity, glyphs: Glyphs) -> Self {
        Self { verbosity, glyphs }
    }

    /// A check as a line, with what to do below it. Empty where it is not worth one.
    pub fn check(&self, check: &Check) -> String {
        let (style, sign) = match check.outcome {
            CheckOutcome::Passed => (GREEN, self.glyphs.passed),
            CheckOutcome::Warning => (YELLOW, "!"),
            CheckOutcome::Failed => (RED, self.glyphs.failed),
            CheckOutcome::Skipped => (DIM, self.glyphs.skipped),
        };
        let is_fine = matches!(check.outcome, CheckOutcome::Passed | CheckOutcome::Skipped);
        if is_fine && self.verbosity == Verbosity::Quiet {
            return String::new();
        }
        let title = check.id.title();
        let subject =
            check.subject.as_ref().map_or_else(String::new, |subject| format!("{subject}: "));
        let seen = self.glyphs.line(&format!("{subject}{}", check.seen));
        let seen = match check.outcome {
            CheckOutcome::Skipped => format!("{DIM}{seen}{DIM:#}"),
            _ => seen,
        };
        let code = check.code.map_or_else(String::new, |code| format!(" {DIM}[{code}]{DIM:#}"));
        let mut out = format!("  {style}{sign}{style:#} {title:TITLE_WIDTH$}  {seen}{code}\n");
        for hint in &check.hints {
            let (sign, hint) = (self.glyphs.hint, self.glyphs.line(hint));
            out.push_str(&format!("      {YELLOW}{sign}{YELLOW:#} {hint}\n"));
        }
        out
    }

    /// How it all ended.
    pub fn summary(&self, diagnosis: &Diagnosis) -> String {
        let all = diagnosis.checks.len();
        let count = |outcome, one: &str, many: &str| match diagnosis.count(outcome) {
            1 => format!("1 {one}"),
            count => format!("{count} {many}"),
        };
        let warnings = count(CheckOutcome::Warning, "warning", "warnings");
        let failures = count(CheckOutcome::Failed, "check failed", "checks failed");
        let (style, words, rest) = match diagnosis.outcome {
            DiagnosisOutcome::Ready => (GREEN, "READY", format!("{all} checks")),
            DiagnosisOutcome::ReadyWithWarnings => {
                (YELLOW, "READY", format!("{warnings} in {all} checks"))
            }
            DiagnosisOutcome::NotReady => {
                (RED, "NOT READY", format!("{failures} of {all}, {warnings}"))
            }
            DiagnosisOutcome::Interrupted => (YELLOW, "INTERRUPTED", format!("after {all} checks")),
        };
        let mut out = format!("\n{style}{words}{style:#}  {rest}\n");
        let is_ready = matches!(
            diagnosis.outcome,
            DiagnosisOutcome::Ready | DiagnosisOutcome::ReadyWithWarnings
        );
        if is_ready && diagnosis.visits.is_empty() && self.verbosity > Verbosity::Quiet {
            let hint = "the login was not tried: `reauth doctor --login` tries it";
            out.push_str(&format!("  {DIM}{}{DIM:#}\n", self.glyphs.line(hint)));
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::super::Walk;
    use super::super::check::CheckId;
    use super::*;
    use crate::failure::Failure;

    fn checks() -> Vec<Check> {
        vec![
            Check::passed(CheckId::Configuration, "reauth.toml is complete"),
            Check::skipped(CheckId::Display, "no window is wanted"),
            Check::warning(CheckId::Sandbox, "browser.no_sandbox", "this is root")
                .hint("use another"),
            Check::failed(
                CheckId::Host,
                Failure::environment("http.unreachable", "evil\u{1b}[2J").hint("check DNS"),
            )
            .of("test.salesforce.com"),
        ]
    }

    fn shown(verbosity: Verbosity, locale: &str, checks: Vec<Check>) -> String {
        let renderer = Renderer::new(verbosity, Glyphs::for_locale(locale));
        let mut out: String = checks.iter().map(|check| renderer.check(check)).collect();
        let diagnosis = Diagnosis::new(Timestamp::now(), checks, Walk::default(), None);
        out.push_str(&renderer.summary(&diagnosis));
        anstream::adapter::strip_str(&out).to_string()
    }

    #[test]
    fn everything() {
        insta::assert_snapshot!("everything", shown(Verbosity::Normal, "C.UTF-8", checks()));
    }

    #[test]
    fn without_unicode_and_quiet() {
        insta::assert_snapshot!("quiet_ascii", shown(Verbosity::Quiet, "C", checks()));
    }

    #[test]
    fn all_is_well() {
        insta::assert_snapshot!("well", shown(Verbosity::Normal, "C.UTF-8", vec![]));
    }
}
