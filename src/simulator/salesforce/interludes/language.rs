//! The language of a page's texts.

use serde::{Deserialize, Serialize};

/// A language that users may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// English.
    English,
    /// German.
    German,
    /// Japanese.
    Japanese,
}

impl Language {
    /// Its tag (BCP 47).
    pub(super) fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::Japanese => "ja",
        }
    }
}
