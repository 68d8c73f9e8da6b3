//! Folds events into a [`Report`]. Pure: the time of each event is handed in.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::Map;

use super::model::{
    BrowserStartReport, EnvironmentReport, ErrorReport, InstanceReport, PageReport, ProgressReport,
    Report, SCHEMA, StepReport, WarningReport,
};
use super::{CallRecord, Event, Purpose, StepId, StepKey, StepOutcome, Verdict, verdict};
use crate::failure::Failure;

/// All bodies of a run's calls together, in bytes: many more than a run has.
const MOST_KEPT: usize = 16 * 1024 * 1024;

/// What is known of a run before it begins.
#[derive(Debug, Clone)]
pub struct RunMeta {
    /// See [`Report::run_id`].
    pub run_id: String,
    /// Subcommand.
    pub command: String,
    /// Version of `reauth`.
    pub version: String,
    /// When the command began.
    pub started_at: Timestamp,
    /// The command line after the program's name.
    pub arguments: Vec<String>,
}

/// A call, and where in the run it was made.
#[derive(Debug, Clone)]
pub(super) struct RecordedCall {
    /// Which of the report's steps it was made in, if in one.
    pub(super) step: Option<usize>,
    pub(super) started_at: Timestamp,
    pub(super) call: CallRecord,
}

/// A report in the making.
#[derive(Debug)]
pub struct Recorder {
    meta: RunMeta,
    instance: Option<InstanceReport>,
    touched: bool,
    removed: bool,
    last_seen: Option<bool>,
    revoked_via: Option<&'static str>,
    reauthenticated_via: Option<&'static str>,
    steps: Vec<Recorded>,
    /// Evidence that arrived before its step.
    early_evidence: Vec<(StepKey, String)>,
    browser_starts: Vec<BrowserStartReport>,
    calls: Vec<RecordedCall>,
    /// Bytes of their bodies.
    kept: usize,
    warnings: Vec<WarningReport>,
    failure: Option<(Option<StepId>, Failure)>,
}

#[derive(Debug)]
struct Recorded {
    key: StepKey,
    began: Timestamp,
    ended: Option<Timestamp>,
    report: StepReport,
}

impl Recorder {
    /// A report of a run of which nothing has been heard yet.
    pub fn new(meta: RunMeta) -> Self {
        Self {
            meta,
            instance: None,
            touched: false,
            removed: false,
            last_seen: None,
            revoked_via: None,
            reauthenticated_via: None,
            steps: Vec::new(),
            early_evidence: Vec::new(),
            browser_starts: Vec::new(),
            calls: Vec::new(),
            kept: 0,
            warnings: Vec::new(),
            failure: None,
        }
    }

    /// The report of a command that was refused before it began.
    pub fn refused(meta: RunMeta, failure: &Failure) -> Report {
        let at = meta.started_at;
        let mut recorder = Self::new(meta);
        recorder.record(&Event::Failed { step: None, failure: failure.clone() }, at);
        recorder.finish(verdict(Purpose::Run, Some(failure), false, None), at)
    }

