//! The client against a server that keeps what it was asked.

use serde_json::{Value, json};
use url::Url;

use super::*;
use crate::config;
use crate::failure::{Failure, Kind};
use crate::http::testing::{Canned, quick_client, response, response_with};
use crate::secrets::{Redactor, Secret};

fn client(server: &Canned, redactor: &Redactor) -> CloudElementsClient {
    let config = config::CloudElements {
        base_url: server.url("/elements/api-v2"),
        user_secret: redactor.learn("user secret", "user-secret"),
        organization_secret: redactor.learn("organization secret", "org-secret"),
        element_key: "sfdc".to_owned(),
        instance: None,
    };
    CloudElementsClient::new(&config, quick_client(), redactor.clone())
}

fn token(redactor: &Redactor) -> Secret {
    redactor.learn("element token", "element/token=")
}

fn code(redactor: &Redactor) -> Secret {
    redactor.learn("code", "aPrx-the-code")
}

fn instance() -> String {
    json!({
        "id": 7, "name": "n", "token": "element/token=", "element": {"key": "sfdc"},
        "tags": ["reauth:1"],
        "configuration": {"oauth.user.token": "00D1!user-token", "oauth.api.secret": "********"},
    })
    .to_string()
}

fn busy() -> String {
    response_with(503, "retry-after: 0\r\n", "")
}

fn first_line(request: &str) -> &str {
    request.lines().next().unwrap_or_default()
}

fn request_body(request: &str) -> Value {
    serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap()
}

const PLATFORM_HEADER: &str = "authorization: User user-secret, Organization org-secret\r\n";
const FULL_HEADER: &str =
    "authorization: User user-secret, Organization org-secret, Element element/token=\r\n";

#[tokio::test]
async fn an_instance_is_read_with_either_header() {
    let server = Canned::serve(vec![
        response(200, &instance()),
        busy(),
        response(200, &format!("[{}]", instance())),
    ])
    .await;
    let redactor = Redactor::new();
    let client = client(&server, &redactor);
    assert_eq!(client.instance(7).await.unwrap().id, 7);
    assert_eq!(redactor.redact("x 00D1!user-token"), "x «oauth.user.token»");
    assert_eq!(client.instance_with_token(&token(&redactor)).await.unwrap().id, 7);
    let requests = server.requests();
    assert_eq!(first_line(&requests[0]), "GET /elements/api-v2/instances/7 HTTP/1.1");
    assert!(requests[0].contains(PLATFORM_HEADER));
    assert_eq!(first_line(&requests[2]), "GET /elements/api-v2/instances HTTP/1.1");
    assert!(requests[2].contains(FULL_HEADER));
    assert_eq!(client.full_header(&token(&redactor)).expose(), &FULL_HEADER.trim_end()[15..]);
}

#[tokio::test]
async fn the_patch_is_exactly_the_articles_and_is_sent_once() {
    let server = Canned::serve(vec![response(200, &instance()), busy(), busy()]).await;
    let redactor = Redactor::new();
    let client = client(&server, &redactor);
    client.patch_code(&token(&redactor), code(&redactor)).await.unwrap();
    let error = client.patch_code(&token(&redactor), code(&redactor)).await.unwrap_err();
    assert_eq!(error.status(), Some(503));
    let requests = server.requests();
    assert_eq!(requests.len(), 2, "a code is sent once");
    assert_eq!(first_line(&requests[0]), "PATCH /elements/api-v2/instances HTTP/1.1");
    assert!(requests[0].contains(FULL_HEADER));
    assert!(requests[0].ends_with(
        "{\"configuration\":{\"oauth.user.token\":\"\",\"oauth.user.refresh_token\":\"\"},\
         \"providerData\":{\"code\":\"aPrx-the-code\"}}"
    ));
}

#[tokio::test]
async fn both_forms_of_put_are_sent_once() {
    let server =
        Canned::serve(vec![response(200, &instance()), response(200, &instance()), busy()]).await;
    let redactor = Redactor::new();
    let client = client(&server, &redactor);
    let raw: Value = serde_json::from_str(&instance()).unwrap();
    let body = || put_body(&raw, code(&redactor), &[("oauth.api.secret", "real")]).unwrap();
    let token = token(&redactor);
    client.put(7, &token, body(), PutForm::Documented).await.unwrap();
    client.put(7, &token, body(), PutForm::Article).await.unwrap();
    assert!(client.put(7, &token, body(), PutForm::Article).await.is_err());
    let requests = server.requests();
    assert_eq!(requests.len(), 3);
    assert_eq!(
        first_line(&requests[0]),
        "PUT /elements/api-v2/instances/7?reAuthenticate=true HTTP/1.1"
    );
    assert_eq!(first_line(&requests[1]), "PUT /elements/api-v2/instances HTTP/1.1");
    let sent = request_body(&requests[0]);
    assert_eq!(sent["configuration"], json!({"oauth.api.secret": "real"}));
    assert_eq!(sent["providerData"], json!({"code": "aPrx-the-code"}));
}

