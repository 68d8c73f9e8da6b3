//! The guard: our own binary, executed again, as the driver's parent.
//!
//! Whatever ends us (an error, a signal, `kill -9`), the pipe on the guard's standard input closes,
//! and the guard ends the driver's process group, reaps what is left and removes the temporary
//! folder in which driver and browser kept everything. It has a session of its own and catches the
//! signals that a terminal or a CI runner sends, so it outlives us by exactly that work.

use std::fs::Metadata;
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};
use std::time::Duration;

use http::Method;
use rustix::process::{Pid, Signal, WaitOptions};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::signal::unix::{Signal as TokioSignal, SignalKind, signal};
use tokio::sync::mpsc;
use url::Url;

use super::ProfileError;
use super::leftovers::Claim;
use super::profile::Profile;
use crate::child;
use crate::child::children;
use crate::config;
use crate::http::{Call, HttpClient};

/// The hidden first argument that makes our binary a guard.
pub const ARGUMENT: &str = "__guard";

/// How long the end of a driver's output is waited for, once it has ended.
const LAST_WORDS: Duration = Duration::from_secs(1);
/// Full Chromium ends at once when `TMPDIR` is longer (its `SingletonSocket` no longer fits).
const LONGEST_TMPDIR: usize = 62;
/// How the name of a guard's folder begins.
pub const FOLDER_PREFIX: &str = "reauth-";
/// What `tempfile` adds: `/reauth-` and six characters.
const FOLDER_NAME_LENGTH: usize = 14;

/// A line that the guard prints: what became of the start, and then what it could not clear away.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Report {
    /// The driver listens.
    Ready {
        /// On this port of the loopback interface.
        port: u16,
        /// Process id of the driver, which leads its process group.
        driver_pid: i32,
        /// Where driver and browser keep everything.
        folder: PathBuf,
    },
    /// The driver did not come up; or, after it ran, something of it is left.
    Failed {
        /// Why.
        reason: String,
    },
    /// The profile that was to be kept could not be had; the driver was not started.
    Refused {
        /// Why.
        error: ProfileError,
    },
}

/// What stands in a driver's place where driver and browser are somebody else's.
pub const REMOTE: &str = "--remote";

/// Before the folder of a profile that is kept, which the guard looks after while the driver runs,
/// and the process for which it does.
pub const PROFILE: &str = "--profile";

/// Runs as the guard: `reauth __guard DRIVER [--profile FOLDER PROCESS]`, or `reauth __guard --remote
/// URL`. Ends when standard input is closed.
pub fn main(arguments: &[String]) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&format!("no runtime for the guard: {error}")),
    };
    let guarded = match arguments {
        [remote, url] if remote == REMOTE => runtime.block_on(guard_remote(url)),
        [driver] => runtime.block_on(guard(Path::new(driver), None)),
        [driver, flag, folder, holder] if flag == PROFILE => {
            let taken = holder.parse().map_err(|_| "no process".to_owned()).map(|holder| {
                // Before anything is started: a browser would hand its windows to one that runs.
                Profile::take(Path::new(folder), holder)
            });
            match taken {
                Ok(Ok(profile)) => runtime.block_on(guard(Path::new(driver), Some(profile))),
                Ok(Err(error)) => {
                    // If nobody reads any more there is nobody to tell.
                    drop(print(&Report::Refused { error }));
                    return ExitCode::FAILURE;
                }
                Err(reason) => return fail(&reason),
            }
        }
        _ => return fail("the guard was not told which driver to start"),
    };
    match guarded {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error.to_string()),
    }
}

fn fail(reason: &str) -> ExitCode {
    // If nobody reads any more there is nobody to tell.
    drop(print(&Report::Failed { reason: reason.to_owned() }));
    ExitCode::FAILURE
}

fn print(report: &Report) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    serde_json::to_writer(&mut stdout, report)?;
    stdout.write_all(b"\n")?;
    stdout.flush()
}

async fn guard(driver: &Path, profile: Option<Profile>) -> io::Result<()> {
    detach()?;
    let _caught = catch_signals()?;
    let folder = temporary_folder()?;
    let claim = Claim::on(folder.path())?;
    let outcome = match start(driver, folder.path()) {
        Ok((mut child, group)) => {
            let outcome = serve(&mut child, group, folder.path()).await;
            end_all(Some(group));
            // Reaped just now, and not before: its number was its own until its group was ended.
            drop(child);
            outcome
        }
        Err(error) => Err(error),
    };
    // The profile first: it holds more than the folder. Whoever waits for its lock has it after this.
    let swept = profile.map_or(Ok(()), |profile| profile.sweep());
    let left = joined([
        outcome.err().map(|error| error.to_string()),
        swept.err().map(|error| error.to_string()),
        folder.close().err().map(|error| format!("the temporary folder is left: {error}")),
    ]);
    drop(claim);
    left.map_err(io::Error::other)
}

