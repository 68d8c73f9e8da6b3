//! What commands that work on an instance have in common: configuration, run folder, reporter,
//! journal, signals, and bringing the instance back when something went wrong.

use jiff::Timestamp;
use std::ffi::OsString;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::defect;
use super::flags::{Format, Global};
use super::signals::Signals;
use crate::browser::BrowserError;
use crate::child;
use crate::config::{self, Environment, Overrides, Source};
use crate::failure::{Failure, Kind};
use crate::journal::Journal;
use crate::report::{
    ConsoleOptions, Event, Events, Purpose, Recorder, Reporter, RunFolder, RunMeta, log,
};
use crate::scenario::{Context, Watching, cycle};
use crate::secrets::{Redactor, ask};
use url::Url;

/// How a command differs from the others.
pub struct Plan {
    /// What it is for.
    pub purpose: Purpose,
    /// What its flags say.
    pub overrides: Overrides,
    /// Whether an instance that was left without a grant is brought back after a failure.
    pub restores: bool,
    /// The configuration file, where it is not the flags' or the default one.
    pub config: Option<PathBuf>,
    /// Whether somebody watches.
    pub watching: Watching,
}

/// Does a command's work. Answers its exit code; what it proved goes to the reporters, and what
/// `answer` makes of it to stdout, line by line, at the end.
///
/// # Errors
/// A [`Failure`] if nothing could be begun. Whoever asked for a report has got one.
pub async fn execute<T>(
    global: &Global,
    plan: Plan,
    work: impl AsyncFnOnce(&Context) -> Result<T, Failure>,
    answer: impl FnOnce(&Context, T) -> Vec<String>,
) -> Result<u8, Failure> {
    let (purpose, started_at, redactor) = (plan.purpose, Timestamp::now(), Redactor::new());
    let result = perform(global, plan, started_at, redactor.clone(), work, answer).await;
    if let Err(failure) = &result {
        report_refusal(global, purpose, failure, started_at, &redactor);
    }
    result
}

