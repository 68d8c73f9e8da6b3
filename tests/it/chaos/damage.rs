//! What may be wrong with a message when it has passed: some of it is missing, or other than it was.

use serde_json::Value;

use super::wire::Message;
use crate::support::Dice;

/// The beginning of an answer that ends in its head.
pub fn without_its_end(answer: &Message, dice: &mut Dice) -> Vec<u8> {
    answer.head[..1 + dice.below(answer.head.len() - 1)].to_vec()
}

/// An answer that tells its whole length, and less of its body. None where there is no body.
pub fn half(answer: &Message, dice: &mut Dice) -> Option<Vec<u8>> {
    let half = answer.body.get(..dice.below(answer.body.len().max(1)))?;
    (!answer.body.is_empty()).then(|| [answer.head.as_slice(), half].concat())
}

/// The same in chunks, of which the last ends too early.
pub fn half_a_chunk(answer: &Message, dice: &mut Dice) -> Option<Vec<u8>> {
    let half = answer.body.get(..dice.below(answer.body.len().max(1)))?;
    if answer.body.is_empty() {
        return None;
    }
    let mut bytes = answer.head_without("content-length", "transfer-encoding: chunked");
    bytes.extend_from_slice(format!("{:x}\r\n", answer.body.len()).as_bytes());
    bytes.extend_from_slice(half);
    Some(bytes)
}

/// Another status, or a status line that is none.
pub fn other_status(answer: &Message, dice: &mut Dice) -> Message {
    let mut other = answer.clone();
    // "HTTP/1.1 200 OK": the digits are where they always are.
    let digits = 9..12;
    match dice.below(3) {
        0 => flip(&mut other.head, 0..answer.first_line_length() - 2, dice),
        1 => {
            let status = dice.one_of(&["201", "302", "400", "401", "403", "404", "500", "503"]);
            let other_than =
                if answer.head[digits.clone()] == *status.as_bytes() { "502" } else { status };
            other.head[digits].copy_from_slice(other_than.as_bytes());
        }
        _ => {
            let digit = &mut other.head[digits.start + dice.below(digits.len())];
            *digit = b'0' + (*digit - b'0' + 1 + u8::try_from(dice.below(9)).unwrap()) % 10;
        }
    }
    other
}

/// One bit of the headers is another.
pub fn other_header(message: &Message, dice: &mut Dice) -> Message {
    let mut other = message.clone();
    let headers = message.first_line_length()..message.head.len() - 2;
    flip(&mut other.head, headers, dice);
    other
}

/// One bit of the body is another. None where there is no body.
pub fn other_body(message: &Message, dice: &mut Dice) -> Option<Message> {
    let mut other = message.clone();
    (!other.body.is_empty()).then(|| {
        let all = 0..other.body.len();
        flip(&mut other.body, all, dice);
        other
    })
}

/// One bit of a request is another: of its body, where it has one, or of what stands before.
pub fn other_request(request: &Message, dice: &mut Dice) -> Message {
    match other_body(request, dice) {
        Some(other) if dice.below(2) == 0 => other,
        _ => {
            let mut other = request.clone();
            let all = 0..request.head.len() - 2;
            flip(&mut other.head, all, dice);
            other
        }
    }
}

fn flip(bytes: &mut [u8], within: std::ops::Range<usize>, dice: &mut Dice) {
    bytes[within.start + dice.below(within.len())] ^= 1 << dice.below(8);
}

/// JSON that says something else: a digit of a number or a letter of a text is another. None where
/// the body is not JSON, or has neither.
pub fn other_value(answer: &Message, dice: &mut Dice) -> Option<Message> {
    let mut json: Value = serde_json::from_slice(&answer.body).ok()?;
    let mut leaves = Vec::new();
    collect(&mut json, &mut leaves);
    if leaves.is_empty() {
        return None;
    }
    let leaf = leaves.swap_remove(dice.below(leaves.len()));
    *leaf = match &*leaf {
        Value::Number(number) => {
            let text = other_letter(&number.to_string(), dice);
            // "1e5" or "-0" may become none: then it is another number all the same.
            serde_json::from_str(&text).unwrap_or_else(|_| Value::from(dice.below(1000)))
        }
        other => Value::from(other_letter(other.as_str().unwrap(), dice)),
    };
    Some(answer.with_body(json.to_string().into_bytes()))
}

