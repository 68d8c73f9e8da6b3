//! Asking a person on the terminal: for a secret, without showing what is typed, or what to do.

use std::env;
use std::io::{self, IsTerminal as _, PipeReader};
use std::os::fd::AsFd as _;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::termios::{
    LocalModes, OptionalActions, QueueSelector, Termios, tcflush, tcgetattr, tcsetattr,
};
use tokio::sync::oneshot;

/// A line that is longer is no answer.
const LONGEST: usize = 1024;

/// Whether there is somebody to ask: a terminal on both sides, and no CI.
pub fn is_possible() -> bool {
    let ci = env::var_os("CI").is_some_and(|ci| !ci.is_empty() && ci != "false");
    !ci && io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// A terminal that does not show what is typed, but for the end of the line. It is as it was before
/// when this is dropped.
pub struct Hidden {
    before: Termios,
}

impl Hidden {
    /// From now on. What was typed earlier is thrown away: it is no answer to what is asked next.
    ///
    /// # Errors
    /// If the terminal cannot be set.
    pub fn begin() -> io::Result<Self> {
        let stdin = io::stdin();
        let before = tcgetattr(&stdin)?;
        let mut hidden = before.clone();
        hidden.local_modes.remove(LocalModes::ECHO);
        hidden.local_modes.insert(LocalModes::ECHONL | LocalModes::ICANON | LocalModes::ISIG);
        tcsetattr(&stdin, OptionalActions::Flush, &hidden)?;
        Ok(Self { before })
    }

    /// Reads a line; `None`: there was an end of file instead.
    ///
    /// # Errors
    /// If the terminal cannot be read.
    pub async fn line(&self) -> io::Result<Option<String>> {
        line().await
    }
}

/// A terminal that shows what is typed.
pub struct Shown {
    _private: (),
}

impl Shown {
    /// From now on. What was typed earlier is thrown away, as by [`Hidden::begin`].
    ///
    /// # Errors
    /// If the terminal cannot be set.
    pub fn begin() -> io::Result<Self> {
        tcflush(io::stdin(), QueueSelector::IFlush)?;
        Ok(Self { _private: () })
    }

    /// Reads a line; `None`: there was an end of file instead.
    ///
    /// # Errors
    /// If the terminal cannot be read.
    pub async fn line(&self) -> io::Result<Option<String>> {
        line().await
    }
}

async fn line() -> io::Result<Option<String>> {
    // Closed when this future ends: a thread that reads on would take what is typed later.
    let (over, _until_then) = io::pipe()?;
    let (sender, receiver) = oneshot::channel();
    std::thread::Builder::new().name("ask".to_owned()).spawn(move || {
        // Nobody waits for an answer that comes too late.
        drop(sender.send(read_line(&over)));
    })?;
    receiver.await.map_err(|_| io::Error::other("the thread that reads has ended"))?
}

impl Drop for Hidden {
    fn drop(&mut self) {
        if let Err(error) = tcsetattr(io::stdin(), OptionalActions::Now, &self.before) {
            tracing::warn!(%error, "the terminal could not be set back: `stty sane` does it");
        }
    }
}

fn read_line(over: &PipeReader) -> io::Result<Option<String>> {
    let stdin = io::stdin();
    let mut line = Vec::new();
    loop {
        let mut watched = [
            PollFd::new(&stdin, PollFlags::IN),
            PollFd::from_borrowed_fd(over.as_fd(), PollFlags::IN),
        ];
        match poll(&mut watched, None) {
            Ok(_) => {}
            Err(rustix::io::Errno::INTR) => continue,
            Err(error) => return Err(error.into()),
        }
        if !watched[1].revents().is_empty() {
            return Ok(None);
        }
        let mut bytes = [0_u8; 256];
        let read = match rustix::io::read(&stdin, &mut bytes) {
            Ok(read) => read,
            Err(rustix::io::Errno::INTR) => continue,
            Err(error) => return Err(error.into()),
        };
        line.extend_from_slice(&bytes[..read]);
        if read == 0 && line.is_empty() {
            return Ok(None);
        }
        if read == 0 || line.ends_with(b"\n") || line.len() > LONGEST {
            return Ok(Some(String::from_utf8_lossy(&line).trim().to_owned()));
        }
    }
}
