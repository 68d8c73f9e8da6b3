//! Pages between the login and what was wanted, that ask for no credential.

use tokio::time::Instant;

use super::PageError;
use super::visitor::{Visit, Visitor, place};
use crate::browser::Seen;

impl Visitor<'_> {
    /// Goes past the page, where that is ours to do.
    pub(super) async fn pass(
        &mut self,
        seen: &Seen,
        _visit: &mut Visit,
        _deadline: Instant,
    ) -> Result<(), PageError> {
        Err(PageError::InTheWay { page: seen.page.clone(), place: place(&seen.url) })
    }
}
