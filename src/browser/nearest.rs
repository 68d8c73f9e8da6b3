//! What on a page comes nearest to what was looked for and not found, for whoever mends the
//! catalogue. Pure: from the record of a page, in which no field has a value.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Anything less alike would only be in the way.
const LEAST: u8 = 25;
/// How many are worth showing.
const MOST: usize = 3;

/// A visible control of a page, as it was recorded.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Control {
    /// Element name.
    pub tag: String,
    /// Its ARIA role, given or implied.
    pub role: String,
    /// What names it to a reader.
    pub label: String,
    /// What a reader sees on it.
    pub text: String,
    /// Its attributes, without values of fields.
    pub attributes: BTreeMap<String, String>,
}

/// A candidate of the catalogue that found nothing.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Its selector.
    pub css: String,
    /// What it might say; empty if that does not matter.
    pub texts: Vec<String>,
}

/// A control that comes near.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Near {
    /// ARIA role.
    pub role: String,
    /// What names it.
    pub label: String,
    /// What it says.
    pub text: String,
    /// 0 to 100.
    pub score: u8,
    /// A candidate that would select it, as `locators.toml` writes it.
    pub candidate: String,
}

impl Near {
    /// In a line: `button "Continue" (82): { css = "button#go" }`.
    pub fn describe(&self) -> String {
        let name = if self.text.is_empty() { &self.label } else { &self.text };
        format!("{} \"{name}\" ({}): {}", self.role, self.score, self.candidate)
    }
}

/// The controls that come nearest to any of the candidates, best first.
pub fn nearest(wanted: &[Wanted], controls: &[Control]) -> Vec<Near> {
    let mut near: Vec<Near> = controls
        .iter()
        .filter_map(|control| {
            let score = wanted.iter().map(|wanted| likeness(wanted, control)).max()?;
            (score >= LEAST).then(|| Near {
                role: control.role.clone(),
                label: control.label.clone(),
                text: control.text.clone(),
                score,
                candidate: candidate(control),
            })
        })
        .collect();
    near.sort_by(|one, other| {
        other.score.cmp(&one.score).then(one.candidate.cmp(&other.candidate))
    });
    near.dedup();
    near.truncate(MOST);
    near
}

/// How alike a control is to a candidate: its kind, its names, its words, 0 to 100.
fn likeness(wanted: &Wanted, control: &Control) -> u8 {
    wanted
        .css
        .split(',')
        .map(|selector| {
            let signs = Signs::of(selector);
            let mut parts = Vec::new();
            if let Some(tag) = &signs.tag {
                parts.push((2.0, f64::from(u8::from(*tag == control.tag))));
            }
            if let Some(kind) = &signs.kind {
                let has = control.attributes.get("type") == Some(kind);
                parts.push((2.0, f64::from(u8::from(has))));
            }
            if !signs.names.is_empty() {
                parts.push((3.0, best(&signs.names, &names(control))));
            }
            if !wanted.texts.is_empty() {
                let said = [&control.text, &control.label].map(|text| text.to_lowercase());
                let texts: Vec<String> =
                    wanted.texts.iter().map(|text| text.to_lowercase()).collect();
                parts.push((4.0, best(&texts, &said)));
            }
            let weight: f64 = parts.iter().map(|(weight, _)| weight).sum();
            let sum: f64 = parts.iter().map(|(weight, likeness)| weight * likeness).sum();
            if weight > 0.0 { percent(sum / weight) } else { 0 }
        })
        .max()
        .unwrap_or(0)
}

/// The best likeness of any two; what is too little alike is not alike.
fn best(wanted: &[String], seen: &[String]) -> f64 {
    wanted.iter().flat_map(|wanted| seen.iter().map(|seen| alike(wanted, seen))).fold(0.0, f64::max)
}

