//! From what happened to the outcome and the exit code. Pure, so that the contract is one table.

use super::Outcome;
use crate::failure::{Failure, Kind};

/// What a command is for: decides which end is a good one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The whole article: the instance has to be authenticated at its end.
    Run,
    /// A new, authenticated instance.
    Provision,
    /// An instance that is unauthenticated on purpose.
    Revoke,
    /// An authenticated instance.
    Restore,
    /// An answer: is the instance authenticated?
    Status,
    /// A passkey that lets a user in; no instance is touched.
    Passkey,
}

impl Purpose {
    /// The command of this name.
    pub fn named(name: &str) -> Option<Self> {
        let all =
            [Self::Run, Self::Provision, Self::Revoke, Self::Restore, Self::Status, Self::Passkey];
        all.into_iter().find(|purpose| purpose.as_str() == name)
    }

    /// The command's name, as in the report.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Provision => "provision",
            Self::Revoke => "revoke",
            Self::Restore => "restore",
            Self::Status => "status",
            Self::Passkey => "passkey",
        }
    }
}

/// How a command ended, for the report and for the shell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// In words.
    pub outcome: Outcome,
    /// 0, 1, 2, 3, 4, 130 or 143.
    pub exit_code: u8,
}

/// Decides how a command ended.
///
/// `touched`: an irreversible act was begun. `last_seen`: what the last call through the instance
/// said *since then*, `None` where it could not be asked.
///
/// 4 wins over every other failure: the other codes promise that the instance is authenticated, or
/// as it was. A `revoke` that did its work has left the instance as it should; one that failed half
/// way has not, and is treated like any other command.
///
/// ```
/// use reauth::failure::Failure;
/// use reauth::report::{Purpose, verdict};
///
/// let failure = Failure::scenario("scenario.still_alive", "the grant lives");
/// // The instance was touched and last seen dead: that is what its reader must know.
/// assert_eq!(verdict(Purpose::Run, Some(&failure), true, Some(false)).exit_code, 4);
/// // It was brought back: a failed run, and nothing to repair.
/// assert_eq!(verdict(Purpose::Run, Some(&failure), true, Some(true)).exit_code, 1);
/// ```
pub fn verdict(
    purpose: Purpose,
    failure: Option<&Failure>,
    touched: bool,
    last_seen: Option<bool>,
) -> Verdict {
    match (purpose, failure) {
        (Purpose::Revoke, None) => return PASSED,
        (Purpose::Status, None) if last_seen.is_none() => return ENVIRONMENT,
        _ => {}
    }
    let refused_before_anything =
        !touched && failure.is_some_and(|failure| failure.kind == Kind::Usage);
    let dead = last_seen == Some(false) || (touched && last_seen.is_none());
    if dead && !refused_before_anything {
        return Verdict { outcome: Outcome::LeftUnauthenticated, exit_code: 4 };
    }
    match failure.map(|failure| failure.kind) {
        None => PASSED,
        Some(Kind::Scenario) => Verdict { outcome: Outcome::Failed, exit_code: 1 },
        Some(Kind::Usage) => Verdict { outcome: Outcome::Usage, exit_code: 2 },
        // 3 promises that nothing changed; after the instance was touched that is not so.
        Some(Kind::Environment) if touched => Verdict { outcome: Outcome::Failed, exit_code: 1 },
        Some(Kind::Environment) => ENVIRONMENT,
        Some(Kind::Interrupted) => Verdict { outcome: Outcome::Interrupted, exit_code: 130 },
        Some(Kind::Terminated) => Verdict { outcome: Outcome::Interrupted, exit_code: 143 },
    }
}

const PASSED: Verdict = Verdict { outcome: Outcome::Passed, exit_code: 0 };
const ENVIRONMENT: Verdict = Verdict { outcome: Outcome::Environment, exit_code: 3 };

#[cfg(test)]
mod tests {
    use super::*;
    use Purpose::{Passkey, Provision, Restore, Revoke, Run, Status};

    const ALIVE: Option<bool> = Some(true);
    const DEAD: Option<bool> = Some(false);

