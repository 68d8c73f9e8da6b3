//! The one loop over recognised pages: from wherever the org leads to where we want to be.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fantoccini::elements::Element;
use tokio::time::Instant;
use url::Url;

use super::PageError;
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

/// Origins whose pages may be given credentials. https, or http on loopback names.
#[derive(Debug, Clone, Default)]
pub struct TrustedOrigins(Arc<Mutex<HashSet<String>>>);

impl TrustedOrigins {
    /// Trusts the origin of `url`.
    pub fn trust(&self, url: &Url) {
        let origin = url.origin().ascii_serialization();
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).insert(origin);
    }

    /// Whether a host that a service or a page named belongs to the same provider as a trusted one:
    /// an address learnt from elsewhere must not make us type a password, or approve, anywhere else.
    pub fn is_family(&self, learnt: &Url) -> bool {
        let trusted = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        trusted
            .iter()
            .filter_map(|origin| Url::parse(origin).ok())
            .any(|trusted| is_same_provider(&trusted, learnt))
    }

    /// Whether a page of this origin may be given credentials.
    pub fn contains(&self, origin: &str) -> bool {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).contains(origin)
    }
}

/// Same scheme and same last two labels, as `login.salesforce.com` and `acme.my.salesforce.com`.
fn is_same_provider(trusted: &Url, learnt: &Url) -> bool {
    let provider = |url: &Url| {
        let mut labels = url.host_str()?.rsplit('.');
        Some((url.scheme().to_owned(), labels.next()?.to_owned(), labels.next()?.to_owned()))
    };
    let is_host_of_a_provider =
        learnt.host_str().is_some_and(|host| host.matches('.').count() >= 2);
    is_host_of_a_provider && provider(trusted).is_some() && provider(trusted) == provider(learnt)
}

/// Logins that were refused, or whose answer was never seen, by user name: their credentials are
/// never sent again in this run, so that nobody is locked out.
#[derive(Default)]
pub struct Refusals(Mutex<HashMap<String, PageError>>);

impl Refusals {
    /// Why the login of this user was refused, if it was.
    pub fn of(&self, username: &str) -> Option<PageError> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get(username).cloned()
    }

    fn add(&self, username: &str, refusal: PageError) {
        let mut refusals = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        refusals.insert(username.to_owned(), refusal);
    }

    /// What came after the login was no login page: it was accepted.
    fn clear(&self, username: &str) {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).remove(username);
    }
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

/// The error that an authorize page without redirect shows: `<pre>error=…&error_description=…</pre>`.
/// `None` for every other page, such as the one that leads to the login.
pub fn oauth_error_in(html: &str) -> Option<PageError> {
    let start = html.find("error=")?;
    let before = html[..start].trim_end();
    if !before.is_empty() && !before.ends_with('>') {
        return None;
    }
    let query = html[start..].split(|c: char| c == '<' || c.is_whitespace()).next()?;
    Some(oauth_error(&query.replace("&amp;", "&")))
}

/// The error in the query of an address that an authorize request led to, if there is one.
pub fn oauth_error_of(address: &Url) -> Option<PageError> {
    let has_error = address.query_pairs().any(|(name, _)| name == "error");
    has_error.then(|| oauth_error(address.query().unwrap_or_default()))
}

/// Reads `error=…&error_description=…` as Salesforce writes it.
pub(super) fn oauth_error(query: &str) -> PageError {
    let fields: Vec<(String, String)> =
        url::form_urlencoded::parse(query.trim().as_bytes()).into_owned().collect();
    let value = |name: &str| {
        fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.trim().to_owned())
    };
    PageError::Oauth {
        error: value("error").unwrap_or_else(|| "unknown_error".to_owned()),
        description: value("error_description").filter(|text| !text.is_empty()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn oauth_errors_are_read_as_salesforce_writes_them() {
        for (query, shown) in [
            (
                "error=redirect_uri_mismatch&error_description=redirect_uri%20must%20match%20configuration",
                "Salesforce does not authorise: redirect_uri_mismatch (redirect_uri must match configuration)",
            ),
            (
                "error=access_denied&error_description=end-user+denied+authorization&state=x",
                "Salesforce does not authorise: access_denied (end-user denied authorization)",
            ),
            ("", "Salesforce does not authorise: unknown_error"),
        ] {
            assert_eq!(oauth_error(query).to_string(), shown);
        }
    }

    #[test]
    fn an_error_page_is_told_from_a_login_page() {
        let page = "<html><body><pre>error=invalid_client_id&amp;error_description=client%20identifier%20invalid</pre></body></html>";
        assert_eq!(
            oauth_error_in(page).unwrap().to_string(),
            "Salesforce does not authorise: invalid_client_id (client identifier invalid)"
        );
        for page in ["", "<html>login</html>", "<a href='/?error=x'>y</a>"] {
            assert!(oauth_error_in(page).is_none(), "{page}");
        }
    }

    #[test]
    fn a_learnt_host_must_belong_to_the_family() {
        let trusted = TrustedOrigins::default();
        trusted.trust(&Url::parse("https://test.salesforce.com").unwrap());
        for (url, expected) in [
            ("https://acme--qa.sandbox.my.salesforce.com", true),
            ("https://acme.my.salesforce.com/services", true),
            ("http://acme.my.salesforce.com", false),
            ("https://login.salesforce.com.evil.example", false),
            ("https://evilsalesforce.com", false),
            ("https://salesforce.com", false),
        ] {
            assert_eq!(trusted.is_family(&Url::parse(url).unwrap()), expected, "{url}");
        }
    }

    #[test]
    fn only_exact_origins_are_trusted() {
        let trusted = TrustedOrigins::default();
        trusted.trust(&Url::parse("https://login.salesforce.com/path").unwrap());
        assert!(trusted.contains("https://login.salesforce.com"));
        for origin in [
            "http://login.salesforce.com",
            "https://login.salesforce.com.evil.example",
            "https://login.salesforce.com:8443",
            "null",
        ] {
            assert!(!trusted.contains(origin), "{origin}");
        }
    }
}
