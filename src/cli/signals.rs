//! Signals as values. The first one asks for an orderly end (which may mean to bring the instance
//! back first); a second SIGINT is taken at its word.

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::failure::{Failure, Kind};

/// The signals that end a command.
pub struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hang_up: Signal,
}

impl Signals {
    /// From now on these signals no longer end the process by themselves.
    ///
    /// # Errors
    /// `reauth.no_signals` (environment).
    pub fn catch() -> Result<Self, Failure> {
        let catch = |kind| {
            signal(kind).map_err(|error| {
                Failure::environment(
                    "reauth.no_signals",
                    format!("signals cannot be caught: {error}"),
                )
            })
        };
        Ok(Self {
            interrupt: catch(SignalKind::interrupt())?,
            terminate: catch(SignalKind::terminate())?,
            hang_up: catch(SignalKind::hangup())?,
        })
    }

    /// The next signal, as the failure that it is.
    pub async fn next(&mut self) -> Failure {
        let (kind, name) = tokio::select! {
            _ = self.interrupt.recv() => (Kind::Interrupted, "SIGINT"),
            _ = self.terminate.recv() => (Kind::Terminated, "SIGTERM"),
            _ = self.hang_up.recv() => (Kind::Terminated, "SIGHUP"),
        };
        Failure::new("reauth.interrupted", kind, format!("stopped by {name}"))
    }

    /// The next SIGINT; the others do not hurry an orderly end.
    pub async fn interrupt(&mut self) {
        self.interrupt.recv().await;
    }
}
