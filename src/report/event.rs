//! What a run says of itself while it runs.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio::sync::mpsc;

use super::CallRecord;
use crate::failure::Failure;
use crate::secrets::Redactor;

/// The article's steps. The names are a contract: report entries, screenshots and spans use them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StepId {
    /// 1: scopes and refresh token policy of the connected app.
    CheckApp,
    /// 2: a fresh instance, or an existing one adopted.
    Provision,
    /// 3: the instance, by the full header.
    Locate,
    /// 4 and 5: the grant is ended.
    Revoke,
    /// 7: both sides say that it is dead.
    ConfirmRevoked,
    /// 8: the platform gives the OAuth URL.
    OauthUrl,
    /// 9: login, approval, code.
    Authorize,
    /// 10: the instance gets the code.
    Reauthenticate,
    /// 11: both sides say that it lives, and nothing else changed.
    Verify,
    /// What was made for the run is removed.
    CleanUp,
    /// A passkey is created, kept and registered.
    EnrollPasskey,
    /// It is shown in a new browser.
    ProvePasskey,
}

impl StepId {
    /// The name used in reports and file names.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CheckApp => "check-app",
            Self::Provision => "provision",
            Self::Locate => "locate",
            Self::Revoke => "revoke",
            Self::ConfirmRevoked => "confirm-revoked",
            Self::OauthUrl => "oauth-url",
            Self::Authorize => "authorize",
            Self::Reauthenticate => "reauthenticate",
            Self::Verify => "verify",
            Self::CleanUp => "clean-up",
            Self::EnrollPasskey => "enroll-passkey",
            Self::ProvePasskey => "prove-passkey",
        }
    }

    /// The step's number in the article, where it has one.
    pub fn article_step(self) -> Option<u8> {
        match self {
            Self::CheckApp => Some(1),
            Self::Provision => Some(2),
            Self::Locate => Some(3),
            Self::Revoke => Some(5),
            Self::ConfirmRevoked => Some(7),
            Self::OauthUrl => Some(8),
            Self::Authorize => Some(9),
            Self::Reauthenticate => Some(10),
            Self::Verify => Some(11),
            Self::CleanUp | Self::EnrollPasskey | Self::ProvePasskey => None,
        }
    }

    /// What a person reads while the step runs.
    pub fn title(self) -> &'static str {
        match self {
            Self::CheckApp => "Check the connected app",
            Self::Provision => "Provision the instance",
            Self::Locate => "Locate the instance",
            Self::Revoke => "Revoke the user's grant",
            Self::ConfirmRevoked => "Confirm the revocation",
            Self::OauthUrl => "Ask for the OAuth URL",
            Self::Authorize => "Log in and approve",
            Self::Reauthenticate => "Re-authenticate the instance",
            Self::Verify => "Verify the instance",
            Self::CleanUp => "Clean up",
            Self::EnrollPasskey => "Enrol a passkey",
            Self::ProvePasskey => "Log in with the passkey",
        }
    }
}

/// Whether a step belongs to the scenario or to the attempt to bring the instance back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// The article.
    Scenario,
    /// Bringing back an instance that was left unauthenticated.
    Restore,
}

impl Phase {
    /// The name used in reports and file names.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Scenario => "scenario",
            Self::Restore => "restore",
        }
    }
}

/// One execution of a step: `oauth-url`, `authorize` and `reauthenticate` may run again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct StepKey {
    /// Which step.
    pub id: StepId,
    /// In which phase.
    pub phase: Phase,
    /// Counted from 1 for each step and phase.
    pub attempt: u32,
}

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum StepOutcome {
    /// It proved what it had to prove.
    Passed,
    /// It did not.
    Failed,
    /// It was not needed.
    Skipped,
}

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Exit code 0.
    Passed,
    /// Exit code 1.
    Failed,
    /// Exit code 4.
    LeftUnauthenticated,
    /// Exit code 3.
    Environment,
    /// Exit code 2.
    Usage,
    /// Exit code 130 or 143.
    Interrupted,
}

