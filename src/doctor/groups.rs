//! Checks by group: each group is made on a task of its own, and its checks come one after the other.

use std::future;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

use super::check::{Check, CheckId, apart, within};
use super::hosts::Hosts;
use super::{
    Subject, broken, credentials, files, leftovers, machine as this_machine, secret_files, start,
};
use crate::browser::Catalogue;
use crate::config::{self, Config, PasskeyAt, RevokeVia};
use crate::http::{HttpClient, Limits, RetryPolicy};

/// A look at this machine that takes longer is at a file system or a display that is gone.
const LONGEST: Duration = Duration::from_secs(10);
/// A check of a service is a few calls.
const CALLS: u32 = 3;
/// A first start of a browser on a loaded machine, with a page shown.
const BROWSER_LIMIT: Duration = Duration::from_secs(150);

type Group = BoxFuture<'static, Vec<Check>>;
type Look = Box<dyn FnOnce() -> Vec<Check> + Send>;

/// All groups, in the order in which they are shown.
pub(super) fn all(subject: &Arc<Subject>) -> Vec<Group> {
    let mut groups =
        vec![configuration(subject), browser(Arc::clone(subject)), locators(Arc::clone(subject))];
    groups.extend(services(subject));
    groups.push(machine(Arc::clone(subject)));
    groups
}

/// A line for each mistake and for each warning.
fn configuration(subject: &Subject) -> Group {
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
    ready(checks)
}

/// What is needed of programs, and a browser that is really started.
fn browser(subject: Arc<Subject>) -> Group {
    async move {
        let config = subject.browser.clone();
        let mut checks = this_machine::programs(&config).await;
        for (id, look) in [
            (CheckId::Display, this_machine::display as fn(&config::Browser) -> Check),
            (CheckId::Sandbox, this_machine::sandbox),
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

fn locators(subject: Arc<Subject>) -> Group {
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
fn services(subject: &Arc<Subject>) -> Vec<Group> {
    let Some(config) = subject.config() else { return vec![no_services("needs a configuration")] };
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
            return vec![ready(vec![failed]), no_services("needs the certificates to trust")];
        }
    };
    let trusted = match &config.http.ca_file {
        Some(file) => format!("the system's, and those in {}", file.display()),
        None => "the system's".to_owned(),
    };
    let certificates = Check::passed(CheckId::Certificates, trusted);
    let codes = accounts(config).any(|account| account.totp_secret.is_some());
    let hosts = Hosts::ask(config, &http, limit);
    let of_hosts = hosts.clone().checks(codes).boxed();
    let subject = Arc::clone(subject);
    let credentials = async move {
        let Some(config) = subject.config() else { return Vec::new() };
        credentials::checks(config, &http, &hosts, &subject.redactor, limit * CALLS).await
    };
    vec![ready(vec![certificates]), of_hosts, credentials.boxed()]
}

fn ready(checks: Vec<Check>) -> Group {
    future::ready(checks).boxed()
}

/// The integration user, and who works in Setup.
pub(super) fn accounts(config: &Config) -> impl Iterator<Item = &config::Account> {
    std::iter::once(&config.salesforce.user).chain(&config.salesforce.admin)
}

fn no_services(why: &'static str) -> Group {
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
    ready(IDS.iter().map(|id| Check::skipped(*id, why)).collect())
}

fn passkey_files(config: &Config) -> Vec<PathBuf> {
    accounts(config)
        .filter_map(|account| match &account.passkey {
            Some(PasskeyAt::File(file)) => Some(file.clone()),
            Some(PasskeyAt::Given(_)) | None => None,
        })
        .collect()
}

/// Disk, folders, files with secrets, and what earlier runs left.
fn machine(subject: Arc<Subject>) -> Group {
    async move {
        let out = subject.config().map(|config| config.run.out.clone());
        let places = files::places(out.as_deref());
        let config_file = subject.config_file.clone();
        let passkeys = subject.config().map_or_else(Vec::new, passkey_files);
        let redactor = subject.redactor.clone();
        let room = places.clone();
        let looks: Vec<(CheckId, Look)> = vec![
            (CheckId::Disk, Box::new(move || vec![files::disk(&room)])),
            (CheckId::Folders, Box::new(move || files::folders(&places))),
            (
                CheckId::Secrets,
                Box::new(move || secret_files::check(config_file.as_deref(), &passkeys, &redactor)),
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
