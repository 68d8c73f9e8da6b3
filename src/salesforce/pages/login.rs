//! Login pages: user name and password on one page, or one after the other. Credentials are sent
//! once for each login that the org demands, and never again after a rejection.

use url::Url;

use super::PageError;
use super::visitor::Visitor;
use crate::browser::{Seen, Spend};
use crate::failure::Failure;

/// Logins that one visit may take: at the login host, at My Domain, and one that is asked again.
pub(super) const MOST_OF_A_VISIT: usize = 3;
/// Logins of one user that a run may take, its restoration included.
const MOST_OF_A_RUN: u32 = 10;

/// What was sent since the visit began: for each login once.
#[derive(Default)]
pub(super) struct Sent {
    /// Of the login that is going on.
    username: bool,
    password: bool,
    /// The hosts that the password was sent to.
    hosts: Vec<String>,
}

impl Sent {
    /// A page behind the login was seen: what asks from now on is another login.
    pub(super) fn was_accepted(&mut self) {
        self.username = false;
        self.password = false;
    }

    /// Whether a login page without a word about the last login asks for another one: it is another
    /// host's, or the org led to it because something behind it demands a login.
    fn is_demanded_anew(&self, login_page: &Url) -> bool {
        let is_other_host = self.hosts.last().map(String::as_str) != login_page.host_str();
        self.password && (is_other_host || is_demand(login_page))
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
}

impl From<LoginError> for Failure {
    fn from(error: LoginError) -> Self {
        let message = error.to_string();
        match error {
            LoginError::TooOften { .. } => Self::scenario("salesforce.login_loop", message)
                .hint("a session that does not hold: look whether the browser keeps cookies, and whether the org locks sessions to an IP address (Setup → Session Settings)")
                .hint("log in by hand in a fresh browser profile and open the same page; run with --headed to watch"),
        }
    }
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
            let said = seen.text("error").filter(|said| !said.is_empty());
            if said.is_some() || !sent.is_demanded_anew(&seen.url) {
                let error = self.refusal(seen, said);
                self.refusals.add(self.username(), error.clone());
                return Err(error);
            }
            self.refusals.clear(self.username());
            sent.was_accepted();
        }
        if !self.trusted.contains(&seen.origin) {
            return Err(PageError::UntrustedOrigin { origin: seen.origin.clone() });
        }
        self.may_log_in(seen, sent)?;
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
            sent.hosts.push(host_of(seen));
            self.refusals.count_login(self.username());
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

    /// What a login page that came back says of the login that was made.
    fn refusal(&self, seen: &Seen, said: Option<&str>) -> PageError {
        let username = self.username().to_owned();
        match said {
            Some(said) => PageError::LoginRefused { username, said: said.to_owned() },
            None => PageError::LoginAgain { username, host: host_of(seen) },
        }
    }

    /// Whether one more login is in order.
    fn may_log_in(&self, seen: &Seen, sent: &Sent) -> Result<(), LoginError> {
        let host = host_of(seen);
        let here = sent.hosts.iter().filter(|known| **known == host).count();
        let logins = self.refusals.logins(self.username());
        if sent.hosts.len() < MOST_OF_A_VISIT && here < 2 && logins < MOST_OF_A_RUN {
            return Ok(());
        }
        let mut hosts = sent.hosts.clone();
        hosts.dedup();
        Err(LoginError::TooOften { username: self.username().to_owned(), logins, hosts })
    }
}

fn host_of(seen: &Seen) -> String {
    seen.url.host_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_page_that_comes_back_demands_nothing() {
        let sent = |host: &str| Sent { username: true, password: true, hosts: vec![host.into()] };
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
}
