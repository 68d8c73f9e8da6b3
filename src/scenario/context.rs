//! What all steps need, and how a step is run: events around it, evidence when it fails.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;
use serde_json::{Map, Value};
use tokio::time::Instant;

use super::browsers::Browsers;
use super::in_flight::Entries;
use super::person::KnownOrg;
use super::watching::Watching;
use super::ways_in::WaysIn;
use crate::browser::{Seen, Session, View};
use crate::cloud_elements::{CloudElementsClient, ConfigurationEntry, Instance};
use crate::config::{Account, Config, InstanceRef};
use crate::failure::Failure;
use crate::http::{HttpClient, Limits};
use crate::journal::Journal;
use crate::report::{Event, Events, Phase, RunFolder, Service, StepId, StepKey, StepOutcome};
use crate::salesforce::pages::{Notes, TrustedOrigins};
use crate::salesforce::{OauthClient, OrgHosts};
use crate::secrets::Redactor;

/// What a run learns on its way and later steps go by.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Learnt {
    /// Policy or scopes say that the app gives no refresh token that lasts.
    pub(super) no_refresh_token: bool,
    /// What introspection said of a living token of this app; none: it was not asked about one. Where
    /// it did not know that one, its "not active" says nothing.
    pub(super) introspection_sees: Option<bool>,
    /// Salesforce's list of grants showed a living one: that it shows none can be believed.
    pub(super) grant_list_sees: bool,
    /// Salesforce was asked whether it takes the client.
    pub(super) client_checked: bool,
    /// The confirmation has waited for the revocation's effect as long as it may.
    pub(super) settle_over: bool,
    /// The instance was last seen without a living grant.
    pub(super) is_dead: bool,
    rotation_seen: bool,
}

/// What all steps of a run share.
pub struct Context {
    /// The validated configuration.
    pub config: Config,
    /// Knows every secret.
    pub redactor: Redactor,
    /// Where the run tells what it does.
    pub events: Events,
    /// Where evidence goes; none for commands that leave none.
    pub folder: Option<RunFolder>,
    /// Names this run, in tags and in the journal.
    pub run_id: String,
    /// What is in flight, on disk.
    pub journal: Journal,
    /// The platform.
    pub platform: CloudElementsClient,
    /// HTTP for everybody.
    pub http: HttpClient,
    /// Origins that may be given credentials.
    pub trusted: TrustedOrigins,
    pub(super) browsers: Browsers,
    /// The instance's org, as far as it is known.
    pub(super) org: Mutex<KnownOrg>,
    pub(super) entries: Mutex<Entries>,
    pub(super) watching: Mutex<Watching>,
    /// The failure that a person looks at.
    pub(super) looked_at: Mutex<Option<(StepId, Failure)>>,
    /// How long a person was waited for, in all.
    pub(super) paused: Mutex<Duration>,
    /// The configuration file, for whoever has to finish this run's work.
    pub config_file: Option<PathBuf>,
    restoring: AtomicBool,
    learnt: Mutex<Learnt>,
    pub(super) baseline: Mutex<Option<Instance>>,
    /// The same instance's configuration as a list, where the platform gives it.
    pub(super) baseline_list: Mutex<Option<Vec<ConfigurationEntry>>>,
    attempts: Mutex<HashMap<(StepId, Phase), u32>>,
}

