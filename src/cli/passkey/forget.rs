//! `reauth passkey forget`

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use super::super::defect;
use super::super::flags::{ForgetArguments, Global};
use super::super::session::{configured, to_stderr};
use super::super::signals::Signals;
use super::kept_file;
use crate::failure::Failure;
use crate::salesforce::passkey::{PasskeyError, PasskeyFile};
use crate::secrets::Redactor;

/// Removes the file, for good, and what an enrolment left beside it that was ended half-way. What
/// Salesforce knows stays there.
pub async fn run(global: &Global, arguments: &ForgetArguments) -> Result<u8, Failure> {
    let redactor = Redactor::new();
    let mut signals = Signals::catch()?;
    let path = match &arguments.file {
        Some(file) => file.clone(),
        None => {
            let config = configured(global, &redactor, &mut signals).await?;
            let Some(config) = config else { return Ok(2) };
            kept_file(&config, arguments.who)?
        }
    };
    let unasked = arguments.yes;
    // Whoever is asked may let it wait.
    let removal = defect::on_thread(move || remove_all(path, unasked, &redactor));
    tokio::select! {
        removed = removal => removed,
        failure = signals.next() => Err(failure),
    }
}

fn remove_all(path: PathBuf, unasked: bool, redactor: &Redactor) -> Result<u8, Failure> {
    let file = PasskeyFile::at(&path);
    let pending = file.pending();
    if !file.is_there() && !pending.is_there() {
        return Err(PasskeyError::Missing { path }.into());
    }
    let known = "still lists it, and lets nobody in without it";
    for (file, known) in [(file, known), (pending, "may have taken it")] {
        if file.is_there() && remove(&file, unasked, redactor)? {
            to_stderr(&format!(
                "Salesforce {known}: remove it in Setup → Users → the user → Built-in Authenticators.\n"
            ));
        }
    }
    Ok(0)
}

/// Removes one file, unless somebody who is asked says no.
fn remove(file: &PasskeyFile, unasked: bool, redactor: &Redactor) -> Result<bool, Failure> {
    let path = file.path();
    let whose = match file.read(redactor) {
        Ok(passkey) => format!("the passkey of {} for {}", passkey.username, passkey.host()),
        // It can be removed all the same.
        Err(error) => format!("a file that cannot be used ({error})"),
    };
    let goes = unasked || is_confirmed(path, &whose)?;
    if goes {
        file.remove()?;
        to_stderr(&format!("{} removed: {whose}.\n", path.display()));
    } else {
        to_stderr(&format!("{} was not removed\n", path.display()));
    }
    Ok(goes)
}

fn is_confirmed(path: &Path, whose: &str) -> Result<bool, Failure> {
    if !std::io::stdin().is_terminal() {
        return Err(Failure::usage(
            "passkey.not_confirmed",
            format!("{} holds {whose}: it is not removed unasked", path.display()),
        )
        .hint("remove it with --yes"));
    }
    dialoguer::Confirm::new()
        .with_prompt(format!("Remove {}, {whose}? It cannot be made again", path.display()))
        .default(false)
        .interact()
        .map_err(|error| {
            Failure::environment("passkey.not_confirmed", format!("no answer was read: {error}"))
                .hint("remove it with --yes")
        })
}
