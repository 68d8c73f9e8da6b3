//! `reauth man`

use clap::CommandFactory as _;

use super::flags::{Cli, ManArguments};
use super::session::to_stdout;
use crate::failure::Failure;

/// Prints a manual page, of the program or of one of its commands.
pub fn run(arguments: &ManArguments) -> Result<u8, Failure> {
    let mut all = Cli::command();
    all.build();
    let command = match &arguments.command {
        None => all,
        Some(name) => match all.find_subcommand(name) {
            Some(command) => command.clone(),
            None => return Err(no_such_command(&all, name)),
        },
    };
    let name = command.get_display_name().unwrap_or("reauth").to_uppercase();
    let mut page = Vec::new();
    clap_mangen::Man::new(command).title(name).render(&mut page).map_err(|error| {
        Failure::scenario("reauth.defect", format!("no manual page could be made: {error}"))
    })?;
    to_stdout(&String::from_utf8_lossy(&page));
    Ok(0)
}

fn no_such_command(all: &clap::Command, name: &str) -> Failure {
    let names: Vec<&str> = all.get_subcommands().map(clap::Command::get_name).collect();
    let nearest = names
        .iter()
        .max_by(|one, other| strsim::jaro(one, name).total_cmp(&strsim::jaro(other, name)));
    let failure = Failure::usage(
        "reauth.no_such_command",
        format!("expected a command of reauth, there is none called {name}"),
    );
    let failure = match nearest {
        Some(nearest) if strsim::jaro(nearest, name) > 0.7 => {
            failure.hint(format!("did you mean {nearest}?"))
        }
        _ => failure,
    };
    failure.hint(format!("one of {}", names.join(", ")))
}
