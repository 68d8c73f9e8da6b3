//! How the org asks for user name and password.

use super::super::salesforce::LoginStyle;
use super::{Fault, page};

pub(super) const FAULTS: &[Fault] = &[
    page("identifier-first", "the login asks for the user name first", |settings| {
        settings.salesforce.login_style = LoginStyle::IdentifierFirst;
    }),
    page(
        "login-elsewhere",
        "the login page is an identity provider's, outside the org",
        |settings| {
            settings.salesforce.login_elsewhere = true;
        },
    ),
    page("unknown-page", "after the login comes a page that nobody knows", |settings| {
        settings.salesforce.unknown_page_after_login = true;
    }),
];
