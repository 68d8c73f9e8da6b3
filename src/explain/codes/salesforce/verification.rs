//! Codes that Salesforce asks for to verify who a user is.

use super::super::super::{Explained, SCENARIO};

pub(in crate::explain) const CODES: &[Explained] = &[
    Explained {
        code: "salesforce.code_command",
        is: SCENARIO,
        means: "`verification_code_command` gave no code. The user is not logged in; nothing was typed.",
        signs: "The message says what it did: could not be started, failed with a status, printed no code, or took longer than the login's time. Its output is never shown.",
        remedies: &[
            "Run it by hand with REAUTH_VERIFICATION_METHOD and REAUTH_VERIFICATION_USERNAME set.",
            "If it waits for mail: give it time with a longer `--timeout`.",
        ],
    },
    Explained {
        code: "salesforce.code_not_configured",
        is: SCENARIO,
        means: "Salesforce asks for a code, and nothing is configured that gives one. The user is not logged in.",
        signs: "The message says which kind (authenticator, e-mail, SMS) and what the page says of where it went. A fresh browser profile is asked every time.",
        remedies: &[
            "Authenticator: set `totp_secret` to the seed (base32 or the `otpauth://` URL).",
            "E-mail or SMS: set `verification_code_command` to a program that prints the code.",
            "Or let none be asked for: Setup → Network Access (trusted IP range), or keep a profile with `--profile-dir`.",
        ],
    },
    Explained {
        code: "salesforce.code_refused",
        is: SCENARIO,
        means: "Salesforce refused the code, and the one after it. No more are sent: several wrong codes in a row lock the user.",
        signs: "The message has the page's words; the hint says whether this machine's clock is off, by how much, or agrees with Salesforce's.",
        remedies: &[
            "Authenticator and the clock is off: set it right (`timedatectl set-ntp true`).",
            "Authenticator and the clock agrees: `totp_secret` is not this user's seed; connect the authenticator anew in the user's settings → Advanced User Details.",
            "Command: let it give the newest code, and wait for another where REAUTH_VERIFICATION_ATTEMPT is 2.",
            "Log in once by hand before the next run.",
        ],
    },
    Explained {
        code: "salesforce.code_untrusted_host",
        is: SCENARIO,
        means: "A page on a host that is not the org's wants to verify the user. No code was typed.",
        signs: "The message has the host: another org, or one that single sign-on or a kept profile led to.",
        remedies: &[
            "If it is your org's, set `salesforce.my_domain` to it.",
            "Use a fresh profile, and see that the OAuth URL is of your org.",
        ],
    },
    Explained {
        code: "salesforce.method_refused",
        is: SCENARIO,
        means: "Salesforce asks for a method of verification again after one was chosen. The user is not logged in.",
        signs: "The message has the page's words, if it had any.",
        remedies: &[
            "Log in by hand and see which methods work for this user (the user's settings → Advanced User Details lists them).",
        ],
    },
    Explained {
        code: "salesforce.no_code_typed",
        is: SCENARIO,
        means: "A person at the terminal was asked for a code and gave none in time. The user is not logged in.",
        signs: "`--timeout` is also the time for typing.",
        remedies: &[
            "Run again with a longer `--timeout`.",
            "Or set `totp_secret` or `verification_code_command`.",
        ],
    },
    Explained {
        code: "salesforce.no_known_method",
        is: SCENARIO,
        means: "Salesforce wants to verify the user in a way that cannot be answered here. The user is not logged in.",
        signs: "The message has what the page offers. Security keys and the Salesforce Authenticator's push need a person.",
        remedies: &[
            "Register an authenticator app for the user and set `totp_secret`.",
            "For users of whom Salesforce demands a passkey: `reauth passkey enroll`.",
            "Or let no verification be asked for: trusted IP range, or a kept profile.",
        ],
    },
    Explained {
        code: "salesforce.no_terminal",
        is: SCENARIO,
        means: "The code should be asked for on the terminal, and the terminal cannot be used. The user is not logged in.",
        signs: "The message has the system's reason.",
        remedies: &[
            "Set `totp_secret` or `verification_code_command`, so that nobody has to be asked.",
        ],
    },
    Explained {
        code: "salesforce.no_time_for_code",
        is: SCENARIO,
        means: "The authenticator's next code comes after the time for this page is over. No code was sent that would have run out under way.",
        signs: "A code lasts 30 s; with little left of it the next one is waited for.",
        remedies: &["Give `--timeout` at least 60 s."],
    },
];
