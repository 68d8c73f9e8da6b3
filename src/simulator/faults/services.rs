//! How the services answer.

use super::super::salesforce::{Approval, OnAllow};
use super::{Fault, service};

pub(super) const FAULTS: &[Fault] = &[
    service("app-blocked", "the administrator has blocked the app", |settings| {
        settings.salesforce.app_blocked = true;
    }),
    service(
        "client-of-another-org",
        "the authorise page wants a login, and then does not know the client, as in another org",
        |settings| {
            settings.salesforce.client_unknown_to_sessions = true;
        },
    ),
    service("approval-always", "the approval page comes every time", |settings| {
        settings.salesforce.approval = Approval::Always;
    }),
    service("approval-denied", "Allow leads to access_denied", |settings| {
        settings.salesforce.on_allow = OnAllow::Denied;
    }),
    service("approval-error", "Allow leads to the OAuth error page", |settings| {
        settings.salesforce.on_allow = OnAllow::ErrorPage;
    }),
    service("userinfo-refused", "nobody tells whose a browser's session is", |settings| {
        settings.salesforce.userinfo_refused = true;
    }),
    service("masked-tokens", "the platform shows no token", |settings| {
        settings.cloud_elements.mask_tokens = true;
    }),
    service("outage", "the platform answers 503 to everything", |settings| {
        settings.cloud_elements.outage = true;
    }),
];
