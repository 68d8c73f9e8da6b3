//! WebDriver commands that fantoccini has no method for, and what its errors mean.

use std::borrow::Cow;
use std::fmt;

use fantoccini::error::CmdError;
use fantoccini::wd::WebDriverCompatibleCommand;
use http::Method;
use serde_json::{Value, json};
use url::{ParseError, Url};

use super::BrowserError;

/// A command given by its path below `session/{id}/`. Prints no more than that path: its body may
/// hold a secret.
pub struct RawCommand {
    method: Method,
    path: Cow<'static, str>,
    body: Value,
}

impl fmt::Debug for RawCommand {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.method, self.path)
    }
}

impl RawCommand {
    fn post(path: impl Into<Cow<'static, str>>, body: Value) -> Self {
        Self { method: Method::POST, path: path.into(), body }
    }

    /// A new virtual authenticator (W3C WebAuthn level 2, section 11.3).
    pub fn add_authenticator(options: Value) -> Self {
        Self::post("webauthn/authenticator", options)
    }

    /// A credential for a virtual authenticator (W3C WebAuthn level 2, section 11.5).
    pub fn add_credential(authenticator: &str, credential: Value) -> Self {
        Self::post(format!("webauthn/authenticator/{authenticator}/credential"), credential)
    }

    /// What a virtual authenticator holds (W3C WebAuthn level 2, section 11.6).
    pub fn credentials(authenticator: &str) -> Self {
        let path = format!("webauthn/authenticator/{authenticator}/credentials");
        Self { method: Method::GET, path: path.into(), body: Value::Null }
    }

    /// Takes everything from a virtual authenticator (W3C WebAuthn level 2, section 11.8).
    pub fn remove_credentials(authenticator: &str) -> Self {
        let path = format!("webauthn/authenticator/{authenticator}/credentials");
        Self { method: Method::DELETE, path: path.into(), body: Value::Null }
    }

    /// Back to the top-level document (W3C WebDriver, "Switch To Frame" with `null`).
    pub fn leave_frames() -> Self {
        Self::post("frame", json!({"id": null}))
    }

    /// A command of the browser's own debugging protocol (chromedriver's extension).
    pub fn devtools(command: &str, parameters: &Value) -> Self {
        Self::post("goog/cdp/execute", json!({"cmd": command, "params": parameters}))
    }

    /// Time limits of scripts and page loads, in milliseconds.
    pub fn timeouts(script: u64) -> Self {
        Self::post("timeouts", json!({"script": script}))
    }
}

impl WebDriverCompatibleCommand for RawCommand {
    fn endpoint(&self, base_url: &Url, session_id: Option<&str>) -> Result<Url, ParseError> {
        base_url.join(&format!("session/{}/{}", session_id.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        let body = (self.method == Method::POST).then(|| self.body.to_string());
        (self.method.clone(), body)
    }
}

/// Gives fantoccini's error our words. Codes that it does not know arrive as `NotW3C`.
pub fn explain(command: &'static str, error: CmdError) -> BrowserError {
    match error {
        CmdError::Standard(standard) => {
            answered(command, standard.error(), first_line(&standard.message))
        }
        CmdError::NotW3C(Value::String(code)) => answered(command, code.clone(), code),
        CmdError::Failed(_) | CmdError::FailedC(_) | CmdError::Lost(_) => {
            BrowserError::Lost { command, message: error.to_string() }
        }
        other => BrowserError::Driver {
            command,
            error: "unexpected answer".into(),
            message: first_line(&other.to_string()),
        },
    }
}

/// The driver's error; some say that there is no browser any more that could answer another command.
fn answered(command: &'static str, error: String, message: String) -> BrowserError {
    const GONE: &[&str] = &["disconnected", "not reachable", "tab crashed", "session deleted"];
    if error == "invalid session id" || GONE.iter().any(|words| message.contains(words)) {
        return BrowserError::Lost { command, message };
    }
    BrowserError::Driver { command, error, message }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}
