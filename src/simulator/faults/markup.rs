//! Pages that look otherwise than they did.

use super::super::markup::{Language, Names};
use super::{Fault, page};

pub(super) const FAULTS: &[Fault] = &[
    page("ids-replaced", "every id on the org's pages is another", |settings| {
        settings.salesforce.markup.names = Names::Ids;
    }),
    page(
        "names-replaced",
        "every id, class and name of a control is another, and header cells are plain cells",
        |settings| {
            settings.salesforce.markup.names = Names::All;
        },
    ),
    page("order-changed", "columns, fields and buttons come in the opposite order", |settings| {
        settings.salesforce.markup.order_changed = true;
    }),
    page("german", "the org's pages are in German", |settings| {
        settings.salesforce.markup.language = Language::German;
    }),
    page("japanese", "the org's pages are in Japanese", |settings| {
        settings.salesforce.markup.language = Language::Japanese;
    }),
    page(
        "rerender",
        "lists, and the buttons of pages that come between and of the approval, are rendered again every few milliseconds",
        |settings| {
            settings.salesforce.markup.restless = true;
        },
    ),
    page("slow-network", "every answer of the org takes one to three seconds", |settings| {
        settings.salesforce.slow_network_seed = Some(20_261_125);
    }),
];
