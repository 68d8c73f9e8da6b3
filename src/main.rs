//! The `reauth` program: everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    reauth::cli::main()
}
