//! The org's state: users, connected apps, grants, sessions, codes, tickets.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::super::random::Random;
use super::arrivals::Elsewhere;
use super::challenge::Challenge;
use super::detours::Detours;
use super::interludes::Interlude;
use super::passkeys::Passkeys;
use super::settings::Settings;
use super::verification::Verification;

/// How long a browser session lives without being renewed.
const SESSION_MS: i64 = 2 * 3600 * 1000;
/// How long a ticket from one of the org's hosts to another is good.
const TICKET_MS: i64 = 60 * 1000;

/// A person or an integration that can log in.
#[derive(Debug, Clone)]
pub(super) struct User {
    pub(super) id: String,
    pub(super) username: String,
    pub(super) name: String,
    pub(super) alias: String,
    pub(super) password: String,
    /// What their authenticator app makes codes from, in base32.
    pub(super) totp_seed: String,
    pub(super) administrator: bool,
}

/// A connected app, or an external client app.
#[derive(Debug, Clone)]
pub(super) struct App {
    pub(super) id: String,
    /// Its label; an external client app may have none.
    pub(super) name: String,
    pub(super) developer_name: String,
    /// Always an external client app; the app under test is one where the settings say so.
    pub(super) external: bool,
    /// What Connect REST calls it then, `0xI…`.
    pub(super) external_id: String,
    pub(super) description: String,
    pub(super) consumer_key: String,
    pub(super) consumer_secret: String,
    pub(super) callback_url: String,
    pub(super) installed: bool,
    /// What `OauthToken.AppMenuItemId` shows if the app is installed.
    pub(super) menu_item_id: String,
    /// Stays in the usage list with a count of 0 (an app with nothing but denied attempts does).
    pub(super) listed_without_grants: bool,
}

/// An access token of a grant.
#[derive(Debug, Clone)]
pub(super) struct AccessToken {
    pub(super) token: String,
    pub(super) issued_ms: i64,
    pub(super) revoked: bool,
}

impl AccessToken {
    /// Neither revoked nor too old.
    pub(super) fn is_good(&self, lifetime_ms: i64, now: i64) -> bool {
        !self.revoked && now < self.issued_ms.saturating_add(lifetime_ms)
    }
}

/// What a user approved for an app: a refresh token and the access tokens made from it.
#[derive(Debug, Clone)]
pub(super) struct Grant {
    pub(super) id: String,
    pub(super) consumer_key: String,
    pub(super) user_id: String,
    pub(super) scope: String,
    pub(super) refresh_token: Option<String>,
    /// Those that a rotation has replaced.
    pub(super) replaced_refresh_tokens: Vec<String>,
    /// What `OauthToken.DeleteToken` shows.
    pub(super) delete_token: String,
    /// What ends it by Connect REST, if its app is an external client app.
    pub(super) token_identifier: String,
    pub(super) access_tokens: Vec<AccessToken>,
    pub(super) created_ms: i64,
    pub(super) last_used_ms: i64,
    pub(super) use_count: u64,
    /// Who ended it; `None` while it lives.
    pub(super) ended_by: Option<&'static str>,
}

/// A browser's session, on whichever of the org's hosts its cookie lies.
#[derive(Debug, Clone)]
pub(super) struct Session {
    pub(super) sid: String,
    pub(super) user_id: String,
    pub(super) expires_ms: i64,
    /// What every form of this session must send back.
    pub(super) view_state: String,
    /// Pages that its user has to pass before any other page is shown, in this order.
    pub(super) before_it: Vec<Interlude>,
    /// What the user wanted when they logged in.
    pub(super) start_url: String,
}

impl Session {
    /// Where its user is led.
    pub(super) fn next_path(&self) -> String {
        self.before_it.first().map_or_else(String::new, |next| next.path().to_owned())
    }
}

/// An authorization code.
#[derive(Debug, Clone)]
pub(super) struct Code {
    pub(super) request: AuthorizationRequest,
    pub(super) user_id: String,
    pub(super) issued_ms: i64,
    pub(super) used: bool,
}

/// A valid request to `/services/oauth2/authorize`, waiting for its user.
#[derive(Debug, Clone)]
pub(super) struct AuthorizationRequest {
    pub(super) consumer_key: String,
    pub(super) redirect_uri: String,
    pub(super) scope: String,
    pub(super) state: Option<String>,
    pub(super) consent_wanted: bool,
    /// What the verifier at the token endpoint has to fit, if there is one.
    pub(super) challenge: Option<Challenge>,
    /// Nothing may be shown to the user.
    pub(super) immediate: bool,
}

/// Carries a session to another host, once.
#[derive(Debug)]
struct Ticket {
    session_id: String,
    expires_ms: i64,
    /// Made by `singleaccess`, and not for a hop from one host to another.
    is_login: bool,
}

