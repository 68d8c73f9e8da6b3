//! A line of the file as it may be shown: what might be a secret is hidden.
//!
//! Nothing is shown but the key, and the value where its key is known not to hold a secret.
//! Neighbours in an inline table, the rest of the line and comments are left out: a password that
//! was commented out is still a password.

use std::ops::Range;

use crate::secrets::Redactor;

use super::keys::{Holds, KEYS, Key};
use super::mistake::Spot;

/// Stands in for a value.
const HIDDEN: &str = "«hidden»";

/// A line without secrets.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct SourceLine {
    /// Counted from 1.
    pub(super) number: usize,
    /// What is shown of it.
    pub(super) text: String,
    /// The part of `text` that is meant, in bytes.
    pub(super) span: Range<usize>,
}

/// The line at `spot`.
pub(super) fn show(text: &str, spot: &Spot, redactor: &Redactor) -> SourceLine {
    match spot {
        Spot::Entry { key, value, at_value, visible } => {
            let value = first_line(text, value);
            let value = if *visible && redactor.redact(value) == value { value } else { HIDDEN };
            let mut shown = prefix(text, key.start);
            let key_start = shown.len();
            shown.push_str(first_line(text, key));
            let key_end = shown.len();
            shown.push_str(" = ");
            let value_start = shown.len();
            shown.push_str(value);
            let span = if *at_value { value_start..shown.len() } else { key_start..key_end };
            SourceLine { number: line_number(text, key.start), text: shown, span }
        }
        Spot::Header(header) => {
            let shown = first_line(text, header).to_owned();
            let span = 0..shown.len();
            SourceLine { number: line_number(text, header.start), text: shown, span }
        }
        Spot::Syntax(range) => syntax(text, range),
    }
}

/// Without a parsed document nobody knows what is key and what is value, or where a text ends: a
/// lost line feed puts a password on its neighbour's line. So a value is shown only if its key
/// takes no free text, if it is one bare word, and if no text spans several lines.
fn syntax(text: &str, range: &Range<usize>) -> SourceLine {
    let at = floor(text, range.start);
    let start = text[..at].rfind('\n').map_or(0, |feed| feed + 1);
    let line = first_line(text, &(start..text.len()));
    let number = line_number(text, at);
    let hidden = |before: &str| {
        let text = format!("{before}{HIDDEN}");
        SourceLine { number, span: before.len()..text.len(), text }
    };
    let Some((name, value)) = line.split_once('=') else {
        return hidden("");
    };
    let (name, value) = (name.trim(), value.trim());
    let is_named = |key: &&Key| key.name() == name || key.path == name;
    let spans_lines = text.contains("\"\"\"") || text.contains("'''");
    if spans_lines || !KEYS.iter().any(|key| is_named(&key)) {
        return hidden("");
    }
    let is_bare = value
        .chars()
        .all(|character| character.is_ascii_alphanumeric() || "._+-".contains(character));
    if !is_bare || KEYS.iter().filter(is_named).any(|key| takes_free_text(key.holds)) {
        return hidden(&format!("{name} = "));
    }
    let from = (at - start).min(line.len());
    let to = floor(line, range.end.saturating_sub(start)).max(from);
    SourceLine { number, text: line.to_owned(), span: from..to }
}

fn takes_free_text(holds: Holds) -> bool {
    !matches!(holds, Holds::Id | Holds::Flag | Holds::Pause | Holds::Limit | Holds::Choice(..))
}

/// What stands before a key on its line, as far as it may be shown: the sections of a dotted key.
fn prefix(text: &str, key_start: usize) -> String {
    let before = text.get(..key_start).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    let is_dotted = line
        .chars()
        .all(|character| character.is_ascii_alphanumeric() || "._- \t".contains(character));
    // The opening quote of a quoted key belongs to the key's own range.
    if is_dotted { line.trim_start().to_owned() } else { "… ".to_owned() }
}

fn first_line<'text>(text: &'text str, range: &Range<usize>) -> &'text str {
    text.get(range.clone()).and_then(|part| part.lines().next()).unwrap_or_default()
}

fn line_number(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}

/// The nearest character boundary at or before `at`.
fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(text: &str, key: &str, value: &str, visible: bool) -> SourceLine {
        let key = text.find(key).map(|at| at..at + key.len()).unwrap();
        let value = text.find(value).map(|at| at..at + value.len()).unwrap();
        show(text, &Spot::Entry { key, value, at_value: true, visible }, &Redactor::new())
    }

    #[test]
    fn neighbours_and_comments_are_left_out() {
        let text = "\nsalesforce = { password = 'pw-one', username = 3 } # was pw-two\n";
        let line = entry(text, "username", "3", true);
        assert_eq!((line.number, line.text.as_str()), (2, "… username = 3"));
    }

    #[test]
    fn sections_of_a_dotted_key_stay() {
        let line = entry("salesforce.admin.password = 1", "password", "1", false);
        assert_eq!(line.text, "salesforce.admin.password = «hidden»");
        assert_eq!(&line.text[line.span], "«hidden»");
    }

    #[test]
    fn a_known_secret_in_a_visible_place_is_hidden() {
        let redactor = Redactor::new();
        redactor.learn("salesforce.password", "correct horse");
        let text = "username = 'correct horse'";
        let spot = Spot::Entry { key: 0..8, value: 11..26, at_value: true, visible: true };
        assert_eq!(show(text, &spot, &redactor).text, "username = «hidden»");
    }

    #[test]
    fn syntax_errors_show_only_harmless_lines() {
        for (text, at, shown) in [
            ("[run]\ntimeout = 60s", 16, "timeout = 60s"),
            ("[run]\nout = runs", 12, "out = «hidden»"),
            ("id = 7password = \"hunter2\"", 6, "id = «hidden»"),
            ("password = hunter2", 11, "password = «hidden»"),
            ("hunter2\n", 0, "«hidden»"),
            ("x = '''\nout = hunter2'''\n!", 25, "«hidden»"),
            ("out = \"\"\"a\nout = hunter2", 17, "«hidden»"),
            ("login_url = https://me:hunter2@x", 14, "login_url = «hidden»"),
            ("out = x # hunter2", 6, "out = «hidden»"),
        ] {
            let line = syntax(text, &(at..at + 1));
            assert_eq!(line.text, shown, "{text}");
        }
    }
}
