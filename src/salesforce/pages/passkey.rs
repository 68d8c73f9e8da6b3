//! Pages that want a passkey made or shown.

use tokio::time::Instant;

use super::PageError;
use super::visitor::{Visit, Visitor, place};
use crate::browser::Seen;

impl Visitor<'_> {
    /// Answers with the virtual authenticator.
    pub(super) async fn answer_passkey(
        &mut self,
        seen: &Seen,
        _visit: &mut Visit,
        _deadline: Instant,
    ) -> Result<(), PageError> {
        Err(PageError::InTheWay { page: seen.page.clone(), place: place(&seen.url) })
    }
}
