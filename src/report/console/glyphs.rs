//! Signs and texts as a terminal can show them.

/// The signs used, in the characters that the locale has.
#[derive(Debug, Clone, Copy)]
pub struct Glyphs {
    /// A step that passed.
    pub(crate) passed: &'static str,
    /// A step that failed.
    pub(crate) failed: &'static str,
    /// A step that was not needed.
    pub(crate) skipped: &'static str,
    /// What to do next.
    pub(crate) hint: &'static str,
    /// Frames of the spinner; the last one stands when it has ended.
    pub(super) spinner: &'static [&'static str],
    ascii: bool,
}

const UNICODE: Glyphs = Glyphs {
    passed: "✓",
    failed: "✗",
    skipped: "–",
    hint: "→",
    spinner: &["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏", " "],
    ascii: false,
};

const ASCII: Glyphs = Glyphs {
    passed: "+",
    failed: "x",
    skipped: "-",
    hint: "->",
    spinner: &["|", "/", "-", "\\", " "],
    ascii: true,
};

impl Glyphs {
    /// Those of the environment's locale.
    pub fn of_environment() -> Self {
        Self::for_locale(&super::locale())
    }

    /// Unicode where the locale (`LC_ALL`, `LC_CTYPE` or `LANG`) says UTF-8, else ASCII.
    pub fn for_locale(locale: &str) -> Self {
        let locale = locale.to_ascii_lowercase();
        if locale.contains("utf-8") || locale.contains("utf8") { UNICODE } else { ASCII }
    }

    /// A text as one line that cannot steer the terminal: it may come from a page or a service.
    pub fn line(&self, text: &str) -> String {
        let mut line = String::with_capacity(text.len());
        for character in text.chars() {
            match character {
                '\n' | '\r' | '\t' => line.push(' '),
                // Control characters and those that turn the direction of writing.
                '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {}
                other if other.is_control() => {}
                other if self.ascii => push_ascii(&mut line, other),
                other => line.push(other),
            }
        }
        // Nor a CI runner that reads along: GitHub's takes these for commands, wherever they come from.
        let line = line.trim_end().replace("##[", "# #[");
        match line.trim_start().strip_prefix("::") {
            Some(rest) => format!(": :{rest}"),
            None => line,
        }
    }
}

fn push_ascii(line: &mut String, character: char) {
    match character {
        '«' => line.push_str("<<"),
        '»' => line.push_str(">>"),
        '→' => line.push_str("->"),
        '…' => line.push_str("..."),
        '–' | '—' => line.push('-'),
        '’' | '‘' => line.push('\''),
        '“' | '”' => line.push('"'),
        '×' => line.push('x'),
        other if other.is_ascii() => line.push(other),
        _ => line.push('?'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_decides_the_signs() {
        let table = [
            ("C.UTF-8", "✓"),
            ("de_CH.utf8", "✓"),
            ("C", "+"),
            ("", "+"),
            ("en_US.ISO-8859-1", "+"),
        ];
        for (locale, expected) in table {
            assert_eq!(Glyphs::for_locale(locale).passed, expected, "{locale}");
        }
    }

    #[test]
    fn a_text_cannot_steer_the_terminal() {
        let table = [
            ("a\u{1b}[2Jb", "a[2Jb", "a[2Jb"),
            ("one\ntwo\r\n", "one two", "one two"),
            ("«token» → café…", "«token» → café…", "<<token>> -> caf?..."),
            ("\u{202e}evil\u{9b}0m", "evil0m", "evil0m"),
            (" ::error::no ##[group]x", ": :error::no # #[group]x", ": :error::no # #[group]x"),
        ];
        for (text, unicode, ascii) in table {
            assert_eq!(UNICODE.line(text), unicode);
            assert_eq!(ASCII.line(text), ascii);
        }
    }
}
