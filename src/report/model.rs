//! `report.json`: a contract that other tools rely on. Its JSON Schema is [`schema`].

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::event::redacted_map;
use super::{Outcome, Phase, StepId, StepOutcome};
use crate::failure::Failure;
use crate::secrets::Redactor;

/// Name and version of the document.
pub const SCHEMA: &str = "reauth.report/1";

/// What a command did and how it ended.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "reauth report")]
pub struct Report {
    /// Always `reauth.report/1`.
    #[schemars(extend("const" = SCHEMA))]
    pub schema: String,
    /// Names the run: in the run folder's name, the journal, and the tag of provisioned instances.
    pub run_id: String,
    /// Subcommand, e.g. `run`.
    pub command: String,
    /// Version of `reauth`.
    pub version: String,
    /// How it ended.
    pub outcome: Outcome,
    /// What the process exits with.
    pub exit_code: u8,
    /// Where it ran.
    #[serde(default)]
    pub environment: EnvironmentReport,
    /// RFC 3339, UTC.
    #[schemars(extend("format" = "date-time"))]
    pub started_at: String,
    /// Milliseconds from start to end.
    pub duration_ms: u64,
    /// The instance, once it is known.
    pub instance: Option<InstanceReport>,
    /// How the grant was ended, if it was.
    #[schemars(extend("enum" = ["ui", "api", null]))]
    pub revoked_via: Option<String>,
    /// How the instance got its new grant, if it did.
    #[schemars(extend("enum" = ["patch", "put", null]))]
    pub reauthenticated_via: Option<String>,
    /// In the order in which they began.
    pub steps: Vec<StepReport>,
    /// When browsers were started; more than once where one was lost.
    #[serde(default)]
    pub browser_starts: Vec<BrowserStartReport>,
    /// What will bite later, and what went wrong after the first error.
    pub warnings: Vec<WarningReport>,
    /// The first thing that went wrong.
    pub error: Option<ErrorReport>,
}

/// Where a command ran, and how it was called.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EnvironmentReport {
    /// Operating system and processor, e.g. `linux x86_64`.
    pub platform: String,
    /// The command line after the program's name. Secrets never stand there.
    pub arguments: Vec<String>,
}

/// The instance under test.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct InstanceReport {
    /// Instance id.
    pub id: u64,
    /// Instance name.
    pub name: Option<String>,
    /// Element key, e.g. `sfdc`.
    pub element: String,
    /// As last seen by a call through the instance; null: not asked, or it could not be asked.
    pub authenticated: Option<bool>,
}

/// One execution of a step.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct StepReport {
    /// Which step.
    pub id: StepId,
    /// Its number in the article; null for what the article does not number.
    pub article_step: Option<u8>,
    /// In which phase.
    pub phase: Phase,
    /// Counted from 1 for each step and phase.
    pub attempt: u32,
    /// For a person.
    pub title: String,
    /// How it ended.
    pub outcome: StepOutcome,
    /// RFC 3339, UTC.
    #[schemars(extend("format" = "date-time"))]
    pub started_at: String,
    /// Milliseconds.
    pub duration_ms: u64,
    /// What was proved, or why it was not, in one line for a person.
    #[serde(default)]
    pub summary: String,
    /// What was proved.
    pub facts: Map<String, Value>,
    /// What was said while it ran, in order.
    #[serde(default)]
    pub progress: Vec<ProgressReport>,
    /// The known pages that the browser showed, in order; each until the next or the step's end.
    #[serde(default)]
    pub pages: Vec<PageReport>,
    /// Files, relative to the run folder.
    pub evidence: Vec<String>,
}

/// Something worth a line.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ProgressReport {
    /// RFC 3339, UTC.
    #[schemars(extend("format" = "date-time"))]
    pub at: String,
    /// What.
    pub text: String,
}

/// A page that the browser showed.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct PageReport {
    /// When it was recognised: RFC 3339, UTC.
    #[schemars(extend("format" = "date-time"))]
    pub at: String,
    /// Its name in the locator catalogue.
    pub page: String,
}

/// The start of a browser, beside whatever step was under way.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct BrowserStartReport {
    /// RFC 3339, UTC.
    #[schemars(extend("format" = "date-time"))]
    pub started_at: String,
    /// Milliseconds from the driver's start to the window.
    pub duration_ms: u64,
}

/// Something that will bite later.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct WarningReport {
    /// Stable code, `<module>.<what>`.
    pub code: String,
    /// What, and what to do.
    pub message: String,
}

/// What ended the run.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ErrorReport {
    /// Stable code, `<module>.<what>`, e.g. `salesforce.app_blocked`.
    pub code: String,
    /// In which step, if in one.
    pub step: Option<StepId>,
    /// What was expected and what was seen.
    pub message: String,
    /// What to do next, most likely remedy first.
    pub hints: Vec<String>,
}

impl Report {
    /// Adds what came up after the report was made.
    pub(super) fn warn(&mut self, code: &str, message: String) {
        self.warnings.push(WarningReport { code: code.to_owned(), message });
    }

    /// Where in `steps` the error ended the scenario, or the restoration if that came first: of several
    /// attempts the last.
    pub(super) fn failed_step(&self) -> Option<usize> {
        let id = self.error.as_ref()?.step?;
        let failed = |step: &&StepReport| step.id == id && step.outcome == StepOutcome::Failed;
        let phase = self.steps.iter().find(failed)?.phase;
        self.steps.iter().rposition(|step| failed(&step) && step.phase == phase)
    }

    /// The document without anything that the redactor knows by now. Stable codes are kept: a field
    /// named `code` is an authorization code elsewhere, never here.
    #[must_use]
    pub fn redacted(mut self, redactor: &Redactor) -> Self {
        let clean = |text: &mut String| *text = redactor.redact(text).into_owned();
        self.environment.arguments.iter_mut().for_each(clean);
        if let Some(instance) = &mut self.instance {
            instance.name.as_mut().map(clean);
            clean(&mut instance.element);
        }
        for step in &mut self.steps {
            step.facts = redacted_map(redactor, std::mem::take(&mut step.facts));
            step.evidence.iter_mut().for_each(clean);
            clean(&mut step.summary);
            step.progress.iter_mut().for_each(|said| clean(&mut said.text));
        }
        for warning in &mut self.warnings {
            clean(&mut warning.message);
        }
        if let Some(error) = &mut self.error {
            clean(&mut error.message);
            error.hints.iter_mut().for_each(clean);
        }
        self
    }

    /// The document as it is written to `report.json` and, with `--format json`, to stdout: pretty,
    /// redacted, with a newline at its end.
    ///
    /// # Errors
    /// `report.not_serialisable`, if a fact is nothing that JSON can hold.
    pub fn to_json(&self, redactor: &Redactor) -> Result<String, Failure> {
        let mut json =
            serde_json::to_string_pretty(&self.clone().redacted(redactor)).map_err(|error| {
                Failure::environment(
                    "report.not_serialisable",
                    format!("the report could not be written as JSON: {error}"),
                )
            })?;
        json.push('\n');
        Ok(json)
    }
}

/// The JSON Schema (draft 2020-12) of [`Report`], as `reauth schema report` prints it.
pub fn schema() -> Value {
    schema_of::<Report>()
}

pub(super) fn schema_of<T: JsonSchema>() -> Value {
    SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<T>()
        .to_value()
}
