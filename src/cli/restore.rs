//! `reauth restore`, for one instance or for everything that the journal knows of.

use std::process::ExitCode;

use futures_util::FutureExt as _;

use super::flags::{Global, RestoreArguments};
use super::session::{Plan, execute, to_stderr};
use super::signals::Signals;
use crate::config::Overrides;
use crate::failure::Failure;
use crate::journal::{Entry, Journal};
use crate::report::Purpose;
use crate::scenario::{Context, cycle};

/// Brings back what is not authenticated.
pub async fn run(global: &Global, arguments: RestoreArguments) -> Result<ExitCode, Failure> {
    let all = arguments.all;
    let overrides = arguments.overrides(global);
    if all {
        return restore_all(global, &overrides).await;
    }
    let plan = Plan { purpose: Purpose::Restore, overrides, restores: false, config: None };
    execute(global, plan, async |context| cycle::restore(context).await, |_, ()| {}).await
}

async fn restore_left(
    global: &Global,
    overrides: &Overrides,
    entry: Entry,
) -> Result<ExitCode, Failure> {
    let overrides = Overrides { instance: Some(entry.instance_id), ..overrides.clone() };
    let config = entry.config_file.clone().filter(|_| global.config.is_none());
    let plan = Plan { purpose: Purpose::Restore, overrides, restores: false, config };
    let work = async |context: &Context| cycle::restore_left(context, &entry).await;
    execute(global, plan, work, |_, ()| {}).await
}

/// One after the other, each with the configuration that its run had. A failed one neither hides
/// nor stops another, but a signal does: the rest stays in the journal.
async fn restore_all(global: &Global, overrides: &Overrides) -> Result<ExitCode, Failure> {
    let entries = Journal::open()?.all()?;
    if entries.is_empty() {
        to_stderr("nothing to restore: the journal knows of no instance\n");
    }
    let mut signals = Signals::catch()?;
    let mut worst = 0;
    for entry in entries {
        let code = match entry {
            Ok(entry) => restore_left(global, overrides, entry).await,
            Err(corrupt) => Err(Failure::from(corrupt)),
        };
        let code = code.unwrap_or_else(|failure| super::stop(&failure));
        // `ExitCode` does not tell its number: 4 is what is left to do, whatever else went wrong.
        if code != ExitCode::SUCCESS {
            worst = 4;
        }
        if let Some(stop) = signals.next().now_or_never() {
            to_stderr(&format!("{stop}: what else the journal knows of was not looked at\n"));
            worst = 4;
            break;
        }
    }
    Ok(ExitCode::from(worst))
}
