//! The OAuth page: login if asked, approval if asked, and the URL of the callback, which the browser
//! can never reach.

use url::Url;

use super::oauth_error::oauth_error;
use super::{Arrival, PageError, Visitor};
use crate::browser::{Session, Spend};
use crate::secrets::Secret;

/// How often the page may be another document when it is to be approved: one that always is never ends.
const MOST_MISSED: u32 = 3;

/// Opens the OAuth URL and comes back with the callback's URL. `approving` is called
/// before each approval, with the page still shown; what it refuses is not approved.
///
/// # Errors
/// [`PageError`], that of `approving` included; `error=` on the callback becomes [`PageError::Oauth`].
pub async fn authorize(
    visitor: &mut Visitor<'_>,
    oauth_url: &Secret,
    mut approving: impl AsyncFnMut(&Session) -> Result<(), PageError>,
) -> Result<Url, PageError> {
    let mut arrival = visitor.go(oauth_url.expose(), &["approval"]).await?;
    let (mut approvals, mut missed) = (0, 0);
    loop {
        match arrival {
            Arrival::Callback(url) if url.query_pairs().any(|(key, _)| key == "error") => {
                return Err(oauth_error(url.query().unwrap_or_default()));
            }
            Arrival::Callback(url) => return Ok(url),
            // A second approval page would be a page without progress.
            Arrival::Page(seen) if approvals > 0 => {
                return Err(PageError::InTheWay { page: seen.page, place: seen.url.path().into() });
            }
            Arrival::Page(seen) if !visitor.may_approve(&seen) => {
                return Err(PageError::ForeignApproval { origin: seen.origin });
            }
            Arrival::Page(seen) if visitor.asks_before(&seen).await? => {
                arrival = visitor.go_on(&["approval"]).await?;
            }
            Arrival::Page(seen) => {
                approving(visitor.session()).await?;
                if visitor.press(&seen, "allow", Spend::Document).await? {
                    approvals += 1;
                } else if missed < MOST_MISSED {
                    missed += 1;
                } else {
                    let place = seen.url.path().into();
                    return Err(PageError::InTheWay { page: seen.page, place });
                }
                arrival = visitor.go_on(&["approval"]).await?;
            }
        }
    }
}
