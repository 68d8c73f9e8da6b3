//! Why a verification did not succeed, and what to do about it.

use std::time::Duration;

use super::Method;
use crate::failure::Failure;

/// Salesforce wants to know who a user is, and was not told.
#[derive(Debug, Clone, thiserror::Error)]
pub enum VerificationError {
    /// Nothing and nobody gives the code.
    #[error(
        "Salesforce asks {username} for {}{}, and nothing is configured that gives it",
        method.what(), page_says(about.as_ref())
    )]
    NotConfigured {
        /// What kind of code.
        method: Method,
        /// Who is asked.
        username: String,
        /// What the page says of where the code went.
        about: Option<String>,
    },
    /// The code and the one after it were refused.
    #[error(
        "Salesforce refused two codes of {username} ({}){}: no more are sent",
        method.what(), page_says(said.as_ref())
    )]
    Refused {
        /// What kind of code.
        method: Method,
        /// Who gave it.
        username: String,
        /// The page's own words.
        said: Option<String>,
        /// By how many seconds Salesforce's clock is ahead of this machine's, where it can be told.
        ahead_by: Option<i64>,
    },
    /// There is no time left for the authenticator's next code.
    #[error(
        "the authenticator's next code for {username} comes in {} s, when the time for this page is over",
        wait.as_secs() + 1
    )]
    TooLate {
        /// Whose.
        username: String,
        /// When it comes.
        wait: Duration,
    },
    /// `verification_code_command` did not give a code.
    #[error("{program}, which is to print the code for {username}, {problem}")]
    Command {
        /// The program.
        program: String,
        /// For whom.
        username: String,
        /// What it did, from `cannot be started` to `failed with …`. Free of secrets.
        problem: String,
        /// Whether it was ended because it took too long.
        hung: bool,
    },
    /// The command printed the code that had just been refused.
    #[error(
        "Salesforce refused a code of {username} ({}){}, and the command gave the same one again",
        method.what(), page_says(said.as_ref())
    )]
    SameCode {
        /// What kind of code.
        method: Method,
        /// Whose.
        username: String,
        /// The page's own words.
        said: Option<String>,
    },
    /// The person at the terminal gave no code.
    #[error("no code was typed for {username}")]
    NoAnswer {
        /// For whom.
        username: String,
    },
    /// The terminal could not be used.
    #[error("the code for {username} cannot be asked for on this terminal: {reason}")]
    NoTerminal {
        /// For whom.
        username: String,
        /// Why.
        reason: String,
    },
    /// A page with nothing on it that can be answered.
    #[error("Salesforce wants to verify {username} at {place} {}", offers(offered))]
    NoMethod {
        /// Who is asked.
        username: String,
        /// Host and path.
        place: String,
        /// What the page offers, in its words.
        offered: Vec<String>,
    },
    /// The page is none that may be given a code.
    #[error(
        "a page at {origin} wants to verify {username}, and is neither on the login host nor on the org's My Domain, nor did the login lead there: no code was typed"
    )]
    UntrustedHost {
        /// Who is asked.
        username: String,
        /// The page's origin.
        origin: String,
    },
    /// A method was chosen and the choice came back.
    #[error("Salesforce asks {username} for a method of verification again{}", page_says(said.as_ref()))]
    ChoiceRefused {
        /// Who is asked.
        username: String,
        /// The page's own words.
        said: Option<String>,
    },
}

fn page_says(words: Option<&String>) -> String {
    words.map(|words| format!(" (the page says: \"{words}\")")).unwrap_or_default()
}

fn offers(offered: &[String]) -> String {
    if offered.is_empty() {
        return "in a way that this version does not know".to_owned();
    }
    let quoted: Vec<String> = offered.iter().map(|method| format!("\"{method}\"")).collect();
    format!("and offers {}, none of which can be answered", quoted.join(", "))
}

/// So far a clock may be off before codes are refused.
const TOLERABLE_SECONDS: i64 = 20;

