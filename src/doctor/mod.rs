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
mod display;
mod files;
mod hosts;
mod leftovers;
mod machine;
mod page;
mod render;
mod start;
mod way_in;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use tokio::task::JoinHandle;
use url::Url;

pub use check::{Check, CheckId, CheckOutcome, Fault};
pub use diagnosis::{Diagnosis, DiagnosisOutcome, Drift, SCHEMA, Visit, schema};
pub use render::Renderer;

use crate::browser::Catalogue;
use crate::config::{self, Config, ConfigError, Loaded, PasskeyAt, RevokeVia};
use crate::failure::Failure;
use crate::http::{HttpClient, Limits, RetryPolicy};
use crate::secrets::Redactor;
use check::{apart, within};
use hosts::Hosts;

/// A service that needs longer for one answer is not well.
const LONGEST: Duration = Duration::from_secs(10);
/// A check of a service is a few calls.
const CALLS: u32 = 3;
/// A first start of a browser on a loaded machine, with a page shown.
const BROWSER_LIMIT: Duration = Duration::from_secs(150);

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
    let mut groups = Groups::default();
    groups.begin(configuration(&subject));
    groups.begin(browser(Arc::clone(&subject)));
    groups.begin(locators(Arc::clone(&subject)));
    services(&subject, &mut groups);
    groups.begin(machine(Arc::clone(&subject)));
    let mut failed = Vec::new();
    for group in &mut groups.0 {
        let checks = group.await.unwrap_or_else(|error| vec![broken(&error.to_string())]);
        for check in checks {
            if check.outcome == CheckOutcome::Failed {
                failed.push(check.id);
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
#[derive(Default)]
struct Groups(Vec<JoinHandle<Vec<Check>>>);

impl Groups {
    fn begin(&mut self, group: BoxFuture<'static, Vec<Check>>) {
        self.0.push(tokio::spawn(group));
    }
}

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

/// A line for each mistake and for each warning.
fn configuration(subject: &Subject) -> BoxFuture<'static, Vec<Check>> {
    let id = CheckId::Configuration;
    let name = &subject.config_name;
    let checks = match &subject.loaded {
        Err(error) => error.failures().into_iter().map(|f| Check::failed(id, f)).collect(),
        Ok(loaded) => {
            let mut checks = vec![Check::passed(id, format!("{name} is complete"))];
            checks.extend(
                loaded.warnings.iter().map(|(code, text)| Check::warning(id, code, text.as_str())),
            );
            checks
        }
    };
    std::future::ready(checks).boxed()
}

/// What is needed of programs, and a browser that is really started.
fn browser(subject: Arc<Subject>) -> BoxFuture<'static, Vec<Check>> {
    async move {
        let config = subject.browser.clone();
        let mut checks = machine::programs(&config).await;
        for (id, look) in [
            (CheckId::Display, machine::display as fn(&config::Browser) -> Check),
            (CheckId::Sandbox, machine::sandbox),
        ] {
            let config = config.clone();
            let looking = async move {
                apart(move || look(&config))
                    .await
                    .unwrap_or_else(|| broken("a look at the machine did not end"))
            };
            checks.push(within(LONGEST, id, looking).await);
        }
        let Some(callback) = subject.callback() else { return checks };
        if subject.config().is_some() {
            checks.push(within(LONGEST, CheckId::Callback, start::callback(&callback)).await);
        }
        let frames_matter =
            subject.config().is_none_or(|config| config.run.revoke_via == RevokeVia::Ui);
        // What a profile keeps is none of a test page's business.
        let config = config::Browser { profile_dir: None, ..config };
        let starting = start::checks(&config, &callback, &subject.redactor, frames_matter);
        match tokio::time::timeout(BROWSER_LIMIT, starting).await {
            Ok(started) => checks.extend(started),
            Err(_) => checks.extend(start::too_late(BROWSER_LIMIT)),
        }
        checks
    }
    .boxed()
}

fn locators(subject: Arc<Subject>) -> BoxFuture<'static, Vec<Check>> {
    async move {
        let file = subject.browser.locators.clone();
        let name = file.as_ref().map_or("built in".to_owned(), |file| file.display().to_string());
        let loading = async move {
            let loaded = apart(move || Catalogue::load(file.as_deref())).await;
            match loaded {
                Some(Ok(catalogue)) => {
                    let pages = catalogue.len();
                    Check::passed(CheckId::Locators, format!("{name}: {pages} pages"))
                }
                Some(Err(error)) => Check::failed(CheckId::Locators, error),
                None => broken("the locators could not be read"),
            }
        };
        vec![within(LONGEST, CheckId::Locators, loading).await]
    }
    .boxed()
}

