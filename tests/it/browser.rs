//! Which browser is used, and what is said where there is none that fits.

mod display;
mod installation;
mod kinds;
mod pressing;

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

pub use display::Display;

use crate::support::World;

/// A program of this machine, as `PATH` finds it.
pub fn program(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap();
    std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
        .unwrap_or_else(|| panic!("no {name}: run `webdriver/setup --for-tests`"))
}

/// A program of the test's own; in its text the machine's stand as `{chromium}`, `{chromedriver}`.
pub fn script(world: &World, name: &str, text: &str) -> PathBuf {
    let path = world.home.path().join(name);
    let text = ["chromium", "chromedriver"].iter().fold(text.to_owned(), |text, name| {
        text.replace(&format!("{{{name}}}"), program(name).to_str().unwrap())
    });
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}
