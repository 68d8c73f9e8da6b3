//! `reauth provision`

use super::flags::{Format, Global, ProvisionArguments};
use super::session::{Plan, execute, refuse};
use crate::failure::Failure;
use crate::report::Purpose;
use crate::scenario::cycle;

/// A new authenticated instance; its id goes to stdout, its header only where a person asks.
pub async fn run(global: &Global, arguments: ProvisionArguments) -> Result<u8, Failure> {
    let show_secrets = arguments.show_secrets;
    let is_human = global.format == Format::Human;
    if show_secrets && !is_human {
        let failure = Failure::usage(
            "provision.secrets_in_report",
            "`--show-secrets` prints a line of its own, which a JSON report has no room for",
        )
        .hint("leave out `--format json`: the id comes first, then the header");
        return Err(refuse(global, Purpose::Provision, failure));
    }
    let watching = arguments.watch.watching();
    let overrides = arguments.overrides(global);
    let plan =
        Plan { purpose: Purpose::Provision, overrides, restores: false, config: None, watching };
    execute(
        global,
        plan,
        async |context| cycle::provision(context).await,
        |context, grant| {
            let mut lines = Vec::new();
            if is_human {
                lines.push(grant.instance.id.to_string());
            }
            if show_secrets {
                let header = context.platform.full_header(&grant.instance.token);
                if std::env::var_os("GITHUB_ACTIONS").is_some() {
                    // Prints in clear once, so that every later line is masked.
                    lines.push(format!("::add-mask::{}", header.expose()));
                }
                lines.push(format!("Authorization: {}", header.expose()));
            }
            lines
        },
    )
    .await
}
