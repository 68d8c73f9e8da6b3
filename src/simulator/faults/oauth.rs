//! OAuth as Salesforce does it: the app and its policies, its user, and what the endpoints refuse.

use super::super::salesforce::{
    Admission, Approval, ChallengeDemand, CodeFate, Installation, OauthSettings, OnAllow,
    RefreshTokenPolicy, Refused, StartState,
};
use super::super::settings::Settings;
use super::{Fault, service, start};

/// What became of the instance's grant before anybody looked.
pub(super) const START_STATES: &[Fault] = &[
    start("access-token-expired", "the instance's access token has expired", |settings| {
        oauth(settings).start = StartState::AccessTokenExpired;
    }),
    start("ended-by-revoke-all", "Revoke All has ended all of the app's grants", |settings| {
        oauth(settings).start = StartState::RevokedAll;
    }),
    start("ended-by-user", "the user has ended the grant in their own settings", |settings| {
        oauth(settings).start = StartState::RevokedByUser;
    }),
    start("ended-by-policy", "the refresh token was older than the policy allows", |settings| {
        oauth(settings).start = StartState::LongUnused;
        settings.salesforce.refresh_token_policy = RefreshTokenPolicy::ExpireAfter;
    }),
    start("ended-by-idle-limit", "the refresh token was not used for 30 days", |settings| {
        oauth(settings).start = StartState::LongUnused;
        oauth(settings).idle_limit = true;
    }),
    start("app-blocked", "the administrator has blocked the app", |settings| {
        settings.salesforce.app_blocked = true;
    }),
];

