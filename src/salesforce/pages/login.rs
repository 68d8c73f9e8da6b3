//! Login pages: user name and password on one page, or one after the other. Credentials are sent
//! once for each login that the org demands, and never again after a rejection.

use url::Url;

use super::PageError;
use super::visitor::Visitor;
use crate::browser::{Seen, Typed};
use crate::failure::Failure;

/// Logins that one visit may take: at the login host, at My Domain, and one that is asked again.
pub(super) const MOST_OF_A_VISIT: usize = 3;
/// Logins of one user that a run may take, its restoration included.
const MOST_OF_A_RUN: u32 = 10;

/// How often a form may be rendered again while it is filled.
const MOST_UNFILLED: u32 = 5;

/// What was sent since the visit began: for each login once.
#[derive(Default)]
pub(super) struct Sent {
    /// Of the login that is going on.
    username: bool,
    password: bool,
    /// No page but login pages was seen since the password was sent.
    is_latest: bool,
    /// The page that we went on from by ourselves since. A login page that comes then answers that,
    /// and not the login.
    left: Option<String>,
    /// How often a form did not hold what was typed into it.
    unfilled: u32,
    /// The hosts that the password was sent to.
    hosts: Vec<String>,
}

impl Sent {
    /// A page behind the login was seen: what asks from now on is another login.
    pub(super) fn was_accepted(&mut self) {
        self.username = false;
        self.password = false;
        self.left = None;
    }

    /// Something was opened anew from this page, which says nothing of the login.
    pub(super) fn went_on_from(&mut self, page: &str) {
        if self.password {
            self.left = Some(page.to_owned());
        } else {
            // A user name alone may be given again.
            self.username = false;
        }
    }

    /// Whether a login page without a word about the last login asks for another one: it is another
    /// host's, or the org led to it because something behind it demands a login.
    fn is_demanded_anew(&self, login_page: &Url) -> bool {
        let is_other_host = self.hosts.last().map(String::as_str) != login_page.host_str();
        self.password && self.left.is_none() && (is_other_host || is_demand(login_page))
    }

    /// Whether one more login at this host is in order, after so many of the user in this run.
    fn may_log_in(&self, host: &str, logins: u32) -> bool {
        let here = self.hosts.iter().filter(|known| *known == host).count();
        self.hosts.len() < MOST_OF_A_VISIT && here < 2 && logins < MOST_OF_A_RUN
    }
}

/// `ec=301`: the session timed out; `ec=302`: a login is required. The page that answers a login
/// has neither (facts: salesforce.md section 1).
fn is_demand(login_page: &Url) -> bool {
    login_page.query_pairs().any(|(key, value)| key == "ec" && matches!(&*value, "301" | "302"))
}

/// Why no login was made.
#[derive(Debug, Clone, thiserror::Error)]
pub enum LoginError {
    /// The org asks again and again, and takes each login.
    #[error(
        "Salesforce asked {username} for another login, though {} was made and taken (at {})",
        if *logins == 1 { "one".to_owned() } else { format!("each of {logins}") },
        hosts.join(", ")
    )]
    TooOften {
        /// Who logged in.
        username: String,
        /// How many logins were made.
        logins: u32,
        /// Where, of this visit.
        hosts: Vec<String>,
    },
    /// What came after the password says nothing of it, and then there is a login page again.
    #[error(
        "the credentials of {username} were sent to {host}, what came was the `{page}` page, and then a login page again: whether they were taken cannot be told, and they are not sent again"
    )]
    Unanswered {
        /// Who tried.
        username: String,
        /// Where.
        host: String,
        /// The page that came, by its name in the catalogue.
        page: String,
    },
    /// A form that does not keep what is typed.
    #[error(
        "the login page of {host} was rendered again each of {times} times that it was filled: nothing was sent"
    )]
    NotFilled {
        /// Where.
        host: String,
        /// How often it was tried.
        times: u32,
    },
}

impl From<LoginError> for Failure {
    fn from(error: LoginError) -> Self {
        let message = error.to_string();
        match error {
            LoginError::TooOften { .. } => Self::scenario("salesforce.login_loop", message)
                .hint("a session that does not hold: look whether the browser keeps cookies, and whether the org locks sessions to an IP address (Setup → Session Settings)")
                .hint("log in by hand in a fresh browser profile and open the same page; run with --headed to watch"),
            LoginError::Unanswered { .. } => Self::scenario("salesforce.login_unanswered", message)
                .hint("log in by hand once, then run `reauth restore` if the instance is not authenticated")
                .hint("Setup → Login History shows whether the login was taken"),
            LoginError::NotFilled { .. } => Self::scenario("salesforce.login_not_filled", message)
                .hint("log in by hand in a fresh browser profile and see what the page does; run with --headed to watch"),
        }
    }
}

