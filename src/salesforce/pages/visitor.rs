//! The one loop over recognised pages: from wherever the org leads to where we want to be.

use std::collections::HashSet;
use std::time::Duration;

use fantoccini::elements::Element;
use tokio::time::Instant;
use url::Url;

use super::oauth_error::oauth_error;
use super::{PageError, Refusals, TrustedOrigins};
use crate::browser::{Look, Seen, Session, Spend};
use crate::config::Account;

/// Where a visit ended.
#[derive(Debug)]
pub enum Arrival {
    /// At one of the pages wanted.
    Page(Seen),
    /// At the callback.
    Callback(Url),
}

/// What a visit has to tell while it goes on.
pub trait Notes: Send + Sync {
    /// Something worth a line.
    fn progress(&self, text: &str);
    /// Something that will bite later.
    fn warn(&self, code: &'static str, message: String);
}

/// A person's way through the pages of an org, in one browser session.
pub struct Visitor<'run> {
    session: &'run Session,
    account: &'run Account,
    trusted: TrustedOrigins,
    notes: &'run dyn Notes,
    limit: Duration,
    refusals: &'run Refusals,
    warned: HashSet<String>,
    picture: Option<Vec<u8>>,
}

/// What was sent since the visit began: each at most once.
#[derive(Default)]
struct Sent {
    username: bool,
    password: bool,
}

impl<'run> Visitor<'run> {
    /// A visitor who logs in as `account` where a trusted origin asks. `limit` bounds each visit.
    pub fn new(
        session: &'run Session,
        account: &'run Account,
        trusted: TrustedOrigins,
        refusals: &'run Refusals,
        notes: &'run dyn Notes,
        limit: Duration,
    ) -> Self {
        Self {
            session,
            account,
            trusted,
            refusals,
            notes,
            limit,
            warned: HashSet::new(),
            picture: None,
        }
    }

