//! Cloud Elements' moods.

use super::super::cloud_elements::{
    PatchBehaviour, PutBehaviour, PutForm, SeededAs, StateBehaviour,
};
use super::super::disturbance::{Disturbance, Manner};
use super::super::gate::Matching;
use super::super::settings::Settings;
use super::{Fault, service};

/// A call through the instance.
const CALL: (&str, &str) = ("GET", "/hubs/crm/accounts");
/// The instance, by its own header.
const READ: (&str, &str) = ("GET", "/instances");
const PATCH: (&str, &str) = ("PATCH", "/instances");

/// So many requests of this kind come to this, and are not acted upon.
fn disturb(settings: &mut Settings, on: (&str, &str), how: Manner, times: Option<u32>) {
    let on = Matching::of(on);
    settings.disturbances.push(Disturbance { on, how, acted_upon: false, times, since: None });
}

/// The answer to the first PATCH comes to this, although it was acted upon.
fn lose_answer(settings: &mut Settings, how: Manner) {
    let on = Matching::of(PATCH);
    let times = Some(1);
    settings.disturbances.push(Disturbance { on, how, acted_upon: true, times, since: None });
}

/// What a call through the instance comes to once a PATCH was acted upon.
fn after_patch(settings: &mut Settings, how: Manner) {
    let (on, since) = (Matching::of(CALL), Some(Matching::of(PATCH)));
    settings.disturbances.push(Disturbance { on, how, acted_upon: false, times: None, since });
}