    /// Takes in what happened at `at`.
    pub fn record(&mut self, event: &Event, at: Timestamp) {
        match event {
            Event::Instance { id, name, element } => {
                self.instance = Some(InstanceReport {
                    id: *id,
                    name: name.clone(),
                    element: element.clone(),
                    authenticated: None,
                });
            }
            Event::Seen(seen) => self.last_seen = *seen,
            Event::Touched => {
                self.touched = true;
                self.last_seen = None;
            }
            Event::Removed => self.removed = true,
            Event::RevokedVia(via) => self.revoked_via = Some(via),
            Event::ReauthenticatedVia(via) => self.reauthenticated_via = Some(via),
            Event::StepStarted { key } => {
                self.begin(*key, at);
            }
            Event::Progress { key, text } => {
                let said = ProgressReport { at: rfc3339(at), text: text.clone() };
                self.running(*key, |step| step.progress.push(said));
            }
            Event::Page { key, page } => {
                let met = PageReport { at: rfc3339(at), page: page.clone() };
                self.running(*key, |step| step.pages.push(met));
            }
            Event::BrowserStarted { duration } => self.browser_starts.push(BrowserStartReport {
                started_at: rfc3339(before(at, *duration)),
                duration_ms: milliseconds(*duration),
            }),
            Event::Call(call) => {
                let started_at = before(at, call.duration);
                let mut call = (**call).clone();
                self.keep(&mut call);
                self.calls.push(RecordedCall {
                    // By the order in which things happen: clocks are set, and differ by a hair.
                    step: self.running_step().or_else(|| self.step_at(started_at)),
                    started_at,
                    call,
                });
            }
            Event::Asked { .. } | Event::Answered { .. } => {}
            Event::Evidence { key, file } => self.add_evidence(*key, file),
            Event::StepFinished { key, outcome, duration, summary, facts } => {
                let began = before(at, *duration);
                let step = match self.last(*key) {
                    Some(index) if self.steps[index].ended.is_none() => &mut self.steps[index],
                    // Skipped steps finish without having begun.
                    _ => self.begin(*key, began),
                };
                step.ended = Some(at);
                step.report.outcome = *outcome;
                step.report.duration_ms = milliseconds(*duration);
                step.report.summary.clone_from(summary);
                step.report.facts.clone_from(facts);
            }
            Event::Warning { code, message } => self
                .warnings
                .push(WarningReport { code: (*code).to_owned(), message: message.clone() }),
            Event::Failed { step, failure } => self.fail(*step, failure),
        }
    }

