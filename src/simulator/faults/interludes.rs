//! Pages that come between and ask for no credential; sessions that end, and logins that are asked
//! for again.

use super::super::markup::Language;
use super::super::salesforce::{Interlude, Place};
use super::{Fault, page};

pub(super) const FAULTS: &[Fault] = &[
    page("register-phone", "the login leads to \"Register Your Mobile Phone\"", |settings| {
        settings.salesforce.after_login.push(Interlude::RegisterPhone);
    }),
    page("register-phone-german", "the same, for a user whose language is German", |settings| {
        settings.salesforce.after_login.push(Interlude::RegisterPhone);
        settings.salesforce.register_phone_language = Language::German;
    }),
    page(
        "register-phone-japanese",
        "the same, for a user whose language is Japanese",
        |settings| {
            settings.salesforce.after_login.push(Interlude::RegisterPhone);
            settings.salesforce.register_phone_language = Language::Japanese;
        },
    ),
    page("register-phone-french", "the same, for a user whose language is French", |settings| {
        settings.salesforce.after_login.push(Interlude::RegisterPhone);
        settings.salesforce.register_phone_language = Language::French;
    }),
    page("change-password", "the password has expired: a new one is asked for", |settings| {
        settings.salesforce.after_login.push(Interlude::ChangePassword);
    }),
    page("reminder", "the login leads to a reminder that can be dismissed", |settings| {
        settings.salesforce.after_login.push(Interlude::Reminder);
    }),
    page("reminder-german", "the same in German, dismissed by a link", |settings| {
        settings.salesforce.after_login.push(Interlude::Reminder);
        settings.salesforce.reminder_language = Language::German;
    }),
    page("reminder-japanese", "the same in Japanese, dismissed by a nameless button", |settings| {
        settings.salesforce.after_login.push(Interlude::Reminder);
        settings.salesforce.reminder_language = Language::Japanese;
    }),
    page(
        "endless-interlude",
        "a reminder that comes back however often it is dismissed",
        |settings| {
            settings.salesforce.after_login.push(Interlude::Reminder);
            settings.salesforce.interludes_come_back = true;
        },
    ),
    page(
        "maintenance",
        "the first two pages after the login are the maintenance notice",
        |settings| {
            settings.salesforce.maintenance_pages = settings.salesforce.maintenance_pages.max(2);
        },
    ),
    page(
        "maintenance-forever",
        "every page after the login is the maintenance notice",
        |settings| {
            settings.salesforce.maintenance_pages = u32::MAX;
        },
    ),
    page(
        "session-timeout",
        "half-way comes the time-out page, whose Continue goes on",
        |settings| {
            settings.salesforce.halfway.push(Interlude::SessionTimeout);
        },
    ),
    page(
        "session-timeout-login",
        "half-way comes the time-out page, whose Continue leads to the login page",
        |settings| {
            settings.salesforce.halfway.push(Interlude::SessionTimeout);
            settings.salesforce.timeout_ends_session = true;
        },
    ),
    page("session-ended", "half-way the session is over: the login page comes", |settings| {
        settings.salesforce.session_ends_halfway = true;
    }),
    page("login-again-setup", "Setup wants a login of its own", |settings| {
        settings.salesforce.login_again.push(Place::Setup);
    }),
    page("login-again-authorise", "the approval page wants a login of its own", |settings| {
        settings.salesforce.login_again.push(Place::Approval);
    }),
    page(
        "login-endless",
        "no session holds: Setup and the approval page want a login every time",
        |settings| {
            settings.salesforce.login_again = vec![Place::Setup, Place::Approval];
            settings.salesforce.login_again_forever = true;
        },
    ),
];