fn alike(wanted: &str, seen: &str) -> f64 {
    if wanted.is_empty() || seen.is_empty() {
        return 0.0;
    }
    if wanted != seen && wanted.chars().count() > 2 && seen.contains(wanted) {
        return 0.9;
    }
    // Slips of letters, or the same words in another order.
    let letters = strsim::normalized_damerau_levenshtein(wanted, seen);
    let words = strsim::sorensen_dice(wanted, seen);
    let letters = if letters < 0.5 { 0.0 } else { letters };
    let words = if words < 0.3 { 0.0 } else { words };
    letters.max(words)
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn percent(share: f64) -> u8 {
    (share.clamp(0.0, 1.0) * 100.0).round() as u8
}

fn names(control: &Control) -> Vec<String> {
    let words = ["id", "name", "class"]
        .iter()
        .filter_map(|attribute| control.attributes.get(*attribute))
        .flat_map(|value| value.split_whitespace());
    words.map(str::to_lowercase).collect()
}

/// What the last compound of a selector asks for.
struct Signs {
    tag: Option<String>,
    kind: Option<String>,
    /// Ids, classes and names.
    names: Vec<String>,
}

impl Signs {
    fn of(selector: &str) -> Self {
        let compound = selector.split_whitespace().next_back().unwrap_or_default();
        let end = compound.find(['#', '.', '[', ':']).unwrap_or(compound.len());
        let tag = Some(compound[..end].to_lowercase()).filter(|tag| !tag.is_empty() && tag != "*");
        let (mut kind, mut names) = (None, Vec::new());
        let mut rest = &compound[end..];
        while let Some(sign) = rest.chars().next() {
            let body = &rest[sign.len_utf8()..];
            let end = if sign == '[' {
                body.find(']').map_or(body.len(), |at| at + 1)
            } else {
                body.find(['#', '.', '[', ':']).unwrap_or(body.len())
            };
            let part = body[..end].trim_end_matches(']');
            match (sign, part.split_once('=')) {
                ('#' | '.', _) => names.push(part.to_lowercase()),
                ('[', Some((name, value))) => {
                    let value = value.trim_matches(['"', '\'']).to_lowercase();
                    match name.trim_end_matches(['^', '$', '*', '~', '|']) {
                        "type" => kind = Some(value),
                        "name" | "id" | "class" => names.push(value),
                        _ => {}
                    }
                }
                _ => {}
            }
            rest = &body[end..];
        }
        Self { tag, kind, names }
    }
}

/// A candidate that selects a control: by its id, else by its name, else by what it says.
fn candidate(control: &Control) -> String {
    let attribute = |name: &str| control.attributes.get(name).filter(|value| !value.is_empty());
    if let Some(id) = attribute("id") {
        return entry(&format!("{}[id={}]", control.tag, quoted(id)), None);
    }
    if let Some(name) = attribute("name") {
        return entry(&format!("{}[name={}]", control.tag, quoted(name)), None);
    }
    let css = match attribute("type") {
        Some(kind) => format!("{}[type={}]", control.tag, quoted(kind)),
        None => control.tag.clone(),
    };
    let said = if control.text.is_empty() { &control.label } else { &control.text };
    entry(&css, (!said.is_empty()).then_some(said))
}

/// In single quotes, for a selector within a TOML string.
fn quoted(value: &str) -> String {
    let is_plain = value.starts_with(|c: char| c.is_ascii_alphabetic())
        && value.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    if is_plain {
        value.to_owned()
    } else {
        format!("'{}'", value.replace('\\', "\\\\").replace('\'', "\\'"))
    }
}

fn entry(css: &str, text: Option<&String>) -> String {
    match text {
        Some(text) => format!("{{ css = {}, text = [{}] }}", basic_string(css), basic_string(text)),
        None => format!("{{ css = {} }}", basic_string(css)),
    }
}

/// A TOML basic string.
fn basic_string(text: &str) -> String {
    let mut string = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => string.extend(['\\', c]),
            c if c.is_control() => string.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => string.push(c),
        }
    }
    string.push('"');
    string
}

#[cfg(test)]
mod tests {
    use crate::testing::cases;
    use proptest::prelude::*;

    use super::*;

    fn control(tag: &str, role: &str, text: &str, attributes: &[(&str, &str)]) -> Control {
        let attributes = attributes.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned()));
        Control {
            tag: tag.into(),
            role: role.into(),
            label: text.into(),
            text: text.into(),
            attributes: attributes.collect(),
        }
    }

    fn wanted(css: &str, texts: &[&str]) -> Wanted {
        Wanted { css: css.into(), texts: texts.iter().map(|text| (*text).to_owned()).collect() }
    }

    #[test]
    fn the_likeliest_comes_first_with_a_candidate_that_selects_it() {
        let controls = [
            control("a", "link", "Forgot?", &[("href", "/forgot")]),
            control("input", "textbox", "", &[("id", "thePage:username"), ("type", "email")]),
            control("button", "button", "Weiter", &[("type", "submit")]),
            control("input", "button", "Abbrechen", &[("name", "cancel"), ("type", "button")]),
        ];
        let submit =
            [wanted("input#Login", &[]), wanted("input[type=submit], button[type=submit]", &[])];
        let near = nearest(&submit, &controls);
        assert_eq!(
            near[0].describe(),
            "button \"Weiter\" (100): { css = \"button[type=submit]\", text = [\"Weiter\"] }"
        );
        let near = nearest(&[wanted("input#username", &[])], &controls);
        assert_eq!(near[0].candidate, "{ css = \"input[id='thePage:username']\" }");
        let near = nearest(&[wanted("a", &["Forgot!"])], &controls);
        assert_eq!((near[0].text.as_str(), near[0].score > 80), ("Forgot?", true));
        assert_eq!(nearest(&[wanted("select#x", &[])], &controls), []);
    }

    proptest! {
        #![proptest_config(cases())]

        #[test]
        fn any_page_and_any_selector_are_survived(
            css in ".{0,40}", text in ".{0,20}", tag in "[a-z]{1,8}", id in ".{0,20}",
        ) {
            let controls = [control(&tag, "button", &text, &[("id", &id)])];
            for near in nearest(&[wanted(&css, &[&text])], &controls) {
                prop_assert!(near.score <= 100);
                let entry = format!("x = {}", near.candidate);
                prop_assert!(entry.parse::<toml::Table>().is_ok(), "{}", entry);
            }
        }
    }
}
