//! Setup's usage page of external client apps: where it is, and what pressing Revoke on it takes.
//!
//! Salesforce's help names it in Quick Find, and says elsewhere that there is none: so it is looked
//! for, and where it is missing nothing was touched.

use tokio::time::Instant;
use url::Url;

use super::usage::unexpected_callback;
use super::{Arrival, PageError, Visitor};
use crate::browser::{Seen, Spend};
use crate::failure::Failure;

/// What Setup calls it.
pub(super) const TITLE: &str = "External Client Apps OAuth Usage";
/// The list of apps, in the catalogue.
pub(super) const APPS: &str = "eca-usage-list";
/// An app's users.
pub(super) const USERS: &str = "eca-user-list";
/// An app without users.
pub(super) const NO_USERS: &str = "eca-user-list-empty";
/// The question that Revoke may ask.
pub(super) const CONFIRM: &str = "eca-confirm";

/// Setup's front page, whose tree has the Quick Find.
const SETUP_HOME_PATH: &str = "/lightning/setup/SetupOneHome/home";
const SETUP_HOME: &str = "setup-home";
/// What was typed has brought up a link to the page.
const FOUND: &str = "setup-found-eca-usage";
/// What was typed has brought up other things.
const NOT_FOUND: &str = "setup-found-nothing";
const NO_SUCH_PAGE: &str = "setup-no-such-page";
/// The actions of a row.
pub(super) const ROW_MENU: &str = "eca-row-menu";

/// The part of the limit that a search in Setup's tree may take …
const SHARE_OF_SEARCH: u32 = 4;
/// … and that it is given to say more, after it has said that it found nothing.
const SHARE_OF_DOUBT: u32 = 30;

/// What the usage page of external client apps may say instead of what was wanted of it.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ExternalClientError {
    /// Setup has no such page.
    #[error(
        "Setup of this org has no {TITLE} page: Quick Find offers none for {}{}",
        quoted(typed),
        if tried.is_empty() { String::new() } else { format!(", and there is none at {}", tried.join(" or ")) }
    )]
    NoUsagePage {
        /// What was typed into Quick Find.
        typed: Vec<String>,
        /// Paths that were tried.
        tried: Vec<String>,
    },
}

fn quoted(texts: &[String]) -> String {
    texts.iter().map(|text| format!("\"{text}\"")).collect::<Vec<_>>().join(" or ")
}

impl From<ExternalClientError> for Failure {
    fn from(error: ExternalClientError) -> Self {
        let message = error.to_string();
        match error {
            ExternalClientError::NoUsagePage { .. } => {
                Self::scenario("salesforce.no_usage_page", message)
                    .hint("revoke by API: --revoke-via api")
                    .hint("if the org has the page under another name: add its name to `eca_usage` (or its path to `eca_usage_paths`) in a copy of webdriver/locators.toml and give it with --locators")
            }
        }
    }
}

/// Finds the list of external client apps and leaves the browser there. Answers where it is.
pub(super) async fn find(visitor: &mut Visitor<'_>, setup: &Url) -> Result<Url, PageError> {
    let typed = visitor.session().texts("eca_quick_find").to_vec();
    let mut home = setup.clone();
    home.set_path(SETUP_HOME_PATH);
    for words in &typed {
        let seen = arrive(visitor.go(home.as_str(), &[SETUP_HOME]).await?)?;
        let field = visitor.element(&seen, "quick_find")?.clone();
        visitor.session().spend(SETUP_HOME, Spend::Document).await?;
        visitor.session().type_into(&field, words).await?;
        if let Some(link) = found_by_quick_find(visitor).await? {
            visitor.press(&link, "link", Spend::Document).await?;
            let seen = arrive(visitor.go_on(&[APPS]).await?)?;
            return Ok(seen.url);
        }
    }
    let tried = visitor.session().texts("eca_usage_paths").to_vec();
    for path in &tried {
        let mut url = setup.clone();
        url.set_path(path);
        match visitor.go(url.as_str(), &[APPS, NO_SUCH_PAGE]).await {
            Ok(Arrival::Page(seen)) if seen.page == APPS => return Ok(seen.url),
            Ok(Arrival::Page(_)) | Err(PageError::UnknownPage { .. }) => {}
            Ok(Arrival::Callback(_)) => return Err(unexpected_callback()),
            Err(error) => return Err(error),
        }
    }
    Err(ExternalClientError::NoUsagePage { typed, tried }.into())
}

/// The page with the link that the words typed have brought up, if they do.
async fn found_by_quick_find(visitor: &mut Visitor<'_>) -> Result<Option<Seen>, PageError> {
    // A tree in a language that is not known may say nothing when it has nothing.
    let mut deadline = Instant::now() + visitor.limit() / SHARE_OF_SEARCH;
    let mut wanted = [FOUND, NOT_FOUND].as_slice();
    loop {
        match visitor.go_on_until(wanted, &mut deadline).await {
            Ok(Arrival::Page(seen)) if seen.page == FOUND => return Ok(Some(seen)),
            Ok(Arrival::Page(_)) => {
                // It may say so before it has searched for all that was typed.
                wanted = &[FOUND];
                deadline = Instant::now() + visitor.limit() / SHARE_OF_DOUBT;
            }
            Ok(Arrival::Callback(_)) => return Err(unexpected_callback()),
            Err(PageError::UnknownPage { .. }) => return Ok(None),
            Err(error) => return Err(error),
        }
    }
}

fn arrive(arrival: Arrival) -> Result<Seen, PageError> {
    match arrival {
        Arrival::Page(seen) => Ok(seen),
        Arrival::Callback(_) => Err(unexpected_callback()),
    }
}

/// Answers the question with yes; says what was asked.
pub(super) async fn confirm(
    visitor: &mut Visitor<'_>,
    seen: &Seen,
) -> Result<Option<String>, PageError> {
    visitor.press(seen, "yes", Spend::Content).await?;
    Ok(seen.text("question").map(str::to_owned))
}
