//! Pages that want a code: sent by e-mail or SMS, or made by an authenticator app.

use tokio::time::Instant;

use super::PageError;
use super::visitor::{Visit, Visitor, place};
use crate::browser::Seen;

impl Visitor<'_> {
    /// Gives the code that the page asks for.
    pub(super) async fn verify(
        &mut self,
        seen: &Seen,
        _visit: &mut Visit,
        _deadline: Instant,
    ) -> Result<(), PageError> {
        Err(PageError::InTheWay { page: seen.page.clone(), place: place(&seen.url) })
    }
}
