//! The policies of an app, with the clock moved.

use super::browser::{Browser, LOGIN};
use super::*;

const DAY_S: i64 = 24 * 3600;
const ACCOUNTS: &str = "SELECT Id FROM Account LIMIT 1";

async fn with(salesforce: Value) -> Simulator {
    let settings = Settings::default().merged(&json!({ "salesforce": salesforce })).unwrap();
    Simulator::start(Options { settings, ..Options::default() }).await.unwrap()
}

async fn advance(browser: &Browser<'_>, seconds: i64) {
    assert_eq!(browser.control("clock", json!({ "advance_seconds": seconds })).await, 200);
}

/// The refresh token of the instance's grant.
async fn refresh_token(browser: &Browser<'_>) -> String {
    text(&browser.grants().await[0], "refresh_token").to_owned()
}

async fn access_token(browser: &Browser<'_>) -> String {
    text(&browser.grants().await[0]["access_tokens"][0], "access_token").to_owned()
}

#[track_caller]
fn refused((status, answer): (u16, Value), words: &str) {
    assert_eq!((status, text(&answer, "error_description")), (400, words), "{answer}");
}

#[tokio::test]
async fn valid_until_revoked_lasts_for_years() {
    let simulator = with(json!({})).await;
    let browser = Browser::new(&simulator);
    advance(&browser, 3000 * DAY_S).await;
    assert_eq!(browser.grants().await[0]["refreshable"], true);
    assert_eq!(browser.refresh(&refresh_token(&browser).await).await.0, 200);
}

#[tokio::test]
async fn immediately_expired_tokens_are_issued_and_never_taken() {
    let simulator = with(json!({"refresh_token_policy": "immediately_expire"})).await;
    let browser = Browser::new(&simulator);
    let (access, refresh) = (access_token(&browser).await, refresh_token(&browser).await);
    assert_eq!(browser.grants().await[0]["refreshable"], false);
    refused(browser.refresh(&refresh).await, "expired access/refresh token");
    assert_eq!(browser.revoke(&refresh).await, 400);
    assert_eq!(browser.select(&access, ACCOUNTS).await.0, 200, "the access token lives its time");
    assert_eq!(browser.grants().await[0]["live"], true);
    advance(&browser, 7200).await;
    assert_eq!(browser.select(&access, ACCOUNTS).await.0, 401);
    assert_eq!(browser.grants().await[0]["ended_by"], "policy");
}

#[tokio::test]
async fn a_token_that_is_used_stays() {
    for settings in [
        json!({"refresh_token_policy": "expire_if_unused"}),
        json!({"oauth": {"idle_limit": true}}),
    ] {
        let simulator = with(settings.clone()).await;
        let browser = Browser::new(&simulator);
        let token = refresh_token(&browser).await;
        for _ in 0..3 {
            advance(&browser, 30 * DAY_S - 60).await;
            assert_eq!(browser.refresh(&token).await.0, 200, "{settings}");
        }
        advance(&browser, 30 * DAY_S).await;
        refused(browser.refresh(&token).await, "expired access/refresh token");
        let by = browser.grants().await[0]["ended_by"].clone();
        let expected = if settings.get("oauth").is_some() { "idle_limit" } else { "policy" };
        assert_eq!(by, expected);
    }
}

#[tokio::test]
async fn use_does_not_help_where_the_time_is_fixed() {
    let oauth = json!({"policy_days": 10});
    let settings = json!({"refresh_token_policy": "expire_after", "oauth": oauth});
    let simulator = with(settings).await;
    let browser = Browser::new(&simulator);
    let token = refresh_token(&browser).await;
    advance(&browser, 10 * DAY_S - 60).await;
    let (status, tokens) = browser.refresh(&token).await;
    assert_eq!(status, 200);
    advance(&browser, 61).await;
    refused(browser.refresh(&token).await, "expired access/refresh token");
    let access = text(&tokens, "access_token").to_owned();
    assert_eq!(browser.select(&access, ACCOUNTS).await.0, 200, "the access token lives its time");
    let soql = "SELECT RefreshTokenValidityPeriod, OptionsRefreshTokenValidityMetric FROM \
                ConnectedApplication WHERE Name = 'Cloud Elements QA'";
    let (_, told) = browser.select(&access, soql).await;
    assert_eq!(told["records"][0]["RefreshTokenValidityPeriod"], 10);
    assert_eq!(told["records"][0]["OptionsRefreshTokenValidityMetric"], false);
}

