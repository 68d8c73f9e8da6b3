//! Finds every known secret in a text, in the forms in which it may travel.

use std::borrow::Cow;
use std::io::{self, Write};
use std::sync::{Arc, OnceLock, RwLock};

use aho_corasick::{AhoCorasick, MatchKind};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::Secret;

/// Shorter values are redacted by field, not by search: searching for `qa` would destroy the text.
const MIN_SEARCHED_LENGTH: usize = 8;

/// Letters in a line of a PEM file (RFC 7468).
const PEM_LINE: usize = 64;

/// Field names whose values are secrets whatever they hold.
const SECRET_FIELDS: &[&str] = &[
    "access_token",
    "api_secret",
    "apisecret",
    "authorization",
    "client_secret",
    "code",
    "consumer_secret",
    "cookie",
    "oauth.api.secret",
    "oauth.user.refresh_token",
    "oauth.user.token",
    "oauthurl",
    "password",
    "private_key",
    "privatekey",
    "pw",
    "refresh_token",
    "set-cookie",
    "sid",
    "token",
];

/// Knows every secret of this process; shared by cloning.
#[derive(Clone, Default)]
pub struct Redactor(Arc<RwLock<Known>>);

/// What is searched for.
struct Pattern {
    text: String,
    /// Stands in for it.
    label: &'static str,
    /// Only where it is no part of a longer number.
    whole_number: bool,
}

#[derive(Default)]
struct Known {
    patterns: Vec<Pattern>,
    /// Made of the patterns when it is next needed: secrets are learnt in bursts.
    automaton: OnceLock<Option<AhoCorasick>>,
}

impl Known {
    fn automaton(&self) -> Option<&AhoCorasick> {
        let build = || {
            // LeftmostLongest: of `abc` and `abcdef` the longer goes, so that no tail is left.
            AhoCorasick::builder()
                .match_kind(MatchKind::LeftmostLongest)
                .build(self.patterns.iter().map(|pattern| &pattern.text))
                .ok()
        };
        self.automaton.get_or_init(build).as_ref()
    }
}

impl Redactor {
    /// A redactor that knows no secrets yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes `value` a secret: from now on its raw, URL-encoded, form-encoded, base64 and
    /// JSON-escaped forms are replaced by `«label»` wherever this redactor is asked. Values under
    /// eight characters are not searched for, only redacted by field name.
    pub fn learn(&self, label: &'static str, value: impl Into<String>) -> Secret {
        let value = value.into();
        if value.len() >= MIN_SEARCHED_LENGTH {
            self.add(label, &value, false);
        }
        Secret { label, value: value.into() }
    }

    /// Makes a key, given in base64url, a secret: as [`Redactor::learn`], and in the other forms in
    /// which its bytes are written: padded, in standard base64 (in one line, or in the lines of a
    /// PEM file), in hexadecimal.
    pub fn learn_key(&self, label: &'static str, key: &str) -> Secret {
        let secret = self.learn(label, key);
        if let Ok(bytes) = URL_SAFE_NO_PAD.decode(key.trim_end_matches('=')) {
            let standard = STANDARD.encode(&bytes);
            for line in standard.as_bytes().chunks(PEM_LINE) {
                self.add_long(label, &String::from_utf8_lossy(line));
            }
            let hexadecimal: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            self.add_long(label, &hexadecimal.to_uppercase());
            self.add_long(label, &hexadecimal);
            self.add_long(label, &URL_SAFE.encode(&bytes));
            self.add_long(label, &standard);
        }
        secret
    }

    fn add_long(&self, label: &'static str, value: &str) {
        if value.len() >= MIN_SEARCHED_LENGTH {
            self.add(label, value, false);
        }
    }

    /// Makes a verification code a secret. It is searched for although it is short, wherever it is
    /// a number of its own.
    ///
    /// ```
    /// use reauth::secrets::Redactor;
    ///
    /// let redactor = Redactor::new();
    /// redactor.learn_code("verification code", "482913");
    /// assert_eq!(redactor.redact("typed 482913 at 1764048291300"), "typed «verification code» at 1764048291300");
    /// ```
    pub fn learn_code(&self, label: &'static str, code: impl Into<String>) -> Secret {
        let code = code.into();
        self.add(label, &code, true);
        Secret { label, value: code.into() }
    }

