use super::*;

#[tokio::test]
async fn an_ended_access_token_is_refreshed_silently() {
    let world = World::start().await;
    let known = world.seed();
    assert_eq!(world.alive(&known).await, 200);
    let before = world.instance(known.id)["configuration"].clone();
    world.salesforce.org().access_tokens.clear();
    assert_eq!(world.alive(&known).await, 200);
    let after = world.instance(known.id);
    assert_ne!(after["configuration"]["oauth.user.token"], before["oauth.user.token"]);
    assert_eq!(
        after["configuration"]["oauth.user.refresh_token"],
        before["oauth.user.refresh_token"]
    );
    assert_ne!(after["configuration"]["sfdc.session.id"], before["sfdc.session.id"]);
    assert_eq!(after["refreshes"], 1);
    assert_eq!(world.alive(&known).await, 200);
    assert_eq!(world.salesforce.org().token_calls, 1, "a live token is not refreshed");
}

#[tokio::test]
async fn with_rotation_the_new_refresh_token_is_kept() {
    let world = World::start().await;
    let known = world.seed();
    world.salesforce.org().rotation = true;
    for round in 1..=2 {
        world.salesforce.org().access_tokens.clear();
        assert_eq!(world.alive(&known).await, 200, "round {round}");
    }
    assert_eq!(world.platform.state_json()["refreshes"], 2);
}

#[tokio::test]
async fn calls_at_the_same_time_refresh_once() {
    let world = World::start().await;
    let known = world.seed();
    {
        let mut org = world.salesforce.org();
        org.rotation = true;
        org.access_tokens.clear();
    }
    let calls = (0..8).map(|_| world.alive(&known));
    let statuses = futures_util::future::join_all(calls).await;
    assert_eq!(statuses, [200; 8]);
    assert_eq!(world.salesforce.org().token_calls, 1);
}

#[tokio::test]
async fn a_revoked_grant_is_dead_and_says_so() {
    let world = World::start().await;
    let known = world.seed();
    world.salesforce.org().revoke_grants();
    for path in [
        "/hubs/crm/accounts?pageSize=1",
        "/accounts?pageSize=1",
        "/hubs/crm/accounts/0011",
        "/query?q=SELECT%20Id%20FROM%20Account",
        "/ping",
    ] {
        let answer = world.get(path, &known.full).await;
        assert_eq!(answer.status, 401, "{path}");
        assert!(
            answer.message().contains("invalid_grant: expired access/refresh token"),
            "{path}: {}",
            answer.message()
        );
        assert_eq!(
            answer.body["requestId"].as_str(),
            answer.header("Elements-Request-Id"),
            "{path}"
        );
        let id = known.id.to_string();
        assert_eq!(answer.header("Elements-Element-Instance-Id"), Some(id.as_str()));
    }
    // The platform itself still knows the instance.
    let read = world.get(&format!("/instances/{}", known.id), &world.header()).await;
    assert_eq!(read.status, 200);
    assert_eq!(world.platform.state_json()["refreshes_refused"], 5);
}

#[tokio::test]
async fn queries_and_single_records_are_passed_on() {
    let world = World::start().await;
    let known = world.seed();
    let record = world.get("/hubs/crm/accounts/0011", &known.full).await;
    assert_eq!(record.body, json!({"Id": "0011", "Name": "Acme"}));
    let ping = world.get("/ping", &known.full).await;
    assert_eq!(ping.status, 200);
    assert!(ping.body["dateTime"].is_string());
    let query = world.get("/query?q=SELECT%20Id%20FROM%20Account%20LIMIT%205", &known.full).await;
    assert_eq!(query.status, 200);
    assert_eq!(
        world.salesforce.org().queries.last().map(String::as_str),
        Some("SELECT Id FROM Account LIMIT 5")
    );
    let wrong = world.get("/query?q=SELECT%20Id%20FROM%20Nonsense", &known.full).await;
    assert_eq!((wrong.status, wrong.message()), (400, "INVALID_TYPE: no such object"));
    assert_eq!(world.get("/query", &known.full).await.status, 400);
    assert_eq!(world.get("/hubs/crm/accounts/0'--", &known.full).await.status, 404);
    assert_eq!(world.get("/hubs/crm/nothings", &known.full).await.status, 404);
    assert_eq!(world.get("/accounts?pageSize=0", &known.full).await.status, 400);
}

#[tokio::test]
async fn salesforce_out_of_reach_is_not_a_dead_grant() {
    let world = World::start().await;
    let known = world.seed();
    // Bound, so that nobody else is given it, and nobody listens.
    let free = tokio::net::TcpSocket::new_v4().unwrap();
    free.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let address = format!("http://{}", free.local_addr().unwrap());
    let body = json!({"configuration": {"base.url": address}});
    world.call(Method::PATCH, "/instances", &known.full, Some(body)).await;
    assert_eq!(world.alive(&known).await, 502);
}
