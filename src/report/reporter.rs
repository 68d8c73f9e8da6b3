//! Reads a run's events, shows them, and leaves the reports. Runs on a thread of its own, so that a
//! terminal that does not take its text holds up nobody.

use std::time::Instant;

use jiff::{SignedDuration, Timestamp};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::console::Console;
use super::{
    ConsoleOptions, Event, GithubActions, Purpose, Recorder, Report, RunFolder, RunMeta, files,
    github, verdict,
};
use crate::failure::Failure;
use crate::secrets::Redactor;

/// Console and report of one run.
pub struct Reporter {
    console: Console,
    recorder: Recorder,
    redactor: Redactor,
    clock: Clock,
    github: Option<GithubActions>,
}

/// A running [`Reporter`]. Dropped without [`finish`](ReporterHandle::finish), it shows what has
/// been sent and ends without a report.
pub struct ReporterHandle {
    ending: oneshot::Sender<Ending>,
    task: JoinHandle<Option<Report>>,
}

struct Ending {
    purpose: Purpose,
    folder: Option<RunFolder>,
}

impl Reporter {
    /// Starts a reporter on what [`super::Events::channel`] gave. Texts and facts are redacted as
    /// they come in, and once more at the end, when more secrets may be known.
    ///
    /// Must be called within a tokio runtime.
    pub fn spawn(
        receiver: mpsc::UnboundedReceiver<Event>,
        options: ConsoleOptions,
        meta: RunMeta,
        redactor: &Redactor,
    ) -> ReporterHandle {
        let reporter = Self {
            console: Console::new(options),
            clock: Clock::starting_at(meta.started_at),
            recorder: Recorder::new(meta),
            redactor: redactor.clone(),
            github: GithubActions::of_environment(),
        };
        let (ending, ended) = oneshot::channel();
        let runtime = Handle::current();
        let task = tokio::task::spawn_blocking(move || {
            runtime.block_on(async move { reporter.listen(receiver, ended).await })
        });
        ReporterHandle { ending, task }
    }

    async fn listen(
        mut self,
        mut receiver: mpsc::UnboundedReceiver<Event>,
        mut ended: oneshot::Receiver<Ending>,
    ) -> Option<Report> {
        let ending = loop {
            tokio::select! {
                // Ends here also when no sender is left: then only the end can come.
                Some(event) = receiver.recv() => self.take(event),
                ending = &mut ended => break ending.ok(),
            }
        };
        // What was sent before the end is still read; what is sent from now on is nobody's.
        receiver.close();
        while let Some(event) = receiver.recv().await {
            self.take(event);
        }
        ending.map(|ending| self.conclude(&ending))
    }

    fn take(&mut self, event: Event) {
        let event = event.redacted(&self.redactor);
        let at = self.clock.now();
        self.recorder.record(&event, at);
        self.console.show(&event, at);
    }

    fn conclude(mut self, ending: &Ending) -> Report {
        if let (Some(folder), Some(id)) = (&ending.folder, self.recorder.instance_id())
            && let Err(failure) = folder.name_after(id)
        {
            self.take(as_warning(&failure));
        }
        let verdict = verdict(
            ending.purpose,
            self.recorder.failure(),
            self.recorder.touched(),
            self.recorder.last_seen(),
        );
        let calls = self.recorder.take_calls();
        let mut report = self.recorder.finish(verdict, self.clock.now()).redacted(&self.redactor);
        if let Some(folder) = &ending.folder {
            for failure in files::write(&report, &calls, folder, &self.redactor) {
                self.console.show(&as_warning(&failure), self.clock.now());
                report.warn(failure.code, failure.message);
            }
        }
        let path = ending.folder.as_ref().map(|folder| files::as_from_here(&folder.path()));
        self.console.finish(&report, path.as_deref());
        if let Some(github) = &self.github {
            self.console.say(&github::annotations(&report));
            if let Err(error) = github.summarise(&report, path.as_deref()) {
                tracing::warn!(%error, "the job's summary was not written");
            }
        }
        report
    }
}

impl ReporterHandle {
    /// Takes in what was sent so far, decides outcome and exit code by the first
    /// [`Event::Failed`], [`Event::Touched`] and the last [`Event::Seen`], names the run folder after
    /// its instance, writes the reports into it, shows the summary, and gives the report back.
    /// A report that could not be written is a warning: it is still returned.
    ///
    /// # Errors
    /// `report.reporter` (environment), if the reporter itself broke.
    pub async fn finish(
        self,
        purpose: Purpose,
        folder: Option<RunFolder>,
    ) -> Result<Report, Failure> {
        // If it is not there to be told, joining says why.
        drop(self.ending.send(Ending { purpose, folder }));
        let broken = |reason: String| {
            Failure::environment("report.reporter", format!("the reporter broke: {reason}"))
                .hint("this is a defect of `reauth`: please report it")
        };
        self.task
            .await
            .map_err(|error| broken(error.to_string()))?
            .ok_or_else(|| broken("it ended without a report".to_owned()))
    }
}

fn as_warning(failure: &Failure) -> Event {
    Event::Warning { code: failure.code, message: failure.message.clone() }
}

/// Wall-clock times that never run backwards, whatever is done to the machine's clock.
struct Clock {
    began: Timestamp,
    since: Instant,
}

impl Clock {
    fn starting_at(began: Timestamp) -> Self {
        // What has passed between the command's start and now counts as well.
        let passed = Timestamp::now().duration_since(began).unsigned_abs();
        let since = Instant::now();
        Self { began, since: since.checked_sub(passed).unwrap_or(since) }
    }

    fn now(&self) -> Timestamp {
        SignedDuration::try_from(self.since.elapsed())
            .ok()
            .and_then(|passed| self.began.checked_add(passed).ok())
            .unwrap_or(self.began)
    }
}

#[cfg(test)]
mod tests;
