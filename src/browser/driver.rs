//! The driver process, started and ended by the guard.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;
use url::Url;

use super::guard::{self, Report};
use super::leftovers;
use super::profile::Profile;
use super::{BrowserError, Installation};

const START_LIMIT: Duration = Duration::from_secs(30);
/// With port 0 chromedriver takes a free port of IPv6 and then the same one of IPv4, which somebody
/// else may hold: its own words, and how often it may lose.
const PORT_TAKEN: &str = "Address already in use";
const START_ATTEMPTS: usize = 5;
const STOP_LIMIT: Duration = Duration::from_secs(10);

/// What of our environment driver and browser may see: no secret of ours is among it.
const PASSED_ON: &[&str] = &[
    "PATH",
    "LANG",
    "LANGUAGE",
    "LC_ALL",
    "LC_CTYPE",
    "TZ",
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "XDG_RUNTIME_DIR",
    "XAUTHORITY",
    "DBUS_SESSION_BUS_ADDRESS",
    "FONTCONFIG_FILE",
    "FONTCONFIG_PATH",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "TMPDIR",
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "no_proxy",
    "NO_PROXY",
    "RUNNER_TRACKING_ID",
];

/// A running driver. Dropping it, or the death of this process, ends driver and browser.
pub struct Driver {
    url: Url,
    guard: Option<Guard>,
    installation: Option<Installation>,
    /// Where driver and browser keep everything, and by which they are known.
    folder: Option<PathBuf>,
    /// And the profile that is kept.
    profile: Option<PathBuf>,
}

/// The guard's process, which works for as long as its input is open.
struct Guard {
    child: Child,
    input: ChildStdin,
    said: BufReader<ChildStdout>,
}

impl Guard {
    fn spawn(command: &mut Command) -> std::io::Result<Self> {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        match (child.stdin.take(), child.stdout.take()) {
            (Some(input), Some(stdout)) => Ok(Self { child, input, said: BufReader::new(stdout) }),
            _ => Err(std::io::Error::other("the guard has no pipes")),
        }
    }
}

impl Driver {
    /// Starts the driver on a free port. `callback_host` is kept from any proxy in the
    /// environment, which would otherwise be sent the code. `profile` is locked as long as the driver
    /// runs, and swept after it.
    ///
    /// # Errors
    /// [`BrowserError::DriverStart`], [`BrowserError::Profile`].
    pub async fn start(
        installation: Installation,
        callback_host: &str,
        profile: Option<&Path>,
    ) -> Result<Self, BrowserError> {
        sweep().await;
        let mut attempt = 1;
        loop {
            match Self::start_once(&installation, callback_host, profile).await {
                Err(BrowserError::DriverStart(reason))
                    if reason.contains(PORT_TAKEN) && attempt < START_ATTEMPTS =>
                {
                    tracing::info!(attempt, reason, "the driver lost its port, starting it again");
                    attempt += 1;
                }
                other => return other,
            }
        }
    }

    async fn start_once(
        installation: &Installation,
        callback_host: &str,
        profile: Option<&Path>,
    ) -> Result<Self, BrowserError> {
        let failed = |reason: String| BrowserError::DriverStart(reason);
        let mut command = guard_command().map_err(|error| failed(error.to_string()))?;
        command.arg(&installation.driver);
        if let Some(folder) = profile {
            let holder = std::process::id().to_string();
            command.arg(guard::PROFILE).arg(folder).arg(holder);
        }
        exempt_from_proxy(&mut command, callback_host);
        if std::env::var_os("XAUTHORITY").is_none()
            && let Some(home) = std::env::var_os("HOME")
        {
            // The browser's HOME is a folder of its own, so the default would not be found.
            command.env("XAUTHORITY", Path::new(&home).join(".Xauthority"));
        }
        let mut guard = Guard::spawn(&mut command).map_err(|error| failed(error.to_string()))?;
        let report = timeout(START_LIMIT, guard::read_report(&mut guard.said))
            .await
            .map_err(|_| failed(format!("no port within {} s", START_LIMIT.as_secs())))?
            .map_err(|error| failed(error.to_string()))?;
        match report {
            Report::Ready { port, folder, driver_pid } => {
                tracing::debug!(port, driver_pid, folder = %folder.display(), "driver is ready");
                let url = Url::parse(&format!("http://127.0.0.1:{port}/"))
                    .map_err(|error| failed(error.to_string()))?;
                Ok(Self {
                    url,
                    guard: Some(guard),
                    installation: Some(installation.clone()),
                    folder: Some(folder),
                    profile: profile.map(Path::to_owned),
                })
            }
            Report::Failed { reason } => Err(failed(reason)),
            Report::Refused { error } => Err(error.into()),
        }
    }

    /// A driver or Grid that somebody else runs. Only our own sessions there are ended.
    ///
    /// # Errors
    /// [`BrowserError::DriverStart`], if the guard cannot be started.
    pub fn remote(url: Url) -> Result<Self, BrowserError> {
        let failed = |reason: String| BrowserError::DriverStart(reason);
        let url = with_slash(url);
        let guard = remote_guard_command(&url)
            .and_then(|mut command| Guard::spawn(&mut command))
            .map_err(|error| failed(error.to_string()))?;
        Ok(Self { url, guard: Some(guard), installation: None, folder: None, profile: None })
    }

    /// A driver that somebody else runs and guards: programs that use this crate as a library cannot
    /// be executed again as its guard. Sessions that are not closed stay until that driver ends.
    pub fn unguarded(url: Url) -> Self {
        let url = with_slash(url);
        Self { url, guard: None, installation: None, folder: None, profile: None }
    }

