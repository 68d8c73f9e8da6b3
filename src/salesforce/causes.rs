//! Why OAuth did not do what was asked, in one table: Salesforce's `error` and `error_description`,
//! what they mean, and what to do. Pages and the callback give both; the platform passes the words
//! on in a text of its own.
//!
//! Source: facts, salesforce.md section 5 (Salesforce Help, "OAuth 2.0 Authorization Errors").

use crate::failure::{Failure, Kind};

/// A reason that Salesforce gives.
#[derive(Debug)]
pub struct Cause {
    /// The code of the failure.
    pub code: &'static str,
    /// Another code, or the same again, cannot help: the app, its user or the org is not as it has to
    /// be.
    pub is_lasting: bool,
    kind: Kind,
    /// In plain words.
    pub meaning: &'static str,
    hints: &'static [&'static str],
    /// What Salesforce writes: `error`, and what its description says, in lower case (empty: whatever
    /// it is).
    written: &'static [(&'static str, &'static str)],
}

/// Row by row, the first that fits counts.
const CAUSES: &[Cause] = &[
    Cause {
        code: "salesforce.pkce_required",
        is_lasting: true,
        kind: Kind::Scenario,
        meaning: "the app requires PKCE, and the platform's OAuth URL has no code challenge",
        hints: &[
            "switch \"Require Proof Key for Code Exchange (PKCE)\" off for this app, in its OAuth settings; changes need up to ten minutes",
            "or ask the platform's support for OAuth URLs with a code challenge",
        ],
        written: &[("invalid_request", "missing required code challenge")],
    },
    Cause {
        code: "salesforce.access_denied",
        is_lasting: true,
        kind: Kind::Scenario,
        meaning: "the approval was refused",
        hints: &[
            "the approval was refused: by a person in the browser, or because the user is not admitted to the app (Manage Connected Apps → Permitted Users)",
        ],
        written: &[("access_denied", "")],
    },
    Cause {
        code: "salesforce.app_blocked",
        is_lasting: true,
        kind: Kind::Scenario,
        meaning: "the administrator has blocked the app",
        hints: &["Setup → Connected Apps OAuth Usage → Unblock"],
        written: &[("oauth_app_blocked", ""), ("", "this app is blocked by admin")],
    },
    Cause {
        code: "salesforce.app_not_installed",
        is_lasting: true,
        kind: Kind::Scenario,
        meaning: "the external client app is not installed in this org",
        hints: &[
            "the app the platform's consumer key belongs to is an external client app of another org, and not installed in this one: install its package here, or give the platform the consumer key of an app of this org",
            "Setup → External Client App Manager lists what is installed; a sandbox refresh may have taken it away",
        ],
        written: &[("oauth_ec_app_not_found", "")],
    },
    Cause {
        code: "salesforce.connected_app_not_installed",
        is_lasting: true,
        kind: Kind::Scenario,
        meaning: "the connected app is not installed in this org",
        hints: &[
            "Setup → Connected Apps OAuth Usage → Install, or give the user the permission `Approve Uninstalled Connected Apps`",
            "check that the login host belongs to the app's org",
        ],
        written: &[("", "app must be installed into org")],
    },
    Cause {
        code: "salesforce.app_access_denied",
        is_lasting: true,
        kind: Kind::Scenario,
        meaning: "the app does not admit the user",
        hints: &[
            "admit the user: Manage Connected Apps → profiles or permission sets, or give `Approve Uninstalled Connected Apps`",
        ],
        written: &[
            ("oauth_app_access_denied", ""),
            ("invalid_app_access", ""),
            ("", "user is not admin approved to access this app"),
        ],
    },
    Cause {
        code: "salesforce.redirect_uri_mismatch",
        is_lasting: true,
        kind: Kind::Scenario,
        meaning: "the callback is not one of the app's, or not the one that the code was made for",
        hints: &[
            "add `salesforce.callback_url` to the app's callback URLs, letter by letter; changes need up to ten minutes",
            "compare it with the instance's `oauth.callback.url`",
        ],
        written: &[("redirect_uri_mismatch", ""), ("", "redirect_uri must match configuration")],
    },
    Cause {
        code: "salesforce.client_refused",
        is_lasting: true,
        kind: Kind::Scenario,
        meaning: "the client secret is wrong",
        hints: &[
            "check `salesforce.consumer_secret`, and that the instance holds the same (`oauth.api.secret`)",
        ],
        written: &[("", "invalid client credentials")],
    },
    Cause {
        code: "salesforce.invalid_client",
        is_lasting: true,
        kind: Kind::Scenario,
        meaning: "the org does not know the client",
        hints: &[
            "compare `salesforce.consumer_key` with the app's; the login host must belong to the app's org",
        ],
        written: &[
            ("invalid_client_id", ""),
            ("invalid_client", ""),
            ("", "client identifier invalid"),
        ],
    },
    Cause {
        code: "salesforce.invalid_scope",
        is_lasting: true,
        kind: Kind::Scenario,
        meaning: "the app may not ask for these scopes",
        hints: &["the app needs the scopes `full` and `refresh_token, offline_access`"],
        written: &[("invalid_scope", ""), ("", "the requested scope is not allowed")],
    },
    Cause {
        code: "salesforce.code_expired",
        is_lasting: false,
        kind: Kind::Scenario,
        meaning: "the code was too old when it came, or had been used",
        hints: &[
            "a code works once, for minutes: run `reauth restore`",
            "look whether something between here and the platform holds requests back or sends them twice",
        ],
        written: &[("", "expired authorization code")],
    },
    Cause {
        code: "salesforce.code_unknown",
        is_lasting: false,
        kind: Kind::Scenario,
        meaning: "Salesforce does not know the code",
        hints: &[
            "the platform may have sent it to another org or as another client: compare `salesforce.login_url` and `salesforce.consumer_key` with the instance's",
        ],
        written: &[("", "invalid authorization code")],
    },
    Cause {
        code: "salesforce.ip_restricted",
        is_lasting: true,
        kind: Kind::Scenario,
        meaning: "the platform's address is not among those that may log in",
        hints: &[
            "allow the platform's addresses in the user's profile (Login IP Ranges), or relax the app's policy \"IP Relaxation\"",
            "Setup → Login History shows from which address it came",
        ],
        written: &[("", "ip restricted")],
    },
    Cause {
        code: "salesforce.login_rate_exceeded",
        is_lasting: true,
        kind: Kind::Environment,
        meaning: "the user has logged in too often: 3,600 logins an hour are the limit",
        hints: &["wait an hour, then run `reauth restore`", "give each instance a user of its own"],
        written: &[("", "login rate exceeded")],
    },
    Cause {
        code: "salesforce.rate_limited",
        is_lasting: true,
        kind: Kind::Environment,
        meaning: "Salesforce was asked too often",
        hints: &["wait for the limit to pass, then run `reauth restore`"],
        written: &[("rate_limit_exceeded", ""), ("request_limit_exceeded", "")],
    },
    Cause {
        code: "salesforce.user_inactive",
        is_lasting: true,
        kind: Kind::Scenario,
        meaning: "the user is not active",
        hints: &["activate the user in Setup → Users, or configure another one"],
        written: &[("inactive_user", "")],
    },
    Cause {
        code: "salesforce.org_inactive",
        is_lasting: true,
        kind: Kind::Scenario,
        meaning: "the org is not active",
        hints: &[
            "a sandbox may have been deleted, a trial may be over: ask the org's administrator",
        ],
        written: &[("inactive_org", "")],
    },
    Cause {
        code: "salesforce.authentication_failure",
        is_lasting: true,
        kind: Kind::Scenario,
        meaning: "Salesforce did not let the user in, and does not say why",
        hints: &["Setup → Login History shows the reason as the org sees it"],
        written: &[("", "authentication failure")],
    },
    Cause {
        code: "salesforce.not_approved",
        is_lasting: true,
        kind: Kind::Scenario,
        meaning: "the user has not approved the app, or does not any more",
        hints: &[
            "Manage Connected Apps → Permitted Users: let users approve for themselves, or pre-authorise this one",
        ],
        written: &[("", "user hasn't approved this consumer")],
    },
    Cause {
        code: "salesforce.flow_disabled",
        is_lasting: true,
        kind: Kind::Scenario,
        meaning: "the app may not exchange codes",
        hints: &["enable the authorization code flow in the app's OAuth settings"],
        written: &[("unsupported_grant_type", ""), ("", "grant type not supported")],
    },
    Cause {
        code: "salesforce.invalid_request",
        is_lasting: true,
        kind: Kind::Scenario,
        meaning: "Salesforce did not understand the request",
        hints: &["Setup → Login History shows the reason as the org sees it"],
        written: &[("invalid_request", "")],
    },
];

