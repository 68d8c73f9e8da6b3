//! What `reauth doctor` finds. It changes nothing.

use super::super::{ENVIRONMENT, Explained, Is, WARNING};
use crate::failure::Kind;

pub(in crate::explain) const CODES: &[Explained] = &[
    Explained {
        code: "doctor.broken",
        is: ENVIRONMENT,
        means: "A check itself broke, so what it looks at is unknown.",
        signs: "The message has the reason; the other checks are not concerned.",
        remedies: &["It is a defect of `reauth`: report it with the whole output."],
    },
    Explained {
        code: "doctor.client_unknown",
        is: WARNING,
        means: "Whether Salesforce knows the app cannot be told. It answered the question neither with its login page nor with a refusal.",
        signs: "The message has the status. Maintenance, or a proxy that answers in its place.",
        remedies: &[
            "Open the app in Setup (App Manager → View, or External Client App Manager) and compare consumer key and callback URL by eye.",
            "Run `reauth doctor` again later.",
        ],
    },
    Explained {
        code: "doctor.clock",
        is: Is::Both(&[Kind::Environment]),
        means: "This machine's clock is not Salesforce's. From 5 s authenticator codes begin to be refused now and then; from 30 s they are, and from 60 s TLS and sessions may fail too.",
        signs: "The message has the host it differs most from, by its `Date` header.",
        remedies: &[
            "Set the clock by NTP: `timedatectl set-ntp true`. In a container or a virtual machine it is the host's that counts.",
        ],
    },
    Explained {
        code: "doctor.disk_full",
        is: Is::Both(&[Kind::Environment]),
        means: "There is little room left where runs write. Below 500 MB it is a warning, below 50 MB an error: a browser would fail half-way.",
        signs: "The message has each file system with what it is for.",
        remedies: &[
            "Remove old run folders, or name other places: `--out`, REAUTH_STATE_DIR, TMPDIR.",
        ],
    },
    Explained {
        code: "doctor.fonts",
        is: Is::Both(&[Kind::Environment]),
        means: "The browser has no fonts for some letters. Without Latin ones screenshots are blank, and some builds draw no page at all; others show boxes.",
        signs: "The message names the letters.",
        remedies: &[
            "Debian and Ubuntu: `apt-get install fonts-liberation fontconfig`, and `fonts-noto-cjk` for Chinese and Japanese.",
        ],
    },
    Explained {
        code: "doctor.host_unwell",
        is: WARNING,
        means: "A host answers with a failure of its own (5xx). A run would probably fail there, before or after the cut.",
        signs: "The message has the status.",
        remedies: &[
            "Do not start a run now; look at status.salesforce.com or the platform's status page.",
        ],
    },
    Explained {
        code: "doctor.leftovers",
        is: WARNING,
        means: "Folders of browsers are left whose guard was killed as well (SIGKILL, power cut). They only take room, and may hold a session's cookies.",
        signs: "The message lists them; none is in use.",
        remedies: &["Remove them: the hint has the command."],
    },
    Explained {
        code: "doctor.no_answer",
        is: ENVIRONMENT,
        means: "A check had no answer in time. What it looks at is unknown.",
        signs: "The message has the limit. One check: that host or file system; all: the machine is overloaded. With `--login`, a page of the way in.",
        remedies: &[
            "Run again; a longer `--timeout` gives more time.",
            "With `--login` or `--drift`: `--headed` shows where it stays.",
        ],
    },
    Explained {
        code: "doctor.no_display",
        is: ENVIRONMENT,
        means: "A window is wanted and there is no display. A run with this configuration would not get a browser.",
        signs: "The message says which of DISPLAY and WAYLAND_DISPLAY is set and does not answer.",
        remedies: &[
            "Leave `--headed` (`browser.headless = false`) out.",
            "Or begin with `xvfb-run`.",
        ],
    },
    Explained {
        code: "doctor.no_listener",
        is: ENVIRONMENT,
        means: "No page could be served on this machine for the browser to look at.",
        signs: "A limit of open files or ports; the message has the system's reason.",
        remedies: &["Raise `ulimit -n`; look at what a sandbox forbids."],
    },
    Explained {
        code: "doctor.no_page",
        is: ENVIRONMENT,
        means: "The browser starts and did not draw a page of this machine in time. Runs would wait in vain as well.",
        signs: "Either it draws nothing for want of fonts, or a proxy takes what is meant for this machine.",
        remedies: &["Install fonts (`fonts-liberation`).", "Set NO_PROXY=localhost,127.0.0.1."],
    },
    Explained {
        code: "doctor.no_passkey",
        is: WARNING,
        means: "A passkey is configured and its file is not there. If the org asks for it, the login stops.",
        signs: "The message has the path.",
        remedies: &[
            "Enrol one: `reauth passkey enroll`.",
            "Or leave `passkey_file` out, where none is asked for.",
        ],
    },
    Explained {
        code: "doctor.provisioned_left",
        is: WARNING,
        means: "Instances that earlier runs made are still in the platform. Each holds one of the five grants that Salesforce keeps for a user and app.",
        signs: "The message has their ids; they carry a tag that begins with `reauth:`.",
        remedies: &[
            "Delete those that nobody uses; `provision` and `--keep` leave them on purpose.",
        ],
    },
    Explained {
        code: "doctor.secrets_readable",
        is: WARNING,
        means: "Other users of this machine can read a file with secrets in clear.",
        signs: "The message has file, mode and keys.",
        remedies: &[
            "Run `chmod 600` on it.",
            "Or put each secret elsewhere: `\"${NAME}\"`, `{ file = … }`, `{ command = … }`.",
        ],
    },
    Explained {
        code: "doctor.state_folder_open",
        is: WARNING,
        means: "Other users can look into the folder of the journal, or change what is in it. They would see which instances are in flight.",
        signs: "The message has its mode; expected is 700.",
        remedies: &["Run `chmod 700` on it."],
    },
    Explained {
        code: "doctor.third_party_cookies",
        is: WARNING,
        means: "The browser gives a frame of another site no cookies. In Lightning, Setup's old pages are such frames and may show a login page instead: `salesforce.frame_login` in a run.",
        signs: "It matters for `--revoke-via ui` only.",
        remedies: &[
            "Look for a policy of the browser (`chrome://policy`, BlockThirdPartyCookies), and in `browser.args`.",
            "Or revoke by API: `--revoke-via api`.",
        ],
    },
    Explained {
        code: "doctor.unwritable",
        is: ENVIRONMENT,
        means: "A folder that runs write to cannot be written to. A run would stop at its beginning.",
        signs: "The message names it: run folders, state folder, or temporary folder.",
        remedies: &["Correct its permissions, or name another: `--out`, REAUTH_STATE_DIR, TMPDIR."],
    },
];
