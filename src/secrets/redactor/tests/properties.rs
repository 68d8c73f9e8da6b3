//! Whatever the secrets and the texts are.

use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

use super::*;
use crate::testing::{cases, texts};

/// A tail of a secret that is shorter tells nothing that could be used.
const TAIL: usize = 8;

const LABEL: &str = "s";

fn secrets() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => texts("[A-Za-z0-9!._/+=-]{8,48}"),
        3 => texts("[ -~]{8,40}"),
        1 => texts("[a-c]{8,12}"),
        1 => texts("[0-9]{8,12}"),
        1 => texts("[äöüß€😀 '\"&%+\\\\a-f]{8,20}"),
    ]
}

/// What stands around a secret: anything, escapes that begin and do not end included. The last
/// letter is one that is no part of an escape.
fn noise() -> impl Strategy<Value = String> {
    let bait = select(vec![
        "", "%", "%2", "%41", "%zz", "\\", "\\u00", "\\u{", "\\\"", "&", "&#", "&amp;", "&#x41;",
        "=", "==", "AAAA", "«", "»", "«s»", "\n", "\u{0}", "\u{feff}", "%25252F", "}{",
    ]);
    let edge = select(vec![" ", "=", ">", "\"", ":", "\n", ",", "»"]);
    let text = prop_oneof![texts("[ -~]{0,20}"), texts("\\PC{0,6}")];
    (bait.clone(), text, bait, edge).prop_map(|(a, b, c, d)| format!("{a}{b}{c}{d}"))
}

/// How a value may be written into a text.
#[derive(Debug, Clone, Copy)]
enum Writing {
    Raw,
    Percent { upper: bool, all: bool, times: usize },
    Form,
    Json { times: usize },
    JsonAscii { upper: bool, all: bool },
    RustDebug,
    Html { hexadecimal: bool, all: bool },
    HtmlOfPercentOfJson,
    Base64 { lead: usize, url: bool, percent: bool },
    Base64OfJson,
}

fn writings() -> impl Strategy<Value = Writing> {
    use Writing::*;
    prop_oneof![
        Just(Raw),
        (any::<bool>(), any::<bool>(), 1_usize..4).prop_map(|(upper, all, times)| Percent {
            upper,
            all,
            times
        }),
        Just(Form),
        (1_usize..4).prop_map(|times| Json { times }),
        (any::<bool>(), any::<bool>()).prop_map(|(upper, all)| JsonAscii { upper, all }),
        Just(RustDebug),
        (any::<bool>(), any::<bool>()).prop_map(|(hexadecimal, all)| Html { hexadecimal, all }),
        Just(HtmlOfPercentOfJson),
        (0_usize..6, any::<bool>(), any::<bool>()).prop_map(|(lead, url, percent)| Base64 {
            lead,
            url,
            percent
        }),
        Just(Base64OfJson),
    ]
}

impl Writing {
    fn write(self, value: &str) -> String {
        match self {
            Self::Raw => value.to_owned(),
            Self::Percent { upper, all, times } => {
                (0..times).fold(value.to_owned(), |text, _| percent(&text, upper, all))
            }
            Self::Form => url::form_urlencoded::byte_serialize(value.as_bytes()).collect(),
            Self::Json { times } => (0..times).fold(value.to_owned(), |text, _| json_inside(&text)),
            Self::JsonAscii { upper, all } => json_ascii(value, upper, all),
            Self::RustDebug => {
                let written = format!("{value:?}");
                written[1..written.len() - 1].to_owned()
            }
            Self::Html { hexadecimal, all } => html(value, hexadecimal, all),
            Self::HtmlOfPercentOfJson => {
                html(&percent(&json_inside(value), true, false), false, false)
            }
            Self::Base64 { lead, url, percent: escaped } => {
                let written = base64(value, lead, url).0;
                if escaped { percent(&written, true, false) } else { written }
            }
            Self::Base64OfJson => base64(&json_inside(value), 4, false).0,
        }
    }

