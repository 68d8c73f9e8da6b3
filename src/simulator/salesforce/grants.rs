//! The life of grants and tokens: issued, refreshed, revoked, at most five per user and app.

use serde::{Deserialize, Serialize};

use super::org::{AccessToken, AuthorizationRequest, Code, Grant, Org};
use super::policies::CodeFate;

/// How long an authorization code is good.
const CODE_MS: i64 = 15 * 60 * 1000;
/// How many grants a user may have for one app; a further one ends the oldest.
const MOST_APPROVALS: usize = 5;

/// New tokens of a grant.
#[derive(Debug)]
pub(super) struct Issued {
    pub(super) access_token: String,
    /// `None` if the scopes do not ask for one, and after a refresh unless rotation is on.
    pub(super) refresh_token: Option<String>,
    pub(super) user_id: String,
    pub(super) scope: String,
}

/// Why the token endpoint refused a code or a refresh token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refused {
    /// Nobody issued such a code.
    InvalidCode,
    /// The code is too old or has been used.
    ExpiredCode,
    /// The code was issued for another redirect URI.
    RedirectMismatch,
    /// The verifier does not fit the code's challenge (RFC 7636, section 4.6).
    WrongVerifier,
    /// The refresh token is dead, unknown or another client's.
    ExpiredToken,
    /// The administrator has blocked the app.
    Blocked,
    /// The client identifier is not known.
    UnknownClient,
    /// The client secret is wrong.
    WrongSecret,
    /// The app has to be installed first.
    NotInstalled,
    /// The app does not admit the user.
    NotAdmitted,
    /// The user's login failed for a reason that is not told.
    AuthenticationFailure,
    /// The user has not approved the app, or does not any more.
    NotApproved,
    /// From this address nobody may log in.
    IpRestricted,
    /// The user has logged in too often within the hour.
    LoginRateExceeded,
    /// Too many requests.
    RateLimitExceeded,
    /// The app may not use this flow.
    UnsupportedGrantType,
    /// The user is not active.
    InactiveUser,
    /// The org is not active.
    InactiveOrg,
}

/// What a revocation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Revoked {
    /// One access token.
    AccessToken,
    /// A grant with all its tokens.
    Grant,
}

/// Whom a bearer token stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bearer {
    pub(super) user_id: String,
    /// Whose token it is; `None` for a browser's session.
    pub(super) consumer_key: Option<String>,
}

impl Org {
    /// Is the token good at this moment?
    pub(super) fn is_live(&self, grant: &Grant, token: &AccessToken, now: i64) -> bool {
        grant.ended_by.is_none()
            && token.is_good(self.access_token_lifetime_ms(), now)
            && self.barred(grant).is_none()
    }

    /// How long an access token lives.
    pub(super) fn access_token_lifetime_ms(&self) -> i64 {
        i64::try_from(self.settings.access_token_lifetime_s)
            .unwrap_or(i64::MAX)
            .saturating_mul(1000)
    }

    /// Would its refresh token be taken at this moment?
    pub(super) fn is_refreshable(&self, grant: &Grant, now: i64) -> bool {
        self.refresh_refusal(grant, now).is_none()
    }

    /// Has the user a live grant of this app that covers the scopes?
    pub(super) fn has_approved(&self, consumer_key: &str, user_id: &str, scope: &str) -> bool {
        self.live_grants(consumer_key, Some(user_id)).any(|grant| {
            scope
                .split_whitespace()
                .all(|wanted| grant.scope.split_whitespace().any(|held| held == wanted))
        })
    }

