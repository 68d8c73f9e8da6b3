//! Parts of texts that may be long. A text is redacted first and cut then: of a secret that lies
//! across a cut nobody would find the half that is left.

/// Longer than any secret. Of a text that had to be cut before it could be redacted, so much at its
/// end may be the beginning of one.
pub const MARGIN: usize = 8 * 1024;

/// What of a redacted text is surely clean; `is_cut` if it is the beginning of a longer one that was
/// redacted without the rest.
pub fn clean_part(redacted: &str, is_cut: bool) -> &str {
    if !is_cut {
        return redacted;
    }
    let end = redacted.char_indices().rev().nth(MARGIN - 1).map_or(0, |(at, _)| at);
    redacted.get(..end).unwrap_or_default()
}

/// The first `most` characters of what of a redacted text is surely clean.
pub fn beginning(redacted: &str, is_cut: bool, most: usize) -> String {
    clean_part(redacted, is_cut).chars().take(most).collect()
}
