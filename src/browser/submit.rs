//! Sends a form that holds a secret: once, whole, or not at all.

use serde::Serialize;
use serde_json::json;

use super::recogniser::Seen;
use super::{BrowserError, Session};
use crate::secrets::Secret;

const SCRIPT: &str = concat!(include_str!("page.js"), include_str!("submit.js"));

/// What was typed into a field, as far as it has to be known to see that it is still there.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Typed {
    /// The field's name in the catalogue.
    element: &'static str,
    /// In UTF-16 units, as a page counts. A field may hold more: addresses are written otherwise.
    length: usize,
}

impl Typed {
    /// A text that is no secret.
    pub fn text(element: &'static str, text: &str) -> Self {
        Self { element, length: text.trim().encode_utf16().count() }
    }

    /// A secret, of which the page is told no more than it can see.
    pub fn secret(element: &'static str, secret: &Secret) -> Self {
        Self { element, length: secret.expose().encode_utf16().count() }
    }
}

impl Session {
    /// Presses `button` of a form that was filled in, and says whether it was sent. It was not if the
    /// form was rendered again and does not hold all that was typed: then nothing was pressed. `spent`:
    /// the page that is not recognised again in this document, or `*` for all.
    ///
    /// Wherever it cannot be told (the document went away, before the click or by it) the answer is
    /// yes: what must not be sent twice counts as sent.
    ///
    /// # Errors
    /// Any [`BrowserError`]; then it may have been sent.
    pub async fn submit(
        &self,
        seen: &Seen,
        button: &str,
        typed: &[Typed],
        spent: &str,
    ) -> Result<bool, BrowserError> {
        let Some(page) = self.catalogue.describe_page(&seen.page) else { return Ok(false) };
        self.slow_down().await;
        let arguments = vec![page, json!(button), json!(seen.document), json!(typed), json!(spent)];
        match self.script("submit", SCRIPT, arguments).await {
            // A dialog that the click opened ends the script without an answer.
            Ok(answer) => Ok(answer != json!("unfilled")),
            Err(BrowserError::Driver { error, .. }) if error == "unexpected alert open" => Ok(true),
            // No element is handed over, so that none can be stale before the click.
            Err(error) if error.is_page_gone() => Ok(true),
            Err(error) => Err(error),
        }
    }
}
