//! What a guard leaves that was itself killed: processes and a folder, claimed by a file in the folder.
//!
//! Nothing is ended by its number or name alone. What has that very folder as its temporary one is the
//! driver or its browser; while it lives, the session that it is in is nobody else's.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use rustix::process::{Signal, getpid};
use serde::{Deserialize, Serialize};

use super::guard;
use super::processes::{self, Process};

/// In a guard's folder: locked while the guard lives.
const RECORD: &str = "guard.json";
/// Far more than a record has.
const LONGEST_RECORD: u64 = 4096;

/// Whose folder it is.
#[derive(Debug, Serialize, Deserialize)]
struct Record {
    /// The guard, and with that the session that driver and browser are in.
    guard: i32,
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
        let record = Record { guard: getpid().as_raw_nonzero().get() };
        file.write_all(&serde_json::to_vec(&record)?)?;
        Ok(Self { _locked: file })
    }
}

/// Clears away what guards left that were killed. Answers the folders; what could not be cleared
/// comes as an error, one each.
pub(super) fn sweep(root: &Path) -> Vec<io::Result<PathBuf>> {
    guard::folders(root)
        .filter_map(|(folder, _)| clear(&folder).map(|done| done.map(|()| folder)).transpose())
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
    let ours =
        |process: &Process| process.session.is_some_and(|id| id.as_raw_pid() == record.guard);
    // A session of that number in which nobody uses the folder is one that has it anew.
    if let Some(witness) = users(folder).into_iter().find(ours) {
        // The last to be ended, and kept from starting others meanwhile: as long as it lives, who is in
        // its session is ours.
        processes::send(&witness, Signal::STOP)?;
        processes::end(|process| process.session == witness.session && process.id != witness.id)?;
        processes::end(|process| *process == witness)?;
    }
    fs::remove_dir_all(folder).map(Some)
}

/// The processes that have this folder as their temporary one. A browser's renderers and the like
/// overwrite their environment, and are not among them.
pub(crate) fn users(folder: &Path) -> Vec<Process> {
    let needle = format!("TMPDIR={}", folder.display());
    let has_it = |process: &Process| {
        let environment = fs::read(format!("/proc/{}/environ", process.id.as_raw_nonzero()));
        // It may have ended, or be somebody else's.
        let environment = environment.unwrap_or_default();
        environment.split(|byte| *byte == 0).any(|variable| variable == needle.as_bytes())
    };
    processes::all().into_iter().filter(has_it).collect()
}

/// As [`clear_if_abandoned`], with the folder in the error.
pub(super) fn clear(folder: &Path) -> io::Result<Option<()>> {
    clear_if_abandoned(folder).map_err(|error| {
        io::Error::new(error.kind(), format!("{} is left: {error}", folder.display()))
    })
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::os::unix::process::ExitStatusExt as _;
    use std::process::{Child, Command, Stdio};

    use rustix::process::Pid;

    use super::*;

    /// The folder of a guard that led this process's session.
    struct Left {
        root: tempfile::TempDir,
        folder: PathBuf,
    }

    impl Left {
        fn new() -> Self {
            let root = tempfile::tempdir().unwrap();
            let folder = root.path().join("reauth-abcdef");
            fs::create_dir(&folder).unwrap();
            Self { root, folder }
        }

        fn of(&self, guard: &Child) {
            let record = Record { guard: i32::try_from(guard.id()).unwrap() };
            fs::write(self.folder.join(RECORD), serde_json::to_vec(&record).unwrap()).unwrap();
        }

        /// Sweeps; nothing of the folder is left.
        fn sweep(&self) {
            let swept: Vec<PathBuf> =
                sweep(self.root.path()).into_iter().map(Result::unwrap).collect();
            assert_eq!(swept, std::slice::from_ref(&self.folder));
            assert!(self.root.path().read_dir().unwrap().next().is_none());
        }
    }

    /// A shell in a session of its own, which never is the test's: and no process of it uses a
    /// folder unless the script says so. It says when it is there.
    fn session(script: &str, folder: &Path) -> Child {
        let mut child = Command::new("setsid")
            .args(["sh", "-c", &format!("{script}\necho there; read -r end")])
            .arg("sh")
            .arg(folder)
            .env_remove("TMPDIR")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = [0; 6];
        child.stdout.as_mut().unwrap().read_exact(&mut said).unwrap();
        assert_eq!(&said, b"there\n");
        let id = Pid::from_child(&child);
        assert_eq!(processes::find(id).unwrap().session, Some(id), "it leads a session");
        child
    }

    /// The guard's number was given again, to the leader of another session.
    #[test]
    fn a_stranger_with_the_same_number_is_not_touched() {
        let left = Left::new();
        let mut stranger = session("", &left.folder);
        left.of(&stranger);
        left.sweep();
        assert!(stranger.try_wait().unwrap().is_none(), "it lives");
        stranger.stdin.as_mut().unwrap().write_all(b"end\n").unwrap();
        assert!(stranger.wait().unwrap().success());
    }

    /// Somebody else has the folder as the temporary one, in a session that no guard led.
    #[test]
    fn who_only_uses_the_folder_is_not_touched() {
        let left = Left::new();
        let mut guard = session("", &left.folder);
        let mut stranger =
            session("export TMPDIR=\"$1\"; exec sh -c 'echo there; read -r end'", &left.folder);
        left.of(&guard);
        left.sweep();
        for child in [&mut guard, &mut stranger] {
            assert!(child.try_wait().unwrap().is_none(), "it lives");
            child.stdin.as_mut().unwrap().write_all(b"end\n").unwrap();
            assert!(child.wait().unwrap().success());
        }
    }

    /// The driver by its folder, and with it what is in its session and does not tell.
    #[test]
    fn what_a_killed_guard_left_is_ended() {
        let left = Left::new();
        // The other holds the output open: it ends when both have.
        let script = "TMPDIR=\"$1\" sleep 600 & sleep 600 &";
        let mut child = session(script, &left.folder);
        // Between its birth and its own program the first is a shell, without the folder.
        while users(&left.folder).is_empty() {
            std::thread::yield_now();
        }
        left.of(&child);
        left.sweep();
        assert_eq!(child.wait().unwrap().signal(), Some(9));
        let rest = child.stdout.as_mut().unwrap().read_to_end(&mut Vec::new());
        assert_eq!(rest.unwrap(), 0, "all of them have ended");
    }

    #[test]
    fn a_living_guard_keeps_its_folder() {
        let left = Left::new();
        let _claim = Claim::on(&left.folder).unwrap();
        assert!(sweep(left.root.path()).is_empty());
        assert!(left.folder.is_dir());
    }

    #[test]
    fn what_nobody_claimed_is_left() {
        let root = tempfile::tempdir().unwrap();
        for (name, text) in [
            ("reauth-aaaaaa", None),
            ("reauth-bbbbbb", Some("{\"gua")),
            ("other", Some("{\"guard\":1}")),
        ] {
            fs::create_dir(root.path().join(name)).unwrap();
            if let Some(text) = text {
                fs::write(root.path().join(name).join(RECORD), text).unwrap();
            }
        }
        assert!(sweep(root.path()).is_empty());
        assert_eq!(root.path().read_dir().unwrap().count(), 3);
    }
}