    /// Live grants of an app, of one user or of all.
    pub(super) fn live_grants<'a>(
        &'a self,
        consumer_key: &'a str,
        user_id: Option<&'a str>,
    ) -> impl Iterator<Item = &'a Grant> {
        self.grants.iter().filter(move |grant| {
            grant.ended_by.is_none()
                && grant.consumer_key == consumer_key
                && user_id.is_none_or(|user_id| grant.user_id == user_id)
        })
    }

    /// Issues a code for a request that its user has approved.
    pub(super) fn issue_code(
        &mut self,
        request: AuthorizationRequest,
        user_id: &str,
        now: i64,
    ) -> String {
        let code = self.random.authorization_code();
        self.counters.codes_issued += 1;
        let mut issued = Code { request, user_id: user_id.to_owned(), issued_ms: now, used: false };
        match self.settings.oauth.codes {
            CodeFate::Good => {}
            CodeFate::FirstExpired if self.counters.codes_issued > 1 => {}
            CodeFate::Expired | CodeFate::FirstExpired => issued.issued_ms -= CODE_MS,
            CodeFate::Used => issued.used = true,
            CodeFate::OtherRedirect => issued.request.redirect_uri.push_str("/other"),
            CodeFate::Unknown => return code,
        }
        self.codes.insert(code.clone(), issued);
        code
    }

    /// A new grant with its first tokens. A sixth of the same user and app ends the oldest.
    pub(super) fn issue_grant(
        &mut self,
        consumer_key: &str,
        user_id: &str,
        scope: &str,
        now: i64,
    ) -> Issued {
        let access_token = self.random.access_token(&self.id);
        let granted = self.settings.oauth.granted_scopes.clone();
        let granted = granted.filter(|_| consumer_key == self.connected_app().consumer_key);
        let scope = granted.as_deref().unwrap_or(scope);
        let refresh_token = scope
            .split_whitespace()
            .any(|scope| scope == "refresh_token" || scope == "offline_access")
            .then(|| self.random.refresh_token());
        let delete_token = format!("{}.del", self.random.refresh_token());
        let token_identifier = self.random.alphanumeric(44);
        let id = self.random.record_id("0CQ");
        self.grants.push(Grant {
            id,
            consumer_key: consumer_key.to_owned(),
            user_id: user_id.to_owned(),
            scope: scope.to_owned(),
            refresh_token: refresh_token.clone(),
            replaced_refresh_tokens: Vec::new(),
            delete_token,
            token_identifier,
            access_tokens: vec![AccessToken {
                token: access_token.clone(),
                issued_ms: now,
                revoked: false,
            }],
            created_ms: now,
            last_used_ms: now,
            use_count: 1,
            ended_by: None,
        });
        let live = self.live_grants(consumer_key, Some(user_id));
        let live: Vec<String> = live.map(|grant| grant.id.clone()).collect();
        for oldest in live.iter().take(live.len().saturating_sub(MOST_APPROVALS)) {
            self.end_grant(oldest, "five_approvals");
        }
        Issued { access_token, refresh_token, user_id: user_id.to_owned(), scope: scope.to_owned() }
    }

    /// Exchanges a code, once, by the client and for the redirect URI that it was issued for.
    pub(super) fn exchange_code(
        &mut self,
        code: &str,
        consumer_key: &str,
        redirect_uri: &str,
        verifier: &str,
        now: i64,
    ) -> Result<Issued, Refused> {
        let issued = self.codes.get_mut(code).ok_or(Refused::InvalidCode)?;
        if issued.request.consumer_key != consumer_key {
            return Err(Refused::InvalidCode);
        }
        if issued.used || now >= issued.issued_ms.saturating_add(CODE_MS) {
            return Err(Refused::ExpiredCode);
        }
        if issued.request.redirect_uri != redirect_uri {
            return Err(Refused::RedirectMismatch);
        }
        if issued.request.challenge.as_ref().is_some_and(|challenge| !challenge.fits(verifier)) {
            return Err(Refused::WrongVerifier);
        }
        issued.used = true;
        let (scope, user_id) = (issued.request.scope.clone(), issued.user_id.clone());
        let refusal = if self.is_blocked(consumer_key) {
            Some(Refused::Blocked)
        } else {
            self.token_endpoint_refuses(consumer_key, &user_id)
        };
        match refusal {
            Some(refusal) => Err(refusal),
            None => Ok(self.issue_grant(consumer_key, &user_id, &scope, now)),
        }
    }

    /// A fresh access token from a live refresh token; with rotation on, another refresh token as
    /// well. An old one that comes back then ends the grant, because it may have been stolen
    /// (Salesforce Help, article 005316711).
    pub(super) fn refresh(
        &mut self,
        refresh_token: &str,
        consumer_key: &str,
        now: i64,
    ) -> Result<Issued, Refused> {
        if self.is_blocked(consumer_key) {
            return Err(Refused::Blocked);
        }
        let is_old = |grant: &&Grant| {
            grant.consumer_key == consumer_key
                && grant.replaced_refresh_tokens.iter().any(|token| token == refresh_token)
        };
        if let Some(grant) = self.grants.iter().find(is_old) {
            let id = grant.id.clone();
            self.end_grant(&id, "refresh_token_reused");
            return Err(Refused::ExpiredToken);
        }
        let is_it = |grant: &&Grant| {
            grant.ended_by.is_none()
                && grant.consumer_key == consumer_key
                && grant.refresh_token.as_deref() == Some(refresh_token)
        };
        let grant = self.grants.iter().find(is_it).ok_or(Refused::ExpiredToken)?;
        if let Some(refusal) = self.refresh_refusal(grant, now) {
            return Err(refusal);
        }
        let id = grant.id.clone();
        let access_token = self.random.access_token(&self.id);
        let rotated = self.settings.oauth.rotation.then(|| self.random.refresh_token());
        let grant =
            self.grants.iter_mut().find(|grant| grant.id == id).ok_or(Refused::ExpiredToken)?;
        if let Some(rotated) = &rotated {
            let old = grant.refresh_token.replace(rotated.clone());
            grant.replaced_refresh_tokens.extend(old);
        }
        grant.use_count += 1;
        grant.last_used_ms = now;
        grant.access_tokens.push(AccessToken {
            token: access_token.clone(),
            issued_ms: now,
            revoked: false,
        });
        Ok(Issued {
            access_token,
            refresh_token: rotated,
            user_id: grant.user_id.clone(),
            scope: grant.scope.clone(),
        })
    }

    /// Ends a grant with all its tokens; false if there is no such live grant.
    pub(super) fn end_grant(&mut self, id: &str, by: &'static str) -> bool {
        let live = |grant: &&mut Grant| grant.id == id && grant.ended_by.is_none();
        match self.grants.iter_mut().find(live) {
            Some(grant) => {
                grant.ended_by = Some(by);
                true
            }
            None => false,
        }
    }

    /// What `/services/oauth2/revoke` does: an access token ends only itself, a refresh token or
    /// a `DeleteToken` the whole grant. `None` if the token is dead or unknown.
    pub(super) fn revoke(&mut self, token: &str, now: i64) -> Option<Revoked> {
        let ends_all = self.grants.iter().find_map(|grant| {
            let by = if grant.refresh_token.as_deref() == Some(token) {
                // What its policy has ended is not known any more.
                if self.refresh_token_ended_by(grant, now).is_some() {
                    return None;
                }
                "refresh_token_revoked"
            } else if grant.delete_token == token {
                "delete_token_revoked"
            } else {
                return None;
            };
            Some((grant.id.clone(), by))
        });
        if let Some((id, by)) = ends_all {
            return self.end_grant(&id, by).then_some(Revoked::Grant);
        }
        let (grant, position) = self.access_token(token, now)?;
        let id = grant.id.clone();
        let grant = self.grants.iter_mut().find(|grant| grant.id == id)?;
        grant.access_tokens.get_mut(position)?.revoked = true;
        Some(Revoked::AccessToken)
    }

    /// The grant of a live access token and the token's position in it.
    pub(super) fn access_token(&self, token: &str, now: i64) -> Option<(&Grant, usize)> {
        self.grants.iter().find_map(|grant| {
            let position = grant.access_tokens.iter().position(|access| access.token == token)?;
            self.is_live(grant, &grant.access_tokens[position], now).then_some((grant, position))
        })
    }

    /// Whom a bearer token stands for: an OAuth access token or a browser's session id.
    pub(super) fn bearer(&self, token: &str, now: i64) -> Option<Bearer> {
        if let Some(session) = self.session(token, now) {
            return Some(Bearer { user_id: session.user_id.clone(), consumer_key: None });
        }
        let (grant, _) = self.access_token(token, now)?;
        Some(Bearer {
            user_id: grant.user_id.clone(),
            consumer_key: Some(grant.consumer_key.clone()),
        })
    }
}
