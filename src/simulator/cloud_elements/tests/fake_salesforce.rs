//! The least of Salesforce that the platform needs: token endpoint and query, with grants that
//! end. Written for these tests only; the simulator's own Salesforce is somebody else's work.

use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

pub const KEY: &str = "3MVG9.key";
pub const SECRET: &str = "app-secret";
pub const CALLBACK: &str = "https://auth.cloud-elements.localhost/oauth";

#[derive(Clone)]
pub struct FakeSalesforce {
    pub origin: String,
    pub org: Arc<Mutex<Org>>,
}

#[derive(Default)]
pub struct Org {
    origin: String,
    pub codes: HashSet<String>,
    pub access_tokens: HashSet<String>,
    pub refresh_tokens: HashSet<String>,
    pub rotation: bool,
    issued: u32,
    pub token_calls: u32,
    pub queries: Vec<String>,
}

impl Org {
    fn issue(&mut self) -> String {
        self.issued += 1;
        let token = format!("00D!access{}", self.issued);
        self.access_tokens.insert(token.clone());
        token
    }

    fn issue_refresh(&mut self) -> String {
        let token = format!("5Aep.refresh{}", self.issued);
        self.refresh_tokens.insert(token.clone());
        token
    }

    /// The whole grant, as Revoke in Setup does it.
    pub fn revoke_grants(&mut self) {
        self.access_tokens.clear();
        self.refresh_tokens.clear();
    }

    /// A code as it comes out of an approval.
    pub fn approve(&mut self, code: &str) -> String {
        self.codes.insert(code.to_owned());
        code.to_owned()
    }
}

impl FakeSalesforce {
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let org = Arc::new(Mutex::new(Org { origin: origin.clone(), ..Org::default() }));
        let router = Router::new()
            .route("/services/oauth2/token", post(token))
            .route("/services/data/v60.0/query", get(query))
            .with_state(Arc::clone(&org));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { origin, org }
    }

    pub fn org(&self) -> std::sync::MutexGuard<'_, Org> {
        self.org.lock().unwrap()
    }

    /// A grant that is there already: access token and refresh token.
    pub fn grant(&self) -> (String, String) {
        let mut org = self.org();
        (org.issue(), org.issue_refresh())
    }
}

fn refuse(error: &str, description: &str) -> Response {
    let body = json!({"error": error, "error_description": description});
    (StatusCode::BAD_REQUEST, Json(body)).into_response()
}

async fn token(
    State(org): State<Arc<Mutex<Org>>>,
    Form(form): Form<HashMap<String, String>>,
) -> Response {
    let mut org = org.lock().unwrap();
    org.token_calls += 1;
    let field = |name: &str| form.get(name).map_or("", String::as_str);
    if field("client_id") != KEY {
        return refuse("invalid_client_id", "client identifier invalid");
    }
    if field("client_secret") != SECRET {
        return refuse("invalid_client", "invalid client credentials");
    }
    let mut answer = json!({
        "instance_url": org.origin,
        "id": format!("{}/id/00D1/0051", org.origin),
        "token_type": "Bearer",
    });
    match field("grant_type") {
        "authorization_code" => {
            if field("redirect_uri") != CALLBACK {
                return refuse("redirect_uri_mismatch", "redirect_uri must match configuration");
            }
            if !org.codes.remove(field("code")) {
                return refuse("invalid_grant", "invalid authorization code");
            }
            answer["access_token"] = Value::from(org.issue());
            answer["refresh_token"] = Value::from(org.issue_refresh());
        }
        "refresh_token" => {
            if !org.refresh_tokens.contains(field("refresh_token")) {
                return refuse("invalid_grant", "expired access/refresh token");
            }
            answer["access_token"] = Value::from(org.issue());
            if org.rotation {
                org.refresh_tokens.remove(field("refresh_token"));
                answer["refresh_token"] = Value::from(org.issue_refresh());
            }
        }
        _ => return refuse("unsupported_grant_type", "grant type not supported"),
    }
    Json(answer).into_response()
}

async fn query(
    State(org): State<Arc<Mutex<Org>>>,
    headers: HeaderMap,
    Query(parameters): Query<HashMap<String, String>>,
) -> Response {
    let mut org = org.lock().unwrap();
    org.queries.push(parameters["q"].clone());
    let bearer = headers["authorization"].to_str().unwrap().strip_prefix("Bearer ").unwrap();
    if !org.access_tokens.contains(bearer) {
        let body =
            json!([{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]);
        return (StatusCode::UNAUTHORIZED, Json(body)).into_response();
    }
    if parameters["q"].contains("Nonsense") {
        let body = json!([{"message": "no such object", "errorCode": "INVALID_TYPE"}]);
        return (StatusCode::BAD_REQUEST, Json(body)).into_response();
    }
    Json(json!({"totalSize": 1, "done": true, "records": [{
        "attributes": {"type": "Account", "url": "/services/data/v60.0/sobjects/Account/0011"},
        "Id": "0011", "Name": "Acme", "Fax": null,
    }]}))
    .into_response()
}
