//! `reauth passkey enroll`

use std::os::unix::fs::PermissionsExt as _;

use rustix::process::Signal;
use serde_json::{Value, json};

use super::{assert_none_refused, configure_file, enforcing, file, registered};
use crate::support::World;

fn kept(world: &World) -> Value {
    serde_json::from_slice(&std::fs::read(file(world)).unwrap()).unwrap()
}

/// The login leads to the page: real ceremonies, a file for its owner alone, and a login with it.
#[tokio::test(flavor = "multi_thread")]
async fn where_the_login_demands_it() {
    let world = enforcing(&[]).await;
    let finished = world.reauth(&["passkey", "enroll"]).await.expect_code(0);
    assert_eq!(
        finished.steps(),
        ["scenario/enroll-passkey/passed", "scenario/prove-passkey/passed"]
    );
    assert_eq!(finished.facts("prove-passkey")["asked_for_it"], true);
    let after = world.state().await;
    let [passkey] = registered(&after) else { panic!("{:#?}", registered(&after)) };
    assert_eq!(passkey["user"], world.username());
    assert_eq!(passkey["host"], "acme--qa.sandbox.my.salesforce.localhost");
    assert_eq!(passkey["user_verified"], true);
    assert_eq!(passkey["attestation"], "packed", "direct attestation was asked for, and given");
    assert_eq!(passkey["uses"], 1);
    let mode = std::fs::metadata(file(&world)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);
    let kept = kept(&world);
    assert_eq!(kept["credential_id"], passkey["credential_id"]);
    assert_eq!(kept["host"], passkey["host"]);
    assert_eq!(after.salesforce("logins"), 2, "one to enrol, one to prove");
    assert_none_refused(&after);
    let report = finished.report();
    assert!(report["instance"].is_null() || report["instance"]["authenticated"].is_null());
    assert_eq!(report["command"], "passkey");
}

/// The org forces nobody: the page is opened. That the passkey works is then not proved.
#[tokio::test(flavor = "multi_thread")]
async fn where_the_page_has_to_be_opened() {
    let world = World::new().await;
    configure_file(&world);
    let finished = world.reauth(&["passkey", "enroll"]).await.expect_code(0);
    assert!(finished.warnings().contains(&"passkey.not_asked".to_owned()));
    assert_eq!(registered(&world.state().await).len(), 1);
    assert!(file(&world).is_file());
}

