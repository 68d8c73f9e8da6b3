//! Where files are written: room, and leave to write. Nothing is made.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use super::check::{Check, CheckId};
use crate::failure::Failure;
use crate::journal::Journal;

/// A browser's folder takes some 50 MB, a run folder a few.
const WARN_BELOW: u64 = 500 * MEGABYTE;
const FAIL_BELOW: u64 = 50 * MEGABYTE;
const MEGABYTE: u64 = 1024 * 1024;

/// A folder that a run writes to.
#[derive(Debug, Clone)]
pub(super) struct Place {
    name: &'static str,
    path: PathBuf,
}

/// Run folders, journal, and where the browser keeps everything.
pub(super) fn places(out: Option<&Path>) -> Vec<Place> {
    let mut places = Vec::new();
    if let Some(out) = out {
        places.push(Place { name: "run folders", path: out.to_owned() });
    }
    if let Ok(path) = Journal::place() {
        places.push(Place { name: "state folder", path });
    }
    places.push(Place { name: "temporary folder", path: std::env::temp_dir() });
    places
}

/// How much room is left in each; a file system is named once.
pub(super) fn disk(places: &[Place]) -> Check {
    let mut systems: Vec<(u64, u64, Vec<&str>)> = Vec::new();
    for place in places {
        let Some(existing) = existing(&place.path) else { continue };
        let Ok(metadata) = fs::metadata(existing) else { continue };
        let known = systems.iter_mut().find(|(device, ..)| *device == metadata.dev());
        if let Some((.., names)) = known {
            names.push(place.name);
        } else if let Ok(system) = rustix::fs::statvfs(existing) {
            let free = system.f_bavail.saturating_mul(system.f_frsize);
            systems.push((metadata.dev(), free, vec![place.name]));
        }
    }
    let seen: Vec<(u64, String)> =
        systems.into_iter().map(|(_, free, names)| (free, listed(&names))).collect();
    judge_room(&seen)
}

fn judge_room(seen: &[(u64, String)]) -> Check {
    let words: Vec<String> =
        seen.iter().map(|(free, name)| format!("{} for {name}", size(*free))).collect();
    let words = format!("free: {}", words.join("; "));
    match seen.iter().map(|(free, _)| *free).min() {
        None => Check::skipped(CheckId::Disk, "no file system says how much room it has"),
        Some(free) if free < FAIL_BELOW => Check::failed(
            CheckId::Disk,
            Failure::environment("doctor.disk_full", words)
                .hint("make room, or name other folders: `--out`, REAUTH_STATE_DIR, TMPDIR"),
        ),
        Some(free) if free < WARN_BELOW => Check::warning(CheckId::Disk, "doctor.disk_full", words)
            .hint("a run takes some 100 MB while it lasts: remove old run folders"),
        Some(_) => Check::passed(CheckId::Disk, words),
    }
}

fn size(bytes: u64) -> String {
    let megabytes = bytes / MEGABYTE;
    if megabytes < 10 * 1024 {
        format!("{megabytes} MB")
    } else {
        format!("{} GB", megabytes / 1024)
    }
}

/// Whether each can be written to, or made; and whether the state folder is private.
pub(super) fn folders(places: &[Place]) -> Vec<Check> {
    let mut checks = Vec::new();
    if let Err(failure) = Journal::place() {
        checks.push(Check::failed(CheckId::Folders, failure));
    }
    let mut fine = Vec::new();
    for place in places {
        match writable(&place.path) {
            Ok(()) => fine.push(place.name),
            Err(error) => checks.push(
                Check::failed(
                    CheckId::Folders,
                    Failure::environment(
                        "doctor.unwritable",
                        format!("{} cannot be written to: {error}", place.path.display()),
                    )
                    .hint(remedy(place.name)),
                )
                .of(place.name),
            ),
        }
        if place.name == "state folder"
            && let Some(mode) = mode(&place.path)
            && mode & 0o077 != 0
        {
            let path = place.path.display();
            checks.push(
                Check::warning(
                    CheckId::Folders,
                    "doctor.state_folder_open",
                    format!(
                        "{path} has mode {mode:04o}: others see what is in flight, or may change it"
                    ),
                )
                .of(place.name)
                .hint(format!("chmod 700 {path}")),
            );
        }
    }
    if !fine.is_empty() {
        checks.insert(
            0,
            Check::passed(CheckId::Folders, format!("{} can be written to", listed(&fine))),
        );
    }
    checks
}