    /// Parts of a value as it is written, so long that they tell something.
    fn tails(self, value: &str) -> Vec<String> {
        match self {
            // Three letters are written as four, so these cannot be written one by one.
            Self::Base64 { lead, url, percent: escaped } => {
                let decided = base64(value, lead, url).1;
                let escape =
                    |tail: String| if escaped { percent(&tail, true, false) } else { tail };
                tails(&decided).into_iter().map(escape).collect()
            }
            Self::Base64OfJson => tails(&base64(&json_inside(value), 4, false).1),
            other => tails(value).iter().map(|tail| other.write(tail)).collect(),
        }
    }
}

fn percent(text: &str, upper: bool, all: bool) -> String {
    let escape = |byte: u8| match (byte.is_ascii_alphanumeric() && !all, upper) {
        (true, _) => char::from(byte).to_string(),
        (false, true) => format!("%{byte:02X}"),
        (false, false) => format!("%{byte:02x}"),
    };
    text.bytes().map(escape).collect()
}

fn json_inside(text: &str) -> String {
    let written = Value::String(text.to_owned()).to_string();
    written[1..written.len() - 1].to_owned()
}

fn json_ascii(text: &str, upper: bool, all: bool) -> String {
    let is_escaped = |unit: u16| all || !(32..=126).contains(&unit) || unit == 34 || unit == 92;
    let unit = |unit: u16| match (is_escaped(unit), upper) {
        (false, _) => char::from(unit as u8).to_string(),
        (true, true) => format!("\\u{unit:04X}"),
        (true, false) => format!("\\u{unit:04x}"),
    };
    text.encode_utf16().map(unit).collect()
}

fn html(text: &str, hexadecimal: bool, all: bool) -> String {
    let escape = |letter: char| match letter {
        '&' if !all => "&amp;".to_owned(),
        '<' if !all => "&lt;".to_owned(),
        '>' if !all => "&gt;".to_owned(),
        '"' if !all => "&quot;".to_owned(),
        '\'' if !all => "&#39;".to_owned(),
        letter if !all => letter.to_string(),
        letter if hexadecimal => format!("&#x{:X};", u32::from(letter)),
        letter => format!("&#{};", u32::from(letter)),
    };
    text.chars().map(escape).collect()
}

/// `value` after `lead` other bytes and before another, in base64; and the letters that hold nothing
/// else.
fn base64(value: &str, lead: usize, url: bool) -> (String, String) {
    let bytes = [&vec![b'~'; lead], value.as_bytes(), b"?"].concat();
    let written = if url { URL_SAFE.encode(&bytes) } else { STANDARD.encode(&bytes) };
    let (first, end) = ((lead * 8).div_ceil(6), (lead + value.len()) * 8 / 6);
    let decided = written[first..end].to_owned();
    (written, decided)
}

/// Parts of a text, so long that they tell something: from both ends, and some between.
fn tails(text: &str) -> Vec<String> {
    const SOME: usize = 5;
    let letters: Vec<char> = text.chars().collect();
    let all: Vec<&[char]> = letters.windows(TAIL).collect();
    let step = all.len().div_ceil(SOME).max(1);
    let some = all.iter().step_by(step).chain(all.last());
    some.map(|tail| tail.iter().collect()).collect()
}

