//! What the OAuth endpoints answer.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Deserializer};
use url::Url;

use crate::secrets::Secret;

/// What a revocation came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RevokeAnswer {
    /// The token lived and is dead now.
    Revoked,
    /// The token was not known or dead already. Not "revoked": whatever it was that was to be
    /// ended may live on under another token.
    InvalidToken {
        /// Salesforce's own words.
        message: String,
    },
}

/// RFC 7662. May say "not active" of a living token of another app: one witness among others.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Introspection {
    /// Whether the token lives.
    pub active: bool,
    /// The scopes it has; empty for a dead one.
    #[serde(default, rename = "scope", deserialize_with = "scopes")]
    pub scopes: BTreeSet<String>,
    /// The app's consumer key.
    pub client_id: Option<String>,
    /// User name.
    pub username: Option<String>,
    /// Identity URL of the user, `https://…/id/<organization>/<user>`.
    pub sub: Option<String>,
    /// `access_token` or `refresh_token`.
    pub token_type: Option<String>,
    /// Until when it lives, in seconds since 1970.
    pub exp: Option<i64>,
}

/// Who a token belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct UserInfo {
    /// User id, 18 characters.
    pub user_id: String,
    /// Organization id, 18 characters.
    pub organization_id: String,
    /// User name, in the form of an e-mail address.
    #[serde(rename = "preferred_username")]
    pub username: String,
    /// Full name.
    pub name: String,
    /// Whether the app is installed in the org.
    pub is_app_installed: Option<bool>,
    /// Addresses of the org's APIs, by name, e.g. `rest`, `custom_domain`.
    #[serde(default)]
    pub urls: BTreeMap<String, String>,
}

impl UserInfo {
    /// The org's My Domain, as origin: from `custom_domain`, else from the address of REST.
    pub fn my_domain(&self) -> Option<Url> {
        let named = |name: &str| Url::parse(self.urls.get(name)?).ok();
        let url = named("custom_domain").or_else(|| named("rest"))?;
        Url::parse(&url.origin().ascii_serialization()).ok()
    }
}

/// What `userinfo` said of an access token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserInfoAnswer {
    /// It lives.
    Alive(UserInfo),
    /// 401, or 403 `Bad_OAuth_Token`.
    Dead,
}

/// A grant's tokens, fresh from the token endpoint.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// Access token.
    pub access_token: Secret,
    /// Refresh token; none without the scope `refresh_token`.
    pub refresh_token: Option<Secret>,
    /// Scopes.
    pub scopes: BTreeSet<String>,
    /// The org's My Domain.
    pub instance_url: Url,
    /// Identity URL, `https://…/id/<organization>/<user>`.
    pub id: Url,
}

/// The token endpoint's answer on the wire.
#[derive(Deserialize)]
pub(super) struct TokenBody {
    pub(super) access_token: String,
    pub(super) refresh_token: Option<String>,
    #[serde(default, rename = "scope", deserialize_with = "scopes")]
    pub(super) scopes: BTreeSet<String>,
    pub(super) instance_url: Url,
    pub(super) id: Url,
}

/// User id and organization id out of an identity URL, `https://…/id/<organization>/<user>`.
pub fn user_and_organization(identity: &Url) -> Option<(String, String)> {
    let segments: Vec<&str> = identity.path_segments()?.collect();
    match segments.as_slice() {
        ["id", organization, user]
            if organization.starts_with("00D") && user.starts_with("005") =>
        {
            Some(((*user).to_owned(), (*organization).to_owned()))
        }
        _ => None,
    }
}

fn scopes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeSet<String>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    Ok(text.iter().flat_map(|text| text.split_whitespace()).map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identity_urls() {
        for (url, expected) in [
            ("https://login.salesforce.com/id/00D1/0051", Some(("0051", "00D1"))),
            ("https://login.salesforce.com/id/0051/00D1", None),
            ("https://login.salesforce.com/id/00D1", None),
            ("https://login.salesforce.com/x/00D1/0051", None),
        ] {
            let read = user_and_organization(&Url::parse(url).unwrap());
            let expected = expected.map(|(user, org)| (user.to_owned(), org.to_owned()));
            assert_eq!(read, expected, "{url}");
        }
    }

    #[test]
    fn my_domain_of_a_user() {
        for (urls, expected) in [
            (
                r#"{"rest":"https://a.my.salesforce.com/services/data/v{version}/"}"#,
                Some("https://a.my.salesforce.com/"),
            ),
            (
                r#"{"rest":"https://x.com/","custom_domain":"http://b.my.salesforce.localhost:81"}"#,
                Some("http://b.my.salesforce.localhost:81/"),
            ),
            ("{}", None),
        ] {
            let body = format!(
                r#"{{"user_id":"005","organization_id":"00D","preferred_username":"u","name":"n","urls":{urls}}}"#
            );
            let user: UserInfo = serde_json::from_str(&body).unwrap();
            assert_eq!(user.my_domain().as_ref().map(Url::as_str), expected);
        }
    }

    #[test]
    fn a_dead_token_has_no_scopes() {
        let dead: Introspection = serde_json::from_str(r#"{"active":false}"#).unwrap();
        assert!(!dead.active && dead.scopes.is_empty());
        let live: Introspection =
            serde_json::from_str(r#"{"active":true,"scope":"full  refresh_token"}"#).unwrap();
        assert_eq!(live.scopes.iter().collect::<Vec<_>>(), ["full", "refresh_token"]);
    }
}
