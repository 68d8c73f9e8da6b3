//! The app, its policies, and what OAuth answers.

use super::super::super::{Explained, Is, SCENARIO, WARNING};
use crate::failure::Kind;

pub(in crate::explain) const CODES: &[Explained] = &[
    Explained {
        code: "salesforce.access_denied",
        is: SCENARIO,
        means: "The authorisation was refused: Deny was pressed, or the user is not admitted to the app. No code was given; if the grant had been cut, the instance is dead until it is restored.",
        signs: "The callback came with `error=access_denied`. \"end-user denied authorization\" is a press on Deny. Setup → Login History has the attempt.",
        remedies: &[
            "Admit the user: Setup → Manage Connected Apps → the app → Permitted Users, profiles and permission sets.",
            "If somebody pressed Deny in a headed browser, run `reauth restore` and let it press Allow.",
        ],
    },
    Explained {
        code: "salesforce.app_access_denied",
        is: SCENARIO,
        means: "The user may not use this app (`OAUTH_APP_ACCESS_DENIED`). No code was given.",
        signs: "The app is set to \"Admin approved users are pre-authorized\" and the user has none of its profiles or permission sets; or it is not installed, which since September 2025 needs a permission of its own.",
        remedies: &[
            "Setup → Manage Connected Apps → the app → Manage Profiles or Manage Permission Sets: add the user's.",
            "For an app that is not installed: install it (Setup → Connected Apps OAuth Usage → Install), or give the user `Approve Uninstalled Connected Apps`.",
        ],
    },
    Explained {
        code: "salesforce.app_blocked",
        is: SCENARIO,
        means: "An administrator has blocked the app in this org (`OAUTH_APP_BLOCKED`). Nobody gets a code for it, and Salesforce ends the sessions that it has: every instance on this app is concerned, not this one alone.",
        signs: "In Setup → Connected Apps OAuth Usage the app's action is Unblock.",
        remedies: &[
            "Ask who blocked it and why, then Setup → Connected Apps OAuth Usage → Unblock.",
            "Run `reauth restore` for each instance that was on it.",
        ],
    },
    Explained {
        code: "salesforce.app_not_installed",
        is: SCENARIO,
        means: "The consumer key belongs to an external client app that this org has not installed (`OAUTH_EC_APP_NOT_FOUND`). No code was given; the login itself went well.",
        signs: "It is raised after the login. The app was made in another org and not packaged, or a sandbox refresh took it away. Setup → External Client App Manager lists what is there.",
        remedies: &[
            "Install the app's package in this org.",
            "Or give the platform and `salesforce.consumer_key` the key of an app of this org.",
        ],
    },
    Explained {
        code: "salesforce.client_refused",
        is: Is::Error(&[Kind::Scenario, Kind::Usage]),
        means: "Salesforce does not accept the consumer key or secret. If it was `reauth` that asked, nothing was changed; if it was the platform, with its copy of them, no new grant was given.",
        signs: "\"client identifier invalid\": the key is not known at this host. \"invalid client credentials\": the secret is wrong. The message says whether the words came by way of the platform.",
        remedies: &[
            "Copy both from the app again: Setup → App Manager → View → Manage Consumer Details (External Client App Manager → Settings → OAuth for those).",
            "If the platform was refused: its `oauth.api.secret` is an old one; set it there anew, and run `reauth restore`.",
            "See that `salesforce.login_url` belongs to the app's org (sandbox or production).",
            "Wait ten minutes after a change to the app.",
        ],
    },
    Explained {
        code: "salesforce.foreign_state",
        is: SCENARIO,
        means: "The callback came with another state than was asked for. The code is not an answer to our request and was not used.",
        signs: "Somebody else's login was finished in this browser, or the callback was opened by another program.",
        remedies: &["Run again, with a profile and a browser that nobody else uses."],
    },
    Explained {
        code: "salesforce.invalid_client",
        is: SCENARIO,
        means: "The authorisation page says that it does not know the app. No code was given; no login was asked for, or it was of another org.",
        signs: "The words are `invalid_client_id` or \"client identifier invalid\". It also comes when the browser holds a session of another org.",
        remedies: &[
            "Compare `salesforce.consumer_key` with the app's, and `login_url` with the app's org.",
            "With a kept profile, log the other org out, or use a fresh one.",
        ],
    },
    Explained {
        code: "salesforce.invalid_grant",
        is: SCENARIO,
        means: "Salesforce did not take an authorization code or a token, in answer to `reauth` itself (`invalid_grant`).",
        signs: "Its words tell why. What the platform is told in the same way has codes of its own: `salesforce.code_expired`, `salesforce.ip_restricted`, `salesforce.not_approved` and others.",
        remedies: &[
            "A code works once, for minutes: run again for a new one.",
            "Look up the words in Setup → Login History.",
        ],
    },
    Explained {
        code: "salesforce.invalid_request",
        is: SCENARIO,
        means: "Salesforce did not understand the authorisation request. No code was given.",
        signs: "The message has its words. A request without PKCE has a code of its own, `salesforce.pkce_required`.",
        remedies: &[
            "Go by the words, and compare the OAuth URL's parameters with the app: callback, response type, scopes.",
            "Setup → Login History shows the reason as the org sees it.",
        ],
    },
    Explained {
        code: "salesforce.invalid_scope",
        is: SCENARIO,
        means: "The app does not have a scope that the platform asks for. No code was given.",
        signs: "The page says \"the requested scope is not allowed\".",
        remedies: &[
            "Add `full` and `refresh_token, offline_access` to the app's selected OAuth scopes, and wait ten minutes.",
        ],
    },
    Explained {
        code: "salesforce.nearly_five_approvals",
        is: WARNING,
        means: "The user holds almost as many grants for this app as Salesforce keeps, which is five. One more approval silently ends the oldest: another instance may die in place of this one being tested.",
        signs: "The facts of `check-app` have the number (`grants_of_user`); Setup → Connected Apps OAuth Usage → User Count shows the rows with their last use.",
        remedies: &[
            "Revoke the rows that are no longer used.",
            "Give each instance a Salesforce user of its own; delete instances that runs left (`cloud_elements.orphans`).",
        ],
    },
    Explained {
        code: "salesforce.no_code",
        is: SCENARIO,
        means: "The callback was opened without a code and without an error.",
        signs: "The app's flow is another than the web server flow.",
        remedies: &[
            "Enable \"Authorization Code and Credentials Flow\" or the web server flow in the app's OAuth settings, and look at the OAuth URL's `response_type`.",
        ],
    },
    Explained {
        code: "salesforce.oauth_error",
        is: SCENARIO,
        means: "Salesforce ended the authorisation with an error that has no code of its own here. No code was given.",
        signs: "The message has its name and words from the callback or the error page (\"We can't authorize you because of an OAuth error\"). Setup → Login History has the reason as the org sees it.",
        remedies: &[
            "Go by the words; `inactive_user` and `inactive_org` are for an administrator, `OAUTH_APP_…` are about the app in Setup → Connected Apps OAuth Usage.",
            "With exit code 4: `reauth restore` once it is mended.",
        ],
    },
    Explained {
        code: "salesforce.policy_expires_immediately",
        is: WARNING,
        means: "The app's refresh tokens expire immediately. The instance lives only as long as its access token, whatever this run proves.",
        signs: "`refresh_token_policy` in the facts of `check-app`.",
        remedies: &[
            "Setup → Manage Connected Apps → the app → Edit Policies → Refresh Token Policy: \"Refresh token is valid until revoked\".",
            "The policy is of the grant: re-authenticate afterwards.",
        ],
    },
    Explained {
        code: "salesforce.redirect_uri_mismatch",
        is: Is::Error(&[Kind::Scenario, Kind::Usage]),
        means: "The callback URL is not one of the app's, or not the one that the code was made for. Salesforce gives no code, or does not take it.",
        signs: "The words are `redirect_uri must match configuration`. Letter by letter: http for https, a slash at the end, another host. Without the login page having come it is the app; after an approval it is the instance's `oauth.callback.url`.",
        remedies: &[
            "Add `salesforce.callback_url` to the app's callback URLs; changes need up to ten minutes.",
            "After a sandbox refresh an external client app's callbacks are reset.",
        ],
    },
    Explained {
        code: "salesforce.revoke_refused",
        is: SCENARIO,
        means: "Salesforce does not know the token that was to be revoked. What the platform shows is not what it uses, or the token had ended by itself.",
        signs: "The answer to `/services/oauth2/revoke` was `invalid_token`. That is not the same as revoked, and is not taken for it.",
        remedies: &[
            "Run again; if it stays so, revoke in Setup: `--revoke-via ui`.",
            "Ask with `reauth status` whether the instance works.",
        ],
    },
    Explained {
        code: "salesforce.scope_missing",
        is: WARNING,
        means: "The grant, or the app, lacks a scope that the instance needs to live on. Without `refresh_token` it dies with its access token.",
        signs: "The message has the scopes that are there and those that are missing; `scopes` in the facts of `check-app`.",
        remedies: &[
            "Add `full` and `refresh_token, offline_access` to the app, wait ten minutes, and re-authenticate: a grant keeps the scopes it was given.",
        ],
    },
    Explained {
        code: "salesforce.app_uninstalled",
        is: WARNING,
        means: "The app is not installed in this org. The grant that is there works on; a new one may not be given: since September 2025 users need a permission for apps that are not installed.",
        signs: "`app_installed` is false in the facts of `check-app`; in Setup → Connected Apps OAuth Usage the app's action is Install.",
        remedies: &[
            "Install it: Setup → Connected Apps OAuth Usage → Install.",
            "Or give the user the permission `Approve Uninstalled Connected Apps`.",
        ],
    },
    Explained {
        code: "salesforce.policy_expires_after",
        is: WARNING,
        means: "The app's refresh tokens expire after a fixed time, used or not. The instance dies then, whatever this run proves.",
        signs: "`refresh_token_policy` in the facts of `check-app`.",
        remedies: &[
            "Re-authenticate before the time is over, or set Setup → Manage Connected Apps → the app → Edit Policies → Refresh Token Policy to \"valid until revoked\".",
        ],
    },
    Explained {
        code: "salesforce.policy_expires_if_unused",
        is: WARNING,
        means: "The app's refresh tokens expire if they are not used for a time. An instance that rests for so long dies.",
        signs: "`refresh_token_policy` in the facts of `check-app`.",
        remedies: &[
            "Let something call through the instance more often than that, or change Setup → Manage Connected Apps → the app → Edit Policies → Refresh Token Policy.",
        ],
    },
    Explained {
        code: "salesforce.rotation_on",
        is: WARNING,
        means: "Refresh token rotation is on: each refresh brings another refresh token, and a use of an older one ends the grant. A copy of the token elsewhere, or an answer of Salesforce that the platform never received, kills the instance.",
        signs: "The platform showed another refresh token after it had refreshed.",
        remedies: &[
            "See that nobody else uses a copy of the instance's refresh token.",
            "If instances die by themselves, switch rotation off in the app's OAuth settings.",
        ],
    },
];
