//! Many runs in figures: how often each step passed, and how long it took.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::{KeptRun, Outcome, Phase, Report, StepOutcome};

/// Name and version of the document.
pub const HISTORY_SCHEMA: &str = "reauth.history/1";

/// Many runs in figures.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(title = "reauth history")]
pub struct History {
    /// Always `reauth.history/1`.
    #[schemars(extend("const" = HISTORY_SCHEMA))]
    pub schema: &'static str,
    /// How many of them passed.
    pub passed: usize,
    /// Durations of those that passed; none if none did.
    pub durations: Option<Durations>,
    /// Steps of the scenario, in the order of the cycle.
    pub steps: Vec<StepHistory>,
    /// The command that `durations` are of: the one that passed most often.
    pub durations_of: Option<String>,
    /// Oldest first.
    pub runs: Vec<RunLine>,
}

/// One run, in a line.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct RunLine {
    /// Its folder.
    pub folder: String,
    /// See the report.
    pub run_id: String,
    /// Subcommand.
    pub command: String,
    /// RFC 3339, UTC.
    pub started_at: String,
    /// Milliseconds.
    pub duration_ms: u64,
    /// How it ended.
    pub outcome: Outcome,
    /// Instance id, where it came so far.
    pub instance: Option<u64>,
    /// Code of what ended it.
    pub error: Option<String>,
    /// The step that it ended in.
    pub step: Option<String>,
}

/// One step over many runs.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct StepHistory {
    /// Its name.
    pub id: String,
    /// For a person.
    pub title: String,
    /// How often it ran.
    pub ran: usize,
    /// How often it passed.
    pub passed: usize,
    /// Durations where it passed; none if it never did.
    pub durations: Option<Durations>,
}

/// How long something takes, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Durations {
    /// Half of all take no longer.
    pub median_ms: u64,
    /// 95 of 100 take no longer.
    pub p95_ms: u64,
    /// The last.
    pub last_ms: u64,
}

impl History {
    /// The figures of these runs, oldest first.
    pub fn of(runs: &[KeptRun]) -> Self {
        let passed: Vec<&Report> = runs
            .iter()
            .map(|run| &run.report)
            .filter(|report| report.outcome == Outcome::Passed)
            .collect();
        // A restoration after a run takes less time than the run: figures of both say nothing.
        let times = |command: &str| passed.iter().filter(|other| other.command == command).count();
        let most = passed.iter().rev().max_by_key(|report| times(&report.command));
        let durations_of = most.map(|report| report.command.clone());
        let durations: Vec<u64> = passed
            .iter()
            .filter(|report| durations_of.as_deref() == Some(&*report.command))
            .map(|report| report.duration_ms)
            .collect();
        Self {
            schema: HISTORY_SCHEMA,
            passed: passed.len(),
            durations: Durations::of(&durations),
            durations_of,
            steps: steps(runs),
            runs: runs.iter().map(line).collect(),
        }
    }

    /// Percent of the runs that passed.
    pub fn pass_rate(&self) -> u64 {
        percent(self.passed, self.runs.len())
    }
}

impl StepHistory {
    /// Percent of the times that it passed.
    pub fn pass_rate(&self) -> u64 {
        percent(self.passed, self.ran)
    }
}

impl Durations {
    /// By nearest rank; `None` without any.
    fn of(in_order: &[u64]) -> Option<Self> {
        let last_ms = *in_order.last()?;
        let mut sorted = in_order.to_vec();
        sorted.sort_unstable();
        let rank = |percent: usize| {
            let rank = (sorted.len() * percent).div_ceil(100).max(1);
            sorted[rank - 1]
        };
        Some(Self { median_ms: rank(50), p95_ms: rank(95), last_ms })
    }
}

/// The JSON Schema (draft 2020-12) of [`History`].
pub fn history_schema() -> Value {
    super::model::schema_of::<History>()
}

/// Never 100 unless all of them are.
fn percent(part: usize, whole: usize) -> u64 {
    let percent = (part * 100).checked_div(whole).unwrap_or(0);
    u64::try_from(percent).unwrap_or(0)
}

fn steps(runs: &[KeptRun]) -> Vec<StepHistory> {
    let all = || runs.iter().flat_map(|run| &run.report.steps);
    let mut order = Vec::new();
    // The longest run has most of them, and in their order.
    let longest = runs.iter().max_by_key(|run| run.report.steps.len());
    for step in longest.into_iter().flat_map(|run| &run.report.steps).chain(all()) {
        if step.phase == Phase::Scenario && !order.contains(&step.id) {
            order.push(step.id);
        }
    }
    let of_step = |id| {
        let ran: Vec<_> = all()
            .filter(|step| step.id == id && step.phase == Phase::Scenario)
            .filter(|step| step.outcome != StepOutcome::Skipped)
            .collect();
        let passed: Vec<u64> = ran
            .iter()
            .filter(|step| step.outcome == StepOutcome::Passed)
            .map(|step| step.duration_ms)
            .collect();
        StepHistory {
            id: id.as_str().to_owned(),
            title: id.title().to_owned(),
            ran: ran.len(),
            passed: passed.len(),
            durations: Durations::of(&passed),
        }
    };
    order.into_iter().map(of_step).filter(|step| step.ran > 0).collect()
}

fn line(run: &KeptRun) -> RunLine {
    let report = &run.report;
    let step = report.error.as_ref().and_then(|error| error.step);
    RunLine {
        folder: run.folder.display().to_string(),
        run_id: report.run_id.clone(),
        command: report.command.clone(),
        started_at: report.started_at.clone(),
        duration_ms: report.duration_ms,
        outcome: report.outcome,
        instance: report.instance.as_ref().map(|instance| instance.id),
        error: report.error.as_ref().map(|error| error.code.clone()),
        step: step.map(|step| step.as_str().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_ranks() {
        let hundred: Vec<u64> = (1..=100).collect();
        for (values, median_ms, p95_ms) in
            [(&[7][..], 7, 7), (&[1, 2], 1, 2), (&[3, 1, 2], 2, 3), (&hundred, 50, 95)]
        {
            let last_ms = values[values.len() - 1];
            assert_eq!(Durations::of(values), Some(Durations { median_ms, p95_ms, last_ms }));
        }
        assert_eq!(Durations::of(&[]), None);
    }

    #[test]
    fn a_hundred_percent_is_all() {
        assert_eq!((percent(199, 200), percent(200, 200), percent(0, 0)), (99, 100, 0));
    }
}