impl Cause {
    /// The cause that an `error` and its description name.
    pub fn of(error: &str, description: &str) -> Option<&'static Self> {
        let (error, description) = (error.to_lowercase(), description.to_lowercase());
        let fits = |(wanted, says): &(&str, &str)| {
            (wanted.is_empty() || *wanted == error) && description.contains(says)
        };
        CAUSES.iter().find(|cause| cause.written.iter().any(fits))
    }

    /// The cause that a text of somebody else's tells, who passes Salesforce's words on: its whole
    /// description, or an error that nobody writes by chance, as a word of its own.
    pub fn told_in(text: &str) -> Option<&'static Self> {
        let text = text.to_lowercase();
        let fits = |(error, says): &(&str, &str)| match (error.is_empty(), says.is_empty()) {
            (true, _) => has_words(&text, says),
            (false, false) => has_words(&text, error) && has_words(&text, says),
            // `access_denied` and the like are anybody's words.
            (false, true) => DISTINCTIVE.contains(error) && has_words(&text, error),
        };
        CAUSES.iter().find(|cause| cause.written.iter().any(fits))
    }

    /// The failure, with what was seen.
    pub fn failure(&self, seen: &str) -> Failure {
        let mut failure = Failure::new(self.code, self.kind, format!("{}: {seen}", self.meaning));
        failure.hints.extend(self.hints.iter().map(|hint| (*hint).to_owned()));
        failure
    }
}