/// Hosts and credentials: what needs a configuration.
fn services(subject: &Arc<Subject>, groups: &mut Groups) {
    let Some(config) = subject.config() else {
        groups.begin(no_services("needs a configuration"));
        return;
    };
    let limit = subject.limit();
    let limits = Limits {
        connect: limit,
        total: limit,
        retry: RetryPolicy { retries: 1, longest_retry_after: limit, ..RetryPolicy::default() },
        ..Limits::default()
    };
    let http = match HttpClient::with_limits(&config.http, limits) {
        Ok(http) => http,
        Err(failure) => {
            let failed = Check::failed(CheckId::Certificates, failure);
            groups.begin(std::future::ready(vec![failed]).boxed());
            groups.begin(no_services("needs the certificates to trust"));
            return;
        }
    };
    let trusted = match &config.http.ca_file {
        Some(file) => format!("the system's, and those in {}", file.display()),
        None => "the system's".to_owned(),
    };
    let certificates = Check::passed(CheckId::Certificates, trusted);
    groups.begin(std::future::ready(vec![certificates]).boxed());
    let accounts = std::iter::once(&config.salesforce.user).chain(&config.salesforce.admin);
    let codes = accounts.into_iter().any(|account| account.totp_secret.is_some());
    let hosts = Hosts::ask(config, &http, limit);
    groups.begin(hosts.clone().checks(codes).boxed());
    let subject = Arc::clone(subject);
    groups.begin(
        async move {
            let Some(config) = subject.config() else { return Vec::new() };
            credentials::checks(config, &http, &hosts, &subject.redactor, limit * CALLS).await
        }
        .boxed(),
    );
}

fn no_services(why: &'static str) -> BoxFuture<'static, Vec<Check>> {
    const IDS: &[CheckId] = &[
        CheckId::Host,
        CheckId::Tls,
        CheckId::Clock,
        CheckId::Platform,
        CheckId::Instance,
        CheckId::Provisioned,
        CheckId::Client,
        CheckId::ClientSecret,
    ];
    std::future::ready(IDS.iter().map(|id| Check::skipped(*id, why)).collect()).boxed()
}

fn passkey_files(config: &Config) -> Vec<PathBuf> {
    std::iter::once(&config.salesforce.user)
        .chain(&config.salesforce.admin)
        .filter_map(|account| match &account.passkey {
            Some(PasskeyAt::File(file)) => Some(file.clone()),
            Some(PasskeyAt::Given(_)) | None => None,
        })
        .collect()
}

/// Disk, folders, files with secrets, and what earlier runs left.
fn machine(subject: Arc<Subject>) -> BoxFuture<'static, Vec<Check>> {
    async move {
        let out = subject.config().map(|config| config.run.out.clone());
        let places = files::places(out.as_deref());
        let config_file = subject.config_file.clone();
        let passkeys = subject.config().map_or_else(Vec::new, passkey_files);
        let redactor = subject.redactor.clone();
        let room = places.clone();
        let looks: Vec<(CheckId, Box<dyn FnOnce() -> Vec<Check> + Send>)> = vec![
            (CheckId::Disk, Box::new(move || vec![files::disk(&room)])),
            (CheckId::Folders, Box::new(move || files::folders(&places))),
            (
                CheckId::Secrets,
                Box::new(move || files::secrets(config_file.as_deref(), &passkeys, &redactor)),
            ),
            (CheckId::Journal, Box::new(leftovers::journal)),
            (CheckId::Leftovers, Box::new(|| vec![leftovers::folders()])),
        ];
        let looking = looks.into_iter().map(|(id, look)| async move {
            let mut found = Vec::new();
            let last = within(LONGEST, id, async {
                let checks =
                    apart(look).await.unwrap_or_else(|| vec![broken("a look did not end")]);
                found = checks;
                found.pop().unwrap_or_else(|| broken("a look saw nothing"))
            })
            .await;
            found.push(last);
            found
        });
        futures_util::future::join_all(looking).await.concat()
    }
    .boxed()
}