impl Visitor<'_> {
    /// Types the credentials where they belong, once.
    pub(super) async fn log_in(&mut self, seen: &Seen, sent: &mut Sent) -> Result<(), PageError> {
        self.may_answer(seen, sent)?;
        let typed = match self.fill(seen, sent).await {
            // Rendered again while it was filled: nothing was pressed.
            Err(PageError::Browser(error)) if error.is_page_gone() => {
                return Ok(was_not_filled(seen, sent)?);
            }
            typed => typed?,
        };
        self.element(seen, "submit")?;
        let has_password = seen.page == "login";
        if has_password {
            // Until an answer is seen. Whatever ends this visit, the password is not sent again.
            let username = self.username().to_owned();
            self.refusals.add(self.username(), PageError::LoginUnanswered { username });
        }
        if !self.session.submit(seen, "submit", &typed, &seen.page).await? {
            if has_password {
                // There was no other refusal, else nothing would have been typed.
                self.refusals.clear(self.username());
            }
            return Ok(was_not_filled(seen, sent)?);
        }
        sent.username = true;
        sent.unfilled = 0;
        if has_password {
            sent.password = true;
            sent.is_latest = true;
            sent.hosts.push(host_of(seen));
            self.refusals.count_login(self.username());
        }
        Ok(())
    }

    /// Whether this page asks for something that may be sent.
    fn may_answer(&self, seen: &Seen, sent: &mut Sent) -> Result<(), PageError> {
        if let Some(refusal) = self.refusals.of(self.username())
            && !sent.password
        {
            return Err(refusal);
        }
        if seen.in_frame {
            return Err(PageError::FrameLogin { origin: seen.origin.clone() });
        }
        let already = if seen.page == "login" { sent.password } else { sent.username };
        let said = seen.text("error").filter(|said| !said.is_empty());
        if already && (said.is_some() || !sent.is_demanded_anew(&seen.url)) {
            let error = self.refusal(seen, sent, said);
            self.refusals.add(self.username(), error.clone());
            return Err(error);
        }
        if !self.trusted.contains(&seen.origin) {
            return Err(PageError::UntrustedOrigin { origin: seen.origin.clone() });
        }
        let logins = self.refusals.logins(self.username());
        if !sent.may_log_in(&host_of(seen), logins) {
            let error = PageError::from(self.too_often(sent, logins));
            // Whoever comes next asks in vain, too.
            self.refusals.add(self.username(), error.clone());
            return Err(error);
        }
        if already {
            self.refusals.clear(self.username());
            sent.was_accepted();
        }
        if said.is_none() {
            self.refusals.codes.led_to_another_login(self.username());
        }
        Ok(())
    }

    /// Fills in the form; answers what was typed where.
    async fn fill(&mut self, seen: &Seen, sent: &Sent) -> Result<Vec<Typed>, PageError> {
        let account = self.account;
        let mut typed = Vec::new();
        if seen.page != "login" {
            self.notes.progress(&format!("giving the user name {}", self.username()));
        } else {
            self.notes.progress(&format!("logging in as {}", self.username()));
        }
        let asks_for_name = seen.page != "login" || seen.element("username").is_some();
        if !sent.username && asks_for_name {
            let field = self.element(seen, "username")?;
            self.session.type_into(field, &account.username).await?;
            typed.push(Typed::text("username", &account.username));
        }
        if seen.page == "login" {
            let Some(password) = &account.password else {
                return Err(PageError::NoPassword { username: self.username().to_owned() });
            };
            // Before the password is typed: dots tell its length.
            match self.session.view().await {
                Ok(view) => self.login_view = Some(view),
                Err(error) => tracing::debug!(%error, "no picture of the login page"),
            }
            let field = self.element(seen, "password")?;
            self.session.type_secret(field, password).await?;
            typed.push(Typed::secret("password", password));
        }
        Ok(typed)
    }

    /// What a login page that came back says of the login that was made.
    fn refusal(&self, seen: &Seen, sent: &Sent, said: Option<&str>) -> PageError {
        let (username, host) = (self.username().to_owned(), host_of(seen));
        match (said, &sent.left) {
            (Some(said), _) => PageError::LoginRefused { username, said: said.to_owned() },
            (None, Some(page)) => {
                let host = sent.hosts.last().cloned().unwrap_or(host);
                LoginError::Unanswered { username, host, page: page.clone() }.into()
            }
            (None, None) => PageError::LoginAgain { username, host },
        }
    }

    fn too_often(&self, sent: &Sent, logins: u32) -> LoginError {
        let mut hosts = sent.hosts.clone();
        hosts.dedup();
        LoginError::TooOften { username: self.username().to_owned(), logins, hosts }
    }

    /// Keeps in mind where the login led: to the page that was seen first after it, whichever it is.
    pub(super) fn note_where_login_led(&self, seen: &Seen, sent: &mut Sent) {
        if seen.page.starts_with("login") || !std::mem::take(&mut sent.is_latest) {
            return;
        }
        if !seen.in_frame && self.is_ours(seen) {
            self.refusals.led(self.username(), &seen.origin);
        }
    }
}

