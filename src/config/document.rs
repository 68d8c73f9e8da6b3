//! The file as a list of known keys and where they stand.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::secrets::Redactor;

use super::keys::{self, KEYS, Key, SECTIONS};
use super::mistake::{Mistake, Place, Spot};
use super::reference::{self, Reference};

/// What the file says of one key.
#[derive(Debug)]
pub(super) struct Entry<'text> {
    /// Where the key is, without its section.
    pub(super) key: Range<usize>,
    /// Where the value is.
    pub(super) value: Range<usize>,
    /// The value.
    pub(super) content: DeValue<'text>,
}

impl Entry<'_> {
    /// The place of the entry, for a mistake in its value.
    pub(super) fn place(&self, key: &Key) -> Place {
        Place::File(Spot::Entry {
            key: self.key.clone(),
            value: self.value.clone(),
            at_value: true,
            visible: !key.is_secret(),
        })
    }
}

/// The parsed file.
#[derive(Debug, Default)]
pub(super) struct Document<'text> {
    entries: BTreeMap<&'static str, Entry<'text>>,
    /// Sections that the file has, with their header if it is written in brackets.
    sections: BTreeMap<&'static str, Option<Range<usize>>>,
}

impl<'text> Document<'text> {
    /// Parses `text`; whatever is not known is added to `mistakes`.
    ///
    /// Literal secrets are made known to `redactor` even if another source wins later: they stand
    /// in the file, and so they may stand beside a mistake.
    pub(super) fn parse(
        text: &'text str,
        redactor: &Redactor,
        mistakes: &mut Vec<Mistake>,
    ) -> Self {
        let mut document = Self::default();
        match DeTable::parse(text) {
            Ok(table) => {
                document.walk(text, "", table.into_inner(), mistakes);
                for (path, entry) in &document.entries {
                    if let (Some(key), DeValue::String(value)) = (keys::find(path), &entry.content)
                        && key.is_secret()
                        && reference::find(value) == Reference::Literal
                    {
                        redactor.learn(path, value.as_ref());
                    }
                }
            }
            Err(error) => mistakes.push(Mistake {
                code: "config.syntax",
                message: "this is not TOML".to_owned(),
                // The parser's messages are fixed texts: what was read is not in them.
                expected: error.message().lines().next().unwrap_or_default().to_owned(),
                hints: vec![
                    "a line is `key = \"value\"`, `[section]` or `# comment`; texts need quotes"
                        .to_owned(),
                ],
                place: Place::File(Spot::Syntax(error.span().unwrap_or(0..0))),
            }),
        }
        document
    }

    /// What the file says of `key`.
    pub(super) fn entry(&self, key: &Key) -> Option<&Entry<'text>> {
        self.entries.get(key.path)
    }

    /// Whether the file has this section, be it empty.
    pub(super) fn has_section(&self, section: &str) -> bool {
        self.sections.contains_key(section)
    }

    /// The section's header, for what is missing below it.
    pub(super) fn header(&self, section: &str) -> Place {
        match self.sections.get(section) {
            Some(Some(header)) => Place::File(Spot::Header(header.clone())),
            _ => Place::Nowhere,
        }
    }

    fn walk(
        &mut self,
        text: &str,
        section: &str,
        table: DeTable<'text>,
        mistakes: &mut Vec<Mistake>,
    ) {
        for (name, value) in table {
            let path = match section {
                "" => name.get_ref().to_string(),
                _ => format!("{section}.{}", name.get_ref()),
            };
            if let Some(section) = keys::find_section(&path) {
                let header = header(text, value.span());
                match value.into_inner() {
                    DeValue::Table(table) => {
                        self.sections.insert(section, header);
                        self.walk(text, section, table, mistakes);
                    }
                    _ => mistakes.push(Mistake {
                        code: "config.wrong_type",
                        message: format!("`{section}` is a section"),
                        expected: format!("expected a section: `[{section}]`"),
                        hints: Vec::new(),
                        place: unknown_place(text, &name, None),
                    }),
                }
            } else if let Some(key) = keys::find(&path) {
                let (key_span, value_span) = (name.span(), value.span());
                let entry = Entry { key: key_span, value: value_span, content: value.into_inner() };
                self.entries.insert(key.path, entry);
            } else {
                mistakes.push(unknown(text, section, &name, &value));
            }
        }
    }
}

/// The range of `[section]`, if that is how the table begins.
fn header(text: &str, span: Range<usize>) -> Option<Range<usize>> {
    let shown = text.get(span.clone())?.lines().next()?;
    let end = shown.find(']')? + 1;
    shown.starts_with('[').then_some(span.start..span.start + end)
}

/// The place of something whose value nobody can judge: it is never shown.
fn unknown_place(
    text: &str,
    name: &Spanned<std::borrow::Cow<'_, str>>,
    value: Option<&Spanned<DeValue<'_>>>,
) -> Place {
    if let Some(value) = value
        && let DeValue::Table(_) = value.get_ref()
        && let Some(header) = header(text, value.span())
    {
        return Place::File(Spot::Header(header));
    }
    Place::File(Spot::Entry {
        key: name.span(),
        value: name.span(),
        at_value: false,
        visible: false,
    })
}

fn unknown(
    text: &str,
    section: &str,
    name: &Spanned<std::borrow::Cow<'_, str>>,
    value: &Spanned<DeValue<'_>>,
) -> Mistake {
    let word = name.get_ref().as_ref();
    let is_section = matches!(value.get_ref(), DeValue::Table(_));
    let (what, expected, hints) = if is_section {
        let sections = children(section);
        (
            "section",
            match keys::nearest(word, sections.iter().copied()) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => "no such section".to_owned(),
            },
            vec![format!("sections are {}", list(SECTIONS.iter().copied()))],
        )
    } else {
        let siblings = || KEYS.iter().filter(|key| key.section() == section);
        let elsewhere = || KEYS.iter().filter(|key| key.section() != section);
        if let Some(meant) = keys::nearest(word, siblings().map(Key::name)) {
            let example = siblings().find(|key| key.name() == meant).map(Key::line);
            (
                "key",
                format!("did you mean `{meant}`?"),
                example.map(|line| format!("for example: `{line}`")).into_iter().collect(),
            )
        } else if let Some(other) = elsewhere().find(|key| key.name() == word) {
            (
                "key",
                format!("`{word}` belongs into `[{}]`", other.section()),
                vec![format!("move the line below `[{}]`", other.section())],
            )
        } else if section.is_empty() {
            (
                "key",
                "every key stands in a section".to_owned(),
                vec![format!("sections are {}", list(SECTIONS.iter().copied()))],
            )
        } else {
            (
                "key",
                format!("no such key in `[{section}]`"),
                vec![format!("keys of this section are {}", list(siblings().map(Key::name)))],
            )
        }
    };
    let path = if section.is_empty() { word.to_owned() } else { format!("{section}.{word}") };
    Mistake {
        code: "config.unknown_key",
        message: format!("unknown {what} `{path}`"),
        expected,
        hints,
        place: unknown_place(text, name, Some(value)),
    }
}

/// Names of the sections directly below `section`.
fn children(section: &str) -> Vec<&'static str> {
    SECTIONS
        .iter()
        .filter_map(|path| match section {
            "" => Some(*path),
            _ => path.strip_prefix(section)?.strip_prefix('.'),
        })
        .filter(|name| !name.contains('.'))
        .collect()
}

fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
