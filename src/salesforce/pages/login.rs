//! Login pages: user name and password on one page, or one after the other.

use super::PageError;
use super::visitor::Visitor;
use crate::browser::{Seen, Spend};

/// What was sent since the visit began: each at most once.
#[derive(Default)]
pub(super) struct Sent {
    username: bool,
    password: bool,
}

impl Visitor<'_> {
    /// Types the credentials where they belong, once.
    pub(super) async fn log_in(&mut self, seen: &Seen, sent: &mut Sent) -> Result<(), PageError> {
        if let Some(refusal) = self.refusals.of(self.username())
            && !sent.password
        {
            return Err(refusal);
        }
        if seen.in_frame {
            return Err(PageError::FrameLogin { origin: seen.origin.clone() });
        }
        let asks_for_password = seen.page == "login";
        let already = if asks_for_password { sent.password } else { sent.username };
        if already {
            let error = match seen.text("error").filter(|said| !said.is_empty()) {
                Some(said) => PageError::LoginRefused {
                    username: self.username().to_owned(),
                    said: said.to_owned(),
                },
                None => PageError::LoginAgain {
                    username: self.username().to_owned(),
                    host: seen.url.host_str().unwrap_or_default().to_owned(),
                },
            };
            self.refusals.add(self.username(), error.clone());
            return Err(error);
        }
        if !self.trusted.contains(&seen.origin) {
            return Err(PageError::UntrustedOrigin { origin: seen.origin.clone() });
        }
        if asks_for_password {
            self.notes.progress(&format!("logging in as {}", self.username()));
            if !sent.username && seen.element("username").is_some() {
                let field = self.element(seen, "username")?;
                self.session.type_into(field, &self.account.username).await?;
            }
            let Some(password) = &self.account.password else {
                return Err(PageError::NoPassword { username: self.username().to_owned() });
            };
            // Before the password is typed: dots tell its length.
            match self.session.screenshot().await {
                Ok(png) => self.picture = Some(png),
                Err(error) => tracing::debug!(%error, "no picture of the login page"),
            }
            let field = self.element(seen, "password")?;
            self.session.type_secret(field, password).await?;
            sent.password = true;
            // Until an answer is seen. Whatever ends this visit, the password is not sent again.
            self.refusals.add(
                self.username(),
                PageError::LoginUnanswered { username: self.username().to_owned() },
            );
        } else {
            self.notes.progress(&format!("giving the user name {}", self.username()));
            let field = self.element(seen, "username")?;
            self.session.type_into(field, &self.account.username).await?;
        }
        sent.username = true;
        self.press(seen, "submit", Spend::Document).await
    }
}
