//! One run at a time for each instance, on this machine.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use super::InstanceKey;
use crate::failure::Failure;
use crate::file_lock::LockFile;

/// What a holder writes is far shorter; the file may be anybody's.
const LONGEST_NOTE: u64 = 256;

/// Held while a run works on an instance; released when dropped, or when the process ends in
/// whatever way.
#[derive(Debug)]
pub struct InstanceLock {
    key: InstanceKey,
    /// Holds the lock.
    _lock: LockFile,
}

impl InstanceLock {
    /// Takes the lock, at once or not at all.
    pub(super) fn acquire(
        folder: &Path,
        key: &InstanceKey,
        run_id: &str,
    ) -> Result<Self, LockError> {
        let path = folder.join(format!("{key}.lock"));
        let failed = |source| LockError::Failed { path: path.clone(), source };
        let mut lock = LockFile::acquire(path.clone())
            .map_err(failed)?
            .map_err(|mut file| LockError::Held { key: key.clone(), holder: holder(&mut file) })?;
        note_holder(&mut lock.file, run_id).map_err(failed)?;
        Ok(Self { key: key.clone(), _lock: lock })
    }

    /// Which instance is locked.
    pub fn key(&self) -> &InstanceKey {
        &self.key
    }
}

fn note_holder(file: &mut File, run_id: &str) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "process {}, run {run_id}", std::process::id())
}

/// What the holder wrote; it may be about to.
fn holder(file: &mut File) -> Option<String> {
    let mut note = String::new();
    file.take(LONGEST_NOTE).read_to_string(&mut note).ok()?;
    let note: String = note.trim().chars().filter(|letter| !letter.is_control()).collect();
    (!note.is_empty()).then_some(note)
}

/// Why an instance could not be locked.
#[derive(Debug, thiserror::Error)]
pub(super) enum LockError {
    /// Somebody else has it.
    #[error("instance {key} is being worked on by {}", holder.as_deref().unwrap_or("another process"))]
    Held {
        /// Which instance.
        key: InstanceKey,
        /// Process and run, if they were to be read.
        holder: Option<String>,
    },
    /// The file system does not give it.
    #[error("the lock {} could not be taken: {source}", path.display())]
    Failed {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl From<LockError> for Failure {
    fn from(error: LockError) -> Self {
        match &error {
            LockError::Held { .. } => Self::environment("journal.locked", error.to_string())
                .hint("wait until that run has ended, or end it: it restores the instance first"),
            LockError::Failed { .. } => Self::environment("journal.unwritable", error.to_string())
                .hint("choose a local folder that can be written to with `REAUTH_STATE_DIR`"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;
    use url::Url;

    fn key() -> InstanceKey {
        InstanceKey::new(&Url::parse("https://host.test").unwrap(), 7)
    }

    #[test]
    fn the_second_is_told_who_the_first_is() {
        let folder = tempfile::tempdir().unwrap();
        let lock = InstanceLock::acquire(folder.path(), &key(), "run-1").unwrap();
        let failure: Failure =
            InstanceLock::acquire(folder.path(), &key(), "run-2").unwrap_err().into();
        assert_eq!(failure.code, "journal.locked");
        assert_eq!(failure.kind, crate::failure::Kind::Environment);
        let pid = std::process::id();
        assert_eq!(
            failure.message,
            format!("instance host.test-7 is being worked on by process {pid}, run run-1")
        );
        drop(lock);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "the lock file is removed");
        InstanceLock::acquire(folder.path(), &key(), "run-2").unwrap();
    }

    #[test]
    fn a_leftover_of_a_killed_process_is_no_lock() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("host.test-7.lock"), "process 1, run old and longer").unwrap();
        let lock = InstanceLock::acquire(folder.path(), &key(), "new").unwrap();
        let note = fs::read_to_string(folder.path().join("host.test-7.lock")).unwrap();
        assert_eq!(note, format!("process {}, run new\n", std::process::id()));
        drop(lock);
    }

    #[test]
    fn never_two_at_once_however_they_come_and_go() {
        let folder = tempfile::tempdir().unwrap();
        let (inside, taken) = (AtomicU32::new(0), AtomicU32::new(0));
        let barrier = Barrier::new(4);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    barrier.wait();
                    for _ in 0..500 {
                        let lock = InstanceLock::acquire(folder.path(), &key(), "run");
                        match lock {
                            Ok(_lock) => {
                                assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                                taken.fetch_add(1, Ordering::SeqCst);
                                inside.fetch_sub(1, Ordering::SeqCst);
                            }
                            Err(LockError::Held { .. }) => {}
                            Err(error) => panic!("{error}"),
                        }
                    }
                });
            }
        });
        assert!(taken.load(Ordering::SeqCst) > 0);
    }
}
