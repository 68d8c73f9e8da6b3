//! The folder with the entries. Every change is on disk before anything relies on it.

use std::env;
use std::fs::{self, DirBuilder, File};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use super::entry::Damage;
use super::{CorruptEntry, Entry, InstanceKey, InstanceLock, Phase};
use crate::failure::Failure;
use crate::output_file;

/// Far more than any entry has; so that a wrong file is not read whole.
const LONGEST_ENTRY: u64 = 64 * 1024;

/// The journal of this machine's user.
#[derive(Debug, Clone)]
pub struct Journal {
    folder: PathBuf,
}

/// An open entry: the instance may be without a grant. Dropped without
/// [`close`](InFlight::close), it stays on disk, for `reauth restore`.
#[derive(Debug)]
pub struct InFlight {
    folder: PathBuf,
    entry: Entry,
}

impl Journal {
    /// The journal in `$REAUTH_STATE_DIR`, else `$XDG_STATE_HOME/reauth`, else
    /// `~/.local/state/reauth`; made (mode 0700) where it is missing.
    ///
    /// # Errors
    /// `journal.no_folder` (environment), if none of the variables says where; those of
    /// [`at`](Self::at).
    pub fn open() -> Result<Self, Failure> {
        Self::at(&Self::place()?)
    }

    /// The journal in `folder`; made (mode 0700) where it is missing.
    ///
    /// # Errors
    /// `journal.unwritable` (environment), if the folder cannot be made; `journal.untrusted_folder`
    /// (environment), if somebody else could have written what is in it.
    pub fn at(folder: &Path) -> Result<Self, Failure> {
        let folder = std::path::absolute(folder).map_err(|error| unwritable(folder, &error))?;
        make_durably(&folder).map_err(|error| unwritable(&folder, &error))?;
        check_owner(&folder)?;
        Ok(Self { folder })
    }

    /// Where [`Journal::open`] looks, whether there is anything yet.
    ///
    /// # Errors
    /// `journal.no_folder` (environment), if none of the variables says where.
    pub fn place() -> Result<PathBuf, Failure> {
        state_folder(|name| env::var_os(name).map(PathBuf::from)).ok_or_else(no_folder)
    }

    /// The journal in `folder`, if there is such a folder; makes nothing.
    pub fn existing(folder: &Path) -> Option<Self> {
        folder.is_dir().then(|| Self { folder: folder.to_owned() })
    }

    /// Where the journal is, absolute.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Takes the instance for this run; never waits.
    ///
    /// # Errors
    /// `journal.locked` (environment), naming the process and run that has it;
    /// `journal.unwritable` (environment).
    pub fn lock(&self, key: &InstanceKey, run_id: &str) -> Result<InstanceLock, Failure> {
        let lock = InstanceLock::acquire(&self.folder, key, run_id)?;
        // Nobody writes this instance's entry but the holder of its lock: what a killed holder
        // never brought to its end is rubbish.
        if let Err(error) = remove_unfinished(&self.folder, key) {
            tracing::debug!(%error, "unfinished writes were not removed");
        }
        Ok(lock)
    }

    /// What an earlier run left of this instance, if anything.
    ///
    /// # Errors
    /// An entry that cannot be relied on.
    pub fn pending(&self, key: &InstanceKey) -> Result<Option<Entry>, CorruptEntry> {
        read(&entry_path(&self.folder, key), key.as_str())
    }

