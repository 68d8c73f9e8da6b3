//! What is said of a key or section that nobody knows: what was meant, or what there is.

use std::borrow::Cow;
use std::ops::Range;

use toml::Spanned;
use toml::de::DeValue;

use super::keys::{self, KEYS, Key, SECTIONS};
use super::mistake::{Mistake, Place, Spot};

/// The mistake, and the keys that are there under a wrong name, so that nobody calls them missing.
/// `header` is the table's `[section]`, if it has one.
pub(super) fn explain(
    section: &str,
    name: &Spanned<Cow<'_, str>>,
    value: &Spanned<DeValue<'_>>,
    header: Option<Range<usize>>,
) -> (Mistake, Vec<&'static str>) {
    let word = name.get_ref().as_ref();
    let meant_key = keys::nearest(word, siblings(section).map(Key::name));
    let is_table = matches!(value.get_ref(), DeValue::Table(_));
    // `passwort = { file = "…" }` is a table too, and a key all the same.
    let is_section = is_table && (header.is_some() || meant_key.is_none());
    let said = if is_section { of_section(section, word) } else { of_key(section, word) };
    let what = if is_section { "section" } else { "key" };
    let path = join(section, word);
    let mistake = Mistake {
        code: "config.unknown_key",
        message: format!("unknown {what} `{path}`"),
        expected: said.expected,
        hints: vec![said.hint],
        place: header.map_or_else(|| place(name), |header| Place::File(Spot::Header(header))),
    };
    (mistake, said.meant)
}

/// The place of a key whose value nobody can judge: it is never shown.
pub(super) fn place(name: &Spanned<Cow<'_, str>>) -> Place {
    Place::File(Spot::Entry {
        key: name.span(),
        value: name.span(),
        at_value: false,
        visible: false,
    })
}

struct Said {
    expected: String,
    hint: String,
    meant: Vec<&'static str>,
}

fn of_section(section: &str, word: &str) -> Said {
    let near = keys::nearest(word, children(section));
    let meant = near.map(|name| join(section, name));
    Said {
        expected: match &meant {
            Some(path) => format!("did you mean `{path}`?"),
            None => "no such section".to_owned(),
        },
        hint: sections(),
        meant: KEYS
            .iter()
            .filter(|key| meant.as_deref() == Some(key.section()))
            .map(|key| key.path)
            .collect(),
    }
}

fn of_key(section: &str, word: &str) -> Said {
    let near = keys::nearest(word, siblings(section).map(Key::name))
        .and_then(|name| siblings(section).find(|key| key.name() == name));
    if let Some(meant) = near {
        return Said {
            expected: format!("did you mean `{}`?", meant.name()),
            hint: format!("for example: `{}`", meant.line()),
            meant: vec![meant.path],
        };
    }
    if let Some(other) = KEYS.iter().find(|key| key.name() == word) {
        return Said {
            expected: format!("`{word}` belongs into `[{}]`", other.section()),
            hint: format!("move the line below `[{}]`", other.section()),
            meant: vec![other.path],
        };
    }
    if section.is_empty() {
        let expected = "every key stands in a section".to_owned();
        return Said { expected, hint: sections(), meant: Vec::new() };
    }
    Said {
        expected: format!("no such key in `[{section}]`"),
        hint: format!("keys of this section are {}", list(siblings(section).map(Key::name))),
        meant: Vec::new(),
    }
}

/// Keys directly in `section`.
fn siblings(section: &str) -> impl Iterator<Item = &'static Key> {
    KEYS.iter().filter(move |key| key.section() == section)
}

/// Names of the sections directly below `section`.
fn children(section: &str) -> impl Iterator<Item = &'static str> {
    SECTIONS.iter().filter_map(move |path| {
        let name = match section {
            "" => path,
            _ => path.strip_prefix(section)?.strip_prefix('.')?,
        };
        (!name.contains('.')).then_some(name)
    })
}

fn join(section: &str, name: &str) -> String {
    if section.is_empty() { name.to_owned() } else { format!("{section}.{name}") }
}

fn sections() -> String {
    format!("sections are {}", list(SECTIONS.iter().copied()))
}

fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
