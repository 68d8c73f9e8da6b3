//! `reauth completions`

use std::process::ExitCode;

use clap::CommandFactory as _;

use super::flags::{Cli, CompletionsArguments};
use super::session::to_stdout;
use crate::failure::Failure;

/// Prints a completion script.
pub fn run(arguments: &CompletionsArguments) -> Result<ExitCode, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Cli::command(), "reauth", &mut script);
    to_stdout(&String::from_utf8_lossy(&script));
    Ok(ExitCode::SUCCESS)
}
