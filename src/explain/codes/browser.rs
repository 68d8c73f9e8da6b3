//! The browser, its driver and its profile.

use super::super::{ENVIRONMENT, Explained, SCENARIO, USAGE, WARNING};

pub(in crate::explain) const CODES: &[Explained] = &[
    Explained {
        code: "browser.callback_taken",
        is: ENVIRONMENT,
        means: "Another program listens at the callback's address on this machine. It would be given the authorization code, so no browser was started.",
        signs: "Only callbacks on `localhost`, 127.0.0.1 and `[::1]` are answered by `reauth`. The message has the address; `ss -ltnp` shows who listens there.",
        remedies: &[
            "End that program while the run lasts; a second `reauth` at the same time is one too.",
            "Or give the app a callback on a host of its own, where nobody has to listen.",
        ],
    },
    Explained {
        code: "browser.catalogue",
        is: USAGE,
        means: "The locator catalogue given with `--locators` cannot be used. No browser was started.",
        signs: "The message has the parser's words and the place.",
        remedies: &[
            "Compare with `webdriver/locators.toml` of this version; catalogues of other versions may lack pages.",
            "Leave `--locators` out to use the embedded one.",
        ],
    },
    Explained {
        code: "browser.command_failed",
        is: SCENARIO,
        means: "The driver refused a command. The login, revocation or authorisation under way was not finished; a grant that had been cut is restored in a new browser.",
        signs: "The message has the command and the driver's words; the picture and the page record in the run folder show where the browser was. A hung or vanished browser has codes of its own.",
        remedies: &[
            "Run again; with `--headed --slow-mo 500` to watch.",
            "If it repeats at the same page, report it with the page record (`dom/…json`).",
        ],
    },
    Explained {
        code: "browser.driver_start",
        is: ENVIRONMENT,
        means: "The driver did not start. Nothing was done.",
        signs: "The message has its last words; `webdriver/setup --check` shows which browser and driver are found. Missing libraries are typical of slim containers.",
        remedies: &[
            "Run the driver by hand with `--version`.",
            "Install both anew with `webdriver/setup` (Debian, Ubuntu).",
        ],
    },
    Explained {
        code: "browser.hung",
        is: SCENARIO,
        means: "The browser did not answer a command in time and was ended. Whatever it was doing is unfinished; a grant that had been cut is restored in a new browser.",
        signs: "The message has the command and the limit. A native dialog, an overloaded machine, or too little shared memory in a container (`/dev/shm`).",
        remedies: &[
            "With exit code 4: `reauth restore`.",
            "Give a container more shared memory (`--shm-size=1g`), or add `--disable-dev-shm-usage` to `browser.args`.",
        ],
    },
    Explained {
        code: "browser.locator_drift",
        is: WARNING,
        means: "A page was recognised, or an element found, by a fallback only. All went well, and the page has changed: the next change may stop a run.",
        signs: "The message names page and element. `reauth doctor --drift` lists all such at once.",
        remedies: &[
            "Move the candidate that fits to the front in `webdriver/locators.toml`, or in a copy that `--locators` names.",
            "Report it, so that the embedded catalogue follows.",
        ],
    },
    Explained {
        code: "browser.lost",
        is: SCENARIO,
        means: "The browser or its driver is gone: it crashed, or somebody ended it. Whatever it was doing is unfinished.",
        signs: "The kernel's log (`dmesg`) shows whether it was ended for want of memory; a remote Grid ends sessions by its own time limits.",
        remedies: &["Look at memory, then run again; with exit code 4 `reauth restore`."],
    },
    Explained {
        code: "browser.no_namespaces",
        is: WARNING,
        means: "This system keeps user namespaces, which the browser's sandbox is made of, from ordinary users. The browser may not start.",
        signs: "`reauth doctor` names the kernel's switch and its value; Ubuntu since 23.10 restricts them by AppArmor, containers often forbid them.",
        remedies: &[
            "If the browser starts, nothing has to be done.",
            "Install a browser that brings its own AppArmor profile or setuid helper, as Google Chrome's package does; or allow user namespaces.",
            "In a container that is a sandbox itself: `--no-sandbox` in `browser.args`.",
        ],
    },
    Explained {
        code: "browser.no_picture",
        is: WARNING,
        means: "A screenshot could not be taken. Only the evidence is missing; what was proved stands.",
        signs: "The message has the driver's words.",
        remedies: &[
            "If it is frequent, look at the browser's memory; headless needs no display for pictures.",
        ],
    },
    Explained {
        code: "browser.no_sandbox",
        is: WARNING,
        means: "The browser runs without its sandbox, because the user is root or the configuration says so. A hostile page could reach this machine.",
        signs: "It is the case in most containers.",
        remedies: &[
            "Run as another user, where pages other than Salesforce's may be met; leave `--no-sandbox` out of `browser.args`.",
        ],
    },
    Explained {
        code: "browser.not_cleared",
        is: ENVIRONMENT,
        means: "What the browser left could not be removed. A kept profile may hold this run's session; it is cleared before it is used again.",
        signs: "The message has the path and the system's reason; `reauth doctor` shows folders that are left.",
        remedies: &["Remove the folder by hand, once no browser uses it."],
    },
    Explained {
        code: "browser.not_installed",
        is: ENVIRONMENT,
        means: "No browser, or no driver, was found. Nothing was done.",
        signs: "The message says which of the two, and where it was looked for. On Ubuntu, `chromium` from apt is a stub for a snap and does not count.",
        remedies: &[
            "On Debian and Ubuntu: `webdriver/setup`.",
            "Name them: `--browser-binary FILE`, `--driver FILE`, or CHROMEDRIVER.",
            "Or use a Grid: `--webdriver-url URL`.",
        ],
    },
    Explained {
        code: "browser.profile_elsewhere",
        is: USAGE,
        means: "A profile is to be kept, and the browser runs on somebody else's disk. Nothing was begun.",
        signs: "`profile_dir` and `webdriver_url` are both given.",
        remedies: &["Leave one of them out."],
    },
    Explained {
        code: "browser.profile_in_use",
        is: ENVIRONMENT,
        means: "A browser that `reauth` did not start uses the profile. It was not touched.",
        signs: "The message has process and host as the browser wrote them; after a crash, or a copy from another machine, they may be stale.",
        remedies: &[
            "Close that browser.",
            "If it ended long ago or on another machine, delete the file `SingletonLock` that the message names.",
        ],
    },
    Explained {
        code: "browser.profile_locked",
        is: ENVIRONMENT,
        means: "Another `reauth` uses the profile. Nothing was begun.",
        signs: "The message has its process.",
        remedies: &["Wait until it has ended, or give this run another profile: `--profile-dir`."],
    },
    Explained {
        code: "browser.profile_needs_full_browser",
        is: ENVIRONMENT,
        means: "A kept profile needs a full browser, and only a headless shell was found. Nothing was begun.",
        signs: "The message names the program; `chrome-headless-shell` never starts with a profile.",
        remedies: &[
            "Install Chromium or Chrome (`webdriver/setup`), or name one: `--browser-binary FILE`.",
            "Or keep no profile.",
        ],
    },
    Explained {
        code: "browser.profile_not_ours",
        is: ENVIRONMENT,
        means: "There is something in the place of the kept profile that `reauth` did not make. It was not touched, because most of it would be deleted.",
        signs: "A browser's own profile or any other folder was named.",
        remedies: &[
            "Name a new folder: `--profile-dir`. `reauth` makes one folder for each user in it.",
        ],
    },
    Explained {
        code: "browser.profile_unusable",
        is: ENVIRONMENT,
        means: "The file system does not give the profile: it cannot be made, read, or locked.",
        signs: "The message has the path and the system's reason; network file systems often have no locks.",
        remedies: &["Name a local folder that can be written to: `--profile-dir`."],
    },
    Explained {
        code: "browser.script",
        is: SCENARIO,
        means: "A script that reads pages answered something that it never answers. The step was stopped.",
        signs: "The message names the script. An extension or a remote browser that changes pages could do it.",
        remedies: &[
            "Run with a browser without extensions.",
            "Else it is a defect of `reauth`: report it with the run folder's `log.jsonl`.",
        ],
    },
    Explained {
        code: "browser.no_display",
        is: ENVIRONMENT,
        means: "A window is wanted (`--headed`, `browser.headless = false`), and there is no display that could show it. No browser was started.",
        signs: "Neither DISPLAY nor WAYLAND_DISPLAY is set, as over ssh and in CI, or nobody answers there.",
        remedies: &[
            "Leave `--headed` out.",
            "Begin with `xvfb-run -a`, which makes a display that nobody sees.",
            "Over ssh, use `ssh -X`, or drive a browser on another machine with `--webdriver-url`.",
        ],
    },
    Explained {
        code: "browser.session_not_created",
        is: ENVIRONMENT,
        means: "The driver started and gave no browser. Nothing was done.",
        signs: "The message has the driver's words. \"DevToolsActivePort\" or a crash at once: the sandbox or shared memory; \"cannot open display\": a headed browser without one; a Grid has no free slot or no such browser.",
        remedies: &[
            "As root or in a container: `--no-sandbox` in `browser.args`.",
            "Leave `--headed` out, or begin with `xvfb-run`.",
            "`reauth doctor` starts a browser and says more.",
        ],
    },
    Explained {
        code: "browser.unusable",
        is: ENVIRONMENT,
        means: "The program that was found is no usable browser or driver. Nothing was done.",
        signs: "The message has its path and why: not executable, no version, the snap's stub.",
        remedies: &[
            "Run it by hand with `--version`; `webdriver/setup --check` shows what is found.",
            "Name another: `--browser-binary`, `--driver`.",
        ],
    },
    Explained {
        code: "browser.version_mismatch",
        is: ENVIRONMENT,
        means: "Browser and driver are of different main versions, with which sessions fail at random. Nothing was done.",
        signs: "The message has both. A browser that updates itself beside a driver that does not.",
        remedies: &[
            "Install both from one source: `apt-get install chromium chromium-driver`, or `webdriver/setup`.",
            "Name a pair that fits: `--browser-binary`, `--driver`.",
        ],
    },
];
