//! How many codes were sent for whom: a user whose codes are refused again and again is locked out.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::Method;
use crate::config::UserKey;
use crate::salesforce::pages::PageError;
use crate::secrets::Secret;

/// One code, and one more where the first was refused.
const MOST: u32 = 2;

/// The codes that were sent since their user last got through, in this run.
#[derive(Default)]
pub(in super::super) struct CodesSent(Mutex<HashMap<UserKey, OfUser>>);

#[derive(Default)]
struct OfUser {
    /// Oldest first.
    by_method: HashMap<Method, Vec<Secret>>,
    /// Nothing more is sent for this user, and why.
    ended: Option<PageError>,
}

impl CodesSent {
    fn with<T>(&self, username: &str, act: impl FnOnce(&mut OfUser) -> T) -> T {
        let mut users = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        act(users.entry(UserKey::of(username)).or_default())
    }

    /// How many codes of this method were sent.
    pub(in super::super) fn of(&self, username: &str, method: Method) -> u32 {
        let sent = self.with(username, |user| user.by_method.get(&method).map_or(0, Vec::len));
        u32::try_from(sent).unwrap_or(u32::MAX)
    }

    /// Whether another one may be sent.
    pub(in super::super) fn may_send(&self, username: &str, method: Method) -> bool {
        self.of(username, method) < MOST
    }

    /// Whether the last code of this method was this one.
    pub(in super::super) fn was_last(&self, username: &str, method: Method, code: &Secret) -> bool {
        self.with(username, |user| {
            user.by_method.get(&method).and_then(|sent| sent.last()) == Some(code)
        })
    }

    /// A code is about to be sent.
    pub(in super::super) fn add(&self, username: &str, method: Method, code: Secret) {
        self.with(username, |user| user.by_method.entry(method).or_default().push(code));
    }

    /// The last code was not sent after all.
    pub(in super::super) fn take_back(&self, username: &str, method: Method) {
        self.with(username, |user| user.by_method.entry(method).or_default().pop());
    }

    /// Nothing more is sent for this user.
    pub(in super::super) fn end(&self, username: &str, why: PageError) {
        self.with(username, |user| user.ended = Some(why));
    }

    /// Why nothing more is sent for this user, if so.
    pub(in super::super) fn ended(&self, username: &str) -> Option<PageError> {
        self.with(username, |user| user.ended.clone())
    }

    /// The user got through.
    pub(in super::super) fn clear(&self, username: &str) {
        self.with(username, |user| *user = OfUser::default());
    }
}
