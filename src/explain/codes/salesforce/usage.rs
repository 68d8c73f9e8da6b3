//! Setup's usage pages, on which grants are revoked. Until Revoke is pressed, the instance is untouched.

use super::super::super::{Explained, SCENARIO};

pub(in crate::explain) const CODES: &[Explained] = &[
    Explained {
        code: "salesforce.ambiguous_row",
        is: SCENARIO,
        means: "Rows on the usage page read like the user's, and nothing tells which is. None was touched: the others are other people's grants.",
        signs: "Several users have the same full name, and neither a link to the user, nor the user name, nor use counts tell them apart. The picture shows the rows.",
        remedies: &[
            "Revoke by API: `--revoke-via api`.",
            "Give the integration user a full name of its own (Setup → Users).",
        ],
    },
    Explained {
        code: "salesforce.app_ambiguous",
        is: SCENARIO,
        means: "Several apps on the usage page have the configured name, and none of their links holds the consumer key. None was opened.",
        signs: "The message has the number.",
        remedies: &[
            "Rename the app, so that its name is its own; or revoke by API: `--revoke-via api`.",
        ],
    },
    Explained {
        code: "salesforce.app_not_listed",
        is: SCENARIO,
        means: "The app is not on Setup's usage page, or not in the list of external client apps in use. Nothing was revoked there.",
        signs: "Similar names are proposed. An app whose tokens are all gone disappears from the page; and connected apps and external client apps have a page each. If the hint knows grants by API that the page does not show, the page is at fault.",
        remedies: &[
            "Set `salesforce.connected_app` to the name as the page writes it (for an external client app its label or API name).",
            "Set `salesforce.app_kind` to \"connected\" or \"external-client\".",
            "Or revoke by API: `--revoke-via api`.",
        ],
    },
    Explained {
        code: "salesforce.app_without_users",
        is: SCENARIO,
        means: "The app is on the usage page with a user count of 0. Nobody holds a grant that could be revoked there; the instance works on another app or is dead.",
        signs: "Its tokens are all gone, or every attempt to use it was denied: such are listed too.",
        remedies: &[
            "Ask with `reauth status` whether the instance works, and compare `salesforce.connected_app` with the instance's `oauth.api.key`.",
            "Look at Setup → Login History, and whether the app is blocked.",
        ],
    },
    Explained {
        code: "salesforce.list_endless",
        is: SCENARIO,
        means: "A list in Setup goes on after more pages than are reasonable, or leads round in a circle. What was read may not be all, so nothing was revoked.",
        signs: "The message has the number of pages.",
        remedies: &[
            "Run with `--headed` and see what Next does.",
            "Or revoke by API: `--revoke-via api`.",
        ],
    },
    Explained {
        code: "salesforce.list_not_turned",
        is: SCENARIO,
        means: "Next was pressed and no other rows came. Whether the rows that were read are all is not certain, so nothing was revoked.",
        signs: "The picture shows the list; the message says how many pages were read.",
        remedies: &[
            "Run again; a slow org needs a longer `--timeout`.",
            "If Next is called otherwise: `next_page` under `[texts]` in a copy of `webdriver/locators.toml`, given with `--locators`.",
            "Or revoke by API: `--revoke-via api`.",
        ],
    },
    Explained {
        code: "salesforce.no_usage_page",
        is: SCENARIO,
        means: "This org has no page for the usage of external client apps. Salesforce's own help disagrees on whether there is one. Nothing was revoked.",
        signs: "The message has the words and paths that were tried by Quick Find.",
        remedies: &[
            "Revoke by API: `--revoke-via api`, which is the dependable way for such apps.",
            "If the org has it under another name: add that to `eca_usage` or `eca_usage_paths` in a copy of `webdriver/locators.toml`, given with `--locators`.",
        ],
    },
    Explained {
        code: "salesforce.revoke_controls",
        is: SCENARIO,
        means: "The row has no Revoke, or several. None was pressed, because a wrong one might end somebody else's grant.",
        signs: "The picture shows the row; in another language the control may have another name.",
        remedies: &[
            "Set the user's language to English, or add its word to `revoke` under `[texts]` in a copy of `webdriver/locators.toml`.",
            "Or revoke by API: `--revoke-via api`.",
        ],
    },
    Explained {
        code: "salesforce.revoke_without_effect",
        is: SCENARIO,
        means: "Revoke was pressed and the row is still there after the page was read anew. The grant may have been ended all the same; the instance was asked.",
        signs: "The picture shows whether the page gives a reason. The user may see the page and not be allowed to revoke.",
        remedies: &[
            "Press it by hand as the same user.",
            "Give the user Manage Users, or revoke by API: `--revoke-via api`.",
        ],
    },
    Explained {
        code: "salesforce.row_gone",
        is: SCENARIO,
        means: "The row was not found again when its Revoke was to be pressed. The grant may have been ended by somebody else.",
        signs: "The page was rendered anew between reading and pressing.",
        remedies: &["Run again; see that nobody else works on the same app's users."],
    },
    Explained {
        code: "salesforce.row_not_pressed",
        is: SCENARIO,
        means: "The row was there when the page was read and gone for seconds when it was to be pressed. Nothing was pressed, the instance is untouched.",
        signs: "The page renders its list again and again.",
        remedies: &[
            "Run again; with `--headed`, to see what makes it do so.",
            "Or revoke by API: `--revoke-via api`.",
        ],
    },
    Explained {
        code: "salesforce.setup_forbidden",
        is: SCENARIO,
        means: "The user who works in Setup may not open the usage page: \"Insufficient Privileges\". Nothing was revoked.",
        signs: "The message has the user. The page needs View Setup and Configuration and Manage Users.",
        remedies: &[
            "Give the user both, or name one who has them in `[salesforce.admin]`.",
            "Or revoke by API: `--revoke-via api`.",
        ],
    },
    Explained {
        code: "salesforce.thrown_back",
        is: SCENARIO,
        means: "Setup went back to the list of apps again and again while the users were read. What was read is not relied on; nothing was revoked.",
        signs: "The message has the number of times.",
        remedies: &[
            "Run with `--headed` and see what reloads the page.",
            "Or revoke by API: `--revoke-via api`.",
        ],
    },
    Explained {
        code: "salesforce.user_not_listed",
        is: SCENARIO,
        means: "None of the rows on the usage page is the user's. Nothing was revoked: the instance's grant is another user's, or the page writes users in a way that was not recognised.",
        signs: "The message has what was looked for: id, full name, user name, alias. The picture shows how the page writes users.",
        remedies: &[
            "Compare with whom the instance is authenticated as: the user that `reauth status -v` shows.",
            "Or revoke by API: `--revoke-via api`.",
        ],
    },
];
