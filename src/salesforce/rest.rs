//! REST queries, as the user of one session or access token.

use std::sync::Arc;

use http::Method;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::sync::OnceCell;
use url::Url;

use super::SalesforceError;
use super::oauth::bearer;
use super::objects::{
    ConnectedApplication, ConnectedApplicationBody, OauthTokenBody, OauthTokenRow, UserRow,
};
use super::soql::quote;
use crate::http::{Answer, Call, HttpClient};
use crate::secrets::{Redactor, Secret};

/// The newest API version that this program was written against (Summer '26).
const NEWEST_KNOWN_VERSION: u32 = 67;
/// Pages of a query that are read at most; all that `OauthToken` gives (2,500 rows) are five.
const MOST_PAGES: usize = 50;

/// Queries an org. Changes nothing but what [`super::ConnectClient`] ends.
#[derive(Clone)]
pub struct RestClient {
    my_domain: Url,
    token: Secret,
    version: Arc<OnceCell<u32>>,
    http: HttpClient,
    redactor: Redactor,
}

#[derive(Deserialize)]
struct Version {
    version: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct QueryPage<T> {
    records: Vec<T>,
    next_records_url: Option<String>,
}

impl RestClient {
    /// A client for the org at `my_domain`, as the user of an access token or of a session id.
    pub fn new(my_domain: Url, token: Secret, http: HttpClient, redactor: Redactor) -> Self {
        Self { my_domain, token, version: Arc::new(OnceCell::new()), http, redactor }
    }

    /// The API version that is used: the org's newest of those that this program knows. Asked
    /// once.
    ///
    /// # Errors
    /// [`SalesforceError`], also if the org has none of them.
    pub async fn version(&self) -> Result<u32, SalesforceError> {
        self.version
            .get_or_try_init(|| async {
                let what = "ask for the org's API versions";
                let answer = self.get(what, self.url("/services/data/")).await?;
                let unexpected = |reason| SalesforceError::UnexpectedAnswer { what, reason };
                let versions: Vec<Version> = answer.json().map_err(unexpected)?;
                newest_known(versions.iter().map(|entry| entry.version.as_str())).ok_or_else(|| {
                    unexpected(format!("no API version up to {NEWEST_KNOWN_VERSION}.0 in it"))
                })
            })
            .await
            .copied()
    }

    /// Runs a query and reads all of its pages.
    ///
    /// # Errors
    /// [`SalesforceError`]; [`SalesforceError::is_not_permitted`] tells what this user may not see.
    pub async fn query<T: DeserializeOwned>(
        &self,
        what: &'static str,
        soql: &str,
    ) -> Result<Vec<T>, SalesforceError> {
        let version = self.version().await?;
        let mut url = self.url(&format!("/services/data/v{version}.0/query"));
        url.query_pairs_mut().append_pair("q", soql);
        let mut records = Vec::new();
        for _ in 0..MOST_PAGES {
            let unexpected = |reason| SalesforceError::UnexpectedAnswer { what, reason };
            let page: QueryPage<T> = self.get(what, url).await?.json().map_err(unexpected)?;
            records.extend(page.records);
            let Some(next) = page.next_records_url else {
                return Ok(records);
            };
            // A path on the same host: the token goes nowhere else.
            if !next.starts_with("/services/data/") {
                return Err(unexpected("nextRecordsUrl is not a path of the API".to_owned()));
            }
            url = self.url(&next);
        }
        Err(SalesforceError::EndlessQuery { what, pages: MOST_PAGES })
    }

    /// The grants of one user for one app. Without the permission Manage Users only those of the
    /// session's own user are there.
    ///
    /// # Errors
    /// [`SalesforceError`].
    pub async fn oauth_tokens(
        &self,
        app_name: &str,
        user_id: &str,
    ) -> Result<Vec<OauthTokenRow>, SalesforceError> {
        let soql = format!(
            "SELECT Id, AppName, UserId, User.Name, UseCount, LastUsedDate, DeleteToken, \
             AppMenuItemId FROM OauthToken WHERE AppName = {} AND UserId = {}",
            quote(app_name),
            quote(user_id)
        );
        let rows: Vec<OauthTokenBody> = self.query("list the user's grants", &soql).await?;
        Ok(rows.into_iter().map(|row| self.grant(row)).collect())
    }

