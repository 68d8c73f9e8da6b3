//! Values that stand somewhere else: in a variable, in a file, or in what a command prints.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use toml::de::{DeTable, DeValue};

use super::convert::Problem;
use super::environment::{Environment, Variable};
use super::keys;
use crate::child::{self, ChildError, Ended, Group};
use crate::input_file::{Accepts, InputError, InputFile};

/// A value that is longer is no password.
const LONGEST_VALUE: u64 = 1024 * 1024;

/// How long a command may take. A person may have to unlock a password manager meanwhile.
const COMMAND_LIMIT: Duration = Duration::from_secs(30);

/// Whether a text refers to a variable.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reference<'text> {
    /// It is `${NAME}` and nothing else.
    Variable(&'text str),
    /// It has `${NAME}` in it, which is not replaced.
    Embedded,
    /// It does not.
    Literal,
}

/// Finds `${NAME}`. Only a whole value can be a reference: what is put together from pieces is
/// hard to hide and easy to get wrong.
pub(super) fn find(text: &str) -> Reference<'_> {
    let Some(start) = text.find("${") else {
        return Reference::Literal;
    };
    let Some((name, rest)) = text[start + 2..].split_once('}') else {
        return Reference::Literal;
    };
    if !is_variable_name(name) {
        return Reference::Literal;
    }
    if start == 0 && rest.is_empty() { Reference::Variable(name) } else { Reference::Embedded }
}

fn is_variable_name(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
}

/// The value of a variable that the file names.
pub(super) fn variable(name: &str, environment: &Environment) -> Result<String, Problem> {
    let seen = match environment.get(name) {
        Variable::Set(value) => return Ok(value.to_owned()),
        Variable::Empty => "is set, but empty",
        Variable::NotUnicode => "is not UTF-8",
        Variable::Unset => match keys::nearest(name, environment.names()) {
            Some(near) if near != name => {
                return Err(Problem::new(
                    "config.missing",
                    format!("environment variable {name} is not set; did you mean {near}?"),
                ));
            }
            _ => "is not set",
        },
    };
    Err(Problem::new("config.missing", format!("environment variable {name} {seen}")))
}

/// The two forms that a table may have.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Elsewhere {
    /// `{ file = "…" }`
    File(PathBuf),
    /// `{ command = ["program", "argument"] }`
    Command(Vec<String>),
}

/// Reads `{ file = … }` or `{ command = … }`.
pub(super) fn table(table: &DeTable<'_>) -> Result<Elsewhere, Problem> {
    const FORMS: &str = r#"expected `{ file = "…" }` or `{ command = ["…"] }`"#;
    let malformed = || Problem::new("config.wrong_type", FORMS);
    let mut fields = table.iter();
    let (Some((name, value)), None) = (fields.next(), fields.next()) else {
        return Err(malformed());
    };
    match (name.get_ref().as_ref(), value.get_ref()) {
        ("file", DeValue::String(path)) if !path.is_empty() => {
            Ok(Elsewhere::File(path.as_ref().into()))
        }
        ("command", DeValue::Array(words)) => {
            let words: Option<Vec<_>> =
                words.iter().map(|word| word.get_ref().as_str().map(str::to_owned)).collect();
            match words {
                Some(words) if words.first().is_some_and(|program| !program.is_empty()) => {
                    Ok(Elsewhere::Command(words))
                }
                _ => Err(Problem::new(
                    "config.wrong_type",
                    r#"expected a program and its arguments: `{ command = ["…", "…"] }`"#,
                )),
            }
        }
        (other, _) => match keys::nearest(other, ["file", "command"]) {
            Some(meant) if meant != other => {
                Err(Problem::new("config.wrong_type", format!("{FORMS}; did you mean `{meant}`?")))
            }
            _ => Err(malformed()),
        },
    }
}

/// What a file holds, and whether people other than its owner may read it.
pub(super) struct FileValue {
    pub(super) text: String,
    pub(super) readable_by_others: bool,
}

/// Reads a value from a file.
pub(super) fn file(path: &Path) -> Result<FileValue, Problem> {
    let shown = path.display();
    let unreadable = |error: InputError| match error {
        InputError::TooLong { .. } => too_long(&shown.to_string()),
        error => reference(format!("{shown} cannot be read: {error}")),
    };
    let file = InputFile::open(path, Accepts::Pipe).map_err(unreadable)?;
    let readable_by_others = readable_by_others(&file.metadata);
    let bytes = file.read(LONGEST_VALUE).map_err(unreadable)?;
    Ok(FileValue { text: text(bytes, &shown.to_string())?, readable_by_others })
}

#[cfg(unix)]
fn readable_by_others(metadata: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.is_file() && metadata.permissions().mode() & 0o044 != 0
}

