//! Faults by name: on the command line, and as a list.

use crate::support::World;

#[tokio::test(flavor = "multi_thread")]
async fn all_are_listed() {
    let world = World::new().await;
    let finished = world.finish(world.command(&["simulate", "--list-faults"])).await.expect_code(0);
    for fault in reauth::simulator::faults() {
        assert!(finished.stdout.contains(fault.name), "{}:\n{}", fault.name, finished.stdout);
        assert!(finished.stdout.contains(fault.about), "{}:\n{}", fault.about, finished.stdout);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slip_is_answered_with_the_name_that_was_meant() {
    let world = World::new().await;
    for arguments in [
        &["simulate", "--fault", "register-fone"][..],
        &["--simulator=identifier-first,register-fone", "status"],
    ] {
        let finished = world.finish(world.command(arguments)).await.expect_code(2);
        assert!(finished.stderr.contains("simulator.unknown_fault"), "{}", finished.stderr);
        assert!(finished.stderr.contains("\"register-phone\"?"), "{}", finished.stderr);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn they_can_be_combined() {
    let world = World::with_faults(&["identifier-first", "approval-always"]).await;
    let settings = world.state().await.0["salesforce"]["settings"].clone();
    assert_eq!(settings["login_style"], "identifier_first");
    assert_eq!(settings["approval"], "always");
}

/// All sources below a folder of the package.
fn sources(folder: &str) -> String {
    let mut sources = String::new();
    let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs")
                && path.file_name().is_some_and(|name| name != "faults.rs")
            {
                sources.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }
    sources
}

/// The facts in docs/simulator.md name tests that there are.
#[test]
fn documented_tests_exist() {
    let documentation = include_str!("../../docs/simulator.md");
    let tests = [sources("tests/it"), sources("src/simulator")].concat();
    let named: Vec<&str> = documentation
        .split('`')
        .skip(1)
        .step_by(2)
        .filter_map(|code| code.rsplit_once("::").map(|(_, name)| name))
        .collect();
    assert!(named.len() > 30, "{named:?}");
    // Some are made by a macro, from their name.
    let is_test = |name: &str| {
        [format!("fn {name}("), format!("    {name},"), format!("    {name}:")]
            .iter()
            .any(|form| tests.contains(form))
    };
    let missing: Vec<&&str> = named.iter().filter(|name| !is_test(name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// The example of disturbances in docs/simulator.md is one that the simulator takes.
#[test]
fn documented_disturbances_are_taken() {
    let documentation = include_str!("../../docs/simulator.md");
    let example = documentation.split("```json\n").nth(1).unwrap().split("```").next().unwrap();
    let example: serde_json::Value = serde_json::from_str(example).unwrap();
    let settings = reauth::simulator::Settings::default().merged(&example).unwrap();
    assert_eq!(settings.disturbances.len(), 3);
}

/// A fault that no test names is a promise that nobody keeps.
#[test]
fn each_has_a_test() {
    let sources = sources("tests/it");
    let untested: Vec<&str> = reauth::simulator::faults()
        .map(|fault| fault.name)
        .filter(|name| !sources.contains(&format!("\"{name}\"")))
        .collect();
    assert_eq!(untested, [""; 0], "faults without a test");
}