const OR_NO_QUESTION: &str = "or let no code be asked for: log in from a trusted IP range (Setup → Network Access), or keep a browser profile";
const COMMAND_HINT: &str = "set `verification_code_command` of this user to a program that prints the code; REAUTH_VERIFICATION_METHOD and REAUTH_VERIFICATION_USERNAME tell it which one is wanted";
const SEED_HINT: &str = "set `totp_secret` of this user to the seed of their authenticator app: base32, or the `otpauth://` URL of its QR code";

impl From<VerificationError> for Failure {
    fn from(error: VerificationError) -> Self {
        use VerificationError as Error;
        let message = error.to_string();
        match error {
            Error::NotConfigured { method: Method::Totp, .. } => {
                Failure::scenario("salesforce.code_not_configured", message)
                    .hint(SEED_HINT)
                    .hint("or run on a terminal, where you are asked for the code")
            }
            Error::NotConfigured { .. } => {
                Failure::scenario("salesforce.code_not_configured", message)
                    .hint(COMMAND_HINT)
                    .hint("or run on a terminal, where you are asked for the code")
                    .hint(OR_NO_QUESTION)
            }
            Error::Refused { method, ahead_by, .. } => {
                let failure = Failure::scenario("salesforce.code_refused", message);
                let failure = match (method, ahead_by) {
                    (Method::Totp, Some(seconds)) if seconds.abs() > TOLERABLE_SECONDS => failure
                        .hint(format!(
                            "this machine's clock is {} s {} Salesforce's: set it right",
                            seconds.abs(),
                            if seconds > 0 { "behind" } else { "ahead of" }
                        )),
                    (Method::Totp, Some(_)) => failure
                        .hint("`totp_secret` is not the seed of this user's authenticator: this machine's clock agrees with Salesforce's"),
                    (Method::Totp, None) => failure
                        .hint("`totp_secret` is not the seed of this user's authenticator, or this machine's clock is wrong by more than half a minute"),
                    _ => failure
                        .hint("see that the newest code is given: each new one makes the one before it useless"),
                };
                failure.hint("log in once by hand before the next run: several wrong codes in a row lock the user")
            }
            Error::TooLate { .. } => Failure::scenario("salesforce.no_time_for_code", message)
                .hint("an authenticator's code lasts 30 s: give `--timeout` at least 60 s"),
            Error::Command { hung, .. } => {
                let failure = Failure::scenario("salesforce.code_command", message);
                let failure = if hung {
                    failure.hint("`--timeout` is the time for a login with everything that it asks")
                } else {
                    failure
                };
                failure.hint("run it by hand, with REAUTH_VERIFICATION_METHOD and REAUTH_VERIFICATION_USERNAME set")
            }
            Error::SameCode { .. } => Failure::scenario("salesforce.code_refused", message)
                .hint("the command is to wait for a newer code where REAUTH_VERIFICATION_ATTEMPT is 2"),
            Error::NoAnswer { .. } => Failure::scenario("salesforce.no_code_typed", message)
                .hint("`--timeout` is also the time for typing")
                .hint(COMMAND_HINT),
            Error::NoTerminal { .. } => {
                Failure::scenario("salesforce.no_terminal", message).hint(COMMAND_HINT)
            }
            Error::NoMethod { .. } => Failure::scenario("salesforce.no_known_method", message)
                .hint("register an authenticator app for the user and set `totp_secret`, or give codes by e-mail with `verification_code_command`")
                .hint("administrators need a passkey: `reauth passkey enroll`")
                .hint(OR_NO_QUESTION),
            Error::UntrustedHost { .. } => {
                Failure::scenario("salesforce.code_untrusted_host", message)
                    .hint("if the host is your org's, set `salesforce.my_domain` to it")
                    .hint("something led the browser to another org: a kept profile, single sign-on, or an OAuth URL of another org")
            }
            Error::ChoiceRefused { .. } => {
                Failure::scenario("salesforce.method_refused", message)
                    .hint("log in by hand and see which methods work for this user")
            }
        }
    }
}