#[cfg(not(unix))]
fn readable_by_others(_: &std::fs::Metadata) -> bool {
    false
}

/// Runs a command and takes what it prints. Its standard error is discarded: it may repeat what
/// it was given. Commands that need a person find the terminal by themselves (`/dev/tty`).
/// It gets our environment but for the variables that are `withheld`.
pub(super) fn command(words: &[String], withheld: &[String]) -> Result<String, Problem> {
    run(words, withheld, COMMAND_LIMIT)
}

fn run(words: &[String], withheld: &[String], limit: Duration) -> Result<String, Problem> {
    // A thread of its own: the caller may already be inside an async runtime.
    std::thread::scope(|scope| {
        scope
            .spawn(|| {
                tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .map_err(|error| reference(format!("a command cannot be run: {error}")))?
                    .block_on(output(words, withheld, limit))
            })
            .join()
            .unwrap_or_else(|_| Err(reference("a command cannot be run")))
    })
}

async fn output(words: &[String], withheld: &[String], limit: Duration) -> Result<String, Problem> {
    let Some((program, arguments)) = words.split_first() else {
        return Err(reference("no program is named"));
    };
    let mut command = tokio::process::Command::new(program);
    command.args(arguments).stderr(Stdio::null());
    for name in withheld {
        command.env_remove(name);
    }
    let deadline = tokio::time::Instant::now() + limit;
    let ended = child::run(&mut command, Group::OfTerminal, LONGEST_VALUE, deadline).await;
    let Ended { status, stdout, .. } = ended.map_err(|error| match error {
        ChildError::Late => {
            reference(format!("{program} did not end within {} s", limit.as_secs_f64()))
        }
        error => reference(format!("{program} {error}")),
    })?;
    if !status.success() && stdout.len() as u64 <= LONGEST_VALUE {
        return Err(reference(format!(
            "{program} failed with {status}; run it by hand to see why"
        )));
    }
    text(stdout, program)
}

/// The bytes as text, without one line feed at the end.
fn text(bytes: Vec<u8>, source: &str) -> Result<String, Problem> {
    if bytes.len() as u64 > LONGEST_VALUE {
        return Err(too_long(source));
    }
    let mut text = String::from_utf8(bytes)
        .map_err(|_| reference(format!("{source} gives something that is not UTF-8")))?;
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    if text.is_empty() {
        return Err(Problem::new("config.empty", format!("{source} gives nothing")));
    }
    Ok(text)
}

fn too_long(source: &str) -> Problem {
    reference(format!("{source} gives more than 1 MiB"))
}

fn reference(expected: impl Into<String>) -> Problem {
    Problem::new("config.unreadable_value", expected)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_value_is_a_reference() {
        for (text, found) in [
            ("${A_1}", Reference::Variable("A_1")),
            ("https://${HOST}/", Reference::Embedded),
            ("${A}${B}", Reference::Embedded),
            ("${1A}", Reference::Literal),
            ("${}", Reference::Literal),
            ("$A", Reference::Literal),
            ("pa${ss", Reference::Literal),
        ] {
            assert_eq!(find(text), found, "{text}");
        }
    }

    #[test]
    fn one_line_feed_is_stripped() {
        for (given, kept) in [("a\n", "a"), ("a\r\n", "a"), ("a\n\n", "a\n"), ("a", "a")] {
            assert_eq!(text(given.into(), "x").as_deref(), Ok(kept));
        }
        assert_eq!(text(b"\n".to_vec(), "x").map_err(|problem| problem.code), Err("config.empty"));
    }

    fn shell(script: &str, limit: Duration) -> Result<String, String> {
        run(&["sh".into(), "-c".into(), script.into()], &[], limit)
            .map_err(|problem| problem.expected)
    }

    #[test]
    fn commands_give_their_output_or_say_why_not() {
        let limit = Duration::from_secs(20);
        assert_eq!(shell("echo secret", limit).as_deref(), Ok("secret"));
        let failed = shell("echo hunter2; echo hunter2 >&2; exit 7", limit).unwrap_err();
        assert!(failed.contains("exit status: 7") && !failed.contains("hunter2"), "{failed}");
        let long = shell("head -c 1048577 /dev/zero; sleep 0", limit).unwrap_err();
        assert_eq!(long, "sh gives more than 1 MiB");
        let late = shell("exec sleep 20", Duration::from_millis(50)).unwrap_err();
        assert_eq!(late, "sh did not end within 0.05 s");
        let absent = run(&["no-such-program-here".into()], &[], limit).unwrap_err();
        assert!(absent.expected.starts_with("no-such-program-here cannot be started"));
    }
}
