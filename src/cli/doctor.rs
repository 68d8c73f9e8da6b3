//! `reauth doctor`: what a run needs, looked at in advance.

use std::sync::Arc;

use jiff::Timestamp;

use super::flags::{DoctorArguments, Format, Global};
use super::session::{Stage, config_file, load, to_stderr, to_stdout};
use super::signals::Signals;
use crate::config::{self, BrowserName, Overrides};
use crate::doctor::{self, Diagnosis, Renderer, Subject, Walk};
use crate::failure::Failure;
use crate::report::{Glyphs, log};
use crate::secrets::Redactor;

/// How long a page may take to come where nothing else is said.
const PAGE_LIMIT: std::time::Duration = std::time::Duration::from_secs(60);

/// Looks at everything, and tells it; changes nothing.
pub async fn run(global: &Global, arguments: DoctorArguments) -> Result<u8, Failure> {
    let (started_at, redactor) = (Timestamp::now(), Redactor::new());
    let _log = log::init(global.verbosity(), &redactor)?;
    let mut signals = Signals::catch()?;
    let mut stage = Stage::set(global).await?;
    let extent = arguments.extent();
    let overrides = arguments.overrides(global);
    let subject = Arc::new(subject(global, &overrides, &stage, &redactor, &mut signals).await?);

    let renderer = Renderer::new(global.verbosity(), Glyphs::of_environment());
    let say = |text: &str| to_stderr(&styled(global, text));
    let mut checks = Vec::new();
    let examining = doctor::examine(subject, extent, |check| {
        say(&renderer.check(&check));
        checks.push(check);
    });
    let (walk, stopped) = tokio::select! {
        walk = examining => (walk, None),
        signal = signals.next() => (Walk::default(), Some(signal)),
    };
    if let Some(failure) = stage.end().await {
        return Err(failure);
    }
    let diagnosis = Diagnosis::new(started_at, checks, walk, stopped.as_ref());
    say(&renderer.summary(&diagnosis));
    if global.format == Format::Json {
        to_stdout(&diagnosis.to_json()?);
    }
    Ok(diagnosis.exit_code)
}

async fn subject(
    global: &Global,
    overrides: &Overrides,
    stage: &Stage,
    redactor: &Redactor,
    signals: &mut Signals,
) -> Result<Subject, Failure> {
    let loaded = load(global, None, overrides, stage, redactor, signals).await?;
    let config_file =
        if stage.configuration().is_some() { None } else { config_file(global, None) };
    let config_name = match (stage.configuration(), &config_file) {
        (Some(_), _) => "the simulator's".to_owned(),
        (None, Some(file)) => file.display().to_string(),
        (None, None) => "the environment's".to_owned(),
    };
    let config = loaded.as_ref().ok().map(|loaded| &loaded.config);
    Ok(Subject {
        browser: config.map_or_else(|| flagged(overrides), |config| config.browser.clone()),
        page_limit: config
            .map(|config| config.run.timeout)
            .or(overrides.timeout)
            .unwrap_or(PAGE_LIMIT),
        loaded,
        config_name,
        config_file,
        redactor: redactor.clone(),
    })
}

/// The browser where there is no configuration: what flags say, and the defaults.
fn flagged(overrides: &Overrides) -> config::Browser {
    config::Browser {
        name: BrowserName::Chrome,
        headless: !overrides.headed,
        binary: overrides.browser_binary.clone(),
        driver: overrides.driver.clone(),
        webdriver_url: overrides.webdriver_url.clone(),
        profile_dir: overrides.profile_dir.clone(),
        args: Vec::new(),
        locators: overrides.locators.clone(),
        slow_mo: overrides.slow_mo.unwrap_or_default(),
    }
}

/// The text as stderr takes it, with or without colours.
fn styled(global: &Global, text: &str) -> String {
    if global.color.is_wanted() {
        text.to_owned()
    } else {
        anstream::adapter::strip_str(text).to_string()
    }
}
