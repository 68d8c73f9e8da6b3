//! What a user is told when something did not work.
//!
//! Every module has its own typed errors; at the module's edge they become a [`Failure`], which
//! carries a stable code, one voice, and what to do next. The kind decides the exit code together
//! with the state in which the instance was last seen.

use std::fmt;

/// Why a command could not do its work: decides the exit code, together with the instance's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A step did not prove what it had to prove.
    Scenario,
    /// The command line, the configuration, an unknown instance or a refused element token.
    Usage,
    /// No browser, no driver, a host that cannot be reached, a disk that is full.
    Environment,
    /// SIGINT.
    Interrupted,
    /// SIGTERM or SIGHUP.
    Terminated,
}

/// An error as its reader meets it. The message says what was expected and what was seen; the
/// hints say what to do next. Holds no secrets: texts from outside are redacted where they enter.
#[derive(Debug, Clone)]
pub struct Failure {
    /// Stable and never reused, `<module>.<what>`, e.g. `salesforce.login_refused`.
    pub code: &'static str,
    /// What kind of failure it is.
    pub kind: Kind,
    /// Lower case, no blame, without a full stop.
    pub message: String,
    /// What to do next, most likely remedy first.
    pub hints: Vec<String>,
    /// Files in the run folder (relative to it) that show what was seen.
    pub evidence: Vec<String>,
    /// Parts of the locator catalogue that were looked for and not found: a page's name, or
    /// `page.element`.
    pub looked_for: Vec<String>,
}

impl Failure {
    /// A failure with a message and no hints yet.
    pub fn new(code: &'static str, kind: Kind, message: impl Into<String>) -> Self {
        Self {
            code,
            kind,
            message: message.into(),
            hints: Vec::new(),
            evidence: Vec::new(),
            looked_for: Vec::new(),
        }
    }

    /// A step that did not prove what it had to prove.
    pub fn scenario(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(code, Kind::Scenario, message)
    }

    /// A mistake in the command line or the configuration.
    pub fn usage(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(code, Kind::Usage, message)
    }

    /// Something outside that has to be there is not.
    pub fn environment(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(code, Kind::Environment, message)
    }

    /// Says what was looked for on a page.
    #[must_use]
    pub fn looking_for(mut self, parts: impl IntoIterator<Item = String>) -> Self {
        self.looked_for.extend(parts);
        self
    }

    /// Adds what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}
