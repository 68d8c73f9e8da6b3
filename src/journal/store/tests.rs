use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;

use url::Url;

use super::*;

fn entry(id: u64) -> Entry {
    Entry::new(&Url::parse("https://host.test/api").unwrap(), id, "sfdc", "run-1")
}

fn journal() -> (tempfile::TempDir, Journal) {
    let parent = tempfile::tempdir().unwrap();
    let journal = Journal::at(&parent.path().join("state/reauth")).unwrap();
    (parent, journal)
}

fn names(journal: &Journal) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(journal.folder())
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn an_entry_lives_from_begin_to_close() {
    let (_parent, journal) = journal();
    let key = entry(7).key();
    let lock = journal.lock(&key, "run-1").unwrap();
    assert!(journal.pending(&key).unwrap().is_none());

    let mut flight = journal.begin(&lock, entry(7)).unwrap();
    assert_eq!(journal.pending(&key).unwrap().unwrap().phase, Phase::Revoking);
    flight.advance(Phase::Revoked).unwrap();
    assert_eq!(journal.pending(&key).unwrap().unwrap(), *flight.entry());
    assert_eq!(flight.entry().phase, Phase::Revoked);

    let file = journal.folder().join("host.test-7.json");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::metadata(journal.folder()).unwrap().permissions().mode() & 0o777, 0o700);

    flight.close().unwrap();
    assert!(journal.pending(&key).unwrap().is_none());
    drop(lock);
    assert_eq!(names(&journal), [""; 0]);
}

#[test]
fn what_a_dead_run_left_is_taken_over_and_never_overwritten() {
    let (_parent, journal) = journal();
    let key = entry(7).key();
    let lock = journal.lock(&key, "run-1").unwrap();
    drop(journal.begin(&lock, entry(7)).unwrap());

    let failure = journal.begin(&lock, entry(7)).unwrap_err();
    assert_eq!(failure.code, "journal.pending");

    let left = journal.pending(&key).unwrap().unwrap();
    journal.resume(&lock, left).unwrap().close().unwrap();
    journal.begin(&lock, entry(7)).unwrap().close().unwrap();
}

#[test]
fn what_a_killed_run_did_not_finish_writing_is_removed() {
    let (_parent, journal) = journal();
    for name in [".host.test-7~abc", ".host.test-77~abc", "host.test-8.json"] {
        fs::write(journal.folder().join(name), "{").unwrap();
    }
    drop(journal.lock(&entry(7).key(), "run-1").unwrap());
    assert_eq!(names(&journal), [".host.test-77~abc", "host.test-8.json"], "others' are not ours");
}

#[test]
fn a_lock_is_good_for_its_instance_only() {
    let (_parent, journal) = journal();
    let lock = journal.lock(&entry(7).key(), "run-1").unwrap();
    assert_eq!(journal.begin(&lock, entry(8)).unwrap_err().code, "journal.wrong_lock");
    assert_eq!(journal.resume(&lock, entry(8)).unwrap_err().code, "journal.wrong_lock");
}

