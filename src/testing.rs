//! What property tests share.

use std::env;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::string::string_regex;
use proptest::test_runner::{Config, RngSeed};
use serde_json::{Value, json};

/// How often each property is tried, where `REAUTH_CASES` does not ask for more.
const CASES: u32 = 2_000;

/// Where `make test` begins: the same cases each time, so that what is red was made red by a change.
const SEED: u64 = 20_261_127;

/// The configuration of every property test. With `REAUTH_CASES` there are so many cases, and others
/// each time; a failure tells its smallest case.
pub fn cases() -> Config {
    let (cases, rng_seed) = match env::var("REAUTH_CASES") {
        Ok(text) => (text.parse().expect("REAUTH_CASES is a number"), RngSeed::Random),
        Err(_) => (CASES, RngSeed::Fixed(SEED)),
    };
    // A failure prints the smallest case there is; nothing is left in the sources.
    Config {
        cases,
        rng_seed,
        failure_persistence: None,
        max_global_rejects: cases,
        ..Config::default()
    }
}

/// Texts of this form. A form that stands in a strategy as it is would be parsed for each case.
pub fn texts(form: &str) -> impl Strategy<Value = String> + use<> {
    string_regex(form).expect("a regular expression")
}

/// `valid`, changed in one place or a few: fields that are gone, come twice, have another name, or
/// hold something else. Its root stays an object.
pub fn json_mutants(valid: Value) -> impl Strategy<Value = Value> {
    let edits = prop_oneof![
        Just(Edit::Remove),
        Just(Edit::Double),
        texts("[a-zA-Z._@ \0]{0,12}").prop_map(Edit::Rename),
        odd_values().prop_map(Edit::Replace),
        (1_usize..120).prop_map(Edit::Bury),
    ];
    vec((any::<Index>(), edits), 1..4).prop_map(move |edits| {
        let mut mutant = valid.clone();
        for (place, edit) in edits {
            let places = count(&mutant) - 1;
            if places > 0 {
                change(&mut mutant, &mut place.index(places), &edit);
            }
        }
        mutant
    })
}

/// What nobody expects in a field.
pub fn odd_values() -> impl Strategy<Value = Value> {
    select(vec![
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(u64::MAX),
        json!(1e300),
        json!(0.5),
        json!(""),
        json!("null"),
        json!("\0"),
        json!("\u{feff}x"),
        json!("\u{fffd}"),
        json!("********"),
        json!("%00"),
        json!("«s»"),
        json!("007"),
        json!("x".repeat(2_000)),
        json!([]),
        json!({}),
        json!([[[{}]]]),
        json!({"a": {"b": ["********", 1]}}),
        json!([null, "\u{202e}", {}]),
    ])
}

#[derive(Debug, Clone)]
enum Edit {
    Remove,
    Double,
    Rename(String),
    Replace(Value),
    Bury(usize),
}

/// How many values there are in a value, itself included.
fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(fields) => fields.values().map(count).sum::<usize>(),
        _ => 0,
    }
}

/// Changes the value that comes `after` so many others below this one; whether it was among them.
fn change(value: &mut Value, after: &mut usize, edit: &Edit) -> bool {
    match value {
        Value::Array(items) => {
            for at in 0..items.len() {
                if *after == 0 {
                    match edit {
                        Edit::Remove => drop(items.remove(at)),
                        Edit::Double => items.insert(at, items[at].clone()),
                        Edit::Rename(name) => items[at] = json!({name: items[at]}),
                        other => replace(&mut items[at], other),
                    }
                    return true;
                }
                *after -= 1;
                if change(&mut items[at], after, edit) {
                    return true;
                }
            }
            false
        }
        Value::Object(fields) => {
            let keys: Vec<String> = fields.keys().cloned().collect();
            for key in keys {
                if *after == 0 {
                    match edit {
                        Edit::Remove => drop(fields.shift_remove(&key)),
                        Edit::Double => {
                            drop(fields.insert(format!("{key}2"), fields[&key].clone()))
                        }
                        Edit::Rename(name) => {
                            let inside = fields.shift_remove(&key).unwrap_or_default();
                            fields.insert(name.clone(), inside);
                        }
                        other => replace(&mut fields[&key], other),
                    }
                    return true;
                }
                *after -= 1;
                if change(&mut fields[&key], after, edit) {
                    return true;
                }
            }
            false
        }
        _ => false,
    }
}

fn replace(value: &mut Value, edit: &Edit) {
    match edit {
        Edit::Replace(odd) => *value = odd.clone(),
        Edit::Bury(depth) => {
            for level in 0..*depth {
                let inside = value.take();
                *value = if level % 2 == 0 { json!([inside]) } else { json!({"in": inside}) };
            }
        }
        Edit::Remove | Edit::Double | Edit::Rename(_) => {}
    }
}

/// `valid`, cut off, with bytes changed, lost or put in, or doubled; or bytes that have nothing to do
/// with it.
pub fn damaged(valid: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    let bits: Vec<Vec<u8>> = [
        &b"\0"[..],
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\xc3",
        b"\xed\xa0\x80",
        b"\\ud800",
        b"\"",
        b"'''",
        b"\"\"\"",
        b"{",
        b"}",
        b"[[",
        b"=",
        b"#",
        b"\\",
        b"\n",
        b"\r",
        b",",
        b"<html>",
        b"1e999",
        b"-",
        b"********",
    ]
    .iter()
    .map(|bits| bits.to_vec())
    .chain([b"[".repeat(5_000), b"{\"a\":".repeat(5_000), b"a.".repeat(5_000)])
    .collect();
    let blow =
        (any::<Index>(), 0_usize..30, prop_oneof![3 => select(bits), 1 => vec(any::<u8>(), 0..4)]);
    let mutant =
        (vec(blow, 0..3), option::weighted(0.3, any::<Index>())).prop_map(move |(blows, cut)| {
            let mut bytes = valid.clone();
            for (at, lost, put) in blows {
                let at = at.index(bytes.len() + 1);
                let end = (at + lost).min(bytes.len());
                bytes.splice(at..end, put);
            }
            if let Some(cut) = cut {
                bytes.truncate(cut.index(bytes.len() + 1));
            }
            bytes
        });
    prop_oneof![8 => mutant, 1 => vec(any::<u8>(), 0..200), 1 => texts("\\PC{0,40}").prop_map(String::into_bytes)]
}
