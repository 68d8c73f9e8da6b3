//! Finds every known secret in a text, in the forms in which it may travel.

mod forms;
mod found;
mod named;
#[cfg(test)]
mod tests;
mod views;
mod writer;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::ops::Range;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use aho_corasick::{AhoCorasick, AhoCorasickKind, BuildError};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use serde_json::Value;

use super::Secret;
use super::names::{CODE, is_error_code, is_secret_name};
use forms::{Form, Kind};
use found::{Found, Parts};
use views::{Escape, View};

pub use writer::RedactingWriter;

/// Shorter values are redacted by field, not by search: searching for `qa` would destroy the text.
const MIN_SEARCHED_LENGTH: usize = 8;

/// Letters in a line of a PEM file (RFC 7468).
const PEM_LINE: usize = 64;

/// So many escapes around one another are undone: `%252F` in a JSON text in a JSON text.
const DEEPEST: usize = 3;

/// So many documents in JSON in one another are looked into one by one. Each takes the stack that a
/// reader of JSON takes.
const DEEPEST_DOCUMENT: usize = 6;

/// The beginning of a form that is searched for; the rest is compared where that was found. Keeps
/// the automaton small, however long the secrets are.
const ANCHOR: usize = 32;

/// The anchors of all forms, in bytes: some ten thousand secrets. Nobody has as many; who seems to has
/// been sent them by a service gone mad, whose answers must not take the memory away.
const ALL_ANCHORS: usize = 2 * 1024 * 1024;

/// Stands in for a text that cannot be searched.
const WITHHELD: &str = "«withheld: there are too many secrets to search for»";

/// Stands in for the value of a field whose name says that it is a secret.
const BY_NAME: &str = "redacted";

/// Lists of settings name in one of these fields what stands in another.
const SETTING_NAMES: &[&str] = &["key", "name"];
const SETTING_VALUES: &[&str] = &["propertyValue", "value", "defaultValue"];

/// Knows every secret of this process; shared by cloning.
#[derive(Clone, Default)]
pub struct Redactor(Arc<RwLock<Known>>);

/// What is searched for.
struct Pattern {
    text: Arc<str>,
    kind: Kind,
    /// Stands in for it.
    label: &'static str,
}

impl Pattern {
    fn anchor(&self) -> &[u8] {
        let bytes = self.text.as_bytes();
        &bytes[..bytes.len().min(ANCHOR)]
    }
}

#[derive(Default)]
struct Known {
    patterns: Vec<Pattern>,
    /// Where in `patterns` a text is.
    places: HashMap<Arc<str>, usize>,
    labels: HashSet<&'static str>,
    /// Bytes of all anchors.
    anchors: usize,
    /// Made of the patterns when it is next needed: secrets are learnt in bursts.
    automaton: OnceLock<Result<AhoCorasick, BuildError>>,
}

impl Known {
    fn add(&mut self, label: &'static str, form: Form) {
        if let Some(place) = self.places.get(form.text.as_str()) {
            // A number that is a secret of its own right is one wherever it stands.
            if form.kind != Kind::WholeNumber {
                self.patterns[*place].kind = form.kind;
            }
            return;
        }
        let text: Arc<str> = form.text.into();
        let pattern = Pattern { text: text.clone(), kind: form.kind, label };
        self.anchors += pattern.anchor().len();
        self.labels.insert(label);
        self.automaton = OnceLock::new();
        self.places.insert(text, self.patterns.len());
        self.patterns.push(pattern);
    }

    /// `None`: there is more to search for than can be.
    fn automaton(&self) -> Option<&AhoCorasick> {
        if self.anchors > ALL_ANCHORS {
            return None;
        }
        // The quickest to build: secrets are learnt throughout a run.
        let build = || {
            AhoCorasick::builder()
                .kind(Some(AhoCorasickKind::ContiguousNFA))
                .build(self.patterns.iter().map(Pattern::anchor))
        };
        self.automaton.get_or_init(build).as_ref().ok()
    }

