//! Who can read the files that hold secrets.

use std::path::{Path, PathBuf};

use super::check::{Check, CheckId};
use super::files::mode;
use crate::config::literal_secrets;
use crate::input_file::{self, Accepts, read_text};
use crate::secrets::Redactor;

/// Readable by group or others.
const OTHERS_READ: u32 = 0o044;

/// Who can read the configuration, where secrets stand in it, and passkeys.
pub(super) fn check(
    config_file: Option<&Path>,
    passkeys: &[PathBuf],
    redactor: &Redactor,
) -> Vec<Check> {
    let mut checks = Vec::new();
    let mut looked_at = 0;
    if let Some(file) = config_file
        && let Ok(text) = read_text(file, Accepts::File, input_file::LONGEST)
    {
        looked_at += 1;
        let literal = literal_secrets(&text, redactor);
        if !literal.is_empty()
            && let Some(mode) = mode(file)
            && mode & OTHERS_READ != 0
        {
            let file = file.display();
            checks.push(
                Check::warning(
                    CheckId::Secrets,
                    "doctor.secrets_readable",
                    format!("{file} has mode {mode:04o}, and in clear: {}", literal.join(", ")),
                )
                .hint(format!("chmod 600 {file}"))
                .hint("or put each secret elsewhere: \"${NAME}\", { file = … } or { command = … }"),
            );
        }
    }
    for file in passkeys {
        looked_at += 1;
        let Some(mode) = mode(file) else {
            let seen = format!("{} is not there: no passkey was enrolled yet", file.display());
            checks.push(
                Check::warning(CheckId::Secrets, "doctor.no_passkey", seen)
                    .hint("enrol one: `reauth passkey enroll`"),
            );
            continue;
        };
        if mode & 0o077 != 0 {
            let file = file.display();
            checks.push(
                Check::warning(
                    CheckId::Secrets,
                    "doctor.secrets_readable",
                    format!("{file} has mode {mode:04o} and holds a private key"),
                )
                .hint(format!("chmod 600 {file}")),
            );
        }
    }
    if checks.is_empty() {
        checks.push(match looked_at {
            0 => Check::skipped(CheckId::Secrets, "there are none"),
            _ => Check::passed(CheckId::Secrets, "nobody else can read one"),
        });
    }
    checks
}
