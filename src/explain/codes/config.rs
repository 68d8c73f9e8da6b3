//! The configuration: file, environment and flags.

use super::super::{Explained, Is, USAGE, WARNING};
use crate::failure::Kind;

pub(in crate::explain) const CODES: &[Explained] = &[
    Explained {
        code: "config.callback_host",
        is: USAGE,
        means: "The callback URL is on a host that the login itself needs. The browser is kept from reaching the callback's host, so that the code never leaves the machine; the login could not work either.",
        signs: "`salesforce.callback_url` has the same host as `salesforce.login_url` or `salesforce.my_domain`.",
        remedies: &[
            "Give the app another callback URL, such as `https://auth.cloudelements.io/oauth`, in Setup (it needs up to ten minutes), and set `salesforce.callback_url` to the same.",
            "Nobody has to answer at that address: the code is read before the browser gets there.",
        ],
    },
    Explained {
        code: "config.contradiction",
        is: USAGE,
        means: "Two keys say the same thing in different ways, and only one can be meant. Nothing was begun.",
        signs: "The message names both, for example `passkey_file` and `passkey` of one user.",
        remedies: &[
            "Keep `passkey_file` where its counter can be written back, and `passkey` where only a secret can be handed over, as in CI.",
        ],
    },
    Explained {
        code: "config.empty",
        is: USAGE,
        means: "A value is there and empty, or the file or command that should give it gave nothing. Nothing was begun.",
        signs: "The excerpt shows the key. In CI an empty value is most often a secret that is not set in this repository, or not given to builds of forks.",
        remedies: &[
            "Set the value, or remove the key if it is optional.",
            "Run the `{ command = … }` by hand, or look into the `{ file = … }`.",
        ],
    },
    Explained {
        code: "config.insecure_url",
        is: USAGE,
        means: "A secret would travel to an address by plain http. Only addresses of this machine may have it.",
        signs: "The URL begins with `http://` and its host is not loopback. Behind a gateway that ends TLS elsewhere it is the internal address.",
        remedies: &[
            "Write the `https://` address of the service.",
            "For a simulator: `*.localhost` and 127.0.0.1 are let pass.",
        ],
    },
    Explained {
        code: "config.invalid",
        is: USAGE,
        means: "The configuration is not right, and no single mistake could be named first. Nothing was begun.",
        signs: "Each mistake is printed with its own code where there are any.",
        remedies: &[
            "Compare the file with what `reauth init` writes, and run `reauth doctor`, which checks the configuration alone as well.",
        ],
    },
    Explained {
        code: "config.literal_reference",
        is: WARNING,
        means: "A secret has `${…}` in its middle and is taken letter by letter. If a variable was meant, the login will be refused.",
        signs: "Only a whole value can name a variable: `\"${NAME}\"`. A password that really holds these characters causes the same warning.",
        remedies: &[
            "Put the whole secret into the variable and write `\"${NAME}\"`.",
            "If the characters belong to the secret, give it by `{ file = \"…\" }`: what is read there is never searched for references.",
        ],
    },
    Explained {
        code: "config.missing",
        is: USAGE,
        means: "A key that is needed is not there, or names a variable that is not set; or there is no configuration at all. Nothing was begun.",
        signs: "The message names the key, and the variable that may stand for it. In CI look whether the secret reaches this job: jobs for forks get none.",
        remedies: &[
            "Add the key, or set the variable that is named.",
            "Without any configuration: `reauth init` writes a commented file, and `reauth run --simulator` needs none.",
        ],
    },
    Explained {
        code: "config.no_instance",
        is: USAGE,
        means: "The command works on an instance and none is named. Nothing was begun.",
        signs: "Only `run` and `provision` make an instance of their own; `revoke`, `restore` and `status` need an id.",
        remedies: &[
            "Give `--instance ID`, or `id` in `[cloud_elements.instance]`.",
            "`reauth restore --all` takes the ids from the journal.",
        ],
    },
    Explained {
        code: "config.not_supported",
        is: USAGE,
        means: "The value is one that a later version will know and this one does not. Nothing was begun.",
        signs: "The message lists what this version accepts, for example `chrome` alone for `browser.name`.",
        remedies: &["Use one of the listed values, or a newer `reauth` (`reauth --version`)."],
    },
    Explained {
        code: "config.secret_file_readable",
        is: WARNING,
        means: "Other users of this machine may read a file that holds a secret. It was used all the same.",
        signs: "The file's mode lets group or others read; secrets that are mounted into containers often have 0644.",
        remedies: &[
            "Run `chmod 600` on it, or set the mode in the mount.",
            "If others had access to the machine, change the secret.",
        ],
    },
    Explained {
        code: "config.syntax",
        is: USAGE,
        means: "The configuration file is not TOML. None of its keys was read, nothing was begun.",
        signs: "The excerpt shows the line; frequent are a missing quotation mark, a backslash in double quotes (Windows paths, passwords), and a key that stands twice.",
        remedies: &[
            "Correct the line. Text with backslashes goes into single quotes: `'C:\\tmp'`.",
        ],
    },
    Explained {
        code: "config.unknown_key",
        is: USAGE,
        means: "A key or section that this version does not know. It is refused rather than ignored, because a misspelt key would change what is done to the instance.",
        signs: "The excerpt shows it, with what was probably meant; a known key in a wrong section is told as such.",
        remedies: &[
            "Correct the name, or move the line below the section that is named.",
            "If it is from a newer version's documentation, update `reauth`.",
        ],
    },
    Explained {
        code: "config.unknown_variable",
        is: Is::Both(&[Kind::Usage]),
        means: "An environment variable begins with `REAUTH_` and means nothing to this version. It is an error where it looks like a key (`REAUTH_SECTION__KEY`), else a warning.",
        signs: "The message names the variable, and what was probably meant.",
        remedies: &[
            "Correct the name: two underscores between section and key, for example `REAUTH_SALESFORCE__USERNAME`.",
            "Unset it if it belongs to another program.",
        ],
    },
    Explained {
        code: "config.unreadable",
        is: USAGE,
        means: "The configuration file could not be opened. Nothing was begun.",
        signs: "The message has the path and the system's reason. A relative `--config` is looked for in the working directory of the process, which in CI is rarely where the file is.",
        remedies: &[
            "Name the right file with `--config FILE`, or write one with `reauth init`.",
            "The file has to be UTF-8 and readable by the user of this run.",
        ],
    },
    Explained {
        code: "config.unreadable_value",
        is: USAGE,
        means: "The file or command that should give a value did not. Nothing was begun.",
        signs: "The message says why: not there, no permission, failed with its exit status, took too long, more than 1 MiB, not UTF-8. What a command printed is never shown.",
        remedies: &[
            "Run the command by hand as the same user; password managers often need a session that CI has not.",
            "Relative paths of `{ file = … }` start at the configuration file's folder.",
        ],
    },
    Explained {
        code: "config.webdriver_plain_http",
        is: WARNING,
        means: "The remote driver is reached by plain http. Passwords and codes that are typed cross the network in clear.",
        signs: "`browser.webdriver_url` begins with `http://` and is not on this machine.",
        remedies: &[
            "Put the Grid behind https, or reach it by a tunnel to a port on localhost.",
            "In a closed container network it may be accepted knowingly.",
        ],
    },
    Explained {
        code: "config.wrong_type",
        is: USAGE,
        means: "A value is of another type than its key holds. Nothing was begun.",
        signs: "The excerpt shows the value and what is expected; frequent are an id in quotes, `\"true\"` in quotes, and a single word where a list is expected.",
        remedies: &[
            "Write it as the message says. Secrets always stand in quotes, digits or not: `\"007\"`.",
        ],
    },
    Explained {
        code: "config.wrong_value",
        is: USAGE,
        means: "A value has the right type and cannot be meant. Nothing was begun.",
        signs: "The message says what is expected: a choice of words, a URL without path or fragment, one line without control characters, a time of at most a day.",
        remedies: &[
            "Correct it as the message says. A pasted secret with a line break at its end is one line too many.",
        ],
    },
];
