//! Two runs beside one another: what got slower, what is new.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::{KeptRun, Outcome, Phase, Report, StepOutcome, StepReport};

/// Name and version of the document.
pub const COMPARISON_SCHEMA: &str = "reauth.comparison/1";

/// Two runs beside one another.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(title = "reauth comparison")]
pub struct Comparison {
    /// Always `reauth.comparison/1`.
    #[schemars(extend("const" = COMPARISON_SCHEMA))]
    pub schema: &'static str,
    /// The earlier run's folder.
    pub before: String,
    /// The later run's folder.
    pub after: String,
    /// How they ended.
    pub outcome: Pair<Outcome>,
    /// Codes of what ended them.
    pub error: Pair<String>,
    /// Total times.
    pub duration_ms: Pair<u64>,
    /// The steps of both, in order.
    pub steps: Vec<StepComparison>,
    /// Known pages that the browser showed in one of them only.
    pub pages: Difference,
    /// Warnings that only one of them has, by code and message; what only a fallback found is among
    /// them (`browser.locator_drift`).
    pub warnings: Difference,
    /// Facts that are told in both runs of a step, and differ.
    pub facts: Vec<FactComparison>,
}

/// Of the earlier and of the later run; null where one has none.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Pair<T> {
    /// The earlier run.
    pub before: Option<T>,
    /// The later run.
    pub after: Option<T>,
}

/// A step in both.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct StepComparison {
    /// Its name.
    pub id: String,
    /// In which phase.
    pub phase: Phase,
    /// Counted from 1 for each step and phase.
    pub attempt: u32,
    /// For a person.
    pub title: String,
    /// How it ended.
    pub outcome: Pair<StepOutcome>,
    /// How long it took.
    pub duration_ms: Pair<u64>,
}

/// What one run has and the other has not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Difference {
    /// In the later run only.
    pub new: Vec<String>,
    /// In the earlier run only.
    pub gone: Vec<String>,
}

/// A fact that differs.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct FactComparison {
    /// The step's title.
    pub step: String,
    /// The fact's name.
    pub fact: String,
    /// What the earlier run says.
    pub before: String,
    /// What the later run says.
    pub after: String,
}

/// Facts that are others each time, and mean nothing by that.
const VOLATILE: &[&str] = &["settled_after_ms", "redirect_uri", "answered_by_instance"];

/// The JSON Schema (draft 2020-12) of [`Comparison`].
pub fn comparison_schema() -> Value {
    super::model::schema_of::<Comparison>()
}

impl Comparison {
    /// Compares two runs.
    pub fn of(before: &KeptRun, after: &KeptRun) -> Self {
        let (one, other) = (&before.report, &after.report);
        Self {
            schema: COMPARISON_SCHEMA,
            before: before.folder.display().to_string(),
            after: after.folder.display().to_string(),
            outcome: Pair { before: Some(one.outcome), after: Some(other.outcome) },
            error: Pair { before: code(one), after: code(other) },
            duration_ms: Pair { before: Some(one.duration_ms), after: Some(other.duration_ms) },
            steps: steps(one, other),
            pages: Difference::of(pages(one), pages(other)),
            warnings: Difference::of(warnings(one), warnings(other)),
            facts: facts(one, other),
        }
    }
}

fn code(report: &Report) -> Option<String> {
    report.error.as_ref().map(|error| error.code.clone())
}

impl Difference {
    fn of(before: BTreeSet<String>, after: BTreeSet<String>) -> Self {
        Self {
            new: after.difference(&before).cloned().collect(),
            gone: before.difference(&after).cloned().collect(),
        }
    }
}

fn is_same(one: &StepReport, other: &StepReport) -> bool {
    (one.id, one.phase, one.attempt) == (other.id, other.phase, other.attempt)
}

fn steps(before: &Report, after: &Report) -> Vec<StepComparison> {
    let only_before =
        before.steps.iter().filter(|step| !after.steps.iter().any(|other| is_same(step, other)));
    let all = after.steps.iter().chain(only_before);
    let find = |report: &Report, wanted: &StepReport| {
        report.steps.iter().find(|step| is_same(step, wanted)).cloned()
    };
    all.map(|step| {
        let (one, other) = (find(before, step), find(after, step));
        StepComparison {
            id: step.id.as_str().to_owned(),
            phase: step.phase,
            attempt: step.attempt,
            title: step.title.clone(),
            outcome: Pair {
                before: one.as_ref().map(|step| step.outcome),
                after: other.as_ref().map(|step| step.outcome),
            },
            duration_ms: Pair {
                before: one.map(|step| step.duration_ms),
                after: other.map(|step| step.duration_ms),
            },
        }
    })
    .collect()
}

fn pages(report: &Report) -> BTreeSet<String> {
    report.steps.iter().flat_map(|step| &step.pages).map(|met| met.page.clone()).collect()
}

fn warnings(report: &Report) -> BTreeSet<String> {
    let warnings = report.warnings.iter();
    warnings.map(|warning| format!("{}: {}", warning.code, warning.message)).collect()
}

fn facts(before: &Report, after: &Report) -> Vec<FactComparison> {
    let mut found = Vec::new();
    for step in &after.steps {
        let Some(earlier) = before.steps.iter().find(|other| is_same(step, other)) else {
            continue;
        };
        for (name, value) in &step.facts {
            let Some(was) = earlier.facts.get(name) else { continue };
            let is_text = !value.is_array() && !value.is_object();
            if is_text && value != was && !VOLATILE.contains(&name.as_str()) {
                let shown = |value: &Value| match value.as_str() {
                    Some(text) => text.to_owned(),
                    None => value.to_string(),
                };
                found.push(FactComparison {
                    step: step.title.clone(),
                    fact: name.clone(),
                    before: shown(was),
                    after: shown(value),
                });
            }
        }
    }
    found
}