    fn add(&self, label: &'static str, value: &str, whole_number: bool) {
        let mut known = self.0.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        let before = known.patterns.len();
        for form in forms(value) {
            if !known.patterns.iter().any(|pattern| pattern.text == form) {
                // Encoded, it is no number any more.
                let whole_number = whole_number && form == value;
                known.patterns.push(Pattern { text: form, label, whole_number });
            }
        }
        if known.patterns.len() > before {
            known.automaton = OnceLock::new();
        }
    }

    /// The text without secrets. A text that holds none is returned as it is.
    ///
    /// ```
    /// use reauth::secrets::Redactor;
    ///
    /// let redactor = Redactor::new();
    /// let code = redactor.learn("authorization code", "aPrx9f.Q==");
    /// assert_eq!(code.to_string(), "«authorization code»");
    /// assert_eq!(
    ///     redactor.redact("GET /oauth?code=aPrx9f.Q%3D%3D&state=sfdc"),
    ///     "GET /oauth?code=«authorization code»&state=sfdc"
    /// );
    /// ```
    pub fn redact<'text>(&self, text: &'text str) -> Cow<'text, str> {
        let known = self.0.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        let Some(automaton) = known.automaton() else {
            return Cow::Borrowed(text);
        };
        if !automaton.is_match(text) {
            return Cow::Borrowed(text);
        }
        let mut redacted = String::with_capacity(text.len());
        automaton.replace_all_with(text, &mut redacted, |found, matched, out| {
            let pattern = &known.patterns[found.pattern().as_usize()];
            if pattern.whole_number && !is_whole_number(text, found.start(), found.end()) {
                out.push_str(matched);
                return true;
            }
            out.push('«');
            out.push_str(pattern.label);
            out.push('»');
            true
        });
        Cow::Owned(redacted)
    }

    /// Redacts every string in a JSON value, keys included, and whatever stands in a field whose
    /// name says that it is a secret.
    pub fn redact_json(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.redact(text).into_owned()),
            Value::Array(items) => items.iter().map(|item| self.redact_json(item)).collect(),
            Value::Object(fields) => fields
                .iter()
                .map(|(key, value)| {
                    let shown = match value {
                        Value::String(text) if is_secret_field(key) && !text.is_empty() => {
                            Value::String("«redacted»".to_owned())
                        }
                        other => self.redact_json(other),
                    };
                    (self.redact(key).into_owned(), shown)
                })
                .collect(),
            other => other.clone(),
        }
    }
}

/// Whether the digits there are all of a number. An escape of a URL (`%20`) is none of it.
fn is_whole_number(text: &str, start: usize, end: usize) -> bool {
    let bytes = text.as_bytes();
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let follows_escape = start >= 3
        && bytes[start - 3] == b'%'
        && bytes[start - 2..start].iter().all(u8::is_ascii_hexdigit);
    !is_digit(end) && (start == 0 || follows_escape || !is_digit(start - 1))
}

fn is_secret_field(key: &str) -> bool {
    SECRET_FIELDS.iter().any(|name| key.eq_ignore_ascii_case(name))
}

/// The forms in which a value may turn up in a text.
fn forms(value: &str) -> Vec<String> {
    let json = Value::String(value.to_owned()).to_string();
    let percent_upper = utf8_percent_encode(value, NON_ALPHANUMERIC).to_string();
    let form: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
    let path = utf8_percent_encode(value, URI_COMPONENT).to_string();
    let twice = utf8_percent_encode(&path, URI_COMPONENT).to_string();
    vec![
        value.to_owned(),
        json[1..json.len() - 1].to_owned(),
        percent_upper.to_ascii_lowercase(),
        percent_upper,
        form,
        path,
        twice,
        html_escaped(value),
        STANDARD.encode(value),
        STANDARD_NO_PAD.encode(value),
        URL_SAFE_NO_PAD.encode(value),
    ]
}

/// What JavaScript's `encodeURIComponent` leaves as it is.
const URI_COMPONENT: &percent_encoding::AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

