//! A user's passkey: what it is, how it is written down, and where it is kept.
//!
//! Salesforce knows the public key; whoever has the private one is the user. Each answer carries a
//! counter, which must rise from answer to answer.

mod error;
mod file;
mod held;

pub use error::PasskeyError;
pub use file::PasskeyFile;
pub use held::HeldPasskey;

use std::borrow::Cow;

use jiff::Timestamp;
use secrecy::zeroize::Zeroizing;
use serde::{Deserialize, Serialize};

use crate::browser::Credential;
use crate::secrets::Redactor;

const SCHEMA: &str = "reauth.passkey/1";

/// By how much the counter is moved on before each use of a passkey. Where the counter of an earlier
/// use could not be written down, the next use is ahead all the same.
const HEAD_ROOM: u32 = 1000;

/// A passkey, as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Passkey {
    /// What the authenticator needs.
    pub credential: Credential,
    /// User name of whom it logs in.
    pub username: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// As it is written: one line of JSON.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written<'a> {
    #[serde(borrow)]
    schema: Cow<'a, str>,
    #[serde(borrow)]
    host: Cow<'a, str>,
    #[serde(borrow)]
    username: Cow<'a, str>,
    #[serde(borrow)]
    credential_id: Cow<'a, str>,
    #[serde(borrow)]
    user_handle: Cow<'a, str>,
    #[serde(borrow)]
    private_key: Cow<'a, str>,
    sign_count: u32,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    may_be_backed_up: bool,
    created_at: Timestamp,
}

