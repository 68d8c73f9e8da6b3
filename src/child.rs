//! Programs that are run for what they print: within limits, and nothing of them is left.
//!
//! Each leads a process group of its own, which is killed before its leader is reaped: until then no
//! other process can have the number. A daemon that a program starts (an agent of a secret manager)
//! has a session of its own, and stays.

use std::collections::BTreeSet;
use std::io;
use std::process::{ExitStatus, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, WaitIdStatus, kill_process, kill_process_group, waitid,
};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::{Child, Command};
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};

/// A program that has ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// How.
    pub(crate) status: ExitStatus,
    /// What it printed; one byte more than was asked for where it printed more.
    pub(crate) stdout: Vec<u8>,
    /// The same of its standard error, where that is a pipe.
    pub(crate) stderr: Vec<u8>,
}

/// A program of which nothing is known.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ChildError {
    /// It was never there.
    #[error("cannot be started: {0}")]
    NotStarted(io::Error),
    /// It took too long, and was ended.
    #[error("did not end in time")]
    Late,
    /// The system does not tell what became of it.
    #[error("was lost: {0}")]
    Lost(io::Error),
}

/// Which process group a program is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Group {
    /// One of its own.
    Own,
    /// Ours where a terminal listens to it, so that the program can ask the person there: any other
    /// group is stopped by reading from it. Else one of its own.
    OfTerminal,
}

/// Runs `command`, without input, until `deadline` at the latest, and reads up to `longest` bytes of
/// what it prints: a program that prints on then loses its reader, and is ended by that. However this
/// ends, also when it is dropped, the program and what it left in the background are ended.
///
/// # Errors
/// Any [`ChildError`].
pub(crate) async fn run(
    command: &mut Command,
    group: Group,
    longest: u64,
    deadline: Instant,
) -> Result<Ended, ChildError> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
    let has_group = group == Group::Own || !holds_terminal();
    if has_group {
        command.process_group(0);
    }
    let mut family = Family::start(command, has_group)?;
    let (stdout, stderr) = (family.child.stdout.take(), family.child.stderr.take());
    let ended = async {
        family.leader_ended().await?;
        // What it left in the background would keep its output open.
        family.kill();
        Ok::<_, io::Error>(())
    };
    let all = async { tokio::join!(ended, read(stdout, longest), read(stderr, longest)) };
    let all = timeout_at(deadline, all).await;
    family.kill();
    // Reaped, not only killed: nothing of it is left when we go on.
    let status = family.reap().await.map_err(ChildError::Lost)?;
    let Ok((ended, stdout, stderr)) = all else { return Err(ChildError::Late) };
    let lost = ChildError::Lost;
    ended.map_err(lost)?;
    Ok(Ended { status, stdout: stdout.map_err(lost)?, stderr: stderr.map_err(lost)? })
}

async fn read(pipe: Option<impl AsyncRead + Unpin>, longest: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(pipe) = pipe {
        // Closed at the end, so that a program that prints on is ended by it.
        pipe.take(longest.saturating_add(1)).read_to_end(&mut bytes).await?;
    }
    Ok(bytes)
}

/// Ends every program that is run at present, and lets none begin any more: for a process that is
/// about to end while a thread of it may still run one.
pub(crate) fn end_all() {
    let mut families = families();
    families.is_over = true;
    for id in &families.running {
        id.kill();
    }
}

/// The programs that run, and whether there may be any more.
struct Families {
    running: BTreeSet<Id>,
    is_over: bool,
}

/// Locked while a program is started, and while one ceases to be ours to kill.
fn families() -> MutexGuard<'static, Families> {
    static FAMILIES: Mutex<Families> =
        Mutex::new(Families { running: BTreeSet::new(), is_over: false });
    FAMILIES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// By what a program is killed with all that it started, for as long as it is not reaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Id {
    leader: i32,
    has_group: bool,
}

