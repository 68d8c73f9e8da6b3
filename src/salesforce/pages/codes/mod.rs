//! Verification codes: where they come from, and how many of them may be sent.
//!
//! A code is made from a seed, printed by a program that reads the user's mail, or typed by a
//! person. It says nothing of pages: those are the business of `verification`.

mod command;
mod error;
mod extract;
mod sent;

use std::time::SystemTime;

use tokio::time::{Instant, sleep};

use super::visitor::Notes;
use crate::config::Account;
use crate::secrets::{Redactor, Secret, Taken, ask};

pub use error::VerificationError;
use error::VerificationError as Error;
pub(super) use sent::CodesSent;

/// How often a person may mistype what is no code at all.
const QUESTIONS: usize = 3;
pub(super) const LABEL: &str = "verification code";

/// How Salesforce verifies who a user is, as far as a code does it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// A code sent by e-mail.
    Email,
    /// A code sent by SMS.
    Sms,
    /// A code of an authenticator app (RFC 6238).
    Totp,
}

impl Method {
    /// The word for it in the environment of `verification_code_command`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
            Self::Totp => "totp",
        }
    }

    /// What is asked for, with an article.
    pub fn what(self) -> &'static str {
        match self {
            Self::Email => "a code sent by e-mail",
            Self::Sms => "a code sent by SMS",
            Self::Totp => "a code of an authenticator app",
        }
    }
}

/// Where a code for this user can be had without or with a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    Seed,
    Command,
    Person,
}

/// Where codes of a method come from, if from anywhere.
pub(super) fn source_of(method: Method, account: &Account) -> Option<Source> {
    if method == Method::Totp && account.totp_secret.is_some() {
        Some(Source::Seed)
    } else if account.verification_code_command.is_some() {
        Some(Source::Command)
    } else {
        ask::is_possible().then_some(Source::Person)
    }
}

/// A code that a page asks for.
pub(super) struct Asked<'a> {
    pub(super) method: Method,
    pub(super) account: &'a Account,
    /// What the page says of where the code went.
    pub(super) about: Option<String>,
    /// 1, or 2 after the page refused one.
    pub(super) attempt: u32,
    /// When the visit ends.
    pub(super) deadline: Instant,
}

impl Asked<'_> {
    /// Gets a code.
    ///
    /// # Errors
    /// [`VerificationError`].
    pub(super) async fn code(
        &self,
        redactor: &Redactor,
        notes: &dyn Notes,
    ) -> Result<Secret, Error> {
        match source_of(self.method, self.account) {
            Some(Source::Seed) => self.made(notes).await,
            Some(Source::Command) => {
                notes.progress(&format!("asking the command for {}", self.method.what()));
                command::run(self, redactor).await
            }
            Some(Source::Person) => self.typed(redactor, notes).await,
            None => Err(Error::NotConfigured {
                method: self.method,
                username: self.account.username.clone(),
                about: self.about.clone(),
            }),
        }
    }

    /// A code of the seed; where the present one is used or nearly over, the next one.
    async fn made(&self, notes: &dyn Notes) -> Result<Secret, Error> {
        let Some(seed) = &self.account.totp_secret else {
            return Err(Error::NoAnswer { username: self.account.username.clone() });
        };
        loop {
            match seed.take(SystemTime::now()) {
                Taken::Code(code) => return Ok(code),
                Taken::NotFor(wait) if Instant::now() + wait >= self.deadline => {
                    return Err(Error::TooLate { username: self.account.username.clone(), wait });
                }
                Taken::NotFor(wait) => {
                    let seconds = wait.as_secs_f64().ceil();
                    notes.progress(&format!(
                        "waiting {seconds} s for the authenticator's next code"
                    ));
                    sleep(wait).await;
                }
            }
        }
    }

    /// A code that a person types.
    async fn typed(&self, redactor: &Redactor, notes: &dyn Notes) -> Result<Secret, Error> {
        let username = || self.account.username.clone();
        let about = self.about.as_ref().map(|about| format!(" ({about})")).unwrap_or_default();
        let again = if self.attempt > 1 { "the code was refused; " } else { "" };
        let question = format!(
            "{again}{} asks for {}{about}; it is not shown while you type:",
            self.account.username,
            self.method.what()
        );
        for question in std::iter::once(question.as_str())
            .chain(std::iter::repeat("a code has 5 to 8 digits; type it again:"))
            .take(QUESTIONS)
        {
            let asked = async {
                let hidden = ask::Hidden::begin()?;
                notes.asks(question);
                hidden.line().await
            };
            let answer = tokio::time::timeout_at(self.deadline, asked).await;
            notes.answered();
            let line = match answer {
                Err(_) | Ok(Ok(None)) => return Err(Error::NoAnswer { username: username() }),
                Ok(Err(error)) => {
                    return Err(Error::NoTerminal {
                        username: username(),
                        reason: error.to_string(),
                    });
                }
                Ok(Ok(Some(line))) => line,
            };
            if let Some(code) = extract::code_in(&line) {
                return Ok(redactor.learn_code(LABEL, code));
            }
        }
        Err(Error::NoAnswer { username: username() })
    }
}
