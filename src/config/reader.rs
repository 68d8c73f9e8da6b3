//! Reads one key after the other, each from the source that wins, and collects what is wrong.

use std::path::{Path, PathBuf};
use std::time::Duration;

use toml::de::DeValue;
use url::Url;

use crate::secrets::{Redactor, Secret, TotpSeed};

use super::convert::{self, Problem};
use super::document::{Document, Entry};
use super::environment::{Environment, Variable};
use super::keys::{self, Holds, Key};
use super::mistake::{Mistake, Place};
use super::reference::{self, Elsewhere, Reference};

/// Switches of Chromium by which a script, or the network, chooses proxies.
const PROXY_BY_SCRIPT: [&str; 2] = ["--proxy-pac-url", "--proxy-auto-detect"];

/// A mistake was found and is already noted: there is no value.
#[derive(Debug)]
pub(super) struct Noted;

/// The value of a key, if there is one.
pub(super) type Read<T> = Result<Option<T>, Noted>;

/// A value before its conversion.
enum Given<'a> {
    /// From the environment, a file or a command: text that is converted by the key's type.
    Text(String),
    /// As it stands in the configuration file.
    Toml(&'a DeValue<'a>),
}

/// A value, its place, and whether it came from the configuration file's own folder.
struct Found<'a> {
    given: Given<'a>,
    place: Place,
    in_file: bool,
}

/// Reads keys. Nothing is looked up that is not asked for: a command whose value a flag replaces
/// is not run.
pub(super) struct Reader<'a> {
    pub(super) document: &'a Document<'a>,
    pub(super) environment: &'a Environment,
    pub(super) redactor: &'a Redactor,
    /// Folder of the configuration file.
    pub(super) folder: &'a Path,
    pub(super) mistakes: Vec<Mistake>,
    pub(super) warnings: Vec<(&'static str, String)>,
}

impl<'a> Reader<'a> {
    /// Whether any source says something of the key.
    pub(super) fn is_given(&self, path: &str) -> bool {
        keys::find(path).is_some_and(|key| {
            self.document.entry(key).is_some()
                || matches!(
                    self.environment.get(&key.variable()),
                    Variable::Set(_) | Variable::NotUnicode
                )
        })
    }

    /// Where the key's value comes from, for a mistake that is found later.
    pub(super) fn place(&self, path: &str) -> Place {
        let Some(key) = keys::find(path) else {
            return Place::Nowhere;
        };
        let variable = key.variable();
        match self.environment.get(&variable) {
            Variable::Set(_) | Variable::NotUnicode => Place::Variable(variable),
            _ => self.document.entry(key).map_or(Place::Nowhere, |entry| entry.place(key)),
        }
    }

    /// A value that has to be there.
    pub(super) fn required<T>(&mut self, path: &'static str, value: Read<T>) -> Result<T, Noted> {
        if let Some(value) = value? {
            return Ok(value);
        }
        let Some(key) = keys::find(path) else {
            return Err(Noted);
        };
        if self.document.is_misspelt(key) {
            return Err(Noted);
        }
        let variable = key.variable();
        let section = key.section();
        let mut hints = vec![format!("add `{}` to `[{section}]`", key.line())];
        hints.push(match self.environment.get(&variable) {
            Variable::Empty => format!("environment variable {variable} is set, but empty"),
            _ => format!("or set the environment variable {variable}"),
        });
        let place = self.document.header(section);
        let expected = match place {
            Place::File(_) => format!("`{}` is expected in this section", key.name()),
            _ => String::new(),
        };
        let message = format!("`{path}` is missing");
        self.mistakes.push(Mistake { code: "config.missing", message, expected, hints, place });
        Err(Noted)
    }

