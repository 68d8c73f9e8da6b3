//! One check and what came of it.

use std::future::Future;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;
use tokio::time::timeout;

use crate::failure::{Failure, Kind};
use crate::secrets::Redactor;

/// What is looked at. The names are a contract: the document uses them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CheckId {
    /// File, environment and flags make a configuration; its warnings.
    Configuration,
    /// A browser is there and says its version.
    Browser,
    /// A driver is there and says its version; a remote one answers.
    Driver,
    /// Browser and driver have the same major version.
    Versions,
    /// A window can be shown, where one is wanted.
    Display,
    /// The browser's sandbox can work.
    Sandbox,
    /// A browser starts and shows a page.
    Start,
    /// There are fonts for what Salesforce writes.
    Fonts,
    /// A frame of another site is sent its cookies.
    ThirdPartyCookies,
    /// The locator catalogue is sound.
    Locators,
    /// The callback can be kept from everybody, or answered by us.
    Callback,
    /// The certificates to trust can be read.
    Certificates,
    /// A host has an address and answers.
    Host,
    /// A host's certificate is trusted.
    Tls,
    /// This machine's clock agrees with the services'.
    Clock,
    /// The platform takes user and organization secret.
    Platform,
    /// The element token is the instance's.
    Instance,
    /// Salesforce knows consumer key and callback.
    Client,
    /// Salesforce takes the consumer secret.
    ClientSecret,
    /// An account's access token lives and is its own.
    AccessToken,
    /// Free space where files are written.
    Disk,
    /// The folders that are written to can be.
    Folders,
    /// Nobody else can read files that hold secrets.
    Secrets,
    /// No instance is in flight.
    Journal,
    /// No browser that was killed left a folder behind.
    Leftovers,
    /// No instance is left that was made for a run.
    Provisioned,
    /// `--login`: an account comes in.
    Login,
    /// `--drift`: the pages are as the catalogue has them.
    Drift,
}

impl CheckId {
    /// What a person reads.
    pub fn title(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::Browser => "browser",
            Self::Driver => "driver",
            Self::Versions => "versions",
            Self::Display => "display",
            Self::Sandbox => "sandbox",
            Self::Start => "browser starts",
            Self::Fonts => "fonts",
            Self::ThirdPartyCookies => "third-party cookies",
            Self::Locators => "locators",
            Self::Callback => "callback",
            Self::Certificates => "certificates",
            Self::Host => "host",
            Self::Tls => "TLS",
            Self::Clock => "clock",
            Self::Platform => "platform secrets",
            Self::Instance => "instance",
            Self::Client => "consumer key",
            Self::ClientSecret => "consumer secret",
            Self::AccessToken => "access token",
            Self::Disk => "disk",
            Self::Folders => "folders",
            Self::Secrets => "files with secrets",
            Self::Journal => "journal",
            Self::Leftovers => "leftovers",
            Self::Provisioned => "made instances",
            Self::Login => "login",
            Self::Drift => "drift",
        }
    }
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CheckOutcome {
    /// As it should be.
    Passed,
    /// Works, and will bite.
    Warning,
    /// A run would stumble over it.
    Failed,
    /// Not needed, or not to be asked.
    Skipped,
}

/// Who is to mend a check that failed; decides the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Fault {
    /// Exit code 2: file, flags or credentials.
    Configuration,
    /// Exit code 3: this machine, or a host.
    Environment,
    /// Exit code 1: a page or an answer that is none of these.
    Refused,
}

/// One check and what came of it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Check {
    /// What was looked at.
    pub id: CheckId,
    /// Of several things of a kind, which one: a host, a user, a locator.
    pub subject: Option<String>,
    /// How it ended.
    pub outcome: CheckOutcome,
    /// What was seen, in one line.
    pub seen: String,
    /// Stable code of a warning or failure, `<module>.<what>`.
    pub code: Option<&'static str>,
    /// Who is to mend it; of failures only.
    pub fault: Option<Fault>,
    /// What to do next, most likely remedy first.
    pub hints: Vec<String>,
}

impl Check {
    fn new(id: CheckId, outcome: CheckOutcome, seen: impl Into<String>) -> Self {
        let seen = seen.into();
        Self { id, subject: None, outcome, seen, code: None, fault: None, hints: Vec::new() }
    }

