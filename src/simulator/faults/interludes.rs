//! Pages that come between and ask for no credential.

use super::super::salesforce::Interlude;
use super::{Fault, page};

pub(super) const FAULTS: &[Fault] =
    &[page("register-phone", "the login leads to \"Register Your Mobile Phone\"", |settings| {
        settings.salesforce.after_login.push(Interlude::RegisterPhone);
    })];
