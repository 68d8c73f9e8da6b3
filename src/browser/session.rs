//! One browser session. Every command has a time limit; a command that does not keep it loses the
//! session, because the client finishes an abandoned command before it begins another.

use std::collections::BTreeSet;
use std::future::Future;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fantoccini::elements::{Element, ElementRef};
use fantoccini::error::{CmdError, NewSessionError};
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Map, Value, json};
use tokio::sync::OnceCell;
use tokio::time::timeout;
use url::Url;

use super::command::{RawCommand, explain};
use super::profile::unclean;
use super::{BrowserError, Catalogue, Driver, Fallback, capabilities};
use crate::config;
use crate::secrets::{Redactor, Secret};

/// A new browser on a loaded machine may take long; a command in a running one may not.
const NEW_SESSION_LIMIT: Duration = Duration::from_secs(60);
const LONGEST_COMMAND: Duration = Duration::from_secs(20);
/// A script that waits answers after this time at the latest, so that the session stays usable.
pub(super) const SLICE: Duration = Duration::from_secs(2);
/// The driver's own limit for scripts lies above it: reaching it means that the page went away.
const SCRIPT_TIMEOUT: Duration = Duration::from_millis(2_500);

/// The key of an element reference (W3C WebDriver, "web element identifier").
const ELEMENT_KEY: &str = "element-6066-11e4-a52e-4f735466cecf";

/// Hides what stands in fields that may hold a code: short numbers, whoever wrote them there. The
/// picture is of the whole window: also in open shadow roots, and in every frame of this site. What we
/// outlined for a person is no part of the page.
const BLANK_CODES: &str = concat!(
    include_str!("page.js"),
    r"
    const key = Symbol.for('reauth.blanked');
    document[key] = [];
    for (const { undo } of document[Symbol.for('reauth.outlined')] || []) undo();
    function blank(root) {
      for (const field of deep(root, 'input,textarea')) {
        if (!/^[\s-]*(\d[\s-]*){4,10}$/.test(field.value || '')) continue;
        document[key].push([field, field.value]);
        field.value = '';
        // A caret would blink in the picture, where the first digit was.
        field.blur();
      }
      for (const frame of deep(root, 'iframe,frame')) if (frame.contentDocument) blank(frame.contentDocument);
    }
    // Where commands go to a frame: up to the first document that is another site's.
    let outermost = window;
    function above(frame) { try { return frame.parent.document && frame.parent; } catch { return null; } }
    while (outermost.parent !== outermost && above(outermost)) outermost = above(outermost);
    blank(outermost.document);
    return true;"
);
const SHOW_CODES: &str = r"
    const key = Symbol.for('reauth.blanked');
    for (const [field, value] of document[key] || []) if (field.value === '') field.value = value;
    for (const { redo } of document[Symbol.for('reauth.outlined')] || []) redo();
    document[key] = [];
    return true;";

/// A browser window under our control.
pub struct Session {
    pub(super) client: Client,
    pub(super) catalogue: Arc<Catalogue>,
    pub(super) redactor: Redactor,
    pub(super) callback: Url,
    pub(super) slow_motion: Duration,
    /// The user's folder of a profile that outlives the session.
    profile: Option<PathBuf>,
    command_limit: Duration,
    is_lost: AtomicBool,
    /// The virtual authenticator of this window, once it has one.
    pub(super) authenticator: OnceCell<String>,
    /// Nothing was opened yet.
    is_blank: AtomicBool,
    /// Whether commands go to a frame at present.
    pub(super) in_frame: AtomicBool,
    /// What only a fallback of the catalogue found.
    pub(super) fallbacks: Mutex<BTreeSet<Fallback>>,
}

