//! Signals as values. The first one asks for an orderly end (which may mean to bring the instance
//! back first); a second SIGINT is taken at its word.

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::failure::{Failure, Kind};

/// The signals that end a command.
pub struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hang_up: Signal,
    /// How often SIGINT came.
    interrupts: u32,
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
            interrupts: 0,
        })
    }

    /// The next signal, as the failure that it is.
    pub async fn next(&mut self) -> Failure {
        let (kind, name) = self.received().await;
        Failure::new("reauth.interrupted", kind, format!("stopped by {name}"))
    }

    /// Ends when SIGINT has come for the second time. The first one never hurries an orderly end,
    /// and the other signals never do: `going_on` is told their names.
    pub async fn second_interrupt(&mut self, going_on: impl Fn(&'static str)) {
        while self.interrupts < 2 {
            let (_, name) = self.received().await;
            if self.interrupts < 2 {
                going_on(name);
            }
        }
    }

    async fn received(&mut self) -> (Kind, &'static str) {
        let (kind, name) = tokio::select! {
            _ = self.interrupt.recv() => (Kind::Interrupted, "SIGINT"),
            _ = self.terminate.recv() => (Kind::Terminated, "SIGTERM"),
            _ = self.hang_up.recv() => (Kind::Terminated, "SIGHUP"),
        };
        self.interrupts += u32::from(kind == Kind::Interrupted);
        (kind, name)
    }
}