impl Id {
    fn kill(self) {
        let Some(leader) = Pid::from_raw(self.leader) else { return };
        let killed = if self.has_group {
            kill_process_group(leader, Signal::KILL)
        } else {
            // The children first: they are nobody's that could be found once their parent has ended.
            for child in descendants(self.leader) {
                if let Err(error) = kill_process(child, Signal::KILL) {
                    tracing::debug!(%error, "it had ended");
                }
            }
            kill_process(leader, Signal::KILL)
        };
        match killed {
            // Nobody of it is left: that is what is wanted.
            Ok(()) | Err(rustix::io::Errno::SRCH) => {}
            Err(error) => tracing::warn!(%error, "a program could not be ended"),
        }
    }
}

/// A program and what it started, which do not outlive this value.
struct Family {
    child: Child,
    id: Id,
}

impl Family {
    fn start(command: &mut Command, has_group: bool) -> Result<Self, ChildError> {
        let mut families = families();
        if families.is_over {
            return Err(ChildError::NotStarted(io::ErrorKind::Interrupted.into()));
        }
        let child = command.spawn().map_err(ChildError::NotStarted)?;
        let leader = child.id().and_then(|id| i32::try_from(id).ok());
        let leader = leader.ok_or_else(|| ChildError::Lost(io::Error::other("it has no id")))?;
        let id = Id { leader, has_group };
        families.running.insert(id);
        Ok(Self { child, id })
    }

    fn kill(&self) {
        self.id.kill();
    }

    /// Waits for the leader's end, without reaping it.
    async fn leader_ended(&self) -> io::Result<()> {
        let Some(leader) = Pid::from_raw(self.id.leader) else { return Ok(()) };
        ended(leader).await.map(drop)
    }

    /// From here on its number may be another process's.
    async fn reap(mut self) -> io::Result<ExitStatus> {
        families().running.remove(&self.id);
        self.child.wait().await
    }
}

impl Drop for Family {
    fn drop(&mut self) {
        // Not there any more: it was killed before, and reaped.
        if families().running.remove(&self.id) {
            self.kill();
        }
    }
}

/// Waits for a child's end, and leaves it to be reaped: until then its number is its own, and so is its
/// group's. On a thread, because the runtime can only reap; it ends with the child.
///
/// # Errors
/// The system's, also where the child was reaped already.
pub(crate) async fn ended(child: Pid) -> io::Result<WaitIdStatus> {
    let (sender, receiver) = oneshot::channel();
    std::thread::Builder::new().name("child".to_owned()).spawn(move || {
        let ended = loop {
            match waitid(WaitId::Pid(child), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT) {
                Err(rustix::io::Errno::INTR) => {}
                // Without NOHANG there is always one.
                Ok(status) => break status.ok_or_else(|| io::Error::other("no status")),
                Err(error) => break Err(error.into()),
            }
        };
        // Nobody listens any more where it took too long.
        drop(sender.send(ended));
    })?;
    receiver.await.map_err(io::Error::other)?
}

/// Whether our process group is the one that a terminal listens to.
fn holds_terminal() -> bool {
    use rustix::fs::{Mode, OFlags, open};
    let flags = OFlags::RDWR | OFlags::CLOEXEC | OFlags::NOCTTY;
    open("/dev/tty", flags, Mode::empty())
        .and_then(rustix::termios::tcgetpgrp)
        .is_ok_and(|group| group == rustix::process::getpgrp())
}

fn descendants(process: i32) -> Vec<Pid> {
    let children = children(&process.to_string());
    let below = children.iter().flat_map(|child| descendants(child.as_raw_nonzero().get()));
    below.chain(children.iter().copied()).collect()
}

