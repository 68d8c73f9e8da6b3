//! What stands on this machine: browser, driver, display, sandbox.

use std::fs;

use super::check::{Check, CheckId};
use crate::browser::{self, BrowserError, Survey, sandbox_is_impossible};
use crate::config;
use crate::failure::Failure;

/// Browser, driver and whether they fit. Nothing of it where somebody else runs them.
pub(super) async fn programs(browser: &config::Browser) -> Vec<Check> {
    if browser.webdriver_url.is_some() {
        let elsewhere = "the driver that runs already has its own";
        return [CheckId::Browser, CheckId::Versions]
            .map(|id| Check::skipped(id, elsewhere))
            .into();
    }
    let survey = Survey::of(browser).await;
    let versions = match (&survey.browser, &survey.driver) {
        (Ok(browser), Ok(driver)) if browser.major() == driver.major() => {
            Check::passed(CheckId::Versions, format!("both are version {}", browser.major()))
        }
        (Ok(browser), Ok(driver)) => Check::failed(
            CheckId::Versions,
            BrowserError::VersionMismatch {
                browser: browser.version.clone(),
                driver: driver.version.clone(),
            },
        ),
        _ => Check::skipped(CheckId::Versions, "there is no pair to compare"),
    };
    let of = |id, found: Result<crate::browser::Program, BrowserError>| match found {
        Ok(program) => {
            Check::passed(id, format!("{} ({})", program.version, program.path.display()))
        }
        Err(error) => Check::failed(id, error),
    };
    vec![of(CheckId::Browser, survey.browser), of(CheckId::Driver, survey.driver), versions]
}

/// Whether a window could be shown.
pub(super) fn display(config: &config::Browser) -> Check {
    if config.headless {
        return Check::skipped(CheckId::Display, "no window is wanted");
    }
    if config.webdriver_url.is_some() {
        return Check::skipped(CheckId::Display, "the window opens where the driver runs");
    }
    match browser::display() {
        Ok(seen) => Check::passed(CheckId::Display, seen),
        Err(reason) => Check::failed(
            CheckId::Display,
            Failure::environment("doctor.no_display", format!("a window is wanted, but {reason}"))
                .hint("leave `--headed` (`browser.headless = false`) out")
                .hint("or begin with `xvfb-run`, which makes a display that nobody sees"),
        ),
    }
}

/// Whether the browser's sandbox can work.
pub(super) fn sandbox(browser: &config::Browser) -> Check {
    if browser.webdriver_url.is_some() {
        return Check::skipped(CheckId::Sandbox, "the browser runs elsewhere");
    }
    if sandbox_is_impossible() {
        return Check::warning(
            CheckId::Sandbox,
            "browser.no_sandbox",
            "this is root, so the browser runs without its sandbox",
        )
        .hint("use another user where pages may be hostile");
    }
    let given_up = browser.args.iter().any(|argument| argument == "--no-sandbox");
    if given_up {
        return Check::warning(
            CheckId::Sandbox,
            "browser.no_sandbox",
            "`browser.args` switches the sandbox off",
        )
        .hint("leave `--no-sandbox` out where the browser starts without it");
    }
    match namespaces_refused(|file| fs::read_to_string(file).ok()) {
        Some((file, value)) => Check::warning(
            CheckId::Sandbox,
            "browser.no_namespaces",
            format!("{file} is {value}: user namespaces, which the sandbox is made of, are not for everybody"),
        )
        .hint("if the browser does not start: allow them, install a browser with a setuid helper or an AppArmor profile of its own, or give `--no-sandbox` in `browser.args`"),
        None => Check::passed(CheckId::Sandbox, "can work"),
    }
}

/// The switch by which a Linux keeps user namespaces from those who are not root.
fn namespaces_refused(read: impl Fn(&str) -> Option<String>) -> Option<(&'static str, String)> {
    [
        ("/proc/sys/user/max_user_namespaces", "0"),
        ("/proc/sys/kernel/unprivileged_userns_clone", "0"),
        ("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1"),
    ]
    .into_iter()
    .find_map(|(file, refusing)| {
        let value = read(file)?;
        (value.trim() == refusing).then(|| (file, value.trim().to_owned()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn switches_that_keep_the_sandbox_from_working() {
        let refused = |file: &'static str, value: &'static str| {
            namespaces_refused(move |asked| (asked == file).then(|| format!("{value}\n")))
                .map(|(file, _)| file)
        };
        let apparmor = "/proc/sys/kernel/apparmor_restrict_unprivileged_userns";
        assert_eq!(refused(apparmor, "1"), Some(apparmor));
        assert_eq!(refused(apparmor, "0"), None);
        let most = "/proc/sys/user/max_user_namespaces";
        assert_eq!(refused(most, "0"), Some(most));
        assert_eq!(refused(most, "62000"), None);
    }
}
