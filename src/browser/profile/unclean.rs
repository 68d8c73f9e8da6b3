//! What tells a run that ended in order from one that did not. A browser that is killed leaves the
//! cookies of its session on disk, and only the browser can tell them from those that outlive it:
//! so the cookies are set aside before it starts, and are put back unless it forgot its session's.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;

use super::{COOKIES, ProfileError};

/// In a user's folder from before a browser starts in it until it ended in order: the cookies as
/// they were.
pub(super) const SET_ASIDE: &str = "cookies-before-this-run";
/// The same, not yet whole or no longer: never put back, and swept.
const PARTIAL: &str = "cookies-before-this-run~";

/// A browser is about to start in this user's folder. What stands there from one that did not come up
/// stays: those are the cookies that are known to be good.
///
/// # Errors
/// [`ProfileError::Failed`].
pub(in super::super) fn begin(user: &Path) -> Result<(), ProfileError> {
    if user.join(SET_ASIDE).is_dir() {
        return Ok(());
    }
    set_aside(user).map_err(ProfileError::failed(user))
}

fn set_aside(user: &Path) -> io::Result<()> {
    let partial = user.join(PARTIAL);
    absent_is_fine(fs::remove_dir_all(&partial))?;
    private(&partial)?;
    for part in COOKIES {
        let from = user.join(part);
        if from.is_file() {
            copy(&from, &partial.join(part))?;
        }
    }
    fs::rename(&partial, user.join(SET_ASIDE))?;
    File::open(user)?.sync_all()
}

/// The browser forgot its session's cookies and has ended: what it left is good.
///
/// # Errors
/// [`ProfileError::Failed`].
pub(in super::super) fn end(user: &Path) -> Result<(), ProfileError> {
    drop_set_aside(user).map_err(ProfileError::failed(user))
}

/// Puts the cookies back as they were, if the browser did not end in order. None may run any more.
pub(super) fn undo(user: &Path) -> io::Result<()> {
    let set_aside = user.join(SET_ASIDE);
    if !set_aside.is_dir() {
        return Ok(());
    }
    for part in COOKIES {
        absent_is_fine(fs::remove_file(user.join(part)))?;
    }
    for part in COOKIES {
        let from = set_aside.join(part);
        if from.is_file() {
            copy(&from, &user.join(part))?;
        }
    }
    drop_set_aside(user)
}

/// At once: half of it would be put back as if it were all.
fn drop_set_aside(user: &Path) -> io::Result<()> {
    let partial = user.join(PARTIAL);
    absent_is_fine(fs::remove_dir_all(&partial))?;
    fs::rename(user.join(SET_ASIDE), &partial)?;
    File::open(user)?.sync_all()?;
    fs::remove_dir_all(partial)
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    if let Some(folder) = to.parent() {
        private(folder)?;
    }
    fs::copy(from, to)?;
    File::open(to)?.sync_all()
}

fn private(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

fn absent_is_fine(outcome: io::Result<()>) -> io::Result<()> {
    match outcome {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
