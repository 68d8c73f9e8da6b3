//! A panic in the middle of a run, in a process of its own: what of it anybody sees.

use std::process::Command;

use super::*;
use clap::Parser as _;

/// Names the folder of the process that panics; elsewhere its part is not played.
const FOLDER: &str = "REAUTH_TEST_PANIC_IN";
const SECRET: &str = "not-for-anybodys-eyes/+&";

/// The process that panics: not a test by itself.
#[test]
fn a_process_that_panics() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    std::env::set_current_dir(folder).unwrap();
    super::super::defect::catch_panics();
    let cli = super::super::Cli::parse_from(["reauth", "--simulator", "--format=json", "run"]);
    let plan = Plan {
        watching: Watching::default(),
        purpose: Purpose::Run,
        overrides: Overrides::default(),
        restores: true,
        config: None,
    };
    let work = async |context: &Context| -> Result<(), Failure> {
        let _learnt = context.redactor.learn("a secret", SECRET);
        let encoded = format!("{SECRET:?}");
        panic!("{SECRET} {encoded}");
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let code = runtime.block_on(execute(&cli.global, plan, work, |_, ()| Vec::new())).unwrap();
    assert_eq!(code, 1);
}

#[test]
fn a_panic_is_a_failure_like_any_other() {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "--nocapture", "cli::session::tests::a_process_that_panics"])
        .env(FOLDER, folder.path())
        .env("RUST_BACKTRACE", "1")
        .output()
        .unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stdout}\n{stderr}");
    assert!(stdout.contains("\"reauth.defect\"") && stderr.contains("reauth.defect"), "{stderr}");
    assert!(stderr.contains("src/cli/session/tests.rs"), "the place is told: {stderr}");
    assert!(stderr.contains("«a secret»"), "and what was said: {stderr}");
    for shown in [&stdout, &stderr] {
        assert!(!shown.contains(SECRET), "{shown}");
        assert!(!shown.contains("stack backtrace") && !shown.contains("thread '"), "{shown}");
    }
    let run = folder.path().join("runs").read_dir().unwrap().next().unwrap().unwrap().path();
    for file in ["log.jsonl", "report.json"] {
        let text = std::fs::read_to_string(run.join(file)).unwrap();
        assert!(text.contains("«a secret»") && !text.contains(SECRET), "{file}: {text}");
    }
}
