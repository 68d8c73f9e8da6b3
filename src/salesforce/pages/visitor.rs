//! The one loop over recognised pages: from wherever the org leads to where we want to be. What is
//! done on a page stands in `login`, `verification`, `passkey` and `interludes`.

use std::collections::HashSet;
use std::future;
use std::sync::Arc;
use std::time::Duration;

use fantoccini::elements::Element;
use futures_util::future::BoxFuture;
use tokio::time::Instant;
use url::Url;

use super::oauth_error::oauth_error;
use super::verification::Verifying;
use super::way_in::WayIn;
use super::{PageError, Refusals, TrustedOrigins, Ways, interludes, login, passkey};
use crate::browser::{Look, Seen, Session, Spend, View};
use crate::config::Account;
use crate::failure::Failure;
use crate::salesforce::passkey::HeldPasskey;

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
    /// A person at the terminal is being asked this.
    fn asks(&self, question: &str);
    /// They have answered, or are no longer waited for.
    fn answered(&self);
    /// Something is about to be done on a page as this user: who watches is asked first, and may do it
    /// by hand meanwhile. Whether somebody was asked; nobody is where nobody watches.
    fn before_act<'a>(
        &'a self,
        _session: &'a Session,
        _seen: &'a Seen,
        _username: &'a str,
    ) -> BoxFuture<'a, Result<bool, Failure>> {
        Box::pin(future::ready(Ok(false)))
    }
    /// How long a person who watches was waited for, in all.
    fn paused(&self) -> Duration {
        Duration::ZERO
    }
    /// Something that will bite later.
    fn warn(&self, code: &'static str, message: String);
    /// A page was met, by its name in the catalogue.
    fn met(&self, page: &str);
    /// A session was had: by the login page (`form`), a front door, or the kept `profile`.
    fn logged_in(&self, by: &'static str);
}

/// A person's way through the pages of an org, in one browser session.
pub struct Visitor<'run> {
    pub(super) session: &'run Session,
    pub(super) account: &'run Account,
    pub(super) trusted: TrustedOrigins,
    pub(super) notes: &'run dyn Notes,
    pub(super) limit: Duration,
    pub(super) refusals: &'run Refusals,
    /// On the window's authenticator, if the user has one.
    pub(super) passkey: Option<Arc<HeldPasskey>>,
    /// Where the visit was to lead: an address that may hold secrets.
    pub(super) goal: Option<String>,
    warned: HashSet<String>,
    /// Pages, by name and document, that somebody was asked about.
    asked: HashSet<(String, String)>,
    pub(super) ways: Ways<'run>,
    pub(super) login_view: Option<View>,
}

/// What was done since a visit began, page by page.
#[derive(Default)]
pub(super) struct Visit {
    /// What was sent to login pages.
    pub(super) login: login::Sent,
    /// A passkey that was shown.
    pub(super) passkey: passkey::Shown,
    /// Pages that were passed.
    pub(super) passed: interludes::Passed,
    /// How it came in.
    pub(super) way_in: WayIn,
    /// How its user was verified.
    pub(super) verifying: Verifying,
}

