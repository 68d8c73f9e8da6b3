//! A mistake in the configuration, and all of them together as one error.

use std::ops::Range;

use crate::failure::Failure;
use crate::secrets::Redactor;

use super::render;
use super::source_line::{self, SourceLine};

/// Where in the file something is.
#[derive(Debug, Clone)]
pub(super) enum Spot {
    /// A key and, if it has one, its value. Byte ranges.
    Entry {
        /// The key, without the section.
        key: Range<usize>,
        /// The value.
        value: Range<usize>,
        /// The value is what is wrong, not the key.
        at_value: bool,
        /// The value may be shown.
        visible: bool,
    },
    /// A section's header.
    Header(Range<usize>),
    /// Text that could not be parsed.
    Syntax(Range<usize>),
}

/// Where a mistake was made.
#[derive(Debug, Clone)]
pub(super) enum Place {
    /// In the file.
    File(Spot),
    /// In the environment variable of this name.
    Variable(String),
    /// On the command line, with this flag.
    Flag(&'static str),
    /// Something is not there at all.
    Nowhere,
}

/// A mistake as it is found.
#[derive(Debug, Clone)]
pub(super) struct Mistake {
    /// Stable code, `config.…`.
    pub(super) code: &'static str,
    /// What is wrong, without any value.
    pub(super) message: String,
    /// What was expected: stands under the source line.
    pub(super) expected: String,
    /// What to write instead.
    pub(super) hints: Vec<String>,
    /// Where.
    pub(super) place: Place,
}

/// A mistake as it is shown: free of secrets.
#[derive(Debug)]
pub(super) struct Shown {
    pub(super) code: &'static str,
    pub(super) message: String,
    pub(super) expected: String,
    pub(super) hints: Vec<String>,
    pub(super) at: ShownPlace,
}

/// Where a shown mistake was made.
#[derive(Debug)]
pub(super) enum ShownPlace {
    /// A line of the configuration file.
    Line(SourceLine),
    /// Something outside the file, e.g. `environment variable REAUTH_RUN__OUT`.
    Elsewhere(String),
    /// No place can be named.
    Nowhere,
}

/// Everything that is wrong with a configuration. Holds no secrets.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.summary())]
pub struct ConfigError {
    /// The file's name as the user knows it.
    pub(super) file: Option<String>,
    /// At least one.
    pub(super) mistakes: Vec<Shown>,
}

impl ConfigError {
    pub(super) fn new(
        file: Option<String>,
        text: &str,
        mut mistakes: Vec<Mistake>,
        redactor: &Redactor,
    ) -> Self {
        // Stable: mistakes outside the file keep the order in which they were found, at the end.
        mistakes.sort_by_key(|mistake| match &mistake.place {
            Place::File(
                Spot::Entry { key: range, .. } | Spot::Header(range) | Spot::Syntax(range),
            ) => range.start,
            _ => usize::MAX,
        });
        let mistakes = mistakes.into_iter().map(|mistake| show(mistake, text, redactor)).collect();
        Self { file, mistakes }
    }

    /// All mistakes for a person to read, each with its source line, without a line feed at the
    /// end; `coloured` with ANSI styles.
    pub fn render(&self, coloured: bool) -> String {
        render::render(self, coloured)
    }

    /// Each mistake on its own, in the order in which they are shown.
    pub fn failures(&self) -> Vec<Failure> {
        let failure = |mistake: &Shown| Failure {
            hints: mistake.hints.clone(),
            ..Failure::usage(mistake.code, self.line(mistake))
        };
        self.mistakes.iter().map(failure).collect()
    }

    /// The code of each mistake, in the order in which they are shown.
    pub fn codes(&self) -> impl Iterator<Item = &'static str> {
        self.mistakes.iter().map(|mistake| mistake.code)
    }

    /// One line for each mistake.
    fn summary(&self) -> String {
        let lines: Vec<_> = self.mistakes.iter().map(|mistake| self.line(mistake)).collect();
        lines.join("\n")
    }

    /// The code of the first mistake, which stands for all.
    pub fn code(&self) -> &'static str {
        self.mistakes.first().map_or("config.invalid", |mistake| mistake.code)
    }

    fn line(&self, mistake: &Shown) -> String {
        let Shown { message, expected, at, .. } = mistake;
        let text =
            if expected.is_empty() { message.clone() } else { format!("{message}: {expected}") };
        match (at, &self.file) {
            (ShownPlace::Line(line), Some(file)) => format!("{file}:{}: {text}", line.number),
            (ShownPlace::Line(line), None) => format!("line {}: {text}", line.number),
            (ShownPlace::Elsewhere(place), _) => format!("{place}: {text}"),
            (ShownPlace::Nowhere, _) => text,
        }
    }
}

impl From<ConfigError> for Failure {
    /// Always a mistake in the usage; the code is that of the first mistake.
    fn from(error: ConfigError) -> Self {
        let mut failure = Self::usage(error.code(), error.summary());
        for hint in error.mistakes.into_iter().flat_map(|mistake| mistake.hints) {
            if !failure.hints.contains(&hint) {
                failure.hints.push(hint);
            }
        }
        failure
    }
}

/// The texts were made without secrets; the redactor is the second lock on the same door.
fn show(mistake: Mistake, text: &str, redactor: &Redactor) -> Shown {
    let clean = |text: &str| redactor.redact(text).into_owned();
    let at = match mistake.place {
        Place::File(spot) => ShownPlace::Line(source_line::show(text, &spot, redactor)),
        Place::Variable(name) => ShownPlace::Elsewhere(format!("environment variable {name}")),
        Place::Flag(flag) => ShownPlace::Elsewhere(flag.to_owned()),
        Place::Nowhere => ShownPlace::Nowhere,
    };
    Shown {
        code: mistake.code,
        message: clean(&mistake.message),
        expected: clean(&mistake.expected),
        hints: mistake.hints.iter().map(|hint| clean(hint)).collect(),
        at,
    }
}