/// How often what happened.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Counters {
    pub(super) login_attempts: u64,
    pub(super) failed_logins: u64,
    pub(super) logins: u64,
    pub(super) logouts: u64,
    /// Sessions that the front door gave to an access token or its ticket.
    pub(super) front_door_logins: u64,
    pub(super) codes_issued: u64,
    /// Verification codes that another org was given.
    pub(super) codes_given_elsewhere: u64,
}

/// The whole org.
#[derive(Debug)]
pub(super) struct Org {
    pub(super) id: String,
    pub(super) settings: Settings,
    pub(super) users: Vec<User>,
    pub(super) apps: Vec<App>,
    pub(super) accounts: Vec<(String, String)>,
    pub(super) grants: Vec<Grant>,
    pub(super) codes: HashMap<String, Code>,
    pub(super) requests: HashMap<String, AuthorizationRequest>,
    pub(super) counters: Counters,
    pub(super) random: Random,
    /// Position of the integration user in `users`.
    pub(super) integration: usize,
    /// Position of the connected app under test in `apps`.
    pub(super) app_under_test: usize,
    pub(super) sessions: HashMap<String, Session>,
    pub(super) tickets: Tickets,
    pub(super) passkeys: Passkeys,
    pub(super) detours: Detours,
    pub(super) elsewhere: Elsewhere,
    pub(super) verification: Verification,
    /// Grants whose rows Setup no longer shows, although they live.
    pub(super) hidden: Vec<String>,
}

/// One-time tickets between hosts.
#[derive(Debug, Default)]
pub(super) struct Tickets {
    open: HashMap<String, Ticket>,
    /// All that there ever were: whoever looks for leaks needs to know them.
    issued: Vec<String>,
}

impl Org {
    pub(super) fn integration_user(&self) -> &User {
        &self.users[self.integration]
    }

    pub(super) fn connected_app(&self) -> &App {
        &self.apps[self.app_under_test]
    }

    pub(super) fn user(&self, id: &str) -> Option<&User> {
        self.users.iter().chain([&self.elsewhere.user]).find(|user| user.id == id)
    }

    pub(super) fn app(&self, consumer_key: &str) -> Option<&App> {
        self.apps.iter().find(|app| app.consumer_key == consumer_key)
    }

    /// The app that a client names; `None` if the org does not know it.
    pub(super) fn client(&self, consumer_key: &str) -> Option<&App> {
        let is_known =
            self.settings.oauth.client_known || consumer_key != self.connected_app().consumer_key;
        self.app(consumer_key).filter(|_| is_known)
    }

    /// May this user see Setup and other users' grants?
    pub(super) fn may_set_up(&self, user_id: &str) -> bool {
        self.user(user_id).is_some_and(|user| user.administrator)
            || (user_id == self.integration_user().id && self.settings.setup_allowed)
    }

    /// Is this app blocked by the administrator?
    pub(super) fn is_blocked(&self, consumer_key: &str) -> bool {
        self.settings.app_blocked && consumer_key == self.connected_app().consumer_key
    }

    /// Checks a password, counts the attempt, and opens a session if it is right: one with pages
    /// before it, if the org has some.
    pub(super) fn log_in(
        &mut self,
        username: &str,
        password: &str,
        start_url: &str,
        now: i64,
    ) -> Option<Session> {
        self.counters.login_attempts += 1;
        let known = self.users.iter().find(|user| {
            user.username.eq_ignore_ascii_case(username.trim()) && user.password == password
        });
        let known = known.filter(|user| self.is_active(&user.id));
        let Some(user_id) = known.map(|user| user.id.clone()) else {
            self.counters.failed_logins += 1;
            return None;
        };
        self.counters.logins += 1;
        let mut session = self.open_session(&user_id, now);
        let has_passkey = self.passkeys.has_any(&user_id);
        let coming = self.settings.after_login.iter().filter(|page| page.comes(has_passkey));
        session.before_it = coming.copied().collect();
        start_url.clone_into(&mut session.start_url);
        self.sessions.insert(session.sid.clone(), session.clone());
        self.detours.logged_in(&user_id);
        Some(session)
    }

    /// The first page before a session is passed.
    pub(super) fn pass_interlude(&mut self, sid: &str) -> Option<Session> {
        let session = self.sessions.get_mut(sid)?;
        if !session.before_it.is_empty() && !self.settings.interludes_come_back {
            session.before_it.remove(0);
        }
        Some(session.clone())
    }

    /// Puts a page before a session, ahead of all others.
    pub(super) fn put_before(&mut self, sid: &str, interlude: Interlude) -> Option<Session> {
        let session = self.sessions.get_mut(sid)?;
        session.before_it.insert(0, interlude);
        Some(session.clone())
    }

    /// Another page stands where the first page before a session stood.
    pub(super) fn exchange_interlude(&mut self, sid: &str, other: Interlude) -> Option<Session> {
        let session = self.sessions.get_mut(sid)?;
        if let Some(first) = session.before_it.first_mut() {
            *first = other;
        }
        Some(session.clone())
    }

