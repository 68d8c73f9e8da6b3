//! What a guard leaves that was itself killed: processes and a folder, known by a record in the folder.
//!
//! Nothing is ended by its number or name alone. A session's id is nobody else's as long as one process
//! of it lives, and what began before the guard did is none of it.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use rustix::process::{Pid, getpid};
use serde::{Deserialize, Serialize};

use super::processes::{self, Process};

/// In a guard's folder: locked while the guard lives.
const RECORD: &str = "guard.json";
/// Far more than a record has.
const LONGEST_RECORD: u64 = 4096;

/// Whose folder it is.
#[derive(Debug, Serialize, Deserialize)]
struct Record {
    /// The start of the machine; process ids begin anew with each.
    boot_id: String,
    /// The guard, and with that the session that driver and browser are in.
    guard: i32,
    /// When the guard began, in ticks since the machine's start.
    started: u64,
}

/// A guard's claim on its folder, for as long as it lives.
#[derive(Debug)]
pub(super) struct Claim {
    _locked: File,
}

impl Claim {
    /// Claims a folder for this process, which leads its session.
    pub(super) fn on(folder: &Path) -> io::Result<Self> {
        let mut file =
            File::options().create_new(true).read(true).write(true).open(folder.join(RECORD))?;
        // Whoever sweeps holds it for a moment only: there is nothing in it yet.
        file.lock()?;
        let own = processes::find(getpid()).map(|own| own.started).unwrap_or_default();
        let record = Record {
            boot_id: processes::boot_id(),
            guard: getpid().as_raw_nonzero().get(),
            started: own,
        };
        file.write_all(&serde_json::to_vec(&record)?)?;
        Ok(Self { _locked: file })
    }
}

/// Clears away what guards left that were killed. Answers the folders; what could not be cleared
/// comes as an error, one each.
pub(super) fn sweep(root: &Path) -> Vec<io::Result<PathBuf>> {
    let Ok(entries) = fs::read_dir(root) else { return Vec::new() };
    let own = rustix::process::geteuid().as_raw();
    entries
        .flatten()
        .filter(|entry| {
            entry.file_name().to_string_lossy().starts_with(super::guard::FOLDER_PREFIX)
        })
        .filter(|entry| {
            entry.metadata().is_ok_and(|metadata| metadata.is_dir() && metadata.uid() == own)
        })
        .filter_map(|entry| {
            clear(&entry.path()).map(|done| done.map(|()| entry.path())).transpose()
        })
        .collect()
}

/// Ends what is left of a guard that is no more, and removes its folder. `None`: the guard lives, or
/// nobody ever claimed the folder.
fn clear_if_abandoned(folder: &Path) -> io::Result<Option<()>> {
    let mut file = match File::open(folder.join(RECORD)) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(None),
        Err(TryLockError::Error(error)) => return Err(error),
    }
    let mut text = String::new();
    io::Read::by_ref(&mut file).take(LONGEST_RECORD).read_to_string(&mut text)?;
    // Half a record is one that is being written.
    let Ok(record) = serde_json::from_str::<Record>(&text) else { return Ok(None) };
    if record.boot_id == processes::boot_id()
        && let Some(session) = Pid::from_raw(record.guard)
    {
        let is_of_it =
            |process: &Process| process.session == session && process.started >= record.started;
        processes::end(is_of_it)?;
    }
    fs::remove_dir_all(folder).map(Some)
}

/// As [`clear_if_abandoned`], with the folder in the error.
pub(super) fn clear(folder: &Path) -> io::Result<Option<()>> {
    clear_if_abandoned(folder).map_err(|error| {
        io::Error::new(error.kind(), format!("{} is left: {error}", folder.display()))
    })
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
    use std::process::{Child, Command, Stdio};

    use super::*;

    /// A process that waits for its input to end.
    fn waiting() -> Child {
        let mut command = Command::new("cat");
        command.stdin(Stdio::piped()).stdout(Stdio::null()).process_group(0);
        command.spawn().unwrap()
    }

    fn record(of: &Child, change: impl FnOnce(&mut Record)) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("reauth-abcdef");
        fs::create_dir(&folder).unwrap();
        let process = processes::find(Pid::from_child(of)).unwrap();
        let mut record = Record {
            boot_id: processes::boot_id(),
            guard: process.session.as_raw_nonzero().get(),
            started: process.started,
        };
        change(&mut record);
        fs::write(folder.join(RECORD), serde_json::to_vec(&record).unwrap()).unwrap();
        root
    }

    fn is_empty(root: &tempfile::TempDir) -> bool {
        root.path().read_dir().unwrap().next().is_none()
    }

    /// A session of the guard's number whose processes are older, or of another start of the machine:
    /// the number was used again.
    #[test]
    fn a_stranger_with_the_same_number_is_not_touched() {
        let mut stranger = waiting();
        let changes: [fn(&mut Record); 2] =
            [|record| record.started += 1, |record| record.boot_id.push('x')];
        for change in changes {
            let root = record(&stranger, change);
            assert_eq!(sweep(root.path()).len(), 1);
            assert!(is_empty(&root), "the folder was ours");
            assert!(stranger.try_wait().unwrap().is_none(), "it lives");
        }
        drop(stranger.stdin.take());
        assert!(stranger.wait().unwrap().success());
    }

    #[test]
    fn what_a_killed_guard_left_is_ended() {
        // In a session of its own, as a guard's driver is: `setsid` becomes `cat`.
        let mut left = Command::new("setsid")
            .arg("cat")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let id = Pid::from_child(&left);
        let process = loop {
            let found = processes::find(id).expect("it waits for its input");
            if found.session == id {
                break found;
            }
            std::thread::yield_now();
        };
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("reauth-abcdef");
        fs::create_dir(&folder).unwrap();
        let record = Record {
            boot_id: processes::boot_id(),
            guard: process.session.as_raw_nonzero().get(),
            started: process.started,
        };
        fs::write(folder.join(RECORD), serde_json::to_vec(&record).unwrap()).unwrap();
        let swept: Vec<PathBuf> = sweep(root.path()).into_iter().map(Result::unwrap).collect();
        assert_eq!(swept, [folder]);
        assert!(is_empty(&root));
        assert_eq!(left.wait().unwrap().signal(), Some(9));
    }

    #[test]
    fn a_living_guard_keeps_its_folder() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("reauth-abcdef");
        fs::create_dir(&folder).unwrap();
        let _claim = Claim::on(&folder).unwrap();
        assert!(sweep(root.path()).is_empty());
        assert!(folder.is_dir());
    }

    #[test]
    fn what_nobody_claimed_is_left() {
        let root = tempfile::tempdir().unwrap();
        for (name, text) in
            [("reauth-a", None), ("reauth-b", Some("{\"boot")), ("other", Some("{}"))]
        {
            fs::create_dir(root.path().join(name)).unwrap();
            if let Some(text) = text {
                fs::write(root.path().join(name).join(RECORD), text).unwrap();
            }
        }
        assert!(sweep(root.path()).is_empty());
        assert_eq!(root.path().read_dir().unwrap().count(), 3);
    }
}
