//! The journal of what is in flight, and its locks.

use super::super::{ENVIRONMENT, Explained, USAGE, WARNING};

pub(in crate::explain) const CODES: &[Explained] = &[
    Explained {
        code: "journal.corrupt",
        is: ENVIRONMENT,
        means: "An entry of the journal cannot be read or trusted. The journal says which instances may have lost their grant, so this one is of an instance that an earlier run may have left dead. Nothing was changed, the file included.",
        signs: "The message names the file and what is wrong with it. A newer `reauth` that wrote it says so; else a disk that was full or an edit by hand is likely, because entries are replaced as a whole.",
        remedies: &[
            "If the message speaks of a newer version: use the `reauth` that wrote it, or a newer one.",
            "Ask with `reauth status --instance ID` (the id is the last number of the file's name). If it is authenticated, move the file away; if not, move it away and run `reauth restore --instance ID`.",
        ],
    },
    Explained {
        code: "journal.in_flight",
        is: WARNING,
        means: "An earlier run ended a grant, or was about to, and was stopped before it saw the instance authenticated again. `reauth doctor` found its entry; the instance may be dead.",
        signs: "The line names the instance, the run, when it began and how far it came. An entry of a run that is still at work looks the same: see whether its process is there.",
        remedies: &[
            "Run `reauth restore --all`, with the configuration of that run.",
            "After `reauth revoke` the instance is dead on purpose and the entry says so; `reauth restore` brings it back.",
        ],
    },
    Explained {
        code: "journal.locked",
        is: ENVIRONMENT,
        means: "Another `reauth` on this machine works on the same instance. This run has touched nothing.",
        signs: "The message names the process and the run that hold the lock. A lock ends with its process, so nothing has to be cleared away by hand.",
        remedies: &[
            "Wait until that run has ended.",
            "End it with one SIGINT or SIGTERM: it restores the instance first. Killing it leaves an entry that the next run or `reauth restore` takes over.",
            "In CI, give jobs of one instance a common concurrency group: locks do not reach other machines.",
        ],
    },
    Explained {
        code: "journal.no_folder",
        is: ENVIRONMENT,
        means: "There is no place for the journal, without which no grant is cut. Nothing was changed.",
        signs: "None of the variables REAUTH_STATE_DIR, XDG_STATE_HOME and HOME is set, which is how some services and containers start programs.",
        remedies: &[
            "Set REAUTH_STATE_DIR to a folder that outlives the run, so that a later `reauth restore --all` finds what this one left.",
        ],
    },
    Explained {
        code: "journal.not_taken",
        is: ENVIRONMENT,
        means: "A grant was about to be cut although the instance had not been locked for this run. It was stopped by a guard in `reauth` itself; nothing was cut.",
        signs: "No setting and no service causes this.",
        remedies: &["It is a defect of `reauth`: report it with the run folder's `log.jsonl`."],
    },
    Explained {
        code: "journal.other_platform",
        is: USAGE,
        means: "`reauth restore --all` found an instance that a run with another configuration left. The platform's address in its entry is not that of this configuration, so it was not tried.",
        signs: "The message names both addresses. Other instances of the same journal are restored all the same, each with a report of its own.",
        remedies: &[
            "Run `reauth restore --all --config FILE` with the configuration of that run.",
            "If that platform is no more, remove the entry from the state folder (REAUTH_STATE_DIR, else `~/.local/state/reauth`).",
        ],
    },
    Explained {
        code: "journal.other_user",
        is: USAGE,
        means: "`reauth restore --all` found an instance that a run of another Salesforce user left. With this configuration it could not be brought back as what it was, so it was not tried.",
        signs: "The message names both users. It is the sign of several configurations that share one state folder.",
        remedies: &[
            "Run `reauth restore --all --config FILE` with the configuration of that run.",
            "Where the user was renamed since, `reauth restore --instance ID` goes by the configuration alone.",
        ],
    },
    Explained {
        code: "journal.pending",
        is: ENVIRONMENT,
        means: "An earlier run left this instance without a grant and its entry is still open. A new run does not write over it; nothing was changed.",
        signs: "The message names the earlier run. `reauth run` takes such entries over by itself, so this comes from work that began in between.",
        remedies: &["Run `reauth restore --instance ID`, then run again."],
    },
    Explained {
        code: "journal.unreadable",
        is: ENVIRONMENT,
        means: "The folder of the journal cannot be listed. What earlier runs left is unknown; nothing was changed.",
        signs: "The message has the folder and what the system says of it; typical is a state folder made by root and a run as another user.",
        remedies: &[
            "Give the user of this run the folder: `ls -ld` on it shows owner and mode (expected 700).",
            "Or name another with REAUTH_STATE_DIR; look into the old one with the user who owns it.",
        ],
    },
    Explained {
        code: "journal.untrusted_folder",
        is: ENVIRONMENT,
        means: "The journal's folder is another user's, or others may write to it. An entry names the configuration by which `reauth restore --all` brings an instance back, commands in it included, so that whoever can write an entry could have anything run as this user. Nothing was read, and nothing changed.",
        signs: "The message has the folder, and its owner or its mode. Typical is a run as root with another user's HOME (`sudo`), or a folder that was made with a wide umask.",
        remedies: &[
            "If what is in it is all yours: `chmod go-w` the folder.",
            "Run as the user whose folder it is, or name one of your own: REAUTH_STATE_DIR.",
        ],
    },
    Explained {
        code: "journal.unwritable",
        is: ENVIRONMENT,
        means: "The journal, or a lock beside it, could not be written. Before a cut this stops the run with nothing changed; after one the entry that was written before still stands, and a later run looks after the instance once more.",
        signs: "The message has the file and the system's reason: no space, read-only, no permission, or a file system without locks. `reauth doctor` shows room and permissions beforehand.",
        remedies: &[
            "Make room, or name a local folder that can be written to with REAUTH_STATE_DIR.",
            "If the instance had been touched (exit code 1 or 4), ask with `reauth status`.",
        ],
    },
    Explained {
        code: "journal.wrong_lock",
        is: ENVIRONMENT,
        means: "An entry was to be written under the lock of another instance. It was stopped by a guard in `reauth` itself; nothing was changed.",
        signs: "No setting and no service causes this; the message names both instances.",
        remedies: &["It is a defect of `reauth`: report it with the run folder's `log.jsonl`."],
    },
];