    fn grant(&self, row: OauthTokenBody) -> OauthTokenRow {
        let delete_token = row
            .delete_token
            .filter(|token| !token.is_empty())
            .map(|token| self.redactor.learn("DeleteToken", token));
        OauthTokenRow {
            id: row.id,
            app_name: row.app_name,
            user_id: row.user_id,
            user_name: row.user.and_then(|user| user.name),
            use_count: row.use_count.unwrap_or(0),
            last_used: row.last_used_date,
            delete_token,
            app_installed: row.app_menu_item_id.is_some(),
        }
    }

    /// The org's policy for an app; none if the org does not know the app.
    ///
    /// # Errors
    /// [`SalesforceError`]; most users are not permitted to ask.
    pub async fn connected_application(
        &self,
        name: &str,
    ) -> Result<Option<ConnectedApplication>, SalesforceError> {
        let soql = format!(
            "SELECT Id, Name, RefreshTokenValidityPeriod, OptionsRefreshTokenValidityMetric \
             FROM ConnectedApplication WHERE Name = {}",
            quote(name)
        );
        let rows: Vec<ConnectedApplicationBody> =
            self.query("read the app's refresh token policy", &soql).await?;
        Ok(rows.into_iter().next().map(Into::into))
    }

    /// A user by id; none if there is no such user.
    ///
    /// # Errors
    /// [`SalesforceError`].
    pub async fn user(&self, id: &str) -> Result<Option<UserRow>, SalesforceError> {
        let soql = format!("SELECT Id, Name, Username, Alias FROM User WHERE Id = {}", quote(id));
        let rows: Vec<UserRow> = self.query("read the user", &soql).await?;
        Ok(rows.into_iter().next())
    }

    /// A user by user name, which is unique in all of Salesforce; none if there is no such user here.
    ///
    /// # Errors
    /// [`SalesforceError`].
    pub async fn user_by_username(
        &self,
        username: &str,
    ) -> Result<Option<UserRow>, SalesforceError> {
        let soql = format!(
            "SELECT Id, Name, Username, Alias FROM User WHERE Username = {}",
            quote(username)
        );
        let rows: Vec<UserRow> = self.query("look the user up", &soql).await?;
        Ok(rows.into_iter().next())
    }

    /// A path of the org's API.
    pub(super) fn url(&self, path: &str) -> Url {
        let mut url = self.my_domain.clone();
        url.set_path(path);
        url.set_query(None);
        url
    }

    /// Reads what is at `url`, which has to be the org's.
    pub(super) async fn get(
        &self,
        what: &'static str,
        url: Url,
    ) -> Result<Answer, SalesforceError> {
        let call = Call::get(url).authorization(bearer(&self.token)?).retrying();
        let answer = self.http.send(call).await?;
        if answer.status == 200 {
            return Ok(answer);
        }
        Err(SalesforceError::refused(what, &answer, &self.redactor))
    }

    /// Deletes what is at `url`, which has to be the org's. Sent once.
    pub(super) async fn delete(&self, what: &'static str, url: Url) -> Result<(), SalesforceError> {
        let call = Call::new(Method::DELETE, url).authorization(bearer(&self.token)?);
        let answer = self.http.send(call).await?;
        if answer.is_success() {
            return Ok(());
        }
        Err(SalesforceError::refused(what, &answer, &self.redactor))
    }

