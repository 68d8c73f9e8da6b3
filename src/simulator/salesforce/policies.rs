//! The policies of the app under test: whom it lets in, and how long its refresh tokens last.
//!
//! Whoever looks at the org sees what time has done to the grants: [`Org::let_time_pass`] runs before
//! each look.

use serde::{Deserialize, Serialize};

use super::grants::Refused;
use super::org::{Grant, Org};
use super::settings::RefreshTokenPolicy;

const DAY_MS: i64 = 24 * 3600 * 1000;
/// The idle limit of refresh tokens where it is on (Salesforce Help, "Limit the Idle Refresh Token
/// TTL", 2026).
const IDLE_DAYS: i64 = 30;

/// Whether an authorise request needs a code challenge (RFC 7636).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChallengeDemand {
    /// It may have one.
    Optional,
    /// Without one the callback gets an error.
    Required,
    /// Without one the answer is a body without a type, which browsers save as a file.
    RequiredOrFile,
}

/// Which users the app admits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Admission {
    /// Everybody.
    Everybody,
    /// Not the integration user: the callback learns of it.
    RefusedAtApproval,
    /// Not the integration user: the token endpoint says so.
    RefusedAtToken,
}

/// Whether the app is installed in the org.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Installation {
    /// It is.
    Installed,
    /// It is not, and nobody is authorised for it.
    Missing,
    /// It is not, and the integration user has "Approve Uninstalled Connected Apps".
    MissingButApprovable,
}

/// What becomes of an authorization code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodeFate {
    /// It is good once, for its time.
    Good,
    /// It is too old when it comes.
    Expired,
    /// The first is too old when it comes, the others are good.
    FirstExpired,
    /// Somebody else has used it.
    Used,
    /// It belongs to another redirect URI.
    OtherRedirect,
    /// Nobody knows it.
    Unknown,
}

/// How it stands with the instance's grant when everything begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StartState {
    /// All is well.
    Fresh,
    /// The access token has expired, the refresh token is good.
    AccessTokenExpired,
    /// Revoke All has ended all of the app's grants.
    RevokedAll,
    /// The user has ended it in their own settings.
    RevokedByUser,
    /// It was made, and used last, so long ago that the policy or the idle limit has ended it.
    LongUnused,
}

/// The app's OAuth policies and the standing of its user and org.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OauthSettings {
    /// The days that the policies "expire if not used for" and "expire after" count.
    pub policy_days: u32,
    /// Refresh tokens that are not used for 30 days end, whatever the policy says.
    pub idle_limit: bool,
    /// Each refresh gives another refresh token; using an old one ends the current one.
    pub rotation: bool,
    /// Whether an authorise request needs a code challenge.
    pub code_challenge: ChallengeDemand,
    /// The scopes that may be asked for; all that there are if none are named.
    pub allowed_scopes: Option<String>,
    /// The scopes that grants have, whatever was asked for.
    pub granted_scopes: Option<String>,
    /// The org knows the client.
    pub client_known: bool,
    /// The callback is one of the app's.
    pub callback_registered: bool,
    /// Whether the app is installed.
    pub installation: Installation,
    /// Whom the app admits.
    pub admission: Admission,
    /// The integration user is active.
    pub user_active: bool,
    /// The org is active.
    pub org_active: bool,
    /// What becomes of authorization codes.
    pub codes: CodeFate,
    /// The callback comes with another state than the request, as that of somebody else's login does.
    pub foreign_state: bool,
    /// The token endpoint refuses the app so, whatever it sends.
    pub refuses_tokens: Option<Refused>,
    /// The token endpoint refuses the app's refresh tokens so.
    pub refuses_refreshes: Option<Refused>,
    /// How it stands with the instance's grant at the start.
    pub start: StartState,
    /// Further grants that the integration user has given the app.
    pub more_grants: usize,
}

impl Default for OauthSettings {
    fn default() -> Self {
        Self {
            policy_days: 30,
            idle_limit: false,
            rotation: false,
            code_challenge: ChallengeDemand::Optional,
            allowed_scopes: None,
            granted_scopes: None,
            client_known: true,
            callback_registered: true,
            installation: Installation::Installed,
            admission: Admission::Everybody,
            user_active: true,
            org_active: true,
            codes: CodeFate::Good,
            foreign_state: false,
            refuses_tokens: None,
            refuses_refreshes: None,
            start: StartState::Fresh,
            more_grants: 0,
        }
    }
}

impl Org {
    fn is_under_test(&self, consumer_key: &str) -> bool {
        consumer_key == self.connected_app().consumer_key
    }

    /// Whether the app is installed in the org.
    pub(super) fn is_installed(&self, consumer_key: &str) -> bool {
        let app = self.app(consumer_key);
        app.is_some_and(|app| app.installed)
            && (!self.is_under_test(consumer_key)
                || self.settings.oauth.installation == Installation::Installed)
    }

    /// Whether somebody may log in, and use what they have.
    pub(super) fn is_active(&self, user_id: &str) -> bool {
        self.settings.oauth.org_active
            && (self.settings.oauth.user_active || user_id != self.integration_user().id)
    }

