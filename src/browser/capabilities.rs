//! The capabilities of a new session, made of the data in `webdriver/capabilities/`.

use serde_json::{Map, Value, json};

use super::capture::is_on_this_machine;
use super::{BrowserError, Installation};
use crate::config;
use url::Url;

const CHROME: &str = include_str!("../../webdriver/capabilities/chrome.json");

/// Capabilities for Chrome or Chromium. A callback host on the network is made unreachable
/// for the browser, so that the code stays in the URL that it tried.
pub fn chrome(
    config: &config::Browser,
    installation: Option<&Installation>,
    callback: &Url,
) -> Result<Map<String, Value>, BrowserError> {
    let data: Value = serde_json::from_str(CHROME).map_err(|error| BrowserError::Catalogue {
        name: "webdriver/capabilities/chrome.json".into(),
        reason: error.to_string(),
    })?;
    let is_shell = installation.is_some_and(|installation| installation.is_headless_shell);
    let mut sections = vec!["common"];
    sections.push(match (config.headless, is_shell) {
        (true, true) => "headless_shell",
        (true, false) => "headless_full",
        (false, _) => "headed",
    });
    if sandbox_is_impossible() {
        sections.push("no_sandbox");
    }
    let mut arguments = Vec::new();
    let mut preferences = Map::new();
    for section in sections {
        if let Some(list) = data[section]["args"].as_array() {
            arguments.extend(list.iter().cloned());
        }
        if let Some(fields) = data[section]["prefs"].as_object() {
            preferences.extend(fields.clone());
        }
    }
    if let Some(host) = callback.host_str()
        && !is_on_this_machine(callback)
    {
        arguments.push(json!(format!("--host-resolver-rules=MAP {host} ~NOTFOUND")));
    }
    arguments.extend(config.args.iter().map(|argument| json!(argument)));
    let mut options = json!({"args": arguments, "prefs": preferences});
    if let Some(installation) = installation {
        options["binary"] = json!(installation.browser);
    }
    let mut capabilities = data["capabilities"].as_object().cloned().unwrap_or_default();
    capabilities.insert("browserName".into(), json!("chrome"));
    capabilities.insert("goog:chromeOptions".into(), options);
    Ok(capabilities)
}

/// Chromium's sandbox refuses to run as root.
pub fn sandbox_is_impossible() -> bool {
    cfg!(target_os = "linux") && rustix::process::geteuid().is_root()
}
