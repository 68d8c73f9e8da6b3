//! What witnesses of a revocation say, and how the platform answers.

use super::{Fault, service};

pub(super) const FAULTS: &[Fault] = &[
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
