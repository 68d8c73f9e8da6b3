//! `reauth passkey show`

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::flags::{Format, Global, ShowArguments};
use super::super::session::{configured, to_stdout};
use super::super::signals::Signals;
use super::kept;
use crate::config::PasskeyAt;
use crate::failure::Failure;
use crate::salesforce::passkey::{HeldPasskey, Passkey, PasskeyError, PasskeyFile};
use crate::secrets::Redactor;

/// Whose it is, for which host, how old, how often used; never the key. Beside it what an enrolment
/// left that was ended half-way.
pub async fn run(global: &Global, arguments: &ShowArguments) -> Result<u8, Failure> {
    let redactor = Redactor::new();
    let at = match &arguments.file {
        Some(file) => PasskeyAt::File(file.clone()),
        None => {
            let mut signals = Signals::catch()?;
            let config = configured(global, &redactor, &mut signals).await?;
            let Some(config) = config else { return Ok(2) };
            kept(&config, arguments.who)?.clone()
        }
    };
    let shown = look(&at, &redactor)?;
    to_stdout(&match global.format {
        Format::Human => for_people(&shown, Timestamp::now()),
        Format::Json => format!("{:#}", for_programs(&shown)),
    });
    Ok(0)
}

/// A passkey that is shown.
struct Shown {
    passkey: Passkey,
    place: String,
    /// Salesforce may have taken it, or not.
    is_half_way: bool,
}

/// What there is at a place: the passkey, one that is half-way, or both, in this order.
fn look(at: &PasskeyAt, redactor: &Redactor) -> Result<Vec<Shown>, PasskeyError> {
    let file = match at {
        PasskeyAt::File(path) => PasskeyFile::at(path),
        PasskeyAt::Given(secret) => {
            let passkey = HeldPasskey::load(at, redactor)?.passkey();
            let place = format!("the secret `{}`", secret.label());
            return Ok(vec![Shown { passkey, place, is_half_way: false }]);
        }
    };
    let pending = file.pending();
    let read = |file: &PasskeyFile, is_half_way: bool| {
        let place = file.path().display().to_string();
        file.read(redactor).map(|passkey| Shown { passkey, place, is_half_way })
    };
    match (file.is_there(), pending.is_there()) {
        (_, false) => Ok(vec![read(&file, false)?]),
        (false, true) => Ok(vec![read(&pending, true)?]),
        (true, true) => Ok(vec![read(&file, false)?, read(&pending, true)?]),
    }
}

fn for_people(shown: &[Shown], now: Timestamp) -> String {
    let blocks: Vec<String> = shown.iter().map(|shown| block(shown, now)).collect();
    blocks.join("\n")
}

fn block(shown: &Shown, now: Timestamp) -> String {
    let passkey = &shown.passkey;
    let age = format!("{}, created {:.0}", age(passkey.created_at, now), passkey.created_at);
    let mut lines = vec![
        ("host", passkey.host().to_owned()),
        ("user", passkey.username.clone()),
        ("age", age),
        ("counter", passkey.credential.sign_count.to_string()),
        ("credential", format!("{}…", passkey.id_beginning())),
        ("kept in", shown.place.clone()),
    ];
    if shown.is_half_way {
        let meaning = "half-way: an enrolment was ended before Salesforce's answer was seen; move it \
                       to where `passkey_file` says and log in with it, or `reauth passkey forget`";
        lines.push(("state", meaning.to_owned()));
    }
    lines.iter().map(|(name, value)| format!("{name:10}  {value}\n")).collect()
}

/// In days, or in hours while it is young.
fn age(created_at: Timestamp, now: Timestamp) -> String {
    let hours = now.duration_since(created_at).as_hours();
    let (count, unit) = if hours < 48 { (hours, "hour") } else { (hours / 24, "day") };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// The first; the other one in it.
fn for_programs(shown: &[Shown]) -> Value {
    let mut values = shown.iter().map(|shown| {
        json!({
            "host": shown.passkey.host(),
            "user": shown.passkey.username,
            "created_at": shown.passkey.created_at,
            "counter": shown.passkey.credential.sign_count,
            "credential": shown.passkey.id_beginning(),
            "kept_in": shown.place,
            "is_half_way": shown.is_half_way,
        })
    });
    let mut first = values.next().unwrap_or_default();
    if let Some(half_way) = values.next() {
        first["half_way"] = half_way;
    }
    first
}
