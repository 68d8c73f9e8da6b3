//! Finds the browser and its driver, and makes sure that they belong together.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use tokio::time::Instant;

use super::driver::clear_environment;
use super::{BrowserError, ProfileError};
use crate::child::{self, ChildError, Ended, Group};
use crate::config;

/// A browser or driver that cannot say its version within this time is not usable.
const VERSION_LIMIT: Duration = Duration::from_secs(20);
/// A version is a line, an excuse a few.
const LONGEST_ANSWER: u64 = 4 * 1024;

const HEADLESS_SHELLS: &[&str] = &["chromium-headless-shell", "chrome-headless-shell"];
const BROWSERS: &[&str] =
    &["google-chrome", "google-chrome-stable", "chromium", "chromium-browser", "chrome"];
#[cfg(target_os = "macos")]
const MAC_BROWSERS: &[&str] = &[
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/// A browser and a driver of the same major version.
#[derive(Debug, Clone)]
pub struct Installation {
    /// Browser binary.
    pub browser: PathBuf,
    /// Whether it is a headless shell: no window, no kept profile, no crash handlers.
    pub is_headless_shell: bool,
    /// What it says of itself, e.g. `156.0.8078.79`.
    pub browser_version: String,
    /// Driver binary.
    pub driver: PathBuf,
    /// What it says of itself.
    pub driver_version: String,
}

impl Installation {
    /// What it is, for a report.
    pub fn describe(&self) -> String {
        let name =
            self.browser.file_name().map_or_else(String::new, |n| n.to_string_lossy().into());
        format!("{name} {}", self.browser_version)
    }

    /// Looks at the configuration first, then at the usual names on the `PATH`. Without a window
    /// a headless shell of the driver's version is preferred: it starts and runs faster.
    ///
    /// # Errors
    /// [`BrowserError::NotInstalled`], [`BrowserError::Unusable`], [`BrowserError::VersionMismatch`].
    pub async fn find(config: &config::Browser) -> Result<Self, BrowserError> {
        let keeps_profile = config.profile_dir.is_some();
        let driver = find_driver(config)?;
        let driver_version = version_of(&driver).await?;
        let (mut mismatch, mut headless_shell) = (None, None);
        for (browser, is_headless_shell) in browser_candidates(config)? {
            if is_headless_shell && keeps_profile {
                let found = browser.display().to_string();
                headless_shell = Some(BrowserError::from(ProfileError::NeedsFullBrowser { found }));
                continue;
            }
            let browser_version = match version_of(&browser).await {
                Ok(version) => version,
                Err(error) if config.binary.is_some() => return Err(error),
                Err(error) => {
                    tracing::debug!(%error, "passing over a browser");
                    mismatch.get_or_insert(error);
                    continue;
                }
            };
            if major(&browser_version) == major(&driver_version) {
                return Ok(Self {
                    browser,
                    is_headless_shell,
                    browser_version,
                    driver,
                    driver_version,
                });
            }
            mismatch.get_or_insert(BrowserError::VersionMismatch {
                browser: browser_version,
                driver: driver_version.clone(),
            });
        }
        Err(mismatch.or(headless_shell).unwrap_or_else(no_browser))
    }
}

/// A program that said its version.
#[derive(Debug, Clone)]
pub struct Program {
    /// Where it is.
    pub path: PathBuf,
    /// What it says of itself, e.g. `156.0.8078.79`.
    pub version: String,
}

impl Program {
    async fn at(path: PathBuf) -> Result<Self, BrowserError> {
        let version = version_of(&path).await?;
        Ok(Self { path, version })
    }

    /// The number in which browser and driver have to agree.
    pub fn major(&self) -> &str {
        major(&self.version)
    }
}

/// What is there of drivers and browsers, whether it fits together or not.
#[derive(Debug)]
pub struct Survey {
    /// The driver that would be taken.
    pub driver: Result<Program, BrowserError>,
    /// The browser that would be taken: the first that fits the driver, else the first.
    pub browser: Result<Program, BrowserError>,
}

impl Survey {
    /// Looks where [`Installation::find`] looks.
    pub async fn of(config: &config::Browser) -> Self {
        let driver = async { Program::at(find_driver(config)?).await };
        let browsers = async {
            let candidates = browser_candidates(config)?.into_iter();
            let programs = candidates.map(|(path, _)| Program::at(path));
            Ok::<_, BrowserError>(futures_util::future::join_all(programs).await)
        };
        let (driver, browsers) = tokio::join!(driver, browsers);
        let browser = browsers.and_then(|browsers| {
            let fits = |found: &Result<Program, BrowserError>| {
                matches!((found, &driver), (Ok(browser), Ok(driver)) if browser.major() == driver.major())
            };
            let rank = |found: &Result<Program, BrowserError>| match found {
                found if fits(found) => 0,
                Ok(_) => 1,
                Err(_) => 2,
            };
            browsers.into_iter().min_by_key(rank).unwrap_or_else(|| Err(no_browser()))
        });
        Self { driver, browser }
    }
}

fn no_browser() -> BrowserError {
    BrowserError::NotInstalled {
        what: "browser",
        searched: format!("{} on the PATH", BROWSERS.join(", ")),
    }
}

fn find_driver(config: &config::Browser) -> Result<PathBuf, BrowserError> {
    if let Some(driver) = &config.driver {
        return existing(driver);
    }
    if let Some(driver) = env::var_os("CHROMEDRIVER").filter(|value| !value.is_empty()) {
        return existing(Path::new(&driver));
    }
    // GitHub's runners name the folder, not the program.
    if let Some(folder) = env::var_os("CHROMEWEBDRIVER").filter(|value| !value.is_empty()) {
        let folder = PathBuf::from(folder);
        return existing(&if folder.is_dir() { folder.join("chromedriver") } else { folder });
    }
    on_path("chromedriver").ok_or(BrowserError::NotInstalled {
        what: "driver",
        searched: "browser.driver, CHROMEDRIVER, CHROMEWEBDRIVER, chromedriver on the PATH".into(),
    })
}

fn existing(program: &Path) -> Result<PathBuf, BrowserError> {
    if program.is_file() {
        Ok(program.to_owned())
    } else {
        Err(BrowserError::Unusable {
            program: program.display().to_string(),
            reason: "there is no such file".into(),
        })
    }
}

fn browser_candidates(config: &config::Browser) -> Result<Vec<(PathBuf, bool)>, BrowserError> {
    if let Some(binary) = &config.binary {
        let is_shell = binary
            .file_name()
            .is_some_and(|name| name.to_string_lossy().contains("headless-shell"));
        return Ok(vec![(existing(binary)?, is_shell)]);
    }
    let mut candidates = Vec::new();
    let shells = HEADLESS_SHELLS.iter().filter_map(|name| on_path(name)).map(|path| (path, true));
    let shells: Vec<_> = if config.headless { shells.collect() } else { Vec::new() };
    let (first, last) =
        if config.profile_dir.is_none() { (shells, Vec::new()) } else { (Vec::new(), shells) };
    candidates.extend(first);
    candidates.extend(BROWSERS.iter().filter_map(|name| on_path(name)).map(|path| (path, false)));
    #[cfg(target_os = "macos")]
    candidates.extend(
        MAC_BROWSERS.iter().map(PathBuf::from).filter(|path| path.is_file()).map(|p| (p, false)),
    );
    // Where a profile is kept a shell cannot do it: it stands last, to be named.
    candidates.extend(last);
    candidates.retain(|(path, _)| !is_snap_stub(path));
    Ok(candidates)
}

/// Ubuntu's `chromium` packages are a script that starts a snap, which a driver cannot use.
fn is_snap_stub(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|file| file.len() < 64 * 1024)
        && std::fs::read_to_string(path).is_ok_and(|text| text.contains("snap"))
        && Path::new("/snap").exists()
}