    /// Everything that earlier runs left, ordered by file name; what cannot be relied on included.
    ///
    /// # Errors
    /// `journal.unreadable` (environment), if the folder cannot be listed.
    pub fn all(&self) -> Result<Vec<Result<Entry, CorruptEntry>>, Failure> {
        let unreadable = |error: io::Error| {
            Failure::environment(
                "journal.unreadable",
                format!("the journal {} could not be read: {error}", self.folder.display()),
            )
            .hint("check the folder's permissions, or name another with `REAUTH_STATE_DIR`")
        };
        let mut files = Vec::new();
        for file in fs::read_dir(&self.folder).map_err(unreadable)? {
            let path = file.map_err(unreadable)?.path();
            // Names that begin with a dot are writes that never came to their end: what they were
            // to replace still stands, and nothing was done on their account.
            let hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes()[0] == b'.');
            if !hidden && path.extension().is_some_and(|extension| extension == "json") {
                files.push(path);
            }
        }
        files.sort();
        Ok(files
            .iter()
            .filter_map(|path| {
                let key = path.file_stem().unwrap_or_default().to_string_lossy();
                read(path, &key).transpose()
            })
            .collect())
    }

    /// Records that the instance may lose its grant from now on. When this returns, the entry is on
    /// disk: a folder that is full or cannot be written to is found here, before anything is done.
    ///
    /// # Errors
    /// `journal.wrong_lock`, if the lock is another instance's; `journal.pending`, if an earlier
    /// run's entry is still open ([`resume`](Self::resume) it); `journal.corrupt`;
    /// `journal.unwritable`. All environment; nothing was changed.
    pub fn begin(&self, lock: &InstanceLock, entry: Entry) -> Result<InFlight, Failure> {
        check_lock(lock, &entry)?;
        if let Some(earlier) = self.pending(&entry.key())? {
            return Err(Failure::environment(
                "journal.pending",
                format!(
                    "run {} left instance {} unauthenticated",
                    earlier.run_id, earlier.instance_id
                ),
            )
            .hint("bring it back first: `reauth restore`"));
        }
        let flight = InFlight { folder: self.folder.clone(), entry };
        flight.write()?;
        Ok(flight)
    }

    /// Takes over what an earlier run left, to bring the instance back and close the entry.
    ///
    /// # Errors
    /// `journal.wrong_lock` (environment), if the lock is another instance's.
    pub fn resume(&self, lock: &InstanceLock, entry: Entry) -> Result<InFlight, Failure> {
        check_lock(lock, &entry)?;
        Ok(InFlight { folder: self.folder.clone(), entry })
    }
}

impl InFlight {
    /// What is recorded.
    pub fn entry(&self) -> &Entry {
        &self.entry
    }

    /// Records how far the run has come. If that fails, what was recorded before still stands.
    ///
    /// # Errors
    /// `journal.unwritable` (environment).
    pub fn advance(&mut self, phase: Phase) -> Result<(), Failure> {
        let before = std::mem::replace(&mut self.entry.phase, phase);
        self.write().inspect_err(|_| self.entry.phase = before)
    }

    /// Removes the entry: the instance was seen authenticated, or is no more.
    ///
    /// # Errors
    /// `journal.unwritable` (environment): the entry still stands, and a later run will look after
    /// the instance once more, which does no harm.
    pub fn close(self) -> Result<(), Failure> {
        let path = entry_path(&self.folder, &self.entry.key());
        match fs::remove_file(&path) {
            Ok(()) => sync_folder(&self.folder),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        }
        .map_err(|error| unwritable(&path, &error))
    }

    fn write(&self) -> Result<(), Failure> {
        let path = entry_path(&self.folder, &self.entry.key());
        self.entry
            .to_bytes()
            .and_then(|bytes| write_durably(&self.folder, &self.entry.key(), &bytes))
            .map_err(|error| unwritable(&path, &error))
    }
}

/// Makes the folder and those above it that are missing. Each name is on disk when this returns: an
/// entry in a folder that a power cut takes away is none.
fn make_durably(folder: &Path) -> io::Result<()> {
    match DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => {
            return Ok(());
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let Some(parent) = folder.parent() else { return Err(error) };
            make_durably(parent)?;
            // Unless somebody else was faster.
            DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        }
        made => made?,
    }
    match folder.parent().map_or(Ok(()), sync_folder) {
        // Whoever may make something there need not be allowed to open it.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            tracing::debug!(%error, folder = %folder.display(), "its name may not be on disk yet");
            Ok(())
        }
        synced => synced,
    }
}

