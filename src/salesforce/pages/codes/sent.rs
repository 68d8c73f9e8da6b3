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
    by_method: HashMap<Method, Sent>,
    /// How the newest was made, until a page was seen that says what became of it.
    newest: Option<Method>,
    /// Nothing more is sent for this user, and why.
    ended: Option<PageError>,
}

#[derive(Default)]
struct Sent {
    /// Oldest first.
    codes: Vec<Secret>,
    /// How many of them were followed by the login page of another login.
    passed: usize,
}

impl CodesSent {
    fn with<T>(&self, username: &str, act: impl FnOnce(&mut OfUser) -> T) -> T {
        let mut users = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        act(users.entry(UserKey::of(username)).or_default())
    }

    /// How many codes of this method were sent, but for those that led to another login.
    pub(in super::super) fn of(&self, username: &str, method: Method) -> u32 {
        let sent = self.with(username, |user| {
            user.by_method.get(&method).map_or(0, |sent| sent.codes.len() - sent.passed)
        });
        u32::try_from(sent).unwrap_or(u32::MAX)
    }

    /// Whether another one may be sent.
    pub(in super::super) fn may_send(&self, username: &str, method: Method) -> bool {
        self.of(username, method) < MOST
    }

    /// Whether the last code of this method was this one.
    pub(in super::super) fn was_last(&self, username: &str, method: Method, code: &Secret) -> bool {
        self.with(username, |user| {
            user.by_method.get(&method).and_then(|sent| sent.codes.last()) == Some(code)
        })
    }

    /// A code is about to be sent.
    pub(in super::super) fn add(&self, username: &str, method: Method, code: Secret) {
        self.with(username, |user| {
            user.by_method.entry(method).or_default().codes.push(code);
            user.newest = Some(method);
        });
    }

    /// The last code was not sent after all.
    pub(in super::super) fn take_back(&self, username: &str, method: Method) {
        self.with(username, |user| {
            user.by_method.entry(method).or_default().codes.pop();
            user.newest = None;
        });
    }

    /// Whether no page was seen yet that says that the newest code led anywhere.
    pub(in super::super) fn is_open(&self, username: &str) -> bool {
        self.with(username, |user| user.newest.is_some())
    }

    /// Another login is demanded, which has codes of its own. Nothing says that the newest code was
    /// refused; those before it were, and count on: wrong codes lock a user over all logins.
    pub(in super::super) fn led_to_another_login(&self, username: &str) {
        self.with(username, |user| {
            if let Some(method) = user.newest.take()
                && let Some(sent) = user.by_method.get_mut(&method)
            {
                sent.passed += 1;
            }
        });
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secrets::Redactor;

    const USER: &str = "zoe@acme.example";

    fn code(text: &str) -> Secret {
        Redactor::new().learn("code", text)
    }

    #[test]
    fn two_codes_are_sent_over_all_logins_unless_they_led_on() {
        let sent = CodesSent::default();
        sent.add(USER, Method::Email, code("111111"));
        sent.add(USER, Method::Email, code("222222"));
        assert!(!sent.may_send(USER, Method::Email));
        sent.led_to_another_login(USER);
        assert!(sent.may_send(USER, Method::Email), "the newest is not known to be refused");
        assert!(sent.was_last(USER, Method::Email, &code("222222")), "and is not sent again");
        // A second login page says nothing more of it.
        sent.led_to_another_login(USER);
        assert_eq!(sent.of(USER, Method::Email), 1);
        sent.add(USER, Method::Email, code("333333"));
        assert!(!sent.may_send(USER, Method::Email), "the first was refused");
    }

    #[test]
    fn a_code_that_was_not_sent_counts_for_nothing() {
        let sent = CodesSent::default();
        sent.add(USER, Method::Sms, code("111111"));
        sent.take_back(USER, Method::Sms);
        sent.led_to_another_login(USER);
        assert_eq!(sent.of(USER, Method::Sms), 0);
        assert_eq!(sent.of(USER, Method::Totp), 0);
    }
}
