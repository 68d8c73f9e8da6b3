//! The rows that are asked for, and what they mean.

use serde::Deserialize;

use crate::secrets::Secret;

/// A grant as `OauthToken` shows it: one row for each refresh token, or lone access token.
#[derive(Debug, Clone)]
pub struct OauthTokenRow {
    /// Row id.
    pub id: String,
    /// The app's name.
    pub app_name: String,
    /// Whose grant it is.
    pub user_id: String,
    /// The user's full name; none if this session may not see it.
    pub user_name: Option<String>,
    /// How often the grant was used. Moves on the row of the grant that was used.
    pub use_count: u64,
    /// When it was last used, as Salesforce writes times; none if never.
    pub last_used: Option<String>,
    /// Revoking this ends this grant. None if this session may not have it.
    pub delete_token: Option<Secret>,
    /// Whether the app is installed in the org.
    pub app_installed: bool,
}

/// `OauthToken` on the wire.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct OauthTokenBody {
    pub(super) id: String,
    pub(super) app_name: String,
    pub(super) user_id: String,
    pub(super) user: Option<UserName>,
    pub(super) use_count: Option<u64>,
    pub(super) last_used_date: Option<String>,
    pub(super) delete_token: Option<String>,
    pub(super) app_menu_item_id: Option<String>,
}

/// The user of an `OauthToken` on the wire.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UserName {
    pub(super) name: Option<String>,
}

/// A user.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct UserRow {
    /// User id, 18 characters.
    pub id: String,
    /// Full name.
    pub name: String,
    /// User name, in the form of an e-mail address.
    pub username: String,
    /// Short name, at most eight characters.
    pub alias: Option<String>,
}

/// What the org lets an app's refresh tokens do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectedApplication {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// When its refresh tokens end.
    pub refresh_token_policy: RefreshTokenPolicy,
}

/// When an app's refresh tokens end by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefreshTokenPolicy {
    /// Only when they are revoked.
    UntilRevoked,
    /// At once: there are none to speak of.
    ImmediatelyExpires,
    /// When they are not used for so long, in the unit that the org's policy was set in.
    IfNotUsedFor(u64),
    /// So long after they were given, in the unit that the org's policy was set in.
    After(u64),
}

/// `ConnectedApplication` on the wire.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ConnectedApplicationBody {
    id: String,
    name: String,
    refresh_token_validity_period: Option<u64>,
    /// "If true, the token validity is measured based on the last use of the token; otherwise, it
    /// is based on the token duration" (object reference, read 2026-11).
    options_refresh_token_validity_metric: Option<bool>,
}

impl From<ConnectedApplicationBody> for ConnectedApplication {
    fn from(body: ConnectedApplicationBody) -> Self {
        let since_last_use = body.options_refresh_token_validity_metric.unwrap_or(false);
        let refresh_token_policy = match (body.refresh_token_validity_period, since_last_use) {
            (None, _) => RefreshTokenPolicy::UntilRevoked,
            (Some(0), _) => RefreshTokenPolicy::ImmediatelyExpires,
            (Some(period), true) => RefreshTokenPolicy::IfNotUsedFor(period),
            (Some(period), false) => RefreshTokenPolicy::After(period),
        };
        Self { id: body.id, name: body.name, refresh_token_policy }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies() {
        for (period, since_last_use, expected) in [
            ("null", "false", RefreshTokenPolicy::UntilRevoked),
            ("0", "false", RefreshTokenPolicy::ImmediatelyExpires),
            ("24", "true", RefreshTokenPolicy::IfNotUsedFor(24)),
            ("24", "false", RefreshTokenPolicy::After(24)),
        ] {
            let body: ConnectedApplicationBody = serde_json::from_str(&format!(
                r#"{{"Id":"0H4","Name":"n","RefreshTokenValidityPeriod":{period},"OptionsRefreshTokenValidityMetric":{since_last_use}}}"#
            ))
            .unwrap();
            assert_eq!(ConnectedApplication::from(body).refresh_token_policy, expected);
        }
    }
}
