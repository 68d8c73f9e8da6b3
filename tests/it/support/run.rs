//! A `reauth` that has ended.

use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::Value;

/// Exit code, streams, report.
#[derive(Debug)]
pub struct Finished {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
    home: PathBuf,
}

impl Finished {
    pub fn new(output: Output, home: &Path) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("stdout is UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("stderr is UTF-8"),
            home: home.to_owned(),
        }
    }

    /// The report on stdout.
    pub fn report(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}\n{}", self.stdout, self.stderr))
    }

    /// Fails unless stdout is one report that keeps to its schema and tells the true exit code, and
    /// the run folder, if there is one, holds the same.
    pub fn check_report(&self) {
        static SCHEMA: LazyLock<Validator> =
            LazyLock::new(|| jsonschema::validator_for(&reauth::report::schema()).unwrap());
        let report = self.report();
        let mistakes: Vec<String> = SCHEMA
            .iter_errors(&report)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(mistakes.is_empty(), "{mistakes:#?}\n{report:#}");
        assert_eq!(report["exit_code"].as_i64(), self.code.map(i64::from), "{report:#}");
        let warnings = report["warnings"].as_array().unwrap().iter();
        for given in warnings.chain(report.get("error").filter(|error| !error.is_null())) {
            let code = given["code"].as_str().unwrap();
            assert!(reauth::explain::find(code).is_some(), "{code} is not explained");
        }
        let end = report["run_id"].as_str().unwrap().rsplit('-').next().unwrap();
        let runs = std::fs::read_dir(self.home.join("runs")).into_iter().flatten();
        let folders = runs.map(|entry| entry.unwrap().path());
        for folder in
            folders.filter(|folder| folder.to_string_lossy().ends_with(&format!("-{end}")))
        {
            let text = std::fs::read_to_string(folder.join("report.json")).unwrap();
            assert_eq!(text, self.stdout, "{}", folder.display());
        }
    }

    /// Fails with everything that was said, unless it ended with this code.
    #[track_caller]
    pub fn expect_code(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// Fails unless the report's error has this code.
    #[track_caller]
    pub fn expect_error(self, code: &str) -> Self {
        let report = self.report();
        assert_eq!(report["error"]["code"], code, "{report:#}\n{}", self.stderr);
        self
    }

    /// The steps as `phase/id/outcome`, in order.
    pub fn steps(&self) -> Vec<String> {
        let report = self.report();
        let steps = report["steps"].as_array().unwrap();
        let text = |step: &Value, key: &str| step[key].as_str().unwrap().to_owned();
        steps
            .iter()
            .map(|step| {
                format!("{}/{}/{}", text(step, "phase"), text(step, "id"), text(step, "outcome"))
            })
            .collect()
    }

    /// The facts of the last execution of a step.
    #[track_caller]
    pub fn facts(&self, step: &str) -> Value {
        let report = self.report();
        let steps = report["steps"].as_array().unwrap();
        let found = steps.iter().rev().find(|candidate| candidate["id"] == step);
        found.unwrap_or_else(|| panic!("no step {step}: {report:#}"))["facts"].clone()
    }

    /// Codes of the warnings.
    pub fn warnings(&self) -> Vec<String> {
        let report = self.report();
        let warnings = report["warnings"].as_array().unwrap();
        warnings.iter().map(|warning| warning["code"].as_str().unwrap().to_owned()).collect()
    }

    /// The one run folder that there is.
    #[track_caller]
    pub fn run_folder(&self) -> PathBuf {
        let folders: Vec<PathBuf> = std::fs::read_dir(self.home.join("runs"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        assert_eq!(folders.len(), 1, "{folders:?}");
        folders[0].clone()
    }
}
