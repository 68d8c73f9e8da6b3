//! The Salesforce half as a client meets it, over HTTP.

mod browser;
mod gate;
mod policies;

use reqwest::Method;
use serde_json::{Value, json};
use url::Url;

use super::*;
use browser::{Browser, LOGIN, MY_DOMAIN, SETUP};

async fn simulator() -> Simulator {
    Simulator::start(Options::default()).await.unwrap()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_else(|| panic!("no {key} in {value}"))
}

#[tokio::test]
async fn a_code_becomes_tokens_once() {
    let simulator = simulator().await;
    let mut browser = Browser::new(&simulator);
    let code = browser.code().await;
    assert!(code.starts_with("aPrx") && code.ends_with("=="));

    let (status, tokens) = browser.exchange(&code).await;
    assert_eq!(status, 200, "{tokens}");
    assert!(text(&tokens, "access_token").starts_with("00D"));
    assert!(text(&tokens, "refresh_token").starts_with("5Aep"));
    assert!(text(&tokens, "issued_at").parse::<i64>().unwrap() > 1_700_000_000_000);
    assert_eq!(tokens["instance_url"], simulator.ready().salesforce.my_domain_url);
    assert!(text(&tokens, "id").starts_with(&simulator.ready().salesforce.login_url));
    assert!(tokens.get("expires_in").is_none());

    let (status, error) = browser.exchange(&code).await;
    assert_eq!((status, text(&error, "error")), (400, "invalid_grant"));
    let request = browser.request(Method::GET, LOGIN, "/services/oauth2/userinfo");
    let request = request.bearer_auth(text(&tokens, "access_token"));
    let userinfo: Value = request.send().await.unwrap().json().await.unwrap();
    assert_eq!(userinfo["preferred_username"], simulator.ready().salesforce.username);
    assert_eq!(simulator.tripwire_hits(), 0);
}

#[tokio::test]
async fn a_code_dies_after_fifteen_minutes() {
    let simulator = simulator().await;
    let mut browser = Browser::new(&simulator);
    let code = browser.code().await;
    assert_eq!(browser.control("clock", json!({ "advance_seconds": 901 })).await, 200);
    let (status, error) = browser.exchange(&code).await;
    assert_eq!((status, text(&error, "error_description")), (400, "expired authorization code"));
}

#[tokio::test]
async fn one_login_serves_setup_and_authorization() {
    let simulator = simulator().await;
    let mut browser = Browser::new(&simulator);
    let page = browser.get(SETUP, "/lightning/setup/ConnectedAppsUsage/home").await;
    assert_eq!(page.url.host_str(), Some(MY_DOMAIN));
    assert_eq!(page.query("ec").as_deref(), Some("302"));
    let page = browser.log_in(&page).await;
    assert_eq!(page.url.host_str(), Some(SETUP), "{page:?}");
    assert!(page.text.contains("force-aloha-page"));
    // The live grant at the start covers the scopes: no approval is asked for.
    let path = browser.authorize_path(&[]);
    let page = browser.get(LOGIN, &path).await;
    assert!(page.query("code").is_some(), "{page:?}");
    assert_eq!(browser.state().await["salesforce"]["login_attempts"], 1);
}

#[tokio::test]
async fn a_login_without_a_wish_ends_at_home() {
    let simulator = simulator().await;
    let mut browser = Browser::new(&simulator);
    let page = browser.get(LOGIN, "/").await;
    let page = browser.log_in(&page).await;
    assert_eq!(page.url.path(), "/lightning/page/home");
    assert_eq!(page.url.host_str(), Some("acme--qa.sandbox.lightning.force.localhost"));
}

#[tokio::test]
async fn a_wrong_password_is_counted_and_told() {
    let simulator = simulator().await;
    let mut browser = Browser::new(&simulator);
    browser.control("settings", json!({"salesforce": {"login_style": "identifier_first"}})).await;
    let page = browser.get(LOGIN, "/").await;
    assert!(!page.text.contains("id=\"password\""));
    let username = simulator.ready().salesforce.username.clone();
    let page = browser.post(&page, "/", &[("username", &username)]).await;
    assert!(page.text.contains("id=\"password\"") && !page.text.contains("id=\"username\""));
    let page = browser.post(&page, "/", &[("username", &username), ("pw", "wrong")]).await;
    assert!(page.text.contains("Please check your username and password"));
    let state = browser.state().await;
    assert_eq!(state["salesforce"]["login_attempts"], 1);
    assert_eq!(state["salesforce"]["failed_logins"], 1);
}

