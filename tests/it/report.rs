//! What people look at after a run: the page, the files for other programs, and `reauth report`.

mod archive;
mod command;
mod github;
mod junit;
mod page;
mod viewer;

use std::path::PathBuf;

/// Where other people's programs are.
fn programs() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/clients");
    assert!(folder.join("stamp").exists(), "they are not installed: run .ci/clients");
    folder
}

/// A text of theirs.
fn installed(file: &str) -> String {
    std::fs::read_to_string(programs().join(file)).unwrap()
}
