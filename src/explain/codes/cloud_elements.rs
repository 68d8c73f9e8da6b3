//! The platform's API.

use super::super::{ENVIRONMENT, Explained, SCENARIO, USAGE, WARNING};

pub(in crate::explain) const CODES: &[Explained] = &[
    Explained {
        code: "cloud_elements.endless_list",
        is: SCENARIO,
        means: "The platform's list of instances does not end. What was read of it is not relied on.",
        signs: "More pages came than is reasonable: the service ignores the page that is asked for, or the address is not the platform's.",
        remedies: &[
            "Check `cloud_elements.base_url`; ask the platform's support with a request id from `log.jsonl`.",
        ],
    },
    Explained {
        code: "cloud_elements.forbidden",
        is: USAGE,
        means: "The platform knows who asks and does not allow it (403). It also says so of calls on an instance that is disabled.",
        signs: "The message has the platform's words and request id. `unauthorized` (401) would be about the secrets themselves.",
        remedies: &[
            "Look in the platform whether the instance is enabled (`PUT /instances/{id}/enabled` enables it).",
            "Use the secrets of a user who may work with the instance.",
        ],
    },
    Explained {
        code: "cloud_elements.foreign_oauth_url",
        is: SCENARIO,
        means: "The OAuth URL from the platform is not one for our app, callback and host. It was not opened: following it would log in elsewhere, or hand the code to somebody else.",
        signs: "The message says what differs: host, path, client_id, redirect_uri or response_type.",
        remedies: &[
            "Compare `consumer_key`, `callback_url` and `login_url` in `[salesforce]` with the app; for a sandbox `login_url` is `https://test.salesforce.com` or the My Domain.",
            "If the platform gives the My Domain's address, set `salesforce.my_domain` to it.",
            "See that `cloud_elements.base_url` is your platform.",
        ],
    },
    Explained {
        code: "cloud_elements.instance_disabled",
        is: USAGE,
        means: "The instance is disabled in the platform, so no call through it can succeed, authenticated or not. It was not touched.",
        signs: "The platform's console shows it as disabled; every call on it answers 403.",
        remedies: &["Enable it: `PUT /instances/{id}/enabled`, or in the console; then run again."],
    },
    Explained {
        code: "cloud_elements.masked_value",
        is: USAGE,
        means: "A PUT would have to send back values that the platform shows as asterisks, and would overwrite the real ones. It was not sent. After a revocation the instance is without a grant.",
        signs: "The message names the keys. `oauth.api.key` and `oauth.api.secret` are filled in from the configuration; any other masked key stops the PUT.",
        remedies: &[
            "Run `reauth restore --reauthenticate-via patch`: PATCH sends no configuration back.",
            "If PATCH is refused as well, enter the masked values by hand in the platform and authenticate there.",
        ],
    },
    Explained {
        code: "cloud_elements.no_refresh",
        is: SCENARIO,
        means: "The platform did not get a new access token when the old one was ended to single out the instance's grant. The grant has no refresh token that works, and the instance is dead until it is restored.",
        signs: "The platform's words are in the message. It would have died by itself when its access token ran out.",
        remedies: &[
            "Run `reauth restore` if the run did not.",
            "Give the app the scope `refresh_token, offline_access`, and a refresh token policy other than \"Immediately expire refresh token\".",
        ],
    },
    Explained {
        code: "cloud_elements.not_found",
        is: USAGE,
        means: "The platform answers 404 to a call that concerns no single instance. Nothing was changed.",
        signs: "`unknown_instance` would be about the instance; this is the address or the element.",
        remedies: &[
            "Check `cloud_elements.base_url` (it ends in `/elements/api-v2`) and `cloud_elements.element_key` (`sfdc` for Salesforce).",
        ],
    },
    Explained {
        code: "cloud_elements.orphans",
        is: WARNING,
        means: "Instances that earlier runs made are still in the platform. Each holds a grant of the user, of which Salesforce keeps five: the next one may end an older one's.",
        signs: "They carry a tag that begins with `reauth:`. A run that was killed, `--keep`, and `reauth provision` leave such.",
        remedies: &[
            "Delete those that nobody works on: `DELETE /instances/{id}`, or in the console; and revoke their grants in Setup.",
        ],
    },
    Explained {
        code: "cloud_elements.other_element",
        is: USAGE,
        means: "The instance is of another element than the one that is expected. It was not touched.",
        signs: "The message has both keys. Only an instance of the Salesforce element holds a Salesforce grant.",
        remedies: &[
            "Name an instance of that element, or set `cloud_elements.element_key` if your platform has the Salesforce element under another key.",
        ],
    },
    Explained {
        code: "cloud_elements.other_instance",
        is: USAGE,
        means: "The configured element token belongs to another instance than the configured id. Nothing was touched, because nobody can say which one was meant.",
        signs: "The message has both ids.",
        remedies: &[
            "Leave `cloud_elements.instance.token` out: it is read from the platform by the id.",
            "Or correct the id.",
        ],
    },
    Explained {
        code: "cloud_elements.other_instance_answered",
        is: SCENARIO,
        means: "Another instance answered a call that was about this one. What the answer says is about the wrong instance and is not relied on; the exit code tells what was last seen of this one.",
        signs: "The platform names the instance in the header `Elements-Element-Instance-Id`; the message has both ids. The element token was moved, or something between here and the platform answers from a cache.",
        remedies: &[
            "Look at both instances in the platform; ask its support whether the element token was moved.",
            "Leave `cloud_elements.instance.token` out of the configuration, so that it is read anew.",
        ],
    },
    Explained {
        code: "cloud_elements.rate_limited",
        is: ENVIRONMENT,
        means: "The platform asks to be called less often (429). Safe calls waited and were repeated first, as long as its `Retry-After` allows.",
        signs: "The message has the request id. Other jobs of the same organisation share the limit.",
        remedies: &[
            "Run again when the limit has passed; run fewer jobs at once.",
            "With exit code 4: `reauth restore`.",
        ],
    },
    Explained {
        code: "cloud_elements.refused",
        is: SCENARIO,
        means: "The platform refused a call, for a reason of its own. For calls that change something, the instance was asked afterwards what became of it.",
        signs: "The message has status, words and request id. 400 is a request that it does not like; 3xx means that `base_url` is a web page and not the API.",
        remedies: &[
            "Read the platform's words; give its support the request id.",
            "Check `cloud_elements.base_url`.",
        ],
    },
    Explained {
        code: "cloud_elements.state_ignored",
        is: WARNING,
        means: "The OAuth URL has another state than the one that was asked for. The state that it does have is compared with the callback's, but it is the same for every request, so a code cannot be tied to this one.",
        signs: "The platform uses a fixed word such as `sfdc`. Some versions of it do so always.",
        remedies: &[
            "Nothing has to be done in a test that runs alone; do not finish another login in the same browser meanwhile.",
        ],
    },
    Explained {
        code: "cloud_elements.tokens_masked",
        is: WARNING,
        means: "The platform shows the instance's tokens as asterisks. That the new grant refreshes was not verified, nor that the old token is dead by asking with it.",
        signs: "`token_readable` is false in the facts of `verify`.",
        remedies: &[
            "Nothing in this tool can change it: ask the platform's support whether `oauth.user.token` can be made readable.",
            "Revoke with `--revoke-via ui`, which needs no token.",
        ],
    },
    Explained {
        code: "cloud_elements.unauthorized",
        is: USAGE,
        means: "The platform does not accept the secrets (401). This is about the caller, not about the instance's grant: a dead grant is told as the instance not being authenticated.",
        signs: "The step and the message say which call it was. With the user's and the organisation's secret alone: those are wrong. With the element token: the token, or its instance was deleted.",
        remedies: &[
            "Copy both secrets again from the platform's console, and see that none is of another environment (staging, SAP).",
            "See that `cloud_elements.instance.token` belongs to `cloud_elements.instance.id`, or leave it out.",
        ],
    },
    Explained {
        code: "cloud_elements.unavailable",
        is: ENVIRONMENT,
        means: "The platform answers with a failure of its own (5xx). Safe calls were repeated first.",
        signs: "The message has status and request id. The step tells whether anything had been changed by then.",
        remedies: &[
            "Run again later; give the platform's support the request id.",
            "With exit code 4: `reauth restore`.",
        ],
    },
    Explained {
        code: "cloud_elements.unclear_answer",
        is: WARNING,
        means: "The platform's answer to the re-authentication was a refusal, or none that can be used; and yet the instance works. So the code was taken, and no second one was sent.",
        signs: "The message has the answer. A gateway that gives up before the platform does answers so.",
        remedies: &[
            "Nothing has to be done for this run; if it is frequent, give the platform's support the request ids.",
        ],
    },
    Explained {
        code: "cloud_elements.unexpected_answer",
        is: SCENARIO,
        means: "The platform's answer was accepted as one and lacks what the API promises. It is not guessed at.",
        signs: "The message names the field, what was expected, and the kind of what stood there, never its value.",
        remedies: &[
            "Check that `cloud_elements.base_url` is the platform's API, and no portal or proxy.",
            "If the API has changed, report it with the message.",
        ],
    },
    Explained {
        code: "cloud_elements.unknown_instance",
        is: USAGE,
        means: "The platform has no such instance (404). It was deleted, or is in another environment.",
        signs: "Other calls with the same secrets are answered; `unauthorized` would be about those.",
        remedies: &[
            "Check `cloud_elements.instance.id` or `--instance`, and that `base_url` is the environment that has it.",
            "If it was deleted on purpose, remove it from the configuration; without one, `reauth run` provisions its own.",
        ],
    },
    Explained {
        code: "cloud_elements.unsendable_secret",
        is: USAGE,
        means: "A secret holds a line break or a control character and cannot travel in a header. Nothing was sent.",
        signs: "The message names which one. It comes from a copy with a line break at its end, or from a file with two lines.",
        remedies: &[
            "Store the secret again as one line; `{ file = … }` and `{ command = … }` lose one line break at the end by themselves.",
        ],
    },
    Explained {
        code: "cloud_elements.volatile_list",
        is: USAGE,
        means: "The list of keys that may change by themselves cannot be read. Without it no configuration can be compared.",
        signs: "The message has the parser's words. The list is embedded (`webdriver/volatile.toml`).",
        remedies: &[
            "In a build of your own: correct the file. In a released one it is a defect: report it.",
        ],
    },
];
