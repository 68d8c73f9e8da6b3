//! `reauth explain`, and the document that is made of the same table.

use std::process::Output;

use serde_json::Value;

use crate::support::{assert_document, bare};

fn explain(arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let arguments = [&["explain"], arguments].concat();
    bare(folder.path(), &arguments).env("COLUMNS", "80").output().unwrap()
}

#[track_caller]
fn explained(arguments: &[&str]) -> String {
    let output = explain(arguments);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_document_is_made_of_the_table() {
    assert_document("docs/errors.md", &reauth::explain::document());
}

#[test]
fn a_code_is_explained() {
    let page = explained(&["salesforce.app_blocked"]);
    insta::assert_snapshot!("a_page", page);
    assert_eq!(explained(&["error[salesforce.app_blocked]: Salesforce does not"]), page);
    assert_eq!(explained(&["[salesforce.app_blocked]"]), page);
}

#[test]
fn colours_are_for_whoever_wants_them() {
    let coloured = explained(&["journal.locked", "--color", "always"]);
    assert!(coloured.contains("\u{1b}["), "{coloured}");
    let plain = explained(&["journal.locked", "--color", "never"]);
    assert!(!plain.contains('\u{1b}'), "{plain}");
    assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), plain);
}

#[test]
fn a_module_and_all_are_listed() {
    insta::assert_snapshot!("a_list", explained(&["journal"]));
    let all = explained(&[]);
    for explained in reauth::explain::all() {
        assert!(all.contains(explained.code), "{}", explained.code);
    }
}

#[test]
fn programs_are_told_as_well() {
    let one: Value =
        serde_json::from_str(&explained(&["config.unknown_variable", "--format", "json"])).unwrap();
    assert_eq!(one["schema"], "reauth.explanation/1");
    assert_eq!(one["code"], "config.unknown_variable");
    assert_eq!(one["is"], serde_json::json!(["error", "warning"]));
    assert!(!one["remedies"].as_array().unwrap().is_empty(), "{one:#}");
    let list: Value = serde_json::from_str(&explained(&["http", "--format", "json"])).unwrap();
    assert_eq!(list["schema"], "reauth.explanations/1");
    assert!(list["codes"].as_array().unwrap().iter().all(|code| code["exit_codes"].is_string()));
}

#[test]
fn an_unknown_code_is_answered_with_what_was_meant() {
    let output = explain(&["salesforce.app_bloked"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(output.stdout, b"");
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.starts_with("error[explain.unknown_code]"), "{stderr}");
    assert!(stderr.contains("did you mean `salesforce.app_blocked`"), "{stderr}");
    assert!(!stderr.contains("explain explain"), "{stderr}");
}

#[test]
fn failures_lead_to_their_explanations() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("reauth.toml"), "").unwrap();
    for (arguments, code) in [(["init"], "init.exists"), (["status"], "config.missing")] {
        let output = bare(folder.path(), &arguments).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(stderr.ends_with(&format!("see `reauth explain {code}`\n")), "{stderr}");
    }
}

#[test]
fn shells_complete_codes() {
    let folder = tempfile::tempdir().unwrap();
    let output = bare(folder.path(), &["completions", "bash"]).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).contains("salesforce.app_blocked"));
}
