//! A browser of the doctor's own: nothing of it is kept.

use std::sync::Arc;

use url::Url;

use crate::browser::{BrowserError, CallbackListener, Catalogue, Driver, Installation, Session};
use crate::config;
use crate::secrets::Redactor;

/// A running driver.
pub(super) struct Bench {
    driver: Driver,
    /// Answers a callback on this machine, as long as the browser runs.
    _callback: Option<CallbackListener>,
    catalogue: Arc<Catalogue>,
    callback: Url,
    config: config::Browser,
    redactor: Redactor,
}

impl Bench {
    /// Starts the driver.
    pub(super) async fn set(
        config: &config::Browser,
        callback: &Url,
        redactor: &Redactor,
    ) -> Result<Self, BrowserError> {
        let catalogue = Arc::new(Catalogue::load(config.locators.as_deref())?);
        let driver = match &config.webdriver_url {
            Some(url) => Driver::remote(url.clone())?,
            None => {
                let installation = Installation::find(config).await?;
                Driver::start(installation, callback.host_str().unwrap_or_default(), None).await?
            }
        };
        let listener = CallbackListener::start(callback).await?;
        Ok(Self {
            driver,
            _callback: listener,
            catalogue,
            callback: callback.clone(),
            config: config.clone(),
            redactor: redactor.clone(),
        })
    }

    /// A window with cookies of its own.
    pub(super) async fn window(&mut self) -> Result<Session, BrowserError> {
        Session::open(
            &mut self.driver,
            &self.config,
            self.callback.clone(),
            Arc::clone(&self.catalogue),
            self.redactor.clone(),
        )
        .await
    }

    /// Whether somebody else runs the driver.
    pub(super) fn is_remote(&self) -> bool {
        self.config.webdriver_url.is_some()
    }

    /// Whether the browser seems to run on this machine, where it can be shown a page of ours.
    pub(super) fn is_here(&self) -> bool {
        crate::http::is_loopback(self.driver.url())
    }

    /// Ends the driver, and every window with it.
    pub(super) async fn clear(self) -> Result<(), BrowserError> {
        self.driver.stop().await
    }
}
