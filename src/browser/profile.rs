//! A browser profile that is kept from run to run. What is kept of it are the cookies that outlive a
//! browser: an org knows the browser again by them, and some keep their users logged in. History,
//! caches, restored tabs and whatever else holds addresses with codes and tokens goes with each run.
//! After a run that did not end in order the cookies are as they were before it ([`unclean`]).
//!
//! Each user has a folder of their own in it, so that no cookie of one is sent for another. The
//! guard holds the lock and sweeps, because it outlives whatever ends us.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use rustix::process::{Pid, test_kill_process};
use serde::{Deserialize, Serialize};

use crate::config::UserKey;
use crate::failure::Failure;
use crate::file_lock::lock_within;

pub(super) mod unclean;

/// In the profile's folder: locked while a run uses it, and says which.
const LOCK: &str = "reauth.lock";
/// In each user's folder: what it is, and that it is ours to sweep.
const MARKER: &str = "kept-by-reauth.txt";
const MARKER_TEXT: &str = "reauth keeps this browser profile from run to run: the cookies that outlive a browser, and \
nothing else.\nWhoever can read them may be taken for the user. Delete the folder to forget them.\n";
/// What is left of a user's folder beside [`MARKER`], from its top. Chromium moves its cookies now
/// and then.
const COOKIES: &[&str] = &[
    "Default/Cookies",
    "Default/Cookies-journal",
    "Default/Network/Cookies",
    "Default/Network/Cookies-journal",
];
/// A link to `<host>-<process>` that Chromium leaves while it runs.
const SINGLETON_LOCK: &str = "SingletonLock";
/// How long the guard of a run that was killed may need to clean up.
const CLEAN_UP_LIMIT: Duration = Duration::from_secs(10);
/// Letters of a user name that are good in the name of a folder on any system.
const UNSAFE: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'@').remove(b'.').remove(b'_').remove(b'-').remove(b'+');

/// Why a profile cannot be kept.
#[derive(Debug, Clone, Serialize, Deserialize, thiserror::Error)]
pub enum ProfileError {
    /// Another run has it.
    #[error("the browser profile {} is being used by {holder}", folder.display())]
    Locked {
        /// The profile.
        folder: PathBuf,
        /// Which process, as far as it said.
        holder: String,
    },
    /// A browser that is none of ours has it.
    #[error("a browser that reauth did not start ({browser}) uses the profile {}", folder.display())]
    InUse {
        /// The user's folder in the profile.
        folder: PathBuf,
        /// Process and host.
        browser: String,
    },
    /// Something else is in the folder.
    #[error("{} is in the place of a kept profile, and reauth did not make it: nothing was touched", folder.display())]
    NotOurs {
        /// The user's folder in the profile.
        folder: PathBuf,
    },
    /// There is only a headless shell, which never starts with a profile.
    #[error("a kept profile needs a full browser, and {found} is a headless shell")]
    NeedsFullBrowser {
        /// What there is.
        found: String,
    },
    /// The driver is somebody else's, and so is the disk of its browsers.
    #[error("a profile cannot be kept by a driver that reauth does not start")]
    Elsewhere,
    /// The file system does not give it.
    #[error("the browser profile cannot be kept at {}: {reason}", path.display())]
    Failed {
        /// Which file or folder.
        path: PathBuf,
        /// Why.
        reason: String,
    },
}

impl ProfileError {
    fn failed(path: &Path) -> impl FnOnce(io::Error) -> Self {
        |error| Self::Failed { path: path.to_owned(), reason: error.to_string() }
    }
}

