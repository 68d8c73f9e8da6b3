//! `verification_code_command`: a program that prints the code.

use std::process::Stdio;

use tokio::process::Command;
use tokio::time::Instant;

use super::error::VerificationError as Error;
use super::{Asked, LABEL, extract};
use crate::child::{self, ChildError, Ended, Group};
use crate::secrets::{Redactor, Secret};

/// A mail with its headers is shorter.
const LONGEST_OUTPUT: u64 = 256 * 1024;
/// How much of what it complains of is shown.
const LONGEST_COMPLAINT: usize = 300;

/// Runs the command and takes the code from what it prints. Whatever ends this, nothing of the
/// command is left.
pub(super) async fn run(asked: &Asked<'_>, redactor: &Redactor) -> Result<Secret, Error> {
    let words = asked.account.verification_code_command.as_deref().unwrap_or_default();
    let [program, arguments @ ..] = words else {
        return Err(Error::NotConfigured {
            method: asked.method,
            username: asked.account.username.clone(),
            about: asked.about.clone(),
        });
    };
    let failed = |problem: String, hung| Error::Command {
        program: program.clone(),
        username: asked.account.username.clone(),
        problem,
        hung,
    };
    let began = Instant::now();
    let mut command = Command::new(program);
    command
        .args(arguments)
        .env("REAUTH_VERIFICATION_METHOD", asked.method.word())
        .env("REAUTH_VERIFICATION_USERNAME", &asked.account.username)
        .env("REAUTH_VERIFICATION_ATTEMPT", asked.attempt.to_string())
        .stderr(Stdio::piped());
    let ended = child::run(&mut command, Group::Own, LONGEST_OUTPUT, asked.deadline).await;
    let Ended { status, stdout, stderr } = ended.map_err(|error| match error {
        ChildError::Late => {
            failed(format!("did not end within {} s", began.elapsed().as_secs()), true)
        }
        error => failed(error.to_string(), false),
    })?;
    let complaint = complaint(&stderr, redactor);
    if !status.success() {
        return Err(failed(format!("failed with {status}{complaint}"), false));
    }
    // A code is a number in ASCII: whatever else is not UTF-8 does not matter.
    match extract::code_in(&String::from_utf8_lossy(&stdout)) {
        Some(code) => Ok(redactor.learn_code(LABEL, code)),
        None => Err(failed(format!("printed no number of 5 to 8 digits{complaint}"), false)),
    }
}

/// The end of what it wrote to its standard error, in one line, or nothing.
fn complaint(bytes: &[u8], redactor: &Redactor) -> String {
    let text = String::from_utf8_lossy(bytes);
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let clean = extract::without_codes(&redactor.redact(&line));
    let skipped = clean.chars().count().saturating_sub(LONGEST_COMPLAINT);
    let tail: String = clean.chars().skip(skipped).collect();
    if tail.is_empty() { tail } else { format!(": {tail}") }
}
