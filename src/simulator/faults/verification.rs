//! Codes that are asked for after the password.

use super::super::salesforce::{Interlude, Method};
use super::super::settings::Settings;
use super::{Fault, page};

pub(super) const FAULTS: &[Fault] = &[
    page("email-code", "the login leads to a code sent by e-mail", |settings| {
        settings.salesforce.after_login.push(Interlude::EmailCode);
    }),
    page("sms-code", "the login leads to a code sent by SMS", |settings| {
        settings.salesforce.after_login.push(Interlude::SmsCode);
    }),
    page("totp-code", "the login leads to a code of an authenticator app", |settings| {
        settings.salesforce.after_login.push(Interlude::TotpCode);
    }),
    page("email-elsewhere", "the code sent by e-mail is asked for at a new address", |settings| {
        settings.salesforce.after_login.push(Interlude::EmailElsewhere);
    }),
    page("sms-elsewhere", "the code sent by SMS is asked for at a new address", |settings| {
        settings.salesforce.after_login.push(Interlude::SmsElsewhere);
    }),
    page("totp-elsewhere", "the authenticator's code is asked for at a new address", |settings| {
        settings.salesforce.after_login.push(Interlude::TotpElsewhere);
    }),
    page("unknown-code", "the login leads to a code of a kind that nobody knows", |settings| {
        settings.salesforce.after_login.push(Interlude::UnknownCode);
    }),
    page("code-elsewhere", "instead of the login another org's page wants a code", |settings| {
        settings.salesforce.code_elsewhere = true;
    }),
    page(
        "code-sent-to-in-label",
        "where a code was sent to stands in its field's label",
        |settings| {
            settings.salesforce.code_sent_to_in_label = true;
        },
    ),
    page(
        "other-methods-linked",
        "pages that want a code have a link to the choice of methods",
        |settings| {
            settings.salesforce.other_methods_linked = true;
        },
    ),
    page(
        "code-rerendered",
        "the form for a code is rendered again while it is filled",
        |settings| {
            settings.salesforce.code_rendered_again = true;
        },
    ),
    page(
        "verified-at-my-domain",
        "a login at the generic host is verified on My Domain",
        |settings| {
            settings.salesforce.verified_at_my_domain = true;
        },
    ),
    page("code-refused-once", "each page refuses the first right code as too old", |settings| {
        settings.salesforce.code_refused_once = true;
    }),
    page("totp-used", "somebody else has just used the authenticator's code", |settings| {
        settings.salesforce.totp_used_once = true;
    }),
    page("mail-late", "the mailbox shows an old code until that was refused", |settings| {
        settings.salesforce.mail_late = true;
    }),
    page("other-methods", "the login leads to a choice of methods", |settings| {
        settings.salesforce.after_login.push(Interlude::ChooseMethod);
    }),
    page("approve-on-phone", "the login waits for an approval, or another method", |settings| {
        settings.salesforce.after_login.push(Interlude::ApproveOnPhone);
    }),
    page("unknown-methods", "a choice of methods has none that a program can use", |settings| {
        settings.salesforce.methods_offered = vec![Method::PhoneApp, Method::SecurityKey];
        offer_methods(settings);
    }),
    page("method-refused", "a choice of methods refuses whatever is chosen", |settings| {
        settings.salesforce.method_refused = true;
        offer_methods(settings);
    }),
    page("device-activation", "a browser that is not known is asked for a code", |settings| {
        settings.salesforce.device_activation = true;
    }),
];

/// The login leads to a choice of methods, once.
fn offer_methods(settings: &mut Settings) {
    let after_login = &mut settings.salesforce.after_login;
    if !after_login.contains(&Interlude::ChooseMethod) {
        after_login.push(Interlude::ChooseMethod);
    }
}
