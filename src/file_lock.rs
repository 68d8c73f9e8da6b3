//! Locks on files for which nobody waits for ever.

use std::fs::{File, TryLockError};
use std::io;
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
