//! `reauth restore`, for one instance or for everything that the journal knows of.

use std::process::ExitCode;

use super::flags::{Global, RestoreArguments};
use super::session::{Plan, execute, to_stderr};
use crate::config::Overrides;
use crate::failure::Failure;
use crate::journal::Journal;
use crate::report::Purpose;
use crate::scenario::cycle;

/// Brings back what is not authenticated.
pub async fn run(global: &Global, arguments: RestoreArguments) -> Result<ExitCode, Failure> {
    let all = arguments.all;
    let overrides = arguments.overrides(global);
    if all { restore_all(global, &overrides).await } else { restore(global, overrides, None).await }
}

async fn restore(
    global: &Global,
    overrides: Overrides,
    config: Option<std::path::PathBuf>,
) -> Result<ExitCode, Failure> {
    let plan = Plan { purpose: Purpose::Restore, overrides, restores: false, config };
    execute(global, plan, async |context| cycle::restore(context).await, |_, ()| {}).await
}

/// One after the other, each with the configuration that its run had. A failed one neither hides
/// nor stops another; the exit code is that of the worst.
async fn restore_all(global: &Global, overrides: &Overrides) -> Result<ExitCode, Failure> {
    let entries = Journal::open()?.all()?;
    if entries.is_empty() {
        to_stderr("nothing to restore: the journal knows of no instance\n");
    }
    let mut worst = 0;
    for entry in entries {
        let code = match entry {
            Ok(entry) => {
                let overrides =
                    Overrides { instance: Some(entry.instance_id), ..overrides.clone() };
                let config = entry.config_file.filter(|_| global.config.is_none());
                restore(global, overrides, config).await
            }
            Err(corrupt) => Err(Failure::from(corrupt)),
        };
        let code = code.unwrap_or_else(|failure| super::stop(&failure));
        // `ExitCode` does not tell its number: 4 is what is left to do, whatever else went wrong.
        if code != ExitCode::SUCCESS {
            worst = 4;
        }
    }
    Ok(ExitCode::from(worst))
}
