//! Where secrets are in a text.

use std::ops::Range;

/// A part of a text that has to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) range: Range<usize>,
    /// Stands in for it.
    pub(super) label: &'static str,
    /// Length of the longest secret in it, whose label it has.
    pub(super) longest: usize,
}

/// Parts that do not overlap: whatever overlaps goes as one, so that no tail of either is left.
#[derive(Debug, Default)]
pub(super) struct Parts(Vec<Found>);

impl Parts {
    /// Adds a part that ends where the last one does or later.
    pub(super) fn add(&mut self, mut part: Found) {
        while let Some(last) = self.0.pop_if(|last| last.range.end > part.range.start) {
            part.range.start = part.range.start.min(last.range.start);
            part.range.end = part.range.end.max(last.range.end);
            if last.longest >= part.longest {
                (part.label, part.longest) = (last.label, last.longest);
            }
        }
        self.0.push(part);
    }

    /// All of several findings, in any order, as parts.
    pub(super) fn merged(mut all: Vec<Found>) -> Self {
        all.sort_by_key(|part| part.range.end);
        let mut parts = Self::default();
        for part in all {
            parts.add(part);
        }
        parts
    }

    pub(super) fn into_vec(self) -> Vec<Found> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(range: Range<usize>, label: &'static str) -> Found {
        let longest = range.len();
        Found { range, label, longest }
    }

    #[test]
    fn what_overlaps_goes_as_one() {
        let merged = |all: &[(Range<usize>, &'static str)]| -> Vec<_> {
            let all = all.iter().map(|(range, label)| found(range.clone(), label)).collect();
            Parts::merged(all).into_vec().into_iter().map(|one| (one.range, one.label)).collect()
        };
        assert_eq!(merged(&[(5..9, "b"), (0..6, "a")]), [(0..9, "a")]);
        assert_eq!(merged(&[(0..3, "a"), (3..9, "b")]), [(0..3, "a"), (3..9, "b")]);
        assert_eq!(merged(&[(2..3, "a"), (5..6, "c"), (0..9, "b")]), [(0..9, "b")]);
        assert_eq!(merged(&[(0..2, "a"), (4..8, "b"), (1..6, "c")]), [(0..8, "c")]);
    }
}