    /// The session that the visitor walks in.
    pub fn session(&self) -> &'run Session {
        self.session
    }

    /// How long each visit may take.
    pub fn limit(&self) -> Duration {
        self.limit
    }

    /// Who it is.
    pub fn username(&self) -> &str {
        &self.account.username
    }

    /// Opens `url` and goes through whatever comes until one of `wanted` or the callback is shown.
    ///
    /// # Errors
    /// [`PageError`]: refused, in the way, unknown page, untrusted origin …
    pub async fn go(&mut self, url: &str, wanted: &[&str]) -> Result<Arrival, PageError> {
        let deadline = Instant::now() + self.limit;
        self.session.goto(url).await?;
        self.arrive(wanted, deadline).await
    }

    /// Goes on from where the browser is until one of `wanted` or the callback is shown.
    ///
    /// # Errors
    /// As [`Visitor::go`].
    pub async fn go_on(&mut self, wanted: &[&str]) -> Result<Arrival, PageError> {
        self.arrive(wanted, Instant::now() + self.limit).await
    }

    /// Goes on from where the browser is until one of `wanted` or the callback is shown, for a loop
    /// that has a limit of its own.
    ///
    /// # Errors
    /// As [`Visitor::go`].
    pub async fn go_on_until(
        &mut self,
        wanted: &[&str],
        deadline: Instant,
    ) -> Result<Arrival, PageError> {
        self.arrive(wanted, deadline).await
    }

    async fn arrive(&mut self, wanted: &[&str], deadline: Instant) -> Result<Arrival, PageError> {
        let mut sent = Sent::default();
        let known: Vec<&str> =
            wanted.iter().copied().chain(["login", "login-identifier"]).collect();
        loop {
            let seen = match self.session.look(&known, deadline).await? {
                Look::Callback(url) => {
                    self.refusals.clear(self.username());
                    return Ok(Arrival::Callback(url));
                }
                Look::Dialog(text) if Instant::now() >= deadline => {
                    return Err(PageError::EndlessDialogs { text });
                }
                Look::Dialog(text) => {
                    // A page that will not be left without a word: nothing of ours is in it.
                    self.notes.progress(&format!("answering a dialog: {text}"));
                    self.session.accept_dialog().await?;
                    continue;
                }
                Look::Unreachable(url) => {
                    return Err(PageError::Unreachable { place: place(&url) });
                }
                Look::Nothing { url, title } => {
                    return Err(PageError::UnknownPage {
                        expected: wanted.join(" or "),
                        place: place(&url),
                        title,
                        limit: self.limit,
                    });
                }
                Look::Page(seen) => seen,
            };
            for part in ["signature", "frame"] {
                self.warn_of_drift(&seen, part);
            }
            if !seen.page.starts_with("login") {
                self.refusals.clear(self.username());
            }
            if wanted.contains(&seen.page.as_str()) {
                return Ok(Arrival::Page(seen));
            }
            match seen.page.as_str() {
                "login" | "login-identifier" => self.log_in(&seen, &mut sent).await?,
                "insufficient-privileges" => {
                    return Err(PageError::SetupForbidden { username: self.username().to_owned() });
                }
                "oauth-error" => return Err(oauth_error(seen.url.query().unwrap_or_default())),
                "oauth-error-text" => {
                    return Err(oauth_error(seen.text("text").unwrap_or_default()));
                }
                _ => {
                    return Err(PageError::InTheWay {
                        page: seen.page.clone(),
                        place: place(&seen.url),
                    });
                }
            }
        }
    }

    /// Types the credentials where they belong, once.
    async fn log_in(&mut self, seen: &Seen, sent: &mut Sent) -> Result<(), PageError> {
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
            // Before the password is typed: dots tell its length.
            match self.session.screenshot().await {
                Ok(png) => self.picture = Some(png),
                Err(error) => tracing::debug!(%error, "no picture of the login page"),
            }
            let field = self.element(seen, "password")?;
            self.session.type_secret(field, &self.account.password).await?;
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

    /// Whether this page is one of the org's, at the top of the window.
    pub fn may_approve(&self, seen: &Seen) -> bool {
        !seen.in_frame && (self.trusted.contains(&seen.origin) || self.trusted.is_family(&seen.url))
    }

    /// What the login page looked like before the password was typed.
    pub fn take_picture(&mut self) -> Option<Vec<u8>> {
        self.picture.take()
    }

    /// Presses an element of a page, which is then not recognised again until it is another one.
    ///
    /// # Errors
    /// [`PageError::NoElement`], or the browser's.
    pub async fn press(
        &mut self,
        seen: &Seen,
        element: &'static str,
        spend: Spend,
    ) -> Result<(), PageError> {
        let target = self.element(seen, element)?.clone();
        self.session.spend(&seen.page, spend).await?;
        self.session.click(&target).await?;
        Ok(())
    }

    /// An element that has to be there.
    fn element<'seen>(
        &mut self,
        seen: &'seen Seen,
        element: &'static str,
    ) -> Result<&'seen Element, PageError> {
        let found = seen
            .element(element)
            .ok_or_else(|| PageError::NoElement { page: seen.page.clone(), element })?;
        self.warn_of_drift(seen, element);
        Ok(found)
    }

    /// Warns, once, where only a fallback found this part of a page.
    fn warn_of_drift(&mut self, seen: &Seen, part: &str) {
        let name = format!("{}.{part}", seen.page);
        if seen.drift.contains(&name) && self.warned.insert(name.clone()) {
            self.notes.warn(
                "browser.locator_drift",
                format!("only a fallback found `{name}`: the page has changed; move the candidate that fits to the front in webdriver/locators.toml"),
            );
        }
    }
}

/// Host and path of a URL: queries hold codes and secrets.
fn place(url: &Url) -> String {
    format!("{}{}", url.host_str().unwrap_or(url.scheme()), url.path())
}
