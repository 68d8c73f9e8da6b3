//! The capabilities of a new session, made of the data in `webdriver/capabilities/`.

use serde_json::{Map, Value, json};

use super::capture::is_answered_here;
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
    arguments.extend(with_callback_kept(&config.args, callback).into_iter().map(Value::from));
    if let Some(folder) = &config.profile_dir {
        arguments.push(format!("--user-data-dir={}", folder.display()).into());
    }
    let mut options = json!({"args": arguments, "prefs": preferences});
    if let Some(installation) = installation {
        options["binary"] = json!(installation.browser);
    }
    let mut capabilities = data["capabilities"].as_object().cloned().unwrap_or_default();
    capabilities.insert("browserName".into(), json!("chrome"));
    capabilities.insert("goog:chromeOptions".into(), options);
    Ok(capabilities)
}

/// The arguments of the configuration, and ours that keep the callback's host from being reached.
/// The browser takes the last of two equal switches, so rules are joined rather than repeated; an
/// explicit proxy heeds no resolver rule, but a bypass list (facts: environment.md).
fn with_callback_kept(configured: &[String], callback: &Url) -> Vec<String> {
    const RULES: &str = "--host-resolver-rules=";
    const BYPASS: &str = "--proxy-bypass-list=";
    let host = callback.host_str().filter(|_| !is_answered_here(callback));
    let Some(host) = host else { return configured.to_vec() };
    let mut rules = format!("{RULES}MAP {host} ~NOTFOUND");
    let mut bypass = format!("{BYPASS}{host}");
    let mut kept = Vec::new();
    for argument in configured {
        if let Some(more) = argument.strip_prefix(RULES) {
            rules.push_str(&format!(",{more}"));
        } else if let Some(more) = argument.strip_prefix(BYPASS) {
            bypass.push_str(&format!(";{more}"));
        } else {
            kept.push(argument.clone());
        }
    }
    kept.push(rules);
    if kept.iter().any(|argument| argument.starts_with("--proxy-server=")) {
        kept.push(bypass);
    }
    kept
}

/// Chromium's sandbox refuses to run as root.
pub fn sandbox_is_impossible() -> bool {
    cfg!(target_os = "linux") && rustix::process::geteuid().is_root()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_callback_stays_out_of_reach_whatever_is_configured() {
        let callback = Url::parse("https://auth.example.com/oauth").unwrap();
        let kept = |arguments: &[&str]| {
            with_callback_kept(
                &arguments.iter().map(ToString::to_string).collect::<Vec<_>>(),
                &callback,
            )
        };
        assert_eq!(kept(&[]), ["--host-resolver-rules=MAP auth.example.com ~NOTFOUND"]);
        assert_eq!(
            kept(&["--host-resolver-rules=MAP a b", "--proxy-server=p:1", "--proxy-bypass-list=c"]),
            [
                "--proxy-server=p:1",
                "--host-resolver-rules=MAP auth.example.com ~NOTFOUND,MAP a b",
                "--proxy-bypass-list=auth.example.com;c",
            ]
        );
        let here = Url::parse("http://localhost:1/cb").unwrap();
        assert!(with_callback_kept(&[], &here).is_empty());
    }
}
