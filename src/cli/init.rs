//! `reauth init`

use super::flags::{Global, InitArguments};
use super::private_file;
use super::session::to_stderr;
use crate::config;
use crate::failure::Failure;
use std::io::ErrorKind;
use std::path::Path;

/// Writes a commented reauth.toml; never over one that is there, unless told to.
pub fn run(global: &Global, arguments: &InitArguments) -> Result<u8, Failure> {
    let named = arguments.file.as_deref().or(global.config.as_deref());
    let file = named.unwrap_or(Path::new("reauth.toml"));
    // Whoever fills it in may write a password into it.
    private_file::write(file, config::template(), arguments.force).map_err(|error| match error
        .kind()
    {
        ErrorKind::AlreadyExists => Failure::usage(
            "init.exists",
            format!("{} is there already and was not touched", file.display()),
        )
        .hint("name another file, or overwrite it with --force"),
        _ => Failure::environment(
            "init.unwritable",
            format!("{} cannot be written: {error}", file.display()),
        ),
    })?;
    to_stderr(&format!(
        "{} written. Set the variables that it names, then try `reauth status`.\n",
        file.display()
    ));
    Ok(0)
}
