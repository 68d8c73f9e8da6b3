//! The platform over HTTP, against the least of Salesforce that it needs.

mod administration;
mod fake_salesforce;
mod oauth_url;
mod provision;
mod reauthenticate;
mod sessions;

use super::{CloudElements, Seed, Settings};
use fake_salesforce::{CALLBACK, FakeSalesforce, KEY, SECRET};
use reqwest::Method;
use serde_json::{Value, json};

/// Both services, running.
struct World {
    salesforce: FakeSalesforce,
    platform: CloudElements,
    base: String,
    client: reqwest::Client,
}

/// An answer, read to its end.
struct Answer {
    status: u16,
    headers: reqwest::header::HeaderMap,
    body: Value,
}

impl Answer {
    fn message(&self) -> &str {
        self.body["message"].as_str().unwrap_or_default()
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

/// An instance and the header that speaks for it.
struct Known {
    id: u64,
    full: String,
}

impl World {
    async fn start() -> Self {
        Self::with(Settings::default()).await
    }

    async fn with(settings: Settings) -> Self {
        let platform = CloudElements::new(settings, std::sync::Arc::default());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}/elements/api-v2", listener.local_addr().unwrap());
        let router = platform.router();
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
        Self { salesforce: FakeSalesforce::start().await, platform, base, client }
    }

    /// `User …, Organization …`.
    fn header(&self) -> String {
        let (user, organization) = self.platform.credentials();
        format!("User {user}, Organization {organization}")
    }

    fn seed(&self) -> Known {
        let (access_token, refresh_token) = self.salesforce.grant();
        let (id, token) = self.platform.seed_instance(Seed {
            name: "seeded".into(),
            site_address: self.salesforce.origin.clone(),
            consumer_key: KEY.into(),
            consumer_secret: SECRET.into(),
            callback_url: CALLBACK.into(),
            access_token,
            refresh_token,
            id_url: format!("{}/id/00D1/0051", self.salesforce.origin),
            instance_url: self.salesforce.origin.clone(),
        });
        Known { id, full: format!("{}, Element {token}", self.header()) }
    }

    async fn call(&self, method: Method, path: &str, header: &str, body: Option<Value>) -> Answer {
        let mut request = self
            .client
            .request(method, format!("{}{path}", self.base))
            .header("authorization", header);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.bytes().await.unwrap();
        let body =
            if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).unwrap() };
        Answer { status, headers, body }
    }

    async fn get(&self, path: &str, header: &str) -> Answer {
        self.call(Method::GET, path, header, None).await
    }

    /// The instance as the platform really holds it.
    fn instance(&self, id: u64) -> Value {
        let state = self.platform.state_json();
        let instances = state["instances"].as_array().unwrap();
        instances.iter().find(|instance| instance["id"] == json!(id)).cloned().unwrap()
    }

    /// Status of a read through the instance.
    async fn alive(&self, known: &Known) -> u16 {
        self.get("/hubs/crm/accounts?pageSize=1", &known.full).await.status
    }

    fn code(&self, code: &str) -> String {
        self.salesforce.org().approve(code)
    }
}