impl Session {
    /// Opens a window. `callback` is the URL whose host the browser must never reach.
    ///
    /// # Errors
    /// [`BrowserError::SessionNotCreated`], [`BrowserError::NoDriver`], [`BrowserError::Profile`].
    pub async fn open(
        driver: &mut Driver,
        config: &config::Browser,
        callback: Url,
        catalogue: Arc<Catalogue>,
        redactor: Redactor,
    ) -> Result<Self, BrowserError> {
        let capabilities = capabilities::chrome(config, driver.installation(), &callback)?;
        if let Some(profile) = &config.profile_dir {
            unclean::begin(profile)?;
        }
        let client = timeout(NEW_SESSION_LIMIT, connect(driver.url(), capabilities))
            .await
            .map_err(|_| {
                let seconds = NEW_SESSION_LIMIT.as_secs();
                BrowserError::SessionNotCreated(format!("no answer within {seconds} s"))
            })?
            .map_err(|error| {
                let reason = redactor.redact(&error.to_string()).into_owned();
                match error {
                    NewSessionError::Failed(_) | NewSessionError::FailedC(_) => {
                        BrowserError::NoDriver(reason)
                    }
                    _ => BrowserError::SessionNotCreated(reason),
                }
            })?;
        if let Ok(Some(id)) = client.session_id().await {
            driver.opened(&id).await?;
        }
        let session = Self {
            client,
            catalogue,
            redactor,
            callback,
            slow_motion: config.slow_mo,
            profile: config.profile_dir.clone(),
            command_limit: LONGEST_COMMAND,
            is_lost: AtomicBool::new(false),
            authenticator: OnceCell::new(),
            is_blank: AtomicBool::new(true),
            in_frame: AtomicBool::new(false),
            fallbacks: Mutex::default(),
        };
        let script_timeout = u64::try_from(SCRIPT_TIMEOUT.as_millis()).unwrap_or(u64::MAX);
        session
            .command("set timeouts", session.client.issue_cmd(RawCommand::timeouts(script_timeout)))
            .await?;
        Ok(session)
    }

    /// The same window, in which no command takes longer than a page may.
    #[must_use]
    pub fn within(self, page: Duration) -> Self {
        Self { command_limit: LONGEST_COMMAND.min(page), ..self }
    }

    /// Runs a command with a time limit.
    pub(super) async fn command<T>(
        &self,
        name: &'static str,
        future: impl Future<Output = Result<T, CmdError>>,
    ) -> Result<T, BrowserError> {
        if self.is_lost.load(Ordering::Relaxed) {
            return Err(BrowserError::Lost {
                command: name,
                message: "an earlier command did not end in order, the session is lost".into(),
            });
        }
        let begun = Begun { session: self, ended: false };
        let limit = self.command_limit;
        let answer = timeout(limit, future).await;
        match answer {
            Ok(answer) => begun.end(answer.map_err(|error| self.redacted(explain(name, error)))),
            Err(_) => Err(BrowserError::Hung { command: name, limit }),
        }
    }

    fn redacted(&self, error: BrowserError) -> BrowserError {
        match error {
            BrowserError::Driver { command, error, message } => BrowserError::Driver {
                command,
                error,
                message: self.redactor.redact(&message).into_owned(),
            },
            BrowserError::Lost { command, message } => {
                BrowserError::Lost { command, message: self.redactor.redact(&message).into_owned() }
            }
            other => other,
        }
    }

    /// A list of texts of the catalogue, e.g. what a column's header may say.
    pub fn texts(&self, name: &str) -> &[String] {
        self.catalogue.texts(name)
    }

    /// Whether what sites remember of this browser is kept for later runs.
    pub fn keeps_profile(&self) -> bool {
        self.profile.is_some()
    }

    /// Knows every secret that may turn up on a page.
    pub fn redactor(&self) -> &Redactor {
        &self.redactor
    }

    /// Whether a command hung or was abandoned, or the browser is gone: nothing more can be asked of
    /// this session.
    pub fn is_lost(&self) -> bool {
        self.is_lost.load(Ordering::Relaxed)
    }

    /// Whether nothing was opened in this window yet.
    pub fn is_blank(&self) -> bool {
        self.is_blank.load(Ordering::Relaxed)
    }

    /// Opens a URL in the top-level document; returns when the navigation has begun. What was
    /// shown before is no longer recognised.
    ///
    /// # Errors
    /// Any [`BrowserError`]; a host that does not resolve is none: the callback's does not.
    pub async fn goto(&self, url: &str) -> Result<(), BrowserError> {
        if let Some(text) = self.dialog().await? {
            // Left open by something that was ended half-way: refused, and nothing comes of it.
            tracing::info!(text, "dismissing a dialog");
            self.command("dismiss alert", self.client.dismiss_alert()).await?;
        }
        self.leave_frames().await?;
        self.spend_document().await?;
        self.is_blank.store(false, Ordering::Relaxed);
        match self.command("navigate to", self.client.goto(url)).await {
            Err(BrowserError::Driver { message, .. })
                if message.contains("net::ERR_NAME_NOT_RESOLVED") =>
            {
                Ok(())
            }
            other => other,
        }
    }

