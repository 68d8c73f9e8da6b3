//! Codes that are asked for after the password.

use super::Fault;

pub(super) const FAULTS: &[Fault] = &[];
