//! One entry: its form on disk, and what is wrong with those that do not have it.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::failure::Failure;

/// Version of the form on disk. A newer one is left to a newer `reauth`.
pub const VERSION: u32 = 1;

/// Names an instance on this machine: the platform's host (and port, where it is not the scheme's
/// own) and the instance id. Safe as a file name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct InstanceKey(String);

impl InstanceKey {
    /// The key of instance `id` of the platform at `base_url`.
    pub fn new(base_url: &Url, id: u64) -> Self {
        let host: String = base_url
            .host_str()
            .unwrap_or_default()
            .chars()
            .map(|letter| {
                if matches!(letter, 'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '-') {
                    letter
                } else {
                    '_'
                }
            })
            .collect();
        match base_url.port() {
            Some(port) => Self(format!("{host}_{port}-{id}")),
            None => Self(format!("{host}-{id}")),
        }
    }

    /// The key as a file name without extension.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for InstanceKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

/// How far the run had come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// The grant is about to be ended: it may live or be dead.
    Revoking,
    /// The grant is dead; the instance waits for a new one.
    Revoked,
    /// The grant is dead because `reauth revoke` was asked for that.
    RevokedOnPurpose,
    /// A code has been or is about to be sent to the platform.
    Reauthenticating,
}

/// An instance that is, or may be, without a grant because of us. No secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    version: u32,
    /// Instance id.
    pub instance_id: u64,
    /// Origin of the platform API, e.g. `https://api.cloud-elements.com`.
    pub base_url: Url,
    /// Element key, e.g. `sfdc`.
    pub element_key: String,
    /// The run that did it.
    pub run_id: String,
    /// How far it had come.
    pub phase: Phase,
    /// When it began.
    pub started_at: Timestamp,
    /// The configuration it was run with, absolute; none: environment and flags alone.
    pub config_file: Option<PathBuf>,
    /// The instance was provisioned for the run, and is to be removed after it.
    pub provisioned: bool,
    /// The Salesforce user who had authorised it; another's configuration cannot bring it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
}

impl Entry {
    /// An entry of a run that is about to end a grant, begun now. Of `base_url` only the origin is
    /// kept.
    pub fn new(base_url: &Url, instance_id: u64, element_key: &str, run_id: &str) -> Self {
        let mut origin = base_url.clone();
        origin.set_path("");
        origin.set_query(None);
        origin.set_fragment(None);
        // Both fail only for URLs that cannot hold credentials in the first place.
        let (Ok(()) | Err(())) = origin.set_username("");
        let (Ok(()) | Err(())) = origin.set_password(None);
        Self {
            version: VERSION,
            instance_id,
            base_url: origin,
            element_key: element_key.to_owned(),
            run_id: run_id.to_owned(),
            phase: Phase::Revoking,
            started_at: Timestamp::now(),
            config_file: None,
            provisioned: false,
            username: None,
        }
    }

    /// Adds the configuration file the run was started with.
    #[must_use]
    pub fn with_config_file(mut self, file: Option<PathBuf>) -> Self {
        self.config_file = file;
        self
    }

    /// Adds the user whose grant it is.
    #[must_use]
    pub fn with_username(mut self, username: &str) -> Self {
        self.username = Some(username.to_owned());
        self
    }

    /// Marks an instance that was provisioned for the run.
    #[must_use]
    pub fn provisioned(mut self, provisioned: bool) -> Self {
        self.provisioned = provisioned;
        self
    }

    /// The key under which the entry is kept.
    pub fn key(&self) -> InstanceKey {
        InstanceKey::new(&self.base_url, self.instance_id)
    }

    /// Reads an entry that is kept under `key`.
    ///
    /// # Errors
    /// What is wrong with it; see [`Damage`].
    pub(super) fn parse(bytes: &[u8], key: &str) -> Result<Self, Damage> {
        // The version first: a newer form need not have the fields of this one.
        let Versioned { version } = serde_json::from_slice(bytes).map_err(Damage::Malformed)?;
        if version > VERSION {
            return Err(Damage::Newer { version });
        }
        if version < 1 {
            return Err(Damage::NoSuchVersion { version });
        }
        let entry: Self = serde_json::from_slice(bytes).map_err(Damage::Malformed)?;
        if entry.key().as_str() != key {
            return Err(Damage::Misplaced { found: entry.key() });
        }
        Ok(entry)
    }

