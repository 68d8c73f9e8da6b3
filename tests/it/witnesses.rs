//! Who is asked whether the grant lives, what each says, and how it is told when they disagree.

use serde_json::{Value, json};

use crate::support::{Finished, World, check_verdict};

/// `by/says` of each, in order.
fn said(finished: &Finished, step: &str) -> Vec<String> {
    let facts = finished.facts(step);
    let witnesses = facts["witnesses"].as_array().unwrap();
    let text = |witness: &Value, key: &str| witness[key].as_str().unwrap().to_owned();
    let each = |witness: &Value| {
        assert!(!text(witness, "words").is_empty(), "{witness}");
        format!("{}/{}", text(witness, "by"), text(witness, "says"))
    };
    witnesses.iter().map(each).collect()
}

const CALL: &str = "a call through the instance";

#[tokio::test(flavor = "multi_thread")]
async fn three_are_heard_after_a_revocation_in_setup() {
    let world = World::new().await;
    let finished = world.reauth(&["run"]).await.expect_code(0);
    let all = |says: &str| {
        [CALL, "userinfo", "introspection", "OauthToken"].map(|by| format!("{by}/{says}")).to_vec()
    };
    assert_eq!(said(&finished, "confirm-revoked"), all("dead"));
    assert_eq!(said(&finished, "verify"), all("alive"));
}

/// Nobody who may list grants outlives one that is revoked by API, unless there is an access token
/// of another app.
#[tokio::test(flavor = "multi_thread")]
async fn the_third_by_api_is_a_configured_access_token() {
    for (faults, list) in [(&[][..], "OauthToken/nothing"), (&["frontdoor"], "OauthToken/dead")] {
        let world = World::with_faults(faults).await;
        let finished = world.reauth(&["run", "--revoke-via", "api"]).await.expect_code(0);
        assert_eq!(
            said(&finished, "confirm-revoked"),
            [&format!("{CALL}/dead"), "userinfo/dead", "introspection/dead", list],
            "{faults:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_goes_on_listing_the_grant_is_believed_by_api_too() {
    let world = World::with_faults(&["frontdoor", "grant-list-stale"]).await;
    let run = ["run", "--revoke-via", "api", "--settle", "2s"];
    let finished = world.reauth(&run).await.expect_code(1);
    let finished = finished.expect_error("scenario.witnesses_disagree");
    assert_eq!(said(&finished, "confirm-revoked")[3], "OauthToken/alive");
}

/// Whoever reads the error sees what each said.
#[tokio::test(flavor = "multi_thread")]
async fn a_disagreement_tells_what_each_said() {
    let world = World::with_faults(&["introspection-stale"]).await;
    let run = ["run", "--settle", "1s"];
    let finished =
        world.reauth(&run).await.expect_code(1).expect_error("scenario.witnesses_disagree");
    let message = finished.report()["error"]["message"].as_str().unwrap().to_owned();
    for words in [
        "1 s after the revocation",
        "a call through the instance: dead (",
        "userinfo: dead (the access token is dead)",
        "introspection: alive (the token is active)",
        "OauthToken: dead (the grant is no longer listed, 0 grants left)",
    ] {
        assert!(message.contains(words), "{words}: {message}");
    }
}

/// Introspection that never knew the living token proves nothing by not knowing the dead one.
#[tokio::test(flavor = "multi_thread")]
async fn a_blind_witness_is_not_counted() {
    let world = World::with_faults(&["introspection-blind"]).await;
    let finished = world.reauth(&["run", "--revoke-via", "api"]).await.expect_code(0);
    assert_eq!(said(&finished, "confirm-revoked")[2], "introspection/nothing");
    assert_eq!(said(&finished, "verify")[2], "introspection/nothing");
}

/// A platform that answers from a cache: neither a refused PATCH nor a late witness makes it an instance
/// that works.
#[tokio::test(flavor = "multi_thread")]
async fn a_cache_is_not_taken_for_an_instance_that_works() {
    for (faults, via) in
        [(["hub-cached", "patch-refused-400"], "put"), (["hub-cached", "userinfo-stale"], "patch")]
    {
        let world = World::with_faults(&faults).await;
        let before = world.state().await;
        let run = ["run", "--revoke-via", "api", "--settle", "1s"];
        let finished = world.reauth(&run).await.expect_code(1);
        let finished = finished.expect_error("scenario.witnesses_disagree");
        assert_eq!(finished.report()["reauthenticated_via"], via, "{faults:?}");
        check_verdict(&world, &before, &world.state().await, &finished);
    }
}

/// A list that never showed the living grant says nothing by not showing the new one.
#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_knows_the_app_by_another_name_is_not_counted() {
    let world = World::new().await;
    let name = &world.simulator.ready().salesforce.connected_app;
    world.write_config(&world.config_text().replace(name.as_str(), "Called Otherwise"));
    let finished = world.reauth(&["run", "--revoke-via", "api"]).await.expect_code(0);
    assert_eq!(said(&finished, "verify")[3], "OauthToken/nothing");
}

/// One answer that is none decides nothing: neither after the revocation nor after the code was sent.
#[tokio::test(flavor = "multi_thread")]
async fn who_could_not_be_asked_is_asked_again() {
    for since in ["POST /identity/app/connectedAppsUserList.apexp", "PATCH /instances"] {
        let fails = json!({
            "on": "GET /accounts", "how": {"status": 500}, "times": 1, "since": since,
        });
        let world = World::with(json!({"disturbances": [fails]})).await;
        let before = world.state().await;
        let finished = world.reauth(&["run"]).await.expect_code(0);
        check_verdict(&world, &before, &world.state().await, &finished);
    }
}

/// The platform loses a grant that Salesforce still knows: nobody else would ever end it.
#[tokio::test(flavor = "multi_thread")]
async fn an_instance_found_dead_by_one_side_alone_loses_its_old_grant() {
    let lie = json!({"on": "GET /accounts", "how": {"status": 401}, "times": 1});
    let world = World::with(json!({"disturbances": [lie]})).await;
    let before = world.state().await;
    let finished = world.reauth(&["restore"]).await.expect_code(0);
    assert_eq!(finished.facts("verify")["old_grant_ended"], true);
    check_verdict(&world, &before, &world.state().await, &finished);
}
