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
    service("userinfo-late", "userinfo calls dead tokens alive, twice", |settings| {
        settings.salesforce.stale.userinfo = 2;
    }),
    service("userinfo-stale", "userinfo calls dead tokens alive, for ever", |settings| {
        settings.salesforce.stale.userinfo = u32::MAX;
    }),
    service("introspection-stale", "introspection calls dead tokens active", |settings| {
        settings.salesforce.stale.introspection = u32::MAX;
    }),
    service("introspection-blind", "introspection calls every token inactive", |settings| {
        settings.salesforce.introspection = false;
    }),
    service("grant-list-stale", "OauthToken goes on listing grants that ended", |settings| {
        settings.salesforce.stale.oauth_token = u32::MAX;
    }),
    service("grant-list-forbidden", "nobody may query OauthToken", |settings| {
        settings.salesforce.oauth_token_query = false;
    }),
];