/// A second passkey: the org wants the first one shown, and excludes it from what is created.
#[tokio::test(flavor = "multi_thread")]
async fn a_second_one_beside_the_first() {
    let settings = json!({"salesforce": {"passkeys": {"prepared": "registered"}}});
    let world = World::with(settings).await;
    let finished = world.reauth(&["passkey", "enroll", "--to", "second.json"]).await.expect_code(0);
    let met = finished.facts("enroll-passkey")["pages_met"].to_string();
    assert!(met.contains("passkey-verification"), "{met}");
    let after = world.state().await;
    assert_eq!(registered(&after).len(), 2);
    assert_eq!(registered(&after)[0]["uses"], 1);
    assert_none_refused(&after);
    let path = world.home.path().join("second.json").canonicalize().unwrap();
    assert_eq!(finished.facts("enroll-passkey")["file"], path.display().to_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_kept_is_replaced_by_force_only() {
    let world = enforcing(&[]).await;
    world.reauth(&["passkey", "enroll"]).await.expect_code(0);
    let (first, logins) = (kept(&world), world.state().await.salesforce("logins"));
    world.reauth(&["passkey", "enroll"]).await.expect_code(2).expect_error("passkey.exists");
    assert_eq!(kept(&world), first);
    assert_eq!(world.state().await.salesforce("logins"), logins, "refused before any login");
    world.reauth(&["passkey", "enroll", "--force"]).await.expect_code(0);
    let second = kept(&world);
    assert_ne!(second["credential_id"], first["credential_id"]);
    let after = world.state().await;
    assert_eq!(registered(&after).len(), 2);
    assert_eq!(registered(&after)[1]["credential_id"], second["credential_id"]);
    assert_eq!(registered(&after)[1]["uses"], 1, "the new one was proved");
    assert_none_refused(&after);
}

#[tokio::test(flavor = "multi_thread")]
async fn for_the_admin() {
    let world = World::with_faults(&["passkey-enrolment"]).await;
    let text = world.config_text();
    let state = world.state().await;
    let users = state.0["salesforce"]["users"].as_array().unwrap();
    let admin = users.iter().find(|user| user["administrator"] == true).unwrap();
    world.write_config(&format!(
        "{text}\n[salesforce.admin]\nusername = {}\npassword = {}\npasskey_file = \"admin.json\"\n",
        admin["username"], admin["password"]
    ));
    world.reauth(&["passkey", "enroll", "--as", "admin"]).await.expect_code(0);
    assert_eq!(registered(&world.state().await)[0]["user"], admin["username"]);
    assert!(world.home.path().join("admin.json").is_file());
    world.reauth(&["passkey", "enroll"]).await.expect_code(2).expect_error("passkey.no_file");
}

/// Salesforce hears of no passkey that could not be kept.
#[tokio::test(flavor = "multi_thread")]
async fn one_that_cannot_be_kept_is_not_registered() {
    let world = enforcing(&[]).await;
    // Where the new passkey is to lie until it is taken there is a folder, with something in it.
    std::fs::create_dir_all(world.home.path().join("passkey.json.new/something")).unwrap();
    let finished = world.reauth(&["passkey", "enroll", "--force"]).await.expect_code(3);
    finished.expect_error("passkey.unwritable");
    let after = world.state().await;
    assert!(registered(&after).is_empty());
    assert_eq!(after.requests("POST", "/AddPasskeyUi"), 0, "the page was given nothing");
}

/// Wherever it is killed: a passkey that Salesforce knows is on disk.
async fn killed_at(event: &str) {
    let world = enforcing(&[]).await;
    let mut running = world.follow(&["passkey", "enroll"]);
    running.until(event).await.signal(Signal::KILL);
    assert_eq!(running.finish().await.code, None);
    world.assert_nothing_left().await;
    let known = !registered(&world.state().await).is_empty();
    let pending = world.home.path().join("passkey.json.new");
    let on_disk = file(&world).is_file() || pending.is_file();
    assert!(on_disk || !known, "registered, and lost");
    if pending.is_file() {
        let mode = std::fs::metadata(&pending).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600);
        // The next enrolment does not go over it unasked.
        let next = world.reauth(&["passkey", "enroll"]).await.expect_code(2);
        next.expect_error("passkey.left_half_way");
        assert!(pending.is_file());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_it_is_created() {
    killed_at("creating a passkey").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_salesforce_is_told() {
    killed_at("the passkey is kept, and given to Salesforce").await;
}

/// The page comes again without a word: whether the passkey was taken nobody knows, and it was. It is
/// kept, and said where.
#[tokio::test(flavor = "multi_thread")]
async fn one_that_may_have_been_taken_is_kept() {
    let world = World::with_faults(&["passkey-enrolment-silent"]).await;
    configure_file(&world);
    let finished = world.reauth(&["passkey", "enroll"]).await.expect_code(1);
    let error = finished.expect_error("passkey.enrolment_unanswered").report()["error"].clone();
    let pending = world.home.path().join("passkey.json.new");
    let kept: Value = serde_json::from_slice(&std::fs::read(&pending).unwrap()).unwrap();
    let after = world.state().await;
    let [passkey] = registered(&after) else { panic!("{:#?}", registered(&after)) };
    assert_eq!(kept["credential_id"], passkey["credential_id"]);
    let hints = error["hints"].to_string();
    assert!(hints.contains("passkey.json.new"), "{hints}");
    assert!(!file(&world).exists());
}

/// What is handed over to CI is what is in the file, and works as a secret.
#[tokio::test(flavor = "multi_thread")]
async fn handed_over() {
    let world = enforcing(&[]).await;
    let arguments = ["passkey", "enroll", "--print", "--show-secrets"];
    let finished = world.finish(world.command(&arguments)).await.expect_code(0);
    let printed: Value = serde_json::from_str(&finished.stdout).unwrap();
    assert_eq!(printed, kept(&world));
    std::fs::remove_file(file(&world)).unwrap();
    let text = world.config_text();
    let secret = "[salesforce]\npasskey = \"${HANDED_OVER}\"\n";
    world.write_config(&text.replacen("[salesforce]\n", secret, 1));
    let mut command = world.command(&["--format", "json", "run", "--revoke-via", "api"]);
    command.env("HANDED_OVER", finished.stdout.trim());
    world.finish(command).await.expect_code(0);
    assert_none_refused(&world.state().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_printed_only_where_that_is_allowed() {
    let world = enforcing(&[]).await;
    let finished = world.finish(world.command(&["passkey", "enroll", "--print"])).await;
    assert!(finished.expect_code(2).stderr.contains("--show-secrets"));
    let arguments = ["passkey", "enroll", "--print", "--show-secrets"];
    world.reauth(&arguments).await.expect_code(2).expect_error("passkey.secrets_in_report");
    assert_eq!(world.state().await.salesforce("login_attempts"), 0);
}

/// Two at once would each give Salesforce a passkey, and the file keeps one of them.
#[tokio::test(flavor = "multi_thread")]
async fn one_at_a_time_for_a_file() {
    let world = enforcing(&[]).await;
    let mut first = world.follow(&["passkey", "enroll"]);
    first.until("logging in as").await;
    // The first is held where it is: it may not end before the second has begun.
    first.signal(Signal::STOP);
    let second = ["--format", "json", "passkey", "enroll", "--force"];
    let output = world.command(&second).output().await.unwrap();
    first.signal(Signal::CONT);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("passkey.enrolment_under_way"), "{said}");
    first.finish().await.expect_code(0);
    world.assert_nothing_left().await;
    let after = world.state().await;
    let [passkey] = registered(&after) else { panic!("{:#?}", registered(&after)) };
    assert_eq!(kept(&world)["credential_id"], passkey["credential_id"]);
    world.reauth(&["passkey", "enroll", "--force"]).await.expect_code(0);
}