/// What an entry names is read, and commands in it are run, by whoever restores.
fn check_owner(folder: &Path) -> Result<(), Failure> {
    let metadata = fs::metadata(folder).map_err(|error| unwritable(folder, &error))?;
    let (mode, owner, own) =
        (metadata.mode() & 0o7777, metadata.uid(), rustix::process::geteuid().as_raw());
    let seen = match (owner == own, mode & 0o022) {
        (true, 0) => return Ok(()),
        (true, _) => format!("others may write to it (mode {mode:04o})"),
        (false, _) => format!("it is user {owner}'s"),
    };
    let folder = folder.display();
    let expected = "expected a folder for the journal that only this user writes to";
    Err(Failure::environment("journal.untrusted_folder", format!("{expected}, {folder}: {seen}"))
        .hint(format!("if what is in it is all yours: `chmod go-w {folder}`"))
        .hint("or name another with `REAUTH_STATE_DIR`"))
}

/// Neither of the variables says where.
fn no_folder() -> Failure {
    Failure::environment(
        "journal.no_folder",
        "expected a folder for the journal, but neither REAUTH_STATE_DIR, XDG_STATE_HOME nor HOME \
         is set",
    )
    .hint("set REAUTH_STATE_DIR to a folder that outlives the run")
}

fn check_lock(lock: &InstanceLock, entry: &Entry) -> Result<(), Failure> {
    if *lock.key() == entry.key() {
        return Ok(());
    }
    Err(Failure::environment(
        "journal.wrong_lock",
        format!("expected a lock on instance {}, but it is on {}", entry.key(), lock.key()),
    )
    .hint("this is a defect of `reauth`: please report it"))
}

fn entry_path(folder: &Path, key: &InstanceKey) -> PathBuf {
    folder.join(format!("{key}.json"))
}

/// The entry's content first, then its name, then the folder that holds the name: a power cut leaves
/// the old entry or the new one.
fn write_durably(folder: &Path, key: &InstanceKey, bytes: &[u8]) -> io::Result<()> {
    let mut file = output_file::begin(folder, &unfinished_prefix(key))?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(entry_path(folder, key)).map_err(|error| error.error)?;
    sync_folder(folder)
}

/// How the name of an entry begins while it is written. No key holds a `~`, so that none is the
/// beginning of another's.
fn unfinished_prefix(key: &InstanceKey) -> String {
    format!(".{key}~")
}

fn remove_unfinished(folder: &Path, key: &InstanceKey) -> io::Result<()> {
    let prefix = unfinished_prefix(key);
    for file in fs::read_dir(folder)? {
        let file = file?;
        if file.file_name().as_encoded_bytes().starts_with(prefix.as_bytes()) {
            fs::remove_file(file.path())?;
        }
    }
    Ok(())
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

fn read(path: &Path, key: &str) -> Result<Option<Entry>, CorruptEntry> {
    let corrupt = |damage| CorruptEntry::new(path.to_owned(), damage);
    let mut bytes = Vec::new();
    let length = match File::open(path) {
        Ok(file) => file.take(LONGEST_ENTRY + 1).read_to_end(&mut bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => Err(error),
    };
    match length {
        Ok(length) if length as u64 > LONGEST_ENTRY => Err(corrupt(Damage::TooLong)),
        Ok(_) => Entry::parse(&bytes, key).map(Some).map_err(corrupt),
        Err(error) => Err(corrupt(Damage::Unreadable(error))),
    }
}

/// Where the journal is by the environment; empty counts as missing, and the XDG specification has
/// relative paths ignored.
fn state_folder(variable: impl Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
    let given = |name| variable(name).filter(|path| !path.as_os_str().is_empty());
    given("REAUTH_STATE_DIR")
        .or_else(|| {
            let home = given("XDG_STATE_HOME").filter(|path| path.is_absolute())?;
            Some(home.join("reauth"))
        })
        .or_else(|| Some(given("HOME")?.join(".local/state/reauth")))
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    Failure::environment(
        "journal.unwritable",
        format!("the journal's {} could not be written: {error}", path.display()),
    )
    .hint("choose a folder that outlives the run and can be written to with `REAUTH_STATE_DIR`")
}

#[cfg(test)]
mod tests;
