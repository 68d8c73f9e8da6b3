//! The texts that are searched for when a value is a secret.
//!
//! Escapes (of URLs, JSON, HTML) are undone before the search, see [`super::views`]. What cannot be
//! undone piece by piece stands here: a value inside of something that was written in base64.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

/// Bytes that base64 takes together, and the letters that it makes of them.
const GROUP: usize = 3;
const LETTERS: usize = 4;

/// What JavaScript's `encodeURIComponent` leaves as it is.
const URI_COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// How a form is met, and how much around it goes with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// As it is.
    Plain,
    /// Only where it is no part of a longer number.
    WholeNumber,
    /// The letters that the value alone decides. Some bits of the value are in the letters next to
    /// them.
    Base64 {
        /// In the letter before.
        before: bool,
        /// In the letter after, which padding may follow.
        after: bool,
    },
}

/// A text to search for.
pub(super) struct Form {
    pub(super) text: String,
    pub(super) kind: Kind,
}

/// A value, its lines, and how it looks in base64, also as a part of something longer.
pub(super) fn all(value: &str, kind: Kind) -> Vec<Form> {
    let mut forms = plain(value, kind);
    let json = Value::String(value.to_owned()).to_string();
    let json = json[1..json.len() - 1].to_owned();
    let url = utf8_percent_encode(value, URI_COMPONENT).to_string();
    let mut encoded: Vec<String> = vec![value.to_owned()];
    for other in [json, url] {
        if !encoded.contains(&other) {
            encoded.push(other);
        }
    }
    forms.extend(encoded.iter().flat_map(|text| in_base64(text.as_bytes())));
    forms
}

/// A value that is searched for as it is, also with the `+` that forms write for a space.
pub(super) fn plain(value: &str, kind: Kind) -> Vec<Form> {
    let mut forms = vec![Form { text: value.to_owned(), kind }];
    if value.contains(' ') {
        forms.push(Form { text: value.replace(' ', "+"), kind });
    }
    forms
}

/// The value as a part of something that was written in base64: at each of the three places where
/// it may begin in a group of bytes, the letters that it alone decides, in both alphabets.
fn in_base64(value: &[u8]) -> Vec<Form> {
    let mut forms: Vec<Form> = Vec::new();
    for lead in 0..GROUP {
        let bytes = [&[0; GROUP][..lead], value].concat();
        // A letter holds 6 bits of the 8 in a byte.
        let first = (lead * LETTERS).div_ceil(GROUP);
        let end = bytes.len() * LETTERS / GROUP;
        let kind = Kind::Base64 { before: lead != 0, after: !bytes.len().is_multiple_of(GROUP) };
        for written in [STANDARD_NO_PAD.encode(&bytes), URL_SAFE_NO_PAD.encode(&bytes)] {
            let text = written[first..end].to_owned();
            if forms.iter().all(|form| form.text != text) {
                forms.push(Form { text, kind });
            }
        }
    }
    forms
}