    /// As it should be.
    pub(super) fn passed(id: CheckId, seen: impl Into<String>) -> Self {
        Self::new(id, CheckOutcome::Passed, seen)
    }

    /// Not needed, or not to be asked, for this reason.
    pub(super) fn skipped(id: CheckId, why: impl Into<String>) -> Self {
        Self::new(id, CheckOutcome::Skipped, why)
    }

    /// Works, and will bite.
    pub(super) fn warning(id: CheckId, code: &'static str, seen: impl Into<String>) -> Self {
        Self { code: Some(code), ..Self::new(id, CheckOutcome::Warning, seen) }
    }

    /// A run would stumble over it.
    pub(super) fn failed(id: CheckId, failure: impl Into<Failure>) -> Self {
        let failure = failure.into();
        let fault = match failure.kind {
            Kind::Usage => Fault::Configuration,
            Kind::Environment => Fault::Environment,
            Kind::Scenario | Kind::Interrupted | Kind::Terminated => Fault::Refused,
        };
        Self {
            code: Some(failure.code),
            fault: Some(fault),
            hints: failure.hints,
            ..Self::new(id, CheckOutcome::Failed, failure.message)
        }
    }

    /// Of several things of a kind, which one.
    #[must_use]
    pub(super) fn of(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    /// Adds what to do next.
    #[must_use]
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// What was refused here is what the configuration says.
    #[must_use]
    pub(super) fn of_configuration(mut self) -> Self {
        if self.fault == Some(Fault::Refused) {
            self.fault = Some(Fault::Configuration);
        }
        self
    }

    /// Without anything that the redactor knows.
    #[must_use]
    pub(super) fn redacted(mut self, redactor: &Redactor) -> Self {
        let clean = |text: &mut String| *text = redactor.redact(text).into_owned();
        self.subject.as_mut().map(clean);
        clean(&mut self.seen);
        self.hints.iter_mut().for_each(clean);
        self
    }
}

/// Makes a check that has to end in time: one that hangs never hides the others.
pub(super) async fn within(
    limit: Duration,
    id: CheckId,
    check: impl Future<Output = Check>,
) -> Check {
    timeout(limit, check).await.unwrap_or_else(|_| {
        Check::failed(
            id,
            Failure::environment(
                "doctor.no_answer",
                format!("no answer within {} s", limit.as_secs_f32()),
            )
            .hint("run again; a longer `--timeout` gives each check more time, up to 10 s"),
        )
    })
}

/// Runs what may block for ever, such as a file system that is gone, on a thread of its own, for
/// which nobody waits at the end. `None` if it broke.
pub(super) async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    let (sender, receiver) = tokio::sync::oneshot::channel();
    std::thread::Builder::new()
        .name("doctor".to_owned())
        .spawn(move || {
            // Whoever asked may have given up.
            drop(sender.send(work()));
        })
        .ok()?;
    receiver.await.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_failure_are_kinds_of_fault() {
        for (failure, fault) in [
            (Failure::usage("a.b", "x"), Fault::Configuration),
            (Failure::environment("a.b", "x"), Fault::Environment),
            (Failure::scenario("a.b", "x"), Fault::Refused),
        ] {
            let check = Check::failed(CheckId::Host, failure);
            assert_eq!(check.fault, Some(fault));
        }
        let check = Check::failed(CheckId::Client, Failure::scenario("a.b", "x"));
        assert_eq!(check.of_configuration().fault, Some(Fault::Configuration));
        let check = Check::failed(CheckId::Client, Failure::environment("a.b", "x"));
        assert_eq!(check.of_configuration().fault, Some(Fault::Environment));
    }

    #[test]
    fn a_secret_never_stands_in_a_check() {
        let redactor = Redactor::new();
        redactor.learn("password", "hunter2-hunter2");
        let check = Check::warning(CheckId::Host, "a.b", "seen hunter2-hunter2")
            .of("hunter2-hunter2")
            .hint("try hunter2-hunter2")
            .redacted(&redactor);
        assert!(!format!("{check:?}").contains("hunter2"), "{check:?}");
    }

    #[tokio::test]
    async fn what_hangs_is_told() {
        let check = within(Duration::from_millis(1), CheckId::Disk, std::future::pending()).await;
        assert_eq!((check.outcome, check.code), (CheckOutcome::Failed, Some("doctor.no_answer")));
    }
}
