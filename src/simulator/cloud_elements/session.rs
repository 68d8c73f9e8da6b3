//! What the platform does "behind the scenes": exchange a code for an instance, call Salesforce
//! in its name, and refresh its access token when that has ended.

use super::error::ApiError;
use super::model::Tokens;
use super::properties::{self, Configuration};
use super::salesforce::{App, SalesforceError};
use super::service::CloudElements;
use reqwest::Method;
use serde_json::Value;
use std::sync::Arc;

/// What a call in the name of an instance needs, copied out of the state.
struct Session {
    app: Option<App>,
    instance_url: String,
    access_token: String,
    refresh_token: String,
}

impl CloudElements {
    /// Exchanges a code with the app that a configuration describes.
    ///
    /// # Errors
    /// 400 with Salesforce's own words if it refuses.
    pub(super) async fn exchange(
        &self,
        configuration: &Configuration,
        code: &str,
    ) -> Result<Tokens, ApiError> {
        let app = self.app(configuration).ok_or_else(no_site)?;
        let outcome = self.salesforce().exchange(&app, code).await;
        let mut state = self.state();
        if outcome.is_ok() {
            state.codes_exchanged += 1
        } else {
            state.codes_refused += 1
        }
        outcome.map_err(|error| described("Failed to exchange the authorization code", error))
    }

    /// Gets first tokens from a refresh token that the caller has from elsewhere.
    ///
    /// # Errors
    /// 400 with Salesforce's own words if it refuses.
    pub(super) async fn adopt(&self, configuration: &Configuration) -> Result<Tokens, ApiError> {
        let app = self.app(configuration).ok_or_else(no_site)?;
        let refresh_token = properties::text(configuration, properties::USER_REFRESH_TOKEN);
        let outcome = self.salesforce().refresh(&app, refresh_token).await;
        self.count_refresh(outcome.is_ok());
        outcome.map_err(|error| described("Failed to use the refresh token", error))
    }

    /// Runs a SOQL query in the name of an instance.
    ///
    /// # Errors
    /// As [`CloudElements::in_its_name`].
    pub(super) async fn query_as(&self, id: u64, soql: &str) -> Result<Vec<Value>, ApiError> {
        self.in_its_name(id, |session| async move {
            self.salesforce().query(&session.instance_url, &session.access_token, soql).await
        })
        .await
    }

    /// Writes or deletes a record in the name of an instance.
    ///
    /// # Errors
    /// As [`CloudElements::in_its_name`].
    pub(super) async fn write_as(
        &self,
        id: u64,
        method: &Method,
        path: &str,
        fields: Option<&Value>,
    ) -> Result<Option<String>, ApiError> {
        self.in_its_name(id, |session| async move {
            let (url, token) = (&session.instance_url, &session.access_token);
            self.salesforce().write(url, token, method, path, fields).await
        })
        .await
    }

    /// Makes a call in the name of an instance; renews the access token once if it has ended.
    ///
    /// # Errors
    /// 401 if Salesforce lets the instance in no more, 403 if the instance is disabled, 404 if
    /// there is none, else what Salesforce answered.
    async fn in_its_name<T, F: Future<Output = Result<T, SalesforceError>>>(
        &self,
        id: u64,
        call: impl Fn(Session) -> F,
    ) -> Result<T, ApiError> {
        let session = self.session(id)?;
        let access_token = session.access_token.clone();
        if !access_token.is_empty() {
            match call(session).await {
                Err(SalesforceError::Session(_)) => {}
                outcome => return Ok(outcome?),
            }
        }
        let renewed = self.renew(id, &access_token).await?;
        Ok(call(renewed).await?)
    }

    /// A session with another access token than the one that has ended.
    async fn renew(&self, id: u64, ended: &str) -> Result<Session, ApiError> {
        let renewal = self.renewal(id)?;
        let _turn = renewal.lock().await;
        let session = self.session(id)?;
        if session.access_token != ended && !session.access_token.is_empty() {
            // Another call renewed it while this one waited for its turn.
            return Ok(session);
        }
        if session.refresh_token.is_empty() {
            return Err(ApiError::unauthenticated(
                "INVALID_SESSION_ID: Session expired or invalid, and the instance has no refresh token",
            ));
        }
        let app = session.app.ok_or_else(no_site)?;
        let outcome = self.salesforce().refresh(&app, &session.refresh_token).await;
        self.count_refresh(outcome.is_ok());
        let tokens = outcome.map_err(|error| match error {
            SalesforceError::OAuth { .. } => ApiError::unauthenticated(format!(
                "Failed to refresh the access token, Salesforce answered {error}"
            )),
            error => ApiError::from(error),
        })?;
        {
            let mut state = self.state();
            let now = state.now();
            let instance = state
                .instances
                .get_mut(&id)
                .ok_or_else(|| ApiError::no_instance(&id.to_string()))?;
            tokens.store_in(&mut instance.configuration, now);
            instance.refreshes += 1;
        }
        self.session(id)
    }

    /// The lock that whoever changes an instance's tokens holds meanwhile.
    pub(super) fn renewal(&self, id: u64) -> Result<Arc<tokio::sync::Mutex<()>>, ApiError> {
        let state = self.state();
        let instance = state.instances.get(&id);
        instance
            .map(|instance| Arc::clone(&instance.renewal))
            .ok_or_else(|| ApiError::no_instance(&id.to_string()))
    }

    fn session(&self, id: u64) -> Result<Session, ApiError> {
        let configuration = {
            let state = self.state();
            let instance =
                state.instances.get(&id).ok_or_else(|| ApiError::no_instance(&id.to_string()))?;
            if instance.disabled {
                return Err(ApiError::disabled(id));
            }
            instance.configuration.clone()
        };
        let text = |key| properties::text(&configuration, key).to_owned();
        Ok(Session {
            app: self.app(&configuration),
            instance_url: text(properties::BASE_URL),
            access_token: text(properties::USER_TOKEN),
            refresh_token: text(properties::USER_REFRESH_TOKEN),
        })
    }

    /// The app of a configuration; `None` if nobody ever said at which site it is.
    fn app(&self, configuration: &Configuration) -> Option<App> {
        let text = |key| properties::text(configuration, key).to_owned();
        Some(App {
            site: self.state().site_of(configuration)?,
            consumer_key: text(properties::API_KEY),
            consumer_secret: text(properties::API_SECRET),
            callback_url: text(properties::CALLBACK_URL),
        })
    }

    fn count_refresh(&self, done: bool) {
        let mut state = self.state();
        if done { state.refreshes += 1 } else { state.refreshes_refused += 1 }
    }
}

/// The refusal of an exchange, with the words of whoever refused.
fn described(what: &str, error: SalesforceError) -> ApiError {
    let text = format!("{what}, Salesforce answered {error}");
    match error {
        SalesforceError::OAuth { .. } => ApiError::bad_request(text),
        error => ApiError::from(error),
    }
}

fn no_site() -> ApiError {
    ApiError::bad_request(format!(
        "Nothing says where the app is authorised: get an OAuth URL for it first, or send {}",
        properties::SITE_ADDRESS
    ))
}
