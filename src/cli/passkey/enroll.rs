//! `reauth passkey enroll`

use std::path::PathBuf;

use super::super::flags::{EnrollArguments, Format, Global};
use super::super::session::{Plan, execute, refuse, to_stderr, to_stdout};
use super::account;
use crate::config::PasskeyAt;
use crate::failure::Failure;
use crate::report::Purpose;
use crate::salesforce::passkey::PasskeyFile;
use crate::scenario::{Context, Enrolment, Watching, enrol};

/// Creates a passkey and keeps it; prints its file, or the passkey itself where a person asks.
pub async fn run(global: &Global, arguments: EnrollArguments) -> Result<u8, Failure> {
    let is_human = global.format == Format::Human;
    let (who, to, force, print) =
        (arguments.who, arguments.to.clone(), arguments.force, arguments.print);
    if print && !is_human {
        let failure = Failure::usage(
            "passkey.secrets_in_report",
            "`--print` prints a line of its own, which a JSON report has no room for",
        )
        .hint("leave out `--format json`, or read the file");
        return Err(refuse(global, Purpose::Passkey, failure));
    }
    let overrides = arguments.overrides(global);
    let plan = Plan {
        purpose: Purpose::Passkey,
        overrides,
        restores: false,
        config: None,
        watching: Watching::default(),
    };
    execute(
        global,
        plan,
        async |context| {
            let account = account(&context.config, who)?.clone();
            let path = target(context, to, account.passkey.as_ref())?;
            let file = PasskeyFile::at(path);
            enrol(context, Enrolment { account, file, force }).await
        },
        |_, enrolled| {
            if print {
                match enrolled.passkey.to_text() {
                    // A secret is not kept for later.
                    Ok(text) => to_stdout(&text),
                    Err(error) => to_stderr(&format!("the passkey cannot be printed: {error}\n")),
                }
            } else if is_human {
                return vec![enrolled.file.path().display().to_string()];
            }
            Vec::new()
        },
    )
    .await
}

/// Where it goes: where a flag says, else where it is looked for.
fn target(
    context: &Context,
    to: Option<PathBuf>,
    configured: Option<&PasskeyAt>,
) -> Result<PathBuf, Failure> {
    let nowhere = |message: &str| {
        Failure::usage("passkey.no_file", message)
            .hint("name a file: --to FILE, or `passkey_file` in reauth.toml")
    };
    match (to, configured) {
        (Some(path), _) => Ok(std::path::absolute(&path).unwrap_or(path)),
        (None, Some(PasskeyAt::File(path))) => Ok(path.clone()),
        (None, Some(PasskeyAt::Given(_))) => {
            Err(nowhere("the configured passkey is a secret, which a new one cannot be written to"))
        }
        (None, None) => {
            let user = &context.config.salesforce.user.username;
            Err(nowhere(&format!("nothing says where the passkey of {user} is to be kept")))
        }
    }
}
