//! What a text calls a secret, though nobody has learnt it: parameters of an address or a form, and
//! fields of JSON, also of half a document.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::BY_NAME;
use crate::secrets::names::{CODE, is_error_code, is_secret_name};

/// How what stands in for a secret, or for anything, begins: as it is or in an address.
const STAND_INS: &[&str] = &["«", "%C2%AB", "…"];

/// `name=value`, and what stands before it.
static PARAMETER: LazyLock<Regex> = LazyLock::new(|| constant(PARAMETER_PATTERN));
const PARAMETER_PATTERN: &str =
    r#"(?<before>^|[^A-Za-z0-9_.-])(?<name>[A-Za-z0-9_.-]+)=(?<value>[^&"'<>;,\\# \t\r\n]+)"#;
/// `"name":"value"`, its quotes escaped or not.
static FIELD: LazyLock<Regex> = LazyLock::new(|| constant(FIELD_PATTERN));
const FIELD_PATTERN: &str = r#"(?<before>["'])(?<name>[A-Za-z0-9_. -]+)(?<between>\\*["'][ \t\r\n]*:[ \t\r\n]*\\*["'])(?<value>[^"'\\]+)"#;

/// Without Unicode's classes: the tests are built with tables that the program is built without.
fn constant(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a pattern that a test looks at")
}

/// The text without values that are called secrets.
pub(super) fn hidden(text: &str) -> Cow<'_, str> {
    let text = if text.contains('=') { replaced(&PARAMETER, text, "=") } else { text.into() };
    if !text.contains(':') {
        return text;
    }
    match replaced(&FIELD, &text, "") {
        Cow::Borrowed(_) => text,
        Cow::Owned(hidden) => hidden.into(),
    }
}

fn replaced<'text>(pattern: &Regex, text: &'text str, between: &str) -> Cow<'text, str> {
    let hides = |found: &Captures<'_>| {
        let (before, name, value) = (&found["before"], &found["name"], &found["value"]);
        let is_secret = is_secret_name(name)
            || (name == CODE && matches!(before, "?" | "&" | "#") && !is_error_code(value));
        // What stands in for a secret says more.
        is_secret && !STAND_INS.iter().any(|begin| value.starts_with(begin))
    };
    if !pattern.captures_iter(text).any(|found| hides(&found)) {
        return text.into();
    }
    let replacement = |found: &Captures<'_>| {
        if !hides(found) {
            return found[0].to_owned();
        }
        let between = found.name("between").map_or(between, |between| between.as_str());
        format!("{}{}{between}«{BY_NAME}»", &found["before"], &found["name"])
    };
    pattern.replace_all(text, replacement).into_owned().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_need_no_tables() {
        for class in [r"\s", r"\w", r"\d", r"\b", r"\p", "(?i"] {
            assert!(
                !PARAMETER_PATTERN.contains(class) && !FIELD_PATTERN.contains(class),
                "{class}"
            );
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
            ("a=1&client_secret=x#y", "a=1&client_secret=«redacted»#y"),
            (
                "see https://x/cb?code=aPrx.Q%3D%3D&state=1.",
                "see https://x/cb?code=«redacted»&state=1.",
            ),
            ("x?code=INVALID_GRANT", "x?code=INVALID_GRANT"),
            ("status code=401", "status code=401"),
            (
                r#"{"access_token": "00D!x", "id": "1""#,
                r#"{"access_token": "«redacted»", "id": "1""#,
            ),
            (r#"{\"access_token\":\"00D!x\"}"#, r#"{\"access_token\":\"«redacted»\"}"#),
            ("{'sid' : 'x'}", "{'sid' : '«redacted»'}"),
            ("?sid=«session»&x", "?sid=«session»&x"),
            ("?sid=%C2%ABsession+id%C2%BB&x", "?sid=%C2%ABsession+id%C2%BB&x"),
            ("input[name=pw]", "input[name=pw]"),
            ("the token: expired", "the token: expired"),
            ("token_type=Bearer", "token_type=Bearer"),
            ("password=", "password="),
        ] {
            assert_eq!(hidden(text), expected);
            assert_eq!(hidden(expected), expected, "what is hidden stays as it is");
        }
    }
}
