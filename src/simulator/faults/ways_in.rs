//! How sessions come and go without a login page.

use super::Fault;

pub(super) const FAULTS: &[Fault] = &[];
