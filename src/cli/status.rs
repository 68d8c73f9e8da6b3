//! `reauth status`

use super::flags::{Format, Global, StatusArguments};
use super::session::{Plan, execute};
use crate::failure::Failure;
use crate::report::Purpose;
use crate::scenario::{Located, Watching, cycle};

/// Whether the instance is authenticated; one word on stdout.
pub async fn run(global: &Global, arguments: StatusArguments) -> Result<u8, Failure> {
    let is_human = global.format == Format::Human;
    let overrides = arguments.overrides(global);
    let plan = Plan {
        purpose: Purpose::Status,
        overrides,
        restores: false,
        config: None,
        watching: Watching::default(),
    };
    execute(
        global,
        plan,
        async |context| cycle::status(context).await,
        |_, located| {
            let word = match located {
                Located::Alive(_) => "authenticated",
                Located::Dead(..) => "not authenticated",
            };
            is_human.then(|| word.to_owned()).into_iter().collect()
        },
    )
    .await
}
