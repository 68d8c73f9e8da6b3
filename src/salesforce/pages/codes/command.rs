//! `verification_code_command`: a program that prints the code.

use std::process::Stdio;

use tokio::process::Command;
use tokio::time::Instant;

use super::error::VerificationError as Error;
use super::{Asked, LABEL, extract};
use crate::child::{self, ChildError, Ended, Group};
use crate::secrets::{Redactor, Secret, excerpt};

/// A mail with its headers is shorter.
const LONGEST_OUTPUT: u64 = 256 * 1024;
/// How much of what it complains of is shown.
const LONGEST_COMPLAINT: usize = 300;

/// Runs the command and takes the code from what it prints. Whatever ends this, nothing of the
/// command is left.
pub(super) async fn run(asked: &Asked<'_>, redactor: &Redactor) -> Result<Secret, Error> {
    let command = asked.account.verification_code_command.as_ref();
    let words = command.map_or(&[][..], |command| &command.words);
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
    let withheld = command.map_or(&[][..], |command| &command.withheld);
    let mut command = Command::new(program);
    for name in withheld {
        command.env_remove(name);
    }
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
    let is_cut = bytes.len() as u64 > LONGEST_OUTPUT;
    let redacted = redactor.redact(&text);
    let words = excerpt::clean_part(&redacted, is_cut).split_whitespace();
    let clean = extract::without_codes(&words.collect::<Vec<_>>().join(" "));
    let skipped = clean.chars().count().saturating_sub(LONGEST_COMPLAINT);
    let tail: String = clean.chars().skip(skipped).collect();
    if tail.is_empty() { tail } else { format!(": {tail}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// It is the end that is told: just there the output was cut.
    #[test]
    fn no_beginning_of_a_secret_is_told_where_the_output_was_cut() {
        let redactor = Redactor::new();
        let _ = redactor.learn("password", "correct horse battery staple");
        let longest = usize::try_from(LONGEST_OUTPUT).unwrap();
        let text = |before: usize| format!("{}correct horse battery staple", "x ".repeat(before));
        for before in longest / 2 - 14..longest / 2 {
            let bytes: Vec<u8> = text(before).bytes().take(longest + 1).collect();
            let told = complaint(&bytes, &redactor);
            assert!(told.contains("x x x") && !told.contains("corr"), "{told}");
        }
        assert!(complaint(text(1).as_bytes(), &redactor).contains("password"));
    }
}
