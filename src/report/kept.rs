//! Runs that are over, as their folders keep them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::files::{self, CALLS, JUNIT, PAGE, REPORT, Rendered};
use super::model::{Report, SCHEMA};
use super::run_folder::write_whole;
use super::{html, junit};
use crate::failure::Failure;
use crate::input_file::{self, Accepts};

/// Far more than any file of a run that is read here, in bytes.
const LONGEST: u64 = 64 * 1024 * 1024;

/// A run that is over.
#[derive(Debug, Clone)]
pub struct KeptRun {
    /// Its folder.
    pub folder: PathBuf,
    /// Its report.
    pub report: Report,
}

/// The longest name of a schema that is told, in characters.
const LONGEST_NAME: usize = 80;

impl KeptRun {
    /// Reads a run's folder.
    ///
    /// # Errors
    /// `report.not_a_run` (usage) if there is no report in it; `report.unreadable` (usage) if there
    /// is one that cannot be read, or of another version.
    pub fn read(folder: &Path) -> Result<Self, Failure> {
        let path = folder.join(REPORT);
        let text = input_file::read_text(&path, Accepts::File, LONGEST).map_err(|error| {
            if error.is_missing() || folder.is_file() {
                return not_a_run(folder);
            }
            unreadable(&path, &error.to_string())
        })?;
        let value: Value = serde_json::from_str(&text)
            .map_err(|error| unreadable(&path, &format!("it is no JSON: {error}")))?;
        let schema = value["schema"].as_str().unwrap_or("none");
        if schema != SCHEMA {
            let schema: String = schema.chars().take(LONGEST_NAME).collect();
            let reason = format!("expected schema {SCHEMA}, it has {}", schema.escape_debug());
            return Err(unreadable(&path, &reason));
        }
        let report = serde_json::from_value(value)
            .map_err(|error| unreadable(&path, &format!("expected a report, {error}")))?;
        Ok(Self { folder: folder.to_owned(), report })
    }

    /// All runs in a folder of run folders, oldest first; and what could not be read.
    ///
    /// # Errors
    /// `report.no_runs` (usage) if there is no such folder or no run in it.
    pub fn all_in(parent: &Path) -> Result<(Vec<Self>, Vec<Failure>), Failure> {
        let entries = fs::read_dir(parent).map_err(|error| no_runs(parent, &error))?;
        let mut folders: Vec<PathBuf> = entries
            .flatten()
            .map(|entry| entry.path())
            // Anything else may lie there, and runs that were killed.
            .filter(|path| path.join(REPORT).is_file())
            .collect();
        folders.sort();
        if folders.is_empty() {
            return Err(no_runs(parent, &io::Error::from(io::ErrorKind::NotFound)));
        }
        let (mut runs, mut failures) = (Vec::new(), Vec::new());
        for folder in folders {
            match Self::read(&folder) {
                Ok(run) => runs.push(run),
                Err(failure) => failures.push(failure),
            }
        }
        // Nothing that can be read is no success.
        if runs.is_empty()
            && let Some(failure) = failures.pop()
        {
            return Err(failure);
        }
        runs.sort_by(|one, other| one.report.started_at.cmp(&other.report.started_at));
        Ok((runs, failures))
    }

    /// That a page of many runs would replace none of one run.
    ///
    /// # Errors
    /// `report.run_there` (usage).
    pub fn expect_none(folder: &Path) -> Result<(), Failure> {
        if !folder.join(REPORT).exists() {
            return Ok(());
        }
        let message = format!(
            "expected a folder for the page of all runs, but {} is a run's: its own page would be replaced",
            folder.display()
        );
        Err(Failure::usage("report.run_there", message)
            .hint("name another folder after `--merge` or `--html`; the runs come after it"))
    }

    /// Makes `report.html` and `junit.xml` again of the folder's other files. Answers the page.
    ///
    /// # Errors
    /// `report.unreadable`; `report.unmade` or `report.evidence` (environment) if one of them cannot
    /// be made or written.
    pub fn render(&self) -> Result<PathBuf, Failure> {
        let path = self.folder.join(CALLS);
        let calls = match input_file::read_text(&path, Accepts::File, LONGEST) {
            Ok(text) => {
                let calls: Value = serde_json::from_str(&text)
                    .map_err(|error| unreadable(&path, &format!("it is no JSON: {error}")))?;
                Some(calls)
            }
            // Runs of earlier versions have none.
            Err(error) if error.is_missing() => None,
            Err(error) => return Err(unreadable(&path, &error.to_string())),
        };
        let log = files::log(&self.folder);
        let rendered = Rendered::of(&self.report, calls.as_ref(), &log, &self.folder);
        write(&self.folder, JUNIT, &rendered.junit?)?;
        write(&self.folder, PAGE, &rendered.page?)?;
        Ok(self.folder.join(PAGE))
    }
}

/// Makes one page and one `junit.xml` of many runs, in a folder that is made where it is missing. Answers
/// the page.
///
/// # Errors
/// `report.unmade` or `report.evidence` (environment).
pub fn merge(runs: &[KeptRun], unread: &[Failure], into: &Path) -> Result<PathBuf, Failure> {
    // Links lead from the page to the runs' own, however both were named.
    let beside = std::path::absolute(into).unwrap_or_else(|_| into.to_owned());
    let runs: Vec<KeptRun> = runs
        .iter()
        .map(|run| KeptRun {
            folder: std::path::absolute(&run.folder).unwrap_or_else(|_| run.folder.clone()),
            report: run.report.clone(),
        })
        .collect();
    let unread: Vec<String> = unread.iter().map(|failure| failure.message.clone()).collect();
    let page = html::overview(&runs, &unread, Some(&beside));
    let page = page.map_err(|reason| files::unmade(PAGE, &reason))?;
    let suites: Vec<_> =
        runs.iter().map(|run| (&run.report, files::as_from_here(&run.folder))).collect();
    let junit = junit::merged(&suites).map_err(|reason| files::unmade(JUNIT, &reason))?;
    write(into, JUNIT, &junit)?;
    write(into, PAGE, &page)?;
    Ok(into.join(PAGE))
}

/// Writes a file of a report, readable by its owner alone, whole or not at all.
pub(super) fn write(folder: &Path, name: &str, text: &str) -> Result<(), Failure> {
    write_whole(folder, name, text.as_bytes()).map_err(|error| {
        let path = folder.join(name);
        Failure::environment(
            "report.evidence",
            format!("{} could not be written: {error}", path.display()),
        )
        .hint("check the space left and the permissions of the folder")
    })
}

fn not_a_run(folder: &Path) -> Failure {
    Failure::usage(
        "report.not_a_run",
        format!("expected a run folder, but {} has no {REPORT}", folder.display()),
    )
    .hint("name one of the folders in `runs/`; a run that was killed leaves none that can be shown")
}

fn no_runs(parent: &Path, error: &io::Error) -> Failure {
    let why = match error.kind() {
        io::ErrorKind::NotFound if parent.is_dir() => "has none".to_owned(),
        io::ErrorKind::NotFound => "is not there".to_owned(),
        _ => format!("cannot be read: {error}"),
    };
    Failure::usage(
        "report.no_runs",
        format!("expected a folder with runs that are over, but {} {why}", parent.display()),
    )
    .hint("name the folder that runs were written to, with `--out DIR` or as an argument")
}

fn unreadable(path: &Path, reason: &str) -> Failure {
    Failure::usage("report.unreadable", format!("{} cannot be read: {reason}", path.display()))
        .hint("use the version of `reauth` that wrote it")
}
