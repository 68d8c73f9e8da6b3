//! What a text calls a secret, though nobody has learnt it: parameters of an address or a form,
//! attributes, and fields of JSON, also of half a document. One pass over the text, by hand: much of
//! what a run keeps goes through here.

use std::borrow::Cow;
use std::ops::Range;

use super::BY_NAME;
use crate::secrets::names::{CODE, is_error_code, is_secret_name};

/// How what stands in for a secret, or for anything, begins: as it is or in an address.
const STAND_INS: &[&str] = &["«", "%C2%AB", "…"];
/// No name that says what it is of is longer, in bytes.
const LONGEST_NAME: usize = 100;
/// A quotation mark in HTML.
const QUOTES: &[&str] = &["&quot;", "&#34;", "&#39;", "\"", "'"];

/// The text without values that are called secrets.
pub(super) fn hidden(text: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(found) = text[at..].find(['=', ':', '%']) {
        let sign = at + found;
        at = sign + 1;
        let Some(value) = value_at(text, sign, copied).filter(|value| !value.is_empty()) else {
            continue;
        };
        out.push_str(&text[copied..value.start]);
        out.extend(["«", BY_NAME, "»"]);
        copied = value.end;
        at = value.end;
    }
    if copied == 0 {
        return text.into();
    }
    out.push_str(&text[copied..]);
    out.into()
}

/// Where the value is whose name ends at this sign, if the name says that it is a secret, and nothing
/// stands in for it yet. Nothing before `from` is looked at; and the end is looked for only then, or a
/// text of nothing but such signs would be gone through for each of them.
fn value_at(text: &str, sign: usize, from: usize) -> Option<Range<usize>> {
    let before = &text[from..sign];
    match text.as_bytes()[sign] {
        b'=' => {
            let name = name_at_end(before.strip_suffix(']').unwrap_or(before));
            let start = sign + 1;
            let asks = before[..before.len() - name.len()].ends_with(['?', '&', '#']);
            let may_be_code = name == CODE && asks;
            if !is_secret_name(name) && !may_be_code {
                return None;
            }
            // An attribute.
            if let Some((quote, escapes)) = quote_at(&text[start..]) {
                return quoted(text, start + escapes + quote.len(), quote, escapes)
                    .filter(|_| !may_be_code);
            }
            bare(text, start).filter(|value| !may_be_code || !is_error_code(&text[value.clone()]))
        }
        b':' => {
            let (name, _) = quoted_at_end(before.trim_end_matches(is_blank))?;
            if !is_secret_name(name) {
                return None;
            }
            let after = text[sign + 1..].trim_start_matches(is_blank);
            let (quote, escapes) = quote_at(after)?;
            quoted(text, text.len() - after.len() + escapes + quote.len(), quote, escapes)
        }
        // `?sid=…` in an address in an address.
        _ => {
            text[sign..].get(..3).filter(|sign| sign.eq_ignore_ascii_case("%3d"))?;
            let name = name_at_end(before);
            let escape = before[..before.len() - name.len()].ends_with('%');
            let name = if escape { name.get(2..)? } else { name };
            if !escape || !is_secret_name(name) {
                return None;
            }
            let Range { start, end } = bare(text, sign + 3)?;
            let end = text[start..end].find("%26").map_or(end, |next| start + next);
            Some(start..end)
        }
    }
}

/// A value without quotation marks, unless something stands in for it.
fn bare(text: &str, start: usize) -> Option<Range<usize>> {
    let value = &text[start..];
    let end = || value.find(ends_bare).map_or(text.len(), |end| start + end);
    (!stands_in(value)).then(|| start..end())
}

/// A value in quotation marks, unless something stands in for it.
fn quoted(text: &str, start: usize, quote: &str, escapes: usize) -> Option<Range<usize>> {
    (!stands_in(&text[start..])).then(|| start..end_of_quoted(text, start, quote, escapes))
}

fn stands_in(value: &str) -> bool {
    STAND_INS.iter().any(|begin| value.starts_with(begin))
}

fn is_blank(letter: char) -> bool {
    matches!(letter, ' ' | '\t' | '\r' | '\n')
}

fn is_of_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.' | '-')
}

/// What no value without quotes goes beyond.
fn ends_bare(letter: char) -> bool {
    matches!(letter, '&' | '"' | '\'' | '<' | '>' | '\\') || is_blank(letter)
}

fn name_at_end(text: &str) -> &str {
    let name = text.len()
        - text
            .bytes()
            .rev()
            .take(LONGEST_NAME)
            .take_while(|byte| is_of_name(char::from(*byte)))
            .count();
    &text[name..]
}

