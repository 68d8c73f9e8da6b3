//! A passkey while a run uses it.

use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

use super::{Passkey, PasskeyError, PasskeyFile};
use crate::browser::{BrowserError, Session};
use crate::config::PasskeyAt;
use crate::secrets::Redactor;

/// A user's passkey in a run: put on every window that the run opens for them, its counter kept
/// ahead and written back where that is possible.
pub struct HeldPasskey {
    /// None for one that was handed over as a secret, which cannot be changed.
    file: Option<PasskeyFile>,
    redactor: Redactor,
    passkey: Mutex<Passkey>,
    /// It was refused: it is not shown again in this run.
    refused: Mutex<Option<PasskeyError>>,
}

impl HeldPasskey {
    /// Reads the passkey. Nothing is written yet.
    ///
    /// # Errors
    /// As [`PasskeyFile::read`].
    pub fn load(at: &PasskeyAt, redactor: &Redactor) -> Result<Self, PasskeyError> {
        let (file, passkey) = match at {
            PasskeyAt::File(path) => {
                let file = PasskeyFile::at(path);
                let passkey = file.read(redactor)?;
                (Some(file), passkey)
            }
            PasskeyAt::Given(secret) => {
                let passkey = Passkey::parse(secret.expose(), redactor).map_err(|reason| {
                    PasskeyError::Malformed { place: format!("`{}`", secret.label()), reason }
                })?;
                (None, passkey)
            }
        };
        Ok(Self {
            file,
            redactor: redactor.clone(),
            passkey: Mutex::new(passkey),
            refused: Mutex::default(),
        })
    }

    /// Puts the passkey on a window, with a counter ahead of every use that may have been. That is
    /// written down before it is used, so that another process, or a run after a crash, takes a
    /// higher one.
    ///
    /// # Errors
    /// The browser's. That the file could not be written is no error: the clock keeps the counter
    /// ahead; it is answered, to be told.
    pub async fn put_on(&self, window: &Session) -> Result<Option<PasskeyError>, BrowserError> {
        window.add_authenticator().await?;
        if self.refusal().is_some() {
            return Ok(None);
        }
        let (passkey, unwritten) = self.move_on();
        window.add_credential(&passkey.credential).await?;
        Ok(unwritten)
    }

    fn move_on(&self) -> (Passkey, Option<PasskeyError>) {
        let mut passkey = self.passkey.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Timestamp::now();
        let written = self.file.as_ref().map(|file| {
            file.update(&self.redactor, |there| {
                if is_same(there, &passkey) {
                    let count = there.credential.sign_count.max(passkey.credential.sign_count);
                    there.credential.sign_count = count;
                    there.move_on(now);
                }
            })
        });
        match written {
            Some(Ok(there)) if is_same(&there, &passkey) => {
                *passkey = there;
                (passkey.clone(), None)
            }
            // Another passkey was put into the file meanwhile: that one's counter is not ours.
            None | Some(Ok(_)) => {
                passkey.move_on(now);
                (passkey.clone(), None)
            }
            Some(Err(error)) => {
                passkey.move_on(now);
                (passkey.clone(), Some(error))
            }
        }
    }

    /// Reads the counter back from a window, and writes it down if it has risen. Answers whether it
    /// has: then a page was given an answer.
    ///
    /// # Errors
    /// The browser's; that the file could not be written is answered beside it.
    pub async fn read_back(
        &self,
        window: &Session,
    ) -> Result<(bool, Option<PasskeyError>), BrowserError> {
        let held = window.credentials().await?;
        let mut passkey = self.passkey.lock().unwrap_or_else(PoisonError::into_inner);
        let own = held.into_iter().find(|credential| credential.id == passkey.credential.id);
        let Some(own) = own.filter(|own| own.sign_count > passkey.credential.sign_count) else {
            return Ok((false, None));
        };
        passkey.credential.sign_count = own.sign_count;
        let written = self.file.as_ref().map(|file| {
            file.update(&self.redactor, |there| {
                if is_same(there, &passkey) {
                    let count = there.credential.sign_count.max(own.sign_count);
                    there.credential.sign_count = count;
                }
            })
        });
        Ok((true, written.and_then(Result::err)))
    }

    /// The passkey as it is now.
    pub fn passkey(&self) -> Passkey {
        self.passkey.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether it can be shown on a page of this host; else the host that it is for.
    pub(in super::super) fn fits(&self, host: &str) -> Result<(), String> {
        let passkey = self.passkey.lock().unwrap_or_else(PoisonError::into_inner);
        if passkey.fits(host) { Ok(()) } else { Err(passkey.host().to_owned()) }
    }

    /// Why it was refused, if it was.
    pub(in super::super) fn refusal(&self) -> Option<PasskeyError> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(in super::super) fn refuse(&self, refusal: PasskeyError) {
        *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = Some(refusal);
    }
}

/// Whether both are one passkey, whatever their counters.
fn is_same(one: &Passkey, other: &Passkey) -> bool {
    one.credential.id == other.credential.id
}