    /// The URL of the top-level document, also of one that could not be loaded.
    pub async fn current_url(&self) -> Result<Url, BrowserError> {
        self.command("get current url", self.client.current_url()).await
    }

    /// Back to the top-level document.
    pub async fn leave_frames(&self) -> Result<(), BrowserError> {
        if self.in_frame.load(Ordering::Relaxed) {
            self.command("switch to top", self.client.issue_cmd(RawCommand::leave_frames()))
                .await?;
            // Not before: a dialog may have kept the command from being carried out.
            self.in_frame.store(false, Ordering::Relaxed);
        }
        Ok(())
    }

    pub(super) async fn enter_frame(&self, frame: Element) -> Result<(), BrowserError> {
        self.command("switch to frame", frame.enter_frame()).await?;
        self.in_frame.store(true, Ordering::Relaxed);
        Ok(())
    }

    pub(super) async fn script(
        &self,
        name: &'static str,
        source: &str,
        arguments: Vec<Value>,
    ) -> Result<Value, BrowserError> {
        self.command(name, self.client.execute(source, arguments)).await
    }

    pub(super) async fn waiting_script(
        &self,
        name: &'static str,
        source: &str,
        arguments: Vec<Value>,
    ) -> Result<Value, BrowserError> {
        self.command(name, self.client.execute_async(source, arguments)).await
    }

    /// The element that a script answered with.
    pub(super) fn element(&self, value: &Value) -> Option<Element> {
        let id = value.get(ELEMENT_KEY)?.as_str()?;
        Some(Element::from_element_id(self.client.clone(), ElementRef::from(id.to_owned())))
    }

    /// Replaces what a field holds.
    ///
    /// # Errors
    /// Any [`BrowserError`]; a stale element means that the page went away.
    pub async fn type_into(&self, field: &Element, text: &str) -> Result<(), BrowserError> {
        self.slow_down().await;
        self.command("clear", field.clear()).await?;
        self.command("send keys", field.send_keys(text)).await
    }

    /// Types a secret. The caller has made sure that the page's origin may be given it.
    ///
    /// # Errors
    /// As [`Session::type_into`].
    pub async fn type_secret(&self, field: &Element, secret: &Secret) -> Result<(), BrowserError> {
        self.type_into(field, secret.expose()).await
    }

    /// Clicks by a script that returns before the click happens: a native click that opens a
    /// dialog inside a cross-site frame never returns (chromedriver 156).
    ///
    /// # Errors
    /// Any [`BrowserError`].
    pub async fn click(&self, element: &Element) -> Result<(), BrowserError> {
        self.slow_down().await;
        self.script(
            "click",
            "const target = arguments[0]; setTimeout(() => target.click(), 0); return true;",
            vec![element_reference(element)],
        )
        .await
        .map(drop)
    }