fn remedy(name: &str) -> &'static str {
    match name {
        "run folders" => "give it to this user, or name another with `--out`",
        "state folder" => "give it to this user, or name another with REAUTH_STATE_DIR",
        _ => "give it to this user, or name another with TMPDIR",
    }
}

fn listed(names: &[&str]) -> String {
    match names {
        [rest @ .., last] if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        names => names.concat(),
    }
}

/// The folder itself or the nearest one above it that is there.
fn existing(path: &Path) -> Option<&Path> {
    let here = Path::new(".");
    path.ancestors()
        .map(|path| if path.as_os_str().is_empty() { here } else { path })
        .find(|path| path.symlink_metadata().is_ok())
}

/// Whether a file could be made there.
fn writable(path: &Path) -> io::Result<()> {
    let existing = existing(path).ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
    if !fs::metadata(existing)?.is_dir() {
        return Err(io::Error::new(
            io::ErrorKind::NotADirectory,
            format!("{} is not a folder", existing.display()),
        ));
    }
    try_to_write(existing)
}

/// A file without a name, which is gone as soon as it is closed: what no look at permissions can
/// say, such as a file system that is read-only, is found by trying.
#[cfg(target_os = "linux")]
fn try_to_write(folder: &Path) -> io::Result<()> {
    use rustix::fs::{Mode, OFlags};
    match rustix::fs::open(folder, OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC, Mode::RUSR) {
        Ok(_closed) => Ok(()),
        // A file system that knows no such files.
        Err(rustix::io::Errno::OPNOTSUPP | rustix::io::Errno::ISDIR | rustix::io::Errno::NOENT) => {
            may_write(folder)
        }
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(target_os = "linux"))]
fn try_to_write(folder: &Path) -> io::Result<()> {
    may_write(folder)
}

fn may_write(folder: &Path) -> io::Result<()> {
    use rustix::fs::Access;
    Ok(rustix::fs::access(folder, Access::WRITE_OK | Access::EXEC_OK)?)
}

/// Permission bits, if there is such a file.
pub(super) fn mode(path: &Path) -> Option<u32> {
    Some(fs::metadata(path).ok()?.permissions().mode() & 0o777)
}

#[cfg(test)]
mod tests {
    use super::super::check::CheckOutcome;
    use super::*;

    fn place(name: &'static str, path: impl Into<PathBuf>) -> Place {
        Place { name, path: path.into() }
    }

    #[test]
    fn room() {
        for (free, outcome) in [
            (10 * MEGABYTE, CheckOutcome::Failed),
            (100 * MEGABYTE, CheckOutcome::Warning),
            (100 * 1024 * MEGABYTE, CheckOutcome::Passed),
        ] {
            let check = judge_room(&[(free, "run folders".into()), (u64::MAX, "x".into())]);
            assert_eq!(check.outcome, outcome, "{check:?}");
        }
        assert_eq!(judge_room(&[(3 * MEGABYTE, "x".into())]).seen, "free: 3 MB for x");
        assert_eq!(judge_room(&[]).outcome, CheckOutcome::Skipped);
    }

    #[test]
    fn a_folder_that_is_to_be_made_is_looked_for_above() {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("a/b/c");
        writable(&deep).unwrap();
        assert!(fs::read_dir(folder.path()).unwrap().next().is_none(), "nothing is made");
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        for path in [file.clone(), file.join("below")] {
            let error = writable(&path).unwrap_err();
            assert!(error.to_string().contains("is not a folder"), "{error}");
        }
        assert_eq!(existing(Path::new("no-such-folder/below")), Some(Path::new(".")));
    }

    #[test]
    fn one_place_that_fails_does_not_hide_the_others() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        let places = [
            place("run folders", &file),
            place("state folder", folder.path().join("state")),
            place("temporary folder", folder.path()),
        ];
        let checks = folders(&places);
        assert_eq!(checks[0].seen, "state folder and temporary folder can be written to");
        assert_eq!(checks[1].subject.as_deref(), Some("run folders"));
        assert_eq!(checks[1].outcome, CheckOutcome::Failed);
    }

    #[test]
    fn a_state_folder_that_others_may_enter_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("state");
        fs::create_dir(&state).unwrap();
        for (mode, warned) in [(0o755, true), (0o700, false)] {
            fs::set_permissions(&state, fs::Permissions::from_mode(mode)).unwrap();
            let checks = folders(&[place("state folder", &state)]);
            assert_eq!(checks.len() == 2, warned, "{mode:o}: {checks:?}");
        }
    }
}
