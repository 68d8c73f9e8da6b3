//! From what somebody typed, or copied from the terminal, to what is meant.

use super::{Explained, RETIRED, Retired, all, find, modules};
use crate::failure::Failure;

/// So near a name has to be to be worth proposing (Jaro-Winkler).
const SIMILAR: f64 = 0.85;
/// More proposals than these are no help.
const MOST_PROPOSALS: usize = 3;

/// What is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// This code.
    One(&'static Explained),
    /// These, of one module or all.
    Several(Vec<&'static Explained>),
    /// It was a code once.
    Retired(&'static Retired),
}

/// Finds a code (`salesforce.app_blocked`, also as it stands on a terminal: `error[…]`, `[…]`), the
/// codes of a module (`salesforce`), or all.
///
/// # Errors
/// `explain.unknown_code` (usage) with what was probably meant.
pub fn ask(text: Option<&str>) -> Result<Answer, Failure> {
    let Some(text) = text else { return Ok(Answer::Several(all().collect())) };
    let code = bare(text);
    if let Some(explained) = find(&code) {
        return Ok(Answer::One(explained));
    }
    if let Some(retired) = RETIRED.iter().find(|retired| retired.code == code) {
        return Ok(Answer::Retired(retired));
    }
    let of_module: Vec<_> = all().filter(|explained| explained.module() == code).collect();
    if of_module.is_empty() { Err(unknown(&code)) } else { Ok(Answer::Several(of_module)) }
}

/// The code alone, of whatever was copied with it.
fn bare(text: &str) -> String {
    let inside = text.split_once('[').map_or(text, |(_, rest)| rest);
    let inside = inside.split(']').next().unwrap_or_default();
    let is_of_a_code = |c: char| c.is_ascii_alphanumeric() || c == '_';
    inside.trim().trim_matches(|c| !is_of_a_code(c)).to_lowercase()
}

fn unknown(code: &str) -> Failure {
    let failure = Failure::usage(
        "explain.unknown_code",
        format!("no error or warning has the code `{code}`"),
    );
    let near: Vec<String> = near(code).iter().map(|near| format!("`{near}`")).collect();
    let failure = match near.as_slice() {
        [] => failure,
        _ => failure.hint(format!("did you mean {}?", near.join(" or "))),
    };
    failure
        .hint("`reauth explain` lists all codes; it came with a later version if it is not there")
}

/// What is most like it, best first. Also by what stands after the dot alone.
fn near(word: &str) -> Vec<&'static str> {
    let likeness = |code: &str| {
        let what = code.split_once('.').map_or(code, |(_, what)| what);
        strsim::jaro_winkler(word, code).max(strsim::jaro_winkler(word, what))
    };
    let mut near: Vec<(f64, &'static str)> = all()
        .map(|explained| explained.code)
        .chain(modules())
        .map(|code| (likeness(code), code))
        .filter(|(likeness, _)| *likeness >= SIMILAR)
        .collect();
    near.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    near.into_iter().take(MOST_PROPOSALS).map(|(_, code)| code).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_it_was_copied() {
        for text in [
            "journal.locked",
            "error[journal.locked]",
            "error[journal.locked]: instance 7 is being worked on",
            "[journal.locked]",
            "warning[journal.locked]:",
            " Journal.Locked: ",
            "`journal.locked`",
            "journal.locked.",
        ] {
            assert_eq!(bare(text), "journal.locked", "{text}");
        }
    }

    #[test]
    fn a_module_has_codes() {
        let Ok(Answer::Several(codes)) = ask(Some("journal")) else { panic!("no module") };
        assert!(codes.len() > 5);
        assert!(codes.iter().all(|explained| explained.module() == "journal"));
    }

    #[test]
    fn what_was_meant_is_proposed() {
        for (typed, meant) in [
            ("journal.loked", "journal.locked"),
            ("unwritabel", "journal.unwritable"),
            ("jurnal", "journal"),
        ] {
            let failure = ask(Some(typed)).unwrap_err();
            assert_eq!(failure.code, "explain.unknown_code");
            assert!(failure.hints[0].contains(&format!("`{meant}`")), "{:?}", failure.hints);
        }
        assert_eq!(ask(Some("zzz")).unwrap_err().hints.len(), 1);
    }
}
