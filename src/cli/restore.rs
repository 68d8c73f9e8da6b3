//! `reauth restore`, for one instance or for everything that the journal knows of.

use futures_util::FutureExt as _;

use super::flags::{Global, RestoreArguments};
use super::session::{Plan, execute, to_stderr};
use super::signals::Signals;
use crate::config::Overrides;
use crate::failure::Failure;
use crate::journal::{Entry, Journal};
use crate::report::Purpose;
use crate::scenario::{Context, Watching, cycle};

/// Exit code of an instance that is not, or may not be, authenticated.
const UNAUTHENTICATED: u8 = 4;
/// Exit codes, the worst first: 4 wins over everything, as the contract has it.
const BY_SEVERITY: &[u8] = &[UNAUTHENTICATED, 130, 143, 1, 3, 2, 0];

/// The worse of two exit codes; one that is not known is taken for the worst.
fn worse(one: u8, other: u8) -> u8 {
    let rank = |code: u8| BY_SEVERITY.iter().position(|known| *known == code).unwrap_or(0);
    if rank(one) <= rank(other) { one } else { other }
}

/// Brings back what is not authenticated.
pub async fn run(global: &Global, arguments: RestoreArguments) -> Result<u8, Failure> {
    let all = arguments.all;
    let watching = arguments.watch.watching();
    let overrides = arguments.overrides(global);
    if all {
        return restore_all(global, &overrides, watching).await;
    }
    let plan =
        Plan { purpose: Purpose::Restore, overrides, restores: false, config: None, watching };
    execute(global, plan, async |context| cycle::restore(context).await, |_, ()| Vec::new()).await
}

async fn restore_left(
    global: &Global,
    overrides: &Overrides,
    watching: Watching,
    entry: Entry,
) -> Result<u8, Failure> {
    let overrides = Overrides { instance: Some(entry.instance_id), ..overrides.clone() };
    let config = entry.config_file.clone().filter(|_| global.config.is_none());
    let plan = Plan { purpose: Purpose::Restore, overrides, restores: false, config, watching };
    let work = async |context: &Context| cycle::restore_left(context, &entry).await;
    execute(global, plan, work, |_, ()| Vec::new()).await
}

/// One after the other, each with the configuration that its run had. A failed one neither hides
/// nor stops another, but a signal does: the rest stays in the journal.
async fn restore_all(
    global: &Global,
    overrides: &Overrides,
    watching: Watching,
) -> Result<u8, Failure> {
    let journal = Journal::open()?;
    let entries = journal.all()?;
    if entries.is_empty() {
        to_stderr("nothing to restore: the journal knows of no instance\n");
    }
    let mut signals = Signals::catch()?;
    let mut worst = 0;
    for entry in entries {
        let code = match entry {
            Ok(entry) => {
                let key = entry.key();
                let code = restore_left(global, overrides, watching, entry)
                    .await
                    .unwrap_or_else(|failure| super::stop(&failure));
                // Whatever kept us from it: an instance that is still in the journal was not seen
                // authenticated.
                if matches!(journal.pending(&key), Ok(None)) { code } else { UNAUTHENTICATED }
            }
            // What stands in it cannot be read: its instance may be dead.
            Err(corrupt) => {
                super::stop(&Failure::from(corrupt));
                UNAUTHENTICATED
            }
        };
        worst = worse(worst, code);
        if let Some(stop) = signals.next().now_or_never() {
            to_stderr(&format!("{stop}: what else the journal knows of was not looked at\n"));
            worst = UNAUTHENTICATED;
            break;
        }
    }
    Ok(worst)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_code_is_told() {
        for (one, other, worst) in
            [(0, 0, 0), (0, 3, 3), (3, 1, 1), (1, 130, 130), (130, 4, 4), (4, 0, 4), (2, 0, 2)]
        {
            assert_eq!(worse(one, other), worst, "{one} {other}");
            assert_eq!(worse(other, one), worst, "{other} {one}");
        }
    }
}
