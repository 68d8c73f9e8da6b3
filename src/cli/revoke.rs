//! `reauth revoke`

use super::flags::{Global, RevokeArguments};
use super::session::{Plan, execute};
use crate::failure::Failure;
use crate::report::Purpose;
use crate::scenario::cycle;

/// Ends the instance's grant, on purpose.
pub async fn run(global: &Global, arguments: RevokeArguments) -> Result<u8, Failure> {
    let watching = arguments.watch.watching();
    let overrides = arguments.overrides(global);
    let plan = Plan { purpose: Purpose::Revoke, overrides, restores: true, config: None, watching };
    execute(global, plan, async |context| cycle::revoke(context).await, |_, ()| Vec::new()).await
}
