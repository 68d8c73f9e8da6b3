//! The file that a passkey is kept in: for its owner alone, replaced as a whole, never by an older
//! counter. Several processes may use it.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::{NamedTempFile, PersistError};

use super::{Passkey, PasskeyError};
use crate::file_lock::{LockFile, lock_within};
use crate::input_file::{Accepts, InputError, InputFile};
use crate::output_file;
use crate::secrets::Redactor;

/// Far more than any passkey has; so that a wrong file is not read whole.
const LONGEST: u64 = 64 * 1024;
/// Whoever holds the lock writes one line.
const LOCK_LIMIT: Duration = Duration::from_secs(5);

/// Where a passkey is kept.
#[derive(Debug, Clone)]
pub struct PasskeyFile {
    path: PathBuf,
}

impl PasskeyFile {
    /// The file at `path`, which need not be there.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where a new passkey lies until Salesforce has taken it: beside the file, which it then
    /// replaces.
    pub fn pending(&self) -> Self {
        let mut name = self.path.clone().into_os_string();
        name.push(".new");
        Self { path: name.into() }
    }

    /// Keeps others from enrolling a passkey for this file, until it is dropped.
    ///
    /// # Errors
    /// [`PasskeyError::EnrolmentUnderWay`], [`PasskeyError::Unwritable`].
    pub(crate) fn lock_for_enrolment(&self) -> Result<LockFile, PasskeyError> {
        let mut name = self.path.clone().into_os_string();
        name.push(".lock");
        LockFile::acquire(name.into())
            .map_err(|error| self.unwritable(&error))?
            .map_err(|_| PasskeyError::EnrolmentUnderWay { path: self.path.clone() })
    }

    /// Whether it is there.
    pub fn is_there(&self) -> bool {
        fs::symlink_metadata(&self.path).is_ok()
    }

    /// Makes sure that a file can be written beside it, before anything depends on that.
    ///
    /// # Errors
    /// [`PasskeyError::Unwritable`].
    pub fn check_folder(&self) -> Result<(), PasskeyError> {
        tempfile::tempfile_in(self.folder()).map(drop).map_err(|error| self.unwritable(&error))
    }

