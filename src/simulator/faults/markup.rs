//! Pages that look otherwise than they did.

use super::Fault;

pub(super) const FAULTS: &[Fault] = &[];
