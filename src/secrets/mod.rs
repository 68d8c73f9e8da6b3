//! Secrets as a type that cannot be printed by accident, and the one redactor that knows them all.
//!
//! A secret comes into being through [`Redactor::learn`], so that there is no moment at which the
//! program holds a secret that the redactor does not know.

pub mod ask;
pub mod excerpt;
mod names;
mod redactor;
mod totp;

pub use names::is_secret_name;
pub(crate) use redactor::is_stand_in;
pub use redactor::{RedactingWriter, Redactor};
pub use totp::{SeedError, Taken, TotpSeed};

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

/// A password, token, code, client secret or `Authorization` value. Zeroised when dropped; prints
/// as its label.
#[derive(Clone)]
pub struct Secret {
    label: &'static str,
    value: SecretString,
}

impl Secret {
    /// The value itself, for the one place that has to send or type it.
    pub fn expose(&self) -> &str {
        self.value.expose_secret()
    }

    /// What the secret is, e.g. `oauth.user.token`.
    pub fn label(&self) -> &'static str {
        self.label
    }

    /// Whether the value is the empty string.
    pub fn is_empty(&self) -> bool {
        self.expose().is_empty()
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "«{}»", self.label)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, formatter)
    }
}