/// The children of a process, by its id or `self`, orphans that it inherited as subreaper included.
#[cfg(target_os = "linux")]
pub(crate) fn children(process: &str) -> Vec<Pid> {
    let Ok(tasks) = std::fs::read_dir(format!("/proc/{process}/task")) else { return Vec::new() };
    tasks
        .flatten()
        .filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok())
        .flat_map(|list| {
            list.split_whitespace()
                .filter_map(|pid| pid.parse().ok().and_then(Pid::from_raw))
                .collect::<Vec<_>>()
        })
        .collect()
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn children(_: &str) -> Vec<Pid> {
    Vec::new()
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use tokio::net::unix::pipe;
    use tokio::time::timeout;

    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    /// A program with one in its background, both of which hold `ear` open, and say so there.
    fn family(ear: &Path, script: &str) -> Command {
        let mut command = Command::new("sh");
        command
            .arg("-c")
            .arg(format!("exec 3>\"$0\"; sleep 600 & echo here >&3; {script}"))
            .arg(ear);
        command
    }

    fn ear(folder: &Path) -> (std::path::PathBuf, pipe::Receiver) {
        let path = folder.join("ear");
        rustix::fs::mkfifoat(rustix::fs::CWD, &path, rustix::fs::Mode::RWXU).unwrap();
        let receiver = pipe::OpenOptions::new().open_receiver(&path).unwrap();
        (path, receiver)
    }

    async fn heard(ear: &mut pipe::Receiver) {
        let mut said = [0; 5];
        ear.read_exact(&mut said).await.unwrap();
        assert_eq!(&said, b"here\n");
    }

    /// The pipe ends when the last of them has ended.
    async fn assert_all_ended(ear: &mut pipe::Receiver) {
        let rest = timeout(LONG, ear.read(&mut [0; 8])).await;
        assert_eq!(rest.expect("somebody is left").unwrap(), 0);
    }

    #[tokio::test]
    async fn what_it_left_in_the_background_is_ended_and_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        for group in [Group::Own, Group::OfTerminal] {
            let folder = tempfile::tempdir_in(folder.path()).unwrap();
            let (path, mut ear) = ear(folder.path());
            let mut command = family(&path, "echo printed; exit 3");
            let ended = run(&mut command, group, 100, Instant::now() + LONG).await.unwrap();
            assert_eq!(
                (ended.status.code(), ended.stdout.as_slice()),
                (Some(3), &b"printed\n"[..])
            );
            heard(&mut ear).await;
            assert_all_ended(&mut ear).await;
        }
    }

    #[tokio::test]
    async fn all_of_it_is_ended_when_it_takes_too_long() {
        // Longer and longer, until it has had the time to begin.
        for seconds in [1, 5, 25] {
            let folder = tempfile::tempdir().unwrap();
            let (path, mut ear) = ear(folder.path());
            let deadline = Instant::now() + Duration::from_secs(seconds);
            let mut command = family(&path, "trap '' TERM; wait");
            let late = run(&mut command, Group::Own, 100, deadline).await;
            assert!(matches!(late, Err(ChildError::Late)), "{late:?}");
            if timeout(Duration::ZERO, heard(&mut ear)).await.is_ok() {
                return assert_all_ended(&mut ear).await;
            }
        }
        panic!("it never began");
    }

    #[tokio::test]
    async fn all_of_it_is_ended_when_nobody_waits_any_more() {
        let folder = tempfile::tempdir().unwrap();
        let (path, mut ear) = ear(folder.path());
        let mut command = family(&path, "wait");
        tokio::select! {
            ended = run(&mut command, Group::Own, 100, Instant::now() + LONG) => panic!("{ended:?}"),
            () = heard(&mut ear) => {}
        }
        assert_all_ended(&mut ear).await;
    }

    /// As it is where a terminal listens to our own group.
    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn its_descendants_are_found_without_a_group() {
        let folder = tempfile::tempdir().unwrap();
        let (path, mut ear) = ear(folder.path());
        let mut command = family(&path, "wait");
        command.kill_on_drop(true);
        let family = Family::start(&mut command, false).unwrap();
        heard(&mut ear).await;
        drop(family);
        assert_all_ended(&mut ear).await;
    }

    #[tokio::test]
    async fn one_that_prints_on_is_ended_by_that() {
        let mut command = Command::new("sh");
        command.arg("-c").arg("while :; do echo more; done");
        let ended = run(&mut command, Group::Own, 100, Instant::now() + LONG).await.unwrap();
        assert_eq!(ended.stdout.len(), 101);
    }
}
