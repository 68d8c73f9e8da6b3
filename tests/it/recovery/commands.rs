//! `revoke`, `status`, `restore`, and `run` on an instance that is dead already.

use rustix::process::Signal;
use serde_json::{Value, json};

use super::moments::{API_BACK, API_REVOKED};
use super::{assert_dead, assert_whole};
use crate::support::World;

/// Ends the grant on purpose.
async fn revoke(world: &World) {
    world.reauth(&["revoke", "--revoke-via", "api"]).await.expect_code(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn revoke_status_restore_status() {
    let world = World::new().await;
    let status = world.finish(world.command(&["status"])).await.expect_code(0);
    assert_eq!(status.stdout, "authenticated\n");

    let revoked = world.reauth(&["revoke"]).await.expect_code(0);
    assert_eq!(revoked.report()["instance"]["authenticated"], false);
    assert_eq!(revoked.report()["outcome"], "passed");
    assert_dead(&world).await;
    let journal = world.journal();
    assert_eq!(journal.len(), 1, "{journal:?}");
    let entry = std::fs::read(world.home.path().join("state").join(&journal[0])).unwrap();
    let entry: Value = serde_json::from_slice(&entry).unwrap();
    assert_eq!(entry["phase"], "revoked-on-purpose");
    assert_eq!(entry["instance_id"], world.instance());
    assert_eq!(entry["run_id"], revoked.report()["run_id"]);

    let status = world.finish(world.command(&["status"])).await.expect_code(4);
    assert_eq!(status.stdout, "not authenticated\n");
    assert_eq!(world.journal(), journal, "status changes nothing");

    let restored = world.reauth(&["restore"]).await.expect_code(0);
    assert_eq!(restored.report()["instance"]["authenticated"], true);
    assert!(restored.steps().iter().all(|step| step.starts_with("restore/")));
    assert_whole(&world).await;
    world.reauth(&["status"]).await.expect_code(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_revoke_leaves_the_instance_as_the_first_did() {
    let world = World::new().await;
    revoke(&world).await;
    let journal = world.journal();
    let again = world.reauth(&["revoke", "--revoke-via", "api"]).await.expect_code(4);
    let again = again.expect_error("scenario.already_dead");
    assert!(!again.steps().iter().any(|step| step.starts_with("restore/")), "{:?}", again.steps());
    assert_dead(&world).await;
    assert_eq!(world.journal(), journal);
}

#[tokio::test(flavor = "multi_thread")]
async fn run_restores_an_instance_that_it_finds_dead() {
    let world = World::new().await;
    revoke(&world).await;
    let finished = world.reauth(&["run", "--revoke-via", "api"]).await.expect_code(0);
    let warnings = finished.warnings();
    assert!(warnings.contains(&"instance.found_dead".into()), "{warnings:?}");
    let steps = finished.steps();
    let at = |step: &str| {
        steps.iter().position(|seen| seen == step).unwrap_or_else(|| panic!("{step}: {steps:#?}"))
    };
    assert!(at("restore/verify/passed") < at("scenario/revoke/passed"), "{steps:#?}");
    assert!(at("scenario/revoke/passed") < at("scenario/verify/passed"), "{steps:#?}");
    assert_whole(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn run_restores_an_instance_that_somebody_else_cut() {
    let world = World::new().await;
    let state = world.state().await;
    let grant = state.live_grants(super::APP, world.username())[0]["id"].as_str().unwrap();
    world.cut(grant).await;
    let finished = world.reauth(&["run", "--revoke-via", "api"]).await.expect_code(0);
    let warnings = finished.warnings();
    assert!(warnings.contains(&"instance.found_dead".into()), "{warnings:?}");
    assert_whole(&world).await;
}

/// Salesforce refuses in a file, which a browser saves without leaving its page: it is not waited for.
#[tokio::test(flavor = "multi_thread")]
async fn restore_tells_what_a_browser_would_save() {
    let world = World::with_faults(&["ended-by-user", "pkce-required-file"]).await;
    let finished = world.reauth(&["restore"]).await.expect_code(4);
    let finished = finished.expect_error("salesforce.pkce_required");
    assert_eq!(finished.report()["error"]["step"], "oauth-url");
    assert_eq!(world.state().await.salesforce("login_attempts"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn restore_of_a_live_instance_does_nothing() {
    let world = World::new().await;
    let finished = world.reauth(&["restore"]).await.expect_code(0);
    assert_eq!(finished.steps(), ["restore/locate/passed"]);
    let state = world.state().await;
    assert_eq!(state.grants(super::APP, world.username()).len(), 1);
    assert_eq!(state.salesforce("login_attempts"), 0);
    assert_eq!(state.codes_seen(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn restore_all_with_nothing_to_do() {
    let world = World::new().await;
    let finished = world.finish(world.command(&["restore", "--all"])).await.expect_code(0);
    assert!(finished.stderr.contains("nothing to restore"), "{}", finished.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn restore_all_brings_back_what_can_be_and_reports_the_rest() {
    let world = World::new().await;
    revoke(&world).await;
    let folder = world.home.path().join("state");
    // Before and after the good one, as the file names sort.
    let corrupt = [folder.join("a-1.json"), folder.join("z-1.json")];
    for file in &corrupt {
        std::fs::write(file, "{\"version\": 1, \"instance").unwrap();
    }
    let finished = world.finish(world.command(&["restore", "--all"])).await.expect_code(4);
    for words in ["journal.corrupt", "a-1.json", "z-1.json"] {
        assert!(finished.stderr.contains(words), "{words}: {}", finished.stderr);
    }
    for file in &corrupt {
        assert_eq!(std::fs::read_to_string(file).unwrap(), "{\"version\": 1, \"instance");
        std::fs::remove_file(file).unwrap();
    }
    assert_whole(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn restore_all_works_from_another_folder_and_brings_back_several() {
    let world = World::new().await;
    revoke(&world).await;
    let provisioned = world.finish(world.command(&["provision"])).await.expect_code(0);
    let second = provisioned.stdout.trim().to_owned();
    let text = world.config_text();
    let (head, _) = text.split_once("[cloud_elements.instance]").unwrap();
    std::fs::write(
        world.home.path().join("second.toml"),
        format!("{head}[cloud_elements.instance]\nid = {second}\n"),
    )
    .unwrap();
    let arguments = ["--config", "second.toml", "revoke", "--revoke-via", "api"];
    world.reauth(&arguments).await.expect_code(0);
    assert_eq!(world.journal().len(), 2);

    let mut command = world.command(&["restore", "--all"]);
    command.current_dir(world.temporary.path()).arg("--out").arg(world.home.path().join("runs"));
    world.finish(command).await.expect_code(0);
    assert_whole(&world).await;
    world.reauth(&["status", "--instance", &second]).await.expect_code(0);
}

/// One state folder, two configurations: with another user's an instance does not come back as it was.
#[tokio::test(flavor = "multi_thread")]
async fn restore_all_touches_no_instance_of_another_user() {
    let world = World::new().await;
    revoke(&world).await;
    let text = world.config_text();
    world.write_config(&text.replace(world.username(), "somebody.else@acme.example.qa"));
    let finished = world.finish(world.command(&["restore", "--all"])).await.expect_code(4);
    assert!(finished.stderr.contains("journal.other_user"), "{}", finished.stderr);
    assert_dead(&world).await;
    assert_eq!(world.journal().len(), 1);

    world.write_config(&text);
    world.finish(world.command(&["restore", "--all"])).await.expect_code(0);
    assert_whole(&world).await;
}

/// An instance whose grant a run cut that was killed then, on a platform that answers from a cache.
async fn left_with_a_cache() -> World {
    // It is filled while the instance works.
    let world = World::with(json!({"cloud_elements": {"hub_cached": true}})).await;
    let (mut running, held) = world.follow_to(&["run", "--revoke-via", "api"], API_REVOKED).await;
    running.signal(Signal::KILL);
    running.finish().await;
    world.abandoned(held).await;
    world.assert_nothing_left().await;
    world.let_go().await;
    world
}

/// The platform answers from a cache: that an earlier run had cut the grant is not forgotten.
#[tokio::test(flavor = "multi_thread")]
async fn run_believes_no_cache_of_an_instance_that_was_left() {
    let world = left_with_a_cache().await;
    let finished = world.reauth(&["run", "--revoke-via", "ui", "--settle", "2s"]).await;
    let warnings = finished.warnings();
    assert!(warnings.contains(&"instance.found_dead".into()), "{warnings:?}\n{}", finished.stderr);
    world.set(json!({"cloud_elements": {"hub_cached": false}})).await;
    if finished.code != Some(0) {
        world.reauth(&["restore"]).await.expect_code(0);
    }
    assert_whole(&world).await;
}

/// `revoke` would take the entry for settled if it did.
#[tokio::test(flavor = "multi_thread")]
async fn revoke_believes_no_cache_of_an_instance_that_was_left() {
    let world = left_with_a_cache().await;
    let finished = world.reauth(&["revoke", "--revoke-via", "api"]).await;
    finished.expect_error("scenario.already_dead").expect_code(4);
    world.set(json!({"cloud_elements": {"hub_cached": false}})).await;
    world.reauth(&["restore", "--all"]).await.expect_code(0);
    assert_whole(&world).await;
}

/// What comes back and dies at once is in flight again.
#[tokio::test(flavor = "multi_thread")]
async fn an_instance_that_dies_again_is_brought_back() {
    let world = World::new().await;
    let (running, _) = world.follow_to(&["run", "--revoke-via", "api"], API_BACK).await;
    let state = world.state().await;
    let live = state.live_grants(super::APP, world.username());
    let [grant] = live.as_slice() else { panic!("{live:#?}") };
    world.cut(grant["id"].as_str().unwrap()).await;
    world.let_go().await;
    let finished = running.finish().await.expect_code(1).expect_error("scenario.died_again");
    world.assert_nothing_left().await;
    assert_eq!(finished.report()["instance"]["authenticated"], true);
    assert_whole(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn restore_all_touches_no_instance_of_another_platform() {
    let world = World::new().await;
    revoke(&world).await;
    let port = world.simulator.ready().port;
    let text = world.config_text();
    // Another name of the same platform: the same ids, and not the one that the entry is about.
    let named = format!("http://api.cloud-elements.localhost:{port}");
    assert!(text.contains(&named));
    world.write_config(&text.replace(&named, &format!("http://127.0.0.1:{port}")));
    let finished = world.finish(world.command(&["restore", "--all"])).await.expect_code(4);
    assert!(finished.stderr.contains("journal.other_platform"), "{}", finished.stderr);
    assert_dead(&world).await;
    assert_eq!(world.journal().len(), 1);

    world.write_config(&text);
    world.finish(world.command(&["restore", "--all"])).await.expect_code(0);
    assert_whole(&world).await;
}
