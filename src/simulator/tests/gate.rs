//! Requests and answers that are held back.

use std::future::Future;

use super::*;

const REVOKE: &str = "POST /services/oauth2/revoke";

/// Waits for a request to be held back; `meanwhile` is what sends it.
async fn held(browser: &Browser<'_>, matching: &str, meanwhile: impl Future) -> Value {
    let request = browser.request(Method::GET, LOGIN, "/__simulator/held");
    let asked = request.query(&[("matching", matching)]).send();
    tokio::select! {
        answer = asked => answer.unwrap().json().await.unwrap(),
        _ = meanwhile => panic!("{matching} was answered"),
    }
}

async fn token(browser: &Browser<'_>) -> String {
    text(&browser.grants().await[0]["access_tokens"][0], "access_token").to_owned()
}

#[tokio::test]
async fn a_held_request_is_not_acted_upon_until_it_is_let_go() {
    let simulator = simulator().await;
    let browser = Browser::new(&simulator);
    let token = token(&browser).await;
    browser.control("settings", json!({"hold": {"requests": [REVOKE]}})).await;
    let mut revoking = std::pin::pin!(browser.revoke(&token));
    let held = held(&browser, REVOKE, &mut revoking).await;
    assert_eq!(held["acted_upon"], false);
    let state = browser.state().await;
    assert_eq!(state["held"], json!([held]));
    assert_eq!(browser.select(&token, "SELECT Id FROM Account").await.0, 200, "others pass");
    let before = state["requests"].as_array().unwrap().len();

    let refused = browser.control("settings", json!({"hold": {"requests": ["revoke"]}})).await;
    assert_eq!(refused, 400);
    browser.control("settings", json!({"hold": {"requests": []}})).await;
    assert_eq!(revoking.await, 200);
    let state = browser.state().await;
    assert_eq!(state["held"], json!([]));
    assert_eq!(state["requests"].as_array().unwrap().len(), before + 2);
    assert_eq!(browser.select(&token, "SELECT Id FROM Account").await.0, 401);
}

#[tokio::test]
async fn a_held_answer_was_acted_upon() {
    let simulator = simulator().await;
    let browser = Browser::new(&simulator);
    let token = token(&browser).await;
    browser.control("settings", json!({"hold": {"answers": [REVOKE]}})).await;
    let mut revoking = std::pin::pin!(browser.revoke(&token));
    let held = held(&browser, REVOKE, &mut revoking).await;
    assert_eq!(held["acted_upon"], true);
    assert_eq!(browser.select(&token, "SELECT Id FROM Account").await.0, 401);
    browser.control("settings", json!({"hold": {"answers": []}})).await;
    assert_eq!(revoking.await, 200);
}

#[tokio::test]
async fn one_setting_lets_go_and_holds_the_next() {
    let simulator = simulator().await;
    let browser = Browser::new(&simulator);
    let token = token(&browser).await;
    let query = "GET /query";
    browser.control("settings", json!({"hold": {"requests": [REVOKE]}})).await;
    let mut both = std::pin::pin!(async {
        assert_eq!(browser.revoke(&token).await, 200);
        browser.select(&token, "SELECT Id FROM Account").await.0
    });
    held(&browser, REVOKE, &mut both).await;
    browser.control("settings", json!({"hold": {"requests": [query]}})).await;
    held(&browser, query, &mut both).await;
    browser.control("settings", json!({"hold": {"requests": []}})).await;
    assert_eq!(both.await, 401);
}

/// Its body is of no use to anybody any more, and nobody waits for it.
#[tokio::test]
async fn a_client_that_goes_away_leaves_nothing_behind() {
    let simulator = simulator().await;
    let browser = Browser::new(&simulator);
    let token = token(&browser).await;
    browser.control("settings", json!({"hold": {"requests": [REVOKE]}})).await;
    let id = held(&browser, REVOKE, browser.revoke(&token)).await["id"].clone();
    let path = format!("/__simulator/held/{id}/gone");
    let gone = browser.request(Method::GET, LOGIN, &path).send().await.unwrap();
    assert_eq!(gone.status(), 204);
    assert_eq!(browser.state().await["held"], json!([]));
    browser.control("settings", json!({"hold": {"requests": []}})).await;
    assert_eq!(browser.revoke(&token).await, 200, "it was not acted upon");
}

#[tokio::test]
async fn stopping_lets_everything_go() {
    let settings = json!({"hold": {"requests": [REVOKE], "answers": ["GET /query"]}});
    let settings = Settings::default().merged(&settings).unwrap();
    let simulator = Simulator::start(Options { settings, ..Options::default() }).await.unwrap();
    let port = simulator.ready().port;
    let url = move |path: &str| format!("http://127.0.0.1:{port}{path}");
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let held = async |matching: &str| {
        let request = client.get(url("/__simulator/held")).query(&[("matching", matching)]);
        request.send().await.unwrap().status().as_u16()
    };
    let send = |request: reqwest::RequestBuilder| {
        tokio::spawn(async move { request.send().await.unwrap().status().as_u16() })
    };
    let request = send(client.post(url("/services/oauth2/revoke")));
    let answer = send(client.get(url("/services/data/v67.0/query")));
    assert_eq!((held(REVOKE).await, held("GET /query").await), (200, 200));
    simulator.stop().await;
    assert_eq!(request.await.unwrap(), 503, "it is not acted upon");
    assert_eq!(answer.await.unwrap(), 401);
}
