//! Witnesses that are late: an endpoint that still calls a token alive which is dead.

use serde::{Deserialize, Serialize};

use super::grants::Bearer;
use super::org::{Grant, Org};

/// How many more answers about something dead are as if it lived, endpoint by endpoint.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Stale {
    /// `userinfo`, of access tokens.
    pub userinfo: u32,
    /// Introspection.
    pub introspection: u32,
    /// Queries of `OauthToken`, which go on listing ended grants of the app under test.
    pub oauth_token: u32,
}

impl Org {
    /// Whose the access token was, if `userinfo` is late.
    pub(super) fn late_bearer(&mut self, token: &str) -> Option<Bearer> {
        let grant = self
            .grants
            .iter()
            .find(|grant| grant.access_tokens.iter().any(|access| access.token == token))?;
        let bearer = Bearer {
            user_id: grant.user_id.clone(),
            consumer_key: Some(grant.consumer_key.clone()),
        };
        take(&mut self.settings.stale.userinfo).then_some(bearer)
    }

    /// The dead grant that a token belongs to, if introspection is late.
    pub(super) fn late_grant(&mut self, token: &str) -> Option<Grant> {
        let belongs = |grant: &&Grant| {
            grant.refresh_token.as_deref() == Some(token)
                || grant.access_tokens.iter().any(|access| access.token == token)
        };
        let grant = self.grants.iter().find(belongs)?.clone();
        take(&mut self.settings.stale.introspection).then_some(grant)
    }

    /// Whether this query of `OauthToken` lists ended grants too.
    pub(super) fn lists_ended_grants(&mut self) -> bool {
        let app = self.connected_app().consumer_key.clone();
        let ended = |grant: &Grant| grant.consumer_key == app && grant.ended_by.is_some();
        self.grants.iter().any(ended) && take(&mut self.settings.stale.oauth_token)
    }
}

fn take(left: &mut u32) -> bool {
    let any = *left > 0;
    *left = left.saturating_sub(1);
    any
}