#[test]
fn corrupt_entries_are_reported_and_kept() {
    let (_parent, journal) = journal();
    let lock = journal.lock(&entry(7).key(), "run-1").unwrap();
    journal.begin(&lock, entry(7)).unwrap();
    let folder = journal.folder();
    let whole = fs::read_to_string(folder.join("host.test-7.json")).unwrap();
    let files = [
        ("host.test-1.json", whole.clone()),
        ("host.test-2.json", whole[..whole.len() / 2].to_owned()),
        ("host.test-3.json", r#"{"version":2,"instances":[3]}"#.to_owned()),
        ("host.test-4.json", String::new()),
        ("host.test-5.json", " ".repeat(100_000)),
        (".entry-half", "{".to_owned()),
        ("readme.txt", "not ours".to_owned()),
    ];
    for (name, text) in &files {
        fs::write(folder.join(name), text).unwrap();
    }
    fs::create_dir(folder.join("host.test-6.json")).unwrap();

    let shown: Vec<String> = journal
        .all()
        .unwrap()
        .into_iter()
        .map(|entry| match entry {
            Ok(entry) => format!("{} whole", entry.key()),
            Err(corrupt) => {
                let name = corrupt.file().file_stem().unwrap().to_str().unwrap().to_owned();
                format!("{name} {}", if corrupt.is_newer() { "newer" } else { "corrupt" })
            }
        })
        .collect();
    assert_eq!(
        shown,
        [
            "host.test-1 corrupt",
            "host.test-2 corrupt",
            "host.test-3 newer",
            "host.test-4 corrupt",
            "host.test-5 corrupt",
            "host.test-6 corrupt",
            "host.test-7 whole",
        ]
    );
    for (name, text) in &files {
        assert_eq!(fs::read_to_string(folder.join(name)).unwrap(), *text, "{name} is kept");
    }

    let second = journal.lock(&entry(2).key(), "run-1").unwrap();
    assert_eq!(journal.begin(&second, entry(2)).unwrap_err().code, "journal.corrupt");
    assert_eq!(fs::read_to_string(folder.join("host.test-2.json")).unwrap(), files[1].1);
}

#[test]
fn a_folder_that_is_gone_is_found_at_begin() {
    let (_parent, journal) = journal();
    let lock = journal.lock(&entry(7).key(), "run-1").unwrap();
    fs::remove_dir_all(journal.folder()).unwrap();
    let failure = journal.begin(&lock, entry(7)).unwrap_err();
    assert_eq!(
        (failure.code, failure.kind),
        ("journal.unwritable", crate::failure::Kind::Environment)
    );
}

#[test]
fn an_advance_that_fails_changes_nothing() {
    let (_parent, journal) = journal();
    let lock = journal.lock(&entry(7).key(), "run-1").unwrap();
    let mut flight = journal.begin(&lock, entry(7)).unwrap();
    let file = journal.folder().join("host.test-7.json");
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    assert_eq!(flight.advance(Phase::Revoked).unwrap_err().code, "journal.unwritable");
    assert_eq!(flight.entry().phase, Phase::Revoking);
    let left = names(&journal);
    assert_eq!(left, ["host.test-7.json", "host.test-7.lock"], "no temporary file is left");
}

#[test]
fn the_environment_says_where() {
    type Variables<'a> = &'a [(&'a str, &'a str)];
    let table: [(Variables<'_>, Option<&str>); 7] = [
        (&[("REAUTH_STATE_DIR", "/a"), ("XDG_STATE_HOME", "/b"), ("HOME", "/c")], Some("/a")),
        (&[("XDG_STATE_HOME", "/b"), ("HOME", "/c")], Some("/b/reauth")),
        (&[("XDG_STATE_HOME", "b"), ("HOME", "/c")], Some("/c/.local/state/reauth")),
        (&[("REAUTH_STATE_DIR", ""), ("HOME", "/c")], Some("/c/.local/state/reauth")),
        (&[("REAUTH_STATE_DIR", "rel")], Some("rel")),
        (&[("HOME", "")], None),
        (&[], None),
    ];
    for (variables, expected) in table {
        let variable = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into())
        };
        assert_eq!(state_folder(variable), expected.map(PathBuf::from), "{variables:?}");
    }
}

/// That each name was synced only a power cut could show.
#[test]
fn folders_are_made_down_to_the_last_and_taken_as_they_are() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("a/b/c");
    for _ in 0..2 {
        assert_eq!(Journal::at(&folder).unwrap().folder(), folder);
    }
    for path in [&folder, folder.parent().unwrap()] {
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o700);
    }
    fs::write(parent.path().join("file"), "").unwrap();
    for path in ["file", "file/below"] {
        let failure = Journal::at(&parent.path().join(path)).unwrap_err();
        assert_eq!(failure.code, "journal.unwritable");
    }
}

#[test]
fn a_folder_that_others_can_write_to_is_refused() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("state");
    fs::create_dir(&folder).unwrap();
    let set_mode = |mode| fs::set_permissions(&folder, Permissions::from_mode(mode)).unwrap();
    let refused = || {
        let failure = Journal::at(&folder).unwrap_err();
        assert_eq!(failure.code, "journal.untrusted_folder");
        failure.message
    };
    for mode in [0o770, 0o702, 0o1777] {
        set_mode(mode);
        let message = refused();
        assert!(
            message.ends_with(&format!("others may write to it (mode {mode:04o})")),
            "{message}"
        );
    }
    for mode in [0o755, 0o700] {
        set_mode(mode);
        Journal::at(&folder).unwrap();
    }
    // Only root can give it away.
    if rustix::process::geteuid().is_root() {
        let other = Some(rustix::fs::Uid::from_raw(4711));
        rustix::fs::chown(&folder, other, None).unwrap();
        let message = refused();
        assert!(message.ends_with("it is user 4711's"), "{message}");
    }
}