pub(super) const FAULTS: &[Fault] = &[
    service("policy-immediately", "the app's refresh tokens expire immediately", |settings| {
        settings.salesforce.refresh_token_policy = RefreshTokenPolicy::ImmediatelyExpire;
    }),
    service("policy-if-unused", "the app's refresh tokens expire if not used for 30 days", {
        |settings| settings.salesforce.refresh_token_policy = RefreshTokenPolicy::ExpireIfUnused
    }),
    service("policy-after", "the app's refresh tokens expire after 30 days", |settings| {
        settings.salesforce.refresh_token_policy = RefreshTokenPolicy::ExpireAfter;
    }),
    service("idle-limit", "the app's refresh tokens have the idle limit of 30 days", |settings| {
        oauth(settings).idle_limit = true;
    }),
    service("rotation", "each refresh gives another refresh token", |settings| {
        oauth(settings).rotation = true;
    }),
    service("five-approvals", "the user has given the app five grants", |settings| {
        oauth(settings).more_grants = 4;
    }),
    service("scope-missing", "grants lack the scope refresh_token", |settings| {
        oauth(settings).granted_scopes = Some("full".to_owned());
    }),
    service("scope-not-allowed", "the app may not ask for the scope full", |settings| {
        oauth(settings).allowed_scopes = Some("api refresh_token".to_owned());
    }),
    service("pkce-required", "the app demands a code challenge", |settings| {
        oauth(settings).code_challenge = ChallengeDemand::Required;
    }),
    service(
        "pkce-required-file",
        "the app demands a code challenge, in a body without a type, which browsers save",
        |settings| oauth(settings).code_challenge = ChallengeDemand::RequiredOrFile,
    ),
    service("unknown-client", "the org does not know the client", |settings| {
        oauth(settings).client_known = false;
    }),
    service("redirect-mismatch", "the callback is none of the app's", |settings| {
        oauth(settings).callback_registered = false;
    }),
    service(
        "client-of-another-org",
        "the authorise page wants a login, and then does not know the client, as in another org",
        |settings| {
            settings.salesforce.client_unknown_to_sessions = true;
        },
    ),
    service(
        "app-not-installed",
        "the app is not installed, and nobody is authorised",
        |settings| {
            oauth(settings).installation = Installation::Missing;
        },
    ),
    service(
        "app-uninstalled",
        "the app is not installed, and the user may approve such apps",
        |settings| oauth(settings).installation = Installation::MissingButApprovable,
    ),
    service(
        "external-client-not-found",
        "the app is an external client app that is not installed in the org",
        |settings| {
            settings.salesforce.external_client.under_test = true;
            settings.salesforce.external_client.installed = false;
        },
    ),
    service("user-not-admitted", "the app does not admit the user", |settings| {
        oauth(settings).admission = Admission::RefusedAtApproval;
    }),
    service(
        "user-not-admitted-at-token",
        "the app does not admit the user, as the token endpoint says",
        |settings| oauth(settings).admission = Admission::RefusedAtToken,
    ),
    service("user-inactive", "the user is not active", |settings| {
        oauth(settings).user_active = false;
    }),
    service("org-inactive", "the org is not active", |settings| {
        oauth(settings).org_active = false;
    }),
    service("approval-always", "the approval page comes every time", |settings| {
        settings.salesforce.approval = Approval::Always;
    }),
    service("approval-denied", "Allow leads to access_denied", |settings| {
        settings.salesforce.on_allow = OnAllow::Denied;
    }),
    service("approval-error", "Allow leads to the OAuth error page", |settings| {
        settings.salesforce.on_allow = OnAllow::ErrorPage;
    }),
    service("code-expired", "every code is too old when it comes", |settings| {
        oauth(settings).codes = CodeFate::Expired;
    }),
    service("code-expired-once", "the first code is too old when it comes", |settings| {
        oauth(settings).codes = CodeFate::FirstExpired;
    }),
    service("code-used", "somebody else uses every code first", |settings| {
        oauth(settings).codes = CodeFate::Used;
    }),
    service("code-of-other-redirect", "codes belong to another redirect URI", |settings| {
        oauth(settings).codes = CodeFate::OtherRedirect;
    }),
    service("code-unknown", "nobody knows the codes that were issued", |settings| {
        oauth(settings).codes = CodeFate::Unknown;
    }),
    service("ip-restricted", "the platform's address is not among those allowed", |settings| {
        oauth(settings).refuses_tokens = Some(Refused::IpRestricted);
    }),
    service("callback-of-another", "the callback comes with somebody else's state", |settings| {
        oauth(settings).foreign_state = true;
    }),
    service("login-rate-exceeded", "the user has logged in too often", |settings| {
        oauth(settings).refuses_tokens = Some(Refused::LoginRateExceeded);
    }),
    service("rate-limit-exceeded", "the token endpoint was asked too often", |settings| {
        oauth(settings).refuses_tokens = Some(Refused::RateLimitExceeded);
    }),
    service("authentication-failure", "the token endpoint does not say why", |settings| {
        oauth(settings).refuses_tokens = Some(Refused::AuthenticationFailure);
    }),
    service("approval-withdrawn", "the user has not approved the app after all", |settings| {
        oauth(settings).refuses_tokens = Some(Refused::NotApproved);
    }),
    service("wrong-client-secret", "the platform's client secret is wrong", |settings| {
        oauth(settings).refuses_tokens = Some(Refused::WrongSecret);
    }),
    service("not-installed-at-token", "the app is not installed, as the token endpoint says", {
        |settings| oauth(settings).refuses_tokens = Some(Refused::NotInstalled)
    }),
    service("flow-disabled", "the app may not exchange codes", |settings| {
        oauth(settings).refuses_tokens = Some(Refused::UnsupportedGrantType);
    }),
    service("refresh-refused", "codes are exchanged, and no refresh is made", |settings| {
        oauth(settings).refuses_refreshes = Some(Refused::AuthenticationFailure);
    }),
    service("userinfo-refused", "nobody tells whose a browser's session is", |settings| {
        settings.salesforce.userinfo_refused = true;
    }),
];

fn oauth(settings: &mut Settings) -> &mut OauthSettings {
    &mut settings.salesforce.oauth
}
