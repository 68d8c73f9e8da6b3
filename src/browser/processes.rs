//! Processes as the system tells of them (Linux: proc(5)). Elsewhere nobody can be asked, and then
//! nobody is ended.

use std::fs;
use std::io;
use std::os::fd::OwnedFd;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

/// How long a process that was killed may take to end.
const END_LIMIT: Timespec = Timespec { tv_sec: 5, tv_nsec: 0 };

/// One process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Process {
    pub(super) id: Pid,
    /// The process that leads its session. `None`: one outside of this PID namespace, as with what is
    /// started from outside in a container (pid_namespaces(7)).
    pub(super) session: Option<Pid>,
    /// In ticks since the machine's start; with the id it names one process for good.
    pub(super) started: u64,
}

/// The process with this id, unless it has ended.
pub(super) fn find(id: Pid) -> Option<Process> {
    parse(id, &fs::read_to_string(format!("/proc/{}/stat", id.as_raw_nonzero())).ok()?)
}

/// All processes that there are.
pub(super) fn all() -> Vec<Process> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    entries
        .flatten()
        .filter_map(|entry| Pid::from_raw(entry.file_name().to_str()?.parse().ok()?))
        .filter_map(find)
        .collect()
}

/// Ends all such processes, and waits for their ends. Each is asked for again when its number can be
/// used by nobody else any more.
pub(super) fn end(which: impl Fn(&Process) -> bool) -> io::Result<()> {
    loop {
        let found: Vec<Process> = all().into_iter().filter(&which).collect();
        if found.is_empty() {
            return Ok(());
        }
        for process in found {
            let Some(handle) = handle(&process) else { continue };
            signal(&handle, Signal::KILL)?;
            let mut ended = [PollFd::new(&handle, PollFlags::IN)];
            if poll(&mut ended, Some(&END_LIMIT))? == 0 {
                return Err(io::Error::new(
                    io::ErrorKind::TimedOut,
                    format!("process {} does not end", process.id.as_raw_nonzero()),
                ));
            }
        }
    }
}

/// Sends a signal to this very process; one that has ended gets none.
pub(super) fn send(process: &Process, what: Signal) -> io::Result<()> {
    handle(process).map_or(Ok(()), |handle| signal(&handle, what))
}

/// What stands for this process alone, whoever has its number later. `None`: it has ended.
fn handle(process: &Process) -> Option<OwnedFd> {
    let handle = pidfd_open(process.id, PidfdFlags::empty()).ok()?;
    (find(process.id) == Some(*process)).then_some(handle)
}

fn signal(handle: &OwnedFd, what: Signal) -> io::Result<()> {
    match pidfd_send_signal(handle, what) {
        // It has ended by itself.
        Ok(()) | Err(rustix::io::Errno::SRCH) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Of `/proc/<id>/stat`. A zombie has ended.
fn parse(id: Pid, stat: &str) -> Option<Process> {
    // The name is in parentheses, and may hold some.
    let (_, fields) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let number = |field: usize| fields.get(field)?.parse::<i32>().ok();
    if matches!(*fields.first()?, "Z" | "X") {
        return None;
    }
    Some(Process { id, session: Pid::from_raw(number(3)?), started: fields.get(19)?.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_hold_anything() {
        let id = Pid::from_raw(7).unwrap();
        let stat = "7 (a) 1 (b) S 3 4 5 0 -1 0 1 2 3 4 5 6 7 8 20 0 1 0 4711 1 2";
        let process = parse(id, stat).unwrap();
        assert_eq!(process.session, Pid::from_raw(5));
        assert_eq!(process.started, 4711);
        let of_outside = parse(id, &stat.replace("S 3 4 5", "S 0 0 0")).unwrap();
        assert_eq!(of_outside.session, None);
        assert_eq!(parse(id, &stat.replace(") S", ") Z")), None, "a zombie");
        for broken in ["", "7 (a", "7 (a) S", "7 (a) S 3 4 x"] {
            assert_eq!(parse(id, broken), None, "{broken}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn we_are_found() {
        let own = find(rustix::process::getpid()).unwrap();
        assert!(own.started > 0 && all().contains(&own));
    }
}
