use super::*;

async fn learn_site(world: &World) {
    let path = format!(
        "/elements/sfdc/oauth/url?apiKey={KEY}&apiSecret={SECRET}&callbackUrl={CALLBACK}&siteAddress={}",
        world.salesforce.origin
    );
    assert_eq!(world.get(&path, &world.header()).await.status, 200);
}

fn body(code: &str) -> Value {
    json!({
        "element": {"key": "sfdc"},
        "name": "fresh",
        "tags": ["reauth:1"],
        "providerData": {"code": code},
        "configuration": {
            "oauth.callback.url": CALLBACK, "oauth.api.key": KEY, "oauth.api.secret": SECRET,
            "filter.response.nulls": true,
        },
    })
}

#[tokio::test]
async fn a_code_makes_a_live_instance_whose_secrets_are_not_read() {
    let world = World::start().await;
    learn_site(&world).await;
    let code = world.code("aPrx==");
    let made = world.call(Method::POST, "/instances", &world.header(), Some(body(&code))).await;
    assert_eq!(made.status, 200, "{}", made.body);
    let id = made.body["id"].as_u64().unwrap();
    assert_eq!(made.header("Elements-Element-Instance-Id"), Some(id.to_string().as_str()));
    assert_eq!(made.body["element"]["key"], "sfdc");
    assert_eq!(made.body["tags"], json!(["reauth:1"]));
    assert_eq!(made.body["valid"], true);
    assert!(made.body.get("providerData").is_none());
    let configuration = &made.body["configuration"];
    assert_eq!(configuration["oauth.api.key"], "********");
    assert_eq!(configuration["oauth.api.secret"], "********");
    assert_eq!(configuration["oauth.user.token"], "00D!access1");
    assert_eq!(configuration["oauth.user.refresh_token"], "5Aep.refresh1");
    assert_eq!(configuration["base.url"], world.salesforce.origin);
    assert_eq!(world.instance(id)["configuration"]["oauth.api.secret"], SECRET);

    let full = format!("{}, Element {}", world.header(), made.body["token"].as_str().unwrap());
    let accounts = world.get("/hubs/crm/accounts?pageSize=1", &full).await;
    assert_eq!(accounts.body, json!([{"Id": "0011", "Name": "Acme"}]));
    assert_eq!(accounts.header("Elements-Returned-Count"), Some("1"));
    assert_eq!(world.salesforce.org().queries, ["SELECT Id, Name FROM Account LIMIT 1"]);
    assert_eq!(world.platform.state_json()["codes_exchanged"], 1);
}

#[tokio::test]
async fn a_code_works_once_and_a_refusal_makes_no_instance() {
    let world = World::start().await;
    learn_site(&world).await;
    let code = world.code("once");
    let path = "/elements/23/instances";
    let first = world.call(Method::POST, path, &world.header(), Some(body(&code))).await;
    let second = world.call(Method::POST, path, &world.header(), Some(body(&code))).await;
    assert_eq!((first.status, second.status), (200, 400));
    assert!(second.message().contains("invalid_grant: invalid authorization code"));
    let state = world.platform.state_json();
    assert_eq!(state["instances"].as_array().unwrap().len(), 1);
    assert_eq!(state["codes_refused"], 1);
}

#[tokio::test]
async fn a_refresh_token_from_elsewhere_makes_one_too() {
    let world = World::start().await;
    learn_site(&world).await;
    let (_, refresh_token) = world.salesforce.grant();
    let mut body = body("");
    body["externalAuthentication"] = json!("initial");
    body["configuration"]["oauth.user.refresh_token"] = json!(refresh_token);
    let made = world.call(Method::POST, "/instances", &world.header(), Some(body)).await;
    assert_eq!(made.status, 200, "{}", made.body);
    assert_eq!(made.body["configuration"]["oauth.user.token"], "00D!access2");
}

#[tokio::test]
async fn what_is_missing_is_named() {
    let world = World::start().await;
    let header = world.header();
    let post =
        async |body: Value| world.call(Method::POST, "/instances", &header, Some(body)).await;
    let answer =
        post(json!({"element": {"key": "sfdc"}, "configuration": {"oauth.api.key": "k"}})).await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.message(), "Missing configuration: oauth.api.secret, oauth.callback.url");
    assert_eq!(post(json!({})).await.message(), "element.key is required");
    assert_eq!(post(json!({"element": {"key": "x"}})).await.status, 404);
    let mut unknown_site = body("code");
    unknown_site["configuration"]["oauth.api.key"] = json!("other");
    assert!(post(unknown_site).await.message().contains("OAuth URL"));
}
