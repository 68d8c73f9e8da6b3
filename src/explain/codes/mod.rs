//! The entries, one file a module of codes; in a file, what belongs together stands together.

mod browser;
mod cloud_elements;
mod config;
mod doctor;
mod http;
mod journal;
mod passkey;
mod salesforce;
mod scenario;
mod small;

use std::sync::LazyLock;

use super::Explained;

/// All entries, ordered by module and code.
pub fn all() -> impl Iterator<Item = &'static Explained> {
    static ALL: LazyLock<Vec<&Explained>> = LazyLock::new(|| {
        let mut all: Vec<_> = TABLES.iter().copied().flatten().collect();
        all.sort_by_key(|explained| (explained.module(), explained.code));
        all
    });
    ALL.iter().copied()
}

static TABLES: &[&[Explained]] = &[
    browser::CODES,
    cloud_elements::CODES,
    config::CODES,
    doctor::CODES,
    http::CODES,
    journal::CODES,
    passkey::CODES,
    salesforce::APP,
    salesforce::GRANTS,
    salesforce::LOGIN,
    salesforce::PAGES,
    salesforce::REFUSALS,
    salesforce::USAGE,
    salesforce::VERIFICATION,
    salesforce::WAYS_IN,
    scenario::CODES,
    small::CODES,
];