    /// What ended the run: the first failure.
    pub fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref().map(|(_, failure)| failure)
    }

    /// Whether an irreversible act was begun, on an instance that is still there.
    pub fn touched(&self) -> bool {
        self.touched && !self.removed
    }

    /// How the instance was last seen, since it was touched if it was; `None` once it is removed.
    pub fn last_seen(&self) -> Option<bool> {
        self.last_seen.filter(|_| !self.removed)
    }

    /// The calls so far, in the order in which they ended; hands them over.
    pub(super) fn take_calls(&mut self) -> Vec<RecordedCall> {
        std::mem::take(&mut self.calls)
    }

    /// The instance's id, once it is known.
    pub fn instance_id(&self) -> Option<u64> {
        self.instance.as_ref().map(|instance| instance.id)
    }

    /// The report of a command that ended at `at`. Steps that never finished have failed.
    pub fn finish(mut self, verdict: Verdict, at: Timestamp) -> Report {
        if let Some(instance) = &mut self.instance {
            instance.authenticated = if self.removed { None } else { self.last_seen };
        }
        for step in self.steps.iter_mut().filter(|step| step.ended.is_none()) {
            step.report.duration_ms = milliseconds(between(step.began, at));
        }
        for (key, file) in self.early_evidence {
            self.warnings.push(WarningReport {
                code: "report.evidence_without_step".to_owned(),
                message: format!("{file} belongs to {}, which never began", key.id.as_str()),
            });
        }
        Report {
            schema: SCHEMA.to_owned(),
            run_id: self.meta.run_id,
            command: self.meta.command,
            version: self.meta.version,
            outcome: verdict.outcome,
            exit_code: verdict.exit_code,
            environment: EnvironmentReport {
                platform: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
                arguments: self.meta.arguments,
            },
            started_at: rfc3339(self.meta.started_at),
            duration_ms: milliseconds(between(self.meta.started_at, at)),
            instance: self.instance,
            revoked_via: self.revoked_via.map(str::to_owned),
            reauthenticated_via: self.reauthenticated_via.map(str::to_owned),
            steps: self.steps.into_iter().map(|step| step.report).collect(),
            browser_starts: self.browser_starts,
            warnings: self.warnings,
            error: self.failure.map(|(step, failure)| ErrorReport {
                code: failure.code.to_owned(),
                step,
                message: failure.message,
                hints: failure.hints,
            }),
        }
    }

    /// Lets go of a call's bodies where too much is kept already.
    fn keep(&mut self, call: &mut CallRecord) {
        let answer = call.outcome.as_mut().ok().map(|answer| &mut answer.body);
        for body in [Some(&mut call.body), answer].into_iter().flatten() {
            if self.kept + body.len() > MOST_KEPT {
                body.let_go();
            }
            self.kept += body.kept();
        }
    }

    fn begin(&mut self, key: StepKey, began: Timestamp) -> &mut Recorded {
        let (evidence, others) =
            std::mem::take(&mut self.early_evidence).into_iter().partition(|(of, _)| *of == key);
        self.early_evidence = others;
        let evidence: Vec<(StepKey, String)> = evidence;
        self.steps.push(Recorded {
            key,
            began,
            ended: None,
            report: StepReport {
                id: key.id,
                article_step: key.id.article_step(),
                phase: key.phase,
                attempt: key.attempt,
                title: key.id.title().to_owned(),
                outcome: StepOutcome::Failed,
                started_at: rfc3339(began),
                duration_ms: 0,
                summary: String::new(),
                facts: Map::new(),
                progress: Vec::new(),
                pages: Vec::new(),
                evidence: evidence.into_iter().map(|(_, file)| file).collect(),
            },
        });
        let last = self.steps.len() - 1;
        &mut self.steps[last]
    }

    fn running(&mut self, key: StepKey, change: impl FnOnce(&mut StepReport)) {
        if let Some(index) = self.last(key) {
            change(&mut self.steps[index].report);
        }
    }

    /// The step that began last and has not ended.
    fn running_step(&self) -> Option<usize> {
        self.steps.iter().rposition(|step| step.ended.is_none())
    }

    /// The step that began last before then and had not ended.
    fn step_at(&self, then: Timestamp) -> Option<usize> {
        self.steps
            .iter()
            .rposition(|step| step.began <= then && step.ended.is_none_or(|end| then < end))
    }

    fn last(&self, key: StepKey) -> Option<usize> {
        self.steps.iter().rposition(|step| step.key == key)
    }

    fn add_evidence(&mut self, key: StepKey, file: &str) {
        match self.last(key) {
            Some(index) => push_once(&mut self.steps[index].report.evidence, file),
            None => self.early_evidence.push((key, file.to_owned())),
        }
    }

    fn fail(&mut self, step: Option<StepId>, failure: &Failure) {
        let shown_by = self.steps.iter_mut().rev().find(|recorded| Some(recorded.key.id) == step);
        if let Some(recorded) = shown_by {
            for file in &failure.evidence {
                push_once(&mut recorded.report.evidence, file);
            }
        }
        if self.failure.is_none() {
            self.failure = Some((step, failure.clone()));
            return;
        }
        // What goes wrong while the instance is being restored must not hide why it had to be.
        let place = step.map(|step| format!("{} failed as well: ", step.as_str()));
        self.warnings.push(WarningReport {
            code: failure.code.to_owned(),
            message: format!("{}{}", place.unwrap_or_default(), failure.message),
        });
    }
}

fn push_once(files: &mut Vec<String>, file: &str) {
    if !files.iter().any(|known| known == file) {
        files.push(file.to_owned());
    }
}

/// RFC 3339 in UTC, to the millisecond.
pub(super) fn rfc3339(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn before(at: Timestamp, duration: Duration) -> Timestamp {
    SignedDuration::try_from(duration).ok().and_then(|ago| at.checked_sub(ago).ok()).unwrap_or(at)
}

fn between(began: Timestamp, ended: Timestamp) -> Duration {
    Duration::try_from(ended.duration_since(began)).unwrap_or(Duration::ZERO)
}

#[cfg(test)]
mod tests;