impl Context {
    /// Makes what a run needs; starts nothing.
    ///
    /// # Errors
    /// A [`Failure`] if the HTTP client cannot be made.
    pub fn new(
        config: Config,
        redactor: Redactor,
        events: Events,
        folder: Option<RunFolder>,
        run_id: String,
        journal: Journal,
    ) -> Result<Self, Failure> {
        // An answer that does not come is given up as a page is: a recovery has time for several.
        let total = config.run.timeout;
        let limits =
            Limits { total, connect: Limits::default().connect.min(total), ..Limits::default() };
        let http =
            HttpClient::with_limits(&config.http, limits)?.telling(&events, Service::Salesforce);
        let trusted = TrustedOrigins::default();
        trusted.trust(&config.salesforce.login_url);
        if let Some(my_domain) = &config.salesforce.my_domain {
            trusted.trust(my_domain);
        }
        Ok(Self {
            platform: CloudElementsClient::new(
                &config.cloud_elements,
                http.clone().telling(&events, Service::CloudElements),
                redactor.clone(),
            ),
            browsers: Browsers::new(
                &config,
                &redactor,
                WaysIn::new(&config, &trusted, &http, &redactor),
            ),
            org: Mutex::default(),
            config,
            redactor,
            events,
            folder,
            run_id,
            journal,
            http,
            trusted,
            entries: Mutex::default(),
            watching: Mutex::default(),
            looked_at: Mutex::default(),
            paused: Mutex::default(),
            config_file: None,
            restoring: AtomicBool::new(false),
            learnt: Mutex::default(),
            baseline: Mutex::default(),
            baseline_list: Mutex::default(),
            attempts: Mutex::default(),
        })
    }

    /// From now on steps belong to the restoration (or, with `false`, to the scenario again).
    pub fn set_restoring(&self, restoring: bool) {
        self.restoring.store(restoring, Ordering::Relaxed);
    }

    pub(super) fn is_restoring(&self) -> bool {
        self.restoring.load(Ordering::Relaxed)
    }

    /// What the run has learnt so far.
    pub(super) fn learnt(&self) -> Learnt {
        *lock(&self.learnt)
    }

    /// Remembers something for later steps.
    pub(super) fn learn<T>(&self, learn: impl FnOnce(&mut Learnt) -> T) -> T {
        learn(&mut lock(&self.learnt))
    }

    /// Looks whether a refresh between two readings of one grant brought another refresh token, and
    /// says so once: no API tells that rotation is on.
    pub(super) fn observe_rotation(&self, before: &Instance, after: &Instance) {
        let tokens = (before.user_refresh_token.readable(), after.user_refresh_token.readable());
        let (Some(before), Some(after)) = tokens else { return };
        let seen_before = |learnt: &mut Learnt| std::mem::replace(&mut learnt.rotation_seen, true);
        if before != after && !self.learn(seen_before) {
            self.events.warn(
                "salesforce.rotation_on",
                "the platform got another refresh token when it refreshed (refresh token rotation is on): whoever uses a copy of an older one ends the instance's grant, and so does an answer of Salesforce that is lost",
            );
        }
    }

    /// The instance as this run first read it: what everything is compared with at the end, and what
    /// a PUT sends back. A later reading may already show what an attempt of ours damaged.
    pub(super) fn baseline(&self, read: &Instance) -> Instance {
        if let Some(token) = read.user_token.readable() {
            lock(&self.org).learn_from_token(token);
        }
        let mut baseline = lock(&self.baseline);
        match &*baseline {
            Some(first) if first.id == read.id => first.clone(),
            _ => baseline.insert(read.clone()).clone(),
        }
    }

    /// How to name an instance that this run has read: with its element token, which a platform may
    /// mask in later readings.
    pub(super) fn known(&self, id: u64) -> InstanceRef {
        let baseline = lock(&self.baseline);
        let token =
            baseline.as_ref().filter(|first| first.id == id).map(|first| first.token.clone());
        InstanceRef { id, token }
    }

    /// OAuth calls at the org, or at the login host where the org is not known yet.
    pub(super) fn oauth(&self, hosts: Option<&OrgHosts>) -> OauthClient {
        let salesforce = &self.config.salesforce;
        let base = hosts.map_or(&salesforce.login_url, |hosts| &hosts.my_domain);
        OauthClient::new(
            base.clone(),
            salesforce.consumer_key.clone(),
            salesforce.consumer_secret.clone(),
            self.http.clone(),
            self.redactor.clone(),
        )
    }