    /// All secrets in `text`, whose escapes may go `deep` into one another.
    fn search(
        &self,
        automaton: &AhoCorasick,
        text: &[u8],
        deep: usize,
        seen: &mut HashSet<u64>,
    ) -> Vec<Found> {
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        // Two kinds of escapes, undone in either order, are mostly the same.
        if !seen.insert(hasher.finish()) {
            return Vec::new();
        }
        let mut parts = Parts::default();
        for matched in automaton.find_overlapping_iter(text) {
            let pattern = &self.patterns[matched.pattern().as_usize()];
            if let Some(found) = pattern.at(text, matched.start()) {
                parts.add(found);
            }
        }
        let mut all = parts.into_vec();
        for view in
            Escape::ALL.into_iter().filter(|_| deep > 0).filter_map(|escape| View::of(text, escape))
        {
            let inside = self.search(automaton, &view.bytes, deep - 1, seen);
            all.extend(
                inside.into_iter().map(|part| Found { range: view.original(&part.range), ..part }),
            );
        }
        all
    }

    /// Where something stands in for a secret already.
    fn stand_ins(&self, text: &str) -> Vec<Range<usize>> {
        text.match_indices('«')
            .filter_map(|(start, sign)| {
                let inside = &text[start + sign.len()..];
                let is_there = |label: &&&str| {
                    inside.strip_prefix(**label).is_some_and(|rest| rest.starts_with('»'))
                };
                let label = self.labels.iter().chain([&BY_NAME]).find(is_there)?;
                Some(start..start + sign.len() + label.len() + '»'.len_utf8())
            })
            .collect()
    }
}

impl Pattern {
    /// The part of `text` that has to go, if all of the pattern stands at `start`.
    fn at(&self, text: &[u8], start: usize) -> Option<Found> {
        let mut range = start..start + self.text.len();
        if text.get(range.clone())? != self.text.as_bytes() {
            return None;
        }
        let longest = range.len();
        match self.kind {
            Kind::Plain => {}
            Kind::WholeNumber => {
                let is_digit = |at: usize| text.get(at).is_some_and(u8::is_ascii_digit);
                let goes_on =
                    is_digit(range.end) || range.start.checked_sub(1).is_some_and(is_digit);
                if goes_on {
                    return None;
                }
            }
            Kind::Base64 { before, after } => {
                let is_letter = |at: usize| {
                    text.get(at)
                        .is_some_and(|byte| byte.is_ascii_alphanumeric() || b"+/-_".contains(byte))
                };
                if before && range.start.checked_sub(1).is_some_and(is_letter) {
                    range.start -= 1;
                }
                if after && is_letter(range.end) {
                    range.end += 1;
                }
                let padding = text[range.end..].iter().take(2).take_while(|byte| **byte == b'=');
                range.end += padding.count();
            }
        }
        Some(Found { range, label: self.label, longest })
    }
}

