//! What GitHub Actions shows of a run: annotations, and the job's summary.
//!
//! Source: "Workflow commands for GitHub Actions", GitHub's documentation. Commands are read from
//! both streams; they go to stderr, where everything goes that a person reads.

use std::env;
use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::words::{duration, in_words, instance_state, reauthenticated_via, revoked_via};
use super::{Report, StepOutcome};

/// GitHub takes this many bytes a step.
const LONGEST_SUMMARY: usize = 1024 * 1024;

/// A runner of GitHub Actions.
#[derive(Debug, Clone)]
pub struct GithubActions {
    /// `GITHUB_STEP_SUMMARY`.
    summary: Option<PathBuf>,
}

impl GithubActions {
    /// The runner that this process runs on, if it does.
    pub fn of_environment() -> Option<Self> {
        let is_there = env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true");
        is_there.then(|| Self { summary: env::var_os("GITHUB_STEP_SUMMARY").map(PathBuf::from) })
    }

    /// Adds the run to the job's summary.
    ///
    /// # Errors
    /// Those of the file.
    pub(super) fn summarise(&self, report: &Report, folder: Option<&Path>) -> io::Result<()> {
        let Some(path) = &self.summary else { return Ok(()) };
        let text = summary(report, folder);
        let mut file = OpenOptions::new().create(true).append(true).open(path)?;
        if file.metadata()?.len() + text.len() as u64 > LONGEST_SUMMARY as u64 {
            return Err(io::Error::other("the summary is full"));
        }
        file.write_all(text.as_bytes())
    }
}

/// Workflow commands that annotate the job: the error, and the warnings.
pub(super) fn annotations(report: &Report) -> String {
    let mut out = String::new();
    if report.exit_code != 0 {
        let (label, sentence) = in_words(report);
        let (code, message) = match &report.error {
            Some(error) => {
                let hints: String = error.hints.iter().map(|hint| format!("\n→ {hint}")).collect();
                (format!(" [{}]", error.code), format!("{}{hints}", error.message))
            }
            None => (String::new(), sentence.clone()),
        };
        let title = format!("reauth {}: {label} {sentence}{code}", report.command);
        command(&mut out, "error", &title, &message);
    }
    for warning in &report.warnings {
        command(&mut out, "warning", &format!("reauth: {}", warning.code), &warning.message);
    }
    out
}

fn command(out: &mut String, name: &str, title: &str, message: &str) {
    let message = message.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let title = title.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let title = title.replace(':', "%3A").replace(',', "%2C");
    out.push_str(&format!("::{name} title={title}::{message}\n"));
}

/// The run, as Markdown.
fn summary(report: &Report, folder: Option<&Path>) -> String {
    let (label, sentence) = in_words(report);
    let sign = if report.exit_code == 0 { "✅" } else { "❌" };
    let mut out = String::new();
    let mut line = |text: std::fmt::Arguments<'_>| out.push_str(&format!("{text}\n"));
    line(format_args!("## {sign} reauth {}: {label}\n", escaped(&report.command)));
    line(format_args!("{}\n", escaped(&capitalised(&sentence))));
    if let Some(error) = &report.error {
        let place = error.step.map(|step| format!(" in \"{}\"", step.title())).unwrap_or_default();
        line(format_args!("**`{}`**{}\n", error.code, escaped(&place)));
        for text in error.message.lines() {
            line(format_args!("> {}", escaped(text)));
        }
        line(format_args!(""));
        for hint in &error.hints {
            line(format_args!("- {}", escaped(hint)));
        }
        line(format_args!("- `reauth explain {}` says more\n", error.code));
    }
    line(format_args!("| | step | time | attempt |\n|---|---|---:|---:|"));
    for step in &report.steps {
        let sign = match step.outcome {
            StepOutcome::Passed => "✅",
            StepOutcome::Failed => "❌",
            StepOutcome::Skipped => "➖",
        };
        let phase = if step.phase == super::Phase::Restore { " (restoration)" } else { "" };
        let time = duration(Duration::from_millis(step.duration_ms));
        line(format_args!(
            "| {sign} | {}{phase} | {time} | {} |",
            escaped(&step.title),
            step.attempt
        ));
    }
    line(format_args!(""));
    if let Some(instance) = &report.instance {
        let name = instance.name.as_ref().map(|name| format!(" \"{name}\"")).unwrap_or_default();
        let state = instance_state(report);
        line(format_args!("- instance {}{}: **{state}**", instance.id, escaped(&name)));
    }
    if let Some(how) = revoked_via(report) {
        line(format_args!("- revoked via {how}"));
    }
    if let Some(how) = reauthenticated_via(report) {
        line(format_args!("- re-authenticated via {how}"));
    }
    let total = duration(Duration::from_millis(report.duration_ms));
    line(format_args!("- {total} in all, reauth {}", escaped(&report.version)));
    for warning in &report.warnings {
        line(format_args!("- ⚠️ {} `{}`", escaped(&warning.message), warning.code));
    }
    if let Some(folder) = folder {
        let folder = folder.display();
        line(format_args!(
            "\nThe run folder, `{folder}`, has `report.html` with everything that was seen."
        ));
        let mut files = report.steps.iter().flat_map(|step| &step.evidence);
        let failure = files.rfind(|file| file.ends_with(".png"));
        if let (Some(picture), true) = (failure, report.exit_code != 0) {
            line(format_args!("The last picture is `{}`.", escaped(picture)));
        }
    }
    out.push('\n');
    out
}

/// A text that Markdown leaves as it is: names come from pages and services. What stands between
/// backticks is code, where nothing is escaped, and nothing can be; one that is alone is a letter.
fn escaped(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    let shown = parts.iter().enumerate().map(|(index, part)| {
        let is_code = index % 2 == 1 && index + 1 < parts.len() && !part.is_empty();
        if is_code {
            return format!("`{}`", part.replace(['\n', '\r'], " "));
        }
        let signs = match (index % 2, index + 1 < parts.len()) {
            (0, _) => "",
            (_, true) => "\\`\\`",
            (_, false) => "\\`",
        };
        format!("{signs}{}", escaped_text(part))
    });
    shown.collect()
}

fn escaped_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '\n' | '\r' => out.push(' '),
            '\\' | '*' | '_' | '[' | ']' | '|' | '#' | '!' | '~' | '@' => {
                out.push('\\');
                out.push(character);
            }
            other => out.push(other),
        }
    }
    out
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_shows_what_was_said() {
        for (text, shown) in [
            ("set `cloud_elements.element_key`", "set `cloud_elements.element_key`"),
            ("a_b `c_d` e_f", r"a\_b `c_d` e\_f"),
            ("alone ` <b>_", r"alone \` &lt;b>\_"),
            ("``` x", r"\`\`\` x"),
            ("`a\n## b`", "`a ## b`"),
        ] {
            assert_eq!(escaped(text), shown);
        }
    }
}
