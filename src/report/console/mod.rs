//! What a person sees on stderr while a command runs, and at its end.
//!
//! `render` turns events into lines and is pure; this file owns the terminal: colours, spinner, and
//! the rule that a broken stderr never ends a run.

mod glyphs;
mod render;

use std::env;
use std::io::{IsTerminal as _, Stderr, Write};
use std::path::Path;
use std::time::Duration;

use anstream::{AutoStream, ColorChoice};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::Timestamp;

use super::{Event, Report};
pub use glyphs::Glyphs;
use render::Renderer;

/// How fast the spinner turns.
const TICK: Duration = Duration::from_millis(100);

/// `--color`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` or `CLICOLOR=0`; everywhere with `CLICOLOR_FORCE`.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Color {
    /// Whether stderr is to be coloured.
    pub fn is_wanted(self) -> bool {
        self.choice() != ColorChoice::Never
    }

    /// Whether stdout is to be coloured.
    pub fn is_wanted_on_stdout(self) -> bool {
        let choice = match self {
            Self::Auto => AutoStream::choice(&std::io::stdout()),
            Self::Always | Self::Never => self.choice(),
        };
        choice != ColorChoice::Never
    }

    /// The choice for stderr, with the environment asked where it is left open.
    fn choice(self) -> ColorChoice {
        match self {
            Self::Auto => AutoStream::choice(&std::io::stderr()),
            Self::Always => ColorChoice::Always,
            Self::Never => ColorChoice::Never,
        }
    }
}

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Verbosity {
    /// `-q`: failures and the result.
    Quiet,
    /// A line a step, warnings, the summary.
    #[default]
    Normal,
    /// `-v`: what happens within steps, with the time, and what was proved.
    Verbose,
    /// `-vv`: the log as well.
    Debug,
}

impl Verbosity {
    /// From how often `-q` and `-v` were given.
    pub fn from_flags(quiet: bool, verbose: u8) -> Self {
        match (quiet, verbose) {
            (true, _) => Self::Quiet,
            (false, 0) => Self::Normal,
            (false, 1) => Self::Verbose,
            (false, _) => Self::Debug,
        }
    }
}

/// How the console looks.
#[derive(Debug, Clone, Copy, Default)]
pub struct ConsoleOptions {
    /// `--color`.
    pub color: Color,
    /// `--no-progress`: no spinner even on a terminal.
    pub no_progress: bool,
    /// `-q`, `-v`, `-vv`.
    pub verbosity: Verbosity,
}

/// The terminal.
pub(super) struct Console {
    out: AutoStream<Stderr>,
    renderer: Renderer,
    spinner: Option<ProgressBar>,
}

impl Console {
    /// A console on stderr.
    pub(super) fn new(options: ConsoleOptions) -> Self {
        let glyphs = Glyphs::of_environment();
        Self {
            out: AutoStream::new(std::io::stderr(), options.color.choice()),
            renderer: Renderer::new(options.verbosity, glyphs),
            spinner: spins(options).then(|| spinner(glyphs)),
        }
    }

    /// Shows an event.
    pub(super) fn show(&mut self, event: &Event, at: Timestamp) {
        let lines = self.renderer.event(event, at);
        // Before the lines, below which the spinner is drawn again.
        if let Some(spinner) = &self.spinner {
            follow(spinner, self.renderer.running(), event);
        }
        self.print(&lines);
    }

    /// Ends the spinner and shows how it all ended.
    pub(super) fn finish(&mut self, report: &Report, folder: Option<&Path>) {
        if let Some(spinner) = self.spinner.take() {
            spinner.finish_and_clear();
        }
        let summary = self.renderer.summary(report, folder);
        self.print(&summary);
    }

    /// Says something that is not for a person, at the end.
    pub(super) fn say(&mut self, text: &str) {
        self.print(text);
    }

    fn print(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        let text = render::laid_out(text, columns());
        let out = &mut self.out;
        // Whoever read stderr has gone away. The run goes on, and `report.json` has it all.
        let mut write = || drop(out.write_all(text.as_bytes()).and_then(|()| out.flush()));
        match &self.spinner {
            Some(spinner) => spinner.suspend(write),
            None => write(),
        }
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        if let Some(spinner) = self.spinner.take() {
            spinner.finish_and_clear();
        }
    }
}

/// Shows what runs, and its time since it began; nothing where nothing runs.
fn follow(spinner: &ProgressBar, running: Option<String>, event: &Event) {
    if matches!(event, Event::Asked { .. }) {
        // It would write over the question.
        spinner.disable_steady_tick();
        spinner.finish_and_clear();
        return;
    }
    let Some(text) = running else {
        spinner.disable_steady_tick();
        spinner.finish_and_clear();
        return;
    };
    spinner.set_message(text);
    if matches!(event, Event::StepStarted { .. } | Event::Answered { .. }) {
        spinner.reset();
        spinner.enable_steady_tick(TICK);
    }
}

/// The log on stderr (`-vv`) and a spinner would write over each other.
fn spins(options: ConsoleOptions) -> bool {
    let talks = matches!(options.verbosity, Verbosity::Normal | Verbosity::Verbose);
    let dumb = env::var_os("TERM").is_some_and(|term| term == "dumb");
    let ci = env::var_os("CI").is_some_and(|ci| !ci.is_empty() && ci != "false");
    talks && !options.no_progress && !dumb && !ci && std::io::stderr().is_terminal()
}

fn spinner(glyphs: Glyphs) -> ProgressBar {
    let style = ProgressStyle::with_template("  {spinner} {wide_msg} {elapsed:>4} ")
        .unwrap_or_else(|_| ProgressStyle::default_spinner())
        .tick_strings(glyphs.spinner);
    ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr()).with_style(style)
}

/// How wide the terminal is now; none where stderr is none.
fn columns() -> Option<usize> {
    let stderr = std::io::stderr();
    let size =
        stderr.is_terminal().then(|| rustix::termios::tcgetwinsize(&stderr).ok()).flatten()?;
    Some(usize::from(size.ws_col)).filter(|columns| *columns > 0)
}

/// The first that is set decides, as POSIX has it.
fn locale() -> String {
    ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .filter_map(|name| env::var(name).ok())
        .find(|value| !value.is_empty())
        .unwrap_or_default()
}
