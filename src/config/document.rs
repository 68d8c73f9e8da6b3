//! The file as a list of known keys and where they stand.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::secrets::Redactor;

use super::keys::{self, Key};
use super::mistake::{Mistake, Place, Spot};
use super::reference::{self, Reference};
use super::unknown;

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
    /// The place of the entry, for a mistake in its value. A URL may have credentials in it.
    pub(super) fn place(&self, key: &Key) -> Place {
        let may_hold_secret = key.is_secret()
            || (key.holds.is_url()
                && self.content.as_str().is_none_or(|text| text.contains(['@', '?', '#'])));
        Place::File(Spot::Entry {
            key: self.key.clone(),
            value: self.value.clone(),
            at_value: true,
            visible: !may_hold_secret,
        })
    }
}

/// The parsed file.
#[derive(Debug, Default)]
pub(super) struct Document<'text> {
    entries: BTreeMap<&'static str, Entry<'text>>,
    /// Sections that the file has, with their header if it is written in brackets.
    sections: BTreeMap<&'static str, Option<Range<usize>>>,
    /// Keys that were meant by unknown ones.
    misspelt: Vec<&'static str>,
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

    /// Whether the file has the key under a wrong name: it is not missing as well.
    pub(super) fn is_misspelt(&self, key: &Key) -> bool {
        self.misspelt.contains(&key.path)
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
                let header = header(text, &value);
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
                        place: unknown::place(&name),
                    }),
                }
            } else if let Some(key) = keys::find(&path) {
                let (key_span, value_span) = (name.span(), value.span());
                let entry = Entry { key: key_span, value: value_span, content: value.into_inner() };
                self.entries.insert(key.path, entry);
            } else {
                let header = header(text, &value);
                let (mistake, meant) = unknown::explain(section, &name, &value, header);
                mistakes.push(mistake);
                self.misspelt.extend(meant);
            }
        }
    }
}

/// The range of `[section]`, if the value is a table that begins with it. A list begins with a
/// bracket too, and must not be shown.
fn header(text: &str, value: &Spanned<DeValue<'_>>) -> Option<Range<usize>> {
    let DeValue::Table(_) = value.get_ref() else {
        return None;
    };
    let span = value.span();
    let shown = text.get(span.clone())?.lines().next()?;
    let end = shown.find(']')? + 1;
    shown.starts_with('[').then_some(span.start..span.start + end)
}