#[tokio::test]
async fn an_instance_is_created_once() {
    let server = Canned::serve(vec![response(200, &instance()), busy(), busy()]).await;
    let redactor = Redactor::new();
    let client = client(&server, &redactor);
    let mut configuration = serde_json::Map::new();
    configuration.insert("filter.response.nulls".to_owned(), json!(true));
    let new =
        NewInstance { name: "n".to_owned(), tags: vec!["reauth:1".to_owned()], configuration };
    assert_eq!(client.create_instance(code(&redactor), &new).await.unwrap().tags, ["reauth:1"]);
    assert!(client.create_instance(code(&redactor), &new).await.is_err());
    let requests = server.requests();
    assert_eq!(requests.len(), 2);
    assert!(requests[0].contains(PLATFORM_HEADER));
    assert_eq!(
        request_body(&requests[0]),
        json!({
            "element": {"key": "sfdc"}, "providerData": {"code": "aPrx-the-code"},
            "configuration": {"filter.response.nulls": true}, "tags": ["reauth:1"], "name": "n",
        })
    );
}

#[tokio::test]
async fn the_oauth_url_is_asked_for_and_hidden() {
    let url = "https://login.salesforce.com/services/oauth2/authorize?client_id=k&client_secret=the-secret&state=s";
    let server = Canned::serve(vec![response(
        200,
        &json!({"element": "sfdc", "oauthUrl": url}).to_string(),
    )])
    .await;
    let redactor = Redactor::new();
    let request = OauthUrlRequest {
        api_key: "k".to_owned(),
        api_secret: redactor.learn("consumer secret", "the-secret"),
        callback_url: Url::parse("https://a/oauth").unwrap(),
        site_address: Some(Url::parse("https://test.salesforce.com").unwrap()),
        state: Some("s".to_owned()),
        scope: None,
    };
    let answer = client(&server, &redactor).oauth_url(&request).await.unwrap();
    assert_eq!(answer.parts().unwrap().state.as_deref(), Some("s"));
    assert_eq!(redactor.redact(url), "«oauthUrl»");
    assert_eq!(
        first_line(&server.requests()[0]),
        "GET /elements/api-v2/elements/sfdc/oauth/url?apiKey=k&apiSecret=the-secret\
         &callbackUrl=https%3A%2F%2Fa%2Foauth&siteAddress=https%3A%2F%2Ftest.salesforce.com\
         &state=s HTTP/1.1"
    );
}

