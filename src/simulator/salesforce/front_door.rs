//! Sessions for the bearer of an access token, and the token that the integration user has.

use super::org::{Org, Session, User};

impl Org {
    /// A grant of the integration user (or of their namesake) for another app, and its access token.
    pub(super) fn issue_front_door_token(&mut self, now: i64) -> String {
        const APP: &str = "Salesforce CLI";
        let holder = if self.settings.front_door_of_namesake {
            let name = &self.integration_user().name;
            let namesake =
                |(index, user): &(usize, &User)| *index != self.integration && user.name == *name;
            self.users
                .iter()
                .enumerate()
                .find(namesake)
                .map_or(self.integration, |(index, _)| index)
        } else {
            self.integration
        };
        let user_id = self.users[holder].id.clone();
        let app = self.apps.iter().find(|app| app.name == APP);
        let consumer_key = app.unwrap_or(self.connected_app()).consumer_key.clone();
        let scope = self.settings.front_door_scope.clone();
        let issued = self.issue_grant(&consumer_key, &user_id, &scope, now);
        if self.settings.front_door_token_dead {
            self.revoke(&issued.access_token, now);
        }
        issued.access_token
    }

    /// Opens a session for the bearer of an access token that may open web pages: one with pages
    /// before it, if the org has some. `None` for a dead token, and for one that may not.
    pub(super) fn front_door_session(&mut self, token: &str, now: i64) -> Option<Session> {
        let (grant, _) = self.access_token(token, now)?;
        let may_browse = |scope: &str| scope == "web" || scope == "full";
        if !grant.scope.split_whitespace().any(may_browse) {
            return None;
        }
        let user_id = grant.user_id.clone();
        let mut session = self.open_session(&user_id, now);
        session.before_it.clone_from(&self.settings.after_frontdoor);
        self.sessions.insert(session.sid.clone(), session.clone());
        Some(session)
    }

    /// A session has come through the front door, and its user wanted this.
    pub(super) fn enter(&mut self, sid: &str, start_url: &str) -> Option<Session> {
        self.counters.front_door_logins += 1;
        let session = self.sessions.get_mut(sid)?;
        start_url.clone_into(&mut session.start_url);
        Some(session.clone())
    }
}