impl From<ProfileError> for Failure {
    fn from(error: ProfileError) -> Self {
        let message = error.to_string();
        match error {
            ProfileError::Locked { .. } => Self::environment("browser.profile_locked", message)
                .hint("wait until that run has ended, or give this one another profile: --profile-dir"),
            ProfileError::InUse { folder, .. } => {
                Self::environment("browser.profile_in_use", message).hint("close that browser").hint(
                    format!(
                        "if it ended long ago, or on another machine, delete {}",
                        folder.join(SINGLETON_LOCK).display()
                    ),
                )
            }
            ProfileError::NotOurs { .. } => Self::environment("browser.profile_not_ours", message)
                .hint("name a new folder: --profile-dir; a browser's own profile is not used, because most of it would be deleted"),
            ProfileError::NeedsFullBrowser { .. } => {
                Self::environment("browser.profile_needs_full_browser", message)
                    .hint("install Chromium or Chrome; on Debian and Ubuntu `webdriver/setup` does it")
                    .hint("or name one: `--browser-binary FILE`, or keep no profile")
            }
            ProfileError::Elsewhere => Self::usage("browser.profile_elsewhere", message)
                .hint("leave out `browser.profile_dir` (--profile-dir) or `browser.webdriver_url` (--webdriver-url)"),
            ProfileError::Failed { .. } => Self::environment("browser.profile_unusable", message)
                .hint("name a local folder that can be written to: --profile-dir"),
        }
    }
}

/// A profile that this process has for itself.
#[derive(Debug)]
pub(super) struct Profile {
    folder: PathBuf,
    /// Holds the lock.
    _lock: File,
}

impl Profile {
    /// Takes the profile, at once or not at all, in the name of the process `holder`; and clears away
    /// what a run left that was killed. Makes the folder if there is none.
    pub(super) fn take(folder: &Path, holder: u32) -> Result<Self, ProfileError> {
        make_private(folder)?;
        let profile = Self::lock(folder, holder)?;
        for user in users(folder)? {
            refuse_running_browser(&user)?;
        }
        profile.sweep()?;
        Ok(profile)
    }

    /// As [`Profile::take`], for who has ended the browser in it: nothing is swept yet.
    pub(super) fn lock(folder: &Path, holder: u32) -> Result<Self, ProfileError> {
        Ok(Self { folder: folder.to_owned(), _lock: lock(folder, holder)? })
    }

    /// Removes all but the cookies, and those too that were to end with a browser which did not end
    /// in order. No browser may run in it any more.
    ///
    /// # Errors
    /// [`ProfileError::Failed`] for the first thing that could not be removed; all else is.
    pub(super) fn sweep(&self) -> Result<(), ProfileError> {
        let mut outcome = Ok(());
        for user in users(&self.folder)? {
            let swept = unclean::undo(&user).and(sweep_folder(&user, Path::new("")));
            outcome = outcome.and(swept.map_err(ProfileError::failed(&user)));
        }
        outcome
    }
}

/// The folder of one user, made if there is none.
///
/// # Errors
/// [`ProfileError::NotOurs`], [`ProfileError::Failed`].
pub fn folder_of(profile: &Path, user: &UserKey) -> Result<PathBuf, ProfileError> {
    let folder = std::path::absolute(profile)
        .map_err(ProfileError::failed(profile))?
        .join(folder_name(user));
    let marker = folder.join(MARKER);
    let is_empty = match fs::read_dir(&folder) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => true,
        Err(error) => return Err(ProfileError::failed(&folder)(error)),
    };
    if !is_empty && !marker.is_file() {
        return Err(ProfileError::NotOurs { folder });
    }
    make_private(&folder)?;
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o700))
        .map_err(ProfileError::failed(&folder))?;
    fs::write(&marker, MARKER_TEXT).map_err(ProfileError::failed(&marker))?;
    Ok(folder)
}

/// None leads out of the profile.
fn folder_name(user: &UserKey) -> String {
    let name = utf8_percent_encode(&user.to_string(), UNSAFE).to_string();
    match name.strip_prefix('.') {
        Some(rest) => format!("%2E{rest}"),
        None => name,
    }
}

fn make_private(folder: &Path) -> Result<(), ProfileError> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(ProfileError::failed(folder))
}

/// The folders that [`folder_of`] made.
fn users(folder: &Path) -> Result<Vec<PathBuf>, ProfileError> {
    let mut users = Vec::new();
    for entry in fs::read_dir(folder).map_err(ProfileError::failed(folder))? {
        let path = entry.map_err(ProfileError::failed(folder))?.path();
        if path.join(MARKER).is_file() {
            users.push(path);
        }
    }
    Ok(users)
}