    /// Opens a session for a user.
    pub(super) fn open_session(&mut self, user_id: &str, now: i64) -> Session {
        let organization = self.organization_of(user_id).to_owned();
        let session = Session {
            sid: self.random.access_token(&organization),
            user_id: user_id.to_owned(),
            expires_ms: now + SESSION_MS,
            view_state: self.random.alphanumeric(48),
            before_it: Vec::new(),
            start_url: String::new(),
        };
        self.sessions.insert(session.sid.clone(), session.clone());
        session
    }

    /// The live session that a cookie names.
    pub(super) fn session(&self, sid: &str, now: i64) -> Option<&Session> {
        self.sessions
            .get(sid)
            .filter(|session| session.expires_ms > now && self.is_active(&session.user_id))
    }

    /// A ticket that carries a session to another host, once.
    pub(super) fn issue_ticket(&mut self, sid: &str, now: i64) -> String {
        self.ticket(sid, false, now)
    }

    /// A ticket that lets its bearer in by the front door, once.
    pub(super) fn issue_login_ticket(&mut self, sid: &str, now: i64) -> String {
        self.ticket(sid, true, now)
    }

    fn ticket(&mut self, sid: &str, is_login: bool, now: i64) -> String {
        let ticket = self.random.alphanumeric(64);
        self.tickets.issued.push(ticket.clone());
        self.tickets.open.insert(
            ticket.clone(),
            Ticket { session_id: sid.to_owned(), expires_ms: now + TICKET_MS, is_login },
        );
        ticket
    }

    /// The session of a ticket, which is spent by this, and whether it is a login.
    pub(super) fn redeem_ticket(&mut self, ticket: &str, now: i64) -> Option<(Session, bool)> {
        let ticket = self.tickets.open.remove(ticket).filter(|ticket| ticket.expires_ms > now)?;
        Some((self.session(&ticket.session_id, now)?.clone(), ticket.is_login))
    }

    pub(super) fn to_json(&self, now: i64) -> Value {
        let username =
            |id: &str| self.user(id).map(|user| user.username.clone()).unwrap_or_default();
        let grants: Vec<Value> = self
            .grants
            .iter()
            .map(|grant| {
                json!({
                    "id": grant.id,
                    "app": self.app(&grant.consumer_key).map(|app| app.name.as_str()),
                    "user": username(&grant.user_id),
                    "scope": grant.scope,
                    "live": grant.ended_by.is_none(),
                    "ended_by": grant.ended_by,
                    "refreshable": self.is_refreshable(grant, now),
                    "created_ms": grant.created_ms,
                    "last_used_ms": grant.last_used_ms,
                    "use_count": grant.use_count,
                    "refresh_token": grant.refresh_token,
                    "replaced_refresh_tokens": grant.replaced_refresh_tokens,
                    "delete_token": grant.delete_token,
                    "token_identifier": grant.token_identifier,
                    "access_tokens": grant.access_tokens.iter().map(|token| json!({
                        "access_token": token.token,
                        "live": self.is_live(grant, token, now),
                    })).collect::<Vec<_>>(),
                })
            })
            .collect();
        let users: Vec<Value> = self
            .users
            .iter()
            .map(|user| {
                json!({
                    "id": user.id,
                    "username": user.username,
                    "name": user.name,
                    "alias": user.alias,
                    "password": user.password,
                    "totp_seed": user.totp_seed,
                    "administrator": user.administrator,
                })
            })
            .collect();
        let sessions: Vec<Value> = self
            .sessions
            .values()
            .map(|session| {
                json!({
                    "sid": session.sid,
                    "user": username(&session.user_id),
                    "view_state": session.view_state,
                    "before_it": session.before_it,
                })
            })
            .collect();
        let codes: Vec<Value> = self
            .codes
            .iter()
            .map(|(code, issued)| {
                let user = username(&issued.user_id);
                json!({ "code": code, "user": user, "used": issued.used })
            })
            .collect();
        json!({
            "organization_id": self.id,
            "grants": grants,
            "users": users,
            "sessions": sessions,
            "codes": codes,
            "tickets": self.tickets.issued,
            "passkeys": self.passkeys.to_json(username),
            "login_attempts": self.counters.login_attempts,
            "failed_logins": self.counters.failed_logins,
            "logins": self.counters.logins,
            "logouts": self.counters.logouts,
            "arrivals": self.detours.arrivals,
            "maintenance_shown": self.detours.maintenance_shown,
            "front_door_logins": self.counters.front_door_logins,
            "codes_issued": self.counters.codes_issued,
            "codes_given_elsewhere": self.counters.codes_given_elsewhere,
            "verification": self.verification.to_json(),
            "settings": self.settings,
        })
    }
}
