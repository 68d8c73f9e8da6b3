//! `reauth passkey`

mod enroll;
mod forget;
mod show;

use std::path::PathBuf;

use super::flags::{Global, PasskeyArguments, PasskeyCommand, Who};
use crate::config::{Account, Config, PasskeyAt};
use crate::failure::Failure;

/// One of the commands.
pub async fn run(global: &Global, arguments: PasskeyArguments) -> Result<u8, Failure> {
    match arguments.command {
        PasskeyCommand::Enroll(arguments) => enroll::run(global, *arguments).await,
        PasskeyCommand::Show(arguments) => show::run(global, &arguments).await,
        PasskeyCommand::Forget(arguments) => forget::run(global, &arguments).await,
    }
}

/// Whose passkey it is.
fn account(config: &Config, who: Who) -> Result<&Account, Failure> {
    let salesforce = &config.salesforce;
    match who {
        Who::User => Ok(&salesforce.user),
        Who::Admin => salesforce.admin.as_ref().ok_or_else(|| {
            Failure::usage("passkey.no_admin", "`--as admin` is given, but no admin is configured")
                .hint("name one under [salesforce.admin] in reauth.toml")
        }),
    }
}

/// Where the passkey of a user is kept.
fn kept(config: &Config, who: Who) -> Result<&PasskeyAt, Failure> {
    let account = account(config, who)?;
    account.passkey.as_ref().ok_or_else(|| {
        Failure::usage(
            "passkey.not_named",
            format!("no passkey is configured for {}", account.username),
        )
        .hint("name its file as an argument, or as `passkey_file` in reauth.toml")
    })
}

/// The file of a passkey; a secret that was handed over has none.
fn kept_file(config: &Config, who: Who) -> Result<PathBuf, Failure> {
    match kept(config, who)? {
        PasskeyAt::File(path) => Ok(path.clone()),
        PasskeyAt::Given(secret) => Err(Failure::usage(
            "passkey.not_a_file",
            format!("the passkey is given as a secret, `{}`", secret.label()),
        )
        .hint("remove it from where the secret is kept")),
    }
}
