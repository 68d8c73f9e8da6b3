//! Which element token belongs to which instance, as the platform told.

use std::sync::{Arc, Mutex, PoisonError};

use super::Instance;
use crate::secrets::Secret;

/// What was learnt so far; shared by cloning. An answer to a call with a token has to be about the
/// instance that it belongs to, and a client knows that without being told at every call.
#[derive(Clone, Default)]
pub(super) struct Owners(Arc<Mutex<Vec<(Secret, u64)>>>);

impl Owners {
    /// The token is this instance's.
    pub(super) fn learn(&self, instance: &Instance) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !known.iter().any(|(token, _)| *token == instance.token) {
            known.push((instance.token.clone(), instance.id));
        }
    }

    /// Whose a token is.
    pub(super) fn of(&self, token: &Secret) -> Option<u64> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.iter().find(|(known, _)| known == token).map(|(_, id)| *id)
    }
}