    /// What it holds. A file that others can read is refused: what is in it is as good as a password.
    ///
    /// # Errors
    /// [`PasskeyError::Missing`], [`PasskeyError::Exposed`], [`PasskeyError::Unreadable`],
    /// [`PasskeyError::Malformed`].
    pub fn read(&self, redactor: &Redactor) -> Result<Passkey, PasskeyError> {
        let unreadable = |error: InputError| {
            if error.is_missing() {
                return PasskeyError::Missing { path: self.path.clone() };
            }
            PasskeyError::Unreadable { path: self.path.clone(), reason: error.to_string() }
        };
        let file = InputFile::open(&self.path, Accepts::File).map_err(unreadable)?;
        // Of the file that is open: its name may soon be another's.
        let mode = file.metadata.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(PasskeyError::Exposed { path: self.path.clone(), mode });
        }
        let bytes = file.read(LONGEST).map_err(unreadable)?;
        let text = String::from_utf8(bytes).map_err(|_| unreadable(InputError::NotUtf8))?;
        let text = secrecy::zeroize::Zeroizing::new(text);
        Passkey::parse(&text, redactor).map_err(|reason| PasskeyError::Malformed {
            place: self.path.display().to_string(),
            reason,
        })
    }

    /// Writes it, mode 0600: content, name and folder are on disk when this returns.
    ///
    /// # Errors
    /// [`PasskeyError::Unwritable`]; what was there before still stands.
    pub fn write(&self, passkey: &Passkey) -> Result<(), PasskeyError> {
        self.write_by(passkey, |file| file.persist(&self.path))
    }

    /// The same where nothing is yet.
    ///
    /// # Errors
    /// [`PasskeyError::Unwritable`], also where something is: that still stands.
    pub fn write_new(&self, passkey: &Passkey) -> Result<(), PasskeyError> {
        self.write_by(passkey, |file| file.persist_noclobber(&self.path))
    }

    fn write_by(
        &self,
        passkey: &Passkey,
        persist: impl FnOnce(NamedTempFile) -> Result<File, PersistError>,
    ) -> Result<(), PasskeyError> {
        let text = passkey.to_text().map_err(|error| self.unwritable(&io::Error::from(error)))?;
        let write = || -> io::Result<()> {
            let mut file = output_file::begin(self.folder(), ".passkey~")?;
            file.write_all(text.as_bytes())?;
            file.write_all(b"\n")?;
            file.as_file().sync_all()?;
            persist(file).map_err(|error| error.error)?;
            File::open(self.folder())?.sync_all()
        };
        write().map_err(|error| self.unwritable(&error))
    }

    /// Moves it to where `other` is, over what is there.
    ///
    /// # Errors
    /// [`PasskeyError::Unwritable`]; then both are where they were.
    pub fn replace(&self, other: &Self) -> Result<(), PasskeyError> {
        fs::rename(&self.path, &other.path)
            .and_then(|()| File::open(other.folder())?.sync_all())
            .map_err(|error| other.unwritable(&error))
    }

    /// Removes it.
    ///
    /// # Errors
    /// [`PasskeyError::Missing`], [`PasskeyError::Unwritable`].
    pub fn remove(&self) -> Result<(), PasskeyError> {
        fs::remove_file(&self.path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => PasskeyError::Missing { path: self.path.clone() },
            _ => self.unwritable(&error),
        })
    }

    /// Brings the counter up to `count`, unless another process has brought it further: what is
    /// written is the higher one. `change` says how, given what is there now.
    ///
    /// # Errors
    /// As [`PasskeyFile::read`] and [`PasskeyFile::write`]; [`PasskeyError::Locked`].
    pub(super) fn update(
        &self,
        redactor: &Redactor,
        change: impl FnOnce(&mut Passkey),
    ) -> Result<Passkey, PasskeyError> {
        // The folder, because the file itself is replaced; for as long as it takes to write a line.
        let folder = File::open(self.folder()).map_err(|error| self.unwritable(&error))?;
        let locked = lock_within(folder, LOCK_LIMIT).map_err(|error| self.unwritable(&error))?;
        let Some(_lock) = locked else {
            return Err(PasskeyError::Locked { path: self.path.clone(), limit: LOCK_LIMIT });
        };
        let mut passkey = self.read(redactor)?;
        let before = passkey.credential.sign_count;
        change(&mut passkey);
        if passkey.credential.sign_count > before {
            self.write(&passkey)?;
        }
        Ok(passkey)
    }

    fn folder(&self) -> &Path {
        match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        }
    }

    fn unwritable(&self, error: &io::Error) -> PasskeyError {
        PasskeyError::Unwritable { path: self.path.clone(), reason: error.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::passkey;
    use std::fs::Permissions;

    use super::*;

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().unwrap()
    }

    #[test]
    fn it_is_its_owner_s_alone_and_leaves_nothing_beside_it() {
        let (folder, redactor) = (folder(), Redactor::new());
        let file = PasskeyFile::at(folder.path().join("passkey.json"));
        let one = passkey(&redactor);
        file.write(&one).unwrap();
        file.write(&one).unwrap();
        assert_eq!(fs::metadata(file.path()).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(file.read(&redactor).unwrap(), one);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn one_that_others_can_read_is_refused() {
        let (folder, redactor) = (folder(), Redactor::new());
        let file = PasskeyFile::at(folder.path().join("passkey.json"));
        file.write(&passkey(&redactor)).unwrap();
        for mode in [0o640, 0o604, 0o660] {
            fs::set_permissions(file.path(), Permissions::from_mode(mode)).unwrap();
            let error = file.read(&redactor).unwrap_err();
            assert!(
                matches!(error, PasskeyError::Exposed { mode: seen, .. } if seen == mode),
                "{error}"
            );
        }
    }

    #[test]
    fn a_new_one_replaces_nothing_and_one_enrols_at_a_time() {
        let (folder, redactor) = (folder(), Redactor::new());
        let file = PasskeyFile::at(folder.path().join("passkey.json"));
        let mut one = passkey(&redactor);
        file.write_new(&one).unwrap();
        one.credential.sign_count += 1;
        let error = file.write_new(&one).unwrap_err();
        assert!(matches!(error, PasskeyError::Unwritable { .. }), "{error}");
        one.credential.sign_count -= 1;
        assert_eq!(file.read(&redactor).unwrap(), one);

        let lock = file.lock_for_enrolment().unwrap();
        let error = file.lock_for_enrolment().unwrap_err();
        assert!(matches!(error, PasskeyError::EnrolmentUnderWay { .. }), "{error}");
        drop(lock);
        drop(file.lock_for_enrolment().unwrap());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn many_at_once_never_take_the_same_counter_nor_bring_it_back() {
        let (folder, redactor) = (folder(), Redactor::new());
        let file = PasskeyFile::at(folder.path().join("passkey.json"));
        file.write(&passkey(&redactor)).unwrap();
        let taken: Vec<u32> = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(|| {
                        let move_on = |one: &mut Passkey| one.credential.sign_count += 1000;
                        file.update(&redactor, move_on).unwrap().credential.sign_count
                    })
                })
                .collect();
            workers.into_iter().map(|worker| worker.join().unwrap()).collect()
        });
        let mut different = taken.clone();
        different.sort_unstable();
        different.dedup();
        assert_eq!(different.len(), 8, "{taken:?}");
        assert_eq!(file.read(&redactor).unwrap().credential.sign_count, 8007);
        // An older count does not bring it back.
        file.update(&redactor, |one| one.credential.sign_count = 9).unwrap();
        assert_eq!(file.read(&redactor).unwrap().credential.sign_count, 8007);
    }
}