async fn perform<T>(
    global: &Global,
    plan: Plan,
    started_at: Timestamp,
    redactor: Redactor,
    work: impl AsyncFnOnce(&Context) -> Result<T, Failure>,
    answer: impl FnOnce(&Context, T) -> Vec<String>,
) -> Result<u8, Failure> {
    if !plan.watching.is_off() && !ask::is_possible() {
        return Err(Failure::usage(
            "reauth.no_terminal",
            "expected a terminal to ask on (`--step`, `--pause-on-failure`, `--keep-open`), but there is none",
        )
        .hint("leave these flags out in CI and in scripts: report.html shows what was seen"));
    }
    let log = log::init(global.verbosity(), &redactor)?;
    let mut signals = Signals::catch()?;
    let mut stage = Stage::set(global).await?;
    let file = plan.config.as_deref();
    let loaded = load(global, file, &plan.overrides, &stage, &redactor, &mut signals).await?;
    let (config, warnings) = match loaded {
        Ok(loaded) => (loaded.config, loaded.warnings),
        Err(error) => return Ok(refuse_configuration(global, &plan, error, started_at, &redactor)),
    };
    let leaves_evidence = plan.purpose != Purpose::Status;
    let instance = config.cloud_elements.instance.as_ref().map(|instance| instance.id);
    let folder = leaves_evidence
        .then(|| RunFolder::create(&config.run.out, instance, &redactor))
        .transpose()?;
    if let Some(folder) = &folder {
        log.attach(folder)?;
    }
    // A simulator ends with this process: nobody could restore its instance later.
    let own_journal = folder
        .as_ref()
        .filter(|_| stage.configuration().is_some())
        .map(|folder| folder.path().join("journal"));
    let journal = own_journal.as_deref().map_or_else(Journal::open, Journal::at)?;
    let run_id = folder.as_ref().map_or_else(|| started_at.to_string(), RunFolder::run_id);
    let (events, receiver) = Events::channel();
    let options = ConsoleOptions {
        color: global.color,
        no_progress: global.no_progress,
        verbosity: global.verbosity(),
    };
    let meta = meta(plan.purpose, run_id.clone(), started_at);
    let reporter = Reporter::spawn(receiver, options, meta, &redactor);
    for (code, message) in warnings {
        events.warn(code, message);
    }
    let mut context =
        Context::new(config, redactor.clone(), events.clone(), folder.clone(), run_id, journal)?;
    if own_journal.is_none() {
        // A pipe cannot be read again by whoever restores later.
        context.config_file = config_file(global, file)
            .filter(|file| file.is_file())
            .and_then(|file| std::path::absolute(file).ok());
    }

    context.watch(Watching { restores: plan.restores, ..plan.watching });
    let outcome = tokio::select! {
        result = defect::caught(begun(&context, plan.watching, work)) => result
            .flatten()
            .map_err(|failure| (context.failed_step(), failure)),
        failure = signals.next() => Err((None, failure)),
    };
    let mut said = Vec::new();
    match outcome {
        Ok(proof) => said = answer(&context, proof),
        Err((step, failure)) => {
            if let Some((step, looked_at)) = context.failure_looked_at() {
                events.send(Event::Failed { step: Some(step), failure: looked_at });
            }
            tracing::error!(code = failure.code, %failure, "failed");
            let was_stopped = matches!(failure.kind, Kind::Interrupted | Kind::Terminated);
            events.send(Event::Failed { step, failure });
            if was_stopped {
                context.watch(Watching::default());
            }
            context.ask_no_more();
            recover(&context, &plan, &mut signals).await;
            if own_journal.is_some() && context.is_down() {
                let message = "the simulator ends with this process, and its instance with it: there is nothing to restore";
                events.warn("simulator.ended", message);
            }
        }
    }
    tokio::select! {
        () = context.keep_open() => {}
        // It only ends the waiting: everything else is done.
        _ = signals.next() => {}
    }
    close_browsers(&context, &mut signals).await;
    if let Some(failure) = stage.end().await {
        events.send(Event::Failed { step: None, failure });
    }
    if let Err(failure) = log.detach() {
        events.warn(failure.code, failure.message);
    }
    // Releases the instance, before the run folder gets its final name.
    drop(context);
    if let Some(journal) = &own_journal
        && let Err(error) = std::fs::remove_dir(journal)
    {
        tracing::debug!(%error, "the simulator's journal is not empty");
    }
    let report = reporter.finish(plan.purpose, folder).await;
    // Not before: until then the terminal is somebody else's.
    for line in said {
        to_stdout(&line);
    }
    let report = report?;
    if global.format == Format::Json {
        to_stdout(&report.to_json(&redactor)?);
    }
    Ok(report.exit_code)
}

async fn begun<T>(
    context: &Context,
    watching: Watching,
    work: impl AsyncFnOnce(&Context) -> Result<T, Failure>,
) -> Result<T, Failure> {
    // Nobody is asked anything of a run that cannot show its window. Others may do without one.
    if !watching.is_off() {
        context.expect_display().await?;
    }
    work(context).await
}

/// After a failure: brings back an instance whose grant was or may have been ended, and removes one
/// that was made for the run.
async fn recover(context: &Context, plan: &Plan, signals: &mut Signals) {
    let limit = context.config.run.timeout * cycle::RECOVERY_FACTOR;
    let recovery = defect::caught(cycle::recover(context, plan.restores));
    let recovery = tokio::time::timeout(limit, async { recovery.await.flatten() });
    let going_on = |signal: &str| {
        let message = format!(
            "{signal}: what was begun is brought to an end first; SIGINT twice stops at once"
        );
        context.events.warn("reauth.going_on", message);
    };
    let result = tokio::select! {
        result = recovery => result.unwrap_or_else(|_| Err(Failure::scenario(
            "scenario.recovery_timeout",
            format!("the instance could not be brought back within {} s", limit.as_secs()),
        )
        .hint("run `reauth restore`"))),
        () = signals.second_interrupt(going_on) => Err(Failure::scenario(
            "reauth.stopped_at_once",
            "stopped by a second SIGINT before the instance was brought back",
        )
        .hint("the journal knows of it: run `reauth restore`")),
    };
    if let Err(failure) = result {
        tracing::error!(code = failure.code, %failure, "recovery failed");
        context.events.send(Event::Failed { step: context.failed_step(), failure });
    }
}

