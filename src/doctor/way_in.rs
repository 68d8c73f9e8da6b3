//! `--login` and `--drift`: the way in, walked as a run walks it; and what the catalogue only just
//! found.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::check::{Check, CheckId, CheckOutcome};
use super::diagnosis::{Drift, Visit};
use super::hosts::authority;
use super::{Extent, Subject, Walk};
use crate::config::Config;
use crate::failure::Failure;
use crate::journal::Journal;
use crate::report::{Event, Events};
use crate::salesforce::pages::UsageError;
use crate::scenario::Context;
use crate::scenario::tour::{Part, Visited, Walked, tour};

/// How many times the limit of a page the whole walk of an account may take.
const PAGES: u32 = 10;
/// What has to be right before anybody is led to a login page.
const NEEDED: &[CheckId] = &[
    CheckId::Configuration,
    CheckId::Browser,
    CheckId::Driver,
    CheckId::Versions,
    CheckId::Display,
    CheckId::Start,
    CheckId::Locators,
    CheckId::Callback,
    CheckId::Certificates,
];

/// What has to be right of the login host.
const OF_HOSTS: &[CheckId] = &[CheckId::Host, CheckId::Tls];

/// Walks, unless what failed before stands against it.
pub(super) async fn checks(
    subject: &Arc<Subject>,
    extent: Extent,
    failed: &[(CheckId, Option<String>)],
) -> (Vec<Check>, Walk) {
    let not_tried = |why: String| {
        let mut checks = vec![Check::skipped(CheckId::Login, format!("not tried: {why}"))];
        if extent == Extent::Everywhere {
            checks.push(Check::skipped(CheckId::Drift, "needs a login"));
        }
        (checks, Walk::default())
    };
    if let Some((missing, _)) = failed.iter().find(|(id, _)| NEEDED.contains(id)) {
        return not_tried(format!("\"{}\" failed", missing.title()));
    }
    let Some(config) = subject.config() else { return not_tried("no configuration".into()) };
    let login_host = Some(authority(&config.salesforce.login_url));
    if failed.iter().any(|(id, host)| OF_HOSTS.contains(id) && *host == login_host) {
        return not_tried("the login host cannot be reached".into());
    }
    match walk(subject, config, extent).await {
        Ok((visited, warnings)) => judge(visited, warnings, extent),
        Err(failure) => (vec![Check::failed(CheckId::Login, failure)], Walk::default()),
    }
}

type Warnings = Vec<(&'static str, String)>;

/// Walks in a context of its own, whose journal is never written to.
async fn walk(
    subject: &Subject,
    config: &Config,
    extent: Extent,
) -> Result<(Vec<Visited>, Warnings), Failure> {
    let nowhere = tempfile::tempdir().map_err(|error| {
        Failure::environment(
            "doctor.unwritable",
            format!("no temporary folder could be made: {error}"),
        )
        .hint("name another with TMPDIR")
    })?;
    let journal = Journal::at(nowhere.path())?;
    let (events, mut told) = Events::channel();
    let warnings: Arc<Mutex<Warnings>> = Arc::default();
    let kept = Arc::clone(&warnings);
    let listening = tokio::spawn(async move {
        while let Some(event) = told.recv().await {
            if let Event::Warning { code, message } = event {
                kept.lock().unwrap_or_else(PoisonError::into_inner).push((code, message));
            }
        }
    });
    let context = Context::new(
        config.clone(),
        subject.redactor.clone(),
        events,
        None,
        "doctor".to_owned(),
        journal,
    )?;
    let accounts = if config.salesforce.admin.is_some() { 2 } else { 1 };
    let limit = subject.page_limit * PAGES * accounts;
    let toured = tokio::time::timeout(limit, tour(&context, extent == Extent::Everywhere)).await;
    if toured.is_err() {
        context.close_browsers().await;
    }
    drop(context);
    // Its last sender is gone: it ends when it has heard everything.
    drop(listening.await);
    let visited = toured.map_err(|_| too_late(limit))?;
    let warnings = std::mem::take(&mut *warnings.lock().unwrap_or_else(PoisonError::into_inner));
    Ok((visited, warnings))
}

fn too_late(limit: Duration) -> Failure {
    Failure::environment(
        "doctor.no_answer",
        format!("the pages were not walked through within {} s", limit.as_secs()),
    )
    .hint("see with `--headed` where it stays; a longer `--timeout` gives each page more time")
}

fn judge(visited: Vec<Visited>, warnings: Warnings, extent: Extent) -> (Vec<Check>, Walk) {
    let mut checks = Vec::new();
    let mut walk = Walk::default();
    let mut pages = 0;
    for visit in visited {
        let mut met = Vec::new();
        for walked in visit.parts {
            met.extend(walked.pages.iter().cloned());
            checks.push(of_part(&visit.username, walked));
        }
        for fallback in visit.fallbacks {
            let drift = Drift {
                locator: fallback.locator,
                candidate: fallback.candidate,
                position: fallback.position,
            };
            if !walk.drift.contains(&drift) {
                walk.drift.push(drift);
            }
        }
        pages += met.len();
        walk.visits.push(Visit { username: visit.username, pages: met });
    }
    for (code, message) in warnings {
        // Said of each locator below, and of the machine above.
        if !["browser.locator_drift", "browser.no_sandbox"].contains(&code) {
            checks.push(Check::warning(CheckId::Login, code, message));
        }
    }
    if extent == Extent::Everywhere {
        let walked = checks.iter().all(|check| check.outcome != CheckOutcome::Failed);
        checks.extend(walk.drift.iter().map(of_drift));
        if walk.drift.is_empty() {
            let seen = format!("{pages} pages were met, each as the catalogue has it first");
            let how_far = if walked { "" } else { "; not all could be walked" };
            checks.push(Check::passed(CheckId::Drift, format!("{seen}{how_far}")));
        }
    }
    (checks, walk)
}

fn of_part(username: &str, walked: Walked) -> Check {
    let Walked { part, pages, ended } = walked;
    let (id, subject) = match part {
        Part::Home => (CheckId::Login, username.to_owned()),
        _ => (CheckId::Drift, part.as_str().to_owned()),
    };
    match ended {
        Ok(seen) if part == Part::Home => {
            Check::passed(id, format!("{seen}; met: {}", pages.join(", "))).of(subject)
        }
        Ok(seen) => Check::passed(id, seen).of(subject),
        // As it is with an instance that is not authenticated: a run restores it first.
        Err(failure) if UsageError::ABSENCES.contains(&failure.code) => {
            let hints = failure.hints;
            let check = Check::warning(id, failure.code, failure.message).of(subject);
            hints.into_iter().fold(check, Check::hint)
        }
        Err(failure) => Check::failed(id, failure).of(subject),
    }
}

fn of_drift(drift: &Drift) -> Check {
    Check::warning(
        CheckId::Drift,
        "browser.locator_drift",
        format!("only candidate {} fits: {}", drift.position, drift.candidate),
    )
    .of(&drift.locator)
    .hint("the page has changed: move that candidate to the front in webdriver/locators.toml, or give a catalogue of your own with `--locators`")
}
