//! The same pages, otherwise: in another language, with other names, in another order, restless.
//! Templates know nothing of it; they are translated when they are loaded, and what they render to
//! is dressed before it is sent.

mod language;
mod names;
mod order;
mod words;

pub use language::Language;
#[cfg(test)]
pub(super) use language::untranslated;
pub(super) use language::{says, translated};
pub use names::Names;
pub(super) use names::restore;

use serde::{Deserialize, Serialize};

/// Renders the rows of a list again and again.
const RESTLESS: &str = include_str!("../templates/restless.js");

/// How the org's pages are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Markup {
    /// The language of what a reader sees.
    pub language: Language,
    /// What controls are called in the source.
    pub names: Names,
    /// Columns, buttons and fields come in the opposite order.
    pub order_changed: bool,
    /// Lists are rendered again every few milliseconds, their rows in turn; and so are the buttons of
    /// pages that come between, and of the approval.
    pub restless: bool,
}

impl Markup {
    /// A rendered page as this org sends it.
    pub(super) fn dress(self, html: String) -> String {
        let mut html = html;
        if self.order_changed {
            html = order::changed(&html);
        }
        if self.restless && (html.contains("<tbody>") || html.contains("data-restless")) {
            html = html.replace("</body>", &format!("<script>{RESTLESS}</script>\n</body>"));
        }
        names::replaced(html, self.names)
    }
}
