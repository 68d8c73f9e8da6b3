//! What the usage pages may lack.

use std::time::Duration;

use crate::failure::Failure;

/// Names this similar are worth showing to somebody whose app is not listed (Jaro-Winkler).
const SIMILAR: f64 = 0.8;

/// An error of the usage pages.
#[derive(Debug, Clone, thiserror::Error)]
pub enum UsageError {
    /// The app is not on the usage list.
    #[error("\"{app}\" is not on the {page} page ({listed} apps are){}", clause(near))]
    AppNotListed {
        /// The app's name as configured.
        app: String,
        /// What Setup calls the page.
        page: &'static str,
        /// How many apps are listed.
        listed: usize,
        /// Similar names, best first.
        near: Vec<String>,
    },
    /// The app is listed, and nobody uses it.
    #[error(
        "\"{app}\" is on the {page} page with a user count of 0: nobody holds a grant that could be revoked there"
    )]
    AppWithoutUsers {
        /// The app's name.
        app: String,
        /// What Setup calls the page.
        page: &'static str,
    },
    /// Several apps read the same, and nothing tells which is meant.
    #[error(
        "{count} apps on the {page} page read \"{app}\", and none of their links holds the consumer key: none was opened"
    )]
    AppAmbiguous {
        /// The app's name as configured.
        app: String,
        /// What Setup calls the page.
        page: &'static str,
        /// How many read so.
        count: usize,
    },
    /// A row has no Revoke, or several.
    #[error(
        "the row of {user} on the usage page has {count} controls that say Revoke, where one was expected: none was pressed"
    )]
    RevokeControls {
        /// The row's user, as written.
        user: String,
        /// How many.
        count: u64,
    },
    /// A row was never there when its Revoke was to be pressed.
    #[error(
        "the row of {user} was on the usage page, and gone for two seconds when its Revoke was to be pressed: nothing was pressed"
    )]
    NotPressed {
        /// The row's user, as written.
        user: String,
    },
    /// A list goes on and on.
    #[error(
        "the list on the {page} page goes on after {pages} pages, where it was expected to end: what was read of it is not all"
    )]
    EndlessList {
        /// What Setup calls the page.
        page: &'static str,
        /// How many pages were read.
        pages: usize,
    },
    /// A list turns to what was read before.
    #[error(
        "Next on the {page} page leads round in a circle of {pages} pages of the list, where an end was expected: whether their rows are all is not certain"
    )]
    CircularList {
        /// What Setup calls the page.
        page: &'static str,
        /// How many pages were read.
        pages: usize,
    },
    /// Next does nothing.
    #[error(
        "Next was pressed on page {pages} of the list on the {page} page, and no other rows were shown within {} s; the browser is at {place}: whether the rows that were read are all is not certain", limit.as_secs()
    )]
    NotTurned {
        /// What Setup calls the page.
        page: &'static str,
        /// What was pressed, as `page.element` of the catalogue.
        looked_for: String,
        /// How many pages were read.
        pages: usize,
        /// Host and path, without the query.
        place: String,
        /// How long was waited.
        limit: Duration,
    },
    /// Setup leads back to the list of apps again and again.
    #[error(
        "Setup went back to the list of apps {times} times while the users of \"{app}\" were read"
    )]
    ThrownBack {
        /// The app's name.
        app: String,
        /// How often.
        times: usize,
    },
}

impl UsageError {
    /// Codes of the failures that say that the page has nothing of the app to revoke.
    pub const ABSENCES: [&str; 2] = ["salesforce.app_not_listed", "salesforce.app_without_users"];

    /// The app is none of the names that are listed.
    pub(super) fn not_listed(app: &str, page: &'static str, names: &[String]) -> Self {
        Self::AppNotListed {
            app: app.to_owned(),
            page,
            listed: names.len(),
            near: near(app, names),
        }
    }

    /// Whether the page says that there is nothing of the app to revoke.
    pub(super) fn is_absence(&self) -> bool {
        matches!(self, Self::AppNotListed { .. } | Self::AppWithoutUsers { .. })
    }
}

