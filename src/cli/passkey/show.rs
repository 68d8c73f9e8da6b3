//! `reauth passkey show`

use jiff::Timestamp;
use serde_json::json;

use super::super::flags::{Format, Global, ShowArguments};
use super::super::session::{configured, to_stdout};
use super::kept;
use crate::config::PasskeyAt;
use crate::failure::Failure;
use crate::salesforce::passkey::{HeldPasskey, Passkey, PasskeyFile};
use crate::secrets::Redactor;

/// Whose it is, for which host, how old, how often used; never the key.
pub async fn run(global: &Global, arguments: &ShowArguments) -> Result<u8, Failure> {
    let redactor = Redactor::new();
    let (passkey, place) = match &arguments.file {
        Some(file) => (PasskeyFile::at(file).read(&redactor)?, file.display().to_string()),
        None => {
            let Some(config) = configured(global, &redactor).await? else { return Ok(2) };
            let at = kept(&config, arguments.who)?;
            let place = match at {
                PasskeyAt::File(path) => path.display().to_string(),
                PasskeyAt::Given(secret) => format!("the secret `{}`", secret.label()),
            };
            (HeldPasskey::load(at, &redactor)?.passkey(), place)
        }
    };
    to_stdout(&match global.format {
        Format::Human => for_people(&passkey, &place, Timestamp::now()),
        Format::Json => for_programs(&passkey, &place),
    });
    Ok(0)
}

fn for_people(passkey: &Passkey, place: &str, now: Timestamp) -> String {
    let counter = passkey.credential.sign_count.to_string();
    [
        ("host", passkey.host()),
        ("user", &passkey.username),
        ("age", &format!("{}, created {:.0}", age(passkey.created_at, now), passkey.created_at)),
        ("counter", &counter),
        ("credential", &format!("{}…", passkey.id_beginning())),
        ("kept in", place),
    ]
    .map(|(name, value)| format!("{name:10}  {value}\n"))
    .concat()
}

/// In days, or in hours while it is young.
fn age(created_at: Timestamp, now: Timestamp) -> String {
    let hours = now.duration_since(created_at).as_hours();
    let (count, unit) = if hours < 48 { (hours, "hour") } else { (hours / 24, "day") };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

fn for_programs(passkey: &Passkey, place: &str) -> String {
    let shown = json!({
        "host": passkey.host(),
        "user": passkey.username,
        "created_at": passkey.created_at,
        "counter": passkey.credential.sign_count,
        "credential": passkey.id_beginning(),
        "kept_in": place,
    });
    format!("{shown:#}")
}
