//! Logging in by the login page, and as whom.

use super::super::super::{Explained, SCENARIO, WARNING};

pub(in crate::explain) const CODES: &[Explained] = &[
    Explained {
        code: "salesforce.change_password",
        is: SCENARIO,
        means: "Salesforce demands a new password before it lets the user in. It is never changed unasked; the user is not logged in.",
        signs: "The browser is at `/_ui/system/security/ChangePassword`: the password has expired, or an administrator reset it.",
        remedies: &[
            "Log in by hand, set a new one, and put it where `salesforce.password` comes from.",
            "Give the integration user a profile whose passwords never expire (Setup → Password Policies, or the profile's own).",
        ],
    },
    Explained {
        code: "salesforce.login_again",
        is: SCENARIO,
        means: "The login page came back after the credentials were sent, without saying why. They are not sent again, so the user is not locked by `reauth`.",
        signs: "No words on the page, unlike `salesforce.login_refused`. Cookies that are not kept, or a page that the catalogue does not know in between.",
        remedies: &[
            "Log in by hand in a fresh browser profile and see what comes; `--headed` shows it.",
            "Set `salesforce.login_url` to the org's My Domain.",
        ],
    },
    Explained {
        code: "salesforce.login_loop",
        is: SCENARIO,
        means: "The org asked for a login again and again, each time after one had succeeded. It was stopped before the user could be locked.",
        signs: "The sessions do not hold: cookies are refused, or sessions are locked to an IP address and this machine has several.",
        remedies: &[
            "Setup → Session Settings: \"Lock sessions to the IP address from which they originated\".",
            "Run with `--headed`; look whether a policy clears cookies.",
        ],
    },
    Explained {
        code: "salesforce.login_not_filled",
        is: SCENARIO,
        means: "The login page was rendered anew each time that it was filled, so nothing was sent. No attempt was made, the user is not locked.",
        signs: "The picture shows an empty form. An extension, a password manager, or a slow page that replaces itself.",
        remedies: &[
            "Log in by hand in a fresh profile and see what the page does; run with `--headed`.",
        ],
    },
    Explained {
        code: "salesforce.login_refused",
        is: SCENARIO,
        means: "Salesforce refused the user name and password. One attempt was made and no other will be: the user is not locked by `reauth`.",
        signs: "The message has the page's words. \"Please check your username and password\" also hides a restricted IP address, login hours, a locked or frozen user, and an org that forbids logins at the generic host. Setup → Login History tells which it is.",
        remedies: &[
            "Look in Setup → Login History for this attempt and its status.",
            "\"Invalid Password\": log in by hand with the same values; in a sandbox the user name has a suffix such as `.qa`.",
            "\"Restricted IP\": add this machine's address (Setup → Network Access, or the profile's Login IP Ranges).",
            "Set `salesforce.login_url` to the My Domain, where the org demands it.",
        ],
    },
    Explained {
        code: "salesforce.login_unanswered",
        is: SCENARIO,
        means: "Credentials were sent earlier in this run and what came of it was never seen. They are not sent again: several unseen failures would lock the user.",
        signs: "It follows a browser that hung or was lost, or a page that did not come in time. Setup → Login History shows whether the login was taken.",
        remedies: &[
            "Log in by hand once, then run `reauth restore` if the instance is not authenticated.",
        ],
    },
    Explained {
        code: "salesforce.no_password",
        is: SCENARIO,
        means: "A login page asks for a password, and none is configured because the user comes in by another way. Nothing was typed.",
        signs: "`login` is \"frontdoor\" or \"profile\", and their session was not taken at this page.",
        remedies: &[
            "Renew the access token, or log in once with the profile.",
            "Or give the user a password and set `login = \"form\"`.",
        ],
    },
    Explained {
        code: "salesforce.other_org",
        is: SCENARIO,
        means: "The browser is logged in to another org than the instance's. Nothing was done there.",
        signs: "The message has both organisation ids.",
        remedies: &[
            "Set `salesforce.login_url` and `salesforce.my_domain` to the instance's org.",
            "Use a fresh profile; single sign-on or a shared remote browser logs in by itself.",
        ],
    },
    Explained {
        code: "salesforce.other_session",
        is: WARNING,
        means: "The browser came with a session of somebody else. It was logged out there, and the right user logged in.",
        signs: "The message has both users. A kept profile or a shared remote browser.",
        remedies: &["Give each user a profile of their own; on a Grid, let sessions begin clean."],
    },
    Explained {
        code: "salesforce.other_user",
        is: SCENARIO,
        means: "The browser is logged in as another user than the configured one, even after that one was logged out. Nothing was done in that name.",
        signs: "The message has both. Single sign-on logs in again by itself.",
        remedies: &[
            "Use a fresh profile, or exempt the run from single sign-on (log in at the My Domain with user name and password).",
            "If that user is the right one, set `salesforce.username`.",
        ],
    },
    Explained {
        code: "salesforce.session_not_asked",
        is: WARNING,
        means: "Nobody can say whose session the browser holds. It is taken for the user's as whom this run logged in.",
        signs: "The message has the reason: no `sid` cookie that can be read, or the user may not use the API.",
        remedies: &["Give the user the permission API Enabled, so that the session can be asked."],
    },
    Explained {
        code: "salesforce.unknown_session",
        is: SCENARIO,
        means: "The browser came with a session that was there before, and nobody can say whose it is. Nothing was done with it.",
        signs: "A kept profile or a remote browser, and a user without API access.",
        remedies: &[
            "Use a fresh profile, so that `reauth` logs in itself.",
            "Give the user the permission API Enabled.",
        ],
    },
    Explained {
        code: "salesforce.untrusted_origin",
        is: SCENARIO,
        means: "A login page was shown on a host that is not configured. No credentials were typed.",
        signs: "The message has the host: an identity provider, another org, or your org's own My Domain.",
        remedies: &[
            "If it is your org's, set `salesforce.my_domain` (or `login_url`) to it.",
            "If it is an identity provider: `reauth` types passwords at Salesforce only; log in at the My Domain, or use `login = \"frontdoor\"`.",
        ],
    },
];
