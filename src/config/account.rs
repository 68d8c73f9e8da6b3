//! The users who log in, each with what they have to be let in.

use super::assemble::required;
use super::mistake::{Mistake, Place};
use super::model::{Account, CodeCommand, Login, PasskeyAt};
use super::overrides::Overrides;
use super::reader::{Noted, Read, Reader};

/// The keys of one user.
pub(super) struct Keys {
    section: &'static str,
    username: &'static str,
    login: &'static str,
    password: &'static str,
    access_token: &'static str,
    totp_secret: &'static str,
    verification_code_command: &'static str,
    passkey_file: &'static str,
    passkey: &'static str,
}

/// The integration user.
pub(super) const USER: Keys = Keys {
    section: "salesforce",
    username: "salesforce.username",
    login: "salesforce.login",
    password: "salesforce.password",
    access_token: "salesforce.access_token",
    totp_secret: "salesforce.totp_secret",
    verification_code_command: "salesforce.verification_code_command",
    passkey_file: "salesforce.passkey_file",
    passkey: "salesforce.passkey",
};

/// Who works in Setup.
pub(super) const ADMIN: Keys = Keys {
    section: "salesforce.admin",
    username: "salesforce.admin.username",
    login: "salesforce.admin.login",
    password: "salesforce.admin.password",
    access_token: "salesforce.admin.access_token",
    totp_secret: "salesforce.admin.totp_secret",
    verification_code_command: "salesforce.admin.verification_code_command",
    passkey_file: "salesforce.admin.passkey_file",
    passkey: "salesforce.admin.passkey",
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Form,
    Frontdoor,
    Profile,
}

/// A user who has to be there.
pub(super) fn read(
    reader: &mut Reader<'_>,
    keys: &Keys,
    overrides: &Overrides,
) -> Result<Account, Noted> {
    let ways = [("form", Way::Form), ("frontdoor", Way::Frontdoor), ("profile", Way::Profile)];
    let way = reader.choice(keys.login, &ways).map(|way| way.unwrap_or(Way::Form));
    let username = required(reader, keys.username, Reader::text);
    let password = if matches!(way, Ok(Way::Form)) {
        required(reader, keys.password, Reader::secret).map(Some)
    } else {
        reader.secret(keys.password)
    };
    let login = login(reader, keys, overrides, way);
    let totp_secret = reader.totp_seed(keys.totp_secret);
    let words = reader.list(keys.verification_code_command);
    let passkey = passkey(reader, keys);
    Ok(Account {
        username: username?,
        login: login?,
        password: password?,
        totp_secret: totp_secret?,
        verification_code_command: words?
            .map(|words| CodeCommand { words, withheld: reader.secret_variables() }),
        passkey: passkey?,
    })
}

/// A user of whom something is said, or none.
pub(super) fn read_if_given(
    reader: &mut Reader<'_>,
    keys: &Keys,
    overrides: &Overrides,
) -> Read<Account> {
    let is_given = reader.document.has_section(keys.section)
        || reader.is_given(keys.username)
        || reader.is_given(keys.password);
    if is_given { read(reader, keys, overrides).map(Some) } else { Ok(None) }
}

fn login(
    reader: &mut Reader<'_>,
    keys: &Keys,
    overrides: &Overrides,
    way: Result<Way, Noted>,
) -> Result<Login, Noted> {
    match way? {
        Way::Form => Ok(Login::Form),
        Way::Frontdoor => {
            let access_token = required(reader, keys.access_token, Reader::secret)?;
            Ok(Login::Frontdoor { access_token })
        }
        Way::Profile => {
            if overrides.profile_dir.is_none() && !reader.is_given("browser.profile_dir") {
                let place = reader.place(keys.login);
                let message = format!("`{}` is \"profile\", but no profile is kept", keys.login);
                return Err(refuse(
                    reader,
                    "config.missing",
                    message,
                    "expected `browser.profile_dir` as well",
                    "add `profile_dir = \"profile\"` to `[browser]`, or give --profile-dir",
                    place,
                ));
            }
            Ok(Login::Profile)
        }
    }
}

fn passkey(reader: &mut Reader<'_>, keys: &Keys) -> Read<PasskeyAt> {
    let file = reader.path(keys.passkey_file);
    let given = reader.secret(keys.passkey);
    match (file?, given?) {
        (Some(_), Some(_)) => {
            let place = reader.place(keys.passkey);
            let message = format!("`{}` and `{}` are both given", keys.passkey_file, keys.passkey);
            Err(refuse(
                reader,
                "config.contradiction",
                message,
                "expected one of them",
                "keep the file where its counter can be written back, else the secret",
                place,
            ))
        }
        (Some(file), None) => Ok(Some(PasskeyAt::File(file))),
        (None, Some(secret)) => Ok(Some(PasskeyAt::Given(secret))),
        (None, None) => Ok(None),
    }
}

fn refuse(
    reader: &mut Reader<'_>,
    code: &'static str,
    message: String,
    expected: &str,
    hint: &str,
    place: Place,
) -> Noted {
    let (expected, hints) = (expected.to_owned(), vec![hint.to_owned()]);
    reader.mistakes.push(Mistake { code, message, expected, hints, place });
    Noted
}