/// One thing that happened. Texts and facts are free of secrets: the sink redacts them, calls at the
/// end and everything else as it comes.
#[derive(Debug, Clone)]
pub enum Event {
    /// The instance is known (again): shown in the report's head.
    Instance {
        /// Instance id.
        id: u64,
        /// Instance name.
        name: Option<String>,
        /// Element key.
        element: String,
    },
    /// The instance was seen authenticated or not, by a call just made; `None`: it could not be asked.
    Seen(Option<bool>),
    /// The first irreversible act is about to happen: what was seen of the instance before says
    /// nothing about it any more. Sent again for each later one.
    Touched,
    /// The instance was deleted: there is nothing to be authenticated any more.
    Removed,
    /// How the grant was ended (`ui` or `api`).
    RevokedVia(&'static str),
    /// How the instance got its new grant (`patch` or `put`).
    ReauthenticatedVia(&'static str),
    /// A step begins.
    StepStarted {
        /// Which one.
        key: StepKey,
    },
    /// Something worth a line while a step runs, e.g. `logging in as …`.
    Progress {
        /// In which step.
        key: StepKey,
        /// What.
        text: String,
    },
    /// The browser shows a page that is known.
    Page {
        /// In which step.
        key: StepKey,
        /// Its name in the locator catalogue.
        page: String,
    },
    /// A browser was started, and has a window.
    BrowserStarted {
        /// From the driver's start to the window.
        duration: Duration,
    },
    /// A call to a service has ended. Unlike the rest it holds secrets until the run's end.
    Call(Box<CallRecord>),
    /// A person at the terminal is asked for something; until [`Event::Answered`] nothing else may
    /// be written there.
    Asked {
        /// In which step.
        key: StepKey,
        /// What has to be known for that, a line each.
        about: Vec<String>,
        /// What for.
        question: String,
    },
    /// The person has answered, or is no longer waited for.
    Answered {
        /// In which step.
        key: StepKey,
    },
    /// A file in the run folder that shows what was seen.
    Evidence {
        /// In which step.
        key: StepKey,
        /// Relative to the run folder.
        file: String,
    },
    /// A step ended.
    StepFinished {
        /// Which one.
        key: StepKey,
        /// How.
        outcome: StepOutcome,
        /// How long it took.
        duration: Duration,
        /// What was proved, in one line for a person, e.g. `both sides agree after 0.2 s`.
        summary: String,
        /// What was proved, for machines.
        facts: Map<String, Value>,
    },
    /// Something that will bite later.
    Warning {
        /// Stable code.
        code: &'static str,
        /// What and what to do.
        message: String,
    },
    /// What ended the run. At most one that counts: the first; a later one (of the restoration) is
    /// shown beside it.
    Failed {
        /// In which step, if in one.
        step: Option<StepId>,
        /// Why.
        failure: Failure,
    },
}

impl Event {
    /// The event without secrets, as far as the redactor knows them by now.
    #[must_use]
    pub fn redacted(self, redactor: &Redactor) -> Self {
        let clean = |text: String| redactor.redact(&text).into_owned();
        match self {
            Self::Instance { id, name, element } => {
                Self::Instance { id, name: name.map(clean), element: clean(element) }
            }
            Self::Progress { key, text } => Self::Progress { key, text: clean(text) },
            Self::Asked { key, about, question } => Self::Asked {
                key,
                about: about.into_iter().map(clean).collect(),
                question: clean(question),
            },
            Self::StepFinished { key, outcome, duration, summary, facts } => Self::StepFinished {
                key,
                outcome,
                duration,
                summary: clean(summary),
                facts: redacted_map(redactor, facts),
            },
            Self::Warning { code, message } => Self::Warning { code, message: clean(message) },
            Self::Failed { step, failure } => Self::Failed {
                step,
                failure: Failure {
                    message: clean(failure.message),
                    hints: failure.hints.into_iter().map(clean).collect(),
                    ..failure
                },
            },
            other @ (Self::Seen(_)
            | Self::Touched
            | Self::Removed
            | Self::RevokedVia(_)
            | Self::ReauthenticatedVia(_)
            | Self::StepStarted { .. }
            | Self::Page { .. }
            | Self::BrowserStarted { .. }
            | Self::Call(_)
            | Self::Answered { .. }
            | Self::Evidence { .. }) => other,
        }
    }
}

/// Facts without secrets: by search, and by field name.
pub(super) fn redacted_map(redactor: &Redactor, facts: Map<String, Value>) -> Map<String, Value> {
    match redactor.redact_json(&Value::Object(facts)) {
        Value::Object(facts) => facts,
        // An object is redacted to an object; anything else would be no facts at all.
        _ => Map::new(),
    }
}

/// Where a run sends its events; cloned freely. Events sent after the reporter ended are dropped:
/// a run never depends on who listens.
#[derive(Clone)]
pub struct Events {
    sender: mpsc::UnboundedSender<Event>,
}

impl Events {
    /// A sink and what a reporter reads from.
    pub fn channel() -> (Self, mpsc::UnboundedReceiver<Event>) {
        let (sender, receiver) = mpsc::unbounded_channel();
        (Self { sender }, receiver)
    }

    /// Sends an event to the reporters.
    pub fn send(&self, event: Event) {
        // The reporter may have ended before a late event: by design nobody minds.
        drop(self.sender.send(event));
    }

    /// Sends a warning.
    pub fn warn(&self, code: &'static str, message: impl Into<String>) {
        self.send(Event::Warning { code, message: message.into() });
    }
}
