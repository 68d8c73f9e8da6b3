//! Connect REST's lists. Every page names a next one, the last one too: the end is an empty page.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{ConnectError, RestClient, SalesforceError};

/// Pages of a list that are read at most.
const MOST_PAGES: usize = 200;
/// Entries that are asked for at once.
const PAGE_SIZE: &str = "100";

/// A page of a list, whatever it is a list of.
pub(super) trait Page: DeserializeOwned {
    /// What it holds.
    type Entry;
    /// Its entries.
    fn entries(self) -> Vec<Self::Entry>;
    /// What tells an entry from others.
    fn key(entry: &Self::Entry) -> &str;
}

#[derive(Deserialize)]
struct Body<P> {
    #[serde(flatten)]
    page: P,
    #[serde(rename = "nextPageUrl")]
    next_page_url: Option<String>,
}

/// All entries of the list at `path`, until a page is empty or brings nothing new.
pub(super) async fn read_all<P: Page>(
    rest: &RestClient,
    what: &'static str,
    path: &str,
) -> Result<Vec<P::Entry>, ConnectError> {
    let mut url = rest.url(path);
    url.query_pairs_mut().append_pair("page", "0").append_pair("pageSize", PAGE_SIZE);
    let mut all: Vec<P::Entry> = Vec::new();
    for _ in 0..MOST_PAGES {
        let unexpected = |reason| SalesforceError::UnexpectedAnswer { what, reason };
        let answer = rest.get(what, url.clone()).await.map_err(ConnectError::refused)?;
        let body: Body<P> = answer.json().map_err(unexpected)?;
        let known = all.len();
        for entry in body.page.entries() {
            if !all.iter().any(|seen| P::key(seen) == P::key(&entry)) {
                all.push(entry);
            }
        }
        let Some(next) = body.next_page_url.filter(|_| all.len() > known) else {
            return Ok(all);
        };
        // A page of the same list on the same host: the token goes nowhere else.
        let next = url.join(&next).map_err(|_| unexpected("nextPageUrl is no URL".to_owned()))?;
        if next.origin() != url.origin() || next.path() != url.path() {
            let reason = "nextPageUrl is not a page of the same list".to_owned();
            return Err(unexpected(reason).into());
        }
        url = next;
    }
    Err(ConnectError::EndlessList { what, pages: MOST_PAGES })
}