fn on_path(name: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?)
        .map(|folder| folder.join(name))
        .find(|candidate| candidate.is_file())
}

async fn version_of(program: &Path) -> Result<String, BrowserError> {
    let unusable =
        |reason: String| BrowserError::Unusable { program: program.display().to_string(), reason };
    let mut command = Command::new(program);
    clear_environment(&mut command);
    // Distributions start browsers by scripts that look at the user's settings.
    command.envs(env::var_os("HOME").map(|home| ("HOME", home)));
    command.arg("--version").stderr(Stdio::piped());
    let deadline = Instant::now() + VERSION_LIMIT;
    let ended = child::run(&mut command, Group::Own, LONGEST_ANSWER, deadline).await;
    let Ended { stdout, stderr, .. } = ended.map_err(|error| match error {
        ChildError::Late => unusable(format!("no version within {} s", VERSION_LIMIT.as_secs())),
        error => unusable(error.to_string()),
    })?;
    let text = String::from_utf8_lossy(&stdout);
    parse_version(&text).ok_or_else(|| {
        let stderr = String::from_utf8_lossy(&stderr);
        let said = if text.trim().is_empty() { stderr.trim() } else { text.trim() };
        unusable(format!("no version in its answer to --version: {said}"))
    })
}

/// The first word that looks like a version: `Chromium 156.0.8078.79 built on …` → `156.0.8078.79`.
fn parse_version(text: &str) -> Option<String> {
    text.split_whitespace()
        .find(|word| {
            word.contains('.')
                && word.starts_with(|first: char| first.is_ascii_digit())
                && word.chars().all(|c| c.is_ascii_digit() || c == '.')
        })
        .map(str::to_owned)
}

fn major(version: &str) -> &str {
    version.split('.').next().unwrap_or(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_in_what_programs_say() {
        for (said, version) in [
            ("Chromium 156.0.8078.79 built on Debian GNU/Linux 12", Some("156.0.8078.79")),
            (
                "ChromeDriver 156.0.8078.79 (a21ce95c-refs/heads/8078@{#1704})",
                Some("156.0.8078.79"),
            ),
            ("Google Chrome 155.0.1.2 ", Some("155.0.1.2")),
            ("156.0.8078.79\n", Some("156.0.8078.79")),
            ("command not found", None),
            ("", None),
        ] {
            assert_eq!(parse_version(said).as_deref(), version, "{said}");
        }
    }

    #[test]
    fn majors_are_compared_not_builds() {
        assert_eq!(major("156.0.1.2"), major("156.9.9.9"));
        assert_ne!(major("15.0"), major("156.0"));
    }
}
