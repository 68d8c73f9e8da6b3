//! Browsers that arrive with a session that nobody made by a login here, as single sign-on and kept
//! profiles bring it; and how a session is left.

use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use serde::{Deserialize, Serialize};

use super::super::hosts::{Origin, Site};
use super::super::random::Random;
use super::Salesforce;
use super::org::{Org, Session, User};
use super::session::{redirect, sid_of};

/// Whose session a browser without one is handed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ArrivesAs {
    /// None: there is a login page.
    Nobody,
    /// That of the org's administrator, who may do everything that the integration user may.
    AnotherUser,
    /// That of a user of another org, who has the integration user's very user name.
    AnotherOrg,
}

/// Another org, as far as its one user is concerned.
#[derive(Debug)]
pub(super) struct Elsewhere {
    pub(super) organization_id: String,
    pub(super) user: User,
}

impl Elsewhere {
    /// An org whose user is called like this one.
    pub(super) fn beside(user: &User, random: &mut Random) -> Self {
        Self {
            organization_id: random.record_id("00D"),
            user: User {
                id: random.record_id("005"),
                password: random.alphanumeric(20),
                administrator: true,
                ..user.clone()
            },
        }
    }
}

impl Org {
    /// The org that a user belongs to.
    pub(super) fn organization_of(&self, user_id: &str) -> &str {
        if user_id == self.elsewhere.user.id { &self.elsewhere.organization_id } else { &self.id }
    }

    /// That org's My Domain.
    pub(super) fn my_domain_of(&self, origin: &Origin, user_id: &str) -> String {
        let own = origin.url(Site::MyDomain);
        if user_id == self.elsewhere.user.id { own.replace("acme--qa", "globex--qa") } else { own }
    }

    /// The session that a browser without one is handed, if the org does so.
    pub(super) fn arriving(&mut self, now: i64) -> Option<Session> {
        let user_id = match self.settings.arrives_as {
            ArrivesAs::Nobody => return None,
            ArrivesAs::AnotherUser => self.users.iter().find(|user| user.administrator)?.id.clone(),
            ArrivesAs::AnotherOrg => self.elsewhere.user.id.clone(),
        };
        if self.detours.arrivals > 0 && !self.settings.arrives_again {
            return None;
        }
        self.detours.arrivals += 1;
        Some(self.open_session(&user_id, now))
    }
}

/// `/secur/logout.jsp`: the session ends on all hosts, and a login page is shown.
pub(super) async fn log_out(
    State(salesforce): State<Salesforce>,
    origin: Origin,
    headers: HeaderMap,
) -> Response {
    {
        let mut org = salesforce.org();
        if sid_of(&headers).is_some_and(|sid| org.sessions.remove(&sid).is_some()) {
            org.counters.logouts += 1;
        }
    }
    let login = match origin.site {
        Site::Setup | Site::Lightning => origin.url(Site::MyDomain),
        Site::Login | Site::MyDomain | Site::AnotherOrg | Site::Plain | Site::CloudElements => {
            String::new()
        }
    };
    let mut response = redirect(&format!("{login}/"));
    let gone = HeaderValue::from_static("sid=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=None");
    response.headers_mut().append(SET_COOKIE, gone);
    response
}
