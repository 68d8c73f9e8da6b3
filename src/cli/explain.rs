//! `reauth explain`

use std::ffi::OsStr;
use std::io::IsTerminal as _;

use clap::builder::{PossibleValue, TypedValueParser};
use serde_json::{Value, json};

use super::flags::{ExplainArguments, Format, Global};
use super::session::to_stdout;
use crate::explain::{self, Answer, Explained};
use crate::failure::Failure;

/// As wide as clap's help at most, and where nobody says how wide the terminal is.
const WIDEST: usize = 100;

/// Says what a code means; or lists those of a module, or all.
pub fn run(global: &Global, arguments: &ExplainArguments) -> Result<u8, Failure> {
    let answer = explain::ask(arguments.code.as_deref())?;
    match global.format {
        Format::Human => {
            let text = human(&answer, width());
            let text = if global.color.is_wanted_on_stdout() {
                text
            } else {
                anstream::adapter::strip_str(&text).to_string()
            };
            to_stdout(&text);
        }
        Format::Json => to_stdout(&format!("{:#}", json(&answer))),
    }
    Ok(0)
}

fn human(answer: &Answer, width: usize) -> String {
    match answer {
        Answer::One(explained) => explain::page(explained, width),
        Answer::Several(codes) => explain::index(codes, width),
        Answer::Retired(retired) => {
            format!(
                "{} is not given any more since {}: {}\n",
                retired.code, retired.since, retired.instead
            )
        }
    }
}

fn json(answer: &Answer) -> Value {
    match answer {
        Answer::One(explained) => explained.to_json(),
        Answer::Several(codes) => {
            let codes: Vec<Value> = codes.iter().copied().map(Explained::to_json).collect();
            json!({ "schema": explain::LIST_SCHEMA, "codes": codes })
        }
        Answer::Retired(retired) => json!({
            "schema": explain::SCHEMA,
            "code": retired.code,
            "is": ["retired"],
            "since": retired.since,
            "instead": retired.instead,
        }),
    }
}

/// Columns of the terminal; else what COLUMNS says, as clap has it.
fn width() -> usize {
    let stdout = std::io::stdout();
    let of_terminal = stdout
        .is_terminal()
        .then(|| rustix::termios::tcgetwinsize(&stdout).ok())
        .flatten()
        .map(|size| usize::from(size.ws_col))
        .filter(|columns| *columns > 0);
    let said = || std::env::var("COLUMNS").ok()?.parse().ok().filter(|columns| *columns > 0);
    of_terminal.or_else(said).unwrap_or(WIDEST).min(WIDEST)
}

/// Takes any text, since unknown codes have an answer of their own; knows all codes, for the shells.
#[derive(Debug, Clone)]
pub(super) struct CodeParser;

impl TypedValueParser for CodeParser {
    type Value = String;

    fn parse_ref(
        &self,
        _: &clap::Command,
        _: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<String, clap::Error> {
        Ok(value.to_string_lossy().into_owned())
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let codes = explain::all()
            .map(|explained| PossibleValue::new(explained.code).help(explained.headline()));
        Some(Box::new(explain::modules().into_iter().map(PossibleValue::new).chain(codes)))
    }
}
