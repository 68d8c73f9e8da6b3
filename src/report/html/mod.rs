//! `report.html`: one file that shows everything that a run folder holds, and asks no network.
//!
//! It is made of the folder alone, at a run's end as later by `reauth report`. What it says can be
//! read without scripts; they make it quicker to find. Texts come from pages and services: they are
//! escaped by the template engine, and a policy in the document lets nothing run but its own script.

mod call;
mod log;
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

use super::Report;

const TEMPLATE: &str = include_str!("report.html");
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
struct Page<'run> {
    /// What lets the page's own style and script through its policy.
    nonce: String,
    style: &'static str,
    script: &'static str,
    #[serde(flatten)]
    view: view::View<'run>,
}

/// The page.
///
/// # Errors
/// The reason, if the system gives no randomness, or the template is broken, which a test rules out.
pub(super) fn document(material: &Material<'_>) -> Result<String, String> {
    let mut nonce = [0; 16];
    getrandom::fill(&mut nonce).map_err(|error| error.to_string())?;
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    let page = Page {
        nonce: URL_SAFE_NO_PAD.encode(nonce),
        style: STYLE,
        script: SCRIPT,
        view: view::of(material),
    };
    let page = environment.render_named_str("report.html", TEMPLATE, Serde(&page));
    page.map_err(|error| format!("{error:#}"))
}
