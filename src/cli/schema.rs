//! `reauth schema`

use super::flags::{Schema, SchemaArguments};
use super::session::to_stdout;
use crate::failure::Failure;
use crate::{doctor, report};

/// Prints a JSON Schema (draft 2020-12).
pub fn run(arguments: &SchemaArguments) -> Result<u8, Failure> {
    let schema = match arguments.of {
        Schema::Report => report::schema(),
        Schema::History => report::history_schema(),
        Schema::Comparison => report::comparison_schema(),
        Schema::Doctor => doctor::schema(),
    };
    to_stdout(&format!("{schema:#}"));
    Ok(0)
}