#[tokio::test]
async fn refusals_take_their_documented_form() {
    let simulator = simulator().await;
    let mut browser = Browser::new(&simulator);
    for (key, value, error) in [
        ("client_id", "3MVG9nobody", "error=invalid_client_id"),
        ("redirect_uri", "https://evil.example/", "error=redirect_uri_mismatch"),
    ] {
        let path = browser.authorize_path(&[(key, value)]);
        let page = browser.get(MY_DOMAIN, &path).await;
        assert_eq!(page.status, 400);
        assert!(page.text.contains("<pre>") && page.text.contains(error), "{page:?}");
    }
    let path = browser.authorize_path(&[("scope", "everything")]);
    let page = browser.get(LOGIN, &path).await;
    assert_eq!(page.query("error").as_deref(), Some("invalid_scope"));
    assert!(page.text.contains("OAUTH_APPROVAL_ERROR_GENERIC"));

    browser.control("settings", json!({"salesforce": {"app_blocked": true}})).await;
    let path = browser.authorize_path(&[]);
    let page = browser.get(LOGIN, &path).await;
    let page = browser.log_in(&page).await;
    assert_eq!(page.url.scheme(), "https");
    assert_eq!(page.query("error").as_deref(), Some("OAUTH_APP_BLOCKED"));
}

#[tokio::test]
async fn deny_is_told_to_the_callback() {
    let simulator = simulator().await;
    let mut browser = Browser::new(&simulator);
    let path = browser.authorize_path(&[("prompt", "consent")]);
    let page = browser.get(MY_DOMAIN, &path).await;
    let page = browser.log_in(&page).await;
    let (source, token) = (page.field("source"), page.field("_CONFIRMATIONTOKEN"));
    let form = [("source", source.as_str()), ("_CONFIRMATIONTOKEN", &token), ("save", " Deny ")];
    let page = browser.post(&page, page.url.path(), &form).await;
    assert_eq!(
        page.url.query(),
        Some("error=access_denied&error_description=end-user+denied+authorization&state=sfdc")
    );
}

#[tokio::test]
async fn an_access_token_ends_itself_and_a_refresh_token_everything() {
    let simulator = simulator().await;
    let browser = Browser::new(&simulator);
    let grant = browser.grants().await.remove(0);
    let first = text(&grant["access_tokens"][0], "access_token").to_owned();
    let refresh_token = text(&grant, "refresh_token").to_owned();
    let accounts = "SELECT Id, Name FROM Account LIMIT 1";

    assert_eq!(browser.select(&first, accounts).await.0, 200);
    assert_eq!(browser.revoke(&first).await, 200);
    assert_eq!(browser.revoke(&first).await, 400);
    let (status, error) = browser.select(&first, accounts).await;
    assert_eq!((status, text(&error[0], "errorCode")), (401, "INVALID_SESSION_ID"));

    let (status, tokens) = browser.refresh(&refresh_token).await;
    assert_eq!(status, 200);
    assert!(tokens.get("refresh_token").is_none());
    let second = text(&tokens, "access_token").to_owned();
    assert_eq!(browser.select(&second, accounts).await.0, 200);
    assert_eq!(browser.grants().await[0]["use_count"], 2);

    assert_eq!(browser.revoke(&refresh_token).await, 200);
    assert_eq!(browser.select(&second, accounts).await.0, 401);
    let (status, error) = browser.refresh(&refresh_token).await;
    assert_eq!((status, text(&error, "error_description")), (400, "expired access/refresh token"));
    let request = browser.request(Method::GET, LOGIN, "/services/oauth2/userinfo");
    let response = request.bearer_auth(&second).send().await.unwrap();
    assert_eq!(response.status().as_u16(), 403);
    assert_eq!(response.text().await.unwrap(), "Bad_OAuth_Token");
    assert_eq!(browser.grants().await[0]["ended_by"], "refresh_token_revoked");
}