/// All that went wrong, as one text.
pub(super) fn joined<const COUNT: usize>(errors: [Option<String>; COUNT]) -> Result<(), String> {
    let errors: Vec<String> = errors.into_iter().flatten().collect();
    if errors.is_empty() { Ok(()) } else { Err(errors.join("; ")) }
}

/// A session of its own, and the orphans of its children.
fn detach() -> io::Result<()> {
    // Not fatal where it fails: then we are a session leader already.
    if let Err(error) = rustix::process::setsid() {
        tracing::debug!(%error, "no session of its own for the guard");
    }
    #[cfg(target_os = "linux")]
    rustix::process::set_child_subreaper(Some(rustix::process::getpid()))?;
    Ok(())
}

/// A signal with a handler no longer ends the process, and `exec` gives the driver the default
/// action back: ignoring for us, not for it.
fn catch_signals() -> io::Result<Vec<TokioSignal>> {
    [
        SignalKind::interrupt(),
        SignalKind::terminate(),
        SignalKind::hangup(),
        SignalKind::quit(),
        SignalKind::pipe(),
    ]
    .into_iter()
    .map(signal)
    .collect()
}

/// Waits for the end of standard input, then ends every session whose id was written there. A
/// driver that runs elsewhere would keep them, and their browsers, until its own time limit.
async fn guard_remote(driver: &str) -> io::Result<()> {
    detach()?;
    let (_caught, sessions) = (catch_signals()?, lines_of_input().await);
    let http = HttpClient::new(&config::Http::default()).map_err(io::Error::other)?;
    let driver = Url::parse(driver).map_err(io::Error::other)?;
    for session in sessions {
        let url = driver.join(&format!("session/{session}")).map_err(io::Error::other)?;
        // One that was ended in order is unknown to the driver by now: the answer does not matter.
        let _ = http.send(Call::new(Method::DELETE, url)).await;
    }
    Ok(())
}

/// Everything that standard input holds until it is closed.
async fn lines_of_input() -> Vec<String> {
    let (sender, receiver) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let lines: Vec<String> = io::stdin().lines().map_while(Result::ok).collect();
        // The receiver waits for as long as the process lives.
        let _ = sender.send(lines);
    });
    receiver.await.unwrap_or_default()
}

/// Starts the driver, as the leader of a process group of its own.
fn start(driver: &Path, folder: &Path) -> io::Result<(Child, Pid)> {
    let child = Command::new(driver)
        // Its own log stays at warnings and goes nowhere: with `OFF` it does not tell its port either.
        .arg("--port=0")
        .env("TMPDIR", folder)
        .env("HOME", folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
        .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", driver.display())))?;
    let group = child
        .id()
        .and_then(|id| i32::try_from(id).ok())
        .and_then(Pid::from_raw)
        .ok_or_else(|| io::Error::other("the driver ended at once"))?;
    Ok((child, group))
}

/// Waits for the end of standard input, or of the driver.
async fn serve(child: &mut Child, driver: Pid, folder: &Path) -> io::Result<()> {
    tokio::select! {
        served = until_driver_ends(child, driver, folder) => served,
        () = end_of_input() => Ok(()),
    }
}

async fn until_driver_ends(child: &mut Child, driver: Pid, folder: &Path) -> io::Result<()> {
    let (sender, mut lines) = mpsc::channel(16);
    for stream in [
        child.stdout.take().map(|pipe| Box::new(pipe) as Box<dyn AsyncRead + Send + Unpin>),
        child.stderr.take().map(|pipe| Box::new(pipe) as Box<dyn AsyncRead + Send + Unpin>),
    ]
    .into_iter()
    .flatten()
    {
        tokio::spawn(forward_lines(stream, sender.clone()));
    }
    drop(sender);
    let mut said = Vec::new();
    let mut is_ready = false;
    let mut take = |line: String| {
        if is_ready {
            return Ok(());
        }
        let Some(port) = port_in(&line) else {
            said.push(line);
            return Ok(());
        };
        is_ready = true;
        let driver_pid = driver.as_raw_nonzero().get();
        print(&Report::Ready { port, driver_pid, folder: folder.to_owned() })
    };
    let ended = child::ended(driver);
    tokio::pin!(ended);
    let status = loop {
        tokio::select! {
            // Read on after the driver is ready: a full pipe would block it.
            Some(line) = lines.recv() => take(line)?,
            status = &mut ended => break status?,
        }
    };
    let rest = async {
        while let Some(line) = lines.recv().await {
            take(line)?;
        }
        Ok(())
    };
    // A browser that outlives it holds the pipes open: what it said itself is in them already.
    tokio::time::timeout(LAST_WORDS, rest).await.unwrap_or(Ok::<(), io::Error>(()))?;
    if is_ready {
        return Ok(());
    }
    let said = said.join(" ");
    Err(io::Error::other(match (status.exit_status(), status.terminating_signal()) {
        (Some(code), _) => format!("it ended with exit code {code}: {said}"),
        (None, Some(signal)) => format!("it was ended by signal {signal}: {said}"),
        (None, None) => format!("it ended: {said}"),
    }))
}

async fn forward_lines(stream: Box<dyn AsyncRead + Send + Unpin>, sender: mpsc::Sender<String>) {
    let mut lines = BufReader::new(stream).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        if sender.send(line).await.is_err() {
            return;
        }
    }
}

