//! What every error and warning code means, how to recognise it, and what to do.
//!
//! One table, read by `reauth explain`, by `docs/errors.md` and by the shells' completions; the
//! entries are in `codes/`, one file a module. A leaf, as `failure` is: it knows the codes by their
//! names only, and tests compare them with the sources.

mod ask;
mod codes;
mod markdown;
mod page;

use serde_json::{Value, json};

use crate::failure::Kind;

pub use ask::{Answer, ask};
pub use codes::all;
pub use markdown::document;
pub use page::{index, page};

/// Name and version of what `reauth explain CODE --format json` prints.
pub const SCHEMA: &str = "reauth.explanation/1";
/// Name and version of the list of such.
pub const LIST_SCHEMA: &str = "reauth.explanations/1";

/// What a code is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Is {
    /// It ends a command; the kinds of the failures that carry it.
    Error(&'static [Kind]),
    /// It never ends a command.
    Warning,
    /// Both, as the case may be.
    Both(&'static [Kind]),
}

/// What ends a command because something was not as it had to be.
const SCENARIO: Is = Is::Error(&[Kind::Scenario]);
/// What ends a command because of how it was called or configured.
const USAGE: Is = Is::Error(&[Kind::Usage]);
/// What ends a command because something outside is missing.
const ENVIRONMENT: Is = Is::Error(&[Kind::Environment]);
/// What ends no command.
const WARNING: Is = Is::Warning;

/// A code, explained. Prose is British English in whole sentences, with code between backticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Explained {
    /// `<module>.<what>`: stable, never used for anything else.
    pub code: &'static str,
    /// What it is used for.
    pub is: Is,
    /// What happened, and what that says of the instance. The first sentence stands for all of it
    /// in lists.
    pub means: &'static str,
    /// What tells this from its neighbours: in the report, the run folder, Salesforce's Setup or the
    /// platform.
    pub signs: &'static str,
    /// What to do, most likely first.
    pub remedies: &'static [&'static str],
}

/// A code that is not given any more, and will never be used for anything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retired {
    /// The code.
    pub code: &'static str,
    /// The first version that does not give it.
    pub since: &'static str,
    /// What took its place.
    pub instead: &'static str,
}

/// All retired codes. Whoever takes a code out of use writes it here.
pub const RETIRED: &[Retired] = &[];

impl Is {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error(_) => "error",
            Self::Warning => "warning",
            Self::Both(_) => "error or warning",
        }
    }

    fn kinds(self) -> &'static [Kind] {
        match self {
            Self::Error(kinds) | Self::Both(kinds) => kinds,
            Self::Warning => &[],
        }
    }
}

impl Explained {
    /// The module that gives it: what stands before the dot.
    pub fn module(&self) -> &'static str {
        self.code.split_once('.').map_or(self.code, |(module, _)| module)
    }

    /// The first sentence of what it means.
    pub fn headline(&self) -> &'static str {
        self.means.split_once(". ").map_or(self.means, |(first, _)| first).trim_end_matches('.')
    }

    /// With which exit codes a command ends that it ends; none for a mere warning. The contract is
    /// `report::verdict`.
    pub fn exit_codes(&self) -> Option<String> {
        let texts: Vec<&str> = self.is.kinds().iter().map(|kind| self.exit_code(*kind)).collect();
        (!texts.is_empty()).then(|| texts.join("; or "))
    }

    fn exit_code(&self, kind: Kind) -> &'static str {
        // Whoever gives these works on no instance.
        let touches_nothing =
            ["doctor", "explain", "init", "simulator", "provision"].contains(&self.module());
        match kind {
            Kind::Scenario if touches_nothing => "1",
            Kind::Usage if touches_nothing => "2",
            Kind::Environment if touches_nothing => "3",
            Kind::Scenario => {
                "1 with the instance authenticated or untouched, 4 with it left without a grant"
            }
            Kind::Usage => "2, or 4 if the instance had been touched by then and does not work",
            Kind::Environment => {
                "3 with nothing changed; once the instance was touched, 1 if it works and 4 if not"
            }
            Kind::Interrupted => "130 after SIGINT, 4 if that left the instance without a grant",
            Kind::Terminated => {
                "143 after SIGTERM or SIGHUP, 4 if that left the instance without a grant"
            }
        }
    }

    /// As JSON: a `reauth.explanation/1`.
    pub fn to_json(&self) -> Value {
        json!({
            "schema": SCHEMA,
            "code": self.code,
            "is": match self.is {
                Is::Error(_) => json!(["error"]),
                Is::Warning => json!(["warning"]),
                Is::Both(_) => json!(["error", "warning"]),
            },
            "exit_codes": self.exit_codes(),
            "means": self.means,
            "signs": self.signs,
            "remedies": self.remedies,
        })
    }
}

/// The explanation of a code.
pub fn find(code: &str) -> Option<&'static Explained> {
    all().find(|explained| explained.code == code)
}

/// The modules that give codes, in the order of the list.
pub fn modules() -> Vec<&'static str> {
    let mut modules: Vec<_> = all().map(Explained::module).collect();
    modules.dedup();
    modules
}

#[cfg(test)]
mod tests;
