//! The command line: help, init, schema, completions, exit codes, what goes to which stream.

mod configuration;
mod help;
mod init;
mod streams;

use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

/// An empty working directory.
fn nowhere() -> TempDir {
    tempfile::Builder::new().prefix("cli-").tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

/// `reauth` with nothing configured and nothing of this machine's environment.
fn reauth(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_reauth"));
    command
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("LANG", "C.UTF-8")
        .env("HOME", folder)
        .env("COLUMNS", "100")
        .env("REAUTH_STATE_DIR", folder.join("state"));
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