fn lock(folder: &Path, holder: u32) -> Result<File, ProfileError> {
    let path = folder.join(LOCK);
    let failed = || ProfileError::failed(&path);
    // Never removed: so there is never a second one of the same name.
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(&path)
        .map_err(failed())?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::Error(error)) => return Err(failed()(error)),
        Err(TryLockError::WouldBlock) => {
            let mut note = String::new();
            (&file).take(64).read_to_string(&mut note).map_err(failed())?;
            let pid = note.trim().parse().ok();
            if pid.is_none_or(is_alive) {
                let holder =
                    pid.map_or("another process".to_owned(), |pid| format!("process {pid}"));
                return Err(ProfileError::Locked { folder: folder.to_owned(), holder });
            }
            // That run was killed, and its guard is about to clear up.
            let locked = lock_within(file, CLEAN_UP_LIMIT).map_err(failed())?;
            file = locked.ok_or_else(|| ProfileError::Locked {
                folder: folder.to_owned(),
                holder: format!("what process {} left", note.trim()),
            })?;
        }
    }
    file.set_len(0).map_err(failed())?;
    file.rewind().map_err(failed())?;
    writeln!(file, "{holder}").map_err(failed())?;
    Ok(file)
}

fn is_alive(pid: i32) -> bool {
    // One that has ended and was not waited for by its parent holds nothing any more.
    let is_zombie = || {
        let state = fs::read_to_string(format!("/proc/{pid}/stat")).ok();
        state.is_some_and(|state| state.rsplit_once(") ").is_some_and(|it| it.1.starts_with('Z')))
    };
    Pid::from_raw(pid)
        .is_some_and(|pid| !matches!(test_kill_process(pid), Err(rustix::io::Errno::SRCH)))
        && !is_zombie()
}

/// A browser that is none of ours would be given our addresses, and keep what it is shown.
fn refuse_running_browser(user: &Path) -> Result<(), ProfileError> {
    let Ok(target) = fs::read_link(user.join(SINGLETON_LOCK)) else { return Ok(()) };
    let target = target.to_string_lossy();
    let Some((host, pid)) = target.rsplit_once('-') else { return Ok(()) };
    let here = rustix::system::uname().nodename().to_string_lossy().into_owned();
    let runs_here = |pid: &str| pid.parse().is_ok_and(is_browser);
    if host == here && !runs_here(pid) {
        // Left by one that was killed: swept with the rest.
        return Ok(());
    }
    let browser = format!("process {pid} on {host}");
    Err(ProfileError::InUse { folder: user.to_owned(), browser })
}

/// Whether a process lives and may be a browser: its number may be another program's by now.
fn is_browser(pid: i32) -> bool {
    is_alive(pid)
        && match fs::read_link(format!("/proc/{pid}/exe")) {
            Ok(program) => program.to_string_lossy().contains("chrom"),
            Err(_) => true,
        }
}

/// Removes what is not to be kept from `within`, a part of the user's folder; of what could not be
/// removed it answers the first.
fn sweep_folder(user: &Path, within: &Path) -> io::Result<()> {
    let mut outcome = Ok(());
    for entry in fs::read_dir(user.join(within))? {
        let entry = entry?;
        let part = within.join(entry.file_name());
        if part == Path::new(unclean::SET_ASIDE) {
            // It could not be put back: whoever comes next tries again.
            continue;
        }
        let holds_kept =
            [MARKER].iter().chain(COOKIES).any(|kept| Path::new(kept).starts_with(&part));
        let removed = match (entry.file_type()?.is_dir(), holds_kept) {
            (true, true) => sweep_folder(user, &part),
            (true, false) => fs::remove_dir_all(entry.path()),
            (false, true) => Ok(()),
            (false, false) => fs::remove_file(entry.path()),
        };
        outcome = outcome.and(removed);
    }
    outcome
}

#[cfg(test)]
mod tests;
