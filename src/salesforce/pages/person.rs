//! Who a browser is logged in as: not always who it should be, where a profile is kept or single
//! sign-on is at work.

use std::fmt;
use std::time::Duration;

use tokio::time::Instant;
use url::Url;

use super::PageError;
use crate::browser::{Look, Session};
use crate::failure::Failure;

/// Where every host of an org ends its session.
const LOGOUT_PATH: &str = "/secur/logout.jsp";
/// How long to wait for the login page that follows. A logout that leads elsewhere is one too.
const LOGOUT_LIMIT: Duration = Duration::from_secs(10);

/// A user of an org, as far as is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// User name.
    pub username: Option<String>,
    /// The org's id, `00D…`, or its My Domain where the id is not known.
    pub organization: Option<String>,
}

impl fmt::Display for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.username.as_deref().unwrap_or("somebody"))?;
        match &self.organization {
            Some(organization) => write!(f, " (org {organization})"),
            None => Ok(()),
        }
    }
}

/// Why nothing was done as the person that a browser is logged in as.
#[derive(Debug, Clone, thiserror::Error)]
pub enum PersonError {
    /// Another user of the org.
    #[error(
        "the browser is logged in as {seen}, expected {expected}: nothing was done in that name"
    )]
    OtherUser {
        /// Whose session it is.
        seen: Person,
        /// Whose it should be.
        expected: Person,
    },
    /// A user of another org.
    #[error(
        "the browser is logged in to another org, as {seen}, expected {expected}: nothing was done there"
    )]
    OtherOrg {
        /// Whose session it is.
        seen: Person,
        /// Whose it should be.
        expected: Person,
    },
    /// A session that was there before, of which nobody says whose it is.
    #[error(
        "the browser came with a session of which nobody can say whose it is ({reason}), expected {expected}: nothing was done with it"
    )]
    Unknown {
        /// Whose it should be.
        expected: Person,
        /// Why it is not known.
        reason: String,
    },
}

impl From<PersonError> for Failure {
    fn from(error: PersonError) -> Self {
        let message = error.to_string();
        match error {
            PersonError::OtherUser { .. } => Self::scenario("salesforce.other_user", message)
                .hint("something logs this browser in by itself: single sign-on, a kept profile, or a shared remote browser; use a fresh profile, or log the other user out there")
                .hint("if that user is the right one, set `salesforce.username`"),
            PersonError::OtherOrg { .. } => Self::scenario("salesforce.other_org", message)
                .hint("set `salesforce.login_url` and `salesforce.my_domain` to the org of the instance")
                .hint("something logs this browser in by itself: use a fresh profile, or log out there"),
            PersonError::Unknown { .. } => Self::scenario("salesforce.unknown_session", message)
                .hint("use a fresh profile, so that reauth logs in itself")
                .hint("or give the user the permission API Enabled, by which the session can be asked"),
        }
    }
}

/// Ends the session that the browser has at each of these hosts.
///
/// # Errors
/// The browser's.
pub async fn log_out(session: &Session, hosts: &[Url]) -> Result<(), PageError> {
    for host in hosts {
        let mut url = host.clone();
        url.set_path(LOGOUT_PATH);
        url.set_query(None);
        session.goto(url.as_str()).await?;
        let deadline = Instant::now() + LOGOUT_LIMIT;
        while let Look::Dialog(_) = session.look(&["login", "login-identifier"], deadline).await? {
            session.accept_dialog().await?;
            if Instant::now() >= deadline {
                break;
            }
        }
    }
    Ok(())
}
