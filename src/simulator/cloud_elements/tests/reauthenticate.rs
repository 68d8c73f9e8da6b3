use super::*;
use crate::simulator::cloud_elements::{PatchBehaviour, PutBehaviour, PutForm};

fn blank_tokens(code: &str) -> Value {
    json!({
        "configuration": {"oauth.user.token": "", "oauth.user.refresh_token": ""},
        "providerData": {"code": code},
    })
}

/// The instance as read, ready for a PUT; masked values filled in or, by a careless client, not.
async fn as_read(world: &World, known: &Known, code: &str, fill: bool) -> Value {
    let mut body = world.get("/instances", &known.full).await.body;
    let configuration = body["configuration"].as_object_mut().unwrap();
    configuration.shift_remove("oauth.user.token");
    configuration.shift_remove("oauth.user.refresh_token");
    if fill {
        configuration["oauth.api.key"] = json!(KEY);
        configuration["oauth.api.secret"] = json!(SECRET);
    }
    body["providerData"] = json!({"code": code});
    body
}

/// The configuration without what changes with every grant.
fn lasting(world: &World, known: &Known) -> Value {
    let mut configuration = world.instance(known.id)["configuration"].clone();
    configuration
        .as_object_mut()
        .unwrap()
        .retain(|key, _| !key.starts_with("oauth.user.") && key != "sfdc.session.id");
    configuration
}

async fn dead(world: &World) -> Known {
    let known = world.seed();
    world.salesforce.org().revoke_grants();
    assert_eq!(world.alive(&known).await, 401);
    known
}

#[tokio::test]
async fn a_patch_heals_and_changes_nothing_else() {
    let world = World::start().await;
    for this in [true, false] {
        let known = dead(&world).await;
        let before = lasting(&world, &known);
        let code = world.code("new");
        let (path, header) = if this {
            ("/instances".to_owned(), known.full.clone())
        } else {
            (format!("/instances/{}", known.id), world.header())
        };
        let answer = world.call(Method::PATCH, &path, &header, Some(blank_tokens(&code))).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert!(answer.body.get("providerData").is_none());
        assert_eq!(world.alive(&known).await, 200);
        assert_eq!(lasting(&world, &known), before);
        assert_eq!(world.instance(known.id)["exchanges"], 1);
    }
}

#[tokio::test]
async fn a_patch_with_a_bad_code_leaves_everything_as_it_was() {
    let world = World::start().await;
    let known = world.seed();
    let before = world.instance(known.id)["configuration"].clone();
    let answer =
        world.call(Method::PATCH, "/instances", &known.full, Some(blank_tokens("bad"))).await;
    assert_eq!(answer.status, 400);
    assert!(answer.message().contains("invalid_grant: invalid authorization code"));
    assert_eq!(world.instance(known.id)["configuration"], before);
    assert_eq!(world.alive(&known).await, 200);
}

#[tokio::test]
async fn a_patch_without_a_code_merges() {
    let world = World::start().await;
    let known = world.seed();
    let body = json!({"name": "renamed", "tags": ["a"], "configuration": {"pagination.max": "7"}});
    let answer = world.call(Method::PATCH, "/instances", &known.full, Some(body)).await;
    assert_eq!(answer.body["name"], "renamed");
    assert_eq!(answer.body["tags"], json!(["a"]));
    assert_eq!(answer.body["configuration"]["pagination.max"], "7");
    assert_eq!(answer.body["configuration"]["filter.response.nulls"], true);
    assert_eq!(world.alive(&known).await, 200);
}

#[tokio::test]
async fn a_patch_can_be_refused_or_ignored() {
    let world = World::start().await;
    let known = dead(&world).await;
    let code = world.code("unused");
    for (patch, status) in [
        (PatchBehaviour::Refuse400, 400),
        (PatchBehaviour::Refuse409, 409),
        (PatchBehaviour::Refuse500, 500),
        (PatchBehaviour::Ignore, 200),
    ] {
        world.platform.set_settings(Settings { patch, ..Settings::default() });
        let answer =
            world.call(Method::PATCH, "/instances", &known.full, Some(blank_tokens(&code))).await;
        assert_eq!(answer.status, status);
        assert_eq!(world.alive(&known).await, 401, "{patch:?}");
    }
    assert!(world.salesforce.org().codes.contains("unused"), "the code was not spent");
}