#[tokio::test]
async fn the_platform_has_the_same_clock() {
    let simulator = with(json!({})).await;
    let browser = Browser::new(&simulator);
    advance(&browser, 400 * DAY_S).await;
    let ready = &simulator.ready().cloud_elements;
    let path = "/elements/api-v2/ping";
    let request = browser.request(Method::GET, "api.cloud-elements.localhost", path);
    let header = format!(
        "User {}, Organization {}, Element {}",
        ready.user_secret, ready.organization_secret, ready.element_token
    );
    let answer = request.header("Authorization", header).send().await.unwrap();
    let pong: Value = answer.json().await.unwrap();
    let now = browser.state().await;
    let told: jiff::Timestamp = text(&pong, "dateTime").parse().unwrap();
    assert!(told.as_millisecond() <= now["clock"]["now_ms"].as_i64().unwrap(), "{pong}");
    assert!(told > jiff::Timestamp::now(), "{pong}");
    let instance = &now["cloud_elements"]["instances"][0];
    let refreshed = text(&instance["configuration"], "oauth.user.refresh_time");
    assert!(refreshed.parse::<i64>().unwrap() >= told.as_millisecond() - 60_000, "{refreshed}");
}

#[tokio::test]
async fn rotation_gives_another_token_and_punishes_reuse() {
    let simulator = with(json!({"oauth": {"rotation": true}})).await;
    let browser = Browser::new(&simulator);
    let first = refresh_token(&browser).await;
    let (_, tokens) = browser.refresh(&first).await;
    let second = text(&tokens, "refresh_token").to_owned();
    assert_ne!(first, second);
    let (_, tokens) = browser.refresh(&second).await;
    let (third, access) =
        (text(&tokens, "refresh_token").to_owned(), text(&tokens, "access_token").to_owned());
    assert_eq!(browser.select(&access, ACCOUNTS).await.0, 200);
    assert_eq!(browser.revoke(&first).await, 400, "an old one is not known to /revoke");

    refused(browser.refresh(&first).await, "expired access/refresh token");
    refused(browser.refresh(&third).await, "expired access/refresh token");
    assert_eq!(browser.select(&access, ACCOUNTS).await.0, 401);
    assert_eq!(browser.grants().await[0]["ended_by"], "refresh_token_reused");
}

#[tokio::test]
async fn without_its_scope_there_is_no_refresh_token() {
    let simulator = with(json!({"oauth": {"granted_scopes": "full"}})).await;
    let mut browser = Browser::new(&simulator);
    let code = browser.code().await;
    let (_, tokens) = browser.exchange(&code).await;
    assert!(tokens.get("refresh_token").is_none(), "{tokens}");
    assert_eq!(tokens["scope"], "full");
    advance(&browser, 7200).await;
    assert!(browser.grants().await.iter().all(|grant| grant["ended_by"] == "no_token_left"));
}

#[tokio::test]
async fn grants_may_be_dead_from_the_start() {
    for (start, ended_by) in [
        ("fresh", Value::Null),
        ("access_token_expired", Value::Null),
        ("revoked_all", json!("revoke_all")),
        ("revoked_by_user", json!("own_settings")),
    ] {
        let simulator = with(json!({"oauth": {"start": start}})).await;
        let browser = Browser::new(&simulator);
        let grant = browser.grants().await.remove(0);
        assert_eq!(grant["ended_by"], ended_by, "{start}");
        assert_eq!(grant["access_tokens"][0]["live"], start == "fresh", "{start}");
        assert_eq!(grant["refreshable"], ended_by.is_null(), "{start}");
    }
}

#[tokio::test]
async fn the_token_endpoint_says_why() {
    let simulator = with(json!({})).await;
    let mut browser = Browser::new(&simulator);
    let token = refresh_token(&browser).await;
    for (refusal, error, description) in [
        ("authentication_failure", "invalid_grant", "authentication failure"),
        ("not_approved", "invalid_grant", "user hasn't approved this consumer"),
        ("ip_restricted", "invalid_grant", "ip restricted"),
        ("login_rate_exceeded", "invalid_grant", "login rate exceeded"),
        ("wrong_secret", "invalid_client", "invalid client credentials"),
        ("not_installed", "invalid_client", "app must be installed into org"),
        ("not_admitted", "invalid_app_access", "user is not admin approved to access this app"),
        ("unsupported_grant_type", "unsupported_grant_type", "grant type not supported"),
        ("unknown_client", "invalid_client_id", "client identifier invalid"),
    ] {
        let settings = json!({"salesforce": {"oauth": {"refuses_tokens": refusal}}});
        assert_eq!(browser.control("settings", settings).await, 200);
        let (status, answer) = browser.refresh(&token).await;
        let expected = json!({"error": error, "error_description": description});
        assert_eq!((status, answer), (400, expected), "{refusal}");
    }
    let settings = json!({"salesforce": {"oauth": {"refuses_tokens": null}}});
    browser.control("settings", settings).await;
    let form = [("grant_type", "refresh_token"), ("refresh_token", &token), ("scope", "full")];
    refused(browser.token(&form).await, "scope parameter not supported");
    for (codes, description) in [
        ("expired", "expired authorization code"),
        ("used", "expired authorization code"),
        ("unknown", "invalid authorization code"),
        ("other_redirect", "redirect_uri must match configuration"),
    ] {
        browser.control("settings", json!({"salesforce": {"oauth": {"codes": codes}}})).await;
        let code = browser.code().await;
        refused(browser.exchange(&code).await, description);
    }
}