    /// Why none of a grant's tokens is taken at this moment, though it has not ended.
    pub(super) fn barred(&self, grant: &Grant) -> Option<Refused> {
        if !self.settings.oauth.org_active {
            Some(Refused::InactiveOrg)
        } else if !self.is_active(&grant.user_id) {
            Some(Refused::InactiveUser)
        } else if self.is_blocked(&grant.consumer_key) {
            Some(Refused::Blocked)
        } else {
            None
        }
    }

    /// Why the token endpoint sends this client away, whatever it brings for this user.
    pub(super) fn token_endpoint_refuses(
        &self,
        consumer_key: &str,
        user_id: &str,
    ) -> Option<Refused> {
        let oauth = &self.settings.oauth;
        if !self.is_under_test(consumer_key) {
            return None;
        }
        let not_admitted =
            oauth.admission == Admission::RefusedAtToken && user_id == self.integration_user().id;
        oauth.refuses_tokens.or(not_admitted.then_some(Refused::NotAdmitted))
    }

    /// Why a grant's refresh token would not be taken at this moment; `None` if it would be.
    pub(super) fn refresh_refusal(&self, grant: &Grant, now: i64) -> Option<Refused> {
        let is_dead = grant.ended_by.is_some()
            || grant.refresh_token.is_none()
            || self.refresh_token_ended_by(grant, now).is_some();
        if is_dead {
            return Some(Refused::ExpiredToken);
        }
        let oauth = &self.settings.oauth;
        if !oauth.client_known && self.is_under_test(&grant.consumer_key) {
            return Some(Refused::UnknownClient);
        }
        let of_app = oauth.refuses_refreshes.filter(|_| self.is_under_test(&grant.consumer_key));
        self.barred(grant)
            .or_else(|| self.token_endpoint_refuses(&grant.consumer_key, &grant.user_id))
            .or(of_app)
    }

    /// Which policy has ended a grant's refresh token. Other apps' are valid until revoked.
    ///
    /// A rotation does not begin the time of "expire after" anew (inferred).
    pub(super) fn refresh_token_ended_by(&self, grant: &Grant, now: i64) -> Option<&'static str> {
        if !self.is_under_test(&grant.consumer_key) {
            return None;
        }
        let oauth = &self.settings.oauth;
        let is_over = |since: i64, days: i64| now >= since.saturating_add(days * DAY_MS);
        let days = i64::from(oauth.policy_days);
        let by_policy = match self.settings.refresh_token_policy {
            RefreshTokenPolicy::ValidUntilRevoked => false,
            // Issued all the same, and never taken (inferred). The idle limit does not concern it.
            RefreshTokenPolicy::ImmediatelyExpire => return Some("policy"),
            RefreshTokenPolicy::ExpireIfUnused => is_over(grant.last_used_ms, days),
            RefreshTokenPolicy::ExpireAfter => is_over(grant.created_ms, days),
        };
        if by_policy {
            Some("policy")
        } else if oauth.idle_limit && is_over(grant.last_used_ms, IDLE_DAYS) {
            Some("idle_limit")
        } else {
            None
        }
    }

    /// Ends the grants of which nothing is left: neither a refresh token that lasts nor an access
    /// token. Such rows disappear from Setup and from `OauthToken`.
    pub(super) fn let_time_pass(&mut self, now: i64) {
        let lifetime_ms = self.access_token_lifetime_ms();
        let over: Vec<(usize, &'static str)> = self
            .grants
            .iter()
            .enumerate()
            .filter(|(_, grant)| grant.ended_by.is_none())
            .filter(|(_, grant)| {
                !grant.access_tokens.iter().any(|token| token.is_good(lifetime_ms, now))
            })
            .filter_map(|(index, grant)| {
                let by = match grant.refresh_token {
                    None => Some("no_token_left"),
                    Some(_) => self.refresh_token_ended_by(grant, now),
                };
                by.map(|by| (index, by))
            })
            .collect();
        for (index, by) in over {
            self.grants[index].ended_by = Some(by);
        }
    }

    /// How old the instance's grant is when everything begins.
    pub(super) fn age_at_start_ms(&self) -> i64 {
        match self.settings.oauth.start {
            StartState::AccessTokenExpired => self.access_token_lifetime_ms().saturating_add(1),
            StartState::LongUnused => {
                (i64::from(self.settings.oauth.policy_days).max(IDLE_DAYS) + 1) * DAY_MS
            }
            StartState::Fresh | StartState::RevokedAll | StartState::RevokedByUser => 0,
        }
    }

    /// Does to the integration user's grant what was done to it before everything begins.
    pub(super) fn begin(&mut self) {
        let (key, user) =
            (self.connected_app().consumer_key.clone(), self.integration_user().id.clone());
        let (whose, by) = match self.settings.oauth.start {
            StartState::RevokedAll => (None, "revoke_all"),
            StartState::RevokedByUser => (Some(user.as_str()), "own_settings"),
            StartState::Fresh | StartState::AccessTokenExpired | StartState::LongUnused => return,
        };
        let ids: Vec<String> =
            self.live_grants(&key, whose).map(|grant| grant.id.clone()).collect();
        for id in ids {
            self.end_grant(&id, by);
        }
    }
}
