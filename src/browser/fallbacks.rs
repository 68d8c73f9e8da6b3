//! What of the pages seen so far only a fallback of the catalogue found, whether anybody acted on it
//! or not: by it a catalogue is mended before its last candidate fails.

use std::sync::PoisonError;

use super::Session;
use super::catalogue::Part;

/// A part of a page that its first candidate did not find.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fallback {
    /// `page.element`, `page.signature` or `page.frame`.
    pub locator: String,
    /// The candidate that matched, as the catalogue has it.
    pub candidate: String,
    /// Its place in the order of preference, counted from 1.
    pub position: usize,
}

impl Session {
    /// Everything that only a fallback found since the window was opened, by name.
    pub fn fallbacks(&self) -> Vec<Fallback> {
        self.fallbacks.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// Remembers which candidate matched, unless it is the first one.
    pub(super) fn note_fallback(&self, page: &str, part: Part<'_>, candidate: Option<u64>) {
        let Some(index) = candidate.and_then(|index| usize::try_from(index).ok()) else { return };
        let (name, entry) = match part {
            Part::Signature(entry) => ("signature", entry),
            Part::Frame => ("frame", 0),
            Part::Element(name) => (name, 0),
        };
        tracing::debug!(page, part = name, entry, candidate = index, "found");
        if index == 0 {
            return;
        }
        let fallback = Fallback {
            locator: format!("{page}.{name}"),
            candidate: self.catalogue.candidate(page, part, index).unwrap_or_default(),
            position: index + 1,
        };
        self.fallbacks.lock().unwrap_or_else(PoisonError::into_inner).insert(fallback);
    }
}