#[tokio::test]
async fn who_is_not_active_has_nothing() {
    for setting in ["user_active", "org_active"] {
        let simulator = with(json!({})).await;
        let mut browser = Browser::new(&simulator);
        let (access, refresh) = (access_token(&browser).await, refresh_token(&browser).await);
        browser.control("settings", json!({"salesforce": {"oauth": {setting: false}}})).await;
        assert_eq!(browser.select(&access, ACCOUNTS).await.0, 401);
        let (_, answer) = browser.refresh(&refresh).await;
        assert!(text(&answer, "error").starts_with("inactive_"), "{answer}");
        let page = browser.get(LOGIN, "/").await;
        let page = browser.log_in(&page).await;
        assert!(page.text.contains("Please check your username and password"), "{page:?}");
        browser.control("settings", json!({"salesforce": {"oauth": {setting: true}}})).await;
        assert_eq!(browser.select(&access, ACCOUNTS).await.0, 200, "nothing was lost");
    }
}

#[tokio::test]
async fn a_code_challenge_may_be_demanded() {
    let simulator = with(json!({"oauth": {"code_challenge": "required"}})).await;
    let mut browser = Browser::new(&simulator);
    let path = browser.authorize_path(&[]);
    let page = browser.get(LOGIN, &path).await;
    assert_eq!(page.url.scheme(), "https", "{page:?}");
    assert_eq!(page.query("error").as_deref(), Some("invalid_request"));
    assert_eq!(page.query("state").as_deref(), Some("sfdc"));
    let challenged = browser.authorize_path(&[("code_challenge", "x"), ("prompt", "consent")]);
    assert!(browser.get(LOGIN, &challenged).await.text.contains("id=\"Login\""));

    let settings = json!({"salesforce": {"oauth": {"code_challenge": "required_or_file"}}});
    browser.control("settings", settings).await;
    let answer = browser.request(Method::GET, LOGIN, &path).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "");
    assert!(answer.text().await.unwrap().contains("missing+required+code+challenge"));
}

#[tokio::test]
async fn prompts_are_followed() {
    let simulator = with(json!({})).await;
    let mut browser = Browser::new(&simulator);
    let path = |browser: &Browser<'_>, more: &[(&str, &str)]| browser.authorize_path(more);
    let immediate = path(&browser, &[("immediate", "true")]);
    let page = browser.get(LOGIN, &immediate).await;
    assert_eq!(page.query("error").as_deref(), Some("immediate_unsuccessful"), "no session");

    let hinted = path(&browser, &[("login_hint", "zoe@acme.example")]);
    let page = browser.get(LOGIN, &hinted).await;
    assert!(page.text.contains("name=\"username\" value=\"zoe@acme.example\""), "{page:?}");
    let page = browser.log_in(&page).await;
    assert!(page.query("code").is_some(), "{page:?}");

    let page = browser.get(LOGIN, &immediate).await;
    assert!(page.query("code").is_some(), "approved before: {page:?}");
    let both = path(&browser, &[("immediate", "true"), ("prompt", "consent")]);
    let page = browser.get(LOGIN, &both).await;
    assert_eq!(page.query("error").as_deref(), Some("immediate_unsuccessful"), "would be asked");

    let login = path(&browser, &[("prompt", "login")]);
    let page = browser.get(LOGIN, &login).await;
    assert!(page.text.contains("id=\"Login\""), "a session does not help: {page:?}");
    let page = browser.log_in(&page).await;
    assert!(page.query("code").is_some(), "and consent is not asked for: {page:?}");

    let both = path(&browser, &[("prompt", "login consent")]);
    let page = browser.get(LOGIN, &both).await;
    let page = browser.log_in(&page).await;
    assert!(page.text.contains("id=\"oaapprove\""), "{page:?}");
}

#[tokio::test]
async fn an_app_may_be_missing_or_closed() {
    for (settings, error) in [
        (json!({"installation": "missing"}), "invalid_client"),
        (json!({"admission": "refused_at_approval"}), "OAUTH_APP_ACCESS_DENIED"),
    ] {
        let simulator = with(json!({ "oauth": settings })).await;
        let mut browser = Browser::new(&simulator);
        let path = browser.authorize_path(&[]);
        let page = browser.get(LOGIN, &path).await;
        let page = browser.log_in(&page).await;
        assert_eq!(page.query("error").as_deref(), Some(error), "{page:?}");
        let token = access_token(&browser).await;
        let request = browser.request(Method::GET, LOGIN, "/services/oauth2/userinfo");
        let told: Value = request.bearer_auth(&token).send().await.unwrap().json().await.unwrap();
        assert_eq!(told["is_app_installed"], error != "invalid_client");
    }
}