impl Redactor {
    /// A redactor that knows no secrets yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes `value` a secret: from now on it is replaced by `«label»` wherever this redactor is
    /// asked: as it is, escaped for a URL, form, JSON or HTML (also in one another), and in base64,
    /// also as a part of something longer. Values under eight characters are not searched for, only
    /// redacted by field name.
    pub fn learn(&self, label: &'static str, value: impl Into<String>) -> Secret {
        let value = value.into();
        if value.len() >= MIN_SEARCHED_LENGTH {
            self.add(label, forms::all(&value, Kind::Plain));
            // What is written line by line is searched line by line.
            let lines = value.split(['\n', '\r']).filter(|line| line.len() < value.len());
            for line in lines.filter(|line| line.len() >= MIN_SEARCHED_LENGTH) {
                self.add(label, forms::plain(line, Kind::Plain));
            }
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
            self.add(label, forms::plain(value, Kind::Plain));
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
        if !code.is_empty() {
            self.add(label, forms::all(&code, Kind::WholeNumber));
        }
        Secret { label, value: code.into() }
    }

    fn add(&self, label: &'static str, forms: Vec<Form>) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        for form in forms {
            known.add(label, form);
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
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if known.patterns.is_empty() || text.is_empty() {
            return Cow::Borrowed(text);
        }
        let Some(automaton) = known.automaton() else {
            return Cow::Borrowed(WITHHELD);
        };
        let mut found = known.search(automaton, text.as_bytes(), DEEPEST, &mut HashSet::new());
        if !found.is_empty() {
            // A password may well be `password`, which is in the name of what stands in for it.
            let stand_ins = known.stand_ins(text);
            found.retain(|part| {
                let before = stand_ins.partition_point(|one| one.start <= part.range.start);
                let last = before.checked_sub(1).map(|last| &stand_ins[last]);
                last.is_none_or(|stand_in| part.range.end > stand_in.end)
            });
        }
        if found.is_empty() {
            return Cow::Borrowed(text);
        }
        let mut redacted = String::with_capacity(text.len());
        let mut copied = 0;
        for Found { range, label, .. } in Parts::merged(found).into_vec() {
            let Range { mut start, mut end } = range;
            // Secrets are whole letters, and so are escapes: this is a second lock.
            while !text.is_char_boundary(start) {
                start -= 1;
            }
            while !text.is_char_boundary(end) {
                end += 1;
            }
            redacted.push_str(&text[copied..start.max(copied)]);
            redacted.extend(["«", label, "»"]);
            copied = end.max(copied);
        }
        redacted.push_str(&text[copied..]);
        Cow::Owned(redacted)
    }

    /// A text from outside without secrets: those that are known ([`Redactor::redact`]), and what it
    /// calls one itself, in parameters (`?sid=…`) and in JSON.
    ///
    /// ```
    /// use reauth::secrets::Redactor;
    ///
    /// let said = r#"refused: {"access_token":"00D5g!AQ"}"#;
    /// assert_eq!(Redactor::new().redact_said(said), r#"refused: {"access_token":"«redacted»"}"#);
    /// ```
    pub fn redact_said<'text>(&self, text: &'text str) -> Cow<'text, str> {
        self.said(text, DEEPEST_DOCUMENT)
    }

    /// Texts in `deep` texts in JSON are looked into as well.
    fn said<'text>(&self, text: &'text str, deep: usize) -> Cow<'text, str> {
        if deep > 0
            && let Some(document) = document(text)
        {
            let clean = self.json(&document, deep - 1);
            if clean != document {
                return clean.to_string().into();
            }
            // What reading leaves out, as a field that comes twice, is in the text all the same.
        }
        match self.redact(text) {
            Cow::Borrowed(text) => named::hidden(text),
            Cow::Owned(text) => named::hidden(&text).into_owned().into(),
        }
    }

    /// Redacts every string and number in a JSON value, keys included, and whatever stands in a
    /// field whose name says that it is a secret ([`is_secret_name`]), or beside such a name in a list
    /// of settings. Strings as [`Redactor::redact_said`] does.
    pub fn redact_json(&self, value: &Value) -> Value {
        self.json(value, DEEPEST_DOCUMENT)
    }

    fn json(&self, value: &Value, deep: usize) -> Value {
        match value {
            Value::String(text) => Value::String(self.said(text, deep).into_owned()),
            Value::Number(number) => {
                let number = number.to_string();
                let shown = self.redact(&number);
                if shown == number { value.clone() } else { Value::String(shown.into_owned()) }
            }
            Value::Array(items) => items.iter().map(|item| self.json(item, deep)).collect(),
            Value::Object(fields) => {
                let is_setting = SETTING_NAMES.iter().any(|name| {
                    fields.get(*name).and_then(Value::as_str).is_some_and(is_secret_name)
                });
                let fields = fields.iter().map(|(key, value)| {
                    let is_value = is_setting && SETTING_VALUES.contains(&key.as_str());
                    let shown = match value {
                        value if is_value || is_secret_name(key) => hidden(value),
                        Value::String(text) if key == CODE && !is_error_code(text) => hidden(value),
                        value => self.json(value, deep),
                    };
                    (self.redact(key).into_owned(), shown)
                });
                fields.collect()
            }
            Value::Null | Value::Bool(_) => value.clone(),
        }
    }
}

/// A text that is an object or a list in JSON.
fn document(text: &str) -> Option<Value> {
    let is_one = text.trim_start().starts_with(['{', '[']);
    is_one.then(|| serde_json::from_str(text).ok()).flatten()
}

/// A value without any text or number. What else there is (nothing, yes, no) is no secret.
fn hidden(value: &Value) -> Value {
    match value {
        Value::String(text) if text.is_empty() || is_stand_in(text) => value.clone(),
        Value::String(_) | Value::Number(_) => Value::String(format!("«{BY_NAME}»")),
        Value::Array(items) => items.iter().map(hidden).collect(),
        // Keys may be secrets as well, e.g. a cookie's.
        Value::Object(fields) if fields.is_empty() => value.clone(),
        Value::Object(_) => Value::String(format!("«{BY_NAME}»")),
        Value::Null | Value::Bool(_) => value.clone(),
    }
}

/// Whether a text is nothing but what stands in for a secret, whose name says more.
pub(crate) fn is_stand_in(text: &str) -> bool {
    let inside = text.strip_prefix('«').and_then(|text| text.strip_suffix('»'));
    inside.is_some_and(|name| !name.contains(['«', '»']))
}
