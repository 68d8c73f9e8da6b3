//! What the cycle itself proves, or does not.

use super::super::{Explained, Is, SCENARIO, WARNING};
use crate::failure::Kind;

pub(in crate::explain) const CODES: &[Explained] = &[
    Explained {
        code: "scenario.already_dead",
        is: SCENARIO,
        means: "`reauth revoke` was asked to end a grant that does not work any more. Nothing was revoked; the instance is dead, and was before.",
        signs: "The message has the platform's words. The step `locate` says what Salesforce thinks of the access token.",
        remedies: &[
            "Run `reauth restore`, then `reauth revoke` again if it is to be revoked by this tool.",
        ],
    },
    Explained {
        code: "scenario.born_dead",
        is: SCENARIO,
        means: "An instance was provisioned with a fresh code and does not work. Its first call through the platform was answered with 401.",
        signs: "The instance is in the platform, with the tag `reauth:` and the run's id. Setup → Login History shows whether Salesforce refused the token for its IP address or the app's policy.",
        remedies: &[
            "Try `reauth restore --instance ID`.",
            "Look at the app in Setup → Manage Connected Apps: IP relaxation, refresh token policy \"Immediately expire\", permitted users.",
            "Delete the instance in the platform if it is not wanted.",
        ],
    },
    Explained {
        code: "scenario.configuration_changed",
        is: SCENARIO,
        means: "The instance is authenticated again, and something else about it is not what it was. The re-authentication is proved; the claim that nothing is lost is not.",
        signs: "`report.json` has each difference under the step `verify`, `configuration_diff`, with secrets hidden; `instance-before.json` in the run folder has the earlier state. A PUT sends the whole instance back and is likelier to change something than a PATCH.",
        remedies: &[
            "Put the keys back that matter, in the platform, by what `instance-before.json` says.",
            "Prefer `--reauthenticate-via patch`.",
            "A key that the platform renews by itself belongs into `webdriver/volatile.toml`: report it.",
        ],
    },
    Explained {
        code: "scenario.died_again",
        is: SCENARIO,
        means: "The instance worked after the re-authentication and then did not. The new grant died within the run: the instance is dead unless the restoration brought it back.",
        signs: "If it died when its new access token was ended, it has no refresh token that works: the step `check-app` shows scopes and policy. If it died by itself, Setup → Login History and the app's policy say why.",
        remedies: &[
            "See that the app has the scope `refresh_token, offline_access` and no policy \"Immediately expire refresh token\".",
            "Connections through anonymising VPNs and proxies make Salesforce revoke the token that was used: run from another address.",
            "Run `reauth restore` if the exit code is 4.",
        ],
    },
    Explained {
        code: "scenario.not_reauthenticated",
        is: SCENARIO,
        means: "The platform did not take the code, by any of the ways that were allowed. The instance is without a grant.",
        signs: "The message has each way that was tried with the platform's answer and its request id; \"accepted, but the instance is still not authenticated\" means that the platform took the call and could not use the code.",
        remedies: &[
            "Run `reauth restore`; with `--reauthenticate-via put` if only PATCH was tried.",
            "400 or an exchange that fails: compare the app's consumer key, secret and callback URL with those of the instance in the platform.",
            "Give the request ids to the platform's support.",
        ],
    },
    Explained {
        code: "scenario.not_refreshed",
        is: SCENARIO,
        means: "The access token that was ended is still shown by the platform, and the instance works. So it is not proved that the instance can refresh; it is authenticated.",
        signs: "Either Salesforce did not end that token, or the platform shows another one than it uses. The facts of `verify` say what was revoked.",
        remedies: &[
            "Run again; if it stays so, compare the app's token policies, and whether the platform caches tokens.",
        ],
    },
    Explained {
        code: "scenario.old_token_lives",
        is: Is::Both(&[Kind::Scenario]),
        means: "A token of the old grant is accepted although the grant is to be dead. As a warning: the instance was found dead, nobody had revoked its old grant, and it could not be ended now: it is left over. As an error: the revocation was not complete; the instance itself works on a new grant.",
        signs: "The message says whether it is the access token (by `userinfo`) or the refresh token (by introspection). In Setup → Connected Apps OAuth Usage → User Count the user has a row more than expected.",
        remedies: &[
            "Revoke the row with the older \"first used\" in Setup, or POST the old token to `/services/oauth2/revoke`.",
            "If a revoked access token works again, report it to Salesforce.",
        ],
    },
    Explained {
        code: "scenario.one_sided",
        is: WARNING,
        means: "That the instance lives is the platform's word alone. Nobody on Salesforce's side could be asked, so a platform that answers from a cache would look the same.",
        signs: "The facts of `verify` list all witnesses with what each said. Masked tokens and a user without API access are the usual reasons.",
        remedies: &[
            "Give the user who works in Setup the permission API Enabled, or name an access token of an admin (`[salesforce.admin]`, `login = \"frontdoor\"`).",
        ],
    },
    Explained {
        code: "scenario.other_user",
        is: SCENARIO,
        means: "The instance is authenticated as somebody else than before. Records are now read and written in that user's name.",
        signs: "The message has both users. The browser was logged in as another user: single sign-on, a kept profile, or a wrong `salesforce.username`.",
        remedies: &[
            "Set `salesforce.username` (and the password) to the user whose grant the instance held, and run `reauth run` or re-authenticate as that user.",
            "Use a fresh profile, or log the other user out of it.",
        ],
    },
    Explained {
        code: "scenario.recovery_timeout",
        is: SCENARIO,
        means: "The instance could not be brought back within the time limit of a recovery. It is to be taken for dead.",
        signs: "The report has the failure that came first, then the steps of the phase `restore` and how far they came. The limit is five times `--timeout`.",
        remedies: &["Run `reauth restore`, with a longer `--timeout` if the org is slow."],
    },
    Explained {
        code: "scenario.same_token",
        is: SCENARIO,
        means: "The instance works with a token that it had before its grant was cut. The grant was not replaced: something else was revoked, or the platform ignored the code.",
        signs: "`verify` compares the tokens before and after. Setup → Connected Apps OAuth Usage shows whether the row that was revoked was the instance's.",
        remedies: &[
            "See which user and app the instance really uses: `reauth status`, and its `oauth.api.key` in the platform.",
            "Run again with `--reauthenticate-via put`.",
        ],
    },
    Explained {
        code: "scenario.sides_disagree",
        is: WARNING,
        means: "Salesforce and the platform say different things of the same token. Who is right decides whether the instance is alive; the run goes on with the more careful answer.",
        signs: "\"Salesforce still accepts … but the platform cannot use it\": the platform lost or blocks its tokens. \"The platform answers, but Salesforce calls the access token dead\": a platform that answers from a cache does so.",
        remedies: &[
            "Ask again with `reauth status` in a minute.",
            "If the platform cannot use a living token, `reauth restore` replaces the grant.",
        ],
    },
    Explained {
        code: "scenario.still_alive",
        is: SCENARIO,
        means: "After the revocation everybody who was asked still says that the grant lives. The instance was not harmed: what was revoked was another grant, or nothing.",
        signs: "The facts of `confirm-revoked` list each witness. `scenario.witnesses_disagree` would mean that at least one side saw it die.",
        remedies: &[
            "See that `salesforce.connected_app` and `salesforce.username` are those that the instance really uses.",
            "A slow org may need longer: `--settle 5m`.",
        ],
    },
    Explained {
        code: "scenario.witnesses_disagree",
        is: SCENARIO,
        means: "Those who were asked about the grant contradict each other, and went on doing so until the time was over. Nothing is proved either way; the exit code tells what the instance itself said last.",
        signs: "The message lists each witness (the instance's own call, `userinfo`, introspection, Salesforce's list) with its words. After a revocation: who still says alive is late, caches, or speaks of another grant. After the re-authentication: the platform works, and somebody else says otherwise.",
        remedies: &[
            "Ask again with `reauth status`; with `--settle 5m` if Salesforce is slow to agree.",
            "If only the platform says alive after a revocation, it answers from a cache: wait for its tokens to run out, then look again.",
        ],
    },
];
