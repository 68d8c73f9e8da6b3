//! Passkeys that are asked for.

use super::Fault;

pub(super) const FAULTS: &[Fault] = &[];
