//! Which browser is used, and what is said where there is none that fits.

mod display;
mod installation;
mod kinds;

use std::path::PathBuf;

/// A program of this machine, as `PATH` finds it.
pub fn program(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap();
    std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
        .unwrap_or_else(|| panic!("no {name}: run `webdriver/setup --for-tests`"))
}
