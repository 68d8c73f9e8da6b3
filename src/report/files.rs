//! The files that a run leaves beside its evidence, and how they are made of one another.

use std::fs;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::Path;

use serde_json::Value;

use super::html::{self, Material};
use super::recorder::RecordedCall;
use super::{Report, RunFolder, har, junit};
use crate::failure::Failure;
use crate::input_file::{Accepts, InputFile};
use crate::output_file;
use crate::secrets::Redactor;

/// The document that everything else is made of.
pub(super) const REPORT: &str = "report.json";
/// The HTTP calls.
pub(super) const CALLS: &str = "calls.har";
/// For CI systems.
pub(super) const JUNIT: &str = "junit.xml";
/// For people.
pub(super) const PAGE: &str = "report.html";
/// The log.
pub(super) const LOG: &str = "log.jsonl";
/// What of it is read, in bytes: with `REAUTH_LOG=trace` it has no end.
const LONGEST_LOG: u64 = 8 * 1024 * 1024;

/// Writes all of them into a run's folder. Each that could not be written comes as a failure; the others
/// are there all the same.
pub(super) fn write(
    report: &Report,
    calls: &[RecordedCall],
    folder: &RunFolder,
    redactor: &Redactor,
) -> Vec<Failure> {
    let mut failures = Vec::new();
    let mut keep = |name: &str, text: Result<String, Failure>| {
        let written = text.and_then(|text| folder.write_bytes(name, text.as_bytes()));
        failures.extend(written.err());
    };
    keep(REPORT, report.to_json(redactor));
    let archive = serde_json::to_value(har::archive(report, calls, redactor));
    let archive = archive.map_err(|error| unmade(CALLS, &error.to_string()));
    // Once more, for what was in no field: a reason, a path.
    let archive = archive.map(|archive| redactor.redact_json(&archive));
    keep(CALLS, archive.clone().map(|archive| format!("{archive:#}\n")));
    let path = folder.path();
    // Secrets may have been learnt since a line was written.
    let evidence = report.steps.iter().flat_map(|step| &step.evidence);
    let texts = evidence.map(String::as_str).filter(|name| !name.ends_with(".png"));
    let cleaned: Vec<Failure> = std::iter::once(LOG)
        .chain(texts)
        .filter_map(|name| Some(unclean(name, &clean(&path, name, redactor).err()?)))
        .collect();
    let log = redactor.redact(&log(&path)).into_owned();
    let rendered = Rendered::of(report, archive.ok().as_ref(), &log, &path);
    keep(JUNIT, rendered.junit);
    keep(PAGE, rendered.page);
    failures.extend(cleaned);
    failures
}

/// What is made of a folder's other files.
pub(super) struct Rendered {
    pub(super) junit: Result<String, Failure>,
    pub(super) page: Result<String, Failure>,
}

impl Rendered {
    pub(super) fn of(report: &Report, calls: Option<&Value>, log: &str, folder: &Path) -> Self {
        let page = html::document(&Material { report, calls, log, folder });
        let junit = junit::document(report, &as_from_here(folder));
        Self {
            junit: junit.map_err(|reason| unmade(JUNIT, &reason)),
            page: page.map_err(|reason| unmade(PAGE, &reason)),
        }
    }
}

/// Takes out of a file what has become a secret since a line was written.
fn clean(folder: &Path, name: &str, redactor: &Redactor) -> io::Result<()> {
    let lines = || -> io::Result<_> {
        let file = match fs::File::open(folder.join(name)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            opened => Some(opened?),
        };
        Ok(file.map(|file| BufReader::new(file).lines()).into_iter().flatten())
    };
    let mut is_clean = true;
    for line in lines()? {
        let line = line?;
        is_clean &= redactor.redact(&line) == line.as_str();
    }
    if is_clean {
        return Ok(());
    }
    let path = folder.join(name);
    let mut clean = output_file::begin(path.parent().unwrap_or(folder), ".")?;
    for line in lines()? {
        clean.write_all(redactor.redact(&line?).as_bytes())?;
        clean.write_all(b"\n")?;
    }
    clean.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// A folder's log, of a very long one the end. One that cannot be read is missing in the page, as it is
/// in the folder.
pub(super) fn log(folder: &Path) -> String {
    // Somebody else's folder may have anything there.
    let log = InputFile::open(&folder.join(LOG), Accepts::File);
    let bytes = log.and_then(|log| log.read_end(LONGEST_LOG)).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A path as a person would type it from here.
pub(super) fn as_from_here(path: &Path) -> std::path::PathBuf {
    let here = std::env::current_dir().ok();
    let relative = here.and_then(|here| path.strip_prefix(here).ok().map(Path::to_path_buf));
    relative.unwrap_or_else(|| path.to_path_buf())
}

fn unclean(name: &str, error: &io::Error) -> Failure {
    Failure::environment(
        "report.evidence",
        format!(
            "{name} could not be searched once more for secrets that were learnt late: {error}"
        ),
    )
    .hint("look at it before you pass it on; check the space left in the run folder")
}

pub(super) fn unmade(name: &str, reason: &str) -> Failure {
    Failure::environment("report.unmade", format!("{name} could not be made: {reason}"))
        .hint("this is a defect of `reauth`: please report it")
}