    /// Runs a step: tells that it begins, what it proved, or that it failed, with evidence.
    pub(super) async fn step<T>(
        &self,
        id: StepId,
        body: impl AsyncFnOnce(&Step<'_>) -> Result<(T, String), Failure>,
    ) -> Result<T, Failure> {
        let key = self.next_key(id);
        if let Err(failure) = self.before_step(key).await {
            // It has not begun; an attempt that failed earlier has its own error.
            *lock(&self.browsers.failed_step) = None;
            return Err(failure);
        }
        let step = self.step_of(key);
        let (began, paused) = (Instant::now(), *lock(&self.paused));
        tracing::info!(
            step = id.as_str(),
            phase = key.phase.as_str(),
            attempt = key.attempt,
            "begins"
        );
        self.events.send(Event::StepStarted { key });
        let result = body(&step).await;
        let (outcome, summary) = match &result {
            Ok((_, summary)) => (StepOutcome::Passed, summary.clone()),
            Err(failure) => (StepOutcome::Failed, failure.message.clone()),
        };
        let mut failed = None;
        let result = match result {
            Ok((proof, _)) => Ok(proof),
            Err(mut failure) => {
                self.browsers.evidence(&step, &mut failure).await;
                self.failed_in(id);
                failed = Some(failure.clone());
                Err(failure)
            }
        };
        // What a person thought about is not the step's time.
        let paused = lock(&self.paused).saturating_sub(paused);
        let duration = began.elapsed().saturating_sub(paused);
        tracing::info!(step = id.as_str(), ?outcome, milliseconds = duration.as_millis(), "ended");
        self.events.send(Event::StepFinished {
            key,
            outcome,
            duration,
            summary,
            facts: std::mem::take(&mut *lock(&step.facts)),
        });
        if let Some(failure) = failed {
            self.after_failure(&step, &failure).await;
        }
        result
    }

    pub(super) fn step_of(&self, key: StepKey) -> Step<'_> {
        Step { context: self, key, facts: Arc::default() }
    }

    /// The latest execution of a step, for what belongs to none.
    pub(super) fn key_of_last(&self, id: StepId) -> StepKey {
        let phase = if self.is_restoring() { Phase::Restore } else { Phase::Scenario };
        let attempt = lock(&self.attempts).get(&(id, phase)).copied().unwrap_or(1);
        StepKey { id, phase, attempt }
    }

    fn next_key(&self, id: StepId) -> StepKey {
        let phase =
            if self.restoring.load(Ordering::Relaxed) { Phase::Restore } else { Phase::Scenario };
        let mut attempts = lock(&self.attempts);
        let attempt = attempts.entry((id, phase)).or_insert(0);
        *attempt += 1;
        StepKey { id, phase, attempt: *attempt }
    }

    pub(super) fn failed_in(&self, id: StepId) {
        *lock(&self.browsers.failed_step) = Some(id);
    }

    /// The step that failed last.
    pub fn failed_step(&self) -> Option<StepId> {
        *lock(&self.browsers.failed_step)
    }

    /// The window of `account`, for a step, whose facts then name the browser.
    pub(super) async fn window(
        &self,
        step: &Step<'_>,
        account: &Account,
    ) -> Result<Arc<Session>, Failure> {
        let window = self.browsers.window(account, &self.events).await?;
        step.fact("browser", self.browsers.describe().await);
        Ok(window)
    }

    /// Looks whether the window can be shown that is wanted: before anybody is asked anything.
    ///
    /// # Errors
    /// `browser.no_display`.
    pub async fn expect_display(&self) -> Result<(), Failure> {
        Ok(self.browsers.expect_display().await?)
    }

    /// Ends the browser, if one was started, and waits until nothing of it is left.
    pub async fn close_browsers(&self) {
        self.browsers.close(&self.events).await;
    }
}

