//! The command line: help, init, schema, completions, exit codes, what goes to which stream.