impl Visit {
    /// One that begins where the browser is.
    fn going_on() -> Self {
        Self { way_in: WayIn::going_on(), ..Self::default() }
    }
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
            passkey: None,
            notes,
            limit,
            goal: None,
            warned: HashSet::new(),
            asked: HashSet::new(),
            ways: Ways::default(),
            login_view: None,
        }
    }

    /// With the passkey that was put on the session.
    #[must_use]
    pub fn with_passkey(self, passkey: Option<Arc<HeldPasskey>>) -> Self {
        Self { passkey, ..self }
    }

    /// What may be used besides the login page.
    #[must_use]
    pub fn by(self, ways: Ways<'run>) -> Self {
        Self { ways, ..self }
    }

    /// The session that the visitor walks in.
    pub fn session(&self) -> &'run Session {
        self.session
    }

    /// How long each visit may take.
    pub fn limit(&self) -> Duration {
        self.limit
    }

    /// Tells something worth a line.
    pub(super) fn progress(&self, text: &str) {
        self.notes.progress(text);
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
        let mut deadline = Instant::now() + self.limit;
        let mut visit = Visit::default();
        self.set_out(url, &mut visit.way_in).await?;
        self.arrive(wanted, &mut deadline, visit).await
    }

    /// Goes on from where the browser is until one of `wanted` or the callback is shown.
    ///
    /// # Errors
    /// As [`Visitor::go`].
    pub async fn go_on(&mut self, wanted: &[&str]) -> Result<Arrival, PageError> {
        self.go_on_until(wanted, &mut (Instant::now() + self.limit)).await
    }

    /// Goes on from where the browser is until one of `wanted` or the callback is shown, for a loop
    /// that has a limit of its own: a person who was asked on the way has moved it.
    ///
    /// # Errors
    /// As [`Visitor::go`].
    pub async fn go_on_until(
        &mut self,
        wanted: &[&str],
        deadline: &mut Instant,
    ) -> Result<Arrival, PageError> {
        self.arrive(wanted, deadline, Visit::going_on()).await
    }

    async fn arrive(
        &mut self,
        wanted: &[&str],
        until: &mut Instant,
        mut visit: Visit,
    ) -> Result<Arrival, PageError> {
        let known: Vec<&str> =
            wanted.iter().copied().chain(["login", "login-identifier"]).collect();
        loop {
            let deadline = *until;
            let look = self.session.look(&known, visit.passkey.patience(deadline)).await?;
            if self.await_passkey(&look, &mut visit.passkey, deadline).await? {
                continue;
            }
            let seen = match look {
                Look::Callback(url) => {
                    // An error may be told before anybody has logged in.
                    if !url.query_pairs().any(|(name, _)| name == "error") {
                        self.refusals.clear(self.username());
                        self.refusals.codes.clear(self.username());
                        self.tell_way_in(&mut visit.way_in, true);
                    }
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
            let arrived = wanted.contains(&seen.page.as_str());
            let paused = self.notes.paused();
            if !arrived && acts_on(&seen.page) && self.asks_before(&seen).await? {
                // They may have gone on by hand.
                *until += self.notes.paused().saturating_sub(paused);
                continue;
            }
            for part in ["signature", "frame"] {
                self.warn_of_drift(&seen, part);
            }
            self.notes.met(&seen.page);
            self.note_where_login_led(&seen, &mut visit.login);
            if self.proves_login(&seen, wanted) {
                self.refusals.clear(self.username());
                visit.login.was_accepted();
                self.tell_way_in(&mut visit.way_in, arrived);
            }
            if self.proves_verification(&seen, wanted) {
                self.refusals.codes.clear(self.username());
            }
            if arrived {
                return Ok(Arrival::Page(seen));
            }
            visit.passed.met(&seen)?;
            match seen.page.as_str() {
                "login" | "login-identifier" => {
                    // Another login is verified anew.
                    visit.verifying = Verifying::default();
                    self.come_in(&seen, &mut visit).await?;
                }
                "verification-email" | "verification-sms" | "verification-totp"
                | "verification-other" => self.verify(&seen, &mut visit, deadline).await?,
                "passkey-enrolment" | "passkey-verification" => {
                    self.answer_passkey(&seen, &mut visit, deadline).await?;
                }
                "register-phone" | "change-password" | "maintenance" | "reminder"
                | "reminder-cancel" | "session-timeout" => {
                    self.pass(&seen, &mut visit, deadline).await?
                }
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

    /// Lets who watches look at a page before something is done on it: once for each document. Whether
    /// they were asked; then the page may be another one by now.
    ///
    /// # Errors
    /// [`PageError::Stopped`].
    pub(super) async fn asks_before(&mut self, seen: &Seen) -> Result<bool, PageError> {
        if !self.asked.insert((seen.page.clone(), seen.document.clone())) {
            return Ok(false);
        }
        let asked = self.notes.before_act(self.session, seen, self.username()).await;
        asked.map_err(|failure| PageError::Stopped(Box::new(failure)))
    }

    /// Whether this page is one of the org's, at the top of the window.
    pub fn may_approve(&self, seen: &Seen) -> bool {
        !seen.in_frame && (self.trusted.contains(&seen.origin) || self.trusted.is_family(&seen.url))
    }

    /// Whether this page, in a frame or not, is one of the org's.
    pub(super) fn is_ours(&self, seen: &Seen) -> bool {
        self.trusted.contains(&seen.origin)
            || self.trusted.is_family(&seen.url)
            || self.trusted.is_of_org(&seen.url)
    }

    /// What the login page looked like before the password was typed.
    pub fn take_login_view(&mut self) -> Option<View> {
        self.login_view.take()
    }

    /// Presses an element of a page, which is then not recognised again until it is another one. False
    /// if the document has gone meanwhile: nothing was pressed, and there is another one to look at.
    ///
    /// # Errors
    /// [`PageError::NoElement`], or the browser's.
    pub async fn press(
        &mut self,
        seen: &Seen,
        element: &'static str,
        spend: Spend,
    ) -> Result<bool, PageError> {
        let complete = self.completed(seen, element).await?;
        let seen = complete.as_ref().unwrap_or(seen);
        let target = self.element(seen, element)?.clone();
        self.session.spend(&seen.page, spend).await?;
        match self.session.click(&target).await {
            Ok(()) => Ok(true),
            // Rendered again since it was seen: the same page's element, found anew.
            Err(error) if error.is_page_gone() => {
                match self.session.press_again(seen, element, spend).await {
                    Err(error) if error.is_page_gone() => Ok(false),
                    pressed => Ok(pressed?),
                }
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The page as it is when it has this element, where it had not: it may have been seen just while it
    /// was rendering. Nothing where it has it, or does not get it in a moment.
    async fn completed(&self, seen: &Seen, element: &str) -> Result<Option<Seen>, PageError> {
        if seen.element(element).is_some() {
            return Ok(None);
        }
        let until = Instant::now() + MOMENT;
        while Instant::now() < until {
            self.session.spend(&seen.page, Spend::Content).await?;
            match self.session.look(&[&seen.page], until).await? {
                Look::Page(again) if again.page != seen.page => return Ok(None),
                Look::Page(again) if again.element(element).is_some() => return Ok(Some(again)),
                Look::Page(_) => {}
                _ => return Ok(None),
            }
        }
        Ok(None)
    }

    /// An element that has to be there.
    pub(super) fn element<'seen>(
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
        if seen.drift.contains(&format!("{}.{part}", seen.page)) {
            self.warn_of_fallback(&seen.page, part);
        }
    }

    /// Warns, once, that only a fallback found this part of a page.
    pub(super) fn warn_of_fallback(&mut self, page: &str, part: &str) {
        let name = format!("{page}.{part}");
        if self.warned.insert(name.clone()) {
            self.notes.warn(
                "browser.locator_drift",
                format!("only a fallback found `{name}`: the page has changed; move the candidate that fits to the front in webdriver/locators.toml"),
            );
        }
    }
}

/// How long a page may take to show what it is known to have.
const MOMENT: Duration = Duration::from_secs(2);

/// Whether something is done on a page that comes on the way; the others end the visit, or are waited
/// for.
fn acts_on(page: &str) -> bool {
    !matches!(
        page,
        "maintenance"
            | "change-password"
            | "insufficient-privileges"
            | "oauth-error"
            | "oauth-error-text"
    )
}

/// Host and path of a URL: queries hold codes and secrets.
pub(super) fn place(url: &Url) -> String {
    format!("{}{}", url.host_str().unwrap_or(url.scheme()), url.path())
}