#[tokio::test]
async fn a_sixth_approval_ends_the_oldest() {
    let simulator = simulator().await;
    let mut browser = Browser::new(&simulator);
    for _ in 0..5 {
        let code = browser.code().await;
        assert_eq!(browser.exchange(&code).await.0, 200);
    }
    let grants = browser.grants().await;
    assert_eq!(grants.len(), 6);
    assert_eq!(grants[0]["ended_by"], "five_approvals");
    assert!(grants[1..].iter().all(|grant| grant["live"] == true));
}

#[tokio::test]
async fn setup_revokes_exactly_one_row() {
    let simulator = simulator().await;
    let mut browser = Browser::new(&simulator);
    let list = "/identity/app/connectedAppsUsage.apexp?setupid=ConnectedAppsUsage";
    let page = browser.get(MY_DOMAIN, list).await;
    let page = browser.log_in(&page).await;
    assert!(!page.text.contains("<td>Cloud Elements QA</td>"), "it is on page 2");
    let view_state = page.field("com.salesforce.visualforce.ViewState");
    let form = [("com.salesforce.visualforce.ViewState", view_state.as_str()), ("page", "2")];
    let path = page.url.path().to_owned();
    let page = browser.post(&page, &path, &form).await;
    assert!(page.text.contains("<td>Cloud Elements QA</td>"));

    let ready = simulator.ready().salesforce.clone();
    let users = format!(
        "/identity/app/connectedAppsUserList.apexp?app_name=x&consumer_key={}",
        ready.consumer_key
    );
    let page = browser.get(MY_DOMAIN, &users).await;
    let row = format!("revokeToken('{}')", text(&browser.grants().await[0], "id").to_owned());
    assert!(page.text.replace("&#x27;", "'").contains(&row), "{}", page.text);
    let id = text(&browser.grants().await[0], "id").to_owned();
    let form = [
        ("com.salesforce.visualforce.ViewState", view_state.as_str()),
        ("consumer_key", &ready.consumer_key),
        ("revoke", &id),
    ];
    browser.control("settings", json!({"salesforce": {"revoke_does_nothing": true}})).await;
    browser.post(&page, &users, &form).await;
    assert_eq!(browser.grants().await[0]["live"], true);
    browser.control("settings", json!({"salesforce": {"revoke_does_nothing": false}})).await;
    let page = browser.post(&page, &users, &form).await;
    assert_eq!(browser.grants().await[0]["ended_by"], "setup_page");
    assert!(!page.text.contains(&id));
    let state = browser.state().await;
    let ended = state["salesforce"]["grants"].as_array().unwrap().iter();
    assert_eq!(ended.filter(|grant| grant["live"] == false).count(), 1);
}

#[tokio::test]
async fn oauth_tokens_can_be_seen_and_deleted_by_query() {
    let simulator = simulator().await;
    let browser = Browser::new(&simulator);
    let token = text(&browser.grants().await[0]["access_tokens"][0], "access_token").to_owned();
    let soql = "SELECT Id, AppName, UserId, User.Name, UseCount, LastUsedDate, DeleteToken, \
                AppMenuItemId FROM OauthToken WHERE AppName = 'Cloud Elements QA'";
    let (status, answer) = browser.select(&token, soql).await;
    assert_eq!((status, &answer["totalSize"]), (200, &json!(3)), "{answer}");
    browser.control("settings", json!({"salesforce": {"setup_allowed": false}})).await;
    let (_, answer) = browser.select(&token, soql).await;
    assert_eq!(answer["totalSize"], 1);
    let row = &answer["records"][0];
    assert_eq!(row["User"]["Name"], "Zoë O'Brien");
    assert_eq!(row["attributes"]["type"], "OauthToken");
    assert_eq!(browser.revoke(text(row, "DeleteToken")).await, 200);
    assert_eq!(browser.grants().await[0]["ended_by"], "delete_token_revoked");
    let (status, answer) = browser.select("00Dnobody!x", "SELECT Id FROM User").await;
    assert_eq!((status, text(&answer[0], "errorCode")), (401, "INVALID_SESSION_ID"));
}

#[tokio::test]
async fn a_session_id_is_a_bearer_but_not_revocable() {
    let simulator = simulator().await;
    let mut browser = Browser::new(&simulator);
    let page = browser.get(MY_DOMAIN, "/").await;
    browser.log_in(&page).await;
    let sid = browser.cookies[MY_DOMAIN].strip_prefix("sid=").unwrap().to_owned();
    assert_eq!(browser.select(&sid, "SELECT Id FROM OauthToken").await.0, 200);
    assert_eq!(browser.revoke(&sid).await, 400);
}

