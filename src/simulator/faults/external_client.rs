//! What an external client app is like.

use super::Fault;

pub(super) const FAULTS: &[Fault] = &[];
