//! `report.html`: one file that shows everything that a run folder holds, and asks no network.
//!
//! It is made of the folder alone, at a run's end as later by `reauth report`. What it says can be
//! read without scripts; they make it quicker to find. Texts come from pages and services: they are
//! escaped by the template engine, and a policy in the document lets nothing run but its own script.

mod call;
mod log;
mod overview;
mod pictures;
mod timeline;
mod view;

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde::Serialize;
use serde_json::Value;

use super::files::PAGE;
use super::{KeptRun, Report};

const TEMPLATE: &str = include_str!("report.html");
const OVERVIEW: &str = include_str!("overview.html");
const STYLE: &str = include_str!("report.css");
const SCRIPT: &str = include_str!("report.js");

/// What a page is made of.
pub(super) struct Material<'run> {
    pub(super) report: &'run Report,
    /// `calls.har`, if there is one.
    pub(super) calls: Option<&'run Value>,
    /// `log.jsonl`.
    pub(super) log: &'run str,
    /// Where pictures and other evidence lie.
    pub(super) folder: &'run Path,
}

#[derive(Serialize)]
struct Page<View> {
    /// What lets the page's own style and script through its policy.
    nonce: String,
    style: &'static str,
    script: &'static str,
    #[serde(flatten)]
    view: View,
}

/// The page.
///
/// # Errors
/// The reason, if the system gives no randomness, or the template is broken, which a test rules out.
pub(super) fn document(material: &Material<'_>) -> Result<String, String> {
    rendered("report.html", TEMPLATE, view::of(material))
}

/// Many runs on one page, which will lie in the folder `beside`; and what could not be read.
///
/// # Errors
/// As [`document`].
pub(super) fn overview(
    runs: &[KeptRun],
    unread: &[String],
    beside: Option<&Path>,
) -> Result<String, String> {
    rendered("overview.html", OVERVIEW, overview::of(runs, unread, beside))
}

fn rendered(name: &str, template: &str, view: impl Serialize) -> Result<String, String> {
    let mut nonce = [0; 16];
    getrandom::fill(&mut nonce).map_err(|error| error.to_string())?;
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    let page = Page { nonce: URL_SAFE_NO_PAD.encode(nonce), style: STYLE, script: SCRIPT, view };
    environment.render_named_str(name, template, Serde(&page)).map_err(|error| format!("{error:#}"))
}
