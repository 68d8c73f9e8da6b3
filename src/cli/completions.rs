//! `reauth completions`

use clap::CommandFactory as _;

use super::flags::{Cli, CompletionsArguments};
use super::session::to_stdout;
use crate::failure::Failure;

/// Prints a completion script.
pub fn run(arguments: &CompletionsArguments) -> Result<u8, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Cli::command(), "reauth", &mut script);
    to_stdout(&String::from_utf8_lossy(&script));
    Ok(0)
}
