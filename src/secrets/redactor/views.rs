//! A text with its escapes undone, in which a secret is found however it was escaped: with capital
//! or small hexadecimal letters, with more or fewer letters escaped than needed.

use std::ops::Range;

/// A way of escaping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Escape {
    /// `%C3%A9`, of URLs and forms.
    Percent,
    /// `\"`, `\u00e9`; also Rust's and JavaScript's `\u{e9}`, `\xe9`, `\'`.
    Backslash,
    /// `&quot;`, `&#233;`, `&#xe9;`.
    Entity,
}

impl Escape {
    pub(super) const ALL: [Self; 3] = [Self::Percent, Self::Backslash, Self::Entity];

    /// What every escape begins with.
    fn sign(self) -> u8 {
        match self {
            Self::Percent => b'%',
            Self::Backslash => b'\\',
            Self::Entity => b'&',
        }
    }

    /// What the escape at the beginning of `text` stands for, and its length.
    fn undo(self, text: &[u8]) -> Option<(Undone, usize)> {
        match self {
            Self::Percent => Some((Undone::Byte(hexadecimal_byte(text.get(1..3)?)?), 3)),
            Self::Backslash => backslash(text),
            Self::Entity => entity(text),
        }
    }
}

/// What an escape stands for.
#[derive(Debug, PartialEq, Eq)]
enum Undone {
    Byte(u8),
    Letter(char),
}

/// A text without one kind of escapes, and where in the original its bytes come from.
pub(super) struct View {
    pub(super) bytes: Vec<u8>,
    /// In the order of the text.
    undone: Vec<Place>,
}

/// Where an escape was undone.
struct Place {
    /// What stands there now.
    here: Range<usize>,
    /// The escape.
    original: Range<usize>,
}

impl View {
    /// `None` if there is nothing to undo.
    pub(super) fn of(text: &[u8], escape: Escape) -> Option<Self> {
        let sign = escape.sign();
        // Much faster than the loop below, and most texts end here.
        if !text.contains(&sign) {
            return None;
        }
        let mut view = Self { bytes: Vec::with_capacity(text.len()), undone: Vec::new() };
        let (mut copied, mut at) = (0, 0);
        while at < text.len() {
            let found = (text[at] == sign).then(|| escape.undo(&text[at..])).flatten();
            let Some((undone, length)) = found else {
                at += 1;
                continue;
            };
            view.bytes.extend_from_slice(&text[copied..at]);
            let start = view.bytes.len();
            match undone {
                Undone::Byte(byte) => view.bytes.push(byte),
                Undone::Letter(letter) => {
                    view.bytes.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
                }
            }
            let here = start..view.bytes.len();
            view.undone.push(Place { here, original: at..at + length });
            at += length;
            copied = at;
        }
        view.bytes.extend_from_slice(&text[copied..]);
        (!view.undone.is_empty()).then_some(view)
    }

    /// The part of the original from which this part, which is not empty, comes.
    pub(super) fn original(&self, part: &Range<usize>) -> Range<usize> {
        self.origin(part.start).start..self.origin(part.end - 1).end
    }

    /// From what the byte at `at` comes: an escape, or itself.
    fn origin(&self, at: usize) -> Range<usize> {
        let before = self.undone.partition_point(|place| place.here.start <= at);
        let Some(place) = before.checked_sub(1).and_then(|last| self.undone.get(last)) else {
            return at..at + 1;
        };
        if place.here.contains(&at) {
            return place.original.clone();
        }
        let start = place.original.end + (at - place.here.end);
        start..start + 1
    }
}

fn hexadecimal(digits: &[u8]) -> Option<u32> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

fn hexadecimal_byte(digits: &[u8]) -> Option<u8> {
    u8::try_from(hexadecimal(digits)?).ok()
}

fn backslash(text: &[u8]) -> Option<(Undone, usize)> {
    let byte = match text.get(1)? {
        simple @ (b'"' | b'\\' | b'/' | b'\'') => *simple,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'b' => 8,
        b'f' => 12,
        b'0' => 0,
        b'x' => hexadecimal_byte(text.get(2..4)?)?,
        b'u' => return unicode(text),
        _ => return None,
    };
    Some((Undone::Byte(byte), if text[1] == b'x' { 4 } else { 2 }))
}

fn unicode(text: &[u8]) -> Option<(Undone, usize)> {
    /// Longest number of a letter, `10ffff`, with leading zeros to spare.
    const LONGEST: usize = 8;
    if text.get(2) == Some(&b'{') {
        let digits = text.iter().skip(3).take(LONGEST + 1).position(|byte| *byte == b'}')?;
        let letter = char::from_u32(hexadecimal(&text[3..3 + digits])?)?;
        return Some((Undone::Letter(letter), digits + 4));
    }
    let unit = |at: usize| {
        let digits = text.get(at..at + 6)?.strip_prefix(br"\u")?;
        u16::try_from(hexadecimal(digits)?).ok()
    };
    let first = unit(0)?;
    if let Some(letter) = char::from_u32(first.into()) {
        return Some((Undone::Letter(letter), 6));
    }
    let pair = [first, unit(6)?];
    let letter = char::decode_utf16(pair).next()?.ok()?;
    Some((Undone::Letter(letter), 12))
}

fn entity(text: &[u8]) -> Option<(Undone, usize)> {
    /// Longest that is known, `&#1114111;`, with leading zeros to spare.
    const LONGEST: usize = 14;
    let end = text.iter().take(LONGEST).position(|byte| *byte == b';')?;
    let letter = match &text[1..end] {
        b"amp" => '&',
        b"lt" => '<',
        b"gt" => '>',
        b"quot" => '"',
        b"apos" => '\'',
        b"nbsp" => '\u{a0}',
        [b'#', b'x' | b'X', digits @ ..] => char::from_u32(hexadecimal(digits)?)?,
        [b'#', digits @ ..] => {
            char::from_u32(std::str::from_utf8(digits).ok()?.parse::<u32>().ok()?)?
        }
        _ => return None,
    };
    Some((Undone::Letter(letter), end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_undone() {
        for (escape, text, undone) in [
            (Escape::Percent, "a%2Fb%2fc%C3%A4%zz%", Some("a/b/cä%zz%")),
            (Escape::Percent, "100 %", None),
            (
                Escape::Backslash,
                r#"\"\\\/\n\u00e4\uD83D\uDE00\u{1f600}\x41\'\q"#,
                Some("\"\\/\nä😀😀A'\\q"),
            ),
            (
                Escape::Backslash,
                r"\ud83d\u0041 \u12 \u{} \u{110000}",
                Some(r"\ud83dA \u12 \u{} \u{110000}"),
            ),
            (
                Escape::Entity,
                "&amp;&lt;&#39;&#x27;&#X41;&apos;&bogus;&#99999999;&",
                Some("&<''A'&bogus;&#99999999;&"),
            ),
        ] {
            let view = View::of(text.as_bytes(), escape);
            let seen = view.as_ref().map(|view| String::from_utf8_lossy(&view.bytes));
            assert_eq!(seen.as_deref(), undone, "{text}");
        }
    }

    #[test]
    fn a_part_leads_back_to_where_it_came_from() {
        let text = b"ab%2Fcd%2F";
        let view = View::of(text, Escape::Percent).unwrap();
        assert_eq!(view.bytes, b"ab/cd/");
        for (part, original) in
            [(0..1, "a"), (0..3, "ab%2F"), (2..3, "%2F"), (3..5, "cd"), (1..6, "b%2Fcd%2F")]
        {
            assert_eq!(&text[view.original(&part)], original.as_bytes(), "{part:?}");
        }
    }
}