    /// Learns a secret that an answer held.
    pub(super) fn learn(&self, label: &'static str, value: String) -> Secret {
        self.redactor.learn(label, value)
    }
}

/// The highest version that is not newer than what this program knows, of e.g. `67.0`.
fn newest_known<'text>(versions: impl Iterator<Item = &'text str>) -> Option<u32> {
    versions
        .filter_map(|version| version.split('.').next()?.parse().ok())
        .filter(|version| *version <= NEWEST_KNOWN_VERSION)
        .max()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Failure;
    use crate::http::testing::{Canned, quick_client, response};

    const VERSIONS: &str = r#"[{"version":"9.0"},{"version":"66.0"},{"version":"68.0"}]"#;

    fn client(server: &Canned) -> RestClient {
        let redactor = Redactor::new();
        let token = redactor.learn("sid", "00D1!session");
        RestClient::new(server.url("/ignored?x=1"), token, quick_client(), redactor)
    }

    #[test]
    fn versions() {
        assert_eq!(newest_known(["9.0", "66.0", "68.0"].into_iter()), Some(66));
        assert_eq!(newest_known(["68.0", "x"].into_iter()), None);
    }

    #[tokio::test]
    async fn pages_are_followed_and_the_version_is_asked_once() {
        let row = |id: u8, token: &str| {
            format!(
                r#"{{"Id":"{id}","AppName":"A","UserId":"005","User":{{"Name":"Ada"}},"UseCount":{id},"LastUsedDate":null,"DeleteToken":{token},"AppMenuItemId":"0DS"}}"#
            )
        };
        let first = format!(
            r#"{{"totalSize":2,"done":false,"nextRecordsUrl":"/services/data/v66.0/query/01g-2000","records":[{}]}}"#,
            row(1, r#""5Aep-delete""#)
        );
        let second = format!(r#"{{"totalSize":2,"done":true,"records":[{}]}}"#, row(2, "null"));
        let none = response(200, r#"{"records":[]}"#);
        let server = Canned::serve(vec![
            response(200, VERSIONS),
            response(200, &first),
            response(200, &second),
            none,
        ])
        .await;
        let client = client(&server);
        let rows = client.oauth_tokens("O'Hara", "005").await.unwrap();
        assert_eq!(rows.len(), 2);
        assert_eq!((rows[0].use_count, rows[0].user_name.as_deref()), (1, Some("Ada")));
        assert!(rows[0].delete_token.is_some() && rows[1].delete_token.is_none());
        assert_eq!(client.redactor.redact("5Aep-delete"), "«DeleteToken»");
        assert_eq!(client.clone().user("005").await.unwrap(), None);
        let requests = server.requests();
        assert!(requests[1].starts_with("GET /services/data/v66.0/query?q=SELECT+Id"));
        assert!(requests[1].contains("AppName+%3D+%27O%5C%27Hara%27"), "{}", requests[1]);
        assert!(requests[2].starts_with("GET /services/data/v66.0/query/01g-2000 HTTP"));
    }

    #[tokio::test]
    async fn a_next_page_elsewhere_is_refused() {
        let page = r#"{"records":[],"nextRecordsUrl":"https://evil.example/"}"#;
        let server = Canned::serve(vec![response(200, VERSIONS), response(200, page)]).await;
        let error = client(&server).user("005").await.unwrap_err();
        assert!(error.to_string().contains("nextRecordsUrl"), "{error}");
    }

    #[tokio::test]
    async fn what_may_not_be_seen_is_told_apart() {
        let refused = r#"[{"message":"sObject type 'ConnectedApplication' is not supported.","errorCode":"INVALID_TYPE"}]"#;
        let dead = r#"[{"message":"Session expired or invalid","errorCode":"INVALID_SESSION_ID"}]"#;
        let server = Canned::serve(vec![
            response(200, VERSIONS),
            response(400, refused),
            response(401, dead),
        ])
        .await;
        let client = client(&server);
        assert!(client.connected_application("A").await.unwrap_err().is_not_permitted());
        let error = client.connected_application("A").await.unwrap_err();
        assert!(error.is_session_refused() && !error.is_not_permitted());
        assert_eq!(Failure::from(error).code, "salesforce.session_refused");
    }
}