impl Passkey {
    /// Reads what [`Passkey::to_text`] wrote. The redactor learns the private key.
    ///
    /// # Errors
    /// What is wrong with it, without a word of it.
    pub fn parse(text: &str, redactor: &Redactor) -> Result<Self, &'static str> {
        let written: Written<'_> =
            serde_json::from_str(text).map_err(|error| match error.classify() {
                serde_json::error::Category::Data => {
                    "fields are missing or are not what they should be"
                }
                _ => "it is not JSON",
            })?;
        if written.schema != SCHEMA {
            return Err("it is not of the schema reauth.passkey/1");
        }
        let needed = [&written.host, &written.credential_id, &written.private_key];
        if needed.iter().any(|text| text.is_empty()) {
            return Err("host, credential id or private key is empty");
        }
        Ok(Self {
            credential: Credential {
                id: written.credential_id.into_owned(),
                host: written.host.into_owned(),
                user_handle: written.user_handle.into_owned(),
                private_key: redactor.learn_key("passkey", &written.private_key),
                sign_count: written.sign_count,
                may_be_backed_up: written.may_be_backed_up,
            },
            username: written.username.into_owned(),
            created_at: written.created_at,
        })
    }

    /// One line of JSON, the private key in clear.
    ///
    /// # Errors
    /// Never in practice: every field can be written.
    pub fn to_text(&self) -> Result<Zeroizing<String>, serde_json::Error> {
        let written = Written {
            schema: SCHEMA.into(),
            host: self.credential.host.as_str().into(),
            username: self.username.as_str().into(),
            credential_id: self.credential.id.as_str().into(),
            user_handle: self.credential.user_handle.as_str().into(),
            private_key: self.credential.private_key.expose().into(),
            sign_count: self.credential.sign_count,
            may_be_backed_up: self.credential.may_be_backed_up,
            created_at: self.created_at,
        };
        serde_json::to_string(&written).map(Zeroizing::new)
    }

    /// The host that it was made for.
    pub fn host(&self) -> &str {
        &self.credential.host
    }

    /// The beginning of its id: enough to tell it from others.
    pub fn id_beginning(&self) -> String {
        self.credential.id.chars().take(8).collect()
    }

    /// Whether it can be shown on a page of this host (W3C WebAuthn level 2, section 5.1.4.1: the
    /// page's host, or a suffix of it).
    pub fn fits(&self, host: &str) -> bool {
        let below = host.strip_suffix(self.host());
        below.is_some_and(|below| below.is_empty() || below.ends_with('.'))
    }

    /// Moves the counter on, ahead of every use that may have been: of those written down by
    /// `HEAD_ROOM`, and of others by the clock, which counts faster than anybody logs in.
    pub fn move_on(&mut self, now: Timestamp) {
        let by_clock = u32::try_from(now.as_second()).unwrap_or_default();
        let count = &mut self.credential.sign_count;
        // The highest counter is the last: after it the authenticator would begin at zero again.
        *count = count.saturating_add(HEAD_ROOM).max(by_clock).min(u32::MAX - HEAD_ROOM);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{cases, damaged};
    use proptest::prelude::*;

    pub(super) fn passkey(redactor: &Redactor) -> Passkey {
        let text = r#"{"schema":"reauth.passkey/1","host":"acme.my.salesforce.com","username":"zoe@example.com","credential_id":"Y3JlZGVudGlhbA","user_handle":"MDA1","private_key":"TUlHSEFnRUFNQk1HQnlxR1NNNDk","sign_count":7,"created_at":"2026-11-25T03:00:00Z"}"#;
        Passkey::parse(text, redactor).unwrap()
    }

    #[test]
    fn what_is_written_is_read() {
        let redactor = Redactor::new();
        let one = passkey(&redactor);
        let text = one.to_text().unwrap();
        assert!(!text.contains('\n'), "one line: CI masks secrets line by line");
        assert_eq!(Passkey::parse(&text, &redactor).unwrap(), one);
        assert!(!format!("{one:?}").contains("TUlH"), "{one:?}");
        assert!(!redactor.redact(&text).contains("TUlHSEFnRUFNQk1HQnlxR1NNNDk"));
    }

    #[test]
    fn what_is_no_passkey_is_refused_without_a_word_of_it() {
        let redactor = Redactor::new();
        let text = passkey(&redactor).to_text().unwrap();
        for (wrong, reason) in [
            ("hunter2-secret".to_owned(), "it is not JSON"),
            (text.replace("passkey/1", "passkey/2"), "it is not of the schema reauth.passkey/1"),
            (
                text.replace("sign_count", "count"),
                "fields are missing or are not what they should be",
            ),
            (
                text.replace("acme.my.salesforce.com", ""),
                "host, credential id or private key is empty",
            ),
        ] {
            assert_eq!(Passkey::parse(&wrong, &redactor).unwrap_err(), reason);
        }
    }

    #[test]
    fn a_passkey_fits_its_host_and_those_below() {
        let one = passkey(&Redactor::new());
        for (host, fits) in [
            ("acme.my.salesforce.com", true),
            ("qa.acme.my.salesforce.com", true),
            ("evilacme.my.salesforce.com", false),
            ("my.salesforce.com", false),
            ("acme.my.salesforce.com.evil.example", false),
            ("", false),
        ] {
            assert_eq!(one.fits(host), fits, "{host}");
        }
    }

    proptest! {
        #![proptest_config(cases())]

        #[test]
        fn the_counter_only_rises(before in 0..u32::MAX - HEAD_ROOM, second in 0..4_000_000_000_i64) {
            let mut one = passkey(&Redactor::new());
            one.credential.sign_count = before;
            one.move_on(Timestamp::from_second(second).unwrap());
            prop_assert!(one.credential.sign_count >= before);
            prop_assert!(i64::from(one.credential.sign_count) >= second.min(i64::from(u32::MAX - HEAD_ROOM)));
            prop_assert!(one.credential.sign_count <= u32::MAX - HEAD_ROOM);
        }

        #[test]
        fn a_damaged_passkey_is_refused_or_whole(bytes in damaged(
            passkey(&Redactor::new()).to_text().unwrap().as_bytes().to_vec()
        )) {
            let redactor = Redactor::new();
            let text = String::from_utf8_lossy(&bytes);
            if let Ok(one) = Passkey::parse(&text, &redactor) {
                prop_assert!(!one.credential.host.is_empty() && !one.credential.id.is_empty());
                prop_assert_eq!(&Passkey::parse(&one.to_text().unwrap(), &redactor).unwrap(), &one);
                let key = one.credential.private_key.expose();
                prop_assert!(key.len() < 8 || !format!("{one:?}").contains(key), "{:?}", one);
            }
        }
    }
}
