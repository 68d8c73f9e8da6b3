//! Every secret that there is in a world, the forms in which one may travel, and the search for them
//! in all that a run leaves.

use aho_corasick::AhoCorasick;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use serde_json::Value;

use super::{Finished, State, World};

/// What nobody may find: what it is called, and the bytes that would give it away.
struct Needle {
    name: String,
    bytes: Vec<u8>,
}

/// All secrets of a world, in all forms.
pub struct Secrets {
    needles: Vec<Needle>,
    search: AhoCorasick,
}

impl Secrets {
    /// Those that the services know of in this state, and `more`.
    pub fn of(world: &World, state: &State, more: &[(&str, &str)]) -> Self {
        let secrets = secrets(world, state, more);
        for (name, value) in &secrets {
            assert!(value.len() >= 8, "{name} is too short to be looked for");
        }
        let needles: Vec<Needle> =
            secrets.iter().flat_map(|(name, value)| forms(name, value)).collect();
        assert!(needles.len() > 100, "{} forms of secrets", needles.len());
        let search = AhoCorasick::new(needles.iter().map(|needle| &needle.bytes)).unwrap();
        Self { needles, search }
    }

    /// Which are in these bytes, also where lines were broken within them.
    pub fn found_in(&self, bytes: &[u8]) -> Vec<&str> {
        let mut found: Vec<&str> = [bytes, &unbroken(bytes)]
            .into_iter()
            .flat_map(|bytes| self.search.find_overlapping_iter(bytes))
            .map(|hit| self.needles[hit.pattern().as_usize()].name.as_str())
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Fails with which secret was found where.
    #[track_caller]
    pub fn assert_none_in<'places>(
        &self,
        places: impl IntoIterator<Item = (String, &'places [u8])>,
    ) {
        let found: Vec<String> = places
            .into_iter()
            .flat_map(|(place, bytes)| {
                self.found_in(bytes).into_iter().map(move |name| format!("{name} in {place}"))
            })
            .collect();
        assert!(found.is_empty(), "{found:#?}");
    }
}

impl World {
    /// Fails if a secret is in anything that a command said or left: its streams, the run folders,
    /// the journal.
    #[track_caller]
    pub fn assert_keeps_secrets(&self, state: &State, finished: &Finished) {
        let secrets = Secrets::of(self, state, &[]);
        let files: Vec<_> = [self.run_files(), self.files_below("state")].concat();
        let files =
            files.iter().map(|(path, bytes)| (path.display().to_string(), bytes.as_slice()));
        let streams = [("stdout", &finished.stdout), ("stderr", &finished.stderr)];
        let streams = streams.map(|(name, text)| (name.to_owned(), text.as_bytes()));
        secrets.assert_none_in(streams.into_iter().chain(files));
    }
}

/// Without line breaks, and the blanks with which the next line may be indented.
fn unbroken(bytes: &[u8]) -> Vec<u8> {
    bytes.split(|byte| *byte == b'\n').flat_map(|line| line.trim_ascii().iter().copied()).collect()
}

fn secrets(world: &World, state: &State, more: &[(&str, &str)]) -> Vec<(String, String)> {
    let ready = world.simulator.ready();
    let mut found = Vec::new();
    let mut add = |name: &str, value: &str| found.push((name.to_owned(), value.to_owned()));
    add("password", &ready.salesforce.password);
    add("consumer secret", &ready.salesforce.consumer_secret);
    add("user secret", &ready.cloud_elements.user_secret);
    add("organization secret", &ready.cloud_elements.organization_secret);
    for (name, value) in more {
        add(name, value);
    }
    let Value::Object(salesforce) = &state.0["salesforce"] else { panic!("{:#}", state.0) };
    for grant in list(&salesforce["grants"]) {
        // Not every app gives one.
        if let Some(token) = grant["refresh_token"].as_str() {
            add("refresh token", token);
        }
        add("delete token", text(&grant["delete_token"]));
        for token in list(&grant["access_tokens"]) {
            add("access token", text(&token["access_token"]));
        }
    }
    for session in list(&salesforce["sessions"]) {
        add("session id", text(&session["sid"]));
        add("view state", text(&session["view_state"]));
    }
    for code in list(&salesforce["codes"]) {
        add("authorization code", text(&code["code"]));
    }
    for ticket in list(&salesforce["tickets"]) {
        add("ticket", text(ticket));
    }
    for user in list(&salesforce["users"]) {
        add("a user's password", text(&user["password"]));
        add("a user's seed", text(&user["totp_seed"]));
    }
    for token in list(&state.0["cloud_elements"]["element_tokens"]) {
        add("element token", text(token));
    }
    found
}

/// Half of such a secret gives it away as well: cut off, or split over two lines of a log.
const LONG: usize = 32;

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("not a list: {value}")).as_slice()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("not a text: {value}"))
}

/// As it is, as URLs and forms and JSON and HTML write it, and in base64, also where it is only a
/// part of what was encoded.
fn forms(name: &str, value: &str) -> Vec<Needle> {
    let percent = |keep: &dyn Fn(u8) -> bool, upper: bool| -> String {
        value
            .bytes()
            .map(|byte| match byte {
                byte if byte.is_ascii_alphanumeric() || keep(byte) => char::from(byte).to_string(),
                byte if upper => format!("%{byte:02X}"),
                byte => format!("%{byte:02x}"),
            })
            .collect()
    };
    let json = Value::from(value).to_string();
    let mut forms = vec![
        ("as it is", value.to_owned()),
        ("JSON", json[1..json.len() - 1].to_owned()),
        ("HTML", value.replace('&', "&amp;").replace('<', "&lt;")),
        ("URL", percent(&|_| false, true)),
        ("url", percent(&|_| false, false)),
        ("URI component", percent(&|byte| b"-_.!~*'()".contains(&byte), true)),
        ("form", percent(&|byte| b"-_.*".contains(&byte), true)),
    ];
    if value.len() >= LONG {
        let middle = value.len() / 2;
        forms.push(("its first half", value[..middle].to_owned()));
        forms.push(("its second half", value[middle..].to_owned()));
    }
    for shift in 0..3 {
        for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
            let bytes = [&vec![0; shift], value.as_bytes()].concat();
            // What depends on the secret alone: neither on what stands before it nor after.
            let first = (shift * 8).div_ceil(6);
            let last = bytes.len() * 8 / 6;
            forms.push(("base64", engine.encode(&bytes)[first..last].to_owned()));
        }
    }
    forms.sort_by(|one, other| one.1.cmp(&other.1));
    forms.dedup_by(|one, other| one.1 == other.1);
    forms
        .into_iter()
        .map(|(form, text)| Needle { name: format!("{name} ({form})"), bytes: text.into_bytes() })
        .collect()
}

#[test]
fn a_part_of_something_encoded_is_found() {
    let whole = base64::engine::general_purpose::STANDARD.encode("user:correct horse:battery");
    let found = |value: &str| {
        let is_in = |needle: &Needle| whole.contains(std::str::from_utf8(&needle.bytes).unwrap());
        forms("x", value).iter().any(is_in)
    };
    for part in ["correct horse", "orrect horse", "rrect horse:", "user:correct", "battery"] {
        assert!(found(part), "{part}");
    }
    assert!(!found("incorrect"));
}
