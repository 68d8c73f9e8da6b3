//! The way from the simulated platform to Salesforce: token endpoint and REST, over real HTTP.
//!
//! Sites on loopback only: a simulator that is handed a real address must not take a real app's
//! secret there.

use super::error::ApiError;
use super::model::Tokens;
use axum::http::StatusCode;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;
use url::{Host, Url};

const TOKEN_PATH: &str = "/services/oauth2/token";
const QUERY_PATH: &str = "/services/data/v60.0/query";
const SOBJECTS_PATH: &str = "/services/data/v60.0/sobjects";
const USER_AGENT: &str = "reauth-simulator/cloud-elements";
/// How long the platform waits for Salesforce.
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// Why Salesforce did not do what the platform asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum SalesforceError {
    /// The token endpoint's own words.
    #[error("{error}: {description}")]
    OAuth { error: String, description: String },
    /// REST no longer takes the access token.
    #[error("INVALID_SESSION_ID: {0}")]
    Session(String),
    /// REST refused for another reason.
    #[error("{code}: {message}")]
    Rest { status: StatusCode, code: String, message: String },
    /// The address leads, or would lead, away from this machine.
    #[error(
        "the simulator knows sites on loopback only, e.g. http://login.salesforce.localhost:8080, and was given {0:?}"
    )]
    NotLoopback(String),
    /// No answer, or not in time.
    #[error("Salesforce cannot be reached: {0}")]
    Unreachable(String),
    /// An answer that is none.
    #[error("Salesforce answered {status} with a body that is not understood")]
    Malformed { status: StatusCode },
}

impl From<SalesforceError> for ApiError {
    fn from(error: SalesforceError) -> Self {
        let message = error.to_string();
        match error {
            SalesforceError::OAuth { .. } | SalesforceError::NotLoopback(_) => {
                Self::bad_request(message)
            }
            SalesforceError::Session(_) => Self::unauthenticated(message),
            SalesforceError::Rest { status, .. } => Self::with_status(status, message),
            SalesforceError::Unreachable(_) | SalesforceError::Malformed { .. } => {
                Self::bad_gateway(message)
            }
        }
    }
}

/// The app, as an instance's configuration holds it.
#[derive(Clone)]
pub(super) struct App {
    /// Origin of the login host or My Domain.
    pub(super) site: String,
    pub(super) consumer_key: String,
    pub(super) consumer_secret: String,
    pub(super) callback_url: String,
}

/// A client for Salesforce.
pub(super) struct Salesforce {
    /// The reason if there is none; told to the first caller who needs it.
    client: Result<reqwest::Client, String>,
}

impl Salesforce {
    pub(super) fn new() -> Self {
        let client = reqwest::Client::builder()
            .user_agent(USER_AGENT)
            .timeout(TIME_LIMIT)
            // Loopback needs none, and would go through one if the environment names it.
            .no_proxy()
            .redirect(Policy::none())
            // Plain http only; looking for the system's certificates fails where there are none.
            .tls_certs_only([])
            .dns_resolver(Loopback)
            .build()
            .map_err(|error| error.to_string());
        Self { client }
    }

    /// Exchanges an authorization code.
    pub(super) async fn exchange(&self, app: &App, code: &str) -> Result<Tokens, SalesforceError> {
        self.token(
            app,
            &[
                ("grant_type", "authorization_code"),
                ("code", code),
                ("redirect_uri", &app.callback_url),
            ],
        )
        .await
    }

    /// Gets a new access token, and a new refresh token if rotation is on. No `scope` goes along:
    /// Salesforce refuses it here.
    pub(super) async fn refresh(
        &self,
        app: &App,
        refresh_token: &str,
    ) -> Result<Tokens, SalesforceError> {
        self.token(app, &[("grant_type", "refresh_token"), ("refresh_token", refresh_token)]).await
    }

    async fn token(&self, app: &App, form: &[(&str, &str)]) -> Result<Tokens, SalesforceError> {
        let origin = loopback_origin(&app.site)?;
        let client = [
            ("client_id", app.consumer_key.as_str()),
            ("client_secret", app.consumer_secret.as_str()),
        ];
        let form: Vec<_> = form.iter().copied().chain(client).collect();
        let request = self.client()?.post(format!("{origin}{TOKEN_PATH}")).form(&form);
        let (status, body) = send(request).await?;
        if status.is_success() {
            let answer: TokenAnswer = understand(status, &body)?;
            return Ok(Tokens {
                access_token: answer.access_token,
                refresh_token: answer.refresh_token,
                id_url: answer.id,
                instance_url: answer.instance_url,
            });
        }
        let refusal: TokenRefusal = understand(status, &body)?;
        Err(SalesforceError::OAuth {
            error: refusal.error,
            description: refusal.error_description.unwrap_or_default(),
        })
    }