    /// The entry as it is kept: pretty JSON, for a person who has to look.
    pub(super) fn to_bytes(&self) -> io::Result<Vec<u8>> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

/// The parser's words, which may quote names and values of any length.
fn in_short(error: &serde_json::Error) -> String {
    error.to_string().chars().filter(|letter| !letter.is_control()).take(200).collect()
}

/// What is wrong with an entry.
#[derive(Debug, thiserror::Error)]
pub(super) enum Damage {
    /// Not (all of) an entry.
    #[error("it is not an entry of the journal: {}", in_short(.0))]
    Malformed(#[source] serde_json::Error),
    /// Written by a newer `reauth`.
    #[error("it has version {version}, this `reauth` knows versions up to {VERSION}")]
    Newer {
        /// Its version.
        version: u32,
    },
    /// No `reauth` ever wrote this.
    #[error("it has version {version}, which there never was")]
    NoSuchVersion {
        /// Its version.
        version: u32,
    },
    /// Kept under another instance's name.
    #[error("it speaks of another instance, {found:.200}")]
    Misplaced {
        /// Of which.
        found: InstanceKey,
    },
    /// Longer than any entry.
    #[error("it is longer than any entry is")]
    TooLong,
    /// Not to be read at all.
    #[error("it could not be read: {0}")]
    Unreadable(#[source] io::Error),
}

/// An entry that cannot be relied on. The file is kept as it is.
#[derive(Debug, thiserror::Error)]
#[error("the journal's entry {} cannot be used: {damage}", file.display())]
pub struct CorruptEntry {
    file: PathBuf,
    #[source]
    damage: Damage,
}

impl CorruptEntry {
    pub(super) fn new(file: PathBuf, damage: Damage) -> Self {
        Self { file, damage }
    }

    /// Where it is.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Whether a newer `reauth` wrote it and will be able to read it.
    pub fn is_newer(&self) -> bool {
        matches!(self.damage, Damage::Newer { .. })
    }
}

impl From<CorruptEntry> for Failure {
    fn from(corrupt: CorruptEntry) -> Self {
        let failure = Self::environment("journal.corrupt", corrupt.to_string());
        if corrupt.is_newer() {
            failure.hint("use the `reauth` that wrote it, or a newer one")
        } else {
            failure
                .hint(
                    "an earlier run may have left this instance unauthenticated: ask with \
                     `reauth status`, then move the file away",
                )
                .hint("nothing was changed, the file included")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{cases, damaged, json_mutants};
    use proptest::prelude::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn entry() -> Entry {
        Entry::new(&url("https://api.cloud-elements.com/elements/api-v2"), 7, "sfdc", "run-1")
    }

    #[test]
    fn keys_are_file_names() {
        let table = [
            ("https://api.cloud-elements.com/elements/api-v2", "api.cloud-elements.com-7"),
            ("https://API.cloud-elements.com:443/", "api.cloud-elements.com-7"),
            ("http://api.cloud-elements.localhost:8080/x", "api.cloud-elements.localhost_8080-7"),
            ("http://[::1]:80/", "___1_-7"),
        ];
        for (base_url, expected) in table {
            assert_eq!(InstanceKey::new(&url(base_url), 7).as_str(), expected, "{base_url}");
        }
    }

    #[test]
    fn only_the_origin_is_kept() {
        let entry =
            Entry::new(&url("https://me:secret@host.test:8443/a?token=b#c"), 7, "sfdc", "r");
        assert_eq!(entry.base_url.as_str(), "https://host.test:8443/");
    }

    #[test]
    fn damage_is_named() {
        let key = entry().key();
        let good = serde_json::to_value(entry()).unwrap();
        let with = |field: &str, value: serde_json::Value| {
            let mut changed = good.clone();
            changed[field] = value;
            changed.to_string()
        };
        let table = [
            (with("version", 2.into()), "it has version 2, this `reauth` knows versions up to 1"),
            (r#"{"version":9,"what":"else"}"#.to_owned(), "it has version 9"),
            (with("version", 0.into()), "it has version 0, which there never was"),
            (with("version", "1".into()), "not an entry"),
            (with("instance_id", 8.into()), "another instance, api.cloud-elements.com-8"),
            (with("base_url", "https://evil.test/".into()), "another instance, evil.test-7"),
            (with("phase", "resting".into()), "unknown variant `resting`"),
            (with("access_token", "x".into()), "unknown field `access_token`"),
            (String::new(), "EOF"),
            ("null".to_owned(), "not an entry"),
        ];
        for (text, expected) in table {
            let damage = Entry::parse(text.as_bytes(), key.as_str()).unwrap_err().to_string();
            assert!(damage.contains(expected), "{text}: {damage}");
        }
    }

    fn phases() -> impl Strategy<Value = Phase> {
        prop_oneof![
            Just(Phase::Revoking),
            Just(Phase::Revoked),
            Just(Phase::RevokedOnPurpose),
            Just(Phase::Reauthenticating),
        ]
    }

    proptest! {
        #![proptest_config(cases())]

        #[test]
        fn what_is_written_is_read(
            id in any::<u64>(), run in ".{0,30}", element in ".{0,10}", phase in phases(),
            file in proptest::option::of("/[a-z ]{1,20}"), provisioned in any::<bool>(),
        ) {
            let mut entry = Entry::new(&url("http://host.test:81"), id, &element, &run)
                .with_config_file(file.map(PathBuf::from))
                .provisioned(provisioned);
            entry.phase = phase;
            let bytes = entry.to_bytes().unwrap();
            let read = Entry::parse(&bytes, entry.key().as_str()).unwrap();
            prop_assert_eq!(read, entry);
        }

        #[test]
        fn half_of_an_entry_is_none(cut in 0_usize..1000) {
            let entry = entry();
            let bytes = entry.to_bytes().unwrap();
            // Without its final newline it is whole; without its brace it is not.
            let half = &bytes[..cut.min(bytes.len() - 2)];
            prop_assert!(Entry::parse(half, entry.key().as_str()).is_err());
        }

        #[test]
        fn a_flipped_byte_never_yields_another_instance(at in 0_usize..1000, byte in any::<u8>()) {
            let entry = entry();
            let mut bytes = entry.to_bytes().unwrap();
            let at = at % bytes.len();
            bytes[at] = byte;
            if let Ok(read) = Entry::parse(&bytes, entry.key().as_str()) {
                prop_assert_eq!(read.key(), entry.key());
            }
        }

        #[test]
        fn a_damaged_entry_is_ours_or_its_damage_is_told(
            bytes in damaged(entry().to_bytes().unwrap()),
        ) {
            let key = entry().key();
            match Entry::parse(&bytes, key.as_str()) {
                Ok(read) => {
                    prop_assert_eq!(read.key(), key);
                    prop_assert_eq!(read.version, VERSION);
                }
                Err(damage) => {
                    let said = CorruptEntry::new("host-7.json".into(), damage).to_string();
                    prop_assert!(said.len() < 1_000 && !said.contains(char::is_control), "{}", said);
                }
            }
        }

        #[test]
        fn a_changed_entry_is_ours_or_refused(
            mutant in json_mutants(serde_json::to_value(entry()).unwrap()),
        ) {
            let bytes = serde_json::to_vec(&mutant).unwrap();
            if let Ok(read) = Entry::parse(&bytes, entry().key().as_str()) {
                // What was read is all that there was: nothing is guessed at.
                let mut written = serde_json::to_value(&read).unwrap();
                let mut mutant = mutant;
                if !mutant.as_object().unwrap().contains_key("config_file") {
                    written.as_object_mut().unwrap().shift_remove("config_file");
                }
                for value in [&mut written, &mut mutant] {
                    value.sort_all_objects();
                    // A URL may be written in several ways.
                    let url = Url::parse(value["base_url"].as_str().unwrap()).unwrap();
                    value["base_url"] = url.as_str().into();
                }
                prop_assert_eq!(written, mutant);
            }
        }

        #[test]
        fn noise_is_no_entry(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(Entry::parse(&bytes, "host-1").is_err());
        }
    }
}
