//! `reauth passkey show` and `forget`: what is kept, and no longer.

use expectrl::{Eof, Expect as _, Session};
use serde_json::Value;

use super::{enforcing, file};
use crate::support::World;

async fn enrolled() -> (World, String) {
    let world = enforcing(&[]).await;
    world.reauth(&["passkey", "enroll"]).await.expect_code(0);
    let text = std::fs::read_to_string(file(&world)).unwrap();
    let kept: Value = serde_json::from_str(&text).unwrap();
    let key = kept["private_key"].as_str().unwrap().to_owned();
    (world, key)
}

#[tokio::test(flavor = "multi_thread")]
async fn shown_without_the_key() {
    let (world, key) = enrolled().await;
    for arguments in [&["passkey", "show"][..], &["passkey", "show", "passkey.json"]] {
        let finished = world.finish(world.command(arguments)).await.expect_code(0);
        for word in
            ["acme--qa.sandbox.my.salesforce.localhost", world.username(), "counter", "0 hours"]
        {
            assert!(finished.stdout.contains(word), "{word}: {}", finished.stdout);
        }
        assert!(!finished.stdout.contains(&key[..20]), "{}", finished.stdout);
    }
    let arguments = ["passkey", "show", "--format", "json"];
    let finished = world.finish(world.command(&arguments)).await.expect_code(0);
    let shown: Value = serde_json::from_str(&finished.stdout).unwrap();
    assert_eq!(shown["user"], world.username());
    assert_eq!(shown["credential"].as_str().unwrap().len(), 8);
    assert!(!finished.stdout.contains(&key[..20]), "{}", finished.stdout);
}

/// One that was handed over as a secret is shown as well, but has no file to remove.
#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_shown_and_not_removed() {
    let world = World::with_faults(&["passkey-verification"]).await;
    let finished = world.finish(world.command(&["passkey", "show"])).await.expect_code(0);
    assert!(finished.stdout.contains("salesforce.passkey"), "{}", finished.stdout);
    let finished = world.finish(world.command(&["passkey", "forget", "--yes"])).await;
    assert!(finished.expect_code(2).stderr.contains("passkey.not_a_file"));
}

#[tokio::test(flavor = "multi_thread")]
async fn removed_when_it_is_confirmed() {
    let (world, _) = enrolled().await;
    let finished = world.finish(world.command(&["passkey", "forget"])).await.expect_code(2);
    assert!(finished.stderr.contains("--yes"), "{}", finished.stderr);
    assert!(file(&world).is_file());
    let finished = world.finish(world.command(&["passkey", "forget", "--yes"])).await;
    let finished = finished.expect_code(0);
    assert!(finished.stderr.contains("Salesforce still lists it"), "{}", finished.stderr);
    assert!(!file(&world).exists());
    for command in ["show", "forget"] {
        let finished = world.finish(world.command(&["passkey", command])).await.expect_code(2);
        assert!(finished.stderr.contains("passkey.missing"), "{}", finished.stderr);
    }
}

/// What an enrolment left that was ended half-way is shown, and goes as well.
#[tokio::test(flavor = "multi_thread")]
async fn half_way_is_shown_and_removed_too() {
    for finished_one_too in [true, false] {
        let (world, key) = enrolled().await;
        let pending = world.home.path().join("passkey.json.new");
        if finished_one_too {
            std::fs::copy(file(&world), &pending).unwrap();
        } else {
            std::fs::rename(file(&world), &pending).unwrap();
        }
        for arguments in [&["passkey", "show"][..], &["passkey", "show", "passkey.json"]] {
            let shown = world.finish(world.command(arguments)).await.expect_code(0).stdout;
            assert!(shown.contains("passkey.json.new"), "{shown}");
            assert!(shown.contains("half-way"), "{shown}");
            assert!(!shown.contains(&key[..20]), "{shown}");
        }
        let arguments = ["passkey", "show", "--format", "json"];
        let shown = world.finish(world.command(&arguments)).await.expect_code(0).stdout;
        let shown: Value = serde_json::from_str(&shown).unwrap();
        let half_way = if finished_one_too { &shown["half_way"] } else { &shown };
        let kept_in = half_way["kept_in"].as_str().unwrap();
        assert!(kept_in.ends_with("passkey.json.new"), "{shown:#}");
        assert_eq!(half_way["is_half_way"], true, "{shown:#}");

        let command = world.command(&["passkey", "forget", "--yes"]);
        let said = world.finish(command).await.expect_code(0).stderr;
        assert!(said.contains("passkey.json.new"), "{said}");
        assert!(!file(&world).exists() && !pending.exists(), "{said}");
    }
}

/// On a terminal it asks.
#[tokio::test(flavor = "multi_thread")]
async fn asked_on_a_terminal() {
    let (world, _) = enrolled().await;
    for (answer, stays) in [("n", true), ("y", false)] {
        let program = env!("CARGO_BIN_EXE_reauth");
        let mut command = std::process::Command::new(program);
        command.args(["passkey", "forget", "passkey.json"]).current_dir(world.home.path());
        let mut terminal = Session::spawn(command).unwrap();
        terminal.set_expect_timeout(Some(std::time::Duration::from_secs(20)));
        terminal.expect("It cannot be made again").unwrap();
        terminal.send(answer).unwrap();
        terminal.expect(Eof).unwrap();
        assert_eq!(file(&world).exists(), stays, "{answer}");
    }
}
