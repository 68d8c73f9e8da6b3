//! Connect REST's OAuth usage of external client apps: which are in use, one user's tokens for one,
//! and the end of one token. Of the calls that end tokens only the one for a single token is made:
//! the others end what is not ours.

use std::sync::Arc;

use serde::Deserialize;
use tokio::sync::OnceCell;

use super::connect_pages::{Page, read_all};
use super::pages::{clause, near};
use super::{ConnectError, RestClient, SalesforceError};
use crate::secrets::Secret;

/// Where a token's end is, before its identifier.
const ONE_TOKEN: &str = "/apps/oauth/usage/tokens/";
/// Of 18 characters of a record's id, those that say which record it is.
const SHORT_ID: usize = 15;

/// Asks an org about one external client app.
#[derive(Clone)]
pub struct ConnectClient {
    rest: RestClient,
    /// Label or developer name, as configured.
    app: String,
    /// What the API calls it. Asked once: an app without tokens is listed no more.
    identifier: Arc<OnceCell<String>>,
}

/// A grant of one user for the app.
#[derive(Debug, Clone)]
pub struct ConnectToken {
    /// What ends it, and nothing else.
    pub identifier: Secret,
    /// How often access tokens came of it. Moves on the grant that was used.
    pub use_count: u64,
    /// When it was last used, as Salesforce writes times; none if never.
    pub last_used: Option<String>,
}

#[derive(Deserialize)]
struct Apps {
    apps: Vec<AppBody>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AppBody {
    identifier: String,
    developer_name: Option<String>,
    label: Option<String>,
}

impl Page for Apps {
    type Entry = AppBody;
    fn entries(self) -> Vec<AppBody> {
        self.apps
    }
    fn key(entry: &AppBody) -> &str {
        &entry.identifier
    }
}

#[derive(Deserialize)]
struct Tokens {
    tokens: Vec<TokenBody>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TokenBody {
    revocation_url: String,
    use_count: Option<u64>,
    last_used_at: Option<String>,
    user_identifier: Option<String>,
    app_identifier: Option<String>,
}

impl Page for Tokens {
    type Entry = TokenBody;
    fn entries(self) -> Vec<TokenBody> {
        self.tokens
    }
    fn key(entry: &TokenBody) -> &str {
        &entry.revocation_url
    }
}

impl ConnectClient {
    /// A client for the app of this label or developer name.
    pub fn new(rest: RestClient, app: String) -> Self {
        Self { rest, app, identifier: Arc::new(OnceCell::new()) }
    }

    /// What the API calls the app.
    ///
    /// # Errors
    /// [`ConnectError`]; [`ConnectError::AppNotListed`] also where nobody has authorised the app.
    pub async fn identifier(&self) -> Result<&str, ConnectError> {
        let find = || async { pick(&self.app, self.apps().await?) };
        self.identifier.get_or_try_init(find).await.map(String::as_str)
    }

    /// The user's grants for the app.
    ///
    /// # Errors
    /// [`ConnectError`]; [`ConnectError::is_no_witness`] where this user may not see them.
    pub async fn tokens(&self, user_id: &str) -> Result<Vec<ConnectToken>, ConnectError> {
        const WHAT: &str = "list the user's grants for the external client app";
        let app = self.identifier().await?;
        let path = self.path(&format!("/apps/oauth/usage/{app}/{user_id}/tokens")).await?;
        let bodies = match read_all::<Tokens>(&self.rest, WHAT, &path).await {
            // It was listed, so there were grants: with the last one it may have gone itself.
            Err(ConnectError::NotThere(error)) => {
                if self.apps().await?.iter().any(|listed| listed.identifier == app) {
                    return Err(ConnectError::NotThere(error));
                }
                Vec::new()
            }
            read => read?,
        };
        bodies
            .into_iter()
            .map(|body| {
                let unexpected = |reason: &str| SalesforceError::UnexpectedAnswer {
                    what: WHAT,
                    reason: reason.to_owned(),
                };
                let is = |id: &Option<String>, wanted: &str| {
                    id.as_deref().is_none_or(|id| same_record(id, wanted))
                };
                if !is(&body.user_identifier, user_id) || !is(&body.app_identifier, app) {
                    return Err(unexpected("it lists a token of another user or app").into());
                }
                let identifier = token_identifier(&body.revocation_url)
                    .ok_or_else(|| unexpected("revocationUrl is not that of one token"))?;
                Ok(ConnectToken {
                    identifier: self.rest.learn("token identifier", identifier.to_owned()),
                    use_count: body.use_count.unwrap_or(0),
                    last_used: body.last_used_at,
                })
            })
            .collect()
    }

    /// Ends one grant: this token and what came of it.
    ///
    /// # Errors
    /// [`ConnectError`]
    pub async fn end(&self, identifier: &Secret) -> Result<(), ConnectError> {
        let path = self.path(&format!("{ONE_TOKEN}{}", identifier.expose())).await?;
        let url = self.rest.url(&path);
        self.rest.delete("end the grant", url).await.map_err(ConnectError::refused)
    }

    async fn apps(&self) -> Result<Vec<AppBody>, ConnectError> {
        let path = self.path("/apps/oauth/usage").await?;
        read_all::<Apps>(&self.rest, "list the external client apps in use", &path).await
    }

    async fn path(&self, resource: &str) -> Result<String, ConnectError> {
        let version = self.rest.version().await.map_err(ConnectError::refused)?;
        Ok(format!("/services/data/v{version}.0{resource}"))
    }
}

/// The app of that developer name, which is unique, else the only one of that label.
fn pick(wanted: &str, apps: Vec<AppBody>) -> Result<String, ConnectError> {
    let name_of = |app: &AppBody| app.developer_name.clone().unwrap_or_default();
    if let Some(app) = apps.iter().find(|app| name_of(app) == wanted) {
        return Ok(app.identifier.clone());
    }
    let labelled: Vec<&AppBody> =
        apps.iter().filter(|app| app.label.as_deref() == Some(wanted)).collect();
    match labelled.as_slice() {
        [app] => Ok(app.identifier.clone()),
        [] => {
            let names: Vec<String> =
                apps.iter().map(|app| app.label.clone().unwrap_or_else(|| name_of(app))).collect();
            let near = clause(&near(wanted, &names));
            Err(ConnectError::AppNotListed { app: wanted.to_owned(), listed: apps.len(), near })
        }
        several => Err(ConnectError::SeveralApps { app: wanted.to_owned(), count: several.len() }),
    }
}

/// What follows in the URL that ends one token; none if it is the URL of something else.
fn token_identifier(revocation_url: &str) -> Option<&str> {
    let (_, identifier) = revocation_url.split_once(ONE_TOKEN)?;
    let is_one_segment = !identifier.is_empty()
        && !identifier.starts_with('.')
        && !identifier.contains(['/', '?', '#', '\\']);
    is_one_segment.then_some(identifier)
}

/// Ids of 15 and 18 characters name the same record.
fn same_record(one: &str, other: &str) -> bool {
    match (one.get(..SHORT_ID), other.get(..SHORT_ID)) {
        (Some(one), Some(other)) => one == other,
        _ => one == other,
    }
}
