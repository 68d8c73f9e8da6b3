//! The folder that holds what a run saw. Private to its owner; nothing is written unredacted.

use std::fs::{self, DirBuilder};
use std::io::{self, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use jiff::Timestamp;
use serde::Serialize;

use super::StepKey;
use crate::failure::Failure;
use crate::output_file;
use crate::secrets::Redactor;

/// Stands in the folder's name until the instance is known.
const NEW: &str = "new";
/// Crockford's base 32: nothing in it is mistaken for something else.
const RANDOM_ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Two runs in the same second that also drew the same end: try again, but not for ever.
const NAME_ATTEMPTS: u32 = 16;

/// A run's folder; cheap to clone. All clones follow when the folder is renamed.
#[derive(Clone)]
pub struct RunFolder(Arc<Inner>);

struct Inner {
    parent: PathBuf,
    time: String,
    random: String,
    /// Held for reading while a file is written, so that a rename never falls in between.
    path: RwLock<PathBuf>,
    redactor: Redactor,
    screenshots: AtomicU32,
    pages: AtomicU32,
}

impl RunFolder {
    /// Creates `<parent>/<UTC time>-<instance|new>-<four random letters>`, mode 0700, and its parent
    /// where that is missing.
    ///
    /// # Errors
    /// `report.run_folder` (environment), if the folder could not be made.
    pub fn create(
        parent: &Path,
        instance: Option<u64>,
        redactor: &Redactor,
    ) -> Result<Self, Failure> {
        let parent = std::path::absolute(parent).map_err(|error| unwritable(parent, &error))?;
        fs::create_dir_all(&parent).map_err(|error| unwritable(&parent, &error))?;
        let time = Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string();
        let mut attempt = 1;
        loop {
            let random = random_end().map_err(|error| unwritable(&parent, &error))?;
            let path = parent.join(folder_name(&time, instance, &random));
            match DirBuilder::new().mode(0o700).create(&path) {
                Ok(()) => {
                    return Ok(Self(Arc::new(Inner {
                        parent,
                        time,
                        random,
                        path: RwLock::new(path),
                        redactor: redactor.clone(),
                        screenshots: AtomicU32::new(0),
                        pages: AtomicU32::new(0),
                    })));
                }
                Err(error)
                    if error.kind() == io::ErrorKind::AlreadyExists && attempt < NAME_ATTEMPTS =>
                {
                    attempt += 1;
                }
                Err(error) => return Err(unwritable(&path, &error)),
            }
        }
    }

    /// Names the run whatever the folder is called: `<UTC time>-<four random letters>`.
    pub fn run_id(&self) -> String {
        format!("{}-{}", self.0.time, self.0.random)
    }

    /// Where the folder is now, absolute.
    pub fn path(&self) -> PathBuf {
        self.0.path.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Writes a redacted text, mode 0600, whole or not at all; creates folders on the way.
    ///
    /// # Errors
    /// `report.evidence` (environment), if the file could not be written.
    pub fn write_text(&self, relative: &str, text: &str) -> Result<(), Failure> {
        self.write_bytes(relative, self.0.redactor.redact(text).as_bytes())
    }

    /// Writes a value as pretty JSON, redacted by search and by field name, mode 0600, whole or not
    /// at all.
    ///
    /// # Errors
    /// `report.evidence` (environment), if the value is nothing that JSON can hold or the file could
    /// not be written.
    pub fn write_json<T: Serialize + ?Sized>(
        &self,
        relative: &str,
        value: &T,
    ) -> Result<(), Failure> {
        self.write_bytes(relative, self.to_json(relative, value)?.as_bytes())
    }

    /// As [`write_json`](Self::write_json); when this returns, the file is on disk.
    ///
    /// # Errors
    /// As [`write_json`](Self::write_json).
    pub fn write_json_durably<T: Serialize + ?Sized>(
        &self,
        relative: &str,
        value: &T,
    ) -> Result<(), Failure> {
        self.write_json(relative, value)?;
        let path = self.path();
        let synced = [path.join(relative), path]
            .into_iter()
            .try_for_each(|path| fs::File::open(path)?.sync_all());
        synced.map_err(|error| not_written(relative, &error))
    }

    fn to_json<T: Serialize + ?Sized>(&self, relative: &str, value: &T) -> Result<String, Failure> {
        let json = serde_json::to_value(value)
            .and_then(|value| serde_json::to_string_pretty(&self.0.redactor.redact_json(&value)))
            .map_err(|error| not_written(relative, &io::Error::other(error)))?;
        Ok(format!("{json}\n"))
    }

    /// Writes bytes that cannot hold a secret in writing, such as a PNG, mode 0600, whole or not at
    /// all.
    ///
    /// # Errors
    /// `report.evidence` (environment), if the file could not be written.
    pub fn write_bytes(&self, relative: &str, bytes: &[u8]) -> Result<(), Failure> {
        let folder = self.0.path.read().unwrap_or_else(PoisonError::into_inner);
        write_whole(&folder, relative, bytes).map_err(|error| not_written(relative, &error))
    }

    /// The next screenshot's name, relative to the folder:
    /// `screenshots/NN-<phase>-<step>[-<attempt>][-detail].png`. Each call counts up.
    pub fn screenshot_name(&self, key: StepKey, detail: Option<&str>) -> String {
        evidence_name("screenshots", &self.0.screenshots, key, detail, "png")
    }

    /// The next page dump's name, relative to the folder:
    /// `dom/NN-<phase>-<step>[-<attempt>][-detail].html`. Each call counts up.
    pub fn dom_name(&self, key: StepKey, detail: Option<&str>) -> String {
        evidence_name("dom", &self.0.pages, key, detail, "html")
    }

    /// Gives a folder that was created without an instance the name of `instance`. A folder that has
    /// one keeps it. Files that are open stay open.
    ///
    /// # Errors
    /// `report.run_folder` (environment), if the folder could not be renamed.
    pub fn name_after(&self, instance: u64) -> Result<(), Failure> {
        let mut path = self.0.path.write().unwrap_or_else(PoisonError::into_inner);
        if path.file_name() != Some(folder_name(&self.0.time, None, &self.0.random).as_ref()) {
            return Ok(());
        }
        let name = folder_name(&self.0.time, Some(instance), &self.0.random);
        let renamed = self.0.parent.join(name);
        fs::rename(&*path, &renamed).map_err(|error| unwritable(&renamed, &error))?;
        *path = renamed;
        Ok(())
    }
}

fn folder_name(time: &str, instance: Option<u64>, random: &str) -> String {
    let instance = instance.map_or_else(|| NEW.to_owned(), |id| id.to_string());
    format!("{time}-{instance}-{random}")
}

fn random_end() -> io::Result<String> {
    let mut bytes = [0_u8; 4];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    // 32 letters: the mask is even-handed and never out of bounds.
    Ok(bytes.iter().map(|byte| char::from(RANDOM_ALPHABET[usize::from(byte & 31)])).collect())
}

fn evidence_name(
    folder: &str,
    counter: &AtomicU32,
    key: StepKey,
    detail: Option<&str>,
    extension: &str,
) -> String {
    let number = counter.fetch_add(1, Ordering::Relaxed).saturating_add(1);
    let mut name = format!("{folder}/{number:02}-{}-{}", key.phase.as_str(), key.id.as_str());
    if key.attempt > 1 {
        name.push_str(&format!("-{}", key.attempt));
    }
    if let Some(detail) = detail.map(slug).filter(|detail| !detail.is_empty()) {
        name.push('-');
        name.push_str(&detail);
    }
    name.push('.');
    name.push_str(extension);
    name
}

/// Lower-case words joined by `-`, at most 40 characters: a page's name may hold anything.
fn slug(text: &str) -> String {
    let mut slug = String::new();
    for character in text.chars() {
        if slug.len() >= 40 {
            break;
        }
        if character.is_ascii_alphanumeric() {
            slug.push(character.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.trim_end_matches('-').to_owned()
}

pub(super) fn write_whole(folder: &Path, relative: &str, bytes: &[u8]) -> io::Result<()> {
    let relative = Path::new(relative);
    let (Some(parent), true) = (relative.parent(), stays_inside(relative)) else {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "not a path inside the run folder",
        ));
    };
    let parent = folder.join(parent);
    DirBuilder::new().recursive(true).mode(0o700).create(&parent)?;
    let mut file = output_file::begin(&parent, ".")?;
    file.write_all(bytes)?;
    file.persist(folder.join(relative)).map_err(|error| error.error)?;
    Ok(())
}

/// Whether a path leads nowhere out of the folder that it is relative to.
pub(super) fn stays_inside(relative: &Path) -> bool {
    relative.components().all(|part| matches!(part, Component::Normal(_)))
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    Failure::environment(
        "report.run_folder",
        format!("the run folder {} could not be made: {error}", path.display()),
    )
    .hint("choose a folder that can be written to with `--out DIR` or `run.out`")
}

fn not_written(relative: &str, error: &io::Error) -> Failure {
    Failure::environment("report.evidence", format!("{relative} could not be written: {error}"))
        .hint("check the space left and the permissions of the run folder (`--out DIR`)")
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::report::{Phase, StepId};

    fn key(id: StepId, phase: Phase, attempt: u32) -> StepKey {
        StepKey { id, phase, attempt }
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn folder_and_files_are_private() {
        let parent = tempfile::tempdir().unwrap();
        let redactor = Redactor::new();
        redactor.learn("token", "00D!very-secret");
        let folder = RunFolder::create(&parent.path().join("runs"), None, &redactor).unwrap();
        folder.write_text("dom/page.html", "<p>00D!very-secret</p>").unwrap();
        folder.write_json("before.json", &serde_json::json!({"password": "qa", "id": 1})).unwrap();

        assert_eq!(mode(&folder.path()), 0o700);
        assert_eq!(mode(&folder.path().join("dom")), 0o700);
        assert_eq!(mode(&folder.path().join("dom/page.html")), 0o600);
        let page = fs::read_to_string(folder.path().join("dom/page.html")).unwrap();
        assert_eq!(page, "<p>«token»</p>");
        let json = fs::read_to_string(folder.path().join("before.json")).unwrap();
        assert_eq!(json, "{\n  \"password\": \"«redacted»\",\n  \"id\": 1\n}\n");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "no temporary file is left");
    }

    #[test]
    fn nothing_is_written_outside() {
        let parent = tempfile::tempdir().unwrap();
        let folder = RunFolder::create(parent.path(), Some(1), &Redactor::new()).unwrap();
        for path in ["../evil", "/tmp/evil", "dom/../../evil", ""] {
            let failure = folder.write_bytes(path, b"x").unwrap_err();
            assert_eq!(failure.code, "report.evidence", "{path}");
        }
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 1);
    }

    #[test]
    fn evidence_names() {
        let parent = tempfile::tempdir().unwrap();
        let folder = RunFolder::create(parent.path(), Some(1), &Redactor::new()).unwrap();
        let authorize = key(StepId::Authorize, Phase::Scenario, 1);
        let table = [
            (folder.screenshot_name(authorize, None), "screenshots/01-scenario-authorize.png"),
            (
                folder.screenshot_name(authorize, Some("Verify Your Identity | Salesforce")),
                "screenshots/02-scenario-authorize-verify-your-identity-salesforce.png",
            ),
            (
                folder.screenshot_name(key(StepId::OauthUrl, Phase::Restore, 2), Some("../..")),
                "screenshots/03-restore-oauth-url-2.png",
            ),
            (folder.dom_name(authorize, Some("login")), "dom/01-scenario-authorize-login.html"),
        ];
        for (actual, expected) in table {
            assert_eq!(actual, expected);
        }
    }

    #[test]
    fn a_new_folder_is_named_after_its_instance_once() {
        let parent = tempfile::tempdir().unwrap();
        let folder = RunFolder::create(parent.path(), None, &Redactor::new()).unwrap();
        let clone = folder.clone();
        let (time, random) = folder.run_id().rsplit_once('-').map(own).unwrap();
        assert_eq!(folder.path(), parent.path().join(format!("{time}-new-{random}")));

        folder.name_after(123_456).unwrap();
        folder.name_after(9).unwrap();
        assert_eq!(clone.path(), parent.path().join(format!("{time}-123456-{random}")));
        clone.write_text("a.txt", "a").unwrap();
        assert!(folder.path().join("a.txt").is_file());
    }

    fn own((left, right): (&str, &str)) -> (String, String) {
        (left.to_owned(), right.to_owned())
    }

    #[test]
    fn a_parent_that_is_a_file_is_an_environment_failure() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let failure = RunFolder::create(file.path(), None, &Redactor::new()).err().unwrap();
        assert_eq!(
            (failure.code, failure.kind),
            ("report.run_folder", crate::failure::Kind::Environment)
        );
    }
}
