//! `reauth passkey forget`

use std::io::IsTerminal as _;
use std::path::Path;

use super::super::flags::{ForgetArguments, Global};
use super::super::session::{configured, to_stderr};
use super::kept_file;
use crate::failure::Failure;
use crate::salesforce::passkey::{PasskeyError, PasskeyFile};
use crate::secrets::Redactor;

/// Removes the file, for good. What Salesforce knows stays there.
pub async fn run(global: &Global, arguments: &ForgetArguments) -> Result<u8, Failure> {
    let redactor = Redactor::new();
    let path = match &arguments.file {
        Some(file) => file.clone(),
        None => {
            let Some(config) = configured(global, &redactor).await? else { return Ok(2) };
            kept_file(&config, arguments.who)?
        }
    };
    let file = PasskeyFile::at(&path);
    let whose = match file.read(&redactor) {
        Ok(passkey) => format!("the passkey of {} for {}", passkey.username, passkey.host()),
        Err(missing @ PasskeyError::Missing { .. }) => return Err(missing.into()),
        // It can be removed all the same.
        Err(error) => format!("a file that cannot be used ({error})"),
    };
    if !arguments.yes && !is_confirmed(&path, &whose)? {
        to_stderr("nothing was removed\n");
        return Ok(0);
    }
    file.remove()?;
    to_stderr(&format!(
        "{} removed: {whose}.\nSalesforce still lists it, and lets nobody in without it: remove it in \
         Setup → Users → the user → Built-in Authenticators.\n",
        path.display()
    ));
    Ok(0)
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
