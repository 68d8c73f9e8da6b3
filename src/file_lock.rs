//! Locks on files for which nobody waits for ever.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc::sync_channel;
use std::time::Duration;

/// The file, locked; none if somebody else keeps it locked for longer than `limit`. The lock goes with
/// the file.
///
/// # Errors
/// The file system's.
pub(crate) fn lock_within(file: File, limit: Duration) -> io::Result<Option<File>> {
    match file.try_lock() {
        Ok(()) => return Ok(Some(file)),
        Err(TryLockError::WouldBlock) => {}
        Err(TryLockError::Error(error)) => return Err(error),
    }
    let (sender, receiver) = sync_channel(1);
    std::thread::spawn(move || {
        let locked = file.lock().map(|()| file);
        // Nobody listens any more where it took too long: then the lock goes with the file.
        drop(sender.send(locked));
    });
    receiver.recv_timeout(limit).map_or(Ok(None), |locked| locked.map(Some))
}

/// A lock that is a file: it is there for as long as somebody holds it, or was killed holding it. What
/// a killed process leaves is no lock.
#[derive(Debug)]
pub(crate) struct LockFile {
    path: PathBuf,
    /// Holds the lock.
    pub(crate) file: File,
}

/// The lock, or the file of whoever has it.
pub(crate) type Acquired = Result<LockFile, File>;

impl LockFile {
    /// Takes the lock, at once or not at all.
    ///
    /// # Errors
    /// The file system's.
    pub(crate) fn acquire(path: PathBuf) -> io::Result<Acquired> {
        loop {
            let file = OpenOptions::new()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .mode(0o600)
                .open(&path)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(Err(file)),
                Err(TryLockError::Error(error)) => return Err(error),
            }
            // A holder removes the file before it lets go: then this lock is on a file that nobody
            // else will ever open, and proves nothing.
            if is_linked(&file, &path)? {
                return Ok(Ok(Self { path, file }));
            }
        }
    }
}

impl Drop for LockFile {
    fn drop(&mut self) {
        // While it is still locked, so that whoever opened it sees that it is gone. A file that
        // cannot be removed is a leftover without a lock, and does no harm.
        drop(fs::remove_file(&self.path));
    }
}

fn is_linked(file: &File, path: &Path) -> io::Result<bool> {
    let ours = file.metadata()?;
    match fs::symlink_metadata(path) {
        Ok(there) => Ok((ours.dev(), ours.ino()) == (there.dev(), there.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}