fn html_escaped(value: &str) -> String {
    value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A writer that lets whole lines through, redacted: a secret that is split over two writes is
/// found all the same.
pub struct RedactingWriter<W: Write> {
    redactor: Redactor,
    inner: W,
    line: Vec<u8>,
}

impl<W: Write> RedactingWriter<W> {
    /// Wraps `inner`.
    pub fn new(redactor: Redactor, inner: W) -> Self {
        Self { redactor, inner, line: Vec::new() }
    }

    fn write_line(&mut self) -> io::Result<()> {
        let line = std::mem::take(&mut self.line);
        let text = String::from_utf8_lossy(&line);
        self.inner.write_all(self.redactor.redact(&text).as_bytes())
    }
}

impl<W: Write> Write for RedactingWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(piece);
            if piece.ends_with(b"\n") {
                self.write_line()?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl<W: Write> Drop for RedactingWriter<W> {
    fn drop(&mut self) {
        if !self.line.is_empty() {
            // Nobody is left to be told: a log whose last half line is lost is still a log.
            drop(self.write_line());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn longest_secret_wins() {
        let redactor = Redactor::new();
        redactor.learn("short", "abcdefgh");
        redactor.learn("long", "abcdefghijkl");
        assert_eq!(redactor.redact("x abcdefghijkl y"), "x «long» y");
    }

    #[test]
    fn a_short_secret_is_redacted_by_field_only() {
        let redactor = Redactor::new();
        redactor.learn("password", "qa");
        assert_eq!(redactor.redact("acme--qa"), "acme--qa");
        let shown = redactor.redact_json(&serde_json::json!({"password": "qa", "name": "qa"}));
        assert_eq!(shown, serde_json::json!({"password": "«redacted»", "name": "qa"}));
    }

    #[test]
    fn a_key_is_found_however_its_bytes_are_written() {
        let redactor = Redactor::new();
        let bytes: Vec<u8> = (0..100_u8).map(|byte| byte.wrapping_mul(37) ^ 0xA5).collect();
        let key = redactor.learn_key("passkey", &URL_SAFE_NO_PAD.encode(&bytes));
        assert_eq!(key.expose(), URL_SAFE_NO_PAD.encode(&bytes));
        let standard = STANDARD.encode(&bytes);
        let hexadecimal: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let forms = [key.expose(), &URL_SAFE.encode(&bytes), &standard, &hexadecimal];
        for form in forms {
            assert_eq!(redactor.redact(&format!("<{form}>")), "<«passkey»>", "{form}");
        }
        let pem = format!("{}\n{}\n{}", &standard[..64], &standard[64..128], &standard[128..]);
        assert_eq!(redactor.redact(&pem), "«passkey»\n«passkey»\n«passkey»");
    }

    #[test]
    fn a_code_is_found_where_it_is_a_number_of_its_own() {
        let redactor = Redactor::new();
        redactor.learn_code("code", "120045");
        for (text, redacted) in [
            ("120045", "«code»"),
            ("\"120045\", Tc=120045&x", "\"«code»\", Tc=«code»&x"),
            ("G-120045.", "G-«code»."),
            ("?q=a%20120045", "?q=a%20«code»"),
            ("1120045 1200456 21200459", "1120045 1200456 21200459"),
            ("basic MTIwMDQ1", "basic «code»"),
        ] {
            assert_eq!(redactor.redact(text), redacted, "{text}");
        }
    }

    #[test]
    fn a_secret_split_over_writes_is_found() {
        let redactor = Redactor::new();
        redactor.learn("token", "00D!secret-value");
        let mut out = Vec::new();
        {
            let mut writer = RedactingWriter::new(redactor, &mut out);
            writer.write_all(b"before 00D!sec").unwrap();
            writer.write_all(b"ret-value after\n").unwrap();
        }
        assert_eq!(String::from_utf8(out).unwrap(), "before «token» after\n");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn never_leaks_a_known_secret(secret in "[ -~]{8,40}", before in ".{0,20}", after in ".{0,20}") {
            let redactor = Redactor::new();
            redactor.learn("s", secret.clone());
            for form in forms(&secret) {
                let text = format!("{before}{form}{after}");
                prop_assert!(!redactor.redact(&text).contains(&form));
            }
        }

        #[test]
        fn a_text_without_secrets_is_left_alone(text in "[a-m ]{0,200}") {
            let redactor = Redactor::new();
            redactor.learn("s", "zzzzzzzzzzzz");
            let redacted = redactor.redact(&text).into_owned();
            prop_assert_eq!(redacted, text);
        }
    }
}
