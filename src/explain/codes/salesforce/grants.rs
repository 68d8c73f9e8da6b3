//! Grants by API: whose they are, and ending them.

use super::super::super::{ENVIRONMENT, Explained, SCENARIO, USAGE, WARNING};

pub(in crate::explain) const CODES: &[Explained] = &[
    Explained {
        code: "salesforce.access_token_not_known",
        is: WARNING,
        means: "Salesforce did not know the access token that the instance shows, when it was revoked. It had run out, or the platform had already got another; the refresh token is revoked all the same.",
        signs: "The step `revoke` lists what was ended (`tokens_revoked`).",
        remedies: &["Nothing has to be done; whether the grant is dead is asked in the next step."],
    },
    Explained {
        code: "salesforce.endless_list",
        is: SCENARIO,
        means: "Connect REST's list does not end. What was read of it is not relied on, and nothing was revoked.",
        signs: "The message has the number of pages.",
        remedies: &["Revoke in the UI, `--revoke-via ui`, and report it with `log.jsonl`."],
    },
    Explained {
        code: "salesforce.endless_query",
        is: SCENARIO,
        means: "A query's result does not end. What was read of it is not relied on.",
        signs: "The message has the query's purpose and the number of pages.",
        remedies: &["Run again; if it repeats, report it with `log.jsonl`."],
    },
    Explained {
        code: "salesforce.grant_left",
        is: WARNING,
        means: "The instance that was made for the run was deleted, and its grant could not be revoked. The platform masks the refresh token, or Salesforce did not know it. The grant counts as one of the user's five approvals.",
        signs: "`grant_revoked` is false in the facts of `clean-up`.",
        remedies: &[
            "Revoke the newest row of the user in Setup → Connected Apps OAuth Usage → User Count.",
        ],
    },
    Explained {
        code: "salesforce.grant_not_singled_out",
        is: SCENARIO,
        means: "The platform masks the instance's tokens, and the org's API does not tell which grant is the instance's. Nothing was cut beyond what the report says; the exit code tells whether the instance works.",
        signs: "The message says what was missing: the list, or the `DeleteToken` of the row, which only its user and administrators see.",
        remedies: &[
            "Revoke in the UI: `--revoke-via ui`.",
            "Let an administrator with API Enabled and Manage Users work in Setup: `[salesforce.admin]`.",
        ],
    },
    Explained {
        code: "salesforce.no_session",
        is: SCENARIO,
        means: "The login succeeded, and the browser holds no session cookie of the org's My Domain that the API could be asked with. Nothing was revoked.",
        signs: "It is about API revocation with masked tokens only.",
        remedies: &[
            "Revoke in the UI: `--revoke-via ui`.",
            "See that `salesforce.my_domain` is the org's.",
        ],
    },
    Explained {
        code: "salesforce.no_usage_api",
        is: SCENARIO,
        means: "The org's API has no list of external client apps' grants, or no longer knows what was asked for. Nothing was revoked.",
        signs: "The answer was 404. The resource came with API version 59.0 (Winter '24) and does not exist for connected apps.",
        remedies: &[
            "See that `salesforce.app_kind` is right: for a connected app it is \"connected\".",
            "Revoke in the UI: `--revoke-via ui`.",
        ],
    },
    Explained {
        code: "salesforce.no_witness",
        is: SCENARIO,
        means: "Nobody on Salesforce's side could say whether the grant is dead. The revocation may have worked; it is not proved, because the platform alone is not believed.",
        signs: "The message lists each witness and why it could not be asked: masked tokens, an app that may not introspect, a user without API access.",
        remedies: &[
            "Give the user who works in Setup the permission API Enabled.",
            "Or name an admin with an access token: `[salesforce.admin]` with `login = \"frontdoor\"`.",
        ],
    },
    Explained {
        code: "salesforce.rate_limited",
        is: ENVIRONMENT,
        means: "Salesforce asks to be called less often, or the org has used up its API calls of the day. Nothing was changed by the call.",
        signs: "Setup → Company Information shows \"API Requests, Last 24 Hours\". 429 without such a limit is for minutes.",
        remedies: &[
            "Run again when the limit has passed; look what else uses the org's calls.",
            "With exit code 4: `reauth restore`.",
        ],
    },
    Explained {
        code: "salesforce.refused",
        is: SCENARIO,
        means: "Salesforce refused a call for a reason that has no code of its own here.",
        signs: "The message has status, Salesforce's code and words, and a request id.",
        remedies: &[
            "Go by Salesforce's code: an `INSUFFICIENT_ACCESS…` is a permission of the user who asks, `API_DISABLED_FOR_ORG` an edition without API.",
            "Give Salesforce's support the request id.",
        ],
    },
    Explained {
        code: "salesforce.session_refused",
        is: SCENARIO,
        means: "Salesforce does not accept the session or access token that asked (401, or `Bad_OAuth_Token`). It has ended; this is about whoever asked, not about the instance's grant as such.",
        signs: "The step says who asked. An access token that the configuration names may belong to the very app whose grant was cut.",
        remedies: &[
            "Run again: a new login gives a new session.",
            "Name an access token of another app, such as the Salesforce CLI's.",
        ],
    },
    Explained {
        code: "salesforce.several_apps",
        is: USAGE,
        means: "Several external client apps in use have the configured label. None was chosen.",
        signs: "The message has the number. Labels may be shared, API names not.",
        remedies: &[
            "Set `salesforce.connected_app` to the app's API name (Setup → External Client App Manager).",
        ],
    },
    Explained {
        code: "salesforce.shared_grant",
        is: SCENARIO,
        means: "The user holds several grants for the app, and which one is the instance's is not certain. None was cut, because other instances may hang on the others; the instance is alive.",
        signs: "The message says how many and why they could not be told apart. Setup → Connected Apps OAuth Usage → User Count shows the rows.",
        remedies: &[
            "Use a Salesforce user of its own for this instance.",
            "Revoke the rows that are no longer used.",
            "If all of this user's grants for the app may go, as for a dedicated test user: `--revoke-all-of-user`.",
        ],
    },
    Explained {
        code: "salesforce.unavailable",
        is: ENVIRONMENT,
        means: "Salesforce answers with a failure of its own (5xx). Safe calls were repeated first.",
        signs: "The message has status and request id. The step tells whether anything had been changed by then.",
        remedies: &[
            "Look at status.salesforce.com for your instance, then run again.",
            "With exit code 4: `reauth restore`.",
        ],
    },
    Explained {
        code: "salesforce.unexpected_answer",
        is: SCENARIO,
        means: "Salesforce's answer was accepted as one and lacks what its API promises. It is not guessed at.",
        signs: "The message says what was expected. A proxy's page, or an address that is not Salesforce's API.",
        remedies: &["Check `salesforce.login_url` and `salesforce.my_domain`."],
    },
    Explained {
        code: "salesforce.unknown_user",
        is: SCENARIO,
        means: "Nobody could say who the configured user is: the platform masks the token, and the org's API does not answer the session. Nothing was revoked, because rows could not be told apart.",
        signs: "The message has the user name.",
        remedies: &[
            "Give the user who works in Setup the permission API Enabled.",
            "See that `salesforce.username` is exact; in a sandbox it has a suffix.",
        ],
    },
    Explained {
        code: "salesforce.unsendable_secret",
        is: USAGE,
        means: "A token or secret holds a line break or a control character and cannot travel in a header. Nothing was sent.",
        signs: "The message names which one; it was copied with a line break at its end.",
        remedies: &["Store it again as one line."],
    },
    Explained {
        code: "salesforce.usage_not_permitted",
        is: SCENARIO,
        means: "The user may not see who uses external client apps. Nothing was revoked.",
        signs: "The answer was 403 from Connect REST. It needs API Enabled and \"View all External Client Apps, view their settings, and edit their policies\".",
        remedies: &[
            "Give the user who works in Setup both permissions, or name one who has them in `[salesforce.admin]`.",
            "Or revoke in the UI: `--revoke-via ui`.",
        ],
    },
];