/// What was to be done is done: a second SIGINT does not wait for the browsers.
async fn close_browsers(context: &Context, signals: &mut Signals) {
    let going_on = |signal: &str| {
        let message = format!("{signal}: the browser is being closed; SIGINT twice stops at once");
        context.events.warn("reauth.going_on", message);
    };
    tokio::select! {
        biased;
        () = context.close_browsers() => {}
        () = signals.second_interrupt(going_on) => {
            let reason = "a second SIGINT came while the browser was being closed".to_owned();
            let failure = Failure::from(BrowserError::NotCleared { reason });
            context.events.warn(failure.code, failure.message);
        }
    }
}

fn meta(purpose: Purpose, run_id: String, started_at: Timestamp) -> RunMeta {
    RunMeta {
        run_id,
        command: purpose.as_str().to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        started_at,
        arguments: arguments(std::env::args_os().skip(1)),
    }
}

/// The command line, as it may be shown: without what stands in addresses to let somebody in.
fn arguments(given: impl Iterator<Item = OsString>) -> Vec<String> {
    let shown = |argument: OsString| {
        let argument = argument.to_string_lossy().into_owned();
        let (flag, value) = match argument.split_once('=') {
            Some((flag, value)) if flag.starts_with("--") => (Some(flag), value),
            _ => (None, argument.as_str()),
        };
        let Some(mut url) = Url::parse(value).ok().filter(Url::has_host) else { return argument };
        let has_password = url.password().is_some() || !url.username().is_empty();
        // Of an address that has a host neither can fail.
        let cleared =
            !has_password || (url.set_username("…").is_ok() && url.set_password(None).is_ok());
        if url.query().is_some() {
            url.set_query(Some("…"));
        }
        let url = if cleared { url.to_string() } else { "…".to_owned() };
        flag.map_or_else(|| url.clone(), |flag| format!("{flag}={url}"))
    };
    given.map(shown).collect()
}

/// The file that the configuration is read from, if it is one: `named`, else the flags' or the
/// default one.
pub(super) fn config_file(global: &Global, named: Option<&Path>) -> Option<PathBuf> {
    let named = named.map(Path::to_path_buf).or_else(|| global.config.clone());
    named.or_else(|| Path::new("reauth.toml").is_file().then(|| PathBuf::from("reauth.toml")))
}

/// Loads the configuration: `named`, else the flags' or the default one, or the simulator's. Files
/// and commands may let it wait, and a signal ends that at once: nothing has begun yet.
///
/// # Errors
/// `reauth.interrupted`.
pub(super) async fn load(
    global: &Global,
    named: Option<&Path>,
    overrides: &Overrides,
    stage: &Stage,
    redactor: &Redactor,
    signals: &mut Signals,
) -> Result<Result<config::Loaded, config::ConfigError>, Failure> {
    let file = named.or(global.config.as_deref()).map(Path::to_owned);
    let text = stage.configuration().map(str::to_owned);
    let (overrides, redactor) = (overrides.clone(), redactor.clone());
    let loading = defect::on_thread(move || {
        // A simulator's configuration stands for itself: no real credential may be mixed into it.
        let (source, environment) = match (&text, &file) {
            (Some(text), _) => (Source::Text { name: "simulator", text }, Environment::empty()),
            (None, Some(file)) => (Source::File(file), Environment::of_process()),
            (None, None) => (Source::Default, Environment::of_process()),
        };
        config::load(source, &environment, &overrides, &redactor)
    });
    tokio::select! {
        loaded = loading => Ok(loaded),
        failure = signals.next() => {
            // The thread that loads ends with the process, and no command outlives it.
            child::end_all();
            Err(failure)
        }
    }
}

/// The configuration, for a command that needs nothing else. None if it is not right, which has
/// been said.
///
/// # Errors
/// A [`Failure`] if the simulator, where it was asked for, does not start; `reauth.interrupted`.
pub async fn configured(
    global: &Global,
    redactor: &Redactor,
    signals: &mut Signals,
) -> Result<Option<config::Config>, Failure> {
    let stage = Stage::set(global).await?;
    match load(global, None, &Overrides::default(), &stage, redactor, signals).await? {
        Ok(loaded) => Ok(Some(loaded.config)),
        Err(error) => {
            say_mistakes(global, &error);
            Ok(None)
        }
    }
}

