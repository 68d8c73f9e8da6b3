//! What a reader sees, in the org's language. Data is not translated: an app called "Revoke" stays
//! what it is.

use serde::{Deserialize, Serialize};

use super::words::WORDS;

/// A language of the org's pages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// English.
    #[default]
    English,
    /// German.
    German,
    /// Japanese.
    Japanese,
    /// French: only on pages that bring their own words.
    French,
}

impl Language {
    /// Those that all pages are translated into.
    pub(in crate::simulator) const ALL: [Self; 3] = [Self::English, Self::German, Self::Japanese];

    /// Its tag (BCP 47).
    pub(in crate::simulator) fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::Japanese => "ja",
            Self::French => "fr",
        }
    }

    /// An English text in this language; itself where nobody has translated it.
    pub(in crate::simulator) fn of(self, text: &str) -> Option<&'static str> {
        let (english, german, japanese) = WORDS.iter().find(|(english, ..)| *english == text)?;
        Some(match self {
            Self::English => english,
            Self::German => german,
            Self::Japanese => japanese,
            Self::French => return None,
        })
    }
}

/// Whether a text means this English one, in any language.
pub(in crate::simulator) fn says(text: &str, english: &str) -> bool {
    let text = text.trim();
    text == english || Language::ALL.iter().any(|language| language.of(english) == Some(text))
}

/// A template in this language.
pub(in crate::simulator) fn translated(template: &str, language: Language) -> String {
    if language == Language::English {
        return template.to_owned();
    }
    walk(template, |text| language.of(text))
        .0
        .replace("<html lang=\"en\">", &format!("<html lang=\"{}\">", language.tag()))
}

/// The texts of a template that a language lacks.
#[cfg(test)]
pub(in crate::simulator) fn untranslated(template: &str, language: Language) -> Vec<String> {
    walk(template, |text| language.of(text)).1
}

/// Attributes that a reader sees.
const READ: [&str; 5] = ["title", "placeholder", "aria-label", "alt", "data-label"];

/// Replaces texts; answers the template and the texts that had no replacement. A message is what
/// stands between two tags or statements, expressions included.
fn walk(template: &str, of: impl Fn(&str) -> Option<&'static str>) -> (String, Vec<String>) {
    let mut out = String::with_capacity(template.len() * 2);
    let mut missing = Vec::new();
    let mut rest = template;
    let mut message = String::new();
    let mut say = |message: &mut String, out: &mut String| {
        out.push_str(&said(message, &of, &mut missing));
        message.clear();
    };
    while !rest.is_empty() {
        if let Some(end) = expression(rest, "{%", "%}") {
            say(&mut message, &mut out);
            out.push_str(&rest[..end]);
            rest = &rest[end..];
        } else if let Some(end) = expression(rest, "{{", "}}") {
            message.push_str(&rest[..end]);
            rest = &rest[end..];
        } else if rest.starts_with('<') {
            say(&mut message, &mut out);
            let end = end_of_tag(rest);
            let tag = &rest[..end];
            rest = &rest[end..];
            out.push_str(&tag_said(tag, &mut say));
            for (open, close) in [("<style", "</style"), ("<script", "</script")] {
                if tag.starts_with(open) {
                    let end = rest.find(close).unwrap_or(rest.len());
                    out.push_str(&rest[..end]);
                    rest = &rest[end..];
                }
            }
        } else {
            let next = rest.chars().next().map_or(0, char::len_utf8);
            message.push_str(&rest[..next]);
            rest = &rest[next..];
        }
    }
    say(&mut message, &mut out);
    (out, missing)
}

/// A message in its place, the white space around it kept.
fn said(
    message: &str,
    of: impl Fn(&str) -> Option<&'static str>,
    missing: &mut Vec<String>,
) -> String {
    let text = message.split_whitespace().collect::<Vec<_>>().join(" ");
    if !has_words(&text) {
        return message.to_owned();
    }
    let Some(translation) = of(&text) else {
        missing.push(text);
        return message.to_owned();
    };
    let trimmed = message.trim();
    let begin = message.find(trimmed).unwrap_or(0);
    format!("{}{translation}{}", &message[..begin], &message[begin + trimmed.len()..])
}

/// Whether there is something to translate outside of expressions and entities.
fn has_words(text: &str) -> bool {
    let mut bare = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("{{") {
        bare.push_str(&rest[..at]);
        rest = rest[at..].find("}}").map_or("", |end| &rest[at + end + 2..]);
    }
    bare.push_str(rest);
    for entity in ["&nbsp;", "&copy;", "&amp;"] {
        bare = bare.replace(entity, "");
    }
    bare.contains(char::is_alphabetic)
}

/// Where an expression that the text begins with ends.
fn expression(text: &str, open: &str, close: &str) -> Option<usize> {
    if !text.starts_with(open) {
        return None;
    }
    Some(text.find(close).map_or(text.len(), |at| at + close.len()))
}

/// Where the tag that the text begins with ends; a `>` in quotes or in an expression does not end it.
fn end_of_tag(text: &str) -> usize {
    let mut at = 0;
    let mut quoted = false;
    while at < text.len() {
        let rest = &text[at..];
        if let Some(end) = expression(rest, "{%", "%}").or_else(|| expression(rest, "{{", "}}")) {
            at += end;
            continue;
        }
        match rest.as_bytes()[0] {
            b'"' => quoted = !quoted,
            b'>' if !quoted => return at + 1,
            _ => {}
        }
        at += rest.chars().next().map_or(1, char::len_utf8);
    }
    text.len()
}

fn tag_said(tag: &str, say: &mut impl FnMut(&mut String, &mut String)) -> String {
    let is_button = tag.starts_with("<input")
        && ["submit", "button", "reset"]
            .iter()
            .any(|kind| tag.contains(&format!("type=\"{kind}\"")));
    let mut tag = tag.to_owned();
    for attribute in READ.into_iter().chain(is_button.then_some("value")) {
        let sign = format!(" {attribute}=\"");
        let Some(begin) = tag.find(&sign).map(|at| at + sign.len()) else { continue };
        let Some(length) = tag[begin..].find('"') else { continue };
        let mut message = tag[begin..begin + length].to_owned();
        let mut translation = String::new();
        say(&mut message, &mut translation);
        tag.replace_range(begin..begin + length, &translation);
    }
    tag
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_translated_and_data_is_not() {
        let template = "<html lang=\"en\"><p title=\"Allow\"> Page {{ page }} of {{ pages }} </p>\
            {% if a < b %}<input type=\"submit\" value=\" Allow \"><b>{{ app }}</b>{% endif %}\
            <script>var x = \"Allow\";</script>";
        assert_eq!(
            translated(template, Language::German),
            "<html lang=\"de\"><p title=\"Zulassen\"> Seite {{ page }} von {{ pages }} </p>\
             {% if a < b %}<input type=\"submit\" value=\" Zulassen \"><b>{{ app }}</b>{% endif %}\
             <script>var x = \"Allow\";</script>"
        );
        assert!(says(" Zulassen ", "Allow") && says("許可", "Allow") && !says("Ablehnen", "Allow"));
    }
}