/// A tail of `secret` that stands in `shown` and did not get there from `around`.
fn leaked(shown: &str, secret: &str, writing: Writing, around: &[&str]) -> Option<String> {
    let from_around = |tail: &String| around.iter().any(|other| other.contains(tail));
    writing.tails(secret).into_iter().find(|tail| shown.contains(tail) && !from_around(tail))
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_secret_never_leaks_however_it_is_written(
        secret in secrets(), writing in writings(), before in noise(), after in noise(),
    ) {
        let redactor = Redactor::new();
        redactor.learn(LABEL, secret.as_str());
        let text = format!("{before}{}{after}", writing.write(&secret));
        let shown = redactor.redact(&text);
        prop_assert_eq!(leaked(&shown, &secret, writing, &[&before, &after]), None, "{}", shown);
        prop_assert!(shown.contains("«s»"), "{}", shown);
    }

    #[test]
    fn a_text_without_secrets_is_left_as_it_is(
        noises in prop::collection::vec(noise(), 0..6),
    ) {
        static REDACTOR: LazyLock<Redactor> = LazyLock::new(|| {
            let redactor = Redactor::new();
            for number in 0..40 {
                let secret = format!("{number}!Xq7/Kv5+Jt3= Zürich\"&{number}%");
                redactor.learn(LABEL, secret.as_str());
                redactor.learn_key("key", &URL_SAFE_NO_PAD.encode(&secret));
            }
            redactor
        });
        let text = noises.concat();
        let shown = REDACTOR.redact(&text);
        prop_assert!(matches!(shown, Cow::Borrowed(_)), "{}", shown);
        prop_assert_eq!(shown, text.as_str());
    }

    #[test]
    fn twice_is_once(
        secret in prop_oneof![secrets(), select(vec!["password".to_owned(), "redacted".to_owned(), "salesforce".to_owned()])],
        writings in prop::collection::vec((writings(), noise()), 0..4),
    ) {
        let redactor = Redactor::new();
        redactor.learn("salesforce.password", secret.as_str());
        let text: String =
            writings.iter().map(|(writing, noise)| writing.write(&secret) + noise).collect();
        let once = redactor.redact(&text).into_owned();
        prop_assert_eq!(redactor.redact(&once), once.as_str(), "{}", text);
    }

    /// One within the other, one at the end of the other, or overlapping.
    #[test]
    fn secrets_that_overlap_leave_no_tail(
        whole in "[A-Za-z0-9!._%/+= -]{8,40}",
        cuts in prop::collection::vec((any::<Index>(), any::<Index>()), 1..4),
        writing in writings(), before in noise(), after in noise(),
    ) {
        let redactor = Redactor::new();
        let mut parts = Vec::new();
        let mut rest = whole.clone().into_bytes();
        for (from, to) in cuts {
            let from = from.index(whole.len() - TAIL + 1);
            let to = from + TAIL + to.index(whole.len() - TAIL - from + 1);
            parts.push(&whole[from..to]);
            rest[from..to].fill(0);
            redactor.learn(LABEL, &whole[from..to]);
        }
        let text = format!("{before}{}{after}", writing.write(&whole));
        let shown = redactor.redact(&text);
        // A part does not begin with a group of bytes where the whole does.
        let is_base64 = matches!(writing, Writing::Base64 { .. } | Writing::Base64OfJson);
        let writing = if is_base64 { Writing::Raw } else { writing };
        // What is in no secret may well look like a part of one.
        let rest = String::from_utf8(rest).unwrap();
        let rest: Vec<String> = rest.split('\0').map(|text| writing.write(text)).collect();
        let around: Vec<&str> = rest.iter().chain([&before, &after]).map(String::as_str).collect();
        for part in parts {
            prop_assert_eq!(leaked(&shown, part, writing, &around), None, "{}", shown);
        }
    }

    #[test]
    fn json_shows_no_secret_in_keys_texts_or_numbers(
        secret in secrets(), other in "[a-m]{0,10}", depth in 0_usize..6, writing in writings(),
    ) {
        let redactor = Redactor::new();
        redactor.learn(LABEL, secret.as_str());
        let mut value = json!([secret, writing.write(&secret), {"name": other, secret.as_str(): 1}]);
        // One that begins with a zero is another number.
        if let Ok(number) = secret.parse::<u64>() && number.to_string() == secret {
            value = json!([value, number]);
        }
        for _ in 0..depth {
            value = json!({"inside": value, "and": [other]});
        }
        let shown = redactor.redact_json(&value);
        let text = shown.to_string();
        prop_assert_eq!(leaked(&text, &secret, Writing::Json { times: 1 }, &[]), None, "{}", text);
        prop_assert_eq!(redactor.redact_json(&shown), shown, "{}", text);
        let clean = json!({"inside": [other, 7, null, true, -1.5e300]});
        prop_assert_eq!(redactor.redact_json(&clean), clean);
    }

    #[test]
    fn what_a_text_calls_a_secret_is_not_shown(
        secret in r#"[A-Z0-9!._/+'",;\\-]{1,40}"#, before in noise(), after in noise(), times in 0_usize..4,
        name in select(vec!["access_token", "sid", "client_secret", "pw", "oauth.user.token"]),
        how in 0_u8..5,
    ) {
        let redactor = Redactor::new();
        let encoded: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        let mut said = match how {
            0 => format!("https://x.example/p?a=1&{name}={encoded}&b=2"),
            1 => format!("{name}={encoded}&x=1"),
            2 => json!({"id": 1, "message": {name: secret}}).to_string(),
            3 => json!([{"key": name, "propertyValue": secret}]).to_string(),
            _ => {
                let inner: String = url::form_urlencoded::byte_serialize(
                    format!("/p?a=1&{name}={encoded}").as_bytes(),
                )
                .collect();
                format!("retURL={inner}&b=2")
            }
        };
        let is_whole = how == 3;
        for _ in 0..times {
            said = json!({"message": said}).to_string();
        }
        if !is_whole {
            // A log, or what a proxy made of it.
            said = format!("{before} {said} {after}");
        }
        let shown = redactor.redact_said(&said).into_owned();
        // Short ones may be in what stands around them.
        for form in [&secret, &encoded] {
            if form.len() > 7 && !before.contains(form.as_str()) && !after.contains(form.as_str()) {
                prop_assert!(!shown.contains(form.as_str()), "{} of {}", shown, said);
            }
        }
        let again = redactor.redact_said(&shown).into_owned();
        prop_assert_eq!(&again, &shown);
    }

    #[test]
    fn a_writer_lets_nothing_through_however_writes_are_split(
        secret in secrets().prop_filter("one line", |secret| !secret.contains('\n')),
        writings in prop::collection::vec((noise(), writings()), 1..3),
        splits in prop::collection::vec(any::<Index>(), 0..8),
    ) {
        let redactor = Redactor::new();
        redactor.learn(LABEL, secret.as_str());
        let text: String =
            writings.iter().map(|(noise, writing)| format!("{noise}{}\n", writing.write(&secret))).collect();
        let mut at: Vec<usize> = splits.iter().map(|split| split.index(text.len() + 1)).collect();
        at.sort_unstable();
        at.push(text.len());
        let mut out = Vec::new();
        {
            let mut writer = RedactingWriter::new(redactor.clone(), &mut out);
            let mut written = 0;
            for end in at {
                writer.write_all(&text.as_bytes()[written..end]).unwrap();
                writer.flush().unwrap();
                written = end;
            }
        }
        let whole: String = text.split_inclusive('\n').map(|line| redactor.redact(line)).collect();
        prop_assert_eq!(String::from_utf8(out).unwrap(), whole);
    }

    #[test]
    fn a_code_is_found_in_every_writing_and_in_no_longer_number(
        code in "[1-9][0-9]{4,7}", writing in writings(),
        before in noise(), space in "[ =\":,]", after in noise(), digit in "[0-9]",
    ) {
        let redactor = Redactor::new();
        redactor.learn_code(LABEL, code.as_str());
        let text = format!("{before}{}{space}{after}", writing.write(&code));
        prop_assert!(redactor.redact(&text).contains("«s»"), "{}", text);
        for longer in [format!("{digit}{code}"), format!("{code}{digit}")] {
            prop_assert_eq!(redactor.redact(&longer), longer.as_str());
        }
    }
}