pub(super) const FAULTS: &[Fault] = &[
    service("masked-tokens", "the platform shows no token", |settings| {
        settings.cloud_elements.mask_tokens = true;
    }),
    service("outage", "the platform answers 503 to everything", |settings| {
        settings.cloud_elements.outage = true;
    }),
    service(
        "hub-cached",
        "the platform reads records from a cache when it is let in no more",
        |settings| {
            settings.cloud_elements.hub_cached = true;
        },
    ),
    service("busy-once", "a call through the instance is answered 503, once", |settings| {
        disturb(settings, CALL, Manner::Status(503), Some(1));
    }),
    service("bad-gateway-once", "reading the instance is answered 502, once", |settings| {
        disturb(settings, READ, Manner::Status(502), Some(1));
    }),
    service(
        "gateway-timeout-once",
        "a call through the instance is answered 504, once",
        |settings| {
            disturb(settings, CALL, Manner::Status(504), Some(1));
        },
    ),
    service(
        "rate-limited",
        "calls through the instance are answered 429 twice, with a Retry-After of a second",
        |settings| {
            disturb(settings, CALL, Manner::RetryAfter(1), Some(2));
        },
    ),
    service("rate-limited-date", "the same, with a date", |settings| {
        disturb(settings, CALL, Manner::RetryAfterDate(1), Some(1));
    }),
    service(
        "rate-limited-silently",
        "calls through the instance are answered 429 twice, without Retry-After",
        |settings| {
            disturb(settings, CALL, Manner::Status(429), Some(2));
        },
    ),
    service(
        "rate-limited-long",
        "calls through the instance are answered 429, with a Retry-After of an hour",
        |settings| {
            disturb(settings, CALL, Manner::RetryAfter(3600), None);
        },
    ),
    service(
        "connection-cut-once",
        "the connection is cut under a call through the instance, once",
        |settings| {
            disturb(settings, CALL, Manner::Cut, Some(1));
        },
    ),
    service(
        "connection-cut",
        "the connection is cut under every call through the instance",
        |settings| {
            disturb(settings, CALL, Manner::Cut, None);
        },
    ),
    service("half-answer-once", "half of the instance comes, once", |settings| {
        disturb(settings, READ, Manner::Half, Some(1));
    }),
    service("answer-late", "a call through the instance takes 5 seconds, once", |settings| {
        disturb(settings, CALL, Manner::Late(5_000), Some(1));
    }),
    service("hub-broken", "calls through the instance are answered 500", |settings| {
        disturb(settings, CALL, Manner::Status(500), None);
    }),
    service("html-instead-of-json", "reading the instance brings a web page", |settings| {
        disturb(settings, READ, Manner::Html, None);
    }),
    service("oauth-url-html", "asking for the OAuth URL brings a web page", |settings| {
        disturb(settings, ("GET", "/oauth/url"), Manner::Html, None);
    }),
    service("plain-text", "what the platform answers calls itself plain text", |settings| {
        disturb(settings, READ, Manner::PlainText, None);
        disturb(settings, CALL, Manner::PlainText, None);
    }),
    service(
        "unknown-members",
        "what the platform answers has members that nobody knows",
        |settings| {
            disturb(settings, READ, Manner::UnknownMembers, None);
            disturb(settings, CALL, Manner::UnknownMembers, None);
        },
    ),
    service("numbers-as-texts", "numbers and switches of an instance are texts", |settings| {
        disturb(settings, READ, Manner::NumbersAsTexts, None);
    }),
    service("element-token-missing", "an instance is read without its element token", |settings| {
        disturb(settings, READ, Manner::Without("token".to_owned()), None);
    }),
    service("name-missing", "an instance is read without its name", |settings| {
        disturb(settings, READ, Manner::Without("name".to_owned()), None);
    }),
    service("instance-disabled", "the instance is disabled", |settings| {
        settings.cloud_elements.seeded_as = SeededAs::Disabled;
    }),
    service("instance-deleted", "the instance is deleted", |settings| {
        settings.cloud_elements.seeded_as = SeededAs::Deleted;
    }),
    service(
        "instance-of-another-user",
        "the instance is another user's of the platform",
        |settings| {
            settings.cloud_elements.seeded_as = SeededAs::AnotherUsers;
        },
    ),
    service("instance-of-another-element", "the instance is one of another element", |settings| {
        settings.cloud_elements.seeded_as = SeededAs::AnotherElements;
    }),
    service(
        "instance-made-in-console",
        "the instance was made in the platform's console",
        |settings| {
            settings.cloud_elements.seeded_as = SeededAs::MadeInConsole;
        },
    ),
    service("many-instances", "there are 450 more instances, 200 a page", |settings| {
        settings.cloud_elements.more_instances = 450;
    }),
    service(
        "state-ignored",
        "the OAuth URL carries another state than it was asked for",
        |settings| {
            settings.cloud_elements.state = StateBehaviour::Ignored;
        },
    ),
    service("patch-refused-400", "PATCH is refused with 400", |settings| {
        settings.cloud_elements.patch = PatchBehaviour::Refuse400;
    }),
    service("patch-refused-409", "PATCH is refused with 409", |settings| {
        settings.cloud_elements.patch = PatchBehaviour::Refuse409;
    }),
    service("patch-refused-500", "PATCH is refused with 500", |settings| {
        settings.cloud_elements.patch = PatchBehaviour::Refuse500;
    }),
    service("patch-ignored", "PATCH is accepted, and the instance stays dead", |settings| {
        settings.cloud_elements.patch = PatchBehaviour::Ignore;
    }),
    service("patch-late", "PATCH is accepted, and the instance lives a second later", |settings| {
        settings.cloud_elements.patch = PatchBehaviour::Late;
    }),
    service("patch-lost", "the connection is cut before PATCH is acted upon, once", |settings| {
        disturb(settings, PATCH, Manner::Cut, Some(1));
    }),
    service(
        "patch-answer-lost",
        "the connection is cut when PATCH was acted upon, once",
        |settings| {
            lose_answer(settings, Manner::Cut);
        },
    ),
    service("patch-answer-half", "half of the answer to PATCH comes, once", |settings| {
        lose_answer(settings, Manner::Half);
    }),
    service("patch-answer-500", "PATCH is acted upon and answered 500, once", |settings| {
        lose_answer(settings, Manner::Status(500));
    }),
    service("patch-answer-504", "PATCH is acted upon and answered 504, once", |settings| {
        lose_answer(settings, Manner::Status(504));
    }),
    service(
        "down-after-patch",
        "calls through the instance are answered 503 once PATCH was acted upon",
        |settings| {
            after_patch(settings, Manner::Status(503));
        },
    ),
    service(
        "put-documented-only",
        "PATCH is refused, and PUT is known in the documented form only",
        |settings| {
            settings.cloud_elements.patch = PatchBehaviour::Refuse400;
            settings.cloud_elements.put_form = PutForm::Documented;
        },
    ),
    service(
        "put-by-article-only",
        "PATCH is refused, and PUT is known in the article's form only",
        |settings| {
            settings.cloud_elements.patch = PatchBehaviour::Refuse400;
            settings.cloud_elements.put_form = PutForm::Article;
        },
    ),
    service("nothing-heals", "PATCH and PUT are refused", |settings| {
        settings.cloud_elements.patch = PatchBehaviour::Refuse409;
        settings.cloud_elements.put = PutBehaviour::Refuse;
    }),
    service("put-loses-a-setting", "PATCH is refused, and PUT loses a setting", |settings| {
        settings.cloud_elements.patch = PatchBehaviour::Refuse400;
        settings.cloud_elements.drop_configuration_on_put = vec!["pagination.max".to_owned()];
    }),
    service(
        "listed-setting-changes",
        "a setting that only the configuration's list shows is another after a new grant",
        |settings| {
            settings.cloud_elements.listed_setting_changes = true;
        },
    ),
    service(
        "put-renames",
        "PATCH is refused, and PUT gives the instance another name and tags",
        |settings| {
            settings.cloud_elements.patch = PatchBehaviour::Refuse400;
            settings.cloud_elements.put = PutBehaviour::Rename;
        },
    ),
];
