//! Names as pages show them, and as they are compared.

/// A name as a page shows it: white space of any kind and length is one space.
pub(super) fn as_read(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A name without what a page may change about it: how wide its white space is, and marks that say
/// in which direction it is read.
pub(super) fn as_compared(name: &str) -> String {
    let is_direction = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    as_read(&name.replace(is_direction, ""))
}