    #[test]
    fn exit_codes() {
        let table = [
            // purpose, failure, touched, last seen, exit code
            (Run, None, true, ALIVE, 0),
            (Run, None, true, DEAD, 4),
            (Run, None, true, None, 4),
            (Run, Some(Kind::Scenario), false, None, 1),
            (Run, Some(Kind::Scenario), false, ALIVE, 1),
            (Run, Some(Kind::Scenario), true, ALIVE, 1),
            (Run, Some(Kind::Scenario), true, DEAD, 4),
            (Run, Some(Kind::Scenario), true, None, 4),
            (Run, Some(Kind::Usage), false, None, 2),
            (Run, Some(Kind::Usage), false, DEAD, 2),
            (Run, Some(Kind::Usage), true, None, 4),
            (Run, Some(Kind::Environment), false, None, 3),
            (Run, Some(Kind::Environment), false, ALIVE, 3),
            (Run, Some(Kind::Environment), false, DEAD, 4),
            (Run, Some(Kind::Environment), true, ALIVE, 1),
            (Run, Some(Kind::Environment), true, None, 4),
            (Run, Some(Kind::Interrupted), false, ALIVE, 130),
            (Run, Some(Kind::Interrupted), true, ALIVE, 130),
            (Run, Some(Kind::Interrupted), true, DEAD, 4),
            (Run, Some(Kind::Terminated), false, None, 143),
            (Run, Some(Kind::Terminated), true, None, 4),
            (Provision, None, false, ALIVE, 0),
            (Provision, None, false, DEAD, 4),
            (Provision, Some(Kind::Scenario), false, None, 1),
            (Revoke, None, true, DEAD, 0),
            (Revoke, None, true, None, 0),
            (Revoke, Some(Kind::Scenario), true, ALIVE, 1),
            (Revoke, Some(Kind::Scenario), true, DEAD, 4),
            (Revoke, Some(Kind::Interrupted), true, None, 4),
            (Revoke, Some(Kind::Interrupted), false, ALIVE, 130),
            (Restore, None, true, ALIVE, 0),
            (Restore, None, false, ALIVE, 0),
            (Restore, Some(Kind::Environment), false, None, 3),
            (Restore, Some(Kind::Environment), false, DEAD, 4),
            (Restore, Some(Kind::Scenario), true, DEAD, 4),
            (Passkey, None, false, None, 0),
            (Passkey, Some(Kind::Scenario), false, None, 1),
            (Passkey, Some(Kind::Usage), false, None, 2),
            (Passkey, Some(Kind::Interrupted), false, None, 130),
            (Status, None, false, ALIVE, 0),
            (Status, None, false, DEAD, 4),
            (Status, None, false, None, 3),
            (Status, Some(Kind::Environment), false, None, 3),
            (Status, Some(Kind::Usage), false, None, 2),
            (Status, Some(Kind::Interrupted), false, DEAD, 4),
        ];
        for (purpose, kind, touched, last_seen, expected) in table {
            let failure = kind.map(|kind| Failure::new("test.failure", kind, "a failure"));
            let actual = verdict(purpose, failure.as_ref(), touched, last_seen);
            assert_eq!(
                actual.exit_code, expected,
                "{purpose:?} {kind:?} touched {touched} seen {last_seen:?}"
            );
        }
    }

    #[test]
    fn outcome_and_exit_code_agree() {
        let outcomes = [
            (Some(Kind::Scenario), Outcome::Failed),
            (Some(Kind::Usage), Outcome::Usage),
            (Some(Kind::Environment), Outcome::Environment),
            (Some(Kind::Interrupted), Outcome::Interrupted),
            (Some(Kind::Terminated), Outcome::Interrupted),
            (None, Outcome::Passed),
        ];
        for (kind, expected) in outcomes {
            let failure = kind.map(|kind| Failure::new("test.failure", kind, "a failure"));
            assert_eq!(verdict(Run, failure.as_ref(), false, ALIVE).outcome, expected);
        }
        assert_eq!(verdict(Run, None, true, DEAD).outcome, Outcome::LeftUnauthenticated);
    }
}
