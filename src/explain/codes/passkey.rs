//! Passkeys: kept, asked for, and enrolled.

use super::super::{ENVIRONMENT, Explained, Is, SCENARIO, USAGE, WARNING};
use crate::failure::Kind;

pub(in crate::explain) const CODES: &[Explained] = &[
    Explained {
        code: "passkey.enrolment_demanded",
        is: SCENARIO,
        means: "Salesforce wants the user to create a passkey before it lets them in, and there is none. Nobody is logged in; a grant that had been cut before is not renewed.",
        signs: "The browser is at `/_ui/identity/webauthn/…`; the picture in the run folder shows \"Create a Passkey\". Salesforce has enforced this since July 2026 for users with the System Administrator profile, Modify All Data, View All Data, Customize Application or Author Apex.",
        remedies: &[
            "Enrol one: `reauth passkey enroll`, then name it with `passkey_file`.",
            "In CI: enrol on your machine and hand it over as a secret, `passkey = \"${SALESFORCE_PASSKEY}\"`.",
            "Or use a user without those permissions, with an authenticator (`totp_secret`).",
        ],
    },
    Explained {
        code: "passkey.enrolment_refused",
        is: SCENARIO,
        means: "Salesforce did not take the new passkey, or the browser did not make one. None is kept, the user's state is as before.",
        signs: "The message has the page's or the browser's words.",
        remedies: &[
            "Try again; if it is refused again, register one by hand in a browser to see what the org says (Setup → Identity Verification says which methods the org allows).",
        ],
    },
    Explained {
        code: "passkey.enrolment_unanswered",
        is: SCENARIO,
        means: "The page came again without saying whether it took the new passkey. Its private key is kept beside the file that was named, because Salesforce may know it.",
        signs: "Setup → Users → the user → Built-in Authenticators shows whether it is registered. The hint says where the key is.",
        remedies: &[
            "If it is listed there: move the kept file to where `passkey_file` says, and try `reauth doctor --login`.",
            "If not: `reauth passkey enroll --force`.",
        ],
    },
    Explained {
        code: "passkey.enrolment_under_way",
        is: ENVIRONMENT,
        means: "Another `reauth passkey enroll` for the same file is running. Two at once would each give Salesforce a passkey, and one file keeps one: nothing was begun.",
        signs: "`<file>.lock` beside the file is locked by that process; one that a killed process left is no lock.",
        remedies: &["Wait until the other one has ended, then look: `reauth passkey show`."],
    },
    Explained {
        code: "passkey.exists",
        is: USAGE,
        means: "There is a passkey already where the new one should go. It was not touched; it may be the only one that the user is let in with.",
        signs: "`reauth passkey show` tells whose it is, for which host, and how often it was used.",
        remedies: &[
            "Name another file: `--to FILE`.",
            "Replace it with `--force`; the org then still lists the old one, which an administrator can remove.",
        ],
    },
    Explained {
        code: "passkey.exposed",
        is: USAGE,
        means: "Other users of this machine may read the file with the private key. It was not used.",
        signs: "The message has the mode; expected is 600. Files mounted into containers often have 0644.",
        remedies: &[
            "If nobody can have read it: `chmod 600 FILE`.",
            "Where a mount fixes the mode, give it as a secret: `passkey = { file = \"…\" }` instead of `passkey_file`.",
            "If somebody may have read it: remove it in Setup → Users → the user → Built-in Authenticators, and enrol again.",
        ],
    },
    Explained {
        code: "passkey.forgotten",
        is: SCENARIO,
        means: "Salesforce asks the user to create a passkey although one is configured. It does not know that one any more.",
        signs: "A sandbox refresh or copy removes passkeys; an administrator may have. The browser is at `/_ui/identity/webauthn/…`.",
        remedies: &[
            "Enrol again: `reauth passkey enroll --force`. The user must be able to log in for that.",
            "If the org was refreshed, check callback URLs and external client app settings as well: they are reset too.",
        ],
    },
    Explained {
        code: "passkey.left_half_way",
        is: USAGE,
        means: "An earlier enrolment was ended before Salesforce's answer was seen. Its key is kept; nothing new was begun.",
        signs: "The message has the file. Setup → Users → the user → Built-in Authenticators shows whether it was taken.",
        remedies: &[
            "Try it: move the file to where `passkey_file` says, and run `reauth doctor --login`.",
            "If Salesforce does not know it: `reauth passkey enroll --force`.",
        ],
    },
    Explained {
        code: "passkey.locked",
        is: ENVIRONMENT,
        means: "Another process keeps the folder of the passkey locked, so its counter cannot be written safely. The passkey was not used.",
        signs: "Two runs with the same user at the same time; locks end with their processes.",
        remedies: &[
            "`fuser` or `lsof` on the folder tells which process it is: wait for it, or end it.",
            "Give parallel jobs a user and a passkey each.",
        ],
    },
    Explained {
        code: "passkey.malformed",
        is: USAGE,
        means: "What is configured is no passkey. It was not used.",
        signs: "The message names the file or key and what is wrong. A secret that was cut, re-wrapped or quoted twice in a CI setting looks so.",
        remedies: &["Give the one line that `reauth passkey enroll` wrote, whole and unchanged."],
    },
    Explained {
        code: "passkey.missing",
        is: USAGE,
        means: "There is no file where the passkey should be.",
        signs: "The message has the path; relative ones start at the configuration file's folder.",
        remedies: &[
            "Enrol one: `reauth passkey enroll`.",
            "Or leave `passkey_file` out, where the org asks this user for none.",
        ],
    },
    Explained {
        code: "passkey.no_admin",
        is: USAGE,
        means: "`--as admin` was given and the configuration names no admin.",
        signs: "There is no section `[salesforce.admin]`, or it is in another file than the one that was read.",
        remedies: &[
            "Add `[salesforce.admin]` with at least `username` and `password`, or leave `--as admin` out.",
        ],
    },
    Explained {
        code: "passkey.no_answer",
        is: SCENARIO,
        means: "The page asks for a passkey, and nothing came of it. The user is not logged in.",
        signs: "The page in the picture is `UnifiedPasskeyVerificationUi`, without words of refusal. The org may want another passkey than the one that is held: then the browser has none to show.",
        remedies: &[
            "Look in Setup → Users → the user → Built-in Authenticators which ones the org knows, and compare with `reauth passkey show`.",
            "Run with `--headed` and see what the page does.",
        ],
    },
    Explained {
        code: "passkey.no_file",
        is: USAGE,
        means: "Nothing says where the new passkey is to be kept.",
        signs: "Neither `--to` nor `passkey_file` is given, or the configured passkey is a secret, which cannot be written back.",
        remedies: &["Give `--to FILE`, or set `passkey_file`."],
    },
    Explained {
        code: "passkey.not_a_file",
        is: USAGE,
        means: "The passkey is given as a secret, so there is no file to remove.",
        signs: "It is configured by `passkey`, not by `passkey_file`.",
        remedies: &[
            "Remove the secret where it is kept, and the passkey in Setup → Users → the user → Built-in Authenticators.",
        ],
    },
    Explained {
        code: "passkey.not_asked",
        is: WARNING,
        means: "The user was let in without being asked for the new passkey. That it was taken is likely and not proved.",
        signs: "The org remembers the browser or the network, or a passkey is not enforced for this user: `asked_for_it` is false in the step's facts.",
        remedies: &[
            "Nothing has to be done where the org does not ask; else see with `reauth doctor --login` later.",
        ],
    },
    Explained {
        code: "passkey.not_configured",
        is: SCENARIO,
        means: "Salesforce asks for the user's passkey, and `reauth` holds none. The user is not logged in.",
        signs: "The user has one in the org, made in another browser or by a colleague: its private key cannot be handed over. `passkey.enrolment_demanded` would mean that there is none yet.",
        remedies: &[
            "If it was made by `reauth`: name it with `passkey_file`, or give it with `passkey`.",
            "Else have an administrator remove it in Setup → Users → the user → Built-in Authenticators, and run `reauth passkey enroll`.",
        ],
    },
    Explained {
        code: "passkey.not_confirmed",
        is: Is::Error(&[Kind::Usage, Kind::Environment]),
        means: "A passkey is removed only when somebody says yes, and nobody could be asked. It is still there.",
        signs: "Standard input is no terminal, as in CI, or the answer could not be read.",
        remedies: &["Remove it with `reauth passkey forget --yes`."],
    },
    Explained {
        code: "passkey.not_named",
        is: USAGE,
        means: "No passkey is configured for this user, and none was named.",
        signs: "Neither `passkey_file` nor `passkey` is set for the user; `--as admin` looks at the admin's.",
        remedies: &["Name the file: `reauth passkey show FILE`, or set `passkey_file`."],
    },
    Explained {
        code: "passkey.not_offered",
        is: SCENARIO,
        means: "The user is logged in, and Salesforce shows no page on which a passkey can be created. Nothing was changed.",
        signs: "The org does not demand one of this user at the login, and does not open its page for it either.",
        remedies: &[
            "If the org asks this user for no passkey, none is needed.",
            "See that Setup → Identity Verification allows built-in authenticators.",
        ],
    },
    Explained {
        code: "passkey.not_stored",
        is: WARNING,
        means: "The passkey's counter could not be written down. The login succeeded; the next one starts from the clock, which keeps the counter rising.",
        signs: "The message has the reason, usually a read-only file or a full disk.",
        remedies: &[
            "Make the file writable, or give it by `passkey` where it cannot be; see that the machine's clock is right.",
        ],
    },
    Explained {
        code: "passkey.other_host",
        is: SCENARIO,
        means: "The page that asks for a passkey is on another host than the one that it was enrolled for. A passkey is good for one My Domain only; none was shown.",
        signs: "The message has both hosts. A renamed My Domain, a sandbox that was made anew, or the configuration of another org.",
        remedies: &[
            "Enrol one for this org: `reauth passkey enroll --to FILE`, and name it.",
            "Or correct `salesforce.login_url` and `salesforce.my_domain`.",
        ],
    },
    Explained {
        code: "passkey.other_user",
        is: WARNING,
        means: "The passkey was enrolled for another user name than that of the account it is configured for. Salesforce will refuse it, unless the user was renamed.",
        signs: "The message has both names; `reauth passkey show` has the rest.",
        remedies: &[
            "Name the right passkey for each user: `passkey_file` in `[salesforce]` and in `[salesforce.admin]`.",
        ],
    },
    Explained {
        code: "passkey.refused",
        is: SCENARIO,
        means: "Salesforce did not take the passkey. The user is not logged in.",
        signs: "The message has the page's words. It was removed or replaced in the org, the sandbox was refreshed, or its counter went back because two copies are in use.",
        remedies: &[
            "Look in Setup → Users → the user → Built-in Authenticators. If it is not there, enrol again: `reauth passkey enroll --force`.",
            "Give each place that logs in a user and a passkey of its own: a copy that lags behind is taken for a clone.",
        ],
    },
    Explained {
        code: "passkey.replaced",
        is: WARNING,
        means: "The passkey file could not be used and, because of `--force`, is replaced by the new one.",
        signs: "The message says what was wrong with it.",
        remedies: &[
            "Remove the old passkey in Setup → Users → the user → Built-in Authenticators, where the org still lists it.",
        ],
    },
    Explained {
        code: "passkey.secrets_in_report",
        is: USAGE,
        means: "`--print` and `--format json` were given together. The report never holds a secret, so nothing was begun.",
        signs: "No passkey was made.",
        remedies: &["Leave out `--format json`, or read the passkey from its file."],
    },
    Explained {
        code: "passkey.unreadable",
        is: ENVIRONMENT,
        means: "The passkey's file is there and cannot be read. It was not used.",
        signs: "The message has the system's reason; typical is a file made by root and a run as another user.",
        remedies: &["Look at owner and mode of the file and its folder (`ls -l`)."],
    },
    Explained {
        code: "passkey.unwritable",
        is: ENVIRONMENT,
        means: "The passkey's file or folder cannot be written to. Before an enrolment nothing was begun: a passkey that could not be kept would lock the user out.",
        signs: "The message has the path and the system's reason.",
        remedies: &["Name a file in a folder that can be written to: `passkey_file`, or `--to`."],
    },
];