    /// The text of the dialog that is open, if one is.
    ///
    /// # Errors
    /// Any [`BrowserError`].
    pub async fn dialog(&self) -> Result<Option<String>, BrowserError> {
        match self.command("get alert text", self.client.get_alert_text()).await {
            Ok(text) => Ok(Some(text)),
            Err(BrowserError::Driver { error, .. }) if error == "no such alert" => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Answers the open dialog with its OK button.
    ///
    /// # Errors
    /// Any [`BrowserError`].
    pub async fn accept_dialog(&self) -> Result<(), BrowserError> {
        self.slow_down().await;
        self.command("accept alert", self.client.accept_alert()).await
    }

    /// The value of the cookie that would be sent to `url`, `HttpOnly` ones included, whatever is
    /// shown at present.
    ///
    /// # Errors
    /// Any [`BrowserError`].
    pub async fn cookie(
        &self,
        url: &Url,
        name: &str,
        label: &'static str,
    ) -> Result<Option<Secret>, BrowserError> {
        let command = RawCommand::devtools("Network.getCookies", &json!({"urls": [url]}));
        let answer = self.command("get cookies", self.client.issue_cmd(command)).await?;
        let cookies = answer["cookies"].as_array().into_iter().flatten();
        let value = cookies
            .filter(|cookie| cookie["name"] == name)
            .find_map(|cookie| cookie["value"].as_str())
            .filter(|value| !value.is_empty());
        Ok(value.map(|value| self.redactor.learn(label, value)))
    }

    /// A picture of what is shown, as PNG. Fields that hold something like a verification code are
    /// blank in it and nothing is outlined, and all is as it was after it.
    ///
    /// # Errors
    /// Any [`BrowserError`]; an open dialog among them.
    pub async fn screenshot(&self) -> Result<Vec<u8>, BrowserError> {
        self.script("blank codes", BLANK_CODES, Vec::new()).await?;
        let picture = self.command("take screenshot", self.client.screenshot()).await;
        // A page that has gone meanwhile took its fields with it.
        match self.script("show codes", SHOW_CODES, Vec::new()).await {
            Err(error) if !error.is_page_gone() => Err(error),
            _ => picture,
        }
    }

    /// Closes the window. A profile that is kept loses the cookies that end with the browser: it
    /// would write them to disk, and drop them at its next start only. Until this has ended in order
    /// all cookies of this session are to go.
    ///
    /// # Errors
    /// Any [`BrowserError`]; the driver's end closes it all the same.
    pub async fn close(self) -> Result<(), BrowserError> {
        if self.keeps_profile() {
            self.forget_session_cookies().await?;
        }
        let client = self.client.clone();
        self.command("delete session", client.close()).await?;
        if let Some(profile) = &self.profile {
            unclean::end(profile)?;
        }
        Ok(())
    }

    async fn forget_session_cookies(&self) -> Result<(), BrowserError> {
        // No page of the org may set them anew meanwhile.
        self.goto("about:blank").await?;
        let all = RawCommand::devtools("Storage.getCookies", &json!({}));
        let answer = self.command("get cookies", self.client.issue_cmd(all)).await?;
        let cookies = answer["cookies"].as_array().into_iter().flatten();
        for cookie in cookies.filter(|cookie| cookie["session"] == true) {
            let mut which = json!({
                "name": cookie["name"], "domain": cookie["domain"], "path": cookie["path"],
            });
            if !cookie["partitionKey"].is_null() {
                which["partitionKey"] = cookie["partitionKey"].clone();
            }
            let delete = RawCommand::devtools("Network.deleteCookies", &which);
            self.command("delete cookies", self.client.issue_cmd(delete)).await?;
        }
        Ok(())
    }

    /// For a person who watches: the one place where time passes on purpose.
    pub(super) async fn slow_down(&self) {
        if !self.slow_motion.is_zero() {
            tokio::time::sleep(self.slow_motion).await;
        }
    }
}

/// An element as an argument of a script.
pub(super) fn element_reference(element: &Element) -> Value {
    json!({ELEMENT_KEY: element.element_id().to_string()})
}

/// A command that was sent. Dropped before its end (it hung, or a signal ended the step that sent
/// it), it loses the session.
struct Begun<'session> {
    session: &'session Session,
    ended: bool,
}

impl Begun<'_> {
    /// The command was answered. An answer by which driver or browser is gone loses the session too.
    fn end<T>(mut self, answer: Result<T, BrowserError>) -> Result<T, BrowserError> {
        self.ended = !matches!(answer, Err(BrowserError::Lost { .. }));
        answer.inspect_err(|error| tracing::trace!(%error, "driver"))
    }
}

impl Drop for Begun<'_> {
    fn drop(&mut self) {
        if !self.ended {
            self.session.is_lost.store(true, Ordering::Relaxed);
        }
    }
}

async fn connect(url: &Url, capabilities: Map<String, Value>) -> Result<Client, NewSessionError> {
    let capabilities = capabilities.into_iter().collect();
    if url.scheme() == "https" {
        let mut builder = ClientBuilder::rustls().map_err(NewSessionError::Lost)?;
        builder.capabilities(capabilities);
        return builder.connect(url.as_str()).await;
    }
    let mut connector = HttpConnector::new();
    connector.set_connect_timeout(Some(Duration::from_secs(10)));
    let mut builder = ClientBuilder::new(connector);
    builder.capabilities(capabilities);
    builder.connect(url.as_str()).await
}
