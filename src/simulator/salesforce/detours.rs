//! What a session meets half-way: maintenance, pages that come between, its end, another login.

use axum::extract::State;
use axum::response::Response;
use minijinja::context;
use serde::{Deserialize, Serialize};

use super::Salesforce;
use super::approval;
use super::org::{Org, Session};
use super::session::{Visitor, redirect};

/// Salesforce's notice that it is in maintenance, or about to be.
pub(super) const MAINTENANCE_PATH: &str = "/msg/maintenanceandavailable.jsp";

/// A part of the org that may want a login of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// Lightning Setup.
    Setup,
    /// The approval page.
    Approval,
}

impl Place {
    fn of(url: &str) -> Option<Self> {
        if url.contains("/lightning/setup/") {
            Some(Self::Setup)
        } else {
            url.contains(approval::PATH).then_some(Self::Approval)
        }
    }
}

/// What happened so far.
#[derive(Debug, Default)]
pub(super) struct Detours {
    pages_shown: u64,
    has_ended_one: bool,
    was_halfway: bool,
    /// Logins that were demanded and not yet made: user and place.
    demanded: Vec<(String, Place)>,
    /// Logins that were made because they were demanded.
    made: Vec<(String, Place)>,
    pub(super) maintenance_shown: u32,
    was_shown_after_refusal: bool,
    /// How many sessions were handed to browsers that had none.
    pub(super) arrivals: u64,
}

impl Detours {
    /// A password was right: whatever login was demanded of this user is made.
    pub(super) fn logged_in(&mut self, user_id: &str) {
        let (met, rest) = self.demanded.drain(..).partition(|(user, _)| user == user_id);
        self.demanded = rest;
        let met: Vec<(String, Place)> = met;
        self.made.extend(met);
    }
}

/// What comes instead of the page that a session asked for.
pub(super) enum Detour {
    Maintenance,
    /// This session has pages to pass now.
    Interlude(Session),
    /// The session has ended by itself.
    Ended,
    /// Another login is demanded.
    LoginAgain,
}

impl Org {
    /// Whether a browser without a session is shown the maintenance notice now: once, after a
    /// password or a code was refused.
    pub(super) fn is_notice_after_refusal_due(&mut self) -> bool {
        let was_refused = self.counters.failed_logins > 0 || self.verification.was_any_refused();
        self.settings.maintenance_after_refusal
            && was_refused
            && !std::mem::replace(&mut self.detours.was_shown_after_refusal, true)
    }

    /// What a navigation of this session to `wanted` meets. Nothing: it is shown the page.
    pub(super) fn detour(&mut self, session: &Session, wanted: &str) -> Option<Detour> {
        if self.detours.maintenance_shown < self.settings.maintenance_pages {
            self.detours.maintenance_shown += 1;
            return Some(Detour::Maintenance);
        }
        if self.detours.pages_shown > 0 {
            if self.settings.session_ends_halfway && !self.detours.has_ended_one {
                self.detours.has_ended_one = true;
                self.sessions.remove(&session.sid);
                return Some(Detour::Ended);
            }
            if !self.settings.halfway.is_empty() && !self.detours.was_halfway {
                self.detours.was_halfway = true;
                let session = self.sessions.get_mut(&session.sid)?;
                session.before_it.clone_from(&self.settings.halfway);
                wanted.clone_into(&mut session.start_url);
                return Some(Detour::Interlude(session.clone()));
            }
        }
        if let Some(place) = Place::of(wanted)
            && self.settings.login_again.contains(&place)
        {
            let demand = (session.user_id.clone(), place);
            if self.settings.login_again_forever || !self.detours.made.contains(&demand) {
                if !self.detours.demanded.contains(&demand) {
                    self.detours.demanded.push(demand);
                }
                return Some(Detour::LoginAgain);
            }
        }
        self.detours.pages_shown += 1;
        None
    }
}

/// The way to it.
pub(super) fn answer(visitor: &Visitor, detour: Detour) -> Response {
    match detour {
        Detour::Maintenance => redirect(MAINTENANCE_PATH),
        Detour::Interlude(session) => visitor.to_interlude(&session),
        Detour::Ended => visitor.login_page_because("301"),
        Detour::LoginAgain => visitor.login_page_because("302"),
    }
}

/// The notice itself; nothing on it leads on.
pub(super) async fn maintenance(State(salesforce): State<Salesforce>) -> Response {
    salesforce.pages.show(
        "notice.html",
        context! {
            title => "Maintenance | Salesforce",
            heading => "Salesforce Is Undergoing Maintenance",
            text => "Your organization will be available again shortly. We apologize for the \
                     inconvenience.",
        },
    )
}
