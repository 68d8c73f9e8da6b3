//! A browser without a screen, and the API calls of a client, both through 127.0.0.1.

use std::collections::HashMap;

use reqwest::header::{HOST, LOCATION, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;
use url::Url;

use super::super::Simulator;

pub(super) const LOGIN: &str = "login.salesforce.localhost";
pub(super) const MY_DOMAIN: &str = "acme--qa.sandbox.my.salesforce.localhost";
pub(super) const SETUP: &str = "acme--qa.sandbox.my.salesforce-setup.localhost";

/// The last answer of a walk.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) status: u16,
    pub(super) url: Url,
    pub(super) text: String,
}

impl Page {
    /// The value of a hidden field.
    pub(super) fn field(&self, name: &str) -> String {
        let marker = format!("name=\"{name}\" value=\"");
        let start = self.text.find(&marker).unwrap_or_else(|| panic!("no {name}: {self:?}"));
        let rest = &self.text[start + marker.len()..];
        let escaped = &rest[..rest.find('"').unwrap()];
        escaped.replace("&#x2f;", "/").replace("&amp;", "&")
    }

    pub(super) fn query(&self, name: &str) -> Option<String> {
        self.url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }
}

/// A browser: cookies by host, redirects followed until somebody outside is named.
pub(super) struct Browser<'a> {
    simulator: &'a Simulator,
    client: Client,
    pub(super) cookies: HashMap<String, String>,
}

impl<'a> Browser<'a> {
    pub(super) fn new(simulator: &'a Simulator) -> Self {
        let client = Client::builder().no_proxy().redirect(Policy::none()).build().unwrap();
        Self { simulator, client, cookies: HashMap::new() }
    }

    /// A request to one of the hosts, by name, through 127.0.0.1.
    pub(super) fn request(&self, method: Method, host: &str, path: &str) -> RequestBuilder {
        let port = self.simulator.ready().port;
        self.client
            .request(method, format!("http://127.0.0.1:{port}{path}"))
            .header(HOST, format!("{host}:{port}"))
    }

    pub(super) async fn get(&mut self, host: &str, path: &str) -> Page {
        let port = self.simulator.ready().port;
        let url = Url::parse(&format!("http://{host}:{port}{path}")).unwrap();
        self.walk(url, None).await
    }

    pub(super) async fn post(&mut self, page: &Page, path: &str, form: &[(&str, &str)]) -> Page {
        self.walk(page.url.join(path).unwrap(), Some(form)).await
    }

    pub(super) async fn walk(&mut self, mut url: Url, mut form: Option<&[(&str, &str)]>) -> Page {
        for _ in 0..12 {
            let host = url.host_str().unwrap().to_owned();
            if url.scheme() == "https" {
                return Page { status: 0, url, text: String::new() };
            }
            let path = url[url::Position::BeforePath..].to_owned();
            let method = if form.is_some() { Method::POST } else { Method::GET };
            let mut request = self.request(method, &host, &path);
            if let Some(cookie) = self.cookies.get(&host) {
                request = request.header("cookie", cookie);
            }
            if let Some(form) = form.take() {
                request = request.form(form);
            }
            let response = request.send().await.unwrap();
            if let Some(cookie) = response.headers().get(SET_COOKIE) {
                let cookie = cookie.to_str().unwrap();
                assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=None; Secure"));
                self.cookies.insert(host, cookie.split(';').next().unwrap().to_owned());
            }
            match response.headers().get(LOCATION) {
                Some(location) => url = url.join(location.to_str().unwrap()).unwrap(),
                None => {
                    let status = response.status().as_u16();
                    return Page { status, url, text: response.text().await.unwrap() };
                }
            }
        }
        panic!("redirects without end at {url}");
    }

    pub(super) async fn log_in(&mut self, page: &Page) -> Page {
        let ready = self.simulator.ready().salesforce.clone();
        let form = [
            ("username", ready.username.as_str()),
            ("pw", &ready.password),
            ("startURL", &page.field("startURL")),
        ];
        self.post(page, "/", &form).await
    }

    pub(super) fn authorize_path(&self, more: &[(&str, &str)]) -> String {
        let ready = &self.simulator.ready().salesforce;
        let mut pairs = vec![
            ("response_type", "code"),
            ("client_id", ready.consumer_key.as_str()),
            ("redirect_uri", ready.callback_url.as_str()),
            ("scope", "full refresh_token"),
            ("state", "sfdc"),
        ];
        for (key, value) in more {
            pairs.retain(|(known, _)| known != key);
            pairs.push((key, value));
        }
        let query =
            url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        format!("/services/oauth2/authorize?{query}")
    }

    /// Authorises with consent and ends at the callback, with a code.
    pub(super) async fn code(&mut self) -> String {
        let path = self.authorize_path(&[("prompt", "consent")]);
        let mut page = self.get(LOGIN, &path).await;
        if page.text.contains("id=\"Login\"") {
            page = self.log_in(&page).await;
        }
        let form = [
            ("source", page.field("source")),
            ("_CONFIRMATIONTOKEN", page.field("_CONFIRMATIONTOKEN")),
            ("save", " Allow ".to_owned()),
        ];
        let form: Vec<(&str, &str)> =
            form.iter().map(|(key, value)| (*key, value.as_str())).collect();
        let action = page.url[url::Position::BeforePath..].to_owned();
        let page = self.post(&page, &action, &form).await;
        assert_eq!(page.query("state").as_deref(), Some("sfdc"));
        page.query("code").unwrap_or_else(|| panic!("no code: {page:?}"))
    }

    pub(super) async fn token(&self, form: &[(&str, &str)]) -> (u16, Value) {
        let ready = &self.simulator.ready().salesforce;
        let mut form = form.to_vec();
        form.push(("client_id", &ready.consumer_key));
        form.push(("client_secret", &ready.consumer_secret));
        let request = self.request(Method::POST, LOGIN, "/services/oauth2/token").form(&form);
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    pub(super) async fn exchange(&self, code: &str) -> (u16, Value) {
        let callback = &self.simulator.ready().salesforce.callback_url;
        self.token(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", callback),
        ])
        .await
    }

    pub(super) async fn refresh(&self, refresh_token: &str) -> (u16, Value) {
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", refresh_token)]).await
    }

    pub(super) async fn revoke(&self, token: &str) -> u16 {
        let request = self.request(Method::POST, MY_DOMAIN, "/services/oauth2/revoke");
        request.form(&[("token", token)]).send().await.unwrap().status().as_u16()
    }

    pub(super) async fn select(&self, token: &str, soql: &str) -> (u16, Value) {
        let request = self.request(Method::GET, MY_DOMAIN, "/services/data/v67.0/query");
        let request = request.query(&[("q", soql)]).bearer_auth(token);
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    pub(super) async fn control(&self, path: &str, body: Value) -> u16 {
        let request = self.request(Method::POST, LOGIN, &format!("/__simulator/{path}"));
        request.json(&body).send().await.unwrap().status().as_u16()
    }

    pub(super) async fn state(&self) -> Value {
        let request = self.request(Method::GET, SETUP, "/__simulator/state");
        request.send().await.unwrap().json().await.unwrap()
    }

    /// The grants of the integration user to the connected app.
    pub(super) async fn grants(&self) -> Vec<Value> {
        let ready = &self.simulator.ready().salesforce;
        let state = self.state().await;
        let grants = state["salesforce"]["grants"].as_array().unwrap().clone();
        grants
            .into_iter()
            .filter(|grant| grant["app"] == ready.connected_app && grant["user"] == ready.username)
            .collect()
    }
}
