//! `reauth run`

use super::flags::{Global, RunArguments};
use super::session::{Plan, execute};
use crate::failure::Failure;
use crate::report::Purpose;
use crate::scenario::cycle;

/// The whole article.
pub async fn run(global: &Global, arguments: RunArguments) -> Result<u8, Failure> {
    let restores = !arguments.no_restore;
    let watching = arguments.watch.watching();
    let overrides = arguments.overrides(global);
    let plan = Plan { purpose: Purpose::Run, overrides, restores, config: None, watching };
    execute(global, plan, async |context| cycle::run(context).await, |_, ()| Vec::new()).await
}
