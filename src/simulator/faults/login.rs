//! How the org asks for user name and password.

use super::super::salesforce::{ArrivesAs, LoginStyle};
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
    page(
        "login-forged",
        "the login page is somebody else's, and tells drivers that it is Salesforce's",
        |settings| {
            settings.salesforce.login_elsewhere = true;
            settings.salesforce.login_forged = true;
        },
    ),
    page(
        "logged-in-as-another",
        "the browser arrives with the session of another user",
        |settings| {
            settings.salesforce.arrives_as = ArrivesAs::AnotherUser;
        },
    ),
    page("logged-in-elsewhere", "the browser arrives with a session of another org", |settings| {
        settings.salesforce.arrives_as = ArrivesAs::AnotherOrg;
    }),
    page(
        "logged-in-for-good",
        "a session that the browser arrives with comes back after a logout",
        |settings| {
            settings.salesforce.arrives_again = true;
        },
    ),
    page("login-rerendered", "the login form is rendered again while it is filled", |settings| {
        settings.salesforce.login_rendered_again = true;
    }),
    page("login-unanswered", "a login is answered by the maintenance notice", |settings| {
        settings.salesforce.login_unanswered = true;
    }),
    page(
        "maintenance-after-refusal",
        "after a refused password or code comes the maintenance notice",
        |settings| {
            settings.salesforce.maintenance_after_refusal = true;
        },
    ),
    page(
        "maintenance-elsewhere",
        "the login page is a maintenance notice, outside the org",
        |settings| {
            settings.salesforce.maintenance_elsewhere = true;
        },
    ),
    page("unknown-page", "after the login comes a page that nobody knows", |settings| {
        settings.salesforce.unknown_page_after_login = true;
    }),
];
