use super::*;
use crate::simulator::cloud_elements::StateBehaviour;
use std::collections::HashMap;

fn path(site: &str, more: &str) -> String {
    format!(
        "/elements/sfdc/oauth/url?apiKey=k%2B1&apiSecret=s%26t&callbackUrl=https%3A%2F%2Fcb.example%2Foauth&siteAddress={site}{more}"
    )
}

#[tokio::test]
async fn leads_to_the_site_with_everything_that_was_asked_for() {
    let world = World::start().await;
    let site = "http://login.salesforce.localhost:9";
    let answer = world.get(&path(site, "&state=abc"), &world.header()).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body["element"], "sfdc");
    let text = answer.body["oauthUrl"].as_str().unwrap();
    assert!(text.starts_with(&format!("{site}/services/oauth2/authorize?response_type=code&")));
    assert!(text.contains("scope=full%20refresh_token"), "{text}");
    let url = url::Url::parse(text).unwrap();
    let query: HashMap<_, _> = url.query_pairs().into_owned().collect();
    assert_eq!(query["client_id"], "k+1");
    assert_eq!(query["client_secret"], "s&t");
    assert_eq!(query["redirect_uri"], "https://cb.example/oauth");
    assert_eq!(query["state"], "abc");
}

#[tokio::test]
async fn state_is_the_element_key_unless_asked_for_and_honoured() {
    let world = World::start().await;
    let site = "http://127.0.0.1:9";
    let answer = world.get(&path(site, ""), &world.header()).await;
    assert!(answer.body["oauthUrl"].as_str().unwrap().ends_with("&state=sfdc"));
    world.platform.set_settings(Settings { state: StateBehaviour::Ignored, ..Settings::default() });
    let answer = world.get(&path(site, "&state=abc"), &world.header()).await;
    assert!(answer.body["oauthUrl"].as_str().unwrap().ends_with("&state=sfdc"));
}

#[tokio::test]
async fn refuses_what_it_cannot_serve() {
    let world = World::start().await;
    let header = world.header();
    let elsewhere = world.get(&path("https://test.salesforce.com", ""), &header).await;
    assert_eq!(elsewhere.status, 400);
    assert!(elsewhere.message().contains("loopback"), "{}", elsewhere.message());
    let incomplete = world.get("/elements/23/oauth/url?apiKey=k&callbackUrl=c", &header).await;
    assert_eq!(incomplete.status, 400);
    assert_eq!(incomplete.message(), "Parameter apiSecret is required");
    assert_eq!(world.get("/elements/hubspot/oauth/url", &header).await.status, 404);
    assert_eq!(
        world.get(&path("http://127.0.0.1:9", ""), "User x, Organization y").await.status,
        401
    );
}

#[tokio::test]
async fn without_a_site_it_leads_to_the_login_host_next_door() {
    let world = World::start().await;
    let answer = world
        .get("/elements/sfdc/oauth/url?apiKey=k&apiSecret=s&callbackUrl=c", &world.header())
        .await;
    let origin = world.base.strip_suffix("/elements/api-v2").unwrap();
    assert!(answer.body["oauthUrl"].as_str().unwrap().starts_with(origin));
}
