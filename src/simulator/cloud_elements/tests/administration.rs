use super::*;

#[tokio::test]
async fn headers_are_taken_in_any_order_and_only_when_right() {
    let world = World::start().await;
    let known = world.seed();
    let token = known.full.rsplit_once("Element ").unwrap().1.to_owned();
    let (user, organization) = world.platform.credentials();
    for (header, status) in [
        (format!("Element {token}, Organization {organization}, User {user}"), 200),
        (format!("Organization {organization}, User {user}, Element {token}"), 200),
        (format!("User {user}, Organization {organization}, Element {token}x"), 401),
        (format!("User {user}x, Organization {organization}, Element {token}"), 401),
        (format!("User {user}, Organization {user}, Element {token}"), 401),
        (format!("User {user}, Organization {organization}"), 401),
        ("Bearer x".to_owned(), 401),
    ] {
        let answer = world.get("/hubs/crm/accounts", &header).await;
        assert_eq!(answer.status, status, "{header}");
        if status == 401 {
            assert!(answer.body["requestId"].is_string());
            assert!(answer.message().starts_with("Invalid Organization or User secret"));
        }
    }
}

#[tokio::test]
async fn with_the_full_header_instances_means_this_one() {
    let world = World::start().await;
    let (known, other) = (world.seed(), world.seed());
    let read = world.get("/instances", &known.full).await;
    assert_eq!(read.body["id"], known.id);
    assert_eq!(read.header("Elements-Element-Instance-Id"), Some(known.id.to_string().as_str()));
    let by_id = world.get(&format!("/instances/{}", known.id), &world.header()).await;
    assert_eq!(by_id.body, read.body);
    let of_other = world.get(&format!("/instances/{}", other.id), &known.full).await;
    assert_eq!(of_other.status, 401);
    for unknown in ["/instances/1", "/instances/abc"] {
        let answer = world.get(unknown, &world.header()).await;
        assert_eq!(answer.status, 404);
        assert!(answer.message().contains("No element instance found"));
    }
}

#[tokio::test]
async fn lists_by_tag_in_pages_with_or_without_configuration() {
    let world = World::start().await;
    let ids: Vec<u64> = (0..3).map(|_| world.seed()).map(|known| known.id).collect();
    for id in &ids[1..] {
        let path = format!("/instances/{id}");
        let body = json!({"tags": ["reauth:7"]});
        world.call(Method::PATCH, &path, &world.header(), Some(body)).await;
    }
    let found = async |query: &str| {
        let answer = world.get(&format!("/instances?{query}"), &world.header()).await;
        let ids: Vec<u64> =
            answer.body.as_array().unwrap().iter().map(|one| one["id"].as_u64().unwrap()).collect();
        (ids, answer)
    };
    assert_eq!(found("").await.0, ids);
    assert_eq!(found("tags%5B%5D=reauth%3A7").await.0, ids[1..]);
    assert!(found("tags[]=none").await.0.is_empty());
    let (_, bare) = found("hydrate=false").await;
    assert!(bare.body[0].get("configuration").is_none());
    let (_, hydrated) = found("").await;
    assert_eq!(hydrated.body[0]["configuration"]["oauth.api.secret"], "********");
    let (first, answer) = found("pageSize=2").await;
    assert_eq!(first, ids[..2]);
    let next = answer.header("Elements-Next-Page-Token").unwrap();
    let (last, answer) = found(&format!("pageSize=2&nextPage={next}")).await;
    assert_eq!(last, ids[2..]);
    assert_eq!(answer.header("Elements-Next-Page-Token"), None);
}

#[tokio::test]
async fn the_configuration_is_a_list_too_and_can_be_changed_one_by_one() {
    let world = World::start().await;
    let known = world.seed();
    let list = world.get("/instances/configuration", &known.full).await;
    let items = list.body.as_array().unwrap();
    let find = |key: &str| items.iter().find(|item| item["key"] == key).unwrap();
    assert_eq!(find("oauth.api.secret")["propertyValue"], "********");
    let switch = find("filter.response.nulls");
    assert_eq!(switch["propertyValue"], "true");
    let by_id = format!("/instances/{}/configuration", known.id);
    assert_eq!(world.get(&by_id, &world.header()).await.body, list.body);

    let path = format!("{by_id}/{}", switch["id"]);
    let body = json!({"propertyValue": "false"});
    let answer = world.call(Method::PATCH, &path, &world.header(), Some(body)).await;
    assert_eq!(answer.body["propertyValue"], "false");
    assert_eq!(world.instance(known.id)["configuration"]["filter.response.nulls"], json!(false));
    let record = world.get("/accounts/0011", &known.full).await;
    assert_eq!(record.body, json!({"Id": "0011", "Name": "Acme", "Fax": null}));

    let path = format!("/instances/configuration/{}", switch["id"]);
    let body = json!({"propertyValue": "perhaps"});
    assert_eq!(world.call(Method::PATCH, &path, &known.full, Some(body)).await.status, 400);
    let body = json!({"propertyValue": "x"});
    let path = "/instances/configuration/1";
    assert_eq!(world.call(Method::PATCH, path, &known.full, Some(body)).await.status, 404);
}

