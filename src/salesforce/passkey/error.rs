//! What can be wrong with a passkey, or with what the org wants of one.

use std::path::PathBuf;
use std::time::Duration;

use crate::failure::Failure;

/// An error of a passkey that is kept, or that a page asks for.
#[derive(Debug, Clone, thiserror::Error)]
pub enum PasskeyError {
    /// The file is not there.
    #[error("there is no passkey at {}", path.display())]
    Missing {
        /// Where it should be.
        path: PathBuf,
    },
    /// The file is there already, and nobody said that it may go.
    #[error("{} is there already and was not touched", path.display())]
    Exists {
        /// Which file.
        path: PathBuf,
    },
    /// Others may read the file.
    #[error("the passkey {} is open to other users of this machine (mode {mode:o}, expected 600)", path.display())]
    Exposed {
        /// Which file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// The file cannot be read.
    #[error("the passkey {} cannot be read: {reason}", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The file cannot be written, or not be locked.
    #[error("the passkey {} cannot be written: {reason}", path.display())]
    Unwritable {
        /// Which file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// Another process keeps the file's folder locked.
    #[error("the passkey {} cannot be written: another process kept its folder locked for more than {} s", path.display(), limit.as_secs())]
    Locked {
        /// Which file.
        path: PathBuf,
        /// How long was waited.
        limit: Duration,
    },
    /// What is kept is no passkey.
    #[error("{place} holds no passkey: {reason}")]
    Malformed {
        /// File or key of the configuration.
        place: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A page asks for a passkey, and none is configured.
    #[error("Salesforce asks {username} for a passkey at {place}, and none is configured")]
    Asked {
        /// Whom.
        username: String,
        /// Host and path.
        place: String,
    },
    /// A page asks for a passkey on a host that ours is not for.
    #[error(
        "Salesforce asks {username} for a passkey at {place}, but the one that is configured was enrolled for host {host}"
    )]
    OtherHost {
        /// Whom.
        username: String,
        /// Host and path of the page.
        place: String,
        /// The passkey's host.
        host: String,
    },
    /// The page did not take the passkey.
    #[error("Salesforce did not take the passkey of {username}{}", said.as_ref().map(|said| format!(": {said}")).unwrap_or_default())]
    Refused {
        /// Whose.
        username: String,
        /// The page's own words, if it had any.
        said: Option<String>,
    },
    /// Nothing came of a page that asks for a passkey.
    #[error("Salesforce's page at {place} asks {username} for a passkey, and did not go on")]
    NoAnswer {
        /// Whom.
        username: String,
        /// Host and path.
        place: String,
    },
    /// A page wants a passkey created, and this is no enrolment.
    #[error("Salesforce wants {username} to create a passkey at {place}{}", if *has_one { ": it does not know the one that is configured (any more)" } else { "" })]
    EnrolmentDemanded {
        /// Who.
        username: String,
        /// Host and path.
        place: String,
        /// Whether one is configured.
        has_one: bool,
    },
    /// The enrolment page did not take the new passkey.
    #[error("Salesforce did not take the new passkey of {username}: {said}")]
    EnrolmentRefused {
        /// Whose.
        username: String,
        /// The page's own words, or what the browser said.
        said: String,
    },
    /// The enrolment page came again, and did not say whether it took the new passkey.
    #[error(
        "Salesforce's page at {place} came again without a word: whether the new passkey of {username} was taken is not known"
    )]
    EnrolmentUnanswered {
        /// Whose.
        username: String,
        /// Host and path.
        place: String,
    },
    /// Another process enrols one for the same file.
    #[error("another process is enrolling a passkey for {}", path.display())]
    EnrolmentUnderWay {
        /// The file that it is for.
        path: PathBuf,
    },
    /// An enrolment was ended before Salesforce's answer was seen.
    #[error("an earlier enrolment was ended half-way: its passkey is at {}, and Salesforce may have taken it", path.display())]
    LeftHalfWay {
        /// Where that passkey lies.
        path: PathBuf,
    },
    /// The org led to no page on which a passkey can be created.
    #[error("{username} is logged in, and Salesforce shows no page to create a passkey at {place}")]
    NotOffered {
        /// Who.
        username: String,
        /// Host and path.
        place: String,
    },
}

const ENROL: &str = "enrol one: `reauth passkey enroll`";
const ENROL_AGAIN: &str = "have an administrator remove the user's passkey in Setup → Users → the user → Built-in Authenticators, then enrol again: `reauth passkey enroll --force`";
const NOT_ENFORCED: &str = "or use a user on whom Salesforce does not enforce passkeys: no System Administrator profile, no Modify All Data, View All Data, Customize Application or Author Apex";