#[tokio::test]
async fn hosts_answer_only_for_themselves() {
    let simulator = simulator().await;
    let browser = Browser::new(&simulator);
    for (host, path, status) in [
        ("example.com", "/", 421),
        (SETUP, "/services/oauth2/userinfo", 404),
        (LOGIN, "/services/data/v67.0/query", 404),
        (LOGIN, "/services/oauth2/userinfo", 403),
        ("127.0.0.1", "/services/data/v67.0/query", 401),
        ("example.com", "/__simulator/", 421),
        (MY_DOMAIN, "/__simulator/", 200),
    ] {
        let response = browser.request(Method::GET, host, path).send().await.unwrap();
        assert_eq!(response.status().as_u16(), status, "{host}{path}");
    }
    let seen = browser.state().await["requests"].as_array().unwrap().len();
    assert_eq!(seen, 5, "the control page itself is not listed");
}

#[tokio::test]
async fn stopping_closes_the_port() {
    // Ours while nobody listens, so that it is nobody else who answers afterwards.
    let reserved = tokio::net::TcpSocket::new_v4().unwrap();
    reserved.set_reuseaddr(true).unwrap();
    reserved.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let port = reserved.local_addr().unwrap().port();
    let simulator = Simulator::start(Options { port, ..Options::default() }).await.unwrap();
    assert!(tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok());
    simulator.stop().await;
    assert!(tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err());
}

#[tokio::test]
async fn a_token_opens_the_front_door_once() {
    let simulator = simulator().await;
    let mut browser = Browser::new(&simulator);
    let token = text(&browser.grants().await[0]["access_tokens"][0], "access_token").to_owned();
    let path = "/services/oauth2/singleaccess";
    let form = [("redirect_uri", "/identity/app/connectedAppsUsage.apexp")];
    let request = browser.request(Method::POST, MY_DOMAIN, path).bearer_auth(&token);
    let answer: Value = request.form(&form).send().await.unwrap().json().await.unwrap();
    let door = Url::parse(text(&answer, "frontdoor_uri")).unwrap();
    let door = door[url::Position::BeforePath..].to_owned();
    let page = browser.get(MY_DOMAIN, &door).await;
    assert!(page.text.contains("Connected Apps OAuth Usage"), "{page:?}");
    let page = Browser::new(&simulator).get(MY_DOMAIN, &door).await;
    assert!(page.text.contains("id=\"Login\""), "a ticket is good once: {page:?}");

    browser.revoke(&token).await;
    let request = browser.request(Method::POST, MY_DOMAIN, path).bearer_auth(&token);
    assert_eq!(request.form(&form).send().await.unwrap().status().as_u16(), 403);
}

#[tokio::test]
async fn introspection_knows_its_own_client_s_tokens() {
    let simulator = simulator().await;
    let browser = Browser::new(&simulator);
    let grant = browser.grants().await.remove(0);
    let ready = simulator.ready().salesforce.clone();
    let introspect = async |token: &str, secret: &str| {
        let form = [("token", token)];
        let request = browser.request(Method::POST, LOGIN, "/services/oauth2/introspect");
        let request = request.basic_auth(&ready.consumer_key, Some(secret)).form(&form);
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.json::<Value>().await.unwrap())
    };
    let (_, known) =
        introspect(text(&grant["access_tokens"][0], "access_token"), &ready.consumer_secret).await;
    assert_eq!(known["active"], true);
    assert_eq!(known["scope"], "full refresh_token");
    assert_eq!(known["username"], ready.username);
    let refresh_token = text(&grant, "refresh_token");
    assert_eq!(introspect(refresh_token, "wrong").await.0, 401);
    let id = text(&grant, "id");
    assert_eq!(browser.control(&format!("grants/{id}/revoke"), json!({})).await, 204);
    assert_eq!(browser.control(&format!("grants/{id}/revoke"), json!({})).await, 404);
    let (_, dead) = introspect(refresh_token, &ready.consumer_secret).await;
    assert_eq!(dead, json!({ "active": false }));
}
