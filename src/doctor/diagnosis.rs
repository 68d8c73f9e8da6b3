//! The document of `reauth doctor --format json`: a contract that other tools rely on. Its JSON
//! Schema is [`schema`].

use jiff::Timestamp;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde_json::Value;

use super::Walk;
use super::check::{Check, CheckOutcome, Fault};
use crate::failure::{Failure, Kind};

/// Name and version of the document.
pub const SCHEMA: &str = "reauth.doctor/1";

/// What was found.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(title = "reauth doctor")]
pub struct Diagnosis {
    /// Always `reauth.doctor/1`.
    #[schemars(extend("const" = SCHEMA))]
    pub schema: &'static str,
    /// Version of `reauth`.
    pub version: &'static str,
    /// The worst of what was found.
    pub outcome: DiagnosisOutcome,
    /// What the process exits with.
    pub exit_code: u8,
    /// RFC 3339, UTC.
    #[schemars(extend("format" = "date-time"))]
    pub started_at: String,
    /// Milliseconds from start to end.
    pub duration_ms: u64,
    /// In the order in which they are shown.
    pub checks: Vec<Check>,
    /// With `--login`: who came in, and past which pages.
    pub visits: Vec<Visit>,
    /// With `--drift`: every locator that only a fallback found.
    pub drift: Vec<Drift>,
}

/// The worst of what was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DiagnosisOutcome {
    /// Exit code 0.
    Ready,
    /// Exit code 0.
    ReadyWithWarnings,
    /// Exit code 1, 2 or 3.
    NotReady,
    /// Exit code 130 or 143: what was found by then.
    Interrupted,
}

/// One account's way through the pages.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Visit {
    /// User name.
    pub username: String,
    /// Names of pages in the locator catalogue, in the order in which they were met.
    pub pages: Vec<String>,
}

/// A locator that only a fallback found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Drift {
    /// `page.element`, `page.signature` or `page.frame`.
    pub locator: String,
    /// The candidate that matched, as the catalogue writes it.
    pub candidate: String,
    /// Its place in the order of preference, counted from 1.
    pub position: usize,
}

impl Diagnosis {
    /// Puts what was found together. `stopped`: a signal that ended it early.
    pub fn new(
        started_at: Timestamp,
        checks: Vec<Check>,
        walk: Walk,
        stopped: Option<&Failure>,
    ) -> Self {
        let (outcome, exit_code) = match stopped.map(|failure| failure.kind) {
            Some(Kind::Terminated) => (DiagnosisOutcome::Interrupted, 143),
            Some(_) => (DiagnosisOutcome::Interrupted, 130),
            None => judge(&checks),
        };
        let took = Timestamp::now().duration_since(started_at).as_millis();
        Self {
            schema: SCHEMA,
            version: env!("CARGO_PKG_VERSION"),
            outcome,
            exit_code,
            started_at: started_at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
            duration_ms: u64::try_from(took).unwrap_or(0),
            checks,
            visits: walk.visits,
            drift: walk.drift,
        }
    }

    /// How many checks ended like this.
    pub fn count(&self, outcome: CheckOutcome) -> usize {
        self.checks.iter().filter(|check| check.outcome == outcome).count()
    }

    /// The document as it is written to stdout: pretty, with a newline at its end.
    ///
    /// # Errors
    /// `report.not_serialisable` (environment), which nothing in it can bring about.
    pub fn to_json(&self) -> Result<String, Failure> {
        let json = serde_json::to_string_pretty(self).map_err(|error| {
            Failure::environment(
                "report.not_serialisable",
                format!("the diagnosis could not be written as JSON: {error}"),
            )
        })?;
        Ok(json + "\n")
    }
}

/// What has to be mended first decides: without a configuration nothing else can be right, and
/// without a machine and hosts nobody can be refused.
fn judge(checks: &[Check]) -> (DiagnosisOutcome, u8) {
    let failed = |fault| {
        checks
            .iter()
            .any(|check| check.outcome == CheckOutcome::Failed && check.fault == Some(fault))
    };
    for (fault, code) in [(Fault::Configuration, 2), (Fault::Environment, 3), (Fault::Refused, 1)] {
        if failed(fault) {
            return (DiagnosisOutcome::NotReady, code);
        }
    }
    if checks.iter().any(|check| check.outcome == CheckOutcome::Warning) {
        (DiagnosisOutcome::ReadyWithWarnings, 0)
    } else {
        (DiagnosisOutcome::Ready, 0)
    }
}

/// The JSON Schema (draft 2020-12) of [`Diagnosis`], as `reauth schema doctor` prints it.
pub fn schema() -> Value {
    SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<Diagnosis>()
        .to_value()
}

#[cfg(test)]
mod tests {
    use super::super::check::CheckId;
    use super::*;

    #[test]
    fn exit_codes() {
        let warning = || Check::warning(CheckId::Sandbox, "a.b", "");
        let failed = |failure| Check::failed(CheckId::Host, failure);
        let usage = || failed(Failure::usage("a.b", ""));
        let environment = || failed(Failure::environment("a.b", ""));
        let refused = || failed(Failure::scenario("a.b", ""));
        for (checks, code) in [
            (vec![], 0),
            (vec![Check::passed(CheckId::Host, ""), Check::skipped(CheckId::Tls, "")], 0),
            (vec![warning()], 0),
            (vec![warning(), refused()], 1),
            (vec![refused(), environment()], 3),
            (vec![environment(), refused(), usage()], 2),
        ] {
            assert_eq!(judge(&checks).1, code, "{checks:?}");
        }
        assert_eq!(judge(&[warning()]).0, DiagnosisOutcome::ReadyWithWarnings);
        for (kind, code) in [(Kind::Interrupted, 130), (Kind::Terminated, 143)] {
            let signal = Failure::new("reauth.interrupted", kind, "");
            let now = Timestamp::now();
            let diagnosis = Diagnosis::new(now, vec![usage()], Walk::default(), Some(&signal));
            assert_eq!(diagnosis.exit_code, code);
        }
    }
}