    /// Tells the guard of a session, which it ends if we cannot.
    ///
    /// # Errors
    /// [`BrowserError::Lost`] if the guard is gone.
    pub async fn opened(&mut self, session: &str) -> Result<(), BrowserError> {
        let Some(Guard { input, .. }) = &mut self.guard else { return Ok(()) };
        input.write_all(format!("{session}\n").as_bytes()).await.map_err(|error| {
            BrowserError::Lost { command: "new session", message: error.to_string() }
        })
    }

    /// Where it listens.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// What was started; none for a remote driver.
    pub fn installation(&self) -> Option<&Installation> {
        self.installation.as_ref()
    }

    /// Ends driver and browser, and waits until nothing of them is left.
    ///
    /// # Errors
    /// [`BrowserError::Hung`] where the guard needs longer than 10 s; it goes on by itself.
    /// [`BrowserError::NotCleared`].
    pub async fn stop(mut self) -> Result<(), BrowserError> {
        let Some(Guard { mut child, input, mut said }) = self.guard.take() else { return Ok(()) };
        drop(input);
        match timeout(STOP_LIMIT, child.wait()).await {
            Ok(Ok(status)) if status.success() => Ok(()),
            // Somebody ended the guard: its work is ours.
            Ok(Ok(status)) if status.code().is_none() => self.end_unguarded(),
            Ok(Ok(status)) => {
                let reason = match guard::read_report(&mut said).await {
                    Ok(Report::Failed { reason }) => reason,
                    Ok(_) | Err(_) => format!("the guard ended with {status}"),
                };
                Err(BrowserError::NotCleared { reason })
            }
            Ok(Err(error)) => {
                Err(BrowserError::Lost { command: "stop the driver", message: error.to_string() })
            }
            Err(_) => Err(BrowserError::Hung { command: "stop the driver", limit: STOP_LIMIT }),
        }
    }

    /// The guard was killed: its work is ours.
    fn end_unguarded(&self) -> Result<(), BrowserError> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let cleared = leftovers::clear(folder).and_then(|cleared| {
            cleared.ok_or_else(|| io::Error::other(format!("{} is left", folder.display())))
        });
        // The lock went with the guard: another run may have the profile by now, and has swept it.
        let swept = self.profile.as_deref().map_or(Ok(()), |folder| {
            Profile::lock(folder, std::process::id()).and_then(|profile| profile.sweep())
        });
        let errors = [
            cleared.err().map(|error| error.to_string()),
            swept.err().map(|error| error.to_string()),
        ];
        guard::joined(errors).map_err(|reason| BrowserError::NotCleared { reason })
    }
}

/// Clears away what guards left that were killed together with their runs.
async fn sweep() {
    let swept = tokio::task::spawn_blocking(|| leftovers::sweep(&guard::folder_root())).await;
    for folder in swept.into_iter().flatten() {
        match folder {
            Ok(folder) => tracing::info!(folder = %folder.display(), "an earlier browser was left"),
            // `doctor` tells of it, and this run has a folder of its own.
            Err(error) => tracing::warn!(%error, "what an earlier run left stays"),
        }
    }
}

/// Without a slash at its end the last part of the path would be replaced.
fn with_slash(mut url: Url) -> Url {
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    url
}

fn guard_command() -> std::io::Result<Command> {
    let mut command = Command::new(own_binary()?);
    command.arg(guard::ARGUMENT).stderr(Stdio::null());
    clear_environment(&mut command);
    Ok(command)
}

/// Leaves the program what of our environment driver and browser may see.
pub(super) fn clear_environment(command: &mut Command) {
    let passed_on = PASSED_ON.iter().filter_map(|name| Some((*name, std::env::var_os(name)?)));
    command.env_clear().envs(passed_on);
}

/// The guard ends sessions where we have opened them: at the driver, past any proxy.
fn remote_guard_command(driver: &Url) -> std::io::Result<Command> {
    let mut command = guard_command()?;
    command.args([guard::REMOTE, driver.as_str()]);
    let host = driver.host_str().unwrap_or_default();
    exempt_from_proxy(&mut command, host.trim_matches(['[', ']']));
    Ok(command)
}

/// On Linux the running program itself, even if the file was replaced meanwhile.
fn own_binary() -> std::io::Result<std::path::PathBuf> {
    if cfg!(target_os = "linux") { Ok("/proc/self/exe".into()) } else { std::env::current_exe() }
}

/// Besides those that the environment exempts already.
fn exempt_from_proxy(command: &mut Command, host: &str) {
    let own = ["localhost", "127.0.0.1", "::1", host].map(str::to_owned);
    let exempt = ["no_proxy", "NO_PROXY"]
        .iter()
        .filter_map(|name| std::env::var(name).ok())
        .filter(|value| !value.is_empty())
        .chain(own)
        .collect::<Vec<_>>()
        .join(",");
    command.env("no_proxy", &exempt).env("NO_PROXY", &exempt);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guard_of_a_remote_driver_goes_there_past_any_proxy() {
        for (url, host) in [
            ("http://grid.example:4444/wd/hub/", "grid.example"),
            ("http://[2001:db8::7]:4444/", "2001:db8::7"),
        ] {
            let command = remote_guard_command(&Url::parse(url).unwrap()).unwrap();
            for name in ["no_proxy", "NO_PROXY"] {
                let mut variables = command.as_std().get_envs();
                let value =
                    variables.find(|(known, _)| *known == name).and_then(|(_, value)| value);
                let hosts = value.unwrap().to_str().unwrap();
                assert!(hosts.split(',').any(|exempt| exempt == host), "{hosts}");
            }
        }
    }
}
