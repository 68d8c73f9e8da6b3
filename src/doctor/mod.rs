//! `reauth doctor`: looks at everything that a run needs, and changes nothing anywhere.
//!
//! The entry is [`examine`]: groups of checks run side by side, each with a time limit, and are
//! shown in an order of their own as soon as they are there. A check says what was seen and what to
//! do; it decides nothing for a run, and no run depends on it.

mod bench;
mod check;
mod clock;
mod credentials;
mod diagnosis;
mod files;
mod groups;
mod hosts;
mod leftovers;
mod machine;
mod page;
mod render;
mod secret_files;
mod start;
mod way_in;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;
use url::Url;

pub use check::{Check, CheckId, CheckOutcome, Fault};
pub use diagnosis::{Diagnosis, DiagnosisOutcome, Drift, SCHEMA, Visit, schema};
pub use render::Renderer;

use crate::config::{self, Config, ConfigError, Loaded};
use crate::failure::Failure;
use crate::secrets::Redactor;

/// A service that needs longer for one answer is not well.
const LONGEST: Duration = Duration::from_secs(10);

/// What is examined.
pub struct Subject {
    /// The configuration, or what is wrong with it.
    pub loaded: Result<Loaded, ConfigError>,
    /// What the configuration is called.
    pub config_name: String,
    /// Its file, if it is one.
    pub config_file: Option<PathBuf>,
    /// Which browser, and how; without a configuration what flags say.
    pub browser: config::Browser,
    /// How long a page may take to come.
    pub page_limit: Duration,
    /// Knows every secret.
    pub redactor: Redactor,
}

impl Subject {
    fn config(&self) -> Option<&Config> {
        self.loaded.as_ref().ok().map(|loaded| &loaded.config)
    }

    /// One answer of a service.
    fn limit(&self) -> Duration {
        self.page_limit.min(LONGEST)
    }

    /// The callback that the browser is kept from; without a configuration one that nobody has.
    fn callback(&self) -> Option<Url> {
        match self.config() {
            Some(config) => Some(config.salesforce.callback_url.clone()),
            None => Url::parse("https://callback.invalid/").ok(),
        }
    }
}

/// How far the pages are walked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// No login.
    Nowhere,
    /// `--login`: to the home page, as each account.
    Home,
    /// `--drift`: to all pages that a run would see.
    Everywhere,
}

/// What the walk met.
#[derive(Debug, Default)]
pub struct Walk {
    /// Who came in, and past which pages.
    pub visits: Vec<Visit>,
    /// Every locator that only a fallback found.
    pub drift: Vec<Drift>,
}

/// Makes all checks and hands each to `show`, in a fixed order, as soon as it and those before it
/// are there. The way in comes last, when it is known what stands against it. Dropped half-way, it
/// ends what it began.
pub async fn examine(subject: Arc<Subject>, extent: Extent, mut show: impl FnMut(Check)) -> Walk {
    let groups = groups::all(&subject).into_iter().map(tokio::spawn);
    let mut groups = Groups(groups.collect());
    let mut failed = Vec::new();
    for group in &mut groups.0 {
        let checks = group.await.unwrap_or_else(|error| vec![broken(&error.to_string())]);
        for check in checks {
            if check.outcome == CheckOutcome::Failed {
                failed.push((check.id, check.subject.clone()));
            }
            show(check.redacted(&subject.redactor));
        }
    }
    if extent == Extent::Nowhere {
        return Walk::default();
    }
    let (checks, walk) = way_in::checks(&subject, extent, &failed).await;
    for check in checks {
        show(check.redacted(&subject.redactor));
    }
    walk
}

/// Groups of checks that run side by side; they end with it.
struct Groups(Vec<JoinHandle<Vec<Check>>>);

impl Drop for Groups {
    fn drop(&mut self) {
        for group in &self.0 {
            group.abort();
        }
    }
}

fn broken(reason: &str) -> Check {
    let failure = Failure::environment("doctor.broken", format!("a check broke: {reason}"))
        .hint("this is a defect of `reauth`: please report it");
    Check::failed(CheckId::Configuration, failure)
}
