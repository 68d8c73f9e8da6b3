//! Passkeys that are asked for.

use super::super::salesforce::{Interlude, Prepared};
use super::super::settings::Settings;
use super::{Fault, page};

pub(super) const FAULTS: &[Fault] = &[
    page(
        "passkey-enrolment",
        "who has no passkey has to create one, and show it later",
        |settings| {
            let pages = &mut settings.salesforce.after_login;
            pages.extend([Interlude::PasskeyEnrolment, Interlude::PasskeyVerification]);
        },
    ),
    page("passkey-verification", "who has a passkey has to show it", ask),
    page("passkey-by-button", "a passkey is shown when a button is pressed", |settings| {
        ask(settings);
        settings.salesforce.passkeys.by_button = true;
    }),
    page("passkey-slow", "the org takes three seconds to look at a passkey", |settings| {
        ask(settings);
        settings.salesforce.passkeys.answer_delay_ms = 3000;
    }),
    page(
        "passkey-forgotten",
        "the org has lost the user's passkey and wants a new one",
        |settings| {
            settings.salesforce.after_login.push(Interlude::PasskeyEnrolment);
            settings.salesforce.passkeys.prepared = Some(Prepared::Forgotten);
        },
    ),
    page("passkey-replaced", "the org knows another passkey of the user", |settings| {
        ask(settings);
        settings.salesforce.passkeys.prepared = Some(Prepared::Replaced);
    }),
    page("passkey-other-host", "the user's passkey was made for another host", |settings| {
        ask(settings);
        settings.salesforce.passkeys.prepared = Some(Prepared::ForOtherHost);
    }),
    page(
        "passkey-counter",
        "the passkey's counter never rises above what the org saw",
        |settings| {
            ask(settings);
            settings.salesforce.passkeys.counter_at_its_end = true;
        },
    ),
    page("passkey-expired", "the challenge has expired before it is answered", |settings| {
        ask(settings);
        settings.salesforce.passkeys.challenge_lifetime_s = 0;
    }),
    page("passkey-enrolment-refused", "a new passkey is not accepted", |settings| {
        settings.salesforce.after_login.push(Interlude::PasskeyEnrolment);
        settings.salesforce.passkeys.enrolment_refused = true;
    }),
    page(
        "passkey-enrolment-silent",
        "a new passkey is taken, and its page comes again without a word",
        |settings| {
            settings.salesforce.after_login.push(Interlude::PasskeyEnrolment);
            settings.salesforce.passkeys.enrolment_silent = true;
        },
    ),
];

/// The integration user has a passkey, and is asked for it, once in each login.
fn ask(settings: &mut Settings) {
    let salesforce = &mut settings.salesforce;
    if !salesforce.after_login.contains(&Interlude::PasskeyVerification) {
        salesforce.after_login.push(Interlude::PasskeyVerification);
    }
    salesforce.passkeys.prepared.get_or_insert(Prepared::Registered);
}
