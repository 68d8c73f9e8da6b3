//! Every request that the simulator acted upon, for tests that ask what was really sent.

use std::sync::{Mutex, PoisonError};

use serde::Serialize;

use super::gate::Held;

/// One request: no query, since codes and tokens travel there.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Seen {
    pub(super) method: String,
    pub(super) host: String,
    pub(super) path: String,
    pub(super) status: u16,
    /// When it came, by the simulator's clock, in milliseconds since 1970.
    pub(super) at_ms: i64,
}

impl Seen {
    pub(super) fn new(call: &Held, status: u16, at_ms: i64) -> Self {
        let Held { method, host, path, .. } = call.clone();
        Self { method, host, path, status, at_ms }
    }
}

/// The requests so far, oldest first.
#[derive(Debug, Default)]
pub(super) struct RequestLog {
    seen: Mutex<Vec<Seen>>,
}

impl RequestLog {
    /// Adds a request that was acted upon.
    pub(super) fn add(&self, seen: Seen) {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).push(seen);
    }

    /// Forgets all of them.
    pub(super) fn clear(&self) {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// A copy of all of them.
    pub(super) fn all(&self) -> Vec<Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
