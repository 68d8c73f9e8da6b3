//! `reauth init`

mod answers;

use std::io::ErrorKind;
use std::path::Path;

use clap::Parser as _;

use super::flags::{Cli, Command, Global, InitArguments};
use super::session::to_stderr;
use super::{doctor, private_file};
use crate::config;
use crate::failure::Failure;
use crate::secrets::ask;
use answers::{Question, fill};

/// Writes a commented reauth.toml; never over one that is there, unless told to. Somebody at a terminal
/// is asked for what differs from org to org, never for a secret.
pub async fn run(global: &Global, arguments: &InitArguments) -> Result<u8, Failure> {
    let named = arguments.file.as_deref().or(global.config.as_deref());
    let file = named.unwrap_or(Path::new("reauth.toml"));
    if !arguments.force && file.exists() {
        return Err(exists(file));
    }
    let asks = !arguments.defaults && ask::is_possible();
    let text = if asks { fill(config::template()).await? } else { config::template().to_owned() };
    // Whoever fills it in may write a password into it.
    private_file::write(file, &text, arguments.force).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => exists(file),
        _ => Failure::environment(
            "init.unwritable",
            format!("{} cannot be written: {error}", file.display()),
        ),
    })?;
    to_stderr(&format!("{} written.\n", file.display()));
    let missing = missing_variables(&text);
    if missing.is_empty() {
        if asks
            && Question::yes_or_no("Look at everything now (`reauth doctor`)?", true)
                .ask_one()
                .await?
                == "yes"
        {
            return look(file).await;
        }
        to_stderr("Try `reauth doctor --login`, then `reauth run`.\n");
    } else {
        to_stderr(&format!(
            "Set these variables, then try `reauth doctor --login`:\n  {}\n",
            missing.join("\n  ")
        ));
    }
    Ok(0)
}

/// `reauth doctor` with the file that was written.
async fn look(file: &Path) -> Result<u8, Failure> {
    let arguments = ["reauth".as_ref(), "--config".as_ref(), file.as_os_str(), "doctor".as_ref()];
    match Cli::parse_from(arguments) {
        Cli { global, command: Command::Doctor(arguments) } => {
            doctor::run(&global, arguments).await
        }
        // Nothing else was asked for.
        _ => Ok(0),
    }
}

fn exists(file: &Path) -> Failure {
    Failure::usage(
        "init.exists",
        format!("{} is there already and was not touched", file.display()),
    )
    .hint("name another file, or overwrite it with --force")
}

/// Environment variables that the file names and nobody has set.
fn missing_variables(text: &str) -> Vec<String> {
    let named = text.lines().filter(|line| !line.trim_start().starts_with('#'));
    let named = named.filter_map(|line| line.split_once("\"${")?.1.split_once("}\""));
    let unset = |name: &&str| std::env::var_os(name).is_none_or(|value| value.is_empty());
    named.map(|(name, _)| name).filter(unset).map(str::to_owned).collect()
}