#[tokio::test]
async fn a_put_heals_in_both_forms() {
    let world = World::start().await;
    for documented in [true, false] {
        let known = dead(&world).await;
        let before = lasting(&world, &known);
        let code = world.code("new");
        let body = as_read(&world, &known, &code, true).await;
        let (path, header) = if documented {
            (format!("/instances/{}?reAuthenticate=true", known.id), world.header())
        } else {
            ("/instances".to_owned(), known.full.clone())
        };
        let answer = world.call(Method::PUT, &path, &header, Some(body)).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(world.alive(&known).await, 200);
        assert_eq!(lasting(&world, &known), before);
    }
}

#[tokio::test]
async fn a_put_with_asterisks_breaks_the_instance_for_good() {
    let world = World::start().await;
    let known = dead(&world).await;
    let code = world.code("new");
    let body = as_read(&world, &known, &code, false).await;
    let answer = world.call(Method::PUT, "/instances", &known.full, Some(body)).await;
    assert_eq!(answer.status, 400);
    assert!(answer.message().contains("invalid_client"), "{}", answer.message());
    assert_eq!(world.instance(known.id)["configuration"]["oauth.api.secret"], "********");
    // A PATCH, which relies on the stored secret, cannot mend it.
    let answer =
        world.call(Method::PATCH, "/instances", &known.full, Some(blank_tokens(&code))).await;
    assert_eq!(answer.status, 400);
    assert_eq!(world.alive(&known).await, 401);
    // A PUT with the real values can.
    let body = as_read(&world, &known, &code, true).await;
    assert_eq!(world.call(Method::PUT, "/instances", &known.full, Some(body)).await.status, 200);
    assert_eq!(world.alive(&known).await, 200);
}

#[tokio::test]
async fn a_put_loses_what_was_left_out_or_is_told_to_lose() {
    let world = World::with(Settings {
        drop_configuration_on_put: vec!["pagination.type".into(), "oauth.site.address".into()],
        ..Settings::default()
    })
    .await;
    let known = dead(&world).await;
    let code = world.code("new");
    let mut body = as_read(&world, &known, &code, true).await;
    body["configuration"].as_object_mut().unwrap().shift_remove("pagination.max");
    assert_eq!(world.call(Method::PUT, "/instances", &known.full, Some(body)).await.status, 200);
    let configuration = world.instance(known.id)["configuration"].clone();
    assert!(configuration.get("pagination.max").is_none());
    assert!(configuration.get("pagination.type").is_none());
    assert!(configuration.get("oauth.site.address").is_none(), "known by the app's key");
    assert!(configuration.get("bulk.add.metadata").is_some());
    assert_eq!(world.alive(&known).await, 200);
}

#[tokio::test]
async fn a_put_can_be_refused_or_known_in_one_form_only() {
    let world = World::start().await;
    let known = dead(&world).await;
    let code = world.code("unused");
    let body = as_read(&world, &known, &code, true).await;
    let documented = format!("/instances/{}?reAuthenticate=true", known.id);
    for (put, put_form, path, status) in [
        (PutBehaviour::Refuse, PutForm::Both, "/instances", 400),
        (PutBehaviour::Refuse, PutForm::Both, documented.as_str(), 400),
        (PutBehaviour::Accept, PutForm::Documented, "/instances", 405),
        (PutBehaviour::Accept, PutForm::Article, documented.as_str(), 405),
    ] {
        world.platform.set_settings(Settings { put, put_form, ..Settings::default() });
        let answer = world.call(Method::PUT, path, &known.full, Some(body.clone())).await;
        assert_eq!(answer.status, status, "{path}");
        assert!(!answer.message().is_empty());
    }
    world.platform.set_settings(Settings::default());
    let plain = format!("/instances/{}", known.id);
    assert_eq!(world.call(Method::PUT, &plain, &known.full, Some(body)).await.status, 400);
    assert!(world.salesforce.org().codes.contains("unused"));
}
