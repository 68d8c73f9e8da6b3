//! SOQL literals.

/// A text as a SOQL string literal, quotes included. Source: SOQL and SOSL reference, "Quoted
/// String Escape Sequences".
///
/// ```
/// use reauth::salesforce::quote;
///
/// assert_eq!(quote("Zoë O'Brien"), r"'Zoë O\'Brien'");
/// ```
pub fn quote(text: &str) -> String {
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push('\'');
    for character in text.chars() {
        match character {
            '\\' => literal.push_str("\\\\"),
            '\'' => literal.push_str("\\'"),
            '\n' => literal.push_str("\\n"),
            '\r' => literal.push_str("\\r"),
            '\t' => literal.push_str("\\t"),
            '\u{8}' => literal.push_str("\\b"),
            '\u{c}' => literal.push_str("\\f"),
            other => literal.push(other),
        }
    }
    literal.push('\'');
    literal
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::cases;
    use proptest::prelude::*;

    /// Reads a literal at the start of a text as a SOQL parser does; what follows comes second.
    fn read(text: &str) -> Option<(String, &str)> {
        let mut value = String::new();
        let mut characters = text.strip_prefix('\'')?.char_indices();
        while let Some((position, character)) = characters.next() {
            match character {
                '\'' => return Some((value, &text[position + 2..])),
                '\\' => value.push(match characters.next()?.1 {
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    'b' => '\u{8}',
                    'f' => '\u{c}',
                    other @ ('\\' | '\'') => other,
                    _ => return None,
                }),
                other => value.push(other),
            }
        }
        None
    }

    #[test]
    fn an_injection_stays_a_text() {
        assert_eq!(quote("x' OR Name != '"), r"'x\' OR Name != \''");
        assert_eq!(quote(r"x\"), r"'x\\'");
    }

    proptest! {
        #![proptest_config(cases())]

        #[test]
        fn comes_back_as_it_was(text in r#"([ -~]|['\\\n\r\t]|\PC){0,30}"#) {
            let query = format!("{} AND", quote(&text));
            prop_assert_eq!(read(&query), Some((text, " AND")));
        }
    }
}
