//! WebDriver commands that fantoccini has no method for, and what its errors mean.

use fantoccini::error::CmdError;
use fantoccini::wd::WebDriverCompatibleCommand;
use http::Method;
use serde_json::{Value, json};
use url::{ParseError, Url};

use super::BrowserError;

/// A command given by its path below `session/{id}/`.
#[derive(Debug)]
pub struct RawCommand {
    path: &'static str,
    body: Value,
}

impl RawCommand {
    /// Back to the top-level document (W3C WebDriver, "Switch To Frame" with `null`).
    pub fn leave_frames() -> Self {
        Self { path: "frame", body: json!({"id": null}) }
    }

    /// A command of the browser's own debugging protocol (chromedriver's extension).
    pub fn devtools(command: &str, parameters: &Value) -> Self {
        Self { path: "goog/cdp/execute", body: json!({"cmd": command, "params": parameters}) }
    }

    /// Time limits of scripts and page loads, in milliseconds.
    pub fn timeouts(script: u64) -> Self {
        Self { path: "timeouts", body: json!({"script": script}) }
    }
}

impl WebDriverCompatibleCommand for RawCommand {
    fn endpoint(&self, base_url: &Url, session_id: Option<&str>) -> Result<Url, ParseError> {
        base_url.join(&format!("session/{}/{}", session_id.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
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
