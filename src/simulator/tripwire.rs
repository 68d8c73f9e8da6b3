//! The callback host that nobody may ever reach: it counts connections and closes them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::error::SimulatorError;

/// A listener that proves that an authorization code never left the browser.
#[derive(Debug)]
pub(super) struct Tripwire {
    hits: Arc<AtomicU64>,
    port: u16,
    task: JoinHandle<()>,
}

impl Tripwire {
    /// Listens on a free port of 127.0.0.1.
    pub(super) async fn start() -> Result<Self, SimulatorError> {
        let failed = |source| SimulatorError::Listen { port: 0, source };
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(failed)?;
        let port = listener.local_addr().map_err(failed)?.port();
        let hits = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&hits);
        let task = tokio::spawn(async move {
            // A connection that failed before it was accepted was an attempt all the same.
            loop {
                let connection = listener.accept().await;
                counter.fetch_add(1, Ordering::SeqCst);
                drop(connection);
            }
        });
        Ok(Self { hits, port, task })
    }

    /// The OAuth callback that leads here.
    pub(super) fn callback_url(&self) -> String {
        format!("https://auth.cloud-elements.localhost:{}/oauth", self.port)
    }

    /// The counter, shared with the control page.
    pub(super) fn counter(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.hits)
    }
}

impl Drop for Tripwire {
    fn drop(&mut self) {
        self.task.abort();
    }
}
