//! The command line: help, init, schema, completions, exit codes, what goes to which stream.

mod configuration;
mod help;
mod init;
mod streams;

use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::support::bare;

/// An empty working directory.
fn nowhere() -> TempDir {
    tempfile::Builder::new().prefix("cli-").tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

/// `reauth` with nothing configured, on a terminal of a certain width.
fn reauth(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = bare(folder, arguments);
    command.env("COLUMNS", "100");
    command
}

/// What it prints to stdout, if it ends well and has nothing to complain of.
#[track_caller]
fn stdout(arguments: &[&str]) -> String {
    let folder = nowhere();
    let output = reauth(folder.path(), arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(text(&output.stderr), "");
    text(&output.stdout)
}

/// stderr, if it ended with this code and left stdout alone.
#[track_caller]
fn refusal(output: &Output, code: i32) -> String {
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{stderr}");
    assert_eq!(text(&output.stdout), "");
    stderr
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}