    /// The variables in which secrets of the configuration stand: those of our own keys, and those
    /// that the file names for a secret, whether another source wins or not.
    pub(super) fn secret_variables(&self) -> Vec<String> {
        let named = |key: &'static Key| match self.document.entry(key)?.content.as_str() {
            Some(text) => match reference::find(text) {
                Reference::Variable(name) => Some(name.to_owned()),
                Reference::Embedded | Reference::Literal => None,
            },
            None => None,
        };
        let secrets = || keys::KEYS.iter().filter(|key| key.is_secret());
        secrets().map(Key::variable).chain(secrets().filter_map(named)).collect()
    }

    /// Text that is not empty.
    pub(super) fn text(&mut self, path: &'static str) -> Read<String> {
        self.read(path, |text, key| {
            if text.trim().is_empty() {
                Err(Problem::empty(key.holds))
            } else {
                convert::one_line(text)
            }
        })
    }

    /// A secret, known to the redactor from now on.
    pub(super) fn secret(&mut self, path: &'static str) -> Read<Secret> {
        let redactor = self.redactor;
        self.read(path, |text, key| {
            // Learnt before it is judged: a mistake must not show it either.
            let secret = redactor.learn(key.path, text);
            convert::one_line(secret.expose())?;
            Ok(secret)
        })
    }

    /// What an authenticator app is set up with, known to the redactor from now on.
    pub(super) fn totp_seed(&mut self, path: &'static str) -> Read<TotpSeed> {
        let redactor = self.redactor;
        self.read(path, |text, key| {
            let seed = redactor.learn(key.path, text);
            convert::one_line(seed.expose())?;
            TotpSeed::parse(&seed, redactor).map_err(|error| Problem::value(error.to_string()))
        })
    }

    /// A word that can be a part of a path.
    pub(super) fn word(&mut self, path: &'static str) -> Read<String> {
        self.read(path, |text, _| convert::word(&text))
    }

    /// A URL of the key's kind.
    pub(super) fn url(&mut self, path: &'static str) -> Read<Url> {
        self.read(path, |text, key| convert::url(&text, key.holds))
    }

    /// A time span.
    pub(super) fn duration(&mut self, path: &'static str) -> Read<Duration> {
        self.read(path, |text, key| convert::duration(&text, key.holds))
    }

    /// `true` or `false`.
    pub(super) fn flag(&mut self, path: &'static str) -> Read<bool> {
        self.read(path, |text, _| convert::flag(&text))
    }

    /// An instance id.
    pub(super) fn id(&mut self, path: &'static str) -> Read<u64> {
        self.read(path, |text, _| convert::id(&text))
    }

    /// One of the key's words, as the value that goes with it.
    pub(super) fn choice<T: Copy>(&mut self, path: &'static str, values: &[(&str, T)]) -> Read<T> {
        let word = self.read(path, |text, key| convert::choice(&text, key))?;
        Ok(word.and_then(|word| {
            values.iter().find(|(name, _)| *name == word).map(|(_, value)| *value)
        }))
    }

    /// A path. From the configuration file, a relative one is relative to its folder.
    pub(super) fn path(&mut self, path: &'static str) -> Read<PathBuf> {
        let folder = self.folder;
        self.read_with_origin(path, |text, key, in_file| {
            let given = PathBuf::from(text);
            let is_bare = key.holds == Holds::Program && given.components().count() == 1;
            Ok(if in_file && !is_bare { folder.join(given) } else { given })
        })
    }

    /// Texts. A variable holds them separated by white space.
    pub(super) fn list(&mut self, path: &'static str) -> Read<Vec<String>> {
        let Some((key, found)) = self.find(path)? else {
            return Ok(None);
        };
        let texts = match &found.given {
            Given::Text(text) => Some(text.split_whitespace().map(str::to_owned).collect()),
            Given::Toml(DeValue::Array(items)) => {
                items.iter().map(|item| item.get_ref().as_str().map(str::to_owned)).collect()
            }
            Given::Toml(_) => None,
        };
        let in_file = matches!(found.given, Given::Toml(_));
        let texts: Result<Vec<String>, _> = texts.ok_or_else(|| Problem::of_type(key.holds));
        texts
            .and_then(|texts| {
                if in_file && texts.iter().any(|text| reference::find(text) != Reference::Literal) {
                    return Err(Problem::value("variables are not replaced inside a list"));
                }
                // A script that chooses proxies heeds neither the resolver's rules nor a bypass list.
                if texts.iter().any(|text| PROXY_BY_SCRIPT.iter().any(|it| text.starts_with(it))) {
                    return Err(Problem::value(
                        "a proxy by its address (`--proxy-server=HOST:PORT`): one that a script \
                         chooses could be sent the code",
                    ));
                }
                Ok(Some(texts))
            })
            .map_err(|problem| self.note(key, problem, found.place))
    }

    fn read<T>(
        &mut self,
        path: &'static str,
        convert: impl FnOnce(String, &'static Key) -> Result<T, Problem>,
    ) -> Read<T> {
        self.read_with_origin(path, |text, key, _| convert(text, key))
    }

    fn read_with_origin<T>(
        &mut self,
        path: &'static str,
        convert: impl FnOnce(String, &'static Key, bool) -> Result<T, Problem>,
    ) -> Read<T> {
        let Some((key, found)) = self.find(path)? else {
            return Ok(None);
        };
        let text = match found.given {
            Given::Text(text) => Ok(text),
            Given::Toml(value) => literal(value, key.holds),
        };
        text.and_then(|text| {
            if text.is_empty() {
                Err(Problem::empty(key.holds))
            } else {
                convert(text, key, found.in_file)
            }
        })
        .map(Some)
        .map_err(|problem| self.note(key, problem, found.place))
    }

    /// The value from the source that wins.
    fn find(&mut self, path: &'static str) -> Result<Option<(&'static Key, Found<'a>)>, Noted> {
        let Some(key) = keys::find(path) else {
            return Ok(None);
        };
        let variable = key.variable();
        match self.environment.get(&variable) {
            Variable::Set(value) => {
                let given = Given::Text(value.to_owned());
                let place = Place::Variable(variable);
                return Ok(Some((key, Found { given, place, in_file: false })));
            }
            Variable::NotUnicode => {
                let problem = Problem::new("config.wrong_type", "expected UTF-8");
                return Err(self.note(key, problem, Place::Variable(variable)));
            }
            Variable::Empty | Variable::Unset => {}
        }
        let document = self.document;
        let Some(entry) = document.entry(key) else {
            return Ok(None);
        };
        match self.resolve(key, entry) {
            Ok((given, in_file)) => {
                Ok(Some((key, Found { given, place: entry.place(key), in_file })))
            }
            Err(problem) => Err(self.note(key, problem, entry.place(key))),
        }
    }

    /// Follows the references of a value in the file.
    fn resolve(
        &mut self,
        key: &'static Key,
        entry: &'a Entry<'a>,
    ) -> Result<(Given<'a>, bool), Problem> {
        match &entry.content {
            DeValue::String(text) => match reference::find(text) {
                Reference::Variable(name) => {
                    let value = reference::variable(name, self.environment)?;
                    Ok((Given::Text(value), false))
                }
                Reference::Embedded if key.is_secret() => {
                    self.warnings.push((
                        "config.literal_reference",
                        format!(
                            "`{}` has `${{…}}` inside: it is taken as it is, since only a whole \
                             value can name a variable",
                            key.path
                        ),
                    ));
                    Ok((Given::Toml(&entry.content), true))
                }
                Reference::Embedded => {
                    Err(Problem::value("only a whole value can name a variable: `\"${NAME}\"`"))
                }
                Reference::Literal => Ok((Given::Toml(&entry.content), true)),
            },
            DeValue::Table(table) if key.holds != Holds::List => {
                let value = match reference::table(table)? {
                    Elsewhere::File(path) => self.value_from_file(key, &path)?,
                    Elsewhere::Command(words) => {
                        reference::command(&words, &self.secret_variables())?
                    }
                };
                Ok((Given::Text(value), false))
            }
            _ => Ok((Given::Toml(&entry.content), true)),
        }
    }

    fn value_from_file(&mut self, key: &'static Key, path: &Path) -> Result<String, Problem> {
        let path = self.folder.join(path);
        let value = reference::file(&path)?;
        if value.readable_by_others && key.is_secret() {
            let path = path.display();
            self.warnings.push((
                "config.secret_file_readable",
                format!("other users may read `{}` in {path}; run `chmod 600 {path}`", key.path),
            ));
        }
        Ok(value.text)
    }

    /// Notes what is wrong with the value of a key.
    fn note(&mut self, key: &'static Key, problem: Problem, place: Place) -> Noted {
        let what = match problem.code {
            "config.wrong_type" => "has the wrong type",
            "config.empty" => "is empty",
            "config.missing" | "config.unreadable_value" => "has no value",
            "config.insecure_url" => "is plain http",
            "config.not_supported" => "is not supported by this version",
            _ => "cannot be used",
        };
        let hint = match place {
            Place::Variable(_) => {
                format!("for example: `{}={}`", key.variable(), unquoted(key.example))
            }
            _ => format!("for example: `{}`", key.line()),
        };
        self.mistakes.push(Mistake {
            code: problem.code,
            message: format!("`{}` {what}", key.path),
            expected: problem.expected,
            hints: vec![hint],
            place,
        });
        Noted
    }
}

/// A value of the file as text, if it is written as its type is written in TOML.
fn literal(value: &DeValue<'_>, holds: Holds) -> Result<String, Problem> {
    match (value, holds) {
        (DeValue::String(_), Holds::Id | Holds::Flag) => Err(Problem::of_type(holds)),
        (DeValue::String(text), _) => Ok(text.to_string()),
        (DeValue::Boolean(value), Holds::Flag) => Ok(value.to_string()),
        (DeValue::Integer(number), Holds::Id | Holds::Limit | Holds::Pause)
            if number.radix() == 10 =>
        {
            Ok(number.as_str().to_owned())
        }
        (DeValue::Float(number), Holds::Limit | Holds::Pause) => Ok(number.as_str().to_owned()),
        _ => Err(Problem::of_type(holds)),
    }
}

/// An example as it is written in a shell.
fn unquoted(example: &str) -> &str {
    if example.contains("${") { "…" } else { example.trim_matches('"') }
}
