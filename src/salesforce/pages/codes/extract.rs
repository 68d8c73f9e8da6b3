//! The code in what a program prints or a person types.

/// Salesforce's codes have six digits, and had five; eight is the most that anybody sends.
const LENGTHS: std::ops::RangeInclusive<usize> = 5..=8;
/// What they have today: a mail's footer has numbers of other lengths (`San Francisco, CA 94105`).
const USUAL: usize = 6;

/// The last number of 6 digits that stands by itself, or else of 5 to 8: programs that read mail print the newest
/// message last, and a message names the code after what it is about. A text that is nothing but
/// such a number in groups (`123 456`) is one, too.
pub(super) fn code_in(text: &str) -> Option<String> {
    let is_apart = |character: char| !(character.is_alphanumeric() || "_+".contains(character));
    let mut numbers = text.split(is_apart).filter(|word| {
        LENGTHS.contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_digit())
    });
    let usual = numbers.clone().rfind(|word| word.len() == USUAL);
    if let Some(code) = usual.or_else(|| numbers.next_back()) {
        return Some(code.to_owned());
    }
    let grouped: String = text.chars().filter(|letter| !letter.is_whitespace()).collect();
    let digits = grouped.replace('-', "");
    let is_code = LENGTHS.contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    is_code.then_some(digits)
}

/// A text of which no number is left that may be a code.
pub(super) fn without_codes(text: &str) -> String {
    let mut out = String::new();
    for run in text.split_inclusive(|character: char| !character.is_ascii_digit()) {
        let digits = run.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = run.split_at(digits);
        out.push_str(if LENGTHS.contains(&digits) { "«number»" } else { number });
        out.push_str(rest);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::cases;
    use proptest::prelude::*;

    #[test]
    fn codes_are_found_in_what_programs_print() {
        for (text, code) in [
            ("123456", Some("123456")),
            ("  012345\r\n", Some("012345")),
            (
                "Sandbox 2026: Your verification code is 482913. It is good for 10 minutes.",
                Some("482913"),
            ),
            ("111111\n222222\n", Some("222222")),
            ("code:54321", Some("54321")),
            ("Code: 482913\n415 Mission Street, San Francisco, CA 94105", Some("482913")),
            ("<b>123456</b>", Some("123456")),
            ("123 456", Some("123456")),
            ("123-456\n", Some("123456")),
            ("", None),
            ("no code yet", None),
            ("1234", None),
            ("123456789", None),
            ("00D5g123456", None),
            ("+49151234567", None),
            ("id 7f123456", None),
            ("at 12 345 o'clock", None),
            ("認証コードは 123456 です", Some("123456")),
        ] {
            assert_eq!(code_in(text).as_deref(), code, "{text:?}");
        }
    }

    #[test]
    fn numbers_are_taken_out_of_what_a_program_says_of_its_failure() {
        let said = "read 1 mail, code 482913 is older than 2026-11-25 at 12345678, id 123456789";
        let shown = "read 1 mail, code «number» is older than 2026-11-25 at «number», id 123456789";
        assert_eq!(without_codes(said), shown);
    }

    proptest! {
        #![proptest_config(cases())]

        #[test]
        fn any_code_is_found_in_any_sentence(
            code in "[0-9]{5,8}", before in "[a-zA-Z ,.:;\n<>]{0,40}", after in "[a-zA-Z ,.:;\n<>]{0,40}",
        ) {
            let text = format!("{before} {code} {after}");
            prop_assert_eq!(code_in(&text), Some(code.clone()));
            prop_assert!(!without_codes(&text).contains(&code));
        }

        #[test]
        fn whatever_is_found_is_a_code(text in "\\PC{0,80}") {
            if let Some(code) = code_in(&text) {
                prop_assert!(LENGTHS.contains(&code.len()));
                prop_assert!(code.bytes().all(|byte| byte.is_ascii_digit()));
            }
        }
    }
}