/// `ChromeDriver was started successfully on port 40123.` → 40123.
fn port_in(line: &str) -> Option<u16> {
    let (_, rest) = line.split_once("started successfully on port ")?;
    rest.trim_end_matches(|c: char| !c.is_ascii_digit()).parse().ok()
}

/// Ends when our parent closes the pipe or dies. Standard input is read on a thread of its own:
/// the runtime would wait for a blocked read at its end.
async fn end_of_input() {
    let (sender, receiver) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let mut sink = [0; 64];
        while matches!(io::Read::read(&mut io::stdin(), &mut sink), Ok(read) if read > 0) {}
        // The receiver is gone when the driver ended first.
        let _ = sender.send(());
    });
    // A dropped sender means that the thread ended: the same news.
    drop(receiver.await);
}

/// Ends the driver's process group and every process that has become our child, and reaps them.
fn end_all(group: Option<Pid>) {
    if let Some(group) = group {
        // The group may be gone already: then there is nothing to end.
        let _ = rustix::process::kill_process_group(group, Signal::KILL);
    }
    loop {
        for child in children("self") {
            // It may have ended by itself since it was listed.
            let _ = rustix::process::kill_process(child, Signal::KILL);
        }
        // Blocks until one of them has ended; an error says that there are none left.
        match rustix::process::wait(WaitOptions::empty()) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(_) => return,
        }
    }
}

/// A 0700 folder with a short path directly under the system's temporary folder.
fn temporary_folder() -> io::Result<tempfile::TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(FOLDER_PREFIX).permissions(std::fs::Permissions::from_mode(0o700));
    builder.tempdir_in(folder_root())
}

/// The folders there that guards of this user made.
pub fn folders(root: &Path) -> impl Iterator<Item = (PathBuf, Metadata)> + use<> {
    let own = rustix::process::geteuid().as_raw();
    // Where nothing can be listed nothing is found.
    let entries = std::fs::read_dir(root).into_iter().flatten().flatten();
    entries
        .filter(|entry| is_folder_name(&entry.file_name().to_string_lossy()))
        .filter_map(|entry| Some((entry.path(), entry.metadata().ok()?)))
        .filter(move |(_, metadata)| metadata.is_dir() && metadata.uid() == own)
}

/// `reauth-` and six letters or digits: others call theirs `reauth-…` as well.
fn is_folder_name(name: &str) -> bool {
    let end = name.strip_prefix(FOLDER_PREFIX);
    let length = FOLDER_NAME_LENGTH - 1 - FOLDER_PREFIX.len();
    end.is_some_and(|end| {
        end.len() == length && end.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

/// Where guards make their folders: the system's temporary folder, unless its path is too long.
pub fn folder_root() -> PathBuf {
    let system = std::env::temp_dir();
    if system.as_os_str().len() + FOLDER_NAME_LENGTH > LONGEST_TMPDIR {
        PathBuf::from("/tmp")
    } else {
        system
    }
}

/// Reads the guard's next line.
///
/// # Errors
/// The guard ended without it, or said something else.
pub async fn read_report(stdout: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Report> {
    let mut line = String::new();
    stdout.take(64 * 1024).read_line(&mut line).await?;
    if line.is_empty() {
        return Err(io::Error::other("the guard ended without a word"));
    }
    serde_json::from_str(&line).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_is_read_from_the_drivers_greeting() {
        assert_eq!(port_in("ChromeDriver was started successfully on port 40123."), Some(40123));
        assert_eq!(port_in("Starting ChromeDriver 156 on port 0"), None);
        assert_eq!(port_in("started successfully on port none"), None);
    }
}