/// A quotation mark at the beginning, and how many backslashes stand before it.
fn quote_at(text: &str) -> Option<(&'static str, usize)> {
    let escapes = text.bytes().take_while(|byte| *byte == b'\\').count();
    let quote = QUOTES.iter().find(|quote| text[escapes..].starts_with(**quote))?;
    Some((quote, escapes))
}

/// A name in quotation marks at the end of a text.
fn quoted_at_end(text: &str) -> Option<(&str, &'static str)> {
    let quote = QUOTES.iter().find(|quote| text.ends_with(**quote))?;
    let inside = text[..text.len() - quote.len()].trim_end_matches('\\');
    let is_inside = |byte: &u8| is_of_name(char::from(*byte)) || *byte == b' ';
    let length = inside.bytes().rev().take(LONGEST_NAME).take_while(is_inside).count();
    let (rest, name) = inside.split_at(inside.len() - length);
    rest.ends_with(quote).then_some((name, *quote))
}

/// The end of a value in quotation marks, or of the text. A mark with more backslashes than the first
/// one had is a part of the value.
fn end_of_quoted(text: &str, start: usize, quote: &str, escapes: usize) -> usize {
    for (found, _) in text[start..].match_indices(quote) {
        let end = start + found;
        let backslashes =
            text.as_bytes()[start..end].iter().rev().take_while(|byte| **byte == b'\\').count();
        let is_end = if escapes == 0 { backslashes % 2 == 0 } else { backslashes <= escapes };
        if is_end {
            return end - backslashes.min(escapes);
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As long as any body that is kept: for each sign no more of it is looked at than its own part.
    #[test]
    fn a_text_of_nothing_but_signs() {
        for part in ["a=", "token=«", "sid=…", "=", ":", "%3D", "\"a\":\"", "?sid%3D…"] {
            let text = part.repeat(256 * 1024 / part.len());
            assert!(hidden(&text) == text, "{part}");
        }
    }

    #[test]
    fn names_in_texts() {
        for (text, expected) in [
            (
                "https://x/secur/frontdoor.jsp?sid=00D!x&a=1",
                "https://x/secur/frontdoor.jsp?sid=«redacted»&a=1",
            ),
            ("access_token=00D!x", "access_token=«redacted»"),
            ("a=1&client_secret=x,y;z#y&b", "a=1&client_secret=«redacted»&b"),
            ("user[password]=x&user[name]=y", "user[password]=«redacted»&user[name]=y"),
            (
                "retURL=%2Fx%3Fa%3D1%26sid%3D00D%21x%26b%3D2&c=3",
                "retURL=%2Fx%3Fa%3D1%26sid%3D«redacted»%26b%3D2&c=3",
            ),
            (
                "see https://x/cb?code=aPrx.Q%3D%3D&state=1.",
                "see https://x/cb?code=«redacted»&state=1.",
            ),
            ("x?code=INVALID_GRANT", "x?code=INVALID_GRANT"),
            ("status code=401", "status code=401"),
            (
                r#"{"access_token": "00D\/x", "id": "1""#,
                r#"{"access_token": "«redacted»", "id": "1""#,
            ),
            (
                r#"while(1);{"pw":"it's \"a\" \\","x":"y"}"#,
                r#"while(1);{"pw":"«redacted»","x":"y"}"#,
            ),
            (r#"{"password":"\u0041bc"#, r#"{"password":"«redacted»"#),
            (
                r#"{\"access_token\":\"00D \\\"x\",\"id\":\"1\"}"#,
                r#"{\"access_token\":\"«redacted»\",\"id\":\"1\"}"#,
            ),
            ("{'sid' : 'x'}", "{'sid' : '«redacted»'}"),
            (
                "<pre>{&quot;sid&quot;:&quot;00D!x&quot;,&quot;a&quot;:1}</pre>",
                "<pre>{&quot;sid&quot;:&quot;«redacted»&quot;,&quot;a&quot;:1}</pre>",
            ),
            (
                r#"<p data-access-token="00D x" name="pw" id='x'>"#,
                r#"<p data-access-token="«redacted»" name="pw" id='x'>"#,
            ),
            ("?sid=«session»&x", "?sid=«session»&x"),
            ("?sid=%C2%ABsession+id%C2%BB&x", "?sid=%C2%ABsession+id%C2%BB&x"),
            ("input[name=pw]", "input[name=pw]"),
            ("the token: expired", "the token: expired"),
            ("token_type=Bearer", "token_type=Bearer"),
            ("password=", "password="),
            ("é=%3d:'=\\\":", "é=%3d:'=\\\":"),
        ] {
            assert_eq!(hidden(text), expected);
            assert_eq!(hidden(expected), expected, "what is hidden stays as it is");
        }
    }
}
