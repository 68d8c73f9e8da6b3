//! The run's browsers: one driver; a window for the integration user, and one for the admin where
//! somebody else works in Setup. Started once, early; opened anew after one was lost.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::sync::Mutex as AsyncMutex;
use tokio::time::timeout;
use url::Url;

use super::context::{Step, lock};
use super::ways_in::WaysIn;
use crate::browser::{
    BrowserError, CallbackListener, Catalogue, Driver, Installation, ProfileError, Session,
    display, profile_folder_of, sandbox_is_impossible,
};
use crate::config::{self, Account, Config, UserKey};
use crate::failure::Failure;
use crate::report::{Event, Events, StepId};
use crate::salesforce::pages::{Refusals, Visitor};
use crate::salesforce::passkey::HeldPasskey;
use crate::secrets::Redactor;

/// A browser that shows a page at all shows it sooner. Meanwhile an instance may be waiting for its
/// restoration.
const EVIDENCE_LIMIT: Duration = Duration::from_secs(5);

/// The browsers of a run.
pub(super) struct Browsers {
    config: config::Browser,
    /// How long a page may take, and so a command.
    page_limit: Duration,
    callback: Url,
    redactor: Redactor,
    running: AsyncMutex<Option<Running>>,
    /// Logins that were refused: their credentials are not sent again, in any window.
    refusals: Refusals,
    /// What was read once, with its counter as it is now.
    passkeys: Mutex<HashMap<UserKey, Arc<HeldPasskey>>>,
    pub(super) ways_in: WaysIn,
    pub(super) failed_step: Mutex<Option<StepId>>,
}

struct Running {
    driver: Driver,
    /// Answers a callback on this machine, as long as the browser runs.
    _callback: Option<CallbackListener>,
    catalogue: Arc<Catalogue>,
    /// Each user has cookies of their own.
    windows: HashMap<UserKey, Arc<Session>>,
    /// The window that was used last.
    latest: Option<Arc<Session>>,
}

impl Browsers {
    pub(super) fn new(config: &Config, redactor: &Redactor, ways_in: WaysIn) -> Self {
        Self {
            config: config.browser.clone(),
            page_limit: config.run.timeout,
            callback: config.salesforce.callback_url.clone(),
            redactor: redactor.clone(),
            running: AsyncMutex::default(),
            refusals: Refusals::default(),
            passkeys: Mutex::default(),
            ways_in,
            failed_step: Mutex::default(),
        }
    }

    /// Starts the driver and opens `account`'s window. Called early, so that the start overlaps
    /// with the first API calls; a second call finds everything there.
    pub(super) async fn window(
        &self,
        account: &Account,
        events: &Events,
    ) -> Result<Arc<Session>, Failure> {
        // Before anything is started: what is wrong with it is the user's to mend.
        let passkey = self.passkey(account, events)?;
        let mut running = self.running.lock().await;
        if running.as_ref().is_some_and(Running::is_lost)
            && let Some(lost) = running.take()
        {
            end(lost, events).await;
        }
        let began = Instant::now();
        let is_start = running.is_none();
        let running = match &mut *running {
            Some(running) => running,
            none => none.insert(self.start(events).await?),
        };
        let window = match running.windows.get(&account.key()) {
            Some(window) => Arc::clone(window),
            None => {
                let window = self.open(&mut running.driver, &running.catalogue, account).await?;
                let window = Arc::new(equipped(window, passkey.as_deref(), events).await?);
                running.windows.insert(account.key(), Arc::clone(&window));
                window
            }
        };
        running.latest = Some(Arc::clone(&window));
        if is_start {
            events.send(Event::BrowserStarted { duration: began.elapsed() });
        }
        Ok(window)
    }

    async fn open(
        &self,
        driver: &mut Driver,
        catalogue: &Arc<Catalogue>,
        account: &Account,
    ) -> Result<Session, BrowserError> {
        let mut config = self.config.clone();
        if let Some(profile) = &config.profile_dir {
            config.profile_dir = Some(profile_folder_of(profile, &account.key())?);
        }
        let (callback, redactor) = (self.callback.clone(), self.redactor.clone());
        let window = Session::open(driver, &config, callback, Arc::clone(catalogue), redactor);
        Ok(window.await?.within(self.page_limit))
    }

    /// Looks whether a window can be shown, where one is wanted on this machine.
    ///
    /// # Errors
    /// [`BrowserError::NoDisplay`].
    pub(super) async fn expect_display(&self) -> Result<(), BrowserError> {
        if self.config.headless || self.config.webdriver_url.is_some() {
            return Ok(());
        }
        // Another machine's may be slow to answer.
        match tokio::task::spawn_blocking(display).await {
            Ok(Err(reason)) => Err(BrowserError::NoDisplay { reason }),
            _ => Ok(()),
        }
    }

    /// The window that was used last, if there is one that lives.
    pub(super) async fn latest(&self) -> Option<Arc<Session>> {
        let running = self.running.lock().await;
        running.as_ref()?.latest.clone().filter(|window| !window.is_lost())
    }

    /// What browser it is, once it runs.
    pub(super) async fn describe(&self) -> Option<String> {
        let running = self.running.lock().await;
        Some(running.as_ref()?.driver.installation()?.describe())
    }

