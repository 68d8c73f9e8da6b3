//! `reauth init`

use std::os::unix::fs::PermissionsExt as _;

use super::{nowhere, reauth, refusal, text};

#[test]
fn init_writes_a_file_that_loads_when_its_variables_are_set() {
    let folder = nowhere();
    let output = reauth(folder.path(), &["init"]).output().unwrap();
    let stderr = refusal(&output, 0);
    assert!(stderr.contains("reauth.toml written"), "{stderr}");
    let written = std::fs::read_to_string(folder.path().join("reauth.toml")).unwrap();

    // Without them, each missing one is named, with its line.
    let missing = refusal(&reauth(folder.path(), &["status"]).output().unwrap(), 2);
    let names: Vec<&str> = written
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once("\"${")?.1.split_once('}'))
        .map(|(name, _)| name)
        .collect();
    assert_eq!(names.len(), 6, "{names:?}");
    for name in &names {
        assert!(missing.contains(&format!("environment variable {name} is not set")), "{missing}");
    }
    assert!(missing.contains("reauth.toml:"), "{missing}");

    // With them it loads: what is missing then is an instance to ask about.
    let mut command = reauth(folder.path(), &["status"]);
    command.envs(names.iter().map(|name| (name, "a value")));
    let stderr = refusal(&command.output().unwrap(), 2);
    assert!(stderr.contains("config.no_instance"), "{stderr}");
}

#[test]
fn init_overwrites_only_when_told_to() {
    let folder = nowhere();
    let file = folder.path().join("mine.toml");
    std::fs::write(&file, "precious").unwrap();
    let stderr = refusal(&reauth(folder.path(), &["init", "mine.toml"]).output().unwrap(), 2);
    for word in ["init.exists", "mine.toml", "--force"] {
        assert!(stderr.contains(word), "{stderr}");
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "precious");

    refusal(&reauth(folder.path(), &["init", "mine.toml", "--force"]).output().unwrap(), 0);
    let written = std::fs::read_to_string(&file).unwrap();
    assert!(written.starts_with("# Configuration of reauth"), "{written}");
    assert!(!folder.path().join("reauth.toml").exists());
}

#[test]
fn init_writes_for_its_owner_only() {
    // Somebody will put a password into it.
    let folder = nowhere();
    refusal(&reauth(folder.path(), &["init"]).output().unwrap(), 0);
    let mode = folder.path().join("reauth.toml").metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "{mode:o}");
}

#[test]
fn init_writes_where_the_configuration_is_looked_for() {
    let folder = nowhere();
    let arguments = ["init", "--config", "other.toml"];
    refusal(&reauth(folder.path(), &arguments).output().unwrap(), 0);
    assert!(folder.path().join("other.toml").exists());
    assert!(!folder.path().join("reauth.toml").exists());
}

#[test]
fn init_says_why_it_cannot_write() {
    let folder = nowhere();
    let output = reauth(folder.path(), &["init", "missing/reauth.toml"]).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    let stderr = text(&output.stderr);
    assert!(stderr.contains("init.unwritable") && stderr.contains("missing/"), "{stderr}");
}