#[tokio::test]
async fn a_record_or_a_dead_grant() {
    let dead = r#"{"requestId":"r1","message":"INVALID_SESSION_ID"}"#;
    let server = Canned::serve(vec![
        response_with(200, "elements-element-instance-id: 7\r\n", r#"[{"Id":"001"}]"#),
        response(401, dead),
        response(403, dead),
        response(200, "{}"),
        response(401, dead),
    ])
    .await;
    let redactor = Redactor::new();
    let client = client(&server, &redactor);
    let token = token(&redactor);
    let alive = client.read_record(&token).await.unwrap();
    assert_eq!(alive, HubAnswer::Record { instance_id: Some(7), count: 1 });
    let message = "INVALID_SESSION_ID".to_owned();
    let request_id = Some("r1".to_owned());
    assert_eq!(
        client.read_record(&token).await.unwrap(),
        HubAnswer::Unauthenticated { message: message.clone(), request_id: request_id.clone() }
    );
    assert_eq!(client.read_record(&token).await.unwrap_err().status(), Some(403));
    let shape = client.read_record(&token).await.unwrap_err().to_string();
    assert!(shape.contains("a list"), "{shape}");
    assert_eq!(
        client.ping(&token).await.unwrap(),
        PingAnswer::Unauthenticated { message, request_id }
    );
    assert_eq!(
        first_line(&server.requests()[0]),
        "GET /elements/api-v2/hubs/crm/accounts?pageSize=1 HTTP/1.1"
    );
}

#[tokio::test]
async fn a_list_is_read_to_its_end() {
    let page = format!("[{}]", instance());
    let server = Canned::serve(vec![
        response_with(200, "elements-next-page-token: abc=\r\n", &page),
        response_with(200, "elements-next-page-token: def\r\n", "[]"),
    ])
    .await;
    let redactor = Redactor::new();
    let found = client(&server, &redactor).list(Some("reauth:1")).await.unwrap();
    assert_eq!(found.len(), 1);
    assert!(first_line(&server.requests()[0]).contains("tags%5B%5D=reauth%3A1"));
    assert!(first_line(&server.requests()[1]).contains("nextPage=abc%3D"));
}

/// Somebody else's instance, made in the console, may look as no instance of ours does.
#[tokio::test]
async fn an_odd_instance_in_a_list_hides_no_other() {
    let odd = r#"{"id":8,"name":null,"tags":null},{"id":"x"},{"id":9,"tags":["a",1]}"#;
    let server = Canned::serve(vec![response(200, &format!("[{odd},{}]", instance()))]).await;
    let found = client(&server, &Redactor::new()).list(None).await.unwrap();
    assert!(found.iter().any(|instance| instance.id == 7 && instance.is_of_a_run()));
}

#[tokio::test]
async fn a_page_that_follows_itself_ends_the_list() {
    let page =
        response_with(200, "elements-next-page-token: abc\r\n", &format!("[{}]", instance()));
    let server = Canned::serve(vec![page; 5]).await;
    let error = client(&server, &Redactor::new()).list(None).await.unwrap_err();
    assert!(matches!(error, CloudElementsError::EndlessList { .. }), "{error}");
    assert_eq!(server.requests().len(), 2, "the second page names itself");
    assert!(!Failure::from(error).hints.is_empty());
}

/// Every answer says whose it is, in its body and in its head; both are compared.
#[tokio::test]
async fn an_answer_about_another_instance_is_refused() {
    let header = |id: u64| format!("elements-element-instance-id: {id}\r\n");
    let dead = r#"{"requestId":"r1","message":"INVALID_SESSION_ID"}"#;
    let server = Canned::serve(vec![
        response(200, &instance()),
        response_with(200, &header(8), &instance()),
        response_with(200, &header(7), &instance()),
        response_with(200, &header(8), "[]"),
        response_with(401, &header(8), dead),
        response_with(200, &header(8), "{}"),
        response_with(200, &header(8), &instance()),
        response_with(200, &header(8), "[]"),
        response_with(200, &header(7), "[]"),
    ])
    .await;
    let redactor = Redactor::new();
    let client = client(&server, &redactor);
    let token = token(&redactor);
    let mut refused = vec![client.instance(8).await.err(), client.instance(7).await.err()];
    assert_eq!(client.instance_with_token(&token).await.unwrap().id, 7);
    refused.push(client.read_record(&token).await.err());
    refused.push(client.read_record(&token).await.err());
    refused.push(client.ping(&token).await.err());
    refused.push(client.patch_code(&token, code(&redactor)).await.err());
    refused.push(client.configuration(7).await.err());
    for (place, error) in refused.into_iter().enumerate() {
        let failure = Failure::from(error.unwrap_or_else(|| panic!("{place} was taken")));
        assert_eq!(failure.code, "cloud_elements.other_instance_answered", "{place}: {failure}");
        assert!(failure.message.contains('7') && failure.message.contains('8'), "{failure}");
    }
    assert!(client.read_record(&token).await.is_ok());
}

#[tokio::test]
async fn a_web_page_instead_of_json_is_told_with_its_type_and_request_id() {
    let server = Canned::serve(vec![response_with(
        200,
        "content-type: text/html\r\nelements-request-id: r9\r\n",
        "<html>hello</html>",
    )])
    .await;
    let error = client(&server, &Redactor::new()).instance(7).await.unwrap_err().to_string();
    for words in ["expected JSON", "text/html", "request id r9"] {
        assert!(error.contains(words), "{words}: {error}");
    }
    assert!(!error.contains("hello"), "{error}");
}

#[tokio::test]
async fn a_wait_that_is_too_long_is_told() {
    let body = r#"{"requestId":"r1","message":"Too many requests"}"#;
    let server = Canned::serve(vec![response_with(429, "retry-after: 120\r\n", body)]).await;
    let error = client(&server, &Redactor::new()).instance(7).await.unwrap_err();
    assert_eq!(server.requests().len(), 1, "longer than it is waited for");
    let failure = Failure::from(error);
    assert_eq!(failure.code, "cloud_elements.rate_limited");
    assert!(failure.hints.iter().any(|hint| hint.contains("120 s")), "{:?}", failure.hints);
}

#[tokio::test]
async fn switches_configuration_and_deletion() {
    let entries =
        r#"[{"id":"5","key":"filter.response.nulls","propertyValue":"true"},{"id":6,"key":"x"}]"#;
    let server = Canned::serve(vec![
        response(200, "{}"),
        response(200, ""),
        response(200, entries),
        response(404, r#"{"requestId":"r2","message":"No instance 7"}"#),
    ])
    .await;
    let redactor = Redactor::new();
    let client = client(&server, &redactor);
    client.enable(7).await.unwrap();
    client.disable(7).await.unwrap();
    let entries = client.configuration(7).await.unwrap();
    assert_eq!((entries[0].id, &entries[0].property_value), (5, &json!("true")));
    assert_eq!((entries[1].id, &entries[1].property_value), (6, &Value::Null));
    let failure = Failure::from(client.delete(7).await.unwrap_err());
    assert_eq!((failure.code, failure.kind), ("cloud_elements.unknown_instance", Kind::Usage));
    assert!(failure.message.contains("No instance 7 (request id r2)"), "{}", failure.message);
    let lines: Vec<_> =
        server.requests().iter().map(|request| first_line(request).to_owned()).collect();
    assert_eq!(lines[0], "PUT /elements/api-v2/instances/7/enabled HTTP/1.1");
    assert_eq!(lines[1], "DELETE /elements/api-v2/instances/7/enabled HTTP/1.1");
    assert_eq!(lines[3], "DELETE /elements/api-v2/instances/7 HTTP/1.1");
    assert!(server.requests()[3].contains(PLATFORM_HEADER), "the full header is refused");
}
