//! Ways in without the login page: the front door, and a kept profile.

use super::super::super::{Explained, SCENARIO, USAGE, WARNING};

pub(in crate::explain) const CODES: &[Explained] = &[
    Explained {
        code: "salesforce.front_door_by_token",
        is: WARNING,
        means: "The front door was opened with the access token itself, because `singleaccess` refused to give a door for one use. It works; the token travels in an address of the browser.",
        signs: "The message has the refusal.",
        remedies: &["Give the token's app the scope `web` or `full`, which `singleaccess` needs."],
    },
    Explained {
        code: "salesforce.front_door_closed",
        is: SCENARIO,
        means: "The org gave the user a front door and asks to log in behind it all the same. Nobody is logged in.",
        signs: "The token lives, unlike `salesforce.front_door_token_dead`. Restricted IP addresses, a login of high assurance, or `prompt=login` in the OAuth URL.",
        remedies: &[
            "Try `sf org open` by hand as the same user, and look at Setup → Login History.",
            "Give the user a password and set `login = \"form\"`.",
        ],
    },
    Explained {
        code: "salesforce.front_door_foreign",
        is: SCENARIO,
        means: "Salesforce named a front door on a host that is not the org's. It was not opened.",
        signs: "The message has the host.",
        remedies: &["If it is your org's, set `salesforce.my_domain` to it."],
    },
    Explained {
        code: "salesforce.front_door_foreign_org",
        is: USAGE,
        means: "The access token belongs to an org that is not configured. Nothing was opened.",
        signs: "The message has the host of the token's org.",
        remedies: &[
            "Give a token of the instance's org.",
            "If the host is your org's, set `salesforce.my_domain` (or `login_url`) to it.",
        ],
    },
    Explained {
        code: "salesforce.front_door_no_scope",
        is: SCENARIO,
        means: "The access token lives and opens no browser session. Nobody is logged in.",
        signs: "`singleaccess` was refused and `frontdoor.jsp` led to a login page.",
        remedies: &[
            "Use a token with the scope `web` or `full`; its user must not have the permission \"API Only User\".",
            "Or give the user a password and set `login = \"form\"`.",
        ],
    },
    Explained {
        code: "salesforce.front_door_other_user",
        is: USAGE,
        means: "The access token is another user's than the configured one. It was not used.",
        signs: "The message has both.",
        remedies: &["Give a token of the configured user, or name the token's user in `username`."],
    },
    Explained {
        code: "salesforce.front_door_passed_over",
        is: WARNING,
        means: "The front door could not be used, and the login page was used instead, since a password is configured.",
        signs: "The message says why; most often the token has run out.",
        remedies: &[
            "Get a fresh access token, best by a command: `access_token = { command = […] }`.",
            "Or set `login = \"form\"`, if it is always so.",
        ],
    },
    Explained {
        code: "salesforce.front_door_token_dead",
        is: SCENARIO,
        means: "The access token that should let the user in is dead, and there is no password to fall back on. Nobody is logged in; it is found out before a grant is cut.",
        signs: "`userinfo` says so. A token of the app whose grant is cut dies with it.",
        remedies: &[
            "Get a fresh one, best by a command that prints it: `access_token = { command = [\"sf\", \"org\", \"auth\", \"show-access-token\", …] }`.",
            "It must come from another app than the one under test.",
            "Or give the user a password and set `login = \"form\"`.",
        ],
    },
    Explained {
        code: "salesforce.profile_not_logged_in",
        is: SCENARIO,
        means: "The kept profile holds no session of the user, and with `login = \"profile\"` nothing is typed. Nobody is logged in.",
        signs: "A login page is shown. The session ran out, or ends with the browser in this org.",
        remedies: &[
            "Log in once with the same profile: set `login = \"form\"` for one run.",
            "An org whose sessions end with the browser needs \"form\" or \"frontdoor\".",
        ],
    },
];
