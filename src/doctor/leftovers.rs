//! What earlier runs left: instances in flight, and folders of browsers that nobody ended.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::check::{Check, CheckId};
use crate::browser::{guard, leftovers};
use crate::failure::Failure;
use crate::journal::{Entry, Journal, Phase};

/// A folder is there before the driver that it is for.
const NEW: Duration = Duration::from_secs(60);

/// One line for each instance in flight.
pub(super) fn journal() -> Vec<Check> {
    // That there is no place for it is said of the folders.
    let Ok(place) = Journal::place() else {
        return vec![Check::skipped(CheckId::Journal, "there is no folder for it")];
    };
    let Some(journal) = Journal::existing(&place) else {
        return vec![Check::passed(CheckId::Journal, "nothing was ever in flight")];
    };
    let entries = match journal.all() {
        Ok(entries) => entries,
        Err(failure) => return vec![Check::failed(CheckId::Journal, failure)],
    };
    if entries.is_empty() {
        return vec![Check::passed(CheckId::Journal, "nothing is in flight")];
    }
    entries
        .into_iter()
        .map(|entry| match entry {
            Ok(entry) => in_flight(&entry),
            Err(corrupt) => Check::failed(CheckId::Journal, Failure::from(corrupt)),
        })
        .collect()
}

fn in_flight(entry: &Entry) -> Check {
    let host = entry.base_url.host_str().unwrap_or_default();
    let how = match entry.phase {
        Phase::Revoking => "may have lost its grant",
        Phase::Revoked => "lost its grant",
        Phase::RevokedOnPurpose => "lost its grant, on purpose",
        Phase::Reauthenticating => "was being re-authenticated",
    };
    let since = entry.started_at.strftime("%Y-%m-%d %H:%M:%SZ");
    let seen =
        format!("instance {} of {host} {how} (run {}, {since})", entry.instance_id, entry.run_id);
    Check::warning(CheckId::Journal, "journal.in_flight", seen)
        .of(entry.key().to_string())
        .hint("unless that run is still under way: `reauth restore --all`")
}

/// Folders of drivers that are no more.
pub(super) fn folders() -> Check {
    let mut left = abandoned(&guard::folder_root());
    left.sort();
    if left.is_empty() {
        return Check::passed(CheckId::Leftovers, "no browser left a folder behind");
    }
    let names: Vec<String> = left.iter().map(|path| path.display().to_string()).collect();
    let names = names.join(" ");
    Check::warning(
        CheckId::Leftovers,
        "doctor.leftovers",
        format!("of browsers whose guard was killed: {names}"),
    )
    .hint(format!("rm -r {names}"))
}

/// Our folders there which no process uses and which are not new.
fn abandoned(root: &Path) -> Vec<PathBuf> {
    guard::folders(root)
        .filter(|(_, metadata)| {
            let modified = metadata.modified().ok();
            let age = modified.and_then(|modified| SystemTime::now().duration_since(modified).ok());
            age.is_some_and(|age| age > NEW)
        })
        .map(|(folder, _)| folder)
        .filter(|folder| !is_in_use(folder))
        .collect()
}

/// Whether a driver has it as its temporary folder.
#[cfg(target_os = "linux")]
fn is_in_use(folder: &Path) -> bool {
    !leftovers::users(folder).is_empty()
}

/// Nobody can be asked: then nothing is called abandoned.
#[cfg(not(target_os = "linux"))]
fn is_in_use(_: &Path) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::{Read as _, Write as _};
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn only_old_folders_of_ours_that_nobody_uses_are_left() {
        let root = tempfile::tempdir().unwrap();
        for name in ["reauth-newnew", "reauth-oldold", "other-old", "reauth-old.old"] {
            fs::create_dir(root.path().join(name)).unwrap();
        }
        fs::write(root.path().join("reauth-thefil"), "").unwrap();
        let old = SystemTime::now() - NEW * 2;
        for name in ["reauth-oldold", "other-old", "reauth-old.old", "reauth-thefil"] {
            fs::File::open(root.path().join(name)).unwrap().set_modified(old).unwrap();
        }
        assert_eq!(abandoned(root.path()), [root.path().join("reauth-oldold")]);
        // It ends with its input, should the test fail.
        let mut user = Command::new("cat")
            .env("TMPDIR", root.path().join("reauth-oldold"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        // A process shows its environment some time after it was started.
        let mut input = user.stdin.take().unwrap();
        input.write_all(b"!").unwrap();
        user.stdout.as_mut().unwrap().read_exact(&mut [0]).unwrap();
        assert!(abandoned(root.path()).is_empty());
        drop(input);
        user.wait().unwrap();
    }
}
