//! `reauth report`

use std::path::{Path, PathBuf};

use clap::CommandFactory as _;
use serde::Serialize;

use super::flags::{Cli, Format, Global, ReportArguments, ReportCommand};
use super::session::{to_stderr, to_stdout};
use crate::failure::Failure;
use crate::report::{Comparison, Glyphs, History, KeptRun, comparison_table, history_table, merge};

/// Where runs are written to, unless somebody says otherwise.
const RUNS: &str = "runs";

/// Shows runs that are over.
pub fn run(global: &Global, arguments: ReportArguments) -> Result<u8, Failure> {
    let renders = !arguments.folders.is_empty() || arguments.open || arguments.merge.is_some();
    if renders && arguments.command.is_some() {
        // clap's own way to say so takes `--format json` before the command's name for one of these.
        let text = "FOLDER, --open and --merge cannot be used with `compare` or `history`";
        let error = Cli::command().error(clap::error::ErrorKind::ArgumentConflict, text);
        to_stderr(&error.to_string());
        return Ok(2);
    }
    match arguments.command {
        Some(ReportCommand::Compare { before, after }) => {
            let comparison = Comparison::of(&KeptRun::read(&before)?, &KeptRun::read(&after)?);
            show(global, &comparison, |glyphs| comparison_table(&comparison, glyphs))
        }
        Some(ReportCommand::History { folder, html, last }) => {
            let (mut runs, failures) = KeptRun::all_in(&folder.unwrap_or_else(|| parent(global)))?;
            if let Some(last) = last {
                runs.drain(..runs.len().saturating_sub(last.get()));
            }
            tell(&failures);
            if let Some(into) = html {
                KeptRun::expect_none(&into)?;
                let page = merge(&runs, &failures, &into)?;
                to_stderr(&format!("{}\n", page.display()));
            }
            let history = History::of(&runs);
            show(global, &history, |glyphs| history_table(&history, glyphs))
        }
        None => render(global, &arguments.folders, arguments.merge.as_deref(), arguments.open),
    }
}

/// Makes pages again; of several one as well, where that is asked for.
fn render(
    global: &Global,
    folders: &[PathBuf],
    into: Option<&Path>,
    open: bool,
) -> Result<u8, Failure> {
    if let Some(into) = into {
        KeptRun::expect_none(into)?;
    }
    let (mut runs, mut failures) = (Vec::new(), Vec::new());
    if folders.is_empty() {
        let (mut all, unread) = KeptRun::all_in(&parent(global))?;
        failures = unread;
        if into.is_none() {
            // The last one is what somebody has just seen go by.
            all.drain(..all.len().saturating_sub(1));
        }
        runs = all;
    }
    for folder in folders {
        runs.push(KeptRun::read(folder)?);
    }
    let mut pages = Vec::new();
    for run in &runs {
        match run.render() {
            Ok(page) => pages.push(page),
            // The page of all is made of the reports alone.
            Err(failure) if into.is_some() => failures.push(failure),
            Err(failure) => return Err(failure),
        }
    }
    tell(&failures);
    if let Some(into) = into {
        runs.sort_by(|one, other| one.report.started_at.cmp(&other.report.started_at));
        pages = vec![merge(&runs, &failures, into)?];
    }
    for page in &pages {
        to_stdout(&page.display().to_string());
    }
    if open && let Some(page) = pages.last() {
        let page = std::path::absolute(page).unwrap_or_else(|_| page.clone());
        open::that_detached(&page).map_err(|error| {
            Failure::environment(
                "report.not_opened",
                format!("no program shows {}: {error}", page.display()),
            )
            .hint("open the file in a browser")
        })?;
    }
    Ok(0)
}

fn show<T: Serialize>(
    global: &Global,
    document: &T,
    table: impl FnOnce(Glyphs) -> String,
) -> Result<u8, Failure> {
    let text = match global.format {
        Format::Json => serde_json::to_string_pretty(document).map_err(|error| {
            Failure::environment("report.not_serialisable", format!("not made into JSON: {error}"))
        })?,
        Format::Human if global.color.is_wanted_on_stdout() => table(Glyphs::of_environment()),
        Format::Human => anstream::adapter::strip_str(&table(Glyphs::of_environment())).to_string(),
    };
    to_stdout(&text);
    Ok(0)
}

fn parent(global: &Global) -> PathBuf {
    global.out.clone().unwrap_or_else(|| PathBuf::from(RUNS))
}

/// What could not be read hides nothing else.
fn tell(failures: &[Failure]) {
    let glyphs = Glyphs::of_environment();
    for failure in failures {
        to_stderr(&format!("warning[{}]: {}\n", failure.code, glyphs.line(&failure.message)));
    }
}
