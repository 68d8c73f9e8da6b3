//! The whole article, in every combination. What is believed is the simulator's own state.

use crate::support::World;

const APP: &str = "Cloud Elements QA";

/// Runs the cycle and looks at both services.
async fn cycle(revoke_via: &str, reauthenticate_via: &str, provision: bool) {
    let world = World::new().await;
    let before = world.state().await;
    let user = world.username().to_owned();
    let others = before.live_grants_of_others(&user);

    let mut arguments =
        vec!["run", "--revoke-via", revoke_via, "--reauthenticate-via", reauthenticate_via];
    if provision {
        arguments.push("--provision");
    }
    let finished = world.reauth(&arguments).await.expect_code(0);
    let report = finished.report();
    assert_eq!(report["outcome"], "passed");
    assert_eq!(report["revoked_via"], revoke_via);
    assert_eq!(report["reauthenticated_via"], reauthenticate_via);
    if revoke_via == "api" {
        let facts = finished.facts("revoke");
        assert_eq!(facts["access_token_alone_was_enough"], false);
        assert_eq!(facts["tokens_revoked"], serde_json::json!(["access token", "refresh token"]));
    }

    let after = world.state().await;
    assert_eq!(after.tripwire_hits(), 0, "the callback host was reached");
    assert_eq!(after.salesforce("login_attempts"), 1, "one login for Setup and authorisation");
    assert_eq!(after.live_grants_of_others(&user), others, "other users' grants are not ours");
    assert_eq!(
        after.requests("GET", "/services/data/"),
        3,
        "each witness asks for the version once"
    );
    let grants = after.grants(APP, &user);
    let ended_by = |grant: &serde_json::Value| grant["ended_by"].as_str().map(str::to_owned);
    let by = if revoke_via == "ui" { "setup_page" } else { "refresh_token_revoked" };
    if provision {
        // The grant that was there stays; the one made for the run was cut, replaced, cleaned up.
        assert_eq!(grants.len(), 3, "{grants:#?}");
        assert_eq!(ended_by(grants[0]), None);
        assert_eq!(ended_by(grants[1]).as_deref(), Some(by));
        assert_eq!(ended_by(grants[2]).as_deref(), Some("refresh_token_revoked"));
        assert_eq!(after.instances(), before.instances(), "the fresh instance is gone");
        assert_eq!(after.instance(world.instance()), before.instance(world.instance()));
    } else {
        assert_eq!(grants.len(), 2, "{grants:#?}");
        assert_eq!(ended_by(grants[0]).as_deref(), Some(by));
        assert_eq!(grants[1]["live"], true);
        let (was, is) = (before.instance(world.instance()), after.instance(world.instance()));
        assert_eq!(is["configuration"]["oauth.user.refresh_token"], grants[1]["refresh_token"]);
        for key in ["oauth.api.secret", "oauth.api.key", "oauth.callback.url", "base.url"] {
            assert_eq!(is["configuration"][key], was["configuration"][key], "{key}");
        }
    }
    let (patches, puts) = (
        after.requests("PATCH", "/instances"),
        after.requests("PUT", &format!("/instances/{}", report["instance"]["id"])),
    );
    let expected = if reauthenticate_via == "patch" { (1, 0) } else { (0, 1) };
    assert_eq!((patches, puts), expected);
    assert!(
        world.home.path().join("state").read_dir().unwrap().next().is_none(),
        "journal is empty"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn ui_patch_adopt() {
    cycle("ui", "patch", false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ui_put_adopt() {
    cycle("ui", "put", false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn api_patch_adopt() {
    cycle("api", "patch", false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn api_put_adopt() {
    cycle("api", "put", false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ui_patch_provision() {
    cycle("ui", "patch", true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ui_put_provision() {
    cycle("ui", "put", true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn api_patch_provision() {
    cycle("api", "patch", true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn api_put_provision() {
    cycle("api", "put", true).await;
}
