//! What an external client app is like.

use super::super::salesforce::{RestAnswers, RevokeIn, UsagePage, UsageRows};
use super::super::settings::Settings;
use super::{Fault, page};

pub(super) const FAULTS: &[Fault] = &[
    page("external-client", "the app is an external client app", under_test),
    page(
        "external-client-no-page",
        "the app is an external client app, and Setup has no usage page for them",
        |settings| {
            under_test(settings);
            settings.salesforce.external_client.page = UsagePage::Missing;
        },
    ),
    page(
        "external-client-address-only",
        "the app is an external client app, and Quick Find does not know their usage page",
        |settings| {
            under_test(settings);
            settings.salesforce.external_client.page = UsagePage::AddressOnly;
        },
    ),
    page(
        "external-client-row-menu",
        "the app is an external client app, and a row's Revoke is in its menu of actions",
        |settings| {
            under_test(settings);
            settings.salesforce.external_client.revoke_in = RevokeIn::RowMenu;
        },
    ),
    page(
        "external-client-links",
        "the app is an external client app, and its pages are turned by links, and ask in paragraphs",
        |settings| {
            under_test(settings);
            settings.salesforce.external_client.plain_elements = true;
        },
    ),
    page(
        "external-client-link-by-script",
        "the app is an external client app, and Quick Find leads to their usage page by a script",
        |settings| {
            under_test(settings);
            settings.salesforce.external_client.link_by_script = true;
        },
    ),
    page(
        "external-client-by-user",
        "the app is an external client app, and a row of its usage stands for all of a user's tokens",
        |settings| {
            under_test(settings);
            settings.salesforce.external_client.rows = UsageRows::User;
        },
    ),
    page(
        "external-client-many",
        "the app is an external client app, and lists come in small pages",
        |settings| {
            under_test(settings);
            settings.salesforce.external_client.rest_page_size = 1;
            settings.salesforce.usage_page_size = 1;
            settings.salesforce.user_page_size = 1;
        },
    ),
    page(
        "external-client-forbidden",
        "the app is an external client app, and nobody may ask the API about them",
        |settings| {
            under_test(settings);
            settings.salesforce.external_client.rest = RestAnswers::Forbidden;
        },
    ),
    page(
        "external-client-no-api",
        "the app is an external client app, and the org's API has no usage of them",
        |settings| {
            under_test(settings);
            settings.salesforce.external_client.rest = RestAnswers::Missing;
        },
    ),
    page(
        "external-client-endless",
        "the app is an external client app, and the API's lists never end",
        |settings| {
            under_test(settings);
            settings.salesforce.external_client.rest = RestAnswers::Endless;
        },
    ),
];

fn under_test(settings: &mut Settings) {
    settings.salesforce.external_client.under_test = true;
}