#[tokio::test]
async fn a_disabled_instance_is_closed_but_can_be_opened() {
    let world = World::start().await;
    let known = world.seed();
    let by_id = format!("/instances/{}/enabled", known.id);
    for (path, header) in [("/instances/enabled", &known.full), (&by_id, &world.header())] {
        let answer = world.call(Method::DELETE, path, header, None).await;
        assert_eq!((answer.status, &answer.body["disabled"]), (200, &json!(true)));
        assert_eq!(world.alive(&known).await, 403);
        let answer = world.call(Method::PUT, path, header, None).await;
        assert_eq!((answer.status, &answer.body["disabled"]), (200, &json!(false)));
        assert_eq!(world.alive(&known).await, 200);
    }
}

#[tokio::test]
async fn a_deleted_instance_is_gone() {
    let world = World::start().await;
    let (known, other) = (world.seed(), world.seed());
    let path = format!("/instances/{}", known.id);
    assert_eq!(world.call(Method::DELETE, &path, &world.header(), None).await.status, 200);
    assert_eq!(world.alive(&known).await, 401);
    assert_eq!(world.get(&path, &world.header()).await.status, 404);
    assert_eq!(world.call(Method::DELETE, &path, &world.header(), None).await.status, 404);
    assert_eq!(world.call(Method::DELETE, "/instances", &other.full, None).await.status, 200);
    assert_eq!(world.platform.state_json()["deleted"], json!([known.id, other.id]));
}

#[tokio::test]
async fn tokens_are_masked_when_told_so() {
    let world = World::start().await;
    let known = world.seed();
    world.platform.set_settings(Settings { mask_tokens: true, ..Settings::default() });
    let read = world.get("/instances", &known.full).await;
    for key in ["oauth.user.token", "oauth.user.refresh_token"] {
        assert_eq!(read.body["configuration"][key], "********");
    }
    assert_eq!(world.alive(&known).await, 200);
}

#[tokio::test]
async fn requests_are_counted_and_everything_has_a_request_id() {
    let world = World::start().await;
    let known = world.seed();
    world.alive(&known).await;
    world.get(&format!("/instances/{}", known.id), &world.header()).await;
    let nothing = world.get("/no/such/path/at/all", &world.header()).await;
    assert_eq!(nothing.status, 404);
    assert!(nothing.body["requestId"].is_string());
    let wrong = world.call(Method::POST, "/ping", &world.header(), None).await;
    assert_eq!(wrong.status, 405);
    assert!(wrong.body["requestId"].is_string());
    let requests = &world.platform.state_json()["requests"];
    assert_eq!(requests["total"], 4);
    assert_eq!(requests["by_route"]["GET /hubs/crm/accounts"], 1);
    assert_eq!(requests["by_route"]["GET /instances/{id}"], 1);
}

#[tokio::test]
async fn bodies_must_be_json_and_say_so() {
    let world = World::start().await;
    let known = world.seed();
    let send = async |content_type: &str, body: &'static str| {
        let request = world
            .client
            .patch(format!("{}/instances", world.base))
            .header("authorization", &known.full)
            .header("content-type", content_type)
            .body(body);
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let body: Value = response.json().await.unwrap();
        (status, body["message"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(send("text/plain", "{}").await.0, 415);
    let (status, message) = send("application/json", r#"{"name": s3cret}"#).await;
    assert_eq!(status, 400);
    assert!(!message.contains("s3cret"), "{message}");
    assert_eq!(send("application/json; charset=utf-8", "{}").await.0, 200);
}

#[tokio::test]
async fn the_catalogue_holds_one_element() {
    let world = World::start().await;
    let list = world.get("/elements", &world.header()).await;
    assert_eq!(list.body[0]["key"], "sfdc");
    for element in ["sfdc", "23"] {
        let read = world.get(&format!("/elements/{element}"), &world.header()).await;
        assert_eq!((read.status, &read.body["hub"]), (200, &json!("crm")));
    }
    assert_eq!(world.get("/elements/24", &world.header()).await.status, 404);
}

#[tokio::test]
async fn answers_are_held_back_when_told_so() {
    let world = World::start().await;
    let known = world.seed();
    world.platform.set_settings(Settings { delay_ms: 150, ..Settings::default() });
    let started = std::time::Instant::now();
    world.get("/instances", &known.full).await;
    assert!(started.elapsed().as_millis() >= 150);
}
