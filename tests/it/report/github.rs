//! What GitHub Actions is told.

use crate::support::{Finished, World};

async fn on_github(world: &World, arguments: &[&str]) -> (Finished, String) {
    let summary = world.home.path().join("summary.md");
    std::fs::write(&summary, "what an earlier step wrote\n").unwrap();
    let mut command = world.command(&[&["--format", "json"], arguments].concat());
    command.env("GITHUB_ACTIONS", "true").env("GITHUB_STEP_SUMMARY", &summary).env("CI", "true");
    let finished = world.finish(command).await;
    let summary = std::fs::read_to_string(summary).unwrap();
    (finished, summary.strip_prefix("what an earlier step wrote\n").unwrap().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_failed_is_annotated_and_summed_up() {
    let world = World::with_faults(&["change-password"]).await;
    let (finished, summary) = on_github(&world, &["run"]).await;
    let finished = finished.expect_error("salesforce.change_password");
    let commands: Vec<&str> =
        finished.stderr.lines().filter(|line| line.trim_start().starts_with("::")).collect();
    let error = commands.iter().find(|line| line.starts_with("::error title=reauth run%3A FAILED"));
    let error = error.unwrap_or_else(|| panic!("{commands:#?}"));
    assert!(error.contains("[salesforce.change_password]::"), "{error}");
    assert!(error.contains("%0A→ log in by hand"), "hints are lines of it: {error}");
    let others = commands.iter().filter(|line| !line.starts_with("::error "));
    assert!(others.clone().all(|line| line.starts_with("::warning title=reauth%3A ")));
    for part in [
        "## ❌ reauth run: FAILED",
        "**`salesforce.change_password`** in \"Revoke the user's grant\"",
        "| ❌ | Revoke the user's grant |",
        "**authenticated**",
        "report.html",
        "The last picture is `screenshots/01-scenario-revoke-failure.png`",
    ] {
        assert!(summary.contains(part), "{part} is not in\n{summary}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_passed_has_no_error() {
    let world = World::new().await;
    let (finished, summary) = on_github(&world, &["run", "--revoke-via", "api"]).await;
    let finished = finished.expect_code(0);
    assert!(!finished.stderr.contains("::error"), "{}", finished.stderr);
    assert!(summary.starts_with("## ✅ reauth run: PASSED"), "{summary}");
    assert_eq!(summary.matches("| ✅ |").count(), finished.steps().len());
}

/// A name cannot give the runner a command, nor the summary markup.
#[tokio::test(flavor = "multi_thread")]
async fn names_give_no_commands() {
    let world = World::new().await;
    let id = world.instance();
    let name = serde_json::json!({"name": "::set-env name=X::1\n::warning::y ##[command]z <b>|*"});
    world.platform(reqwest::Method::PATCH, &format!("/instances/{id}"), name).await;
    let (finished, summary) = on_github(&world, &["run", "--revoke-via", "api"]).await;
    let finished = finished.expect_code(0);
    for line in finished.stderr.lines() {
        let line = line.trim_start();
        assert!(!line.contains("##["), "{line}");
        assert!(!line.starts_with("::") || line.starts_with("::warning title="), "{line}");
    }
    assert!(!summary.contains("<b>") && summary.contains(r"&lt;b>\|\*"), "{summary}");
}