/// The form is filled in anew, as often as that may be of use.
fn was_not_filled(seen: &Seen, sent: &mut Sent) -> Result<(), LoginError> {
    sent.unfilled += 1;
    tracing::info!(page = seen.page, times = sent.unfilled, "the form was rendered again");
    if sent.unfilled < MOST_UNFILLED {
        return Ok(());
    }
    Err(LoginError::NotFilled { host: host_of(seen), times: sent.unfilled })
}

fn host_of(seen: &Seen) -> String {
    seen.url.host_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_page_that_comes_back_demands_nothing() {
        let sent = |host: &str| Sent {
            username: true,
            password: true,
            hosts: vec![host.into()],
            ..Sent::default()
        };
        for (host, page, expected) in [
            ("login.salesforce.com", "https://login.salesforce.com/", false),
            ("login.salesforce.com", "https://login.salesforce.com/?ec=3021", false),
            ("login.salesforce.com", "https://login.salesforce.com/?ec=302&startURL=%2Fx", true),
            ("login.salesforce.com", "https://login.salesforce.com/?startURL=x&ec=301", true),
            ("login.salesforce.com", "https://acme.my.salesforce.com/", true),
        ] {
            let page = Url::parse(page).unwrap();
            assert_eq!(sent(host).is_demanded_anew(&page), expected, "{page}");
            let unsent = Sent { password: false, ..sent(host) };
            assert!(!unsent.is_demanded_anew(&page), "{page}");
        }
    }
    /// After maintenance we open what was wanted ourselves: that it demands a login says nothing.
    #[test]
    fn a_login_page_that_we_led_to_demands_nothing() {
        let mut sent = Sent { username: true, password: true, ..Sent::default() };
        sent.went_on_from("maintenance");
        for page in ["https://login.salesforce.com/?ec=302", "https://acme.my.salesforce.com/"] {
            assert!(!sent.is_demanded_anew(&Url::parse(page).unwrap()), "{page}");
        }
        sent.was_accepted();
        assert!(sent.left.is_none());
        let mut named = Sent { username: true, ..Sent::default() };
        named.went_on_from("maintenance");
        assert!(!named.username, "a user name alone may be given again");
    }

    #[test]
    fn logins_have_an_end() {
        let sent = |hosts: &[&str]| Sent {
            hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
            ..Sent::default()
        };
        for (hosts, logins, expected) in [
            (&[][..], 0, true),
            (&["a"], 1, true),
            (&["b", "a"], 2, true),
            // Twice at one host, three times in a visit, ten times in a run.
            (&["a", "a"], 2, false),
            (&["a", "b", "c"], 3, false),
            (&[], 9, true),
            (&[], 10, false),
        ] {
            assert_eq!(sent(hosts).may_log_in("a", logins), expected, "{hosts:?} {logins}");
        }
    }
    #[test]
    fn a_form_that_never_keeps_what_is_typed_is_given_up() {
        let seen = Seen::bare("login", "https://login.salesforce.com/", 1);
        let mut sent = Sent::default();
        for _ in 1..MOST_UNFILLED {
            was_not_filled(&seen, &mut sent).unwrap();
        }
        let error = was_not_filled(&seen, &mut sent).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the login page of login.salesforce.com was rendered again each of 5 times that it was filled: nothing was sent"
        );
    }
}
