//! What a window shows, for evidence: a picture for the eye, and the document for whoever mends a
//! locator.

use serde_json::json;

use super::{BrowserError, Session};
use crate::secrets::excerpt::{self, MARGIN};

const SNAPSHOT: &str = include_str!("snapshot.js");

/// Characters of a document that are kept.
const MOST: usize = 200_000;
/// Characters of an attribute; a longer one is left out, as half of a secret would not be found.
const LONGEST_ATTRIBUTE: usize = 200;

/// What a window showed.
#[derive(Debug, Clone)]
pub struct View {
    /// As PNG.
    pub picture: Vec<u8>,
    /// As HTML without scripts, styles, and what stands in fields; nothing where it could not be had.
    pub document: Option<String>,
}

impl Session {
    /// What is shown now. That the document cannot be had hides no picture.
    ///
    /// # Errors
    /// As [`Session::screenshot`].
    pub async fn view(&self) -> Result<View, BrowserError> {
        let picture = self.screenshot().await?;
        let document = self.snapshot().await;
        if let Err(error) = &document {
            tracing::warn!(%error, "no snapshot of the document");
        }
        Ok(View { picture, document: document.ok() })
    }

    /// The document that commands go to, redacted.
    ///
    /// # Errors
    /// Any [`BrowserError`]; an open dialog or a lost session among them.
    pub async fn snapshot(&self) -> Result<String, BrowserError> {
        let limits = json!({"most": MOST + MARGIN, "attribute": LONGEST_ATTRIBUTE});
        let answer = self.script("take a snapshot", SNAPSHOT, vec![limits]).await?;
        let raw = answer.as_str().ok_or_else(|| BrowserError::Script {
            script: "take a snapshot",
            answer: "no text".to_owned(),
        })?;
        let clean = self.redactor.redact_said(raw);
        // The page counts as JavaScript does.
        let is_cut = raw.encode_utf16().count() >= MOST + MARGIN;
        Ok(excerpt::beginning(&clean, is_cut, MOST))
    }
}