    async fn start(&self, events: &Events) -> Result<Running, BrowserError> {
        let catalogue = Arc::new(Catalogue::load(self.config.locators.as_deref())?);
        let driver = match &self.config.webdriver_url {
            Some(_) if self.config.profile_dir.is_some() => {
                return Err(ProfileError::Elsewhere.into());
            }
            Some(url) => Driver::remote(url.clone())?,
            None => {
                self.expect_display().await?;
                let installation = Installation::find(&self.config).await?;
                tracing::info!(
                    browser = %installation.browser.display(),
                    version = installation.browser_version,
                    driver = %installation.driver.display(),
                    "browser"
                );
                if sandbox_is_impossible() {
                    events.warn(
                        "browser.no_sandbox",
                        "this is root, so the browser runs without its sandbox: use another user where pages may be hostile",
                    );
                }
                let callback_host = self.callback.host_str().unwrap_or_default();
                Driver::start(installation, callback_host, self.config.profile_dir.as_deref())
                    .await?
            }
        };
        let callback = CallbackListener::start(&self.callback).await?;
        Ok(Running {
            driver,
            _callback: callback,
            catalogue,
            windows: HashMap::new(),
            latest: None,
        })
    }

    /// The passkey of a user, if they have one.
    fn passkey(
        &self,
        account: &Account,
        events: &Events,
    ) -> Result<Option<Arc<HeldPasskey>>, Failure> {
        let Some(at) = &account.passkey else { return Ok(None) };
        let mut passkeys = lock(&self.passkeys);
        if let Some(known) = passkeys.get(&account.key()) {
            return Ok(Some(Arc::clone(known)));
        }
        let held = Arc::new(HeldPasskey::load(at, &self.redactor)?);
        let owner = held.passkey().username;
        if !account.is(&owner) {
            events.warn(
                "passkey.other_user",
                format!("the passkey of {} was enrolled for {owner}", account.username),
            );
        }
        passkeys.insert(account.key(), Arc::clone(&held));
        Ok(Some(held))
    }

    /// Somebody who walks through pages in `session` as `account`.
    pub(super) fn visitor<'run>(
        &'run self,
        session: &'run Session,
        account: &'run Account,
        step: &'run Step<'run>,
    ) -> Visitor<'run> {
        Visitor::new(
            session,
            account,
            step.context.trusted.clone(),
            &self.refusals,
            step,
            step.context.config.run.timeout,
        )
        .with_passkey(lock(&self.passkeys).get(&account.key()).cloned())
        .by(self.ways_in.of(account))
    }

    /// The org says that the browser's session is `account`'s.
    pub(super) fn has_session(&self, account: &Account) {
        self.refusals.has_session(&account.username);
    }

    /// How often this run logged in as `account`.
    pub(super) fn logins(&self, account: &Account) -> u32 {
        self.refusals.logins(&account.username)
    }

    /// What the browser shows, for a step that failed: a picture, and the visible controls; and as
    /// hints, what comes nearest to what was looked for. Nothing where no browser was used in the
    /// step or it is lost.
    pub(super) async fn evidence(&self, step: &Step<'_>, failure: &mut Failure) {
        use StepId::{Authorize, EnrollPasskey, ProvePasskey, Provision, Revoke};
        let in_browser = [Authorize, Provision, Revoke, EnrollPasskey, ProvePasskey];
        if !in_browser.contains(&step.key.id) {
            return;
        }
        let running = self.running.lock().await;
        let Some(window) = running.as_ref().and_then(|running| running.latest.clone()) else {
            return;
        };
        let gathered = async {
            match window.view().await {
                Ok(view) => failure.evidence.extend(step.view(&view, "failure")),
                Err(error) => tracing::warn!(%error, "no picture of the failure"),
            }
            match window.record(&failure.looked_for).await {
                Ok(record) => {
                    let name = format!("dom/{}-{}.json", step.key.id.as_str(), step.key.attempt);
                    failure.hints.extend(record.hints());
                    failure.evidence.extend(step.record(name, &record));
                }
                Err(error) => tracing::warn!(%error, "no page record of the failure"),
            }
        };
        if timeout(EVIDENCE_LIMIT, gathered).await.is_err() {
            tracing::warn!("the browser shows nothing of the failure in time");
        }
    }

    /// Ends everything. What does not end in time is the guard's to end.
    pub(super) async fn close(&self, events: &Events) {
        // Those of the next windows are read anew.
        lock(&self.passkeys).clear();
        if let Some(running) = self.running.lock().await.take() {
            end(running, events).await;
        }
    }
}

/// A window with its user's passkey. One that cannot have it is closed: the next one of this user
/// would find it in its place.
async fn equipped(
    window: Session,
    passkey: Option<&HeldPasskey>,
    events: &Events,
) -> Result<Session, BrowserError> {
    let Some(passkey) = passkey else { return Ok(window) };
    match passkey.put_on(&window).await {
        Ok(None) => {}
        Ok(Some(error)) => {
            events.warn("passkey.not_stored", format!("{error}; the clock keeps its counter ahead"))
        }
        Err(error) => {
            close(window).await;
            return Err(error);
        }
    }
    Ok(window)
}

/// Closes a window, if it can be asked for that. Else its driver's end closes it.
async fn close(window: Session) {
    if !window.is_lost()
        && let Err(error) = window.close().await
    {
        tracing::debug!(%error, "a window did not close in order");
    }
}

/// Ends browser and driver. What is left of them is told, and keeps nobody from starting others.
async fn end(running: Running, events: &Events) {
    if let Err(error) = running.end().await {
        let failure = Failure::from(error);
        events.warn(failure.code, failure.message);
    }
}

impl Running {
    fn is_lost(&self) -> bool {
        self.windows.values().any(|window| window.is_lost())
    }

    async fn end(self) -> Result<(), BrowserError> {
        drop(self.latest);
        for (_, window) in self.windows {
            if let Some(window) = Arc::into_inner(window) {
                close(window).await;
            }
        }
        self.driver.stop().await
    }
}