/// Numbers, and texts with a letter or a digit.
fn collect<'value>(json: &'value mut Value, leaves: &mut Vec<&'value mut Value>) {
    match json {
        Value::Array(items) => items.iter_mut().for_each(|item| collect(item, leaves)),
        Value::Object(members) => members.values_mut().for_each(|member| collect(member, leaves)),
        Value::Number(_) => leaves.push(json),
        Value::String(text) if text.chars().any(|letter| letter.is_ascii_alphanumeric()) => {
            leaves.push(json);
        }
        Value::String(_) | Value::Bool(_) | Value::Null => {}
    }
}

/// The next one of its kind in place of one letter or digit.
fn other_letter(text: &str, dice: &mut Dice) -> String {
    let places: Vec<usize> = text
        .bytes()
        .enumerate()
        .filter(|(_, byte)| byte.is_ascii_alphanumeric())
        .map(|(at, _)| at)
        .collect();
    let at = *dice.one_of(&places);
    let mut bytes = text.as_bytes().to_vec();
    bytes[at] = match bytes[at] {
        b'9' => b'1',
        b'z' => b'a',
        b'Z' => b'A',
        other => other + 1,
    };
    String::from_utf8(bytes).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(body: &str) -> Message {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nx: y\r\n\r\n", body.len());
        Message { head: head.into_bytes(), body: body.as_bytes().to_vec() }
    }

    /// Whatever the dice say, something is wrong, and nothing else than what was asked for.
    #[test]
    fn each_damage_does_damage() {
        let whole =
            answer(r#"{"id":410001,"name":"Zoë","on":true,"none":null,"list":[{"x":"é9"}]}"#);
        let json: Value = serde_json::from_slice(&whole.body).unwrap();
        for seed in 0..2_000 {
            let dice = &mut Dice::new(seed);
            let cut = without_its_end(&whole, dice);
            assert!(!cut.is_empty() && cut.len() < whole.head.len());
            let short = half(&whole, dice).unwrap();
            assert!(short.starts_with(&whole.head) && short.len() < whole.bytes().len());
            let chunk = String::from_utf8_lossy(&half_a_chunk(&whole, dice).unwrap()).into_owned();
            assert!(!chunk.contains("Length") && chunk.contains("chunked\r\n\r\n"), "{chunk}");

            let status = other_status(&whole, dice);
            assert_ne!(status.head[..15], whole.head[..15]);
            assert_eq!(status.head[15..], whole.head[15..]);
            let header = other_header(&whole, dice);
            assert_eq!(header.head[..17], whole.head[..17]);
            assert_ne!(header.head, whole.head);
            let body = other_body(&whole, dice).unwrap();
            assert_eq!((&body.head, body.body.len()), (&whole.head, whole.body.len()));
            assert_ne!(body.body, whole.body);
            assert_ne!(other_request(&whole, dice), whole);

            let value = other_value(&whole, dice).unwrap();
            assert_ne!(serde_json::from_slice::<Value>(&value.body).unwrap(), json);
            assert_eq!(value.header("content-length"), Some(value.body.len().to_string()));
        }
        let empty = answer("");
        let dice = &mut Dice::new(1);
        assert!(half(&empty, dice).is_none() && half_a_chunk(&empty, dice).is_none());
        assert!(other_body(&empty, dice).is_none() && other_value(&empty, dice).is_none());
        assert!(other_value(&answer("true"), dice).is_none());
    }
}
