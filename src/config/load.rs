//! From the sources to one validated configuration.

use std::path::Path;

use crate::input_file::{self, Accepts, InputError, read_text};
use crate::secrets::Redactor;

use super::assemble;
use super::document::Document;
use super::environment::Environment;
use super::keys::{self, KEYS, Key, OTHER_VARIABLES};
use super::mistake::{ConfigError, Mistake, Place};
use super::model::Config;
use super::overrides::Overrides;
use super::reader::Reader;

/// The file that is read where none is named, in the working directory.
const DEFAULT_FILE: &str = "reauth.toml";

/// Where the configuration comes from, besides the environment and the flags.
#[derive(Debug, Clone, Copy)]
pub enum Source<'a> {
    /// A file that has to be there (`--config`).
    File(&'a Path),
    /// `reauth.toml` in the working directory, if there is one; the environment may be enough.
    Default,
    /// A text, e.g. the simulator's. Files that it names are relative to the working directory.
    Text {
        /// What mistakes are shown to be in.
        name: &'a str,
        /// TOML.
        text: &'a str,
    },
}

/// A configuration, and what will bite later.
#[derive(Debug)]
pub struct Loaded {
    /// The configuration.
    pub config: Config,
    /// Stable code and text of each warning.
    pub warnings: Vec<(&'static str, String)>,
}

/// Loads the configuration: flags win over the environment, the environment over the file, the
/// file over the defaults. Every secret is made known to `redactor`. Commands that the file names
/// for values are run, one after the other, unless another source wins.
///
/// # Errors
///
/// Everything that is wrong with the configuration at once; a text that is no TOML comes alone.
pub fn load(
    source: Source<'_>,
    environment: &Environment,
    overrides: &Overrides,
    redactor: &Redactor,
) -> Result<Loaded, ConfigError> {
    let (name, text) = match source {
        Source::Text { name, text } => (Some(name.to_owned()), text.to_owned()),
        Source::File(path) => {
            let name = path.display().to_string();
            (Some(name), read(path).map_err(|error| unreadable(path, &error, redactor))?)
        }
        Source::Default => {
            let path = Path::new(DEFAULT_FILE);
            match read(path) {
                Ok(text) => (Some(DEFAULT_FILE.to_owned()), text),
                Err(error) if error.is_missing() => (None, String::new()),
                Err(error) => return Err(unreadable(path, &error, redactor)),
            }
        }
    };
    let folder = match source {
        Source::File(path) => path.parent().unwrap_or(Path::new("")),
        Source::Default | Source::Text { .. } => Path::new(""),
    };
    let failed = |mistakes| ConfigError::new(name.clone(), &text, mistakes, redactor);

    if name.is_none()
        && !KEYS.iter().any(|key| environment.ours().any(|ours| ours == key.variable()))
    {
        return Err(failed(vec![nothing_configured()]));
    }
    let mut mistakes = Vec::new();
    let document = Document::parse(&text, redactor, &mut mistakes);
    if mistakes.iter().any(|mistake| mistake.code == "config.syntax") {
        return Err(failed(mistakes));
    }
    let mut warnings = Vec::new();
    unknown_variables(environment, &mut mistakes, &mut warnings);
    let mut reader =
        Reader { document: &document, environment, redactor, folder, mistakes, warnings };
    let config = assemble::config(&mut reader, overrides);
    let Reader { mistakes, warnings, .. } = reader;
    match config {
        Ok(config) if mistakes.is_empty() => Ok(Loaded { config, warnings }),
        _ => Err(failed(mistakes)),
    }
}

/// A commented `reauth.toml` for `reauth init`. It loads as soon as the environment variables that
/// it names are set.
pub fn template() -> &'static str {
    include_str!("reauth.toml")
}

/// A byte order mark is what some editors begin every file with.
fn read(path: &Path) -> Result<String, InputError> {
    let text = read_text(path, Accepts::Pipe, input_file::LONGEST)?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

fn unreadable(path: &Path, error: &InputError, redactor: &Redactor) -> ConfigError {
    let hint = if error.is_missing() {
        "write one with `reauth init`, or name another with `--config`"
    } else {
        "the configuration has to be a readable file in UTF-8"
    };
    let mistake = Mistake {
        code: "config.unreadable",
        message: format!("configuration file {} cannot be read", path.display()),
        expected: error.to_string(),
        hints: vec![hint.to_owned()],
        place: Place::Nowhere,
    };
    ConfigError::new(None, "", vec![mistake], redactor)
}

fn nothing_configured() -> Mistake {
    Mistake {
        code: "config.missing",
        message: "there is no configuration".to_owned(),
        expected: format!(
            "expected {DEFAULT_FILE} in the working directory, or environment variables such as {}",
            KEYS.first().map(Key::variable).unwrap_or_default()
        ),
        hints: vec![
            format!("write a commented {DEFAULT_FILE} with `reauth init`"),
            "or try `reauth run --simulator`, which needs none".to_owned(),
        ],
        place: Place::Nowhere,
    }
}

/// A variable that looks like a key of ours and is none is a mistake; any other one with our
/// prefix may have been set for something else, and is a warning.
fn unknown_variables(
    environment: &Environment,
    mistakes: &mut Vec<Mistake>,
    warnings: &mut Vec<(&'static str, String)>,
) {
    let known: Vec<_> = KEYS.iter().map(Key::variable).collect();
    for name in environment.ours() {
        if OTHER_VARIABLES.contains(&name) || known.iter().any(|known| known == name) {
            continue;
        }
        // The prefix is the same for all: it would make everything look alike.
        let bare = |name: &str| name.trim_start_matches(keys::PREFIX).replace("__", "_");
        let names: Vec<_> = known.iter().map(|name| bare(name)).collect();
        let meant = keys::nearest(&bare(name), names.iter())
            .and_then(|meant| names.iter().position(|name| name == meant))
            .and_then(|at| known.get(at));
        if meant.is_none() && !name.contains("__") {
            warnings.push((
                "config.unknown_variable",
                format!("environment variable {name} means nothing to this version"),
            ));
            continue;
        }
        mistakes.push(Mistake {
            code: "config.unknown_variable",
            message: "unknown configuration key".to_owned(),
            expected: meant.map_or_else(
                || "no key of the configuration has this name".to_owned(),
                |meant| format!("did you mean {meant}?"),
            ),
            hints: vec![
                "a key is named `REAUTH_SECTION__KEY`, for example `REAUTH_SALESFORCE__USERNAME`"
                    .to_owned(),
            ],
            place: Place::Variable(name.to_owned()),
        });
    }
}