impl From<PasskeyError> for Failure {
    fn from(error: PasskeyError) -> Self {
        let message = error.to_string();
        match error {
            PasskeyError::Missing { .. } => Self::usage("passkey.missing", message)
                .hint(ENROL)
                .hint("or leave `passkey_file` out, where the org asks this user for none"),
            PasskeyError::Exists { path } => Self::usage("passkey.exists", message)
                .hint("it may be what a user is let in with: look with `reauth passkey show`")
                .hint(format!("replace it with --force, or name another file with --to, e.g. {}.2", path.display())),
            PasskeyError::Exposed { path, .. } => Self::usage("passkey.exposed", message)
                .hint(format!("if nobody can have read it: `chmod 600 {}`; else remove the passkey in the org, and enrol again", path.display()))
                .hint("where a mount fixes the mode, give it as a secret: `passkey = { file = \"…\" }` instead of `passkey_file`"),
            PasskeyError::Unreadable { .. } => Self::environment("passkey.unreadable", message)
                .hint("look at the owner and mode of the file and its folder"),
            PasskeyError::Unwritable { .. } => Self::environment("passkey.unwritable", message)
                .hint("name a file in a folder that can be written to: `passkey_file`, or --to"),
            PasskeyError::Locked { path, .. } => Self::environment("passkey.locked", message)
                .hint(format!("`fuser` or `lsof` tells which process has the folder of {} open: wait for it, or end it", path.display())),
            PasskeyError::Malformed { .. } => Self::usage("passkey.malformed", message)
                .hint("expected the one line that `reauth passkey enroll` wrote, whole and unchanged"),
            PasskeyError::Asked { .. } => Self::scenario("passkey.not_configured", message)
                .hint("the user has a passkey that reauth does not hold: name it with `passkey_file`, or give it with `passkey`")
                .hint(ENROL_AGAIN)
                .hint(NOT_ENFORCED),
            PasskeyError::OtherHost { .. } => Self::scenario("passkey.other_host", message)
                .hint("name the passkey that was enrolled for this org, or enrol one: `reauth passkey enroll --to FILE`")
                .hint("a passkey is good for one My Domain: after a sandbox was copied or its domain renamed, enrol again"),
            PasskeyError::Refused { .. } => Self::scenario("passkey.refused", message)
                .hint("was the sandbox refreshed, or the passkey removed or replaced in the org? Then enrol again")
                .hint(ENROL_AGAIN)
                .hint("does a copy of the passkey log in at the same time? Its counter must rise from login to login: give each its own user"),
            PasskeyError::NoAnswer { .. } => Self::scenario("passkey.no_answer", message)
                .hint("the org may know another passkey of this user only: look in Setup → Users → the user → Built-in Authenticators")
                .hint("run with --headed and see what the page does"),
            PasskeyError::EnrolmentDemanded { has_one: false, .. } => {
                Self::scenario("passkey.enrolment_demanded", message)
                    .hint(ENROL)
                    .hint("in CI: enrol on your machine, and hand the passkey over as a secret: `passkey = \"${SALESFORCE_PASSKEY}\"`")
                    .hint(NOT_ENFORCED)
            }
            PasskeyError::EnrolmentDemanded { has_one: true, .. } => {
                Self::scenario("passkey.forgotten", message)
                    .hint("a sandbox refresh removes passkeys, and so may an administrator: enrol again with `reauth passkey enroll --force`")
                    .hint(NOT_ENFORCED)
            }
            PasskeyError::EnrolmentRefused { .. } => {
                Self::scenario("passkey.enrolment_refused", message)
                    .hint("nothing was kept: try again, and by hand in a browser if it is refused again")
            }
            PasskeyError::EnrolmentUnanswered { .. } => {
                Self::scenario("passkey.enrolment_unanswered", message)
                    .hint("look in Setup → Users → the user → Built-in Authenticators whether it is there")
            }
            PasskeyError::EnrolmentUnderWay { .. } => {
                Self::environment("passkey.enrolment_under_way", message)
                    .hint("wait until it has ended; `reauth passkey show` tells what became of it")
            }
            PasskeyError::LeftHalfWay { path } => Self::usage("passkey.left_half_way", message)
                .hint(format!("try it: move {} to where `passkey_file` says, and log in with it", path.display()))
                .hint("if Salesforce does not know it, enrol anew: `reauth passkey enroll --force`"),
            PasskeyError::NotOffered { .. } => Self::scenario("passkey.not_offered", message)
                .hint("register one by hand: the user's settings → Advanced User Details → Built-in Authenticators → Register; a passkey made in another browser cannot be handed to reauth")
                .hint("if the org asks this user for no passkey, none is needed"),
        }
    }
}
