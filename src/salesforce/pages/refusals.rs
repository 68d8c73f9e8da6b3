//! Whose credentials must not be sent again.

use std::collections::HashMap;
use std::sync::Mutex;

use super::PageError;

/// Logins that were refused, or whose answer was never seen, by user name: their credentials are
/// never sent again in this run, so that nobody is locked out.
#[derive(Default)]
pub struct Refusals(Mutex<HashMap<String, PageError>>);

impl Refusals {
    /// Why the login of this user was refused, if it was.
    pub fn of(&self, username: &str) -> Option<PageError> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get(username).cloned()
    }

    pub(super) fn add(&self, username: &str, refusal: PageError) {
        let mut refusals = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        refusals.insert(username.to_owned(), refusal);
    }

    /// What came after the login was no login page: it was accepted.
    pub(super) fn clear(&self, username: &str) {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).remove(username);
    }
}