/// A step that is running.
pub(super) struct Step<'run> {
    pub(super) context: &'run Context,
    pub(super) key: StepKey,
    facts: Arc<Mutex<Map<String, Value>>>,
}

impl Step<'_> {
    /// A fact for the report.
    pub(super) fn fact(&self, name: &str, value: impl Into<Value>) {
        lock(&self.facts).insert(name.to_owned(), value.into());
    }

    /// A fact that is a list.
    fn list(&self, name: &str, change: impl FnOnce(&mut Vec<Value>)) {
        let mut facts = lock(&self.facts);
        let list = facts.entry(name).or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(list) = list {
            change(list);
        }
    }

    /// Names of the pages met in this step so far, in order.
    pub(super) fn pages_met(&self) -> Vec<String> {
        let facts = lock(&self.facts);
        let met = facts.get("pages_met").and_then(Value::as_array).into_iter().flatten();
        met.filter_map(Value::as_str).map(str::to_owned).collect()
    }

    /// Writes what a window showed into the run folder: a picture, a file for the document. Answers
    /// their names. That one could not be kept is a warning: evidence never fails a run.
    pub(super) fn view(&self, view: &View, detail: &str) -> Vec<String> {
        let Some(folder) = &self.context.folder else { return Vec::new() };
        let picture = folder.screenshot_name(self.key, Some(detail));
        let picture = self.keep(folder.write_bytes(&picture, &view.picture), picture);
        let document = view.document.as_ref().and_then(|document| {
            let name = folder.dom_name(self.key, Some(detail));
            self.keep(folder.write_text(&name, document), name)
        });
        picture.into_iter().chain(document).collect()
    }

    /// Writes what a window shows into the run folder.
    pub(super) async fn photograph(&self, window: &Session, detail: &str) {
        match window.view().await {
            Ok(view) => drop(self.view(&view, detail)),
            Err(error) => self.warn("browser.no_picture", format!("no screenshot: {error}")),
        }
    }

    /// Writes a value into the run folder.
    pub(super) fn record<T: serde::Serialize>(&self, name: String, value: &T) -> Option<String> {
        let folder = self.context.folder.as_ref()?;
        self.keep(folder.write_json(&name, value), name)
    }

    /// Names a file of the run folder as evidence.
    pub(super) fn evidence(&self, file: String) {
        self.context.events.send(Event::Evidence { key: self.key, file });
    }

    fn keep(&self, written: Result<(), Failure>, name: String) -> Option<String> {
        match written {
            Ok(()) => {
                self.evidence(name.clone());
                Some(name)
            }
            Err(failure) => {
                self.context.events.warn(failure.code, failure.message);
                None
            }
        }
    }
}

impl Notes for Step<'_> {
    fn progress(&self, text: &str) {
        tracing::debug!(step = self.key.id.as_str(), "{text}");
        self.context.events.send(Event::Progress { key: self.key, text: text.to_owned() });
    }

    fn asks(&self, question: &str) {
        let question = question.to_owned();
        self.context.events.send(Event::Asked { key: self.key, about: Vec::new(), question });
    }

    fn answered(&self) {
        self.context.events.send(Event::Answered { key: self.key });
    }

    fn before_act<'a>(
        &'a self,
        session: &'a Session,
        seen: &'a Seen,
        username: &'a str,
    ) -> BoxFuture<'a, Result<bool, Failure>> {
        Box::pin(self.before_act_on(session, seen, username))
    }

    fn paused(&self) -> Duration {
        *lock(&self.context.paused)
    }

    fn warn(&self, code: &'static str, message: String) {
        self.context.events.warn(code, message);
    }

    fn met(&self, page: &str) {
        self.context.events.send(Event::Page { key: self.key, page: page.to_owned() });
        self.list("pages_met", |met| met.push(page.into()));
    }

    fn logged_in(&self, by: &'static str) {
        self.list("logged_in_by", |ways| {
            if !ways.iter().any(|way| way == by) {
                ways.push(by.into());
            }
        });
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
