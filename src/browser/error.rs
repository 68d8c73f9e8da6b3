//! What can go wrong between us and a page.

use std::time::Duration;

use super::ProfileError;
use crate::failure::Failure;

/// An error of the browser, its driver, or a page that did not do what was expected of it.
#[derive(Debug, Clone, thiserror::Error)]
pub enum BrowserError {
    /// The profile cannot be kept.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// No browser or no driver on this machine.
    #[error("no {what} was found (looked at {searched})")]
    NotInstalled {
        /// `browser` or `driver`.
        what: &'static str,
        /// Where it was looked for.
        searched: String,
    },
    /// A window is wanted, and there is nowhere to show one.
    #[error("a window is wanted, but {reason}")]
    NoDisplay {
        /// What was tried.
        reason: String,
    },
    /// The program is there and cannot be used.
    #[error("{program} cannot be used: {reason}")]
    Unusable {
        /// Path of the program.
        program: String,
        /// Why.
        reason: String,
    },
    /// Browser and driver must have the same major version.
    #[error(
        "the browser is version {browser} and its driver is version {driver}: the first numbers must be the same"
    )]
    VersionMismatch {
        /// Browser version.
        browser: String,
        /// Driver version.
        driver: String,
    },
    /// The driver did not come up.
    #[error("the driver did not start: {0}")]
    DriverStart(String),
    /// The callback is on this machine and another program listens there.
    #[error("the callback's address {address} is taken: {reason}")]
    CallbackTaken {
        /// Address and port.
        address: String,
        /// Why it could not be had.
        reason: String,
    },
    /// The driver came up and gave no session.
    #[error("the driver gave no session: {0}")]
    SessionNotCreated(String),
    /// Nothing answers where the driver should be.
    #[error("the driver gave no session: {0}")]
    NoDriver(String),
    /// A command did not end in time: the session is lost.
    #[error("the browser did not answer `{command}` within {} s", limit.as_secs())]
    Hung {
        /// WebDriver command.
        command: &'static str,
        /// Its time limit.
        limit: Duration,
    },
    /// The driver or the browser is gone.
    #[error("the browser is gone (`{command}`: {message})")]
    Lost {
        /// WebDriver command.
        command: &'static str,
        /// What the client said.
        message: String,
    },
    /// Driver and browser have ended, and something of theirs is left.
    #[error("not all that the browser left was cleared away: {reason}")]
    NotCleared {
        /// What, and why.
        reason: String,
    },
    /// The driver answered with an error.
    #[error("the driver answered `{command}` with {error}: {message}")]
    Driver {
        /// WebDriver command.
        command: &'static str,
        /// W3C error code or the driver's own.
        error: String,
        /// The driver's words, redacted.
        message: String,
    },
    /// A script of ours answered something that it never answers.
    #[error("the page script `{script}` answered what it never answers: {answer}")]
    Script {
        /// Which script.
        script: &'static str,
        /// What it answered.
        answer: String,
    },
    /// The locator catalogue cannot be used.
    #[error("the locator catalogue {name} cannot be used: {reason}")]
    Catalogue {
        /// File name, or `embedded`.
        name: String,
        /// Why.
        reason: String,
    },
}

impl BrowserError {
    /// Whether the page or frame went away under a command: ask again.
    pub fn is_page_gone(&self) -> bool {
        match self {
            Self::Driver { error, message, .. } => {
                matches!(
                    error.as_str(),
                    "stale element reference"
                        | "no such window"
                        | "no such frame"
                        | "target frame detached"
                        | "detached shadow root"
                        | "script timeout"
                ) || message.contains("target frame detached")
                    || message.contains("frame was detached")
                    || message.contains("document unloaded")
                    || (error == "javascript error" && message.contains("Execution context"))
            }
            _ => false,
        }
    }
}

impl From<BrowserError> for Failure {
    fn from(error: BrowserError) -> Self {
        let message = error.to_string();
        match error {
            BrowserError::Profile(error) => error.into(),
            BrowserError::NotInstalled { what, .. } => {
                let failure = Failure::environment("browser.not_installed", message);
                if what == "browser" {
                    failure
                        .hint("install Chromium or Chrome; on Debian and Ubuntu `webdriver/setup` does it")
                        .hint("or name it: `--browser-binary FILE`, `browser.binary` in reauth.toml")
                } else {
                    failure
                        .hint("install chromedriver of the browser's version; on Debian and Ubuntu `webdriver/setup` does it")
                        .hint("or name it: `--driver FILE`, `browser.driver` in reauth.toml, or CHROMEDRIVER")
                }
            }
            BrowserError::Unusable { .. } => Failure::environment("browser.unusable", message)
                .hint("run the program with `--version` by hand; `webdriver/setup --check` shows what is found"),
            BrowserError::VersionMismatch { .. } => {
                Failure::environment("browser.version_mismatch", message)
                    .hint("install both from one source, e.g. `apt-get install chromium chromium-driver`, or run `webdriver/setup`")
                    .hint("or name a matching pair: `--browser-binary`, `--driver`")
            }
            BrowserError::DriverStart(_) => Failure::environment("browser.driver_start", message)
                .hint("`webdriver/setup --check` shows which browser and driver are found"),
            BrowserError::CallbackTaken { .. } => {
                Failure::environment("browser.callback_taken", message)
                    .hint("end the program that listens there: it would be given the code")
            }
            BrowserError::NoDisplay { .. } => Failure::environment("browser.no_display", message)
                .hint("leave `--headed` (`browser.headless = false`) out")
                .hint("or begin with `xvfb-run -a`, which makes a display that nobody sees; over ssh, `ssh -X` brings yours")
                .hint("or drive a browser elsewhere: `--webdriver-url`"),
            BrowserError::NoDriver(_) => {
                Failure::environment("browser.session_not_created", message)
                    .hint("nothing that is a driver answers there: look at `--webdriver-url` (`browser.webdriver_url`), and whether the driver or Grid runs")
            }
            BrowserError::SessionNotCreated(_) => {
                Failure::environment("browser.session_not_created", message)
                    .hint("as root or in a container the browser may need `--no-sandbox`: `browser.args` in reauth.toml")
                    .hint("a headed browser needs a display: set DISPLAY, or leave `--headed` out")
            }
            BrowserError::Hung { .. } => Failure::scenario("browser.hung", message)
                .hint("the browser was ended; run `reauth restore` to try again with a new one"),
            BrowserError::Lost { .. } => Failure::scenario("browser.lost", message)
                .hint("the browser or its driver was ended by somebody or crashed: look at the machine's memory, then run again"),
            BrowserError::NotCleared { .. } => Failure::environment("browser.not_cleared", message)
                .hint("a kept profile is cleared before it is used again: until then it may hold this run's session")
                .hint("`reauth doctor` shows folders that are left"),
            BrowserError::Driver { .. } => Failure::scenario("browser.command_failed", message)
                .hint("the page record in the run folder shows where the browser was"),
            BrowserError::Script { .. } => Failure::scenario("browser.script", message)
                .hint("a mistake of reauth's: please report it with the run folder's log.jsonl"),
            BrowserError::Catalogue { .. } => Failure::usage("browser.catalogue", message)
                .hint("compare with `webdriver/locators.toml` in the repository, or leave `--locators` out"),
        }
    }
}
