//! `reauth init`

use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::process::ExitCode;

use super::flags::{Global, InitArguments};
use super::session::to_stderr;
use crate::config;
use crate::failure::Failure;

/// Writes a commented reauth.toml; never over one that is there, unless told to.
pub fn run(global: &Global, arguments: &InitArguments) -> Result<ExitCode, Failure> {
    let named = arguments.file.as_deref().or(global.config.as_deref());
    let file = named.unwrap_or(Path::new("reauth.toml"));
    let mut options = std::fs::OpenOptions::new();
    // Whoever fills it in may write a password into it.
    options.write(true).mode(0o600);
    if arguments.force {
        options.create(true).truncate(true);
    } else {
        options.create_new(true);
    }
    options.open(file).and_then(|mut open| open.write_all(config::template().as_bytes())).map_err(
        |error| match error.kind() {
            ErrorKind::AlreadyExists => Failure::usage(
                "init.exists",
                format!("{} is there already and was not touched", file.display()),
            )
            .hint("name another file, or overwrite it with --force"),
            _ => Failure::environment(
                "init.unwritable",
                format!("{} cannot be written: {error}", file.display()),
            ),
        },
    )?;
    to_stderr(&format!(
        "{} written. Set the variables that it names, then try `reauth status`.\n",
        file.display()
    ));
    Ok(ExitCode::SUCCESS)
}
