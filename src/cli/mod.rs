//! The command line: one file a command, every flag said once in `flags.rs`.
//!
//! A command's result goes to stdout, what a person reads to stderr. The exit codes are a contract:
//! 0 passed, 1 failed with the instance authenticated, 2 usage, 3 environment, 4 the instance is not
//! authenticated, 130 and 143 interrupted.

mod completions;
mod defect;
mod doctor;
mod explain;
mod flags;
mod init;
mod man;
mod passkey;
mod private_file;
mod provision;
mod report;
mod restore;
mod revoke;
mod run;
mod schema;
mod session;
mod signals;
#[cfg(feature = "simulator")]
mod simulate;
mod status;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};

pub use flags::{Cli, Command};

use crate::browser::guard;
use crate::failure::Failure;
use crate::report::{Glyphs, Purpose};

/// The whole program.
pub fn main() -> ExitCode {
    let arguments: Vec<String> =
        std::env::args_os().map(|argument| argument.to_string_lossy().into_owned()).collect();
    if arguments.get(1).is_some_and(|first| first == guard::ARGUMENT) {
        return guard::main(&arguments[2..]);
    }
    keep_memory_private();
    defect::catch_panics();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return refused(&error, arguments.get(1..).unwrap_or_default()),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            let failure = Failure::environment(
                "reauth.no_runtime",
                format!("the system gives no threads: {error}"),
            );
            return ExitCode::from(stop(&failure));
        }
    };
    let code = runtime.block_on(async {
        let ended = defect::caught(dispatch(cli)).await;
        ended.unwrap_or_else(|defect| ExitCode::from(stop(&defect)))
    });
    // A look-up that hangs in the system's resolver must not hold up the end.
    runtime.shutdown_background();
    code
}

/// A command line that is none; or one that asks for help, which is no mistake. Whoever asked for a
/// report gets one.
fn refused(error: &clap::Error, arguments: &[String]) -> ExitCode {
    if let Err(error) = error.print() {
        tracing::debug!(%error, "nobody reads");
    }
    let code = u8::try_from(error.exit_code()).unwrap_or(2);
    let asks_for_json = arguments.iter().any(|argument| argument == "--format=json")
        || arguments.windows(2).any(|pair| pair == ["--format", "json"]);
    let line = Cli::command();
    let command = arguments.iter().find(|argument| line.find_subcommand(argument).is_some());
    let purpose = command.and_then(|command| Purpose::named(command));
    if let (true, true, Some(purpose)) = (error.use_stderr(), asks_for_json, purpose) {
        let text = error.to_string();
        let end =
            ["\n\nUsage:", "\n\nFor more"].into_iter().filter_map(|begin| text.find(begin)).min();
        let said = &text[..end.unwrap_or(text.len())];
        let said = said.strip_prefix("error: ").unwrap_or(said).trim();
        let hint = format!("see `reauth {} --help`", purpose.as_str());
        session::refuse_line(purpose, Failure::usage("reauth.usage", said).hint(hint));
    }
    ExitCode::from(code)
}

/// No core dump of this process, nor of those that it starts: each holds a password at some time.
/// A limit of 0 is not heeded where cores are piped to a program; 1 is refused there by that very
/// value, and elsewhere because no core is so short (Linux, fs/coredump.c). Nobody but root can read the memory and
/// environment of a process that is not dumpable.
fn keep_memory_private() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let none = Rlimit { current: Some(1), maximum: Some(1) };
    if let Err(error) = setrlimit(Resource::Core, none) {
        tracing::debug!(%error, "core dumps stay on");
    }
    #[cfg(target_os = "linux")]
    if let Err(error) =
        rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)
    {
        tracing::debug!(%error, "the process stays dumpable");
    }
}

async fn dispatch(cli: Cli) -> ExitCode {
    let global = cli.global;
    let result = match cli.command {
        Command::Run(arguments) => run::run(&global, arguments).await,
        Command::Provision(arguments) => provision::run(&global, arguments).await,
        Command::Revoke(arguments) => revoke::run(&global, arguments).await,
        Command::Restore(arguments) => restore::run(&global, arguments).await,
        Command::Status(arguments) => status::run(&global, arguments).await,
        Command::Passkey(arguments) => passkey::run(&global, arguments).await,
        Command::Doctor(arguments) => doctor::run(&global, arguments).await,
        #[cfg(feature = "simulator")]
        Command::Simulate(arguments) => simulate::run(&arguments).await,
        Command::Report(arguments) => report::run(&global, arguments),
        Command::Explain(arguments) => explain::run(&global, &arguments),
        Command::Init(arguments) => init::run(&global, &arguments).await,
        Command::Schema(arguments) => schema::run(&arguments),
        Command::Completions(arguments) => completions::run(&arguments),
        Command::Man(arguments) => man::run(&arguments),
    };
    ExitCode::from(result.unwrap_or_else(|failure| stop(&failure)))
}

/// Says why nothing could be begun, and with which code.
fn stop(failure: &Failure) -> u8 {
    // What a file says of itself may be in it.
    let glyphs = Glyphs::of_environment();
    let lines: Vec<String> = failure.message.lines().map(|line| glyphs.line(line)).collect();
    let mut text = format!("error[{}]: {}\n", failure.code, lines.join("\n"));
    for hint in &failure.hints {
        text.push_str(&format!("  help: {hint}\n"));
    }
    // Whoever could not be told of one code is not helped by another.
    if !failure.code.starts_with("explain.") {
        text.push_str(&format!("  see `reauth explain {}`\n", failure.code));
    }
    session::to_stderr(&text);
    crate::report::verdict(crate::report::Purpose::Run, Some(failure), false, None).exit_code
}