fn say_mistakes(global: &Global, error: &config::ConfigError) {
    let mistakes = error.render(global.color.is_wanted());
    to_stderr(&format!("{mistakes}\n\nsee `reauth explain {}`\n", error.code()));
}

fn refuse_configuration(
    global: &Global,
    plan: &Plan,
    error: config::ConfigError,
    started_at: Timestamp,
    redactor: &Redactor,
) -> u8 {
    say_mistakes(global, &error);
    report_refusal(global, plan.purpose, &Failure::from(error), started_at, redactor);
    2
}

/// A failure before [`execute`]; whoever asked for a report gets one.
pub fn refuse(global: &Global, purpose: Purpose, failure: Failure) -> Failure {
    report_refusal(global, purpose, &failure, Timestamp::now(), &Redactor::new());
    failure
}

/// The report of a command line that is none.
pub fn refuse_line(purpose: Purpose, failure: Failure) {
    report_on_stdout(purpose, &failure, Timestamp::now(), &Redactor::new());
}

/// The report of a command that could not begin, where one was asked for.
fn report_refusal(
    global: &Global,
    purpose: Purpose,
    failure: &Failure,
    started_at: Timestamp,
    redactor: &Redactor,
) {
    if global.format == Format::Json {
        report_on_stdout(purpose, failure, started_at, redactor);
    }
}

fn report_on_stdout(
    purpose: Purpose,
    failure: &Failure,
    started_at: Timestamp,
    redactor: &Redactor,
) {
    let report = Recorder::refused(meta(purpose, started_at.to_string(), started_at), failure);
    match report.to_json(redactor) {
        Ok(json) => to_stdout(&json),
        Err(failure) => to_stderr(&format!("{failure}\n")),
    }
}

/// Text for stdout. A reader that went away never ends a run.
pub fn to_stdout(text: &str) {
    let mut stdout = std::io::stdout().lock();
    let written = stdout
        .write_all(text.as_bytes())
        .and_then(|()| if text.ends_with('\n') { Ok(()) } else { stdout.write_all(b"\n") })
        .and_then(|()| stdout.flush());
    if let Err(error) = written {
        tracing::debug!(%error, "nobody reads stdout");
    }
}

/// Text for stderr. A reader that went away never ends a run.
pub fn to_stderr(text: &str) {
    if let Err(error) = std::io::stderr().lock().write_all(text.as_bytes()) {
        tracing::debug!(%error, "nobody reads stderr");
    }
}

/// The simulator, where it was asked for.
#[derive(Default)]
pub(super) struct Stage {
    #[cfg(feature = "simulator")]
    simulator: Option<(crate::simulator::Simulator, String)>,
}

#[cfg(feature = "simulator")]
impl Stage {
    pub(super) async fn set(global: &Global) -> Result<Self, Failure> {
        use super::simulate::named;
        use crate::simulator::{Options, Simulator, config_toml};
        let Some(faults) = &global.simulator else {
            return Ok(Self::default());
        };
        let options = Options { faults: named(faults)?, ..Options::default() };
        let simulator = Simulator::start(options).await.map_err(|error| {
            Failure::environment("simulator.start", format!("the simulator did not start: {error}"))
        })?;
        let text = config_toml(simulator.ready());
        Ok(Self { simulator: Some((simulator, text)) })
    }

    pub(super) fn configuration(&self) -> Option<&str> {
        self.simulator.as_ref().map(|(_, text)| text.as_str())
    }

    /// Stops the simulator. That anybody reached the callback is a failure of whatever was done.
    pub(super) async fn end(&mut self) -> Option<Failure> {
        let (simulator, _) = self.simulator.take()?;
        let hits = simulator.tripwire_hits();
        simulator.stop().await;
        (hits > 0).then(|| {
            Failure::scenario(
                "simulator.tripwire",
                format!("the callback host was reached {hits} times: the code left the browser"),
            )
            .hint("this is a defect of `reauth`: please report it")
        })
    }
}

#[cfg(not(feature = "simulator"))]
impl Stage {
    pub(super) async fn set(_: &Global) -> Result<Self, Failure> {
        Ok(Self::default())
    }

    pub(super) fn configuration(&self) -> Option<&str> {
        None
    }

    pub(super) async fn end(&mut self) -> Option<Failure> {
        None
    }
}

#[cfg(all(test, feature = "simulator"))]
mod tests;
