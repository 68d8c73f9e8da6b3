//! How the logins of a run went: whose credentials must not be sent again, and how many were made.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::PageError;
use super::codes::CodesSent;
use crate::config::UserKey;

/// Logins that were refused, or whose answer was never seen: their credentials are never sent again
/// in this run, so that nobody is locked out. And how many logins were made, and where they led.
#[derive(Default)]
pub struct Refusals {
    refused: Mutex<HashMap<UserKey, PageError>>,
    logins: Mutex<HashMap<UserKey, u32>>,
    led_to: Mutex<HashMap<UserKey, HashSet<String>>>,
    pub(super) codes: CodesSent,
}

impl Refusals {
    /// Why the login of this user was refused, if it was: the password, or what was asked after it.
    pub fn of(&self, username: &str) -> Option<PageError> {
        let refusal = lock(&self.refused).get(&UserKey::of(username)).cloned();
        refusal.or_else(|| self.codes.ended(username))
    }

    pub(super) fn add(&self, username: &str, refusal: PageError) {
        let mut refusals = lock(&self.refused);
        refusals.insert(UserKey::of(username), refusal);
    }

    /// What came after the login proves that it was accepted, or that none was made.
    pub(super) fn clear(&self, username: &str) {
        lock(&self.refused).remove(&UserKey::of(username));
    }

    /// The org says that the browser's session is this user's: a login of which no answer was seen was
    /// accepted. One that was refused stays so, whosever session that is.
    pub fn has_session(&self, username: &str) {
        let key = UserKey::of(username);
        let mut refusals = lock(&self.refused);
        if matches!(refusals.get(&key), Some(PageError::LoginUnanswered { .. })) {
            refusals.remove(&key);
            self.codes.clear(username);
        }
    }

    /// The password of this user was sent once more.
    pub(super) fn count_login(&self, username: &str) {
        *lock(&self.logins).entry(UserKey::of(username)).or_default() += 1;
    }

    /// The login of this user led to a page of this origin.
    pub(super) fn led(&self, username: &str, origin: &str) {
        lock(&self.led_to).entry(UserKey::of(username)).or_default().insert(origin.to_owned());
    }

    /// Whether a login of this user led to a page of this origin.
    pub(super) fn has_led(&self, username: &str, origin: &str) -> bool {
        lock(&self.led_to)
            .get(&UserKey::of(username))
            .is_some_and(|origins| origins.contains(origin))
    }

    /// How often the password of this user was sent in this run.
    pub fn logins(&self, username: &str) -> u32 {
        lock(&self.logins).get(&UserKey::of(username)).copied().unwrap_or_default()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
