//! The run's browsers: one driver; a window for the integration user, and one for the admin where
//! somebody else works in Setup. Started once, early; opened anew after one was lost.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tokio::sync::Mutex as AsyncMutex;
use url::Url;

use super::context::Step;
use crate::browser::{
    BrowserError, CallbackListener, Catalogue, Driver, Installation, Session, sandbox_is_impossible,
};
use crate::config::{self, Account, Config};
use crate::failure::Failure;
use crate::report::{Events, StepId};
use crate::salesforce::pages::{Refusals, Visitor};
use crate::secrets::Redactor;

/// The browsers of a run.
pub(super) struct Browsers {
    config: config::Browser,
    callback: Url,
    redactor: Redactor,
    running: AsyncMutex<Option<Running>>,
    /// Logins that were refused: their credentials are not sent again, in any window.
    refusals: Refusals,
    pub(super) failed_step: Mutex<Option<StepId>>,
}

struct Running {
    driver: Driver,
    /// Answers a callback on this machine, as long as the browser runs.
    _callback: Option<CallbackListener>,
    catalogue: Arc<Catalogue>,
    /// By user name: each user has cookies of their own.
    windows: HashMap<String, Arc<Session>>,
    /// The window that was used last.
    latest: Option<Arc<Session>>,
}

impl Browsers {
    pub(super) fn new(config: &Config, redactor: &Redactor) -> Self {
        Self {
            config: config.browser.clone(),
            callback: config.salesforce.callback_url.clone(),
            redactor: redactor.clone(),
            running: AsyncMutex::default(),
            refusals: Refusals::default(),
            failed_step: Mutex::default(),
        }
    }

    /// Starts the driver and opens `account`'s window. Called early, so that the start overlaps
    /// with the first API calls; a second call finds everything there.
    pub(super) async fn window(
        &self,
        account: &Account,
        events: &Events,
    ) -> Result<Arc<Session>, BrowserError> {
        let mut running = self.running.lock().await;
        if running.as_ref().is_some_and(Running::is_lost)
            && let Some(lost) = running.take()
        {
            lost.end().await?;
        }
        let running = match &mut *running {
            Some(running) => running,
            none => none.insert(self.start(events).await?),
        };
        let window = match running.windows.get(&account.username) {
            Some(window) => Arc::clone(window),
            None => {
                let session = Session::open(
                    &mut running.driver,
                    &self.config,
                    self.callback.clone(),
                    Arc::clone(&running.catalogue),
                    self.redactor.clone(),
                )
                .await?;
                let window = Arc::new(session);
                running.windows.insert(account.username.clone(), Arc::clone(&window));
                window
            }
        };
        running.latest = Some(Arc::clone(&window));
        Ok(window)
    }

    /// What browser it is, once it runs.
    pub(super) async fn describe(&self) -> Option<String> {
        let running = self.running.lock().await;
        Some(running.as_ref()?.driver.installation()?.describe())
    }

    async fn start(&self, events: &Events) -> Result<Running, BrowserError> {
        let catalogue = Arc::new(Catalogue::load(self.config.locators.as_deref())?);
        let driver = match &self.config.webdriver_url {
            Some(url) => Driver::remote(url.clone())?,
            None => {
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
                Driver::start(installation, self.callback.host_str().unwrap_or_default()).await?
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
    }

    /// How often this run logged in as `account`.
    pub(super) fn logins(&self, account: &Account) -> u32 {
        self.refusals.logins(&account.username)
    }

    /// What the browser shows, for a step that failed: a picture, and the visible controls. Nothing
    /// where no browser was used in the step or it is lost.
    pub(super) async fn evidence(&self, step: &Step<'_>) -> Vec<String> {
        use StepId::{Authorize, Provision, Revoke};
        let mut files = Vec::new();
        if !matches!(step.key.id, Authorize | Provision | Revoke) {
            return files;
        }
        let running = self.running.lock().await;
        let Some(window) = running.as_ref().and_then(|running| running.latest.clone()) else {
            return files;
        };
        match window.screenshot().await {
            Ok(png) => files.extend(step.picture(&png, Some("failure"))),
            Err(error) => tracing::warn!(%error, "no picture of the failure"),
        }
        match window.record().await {
            Ok(record) => {
                let name = format!("dom/{}-{}.json", step.key.id.as_str(), step.key.attempt);
                files.extend(step.record(name, &record));
            }
            Err(error) => tracing::warn!(%error, "no page record of the failure"),
        }
        files
    }

    /// Ends everything. What does not end in time is the guard's to end.
    pub(super) async fn close(&self, events: &Events) {
        if let Some(running) = self.running.lock().await.take()
            && let Err(error) = running.end().await
        {
            let failure = Failure::from(error);
            events.warn(failure.code, failure.message);
        }
    }
}

impl Running {
    fn is_lost(&self) -> bool {
        self.windows.values().any(|window| window.is_lost())
    }

    async fn end(self) -> Result<(), BrowserError> {
        drop(self.latest);
        for (_, window) in self.windows {
            let Some(window) = Arc::into_inner(window) else { continue };
            if window.is_lost() {
                continue;
            }
            if let Err(error) = window.close().await {
                tracing::debug!(%error, "a window did not close in order");
            }
        }
        self.driver.stop().await
    }
}