/// Whether the words stand in the text, and are not parts of other words.
fn has_words(text: &str, words: &str) -> bool {
    let letter = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(words).any(|(start, found)| {
        !text[..start].ends_with(letter) && !text[start + found.len()..].starts_with(letter)
    })
}

/// Errors that are Salesforce's own, and no other service's.
const DISTINCTIVE: &[&str] = &[
    "oauth_app_blocked",
    "oauth_ec_app_not_found",
    "oauth_app_access_denied",
    "invalid_app_access",
    "redirect_uri_mismatch",
    "invalid_client_id",
    "rate_limit_exceeded",
    "request_limit_exceeded",
    "inactive_user",
    "inactive_org",
    "unsupported_grant_type",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_platform_s_text_tells_the_cause() {
        for (text, code) in [
            (
                "Failed to exchange the authorization code, Salesforce answered invalid_grant: ip restricted",
                Some("salesforce.ip_restricted"),
            ),
            (r#"{"error":"invalid_grant","error_description":"Expired authorization code"}"#, {
                Some("salesforce.code_expired")
            }),
            ("invalid_client: invalid client credentials", Some("salesforce.client_refused")),
            (
                "invalid_client: app must be installed into org",
                Some("salesforce.connected_app_not_installed"),
            ),
            ("Salesforce answered inactive_user: user is inactive", {
                Some("salesforce.user_inactive")
            }),
            ("error=OAUTH_APP_BLOCKED&error_description=x", Some("salesforce.app_blocked")),
            ("expired access/refresh token", None),
            ("access_denied", None),
            ("invalid_client", None),
            ("Invalid Organization or User secret, or invalid Element token provided.", None),
            ("an inactive_users list", None),
            ("the strip restrictedly", None),
            ("", None),
        ] {
            assert_eq!(Cause::told_in(text).map(|cause| cause.code), code, "{text}");
        }
    }

    #[test]
    fn an_error_and_its_description_name_the_cause() {
        for (error, description, code) in [
            ("invalid_request", "missing required code challenge", "salesforce.pkce_required"),
            ("invalid_request", "", "salesforce.invalid_request"),
            ("invalid_client", "app must be installed into org", {
                "salesforce.connected_app_not_installed"
            }),
            ("invalid_client", "", "salesforce.invalid_client"),
            ("invalid_client_id", "client identifier invalid", "salesforce.invalid_client"),
            ("OAUTH_EC_APP_NOT_FOUND", "x", "salesforce.app_not_installed"),
            ("invalid_grant", "user hasn't approved this consumer", "salesforce.not_approved"),
        ] {
            assert_eq!(Cause::of(error, description).unwrap().code, code, "{error} {description}");
        }
        assert!(Cause::of("server_error", "").is_none());
    }

    #[test]
    fn each_says_what_to_do() {
        let mut codes = std::collections::HashSet::new();
        for cause in CAUSES {
            assert!(codes.insert(cause.code), "{} twice", cause.code);
            assert!(!cause.hints.is_empty() && !cause.written.is_empty(), "{}", cause.code);
            for (error, says) in cause.written {
                assert_eq!(Cause::of(error, says).unwrap().code, cause.code, "{error} {says}");
            }
        }
        let named = |error: &&str| CAUSES.iter().any(|c| c.written.iter().any(|w| w.0 == *error));
        assert!(DISTINCTIVE.iter().all(named));
    }
}
