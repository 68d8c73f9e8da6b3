//! What a person reads, and what a program gets.

use super::{assert_untouched, doctor, examined, keep_private};
use crate::support::{Moment, World};
use serde_json::json;

/// What differs from machine to machine is named by what it is.
fn for_every_machine(text: &str, world: &World) -> String {
    let mut text = text.replace(&format!(":{}", world.simulator.ready().port), ":PORT");
    let home = world.home.path().display().to_string();
    text = text.replace(&home, "HOME");
    let lines = text.lines().filter(|line| {
        // The sandbox depends on the user, fonts on what is installed.
        ![" sandbox  ", " fonts  ", "another user where pages", "fonts-noto"]
            .iter()
            .any(|word| line.contains(word))
    });
    lines.map(|line| format!("{line}\n")).collect()
}

fn filters() -> Vec<(&'static str, &'static str)> {
    vec![
        (r"\d+\.\d+\.\d+\.\d+ \([^)]*\)", "VERSION (PATH)"),
        (r"both are version \d+", "both are version N"),
        (r"in \d+\.\d s", "in TIME s"),
        (r"built in: \d+ pages", "built in: N pages"),
        (r"\d+ (MB|GB) for", "ROOM for"),
        (r"(READY  )(\d+ warnings? in )?\d+ checks", "${1}N checks"),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_reads_where_all_is_well() {
    let world = World::new().await;
    keep_private(&world);
    let finished = world.finish(world.command(&["doctor"])).await.expect_code(0);
    assert_eq!(finished.stdout, "");
    insta::with_settings!({filters => filters()}, {
        insta::assert_snapshot!("well", for_every_machine(&finished.stderr, &world));
    });
    assert_untouched(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_reads_of_a_walk() {
    let world = World::new().await;
    keep_private(&world);
    let finished = world.finish(world.command(&["doctor", "--drift"])).await.expect_code(0);
    let walk = finished.stderr.lines().filter(|line| {
        line.contains(" login  ") || line.contains(" drift ") || line.contains("READY")
    });
    let walk: String = walk.map(|line| format!("{line}\n")).collect();
    insta::with_settings!({filters => filters()}, {
        insta::assert_snapshot!("walk", for_every_machine(&walk, &world));
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_fails_where_all_is_well() {
    let world = World::new().await;
    let diagnosed = doctor(&world, &[]).await.expect_code(0);
    diagnosed.expect_failed(&[]);
    let skipped = diagnosed.ids("skipped");
    assert_eq!(skipped, ["display", "tls"], "{:#}", diagnosed.document);
    let warnings = diagnosed.ids("warning");
    // What a machine may well lack.
    assert!(warnings.iter().all(|id| ["sandbox", "fonts"].contains(id)), "{warnings:?}");
    assert_eq!(diagnosed.document["schema"], "reauth.doctor/1");
    assert_eq!(diagnosed.document["visits"], json!([]));
    assert_eq!(diagnosed.all("host").len(), 5);
    assert_untouched(&world).await;
}

/// Quiet: only what wants something done, and the result.
#[tokio::test(flavor = "multi_thread")]
async fn quiet() {
    let world = World::new().await;
    keep_private(&world);
    let finished = world.finish(world.command(&["doctor", "-q"])).await.expect_code(0);
    assert!(
        !finished.stderr.contains('✓') && !finished.stderr.contains('–'),
        "{}",
        finished.stderr
    );
    assert!(finished.stderr.contains("READY"), "{}", finished.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_in_it() {
    let world = World::new().await;
    let diagnosed = doctor(&world, &["--drift", "-vv"]).await.expect_code(0);
    let ready = world.simulator.ready();
    let after = world.state().await;
    let token = after.grants(super::APP, world.username())[0]["refresh_token"].clone();
    for secret in [
        &ready.salesforce.password,
        &ready.salesforce.consumer_secret,
        &ready.cloud_elements.user_secret,
        &ready.cloud_elements.organization_secret,
        &ready.cloud_elements.element_token,
        token.as_str().unwrap(),
    ] {
        assert!(!diagnosed.finished.stdout.contains(secret), "in the document");
        assert!(!diagnosed.finished.stderr.contains(secret), "on stderr");
    }
}

/// A simulator of its own in the same process.
#[tokio::test(flavor = "multi_thread")]
async fn a_simulator_is_in_good_health() {
    let world = World::new().await;
    let command = world.command(&["--format", "json", "doctor", "--simulator", "--login"]);
    let diagnosed = examined(&world, command).await.expect_code(0);
    assert_eq!(diagnosed.document["visits"][0]["pages"], json!(["login", "home"]));
    diagnosed.expect_failed(&[]);
}

#[test]
fn its_schema_is_printed() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_reauth"))
        .args(["schema", "doctor"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0));
    let schema: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    jsonschema::meta::validate(&schema).unwrap();
    assert_eq!(schema, reauth::doctor::schema());
    assert_eq!(schema["properties"]["schema"]["const"], "reauth.doctor/1");
}

/// Stopped while a service keeps it waiting: what was found by then, and nothing left behind.
#[tokio::test(flavor = "multi_thread")]
async fn stopped_half_way() {
    let world = World::new().await;
    keep_private(&world);
    let (mut running, _) =
        world.follow_to(&["doctor"], Moment::before(&["GET /api-v2/instances"])).await;
    running.signal(rustix::process::Signal::TERM);
    let finished = running.finish().await.expect_code(143);
    let document: serde_json::Value = serde_json::from_str(&finished.stdout).unwrap();
    assert_eq!(document["outcome"], "interrupted", "{document:#}");
    assert!(finished.stderr.contains("INTERRUPTED"), "{}", finished.stderr);
    world.assert_nothing_left().await;
    assert_untouched(&world).await;
}
