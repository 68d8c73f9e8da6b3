//! What Salesforce's words mean when OAuth refuses, wherever they are told.

use super::super::super::{ENVIRONMENT, Explained, SCENARIO};

pub(in crate::explain) const CODES: &[Explained] = &[
    Explained {
        code: "salesforce.authentication_failure",
        is: SCENARIO,
        means: "Salesforce did not let the user in when the code or token was used, and does not say why (\"authentication failure\"). The new grant was not given.",
        signs: "The words are Salesforce's; the platform passes them on with its request id.",
        remedies: &[
            "Look in Setup → Login History for the attempt and its status.",
            "With exit code 4: `reauth restore` once it is mended.",
        ],
    },
    Explained {
        code: "salesforce.code_expired",
        is: SCENARIO,
        means: "The authorization code was too old when Salesforce saw it, or had been used. The instance is without a new grant.",
        signs: "\"expired authorization code\". Codes work once and for minutes; a slow platform, or a gateway that sends a request twice, spoils them.",
        remedies: &[
            "Run `reauth restore`: it gets a new code.",
            "If it repeats, look whether something between here and the platform holds requests back or repeats them.",
        ],
    },
    Explained {
        code: "salesforce.code_unknown",
        is: SCENARIO,
        means: "Salesforce does not know the authorization code. The instance is without a new grant.",
        signs: "\"invalid authorization code\". The code was sent to another org or as another client than it was made for.",
        remedies: &[
            "Compare `salesforce.login_url` and `salesforce.consumer_key` with the instance's `oauth.api.key` and site address in the platform.",
        ],
    },
    Explained {
        code: "salesforce.connected_app_not_installed",
        is: SCENARIO,
        means: "The connected app is not installed in this org and Salesforce gives no grant for it (\"app must be installed into org\").",
        signs: "`salesforce.app_not_installed` is the same of external client apps; `salesforce.client_refused` is about the secret.",
        remedies: &[
            "Setup → Connected Apps OAuth Usage → Install; or give the user the permission `Approve Uninstalled Connected Apps`.",
            "See that the login host belongs to the app's org.",
        ],
    },
    Explained {
        code: "salesforce.flow_disabled",
        is: SCENARIO,
        means: "The app may not exchange codes: its flow is switched off. No new grant was given.",
        signs: "`unsupported_grant_type` or \"grant type not supported\".",
        remedies: &[
            "Enable the authorization code flow in the app's OAuth settings, and wait ten minutes.",
        ],
    },
    Explained {
        code: "salesforce.ip_restricted",
        is: SCENARIO,
        means: "The address from which the platform came is not allowed to log in. The code or token was refused for that reason alone.",
        signs: "\"ip restricted\". It is the platform's address, not this machine's; Setup → Login History shows it.",
        remedies: &[
            "Allow it in the user's profile (Login IP Ranges), or relax the app: Setup → Manage Connected Apps → the app → Edit Policies → IP Relaxation.",
            "Then `reauth restore`, if the exit code is 4.",
        ],
    },
    Explained {
        code: "salesforce.login_rate_exceeded",
        is: ENVIRONMENT,
        means: "The user has logged in too often: 3,600 logins an hour are the limit. It is a matter of time, not of the grant.",
        signs: "\"login rate exceeded\".",
        remedies: &[
            "Wait an hour, then run again; `reauth restore` if the exit code is 4.",
            "Give each instance a user of its own, and look what logs in so often (Setup → Login History).",
        ],
    },
    Explained {
        code: "salesforce.not_approved",
        is: SCENARIO,
        means: "The user has not approved the app, or the approval was withdrawn. The grant is dead, or no new one was given.",
        signs: "\"user hasn't approved this consumer\". The app's tokens are gone from Setup → Connected Apps OAuth Usage.",
        remedies: &[
            "Setup → Manage Connected Apps → the app → Permitted Users: let users approve for themselves, or pre-authorise this one.",
        ],
    },
    Explained {
        code: "salesforce.org_inactive",
        is: SCENARIO,
        means: "The org is not active any more. Nothing in it can be reached.",
        signs: "`inactive_org`: a sandbox that was deleted or is being refreshed, a trial that is over.",
        remedies: &["Ask the org's administrator; configure another org if it is gone."],
    },
    Explained {
        code: "salesforce.pkce_required",
        is: SCENARIO,
        means: "The app requires PKCE, and the platform's OAuth URL has no code challenge. Salesforce refuses it before any login.",
        signs: "\"missing required code challenge\". Where it cannot be sent to the callback, browsers save a file named `authorize`.",
        remedies: &[
            "Switch \"Require Proof Key for Code Exchange (PKCE)\" off in the app's OAuth settings, and wait ten minutes.",
            "Or ask the platform's support for OAuth URLs with a code challenge.",
        ],
    },
    Explained {
        code: "salesforce.user_inactive",
        is: SCENARIO,
        means: "The user is not active. Tokens are refused and nobody can log in as this user.",
        signs: "`inactive_user`. The login page itself says no more than of a wrong password.",
        remedies: &[
            "Activate the user in Setup → Users, or configure another one and `reauth restore`.",
        ],
    },
];