    /// Runs a SOQL query and gives its records.
    pub(super) async fn query(
        &self,
        instance_url: &str,
        access_token: &str,
        soql: &str,
    ) -> Result<Vec<Value>, SalesforceError> {
        let origin = loopback_origin(instance_url)?;
        let request = self
            .client()?
            .get(format!("{origin}{QUERY_PATH}"))
            .query(&[("q", soql)])
            .bearer_auth(access_token);
        let (status, body) = send(request).await?;
        if status.is_success() {
            return understand(status, &body).map(|answer: QueryAnswer| answer.records);
        }
        Err(refusal(status, &body)?)
    }

    /// Writes a record, or deletes it; `path` is `<object>[/<id>]`. Gives the id of a new one.
    pub(super) async fn write(
        &self,
        instance_url: &str,
        access_token: &str,
        method: &reqwest::Method,
        path: &str,
        fields: Option<&Value>,
    ) -> Result<Option<String>, SalesforceError> {
        let origin = loopback_origin(instance_url)?;
        let request = self
            .client()?
            .request(method.clone(), format!("{origin}{SOBJECTS_PATH}/{path}"))
            .bearer_auth(access_token);
        let request = match fields {
            Some(fields) => request.json(fields),
            None => request,
        };
        let (status, body) = send(request).await?;
        if !status.is_success() {
            return Err(refusal(status, &body)?);
        }
        let created: Option<Created> = serde_json::from_slice(&body).ok();
        Ok(created.map(|created| created.id))
    }

    fn client(&self) -> Result<&reqwest::Client, SalesforceError> {
        self.client.as_ref().map_err(|reason| SalesforceError::Unreachable(reason.clone()))
    }
}

/// What REST's refusal means.
fn refusal(status: StatusCode, body: &[u8]) -> Result<SalesforceError, SalesforceError> {
    let refusals: Vec<RestRefusal> = understand(status, body)?;
    let refusal = refusals.into_iter().next().ok_or(SalesforceError::Malformed { status })?;
    Ok(if status == StatusCode::UNAUTHORIZED && refusal.error_code == "INVALID_SESSION_ID" {
        SalesforceError::Session(refusal.message)
    } else {
        SalesforceError::Rest { status, code: refusal.error_code, message: refusal.message }
    })
}

/// The origin of an address, if it is on this machine.
pub(super) fn loopback_origin(address: &str) -> Result<String, SalesforceError> {
    let refusal = || SalesforceError::NotLoopback(address.to_owned());
    let url = Url::parse(address).map_err(|_| refusal())?;
    let loopback = match url.host() {
        Some(Host::Domain(name)) => is_localhost(name),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    if loopback && url.scheme() == "http" {
        Ok(url.origin().ascii_serialization())
    } else {
        Err(refusal())
    }
}

fn is_localhost(name: &str) -> bool {
    name == "localhost" || name.ends_with(".localhost")
}

/// Names below `localhost` are loopback by RFC 6761; the system's resolver often does not know.
struct Loopback;

impl Resolve for Loopback {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            if !is_localhost(name.as_str()) {
                return Err(format!("{} is not a name of this machine", name.as_str()).into());
            }
            let addresses: Addrs =
                Box::new(std::iter::once(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))));
            Ok(addresses)
        })
    }
}

async fn send(request: reqwest::RequestBuilder) -> Result<(StatusCode, Vec<u8>), SalesforceError> {
    // The URL is left out of the error: a query string may hold what nobody should read.
    let unreachable =
        |error: reqwest::Error| SalesforceError::Unreachable(error.without_url().to_string());
    let response = request.send().await.map_err(unreachable)?;
    let status = response.status();
    let body = response.bytes().await.map_err(unreachable)?;
    Ok((status, body.to_vec()))
}

fn understand<T: DeserializeOwned>(status: StatusCode, body: &[u8]) -> Result<T, SalesforceError> {
    // The parser's message may quote a token.
    serde_json::from_slice(body).map_err(|_| SalesforceError::Malformed { status })
}

#[derive(Deserialize)]
struct TokenAnswer {
    access_token: String,
    refresh_token: Option<String>,
    id: Option<String>,
    instance_url: Option<String>,
}

#[derive(Deserialize)]
struct TokenRefusal {
    error: String,
    error_description: Option<String>,
}

#[derive(Deserialize)]
struct Created {
    id: String,
}

#[derive(Deserialize)]
struct QueryAnswer {
    records: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RestRefusal {
    message: String,
    error_code: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_what_is_on_this_machine() {
        for (address, origin) in [
            (
                "http://login.salesforce.localhost:8080",
                Some("http://login.salesforce.localhost:8080"),
            ),
            ("http://localhost:1/", Some("http://localhost:1")),
            ("http://127.0.0.1:8080/services", Some("http://127.0.0.1:8080")),
            ("http://[::1]:8080", Some("http://[::1]:8080")),
            ("https://test.salesforce.com", None),
            ("http://localhost.example", None),
            ("http://notlocalhost", None),
            ("http://192.0.2.1", None),
            ("https://login.salesforce.localhost", None),
            ("login.salesforce.localhost", None),
            ("", None),
        ] {
            assert_eq!(loopback_origin(address).ok().as_deref(), origin, "{address}");
        }
    }
}