impl From<UsageError> for Failure {
    fn from(error: UsageError) -> Self {
        let message = error.to_string();
        match error {
            UsageError::AppNotListed { app, near, .. } => {
                let failure = Failure::scenario("salesforce.app_not_listed", message);
                let same = near.iter().find(|name| name.to_lowercase() == app.to_lowercase());
                let failure = match same {
                    Some(name) => failure.hint(format!("\"{name}\" differs in capital letters alone: set `salesforce.connected_app` to it")),
                    None => failure.hint("set `salesforce.connected_app` to the name as the page writes it"),
                };
                failure.hint("an app whose tokens are all gone is not listed; and each kind of app has a page of its own: `salesforce.app_kind` says which is looked at")
            }
            UsageError::AppWithoutUsers { .. } => {
                Failure::scenario("salesforce.app_without_users", message)
                    .hint("an app is listed so when its tokens are gone, or when every attempt to use it was denied: look at Setup → Login History, and whether the app is blocked")
                    .hint("compare `salesforce.connected_app` with the app that the instance really uses")
            }
            UsageError::AppAmbiguous { .. } => {
                Failure::scenario("salesforce.app_ambiguous", message)
                    .hint("give the app a name of its own, or revoke by API: --revoke-via api")
            }
            UsageError::RevokeControls { .. } => {
                Failure::scenario("salesforce.revoke_controls", message)
                    .hint("the screenshot shows the row; `revoke` in [texts] of webdriver/locators.toml says what the control may be called")
                    .hint("or revoke by API: --revoke-via api")
            }
            UsageError::NotPressed { .. } => Failure::scenario("salesforce.row_not_pressed", message)
                .hint("run again; with --headed, to see what makes the page render its list")
                .hint("or revoke by API: --revoke-via api"),
            UsageError::EndlessList { .. } | UsageError::CircularList { .. } => {
                Failure::scenario("salesforce.list_endless", message)
                    .hint("run with --headed and see what Next does; or revoke by API: --revoke-via api")
            }
            UsageError::NotTurned { looked_for, .. } => {
                Failure::scenario("salesforce.list_not_turned", message)
                    .looking_for([looked_for])
                    .hint("the screenshot shows the list; `next_page` in [texts] of webdriver/locators.toml says what leads on")
                    .hint("or revoke by API: --revoke-via api")
            }
            UsageError::ThrownBack { .. } => Failure::scenario("salesforce.thrown_back", message)
                .hint("run with --headed and see what makes the page reload; or revoke by API: --revoke-via api"),
        }
    }
}

/// `; similar: "A", "B"`, or nothing.
pub(in crate::salesforce) fn clause(near: &[String]) -> String {
    if near.is_empty() {
        return String::new();
    }
    let quoted: Vec<String> = near.iter().map(|name| format!("\"{name}\"")).collect();
    format!("; similar: {}", quoted.join(", "))
}

/// The three names that are most similar, whatever their capital letters, best first.
pub(in crate::salesforce) fn near(app: &str, names: &[String]) -> Vec<String> {
    let wanted = app.to_lowercase();
    let mut near: Vec<(f64, &String)> = names
        .iter()
        .map(|name| (strsim::jaro_winkler(&wanted, &name.to_lowercase()), name))
        .filter(|(similarity, _)| *similarity >= SIMILAR)
        .collect();
    near.sort_by(|left, right| right.0.total_cmp(&left.0));
    near.into_iter().take(3).map(|(_, name)| name.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn similar_names_are_shown_best_first() {
        let names =
            ["Cloud Elements QA (old)", "CLOUD ELEMENTS QA", "Ant Migration"].map(str::to_owned);
        let near = near("Cloud Elements QA", &names);
        assert_eq!(near, ["CLOUD ELEMENTS QA", "Cloud Elements QA (old)"]);
        assert_eq!(clause(&near), "; similar: \"CLOUD ELEMENTS QA\", \"Cloud Elements QA (old)\"");
        assert_eq!(clause(&super::near("Data Loader", &names)), "");
    }

    #[test]
    fn capital_letters_are_told() {
        let failure =
            Failure::from(UsageError::not_listed("App", "OAuth Usage", &["APP".to_owned()]));
        assert!(failure.hints[0].contains("capital letters"), "{:?}", failure.hints);
    }
}
