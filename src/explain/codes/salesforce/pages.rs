//! Pages that come between, or that are not known; and the org's addresses.

use super::super::super::{ENVIRONMENT, Explained, SCENARIO, USAGE};

pub(in crate::explain) const CODES: &[Explained] = &[
    Explained {
        code: "salesforce.endless_dialogs",
        is: SCENARIO,
        means: "The page opens dialogs again and again. The step was stopped.",
        signs: "The message has the last one's words.",
        remedies: &["Run with `--headed` and see what it asks for."],
    },
    Explained {
        code: "salesforce.foreign_approval",
        is: SCENARIO,
        means: "An approval page was shown on a host that is not the org's. Nothing was pressed: it would give somebody else's app access.",
        signs: "The message has the host.",
        remedies: &["If it is your org's, set `salesforce.my_domain` (or `login_url`) to it."],
    },
    Explained {
        code: "salesforce.foreign_page",
        is: SCENARIO,
        means: "A page that should be passed is on a host that is not the org's. Nothing was pressed.",
        signs: "The message has page and host.",
        remedies: &["If it is your org's, set `salesforce.my_domain` (or `login_url`) to it."],
    },
    Explained {
        code: "salesforce.frame_login",
        is: SCENARIO,
        means: "Setup's frame shows a login page although the session is logged in. Its cookies are third-party ones and the browser keeps them back. Nothing was revoked.",
        signs: "In Lightning, Setup's old pages are frames of another site. `reauth doctor` tries it: `doctor.third_party_cookies`.",
        remedies: &[
            "Leave `profile.cookie_controls_mode` at 0 (`webdriver/capabilities/chrome.json`), and look for a policy in `chrome://policy`.",
            "Or revoke by API: `--revoke-via api`.",
        ],
    },
    Explained {
        code: "salesforce.host_list",
        is: USAGE,
        means: "The embedded list of Salesforce's host names cannot be read.",
        signs: "The message has the parser's words (`webdriver/hosts.toml`).",
        remedies: &[
            "In a build of your own: correct the file. In a released one it is a defect: report it.",
        ],
    },
    Explained {
        code: "salesforce.locator_missing",
        is: SCENARIO,
        means: "A page was recognised, and an element on it that is needed was not found. Salesforce has changed the page, or shows it in another language.",
        signs: "The message names page and element; the hints have what comes nearest on the page; the page record (`dom/…json`) has every visible control.",
        remedies: &[
            "Add a candidate to a copy of `webdriver/locators.toml` and give it with `--locators`.",
            "Report it with the page record, so that the embedded catalogue follows.",
            "With exit code 4: `reauth restore --locators FILE`.",
        ],
    },
    Explained {
        code: "salesforce.maintenance",
        is: ENVIRONMENT,
        means: "Salesforce shows its maintenance page. Nothing more can be done there now.",
        signs: "The address has `/msg/maintenanceandavailable.jsp`; the other services may be well.",
        remedies: &[
            "Look at status.salesforce.com for your instance, and run again when it is over; `reauth restore` if the exit code is 4.",
        ],
    },
    Explained {
        code: "salesforce.my_domain_unknown",
        is: USAGE,
        means: "The org's My Domain is not known, of which Setup's addresses are made. Nothing was revoked.",
        signs: "The platform masks the instance's token, or it does not tell its org.",
        remedies: &[
            "Set `salesforce.my_domain`, such as `https://acme--qa.sandbox.my.salesforce.com` (Setup → My Domain).",
        ],
    },
    Explained {
        code: "salesforce.no_progress",
        is: SCENARIO,
        means: "A page comes again whatever is done on it. It was stopped before it could do harm.",
        signs: "The message has the page, and what was done there how often. Its button may have changed its meaning.",
        remedies: &[
            "Log in by hand once and answer the page; run with `--headed` to watch.",
            "If the page has changed: move the candidate that fits to the front in a copy of `webdriver/locators.toml`.",
        ],
    },
    Explained {
        code: "salesforce.not_a_my_domain",
        is: USAGE,
        means: "The address is not a My Domain of Salesforce, so the org's other hosts cannot be told from it.",
        signs: "The message has the address; a `lightning.force.com` or a generic login host is none.",
        remedies: &["Set `salesforce.my_domain` to what Setup → My Domain shows, with `https://`."],
    },
    Explained {
        code: "salesforce.page_in_the_way",
        is: SCENARIO,
        means: "Salesforce shows a page that this version knows and does not pass, because a person has to decide.",
        signs: "The message has its name and place; the picture shows it.",
        remedies: &["Log in by hand as the same user and answer it, then run again."],
    },
    Explained {
        code: "salesforce.unexpected_callback",
        is: SCENARIO,
        means: "The browser was sent to the app's callback instead of the org's home page. Nothing was revoked.",
        signs: "An OAuth flow that was left unfinished in this session goes on.",
        remedies: &["Use a fresh profile; run with `--headed` and watch where the login leads."],
    },
    Explained {
        code: "salesforce.unknown_page",
        is: SCENARIO,
        means: "No page that is known was shown in time. The step was stopped where it was; a grant that had been cut is restored as far as the same page allows.",
        signs: "The message has what was waited for, where the browser is and the title. The picture and the page record (`dom/…json`) show it: an announcement, a single sign-on page, another language, or only a slow one.",
        remedies: &[
            "A slow org: a longer `--timeout`.",
            "A page that a person can answer for good: log in by hand as the same user and do so.",
            "Else describe it in a copy of `webdriver/locators.toml` and give it with `--locators`; report it with the page record.",
        ],
    },
    Explained {
        code: "salesforce.unreachable",
        is: ENVIRONMENT,
        means: "The browser could not reach a host of Salesforce. Other calls may have succeeded: a browser has its own proxy settings and name service.",
        signs: "The message has the host. Setup and Lightning are on hosts of their own, `…my.salesforce-setup.com` and `…lightning.force.com`.",
        remedies: &[
            "Allow these hosts in firewall and proxy.",
            "Open the address by hand on this machine; `reauth doctor` shows each host.",
        ],
    },
];
