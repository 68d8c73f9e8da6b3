//! What the program says of itself.

use super::{nowhere, reauth, refusal, stdout, text};

#[test]
fn the_program_explains_itself() {
    insta::assert_snapshot!("help", stdout(&["--help"]));
}

#[test]
fn every_command_explains_itself() {
    for command in [
        "run",
        "provision",
        "revoke",
        "restore",
        "status",
        "doctor",
        "passkey",
        "simulate",
        "explain",
        "init",
        "schema",
        "completions",
    ] {
        insta::assert_snapshot!(format!("help-{command}"), stdout(&[command, "--help"]));
    }
    for command in ["enroll", "show", "forget"] {
        let help = stdout(&["passkey", command, "--help"]);
        insta::assert_snapshot!(format!("help-passkey-{command}"), help);
    }
}

#[test]
fn version_is_the_packages() {
    let version = format!("reauth {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(stdout(&["--version"]), version);
    assert_eq!(stdout(&["-V"]), version);
}

#[test]
fn completions_know_commands_and_flags() {
    for (shell, function) in [
        ("bash", "complete -F _reauth"),
        ("zsh", "#compdef reauth"),
        ("fish", "complete -c reauth"),
    ] {
        let script = stdout(&["completions", shell]);
        assert!(script.contains(function), "{shell}: {script:.300}");
        for word in ["provision", "restore", "revoke-via", "reauthenticate-via", "show-secrets"] {
            assert!(script.contains(word), "{shell} does not know {word}");
        }
        assert!(!script.contains("__guard"), "{shell} offers what is nobody's to call");
    }
}

#[test]
fn shells_can_read_their_completions() {
    // Those that this machine has; `-n` reads without running.
    for shell in ["bash", "zsh"] {
        let folder = nowhere();
        let script = folder.path().join("script");
        std::fs::write(&script, stdout(&["completions", shell])).unwrap();
        let Ok(output) = std::process::Command::new(shell).arg("-n").arg(&script).output() else {
            continue;
        };
        assert!(output.status.success(), "{shell}: {}", super::text(&output.stderr));
    }
}

#[test]
fn the_schema_is_a_valid_one() {
    let schema: serde_json::Value = serde_json::from_str(&stdout(&["schema", "report"])).unwrap();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    jsonschema::meta::validate(&schema).unwrap();
    // What the tests check every report against is what users get.
    assert_eq!(schema, reauth::report::schema());
}

#[test]
fn a_report_that_lacks_something_is_not_valid() {
    let validator = jsonschema::validator_for(&reauth::report::schema()).unwrap();
    let folder = nowhere();
    let output = reauth(folder.path(), &["--format", "json", "status"]).output().unwrap();
    let mut report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(validator.is_valid(&report), "{report:#}");
    for (key, wrong) in [("outcome", "fine"), ("schema", "reauth.report/0"), ("steps", "none")] {
        let right = report[key].take();
        report[key] = wrong.into();
        assert!(!validator.is_valid(&report), "{key} may be {wrong}");
        report[key] = right;
    }
    report.as_object_mut().unwrap().remove("exit_code");
    assert!(!validator.is_valid(&report));
}

/// Who asked for JSON gets a report of a command line that is none, too.
#[test]
fn usage_errors_are_reports_where_those_were_asked_for() {
    let validator = jsonschema::validator_for(&reauth::report::schema()).unwrap();
    for arguments in [
        &["run", "--format", "json", "--revoke-via", "phone"][..],
        &["--format=json", "status", "--colour", "never"],
    ] {
        let folder = nowhere();
        let output = reauth(folder.path(), arguments).output().unwrap();
        let stderr = text(&output.stderr);
        assert!(output.status.code() == Some(2) && stderr.contains("--help"), "{stderr}");
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert!(validator.is_valid(&report), "{report:#}");
        let message = report["error"]["message"].as_str().unwrap();
        assert_eq!(
            (&report["exit_code"], &report["error"]["code"]),
            (&2.into(), &"reauth.usage".into())
        );
        assert!(stderr.contains(message) && !message.contains("--help"), "{message}");
    }
    // Help is no mistake, and another command has no report.
    for arguments in
        [&["run", "--format", "json", "--help"][..], &["explain", "--format=json", "-x"]]
    {
        let output = reauth(nowhere().path(), arguments).output().unwrap();
        assert!(!text(&output.stdout).contains("\"schema\""), "{arguments:?}");
    }
}

#[test]
fn usage_errors_end_with_2_and_say_what_is_possible() {
    let table: [(&[&str], &[&str]); 9] = [
        (&[], &["Usage:", "provision", "completions"]),
        (&["ruin"], &["unrecognized subcommand", "'run'"]),
        (&["run", "--revoke-via", "phone"], &["--revoke-via", "ui, api"]),
        (&["run", "--reauthenticate-via", "post"], &["auto, patch, put"]),
        (&["run", "--timeout", "soon"], &["--timeout", "60s"]),
        (&["run", "--settle", "0s"], &["--settle", "60s"]),
        (&["run", "--instance", "mine"], &["--instance"]),
        (&["run", "--instance", "1", "--provision"], &["cannot be used with"]),
        (&["status", "--colour", "never"], &["--colour", "--color"]),
    ];
    for (arguments, words) in table {
        let folder = nowhere();
        let stderr = refusal(&reauth(folder.path(), arguments).output().unwrap(), 2);
        for word in words {
            assert!(stderr.contains(word), "{arguments:?} does not say {word}:\n{stderr}");
        }
    }
    for (first, second) in [
        (["--simulator", "--config"].as_slice(), "x.toml"),
        (&["-q"], "-v"),
        (&["--format"], "yaml"),
        (&["--color"], "sometimes"),
    ] {
        let folder = nowhere();
        let arguments = [&["status"], first, &[second]].concat();
        refusal(&reauth(folder.path(), &arguments).output().unwrap(), 2);
    }
}
