//! The locator catalogue: pages, how they are recognised, and their elements with candidates in
//! order of preference. It is data, because Salesforce changes pages without notice.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Value, json};

use super::BrowserError;
use super::evidence::Resemblance;
use super::nearest::Wanted;
use crate::input_file::{self, Accepts, read_text};

const EMBEDDED: &str = include_str!("../../webdriver/locators.toml");

/// Longest text that is worth showing of what is wrong with a catalogue, in characters.
const LONGEST_REASON: usize = 500;

/// A catalogue that was read and checked.
#[derive(Debug)]
pub struct Catalogue {
    pages: Vec<Page>,
    lists: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    texts: BTreeMap<String, Vec<String>>,
    page: Vec<Page>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    name: String,
    /// Where the knowledge comes from, for people.
    #[allow(dead_code)]
    source: String,
    #[allow(dead_code)]
    date: String,
    /// May turn up whatever is waited for.
    #[serde(default)]
    interrupts: bool,
    /// It shows itself by what is absent: believed once the document has been quiet for a moment.
    #[serde(default)]
    quiet: bool,
    /// Regular expressions (of the browser) of which one must match the document's URL.
    #[serde(default)]
    url: Vec<String>,
    /// Every entry must be found; an entry is found when one of its candidates is.
    #[serde(default)]
    signature: Vec<Vec<Candidate>>,
    /// Must not be found.
    #[serde(default)]
    absent: Vec<Candidate>,
    /// The frame that may hold the page.
    #[serde(default)]
    frame: Vec<Candidate>,
    #[serde(default)]
    elements: BTreeMap<String, Vec<Candidate>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Candidate {
    css: String,
    /// What a reader sees on it is exactly one of these; `@name` stands for a list in `[texts]`.
    #[serde(default)]
    text: Vec<String>,
    /// What a reader sees on it contains one of these.
    #[serde(default)]
    contains: Vec<String>,
    /// It need not be visible.
    #[serde(default)]
    hidden: bool,
}

impl Catalogue {
    /// The embedded catalogue, or the one in `file`.
    ///
    /// # Errors
    /// [`BrowserError::Catalogue`] with the place of the mistake.
    pub fn load(file: Option<&Path>) -> Result<Self, BrowserError> {
        match file {
            None => Self::parse("embedded", EMBEDDED),
            Some(path) => {
                let name = path.display().to_string();
                let text =
                    read_text(path, Accepts::File, input_file::LONGEST).map_err(|error| {
                        BrowserError::Catalogue { name: name.clone(), reason: error.to_string() }
                    })?;
                Self::parse(&name, &text)
            }
        }
    }

    fn parse(name: &str, text: &str) -> Result<Self, BrowserError> {
        // A name in the file may have any length.
        let broken = |reason: String| BrowserError::Catalogue {
            name: name.to_owned(),
            reason: reason.chars().take(LONGEST_REASON).collect(),
        };
        let mut file: File = toml::from_str(text).map_err(|error| broken(told(&error, text)))?;
        for page in &mut file.page {
            let candidates = page
                .signature
                .iter_mut()
                .flatten()
                .chain(&mut page.absent)
                .chain(&mut page.frame)
                .chain(page.elements.values_mut().flatten());
            for candidate in candidates {
                candidate
                    .resolve(&file.texts)
                    .map_err(|reason| broken(format!("page {}: {reason}", page.name)))?;
            }
            if page.url.is_empty() && page.signature.is_empty() {
                return Err(broken(format!("page {} has neither url nor signature", page.name)));
            }
        }
        Ok(Self { pages: file.page, lists: file.texts })
    }

    /// How many pages it knows.
    pub fn len(&self) -> usize {
        self.pages.len()
    }

    /// Whether it knows no page at all.
    pub fn is_empty(&self) -> bool {
        self.pages.is_empty()
    }

    /// A list of texts, e.g. the headers that a column may have in different languages.
    pub fn texts(&self, name: &str) -> &[String] {
        self.lists.get(name).map_or(&[], Vec::as_slice)
    }

    /// The candidates of an element, as the page scripts take them; none where it is unknown.
    pub(super) fn candidates(&self, page: &str, element: &str) -> Value {
        describe(self.element(page, element))
    }

    fn element(&self, page: &str, element: &str) -> &[Candidate] {
        let page = self.pages.iter().find(|known| known.name == page);
        page.and_then(|page| page.elements.get(element)).map_or(&[], Vec::as_slice)
    }

    /// One page, as the recogniser takes it.
    pub(super) fn describe_page(&self, name: &str) -> Option<Value> {
        self.pages.iter().find(|page| page.name == name).map(Page::describe)
    }

    /// The pages wanted and all interruptions, as the recogniser takes them.
    pub(super) fn describe(&self, wanted: &[&str]) -> Value {
        let is_asked_for = |page: &&Page| page.interrupts || wanted.contains(&page.name.as_str());
        self.pages.iter().filter(is_asked_for).map(Page::describe).collect()
    }
}

/// A part of a page that is found by candidates.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part<'page> {
    /// An entry of its signature.
    Signature(usize),
    /// The frame that it is in.
    Frame,
    /// One of its elements.
    Element(&'page str),
}

impl Catalogue {
    /// A candidate as a person writes it; none if there is no such candidate.
    pub(super) fn candidate(&self, page: &str, part: Part<'_>, index: usize) -> Option<String> {
        let page = self.pages.iter().find(|known| known.name == page)?;
        let candidates = match part {
            Part::Signature(entry) => page.signature.get(entry)?,
            Part::Frame => &page.frame,
            Part::Element(name) => page.elements.get(name)?,
        };
        let Candidate { css, text, contains, .. } = candidates.get(index)?;
        let mut written = css.clone();
        for (how, texts) in [("text", text), ("contains", contains)] {
            if !texts.is_empty() {
                written.push_str(&format!(", {how} {}", texts.join(" | ")));
            }
        }
        Some(written)
    }
}

/// What a person tries on a page.
impl Catalogue {
    /// A candidate as it would stand in the file, as the page scripts take it.
    ///
    /// # Errors
    /// Why it is none.
    pub(super) fn candidate_of(&self, text: &str) -> Result<Value, String> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Line {
            candidate: Candidate,
        }
        let mut candidate = toml::from_str::<Line>(&format!("candidate = {text}"))
            .map_err(|error| error.message().to_owned())?
            .candidate;
        candidate.resolve(&self.lists)?;
        Ok(describe(&[candidate])[0].take())
    }

    /// The candidates of `page.element` as they would stand in the file; none where it is unknown.
    pub(super) fn candidates_written(&self, part: &str) -> Vec<String> {
        let Some((page, element)) = part.split_once('.') else { return Vec::new() };
        self.element(page, element).iter().map(Candidate::to_toml).collect()
    }
}

impl Candidate {
    /// Puts lists in the place of their names.
    fn resolve(&mut self, lists: &BTreeMap<String, Vec<String>>) -> Result<(), String> {
        for list in [&mut self.text, &mut self.contains] {
            *list = resolve(list, lists)
                .map_err(|unknown| format!("there is no list {unknown} in [texts]"))?;
        }
        Ok(())
    }

    fn to_toml(&self) -> String {
        // What JSON escapes, TOML takes in a basic string.
        let quoted = |text: &str| json!(text).to_string();
        let mut parts = vec![format!("css = {}", quoted(&self.css))];
        for (how, texts) in [("text", &self.text), ("contains", &self.contains)] {
            if !texts.is_empty() {
                let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
                parts.push(format!("{how} = [{}]", texts.join(", ")));
            }
        }
        if self.hidden {
            parts.push("hidden = true".to_owned());
        }
        format!("{{ {} }}", parts.join(", "))
    }
}

/// What the catalogue tells of pages that were not recognised.
impl Catalogue {
    /// All pages, as the recogniser takes them.
    pub(super) fn describe_all(&self) -> Value {
        let names: Vec<&str> = self.pages.iter().map(|page| page.name.as_str()).collect();
        self.describe(&names)
    }

    /// The candidates of `page.element`; where a page alone is named, those of the entries of its
    /// signature that are not `shown`.
    pub(super) fn wanted(&self, part: &str, shown: &[bool]) -> Vec<(String, Vec<Wanted>)> {
        let (name, element) = part.split_once('.').map_or((part, None), |(n, e)| (n, Some(e)));
        let Some(page) = self.pages.iter().find(|page| page.name == name) else {
            return Vec::new();
        };
        match element {
            Some(element) => page
                .elements
                .get(element)
                .map(|candidates| (part.to_owned(), candidates.iter().map(wanted).collect()))
                .into_iter()
                .collect(),
            None => {
                let is_shown = |entry: usize| shown.get(entry) == Some(&true);
                let entries = page.signature.iter().enumerate();
                let missing = entries.filter(|(entry, _)| !is_shown(*entry));
                let candidates = missing.flat_map(|(_, entry)| entry).map(wanted).collect();
                vec![(format!("{name}.signature"), candidates)]
            }
        }
    }

    /// How much of a page is shown; `None` where nothing of its signature is, or all.
    pub(super) fn resemblance(
        &self,
        page: &str,
        url: bool,
        signature: &[bool],
    ) -> Option<Resemblance> {
        let page = self.pages.iter().find(|known| known.name == page)?;
        let (mut found, mut not_found) = (Vec::new(), Vec::new());
        let mut says = url && !page.url.is_empty();
        if !page.url.is_empty() {
            let address = format!("its address ({})", page.url.join(" or "));
            if url { found.push(address) } else { not_found.push(address) }
        }
        for (entry, shown) in page.signature.iter().zip(signature) {
            let Some(first) = entry.first() else { continue };
            says |= *shown && is_telling(first);
            if *shown { found.push(written(first)) } else { not_found.push(written(first)) }
        }
        (says && !not_found.is_empty()).then(|| Resemblance {
            page: page.name.clone(),
            found,
            not_found,
        })
    }
}

/// Whether a page is known by it: `body` and headings are on every page.
fn is_telling(candidate: &Candidate) -> bool {
    let first = candidate.css.split(',').next().unwrap_or_default();
    let has_text = !candidate.text.is_empty() || !candidate.contains.is_empty();
    has_text || first.contains(['#', '.', '['])
}

fn wanted(candidate: &Candidate) -> Wanted {
    let texts = candidate.text.iter().chain(&candidate.contains).cloned().collect();
    Wanted { css: candidate.css.clone(), texts }
}

fn written(candidate: &Candidate) -> String {
    match candidate.text.iter().chain(&candidate.contains).next() {
        Some(text) => format!("`{}` saying \"{text}\"", candidate.css),
        None => format!("`{}`", candidate.css),
    }
}

/// What is wrong, with the line as it stands, unless that is too long for anybody to read.
fn told(error: &toml::de::Error, text: &str) -> String {
    let whole = error.to_string();
    if whole.len() <= LONGEST_REASON {
        return whole;
    }
    let before = error.span().map_or(0, |span| span.start);
    let line = text.bytes().take(before).filter(|byte| *byte == b'\n').count() + 1;
    format!("line {line}: {}", error.message())
}

fn resolve(list: &[String], texts: &BTreeMap<String, Vec<String>>) -> Result<Vec<String>, String> {
    let mut resolved = Vec::new();
    for text in list {
        match text.strip_prefix('@') {
            Some(name) => resolved.extend(texts.get(name).ok_or(text.clone())?.iter().cloned()),
            None => resolved.push(text.clone()),
        }
    }
    Ok(resolved)
}

impl Page {
    /// As the recogniser takes it.
    fn describe(&self) -> Value {
        json!({
            "name": self.name,
            "url": self.url,
            "quiet": self.quiet,
            "signature": self.signature.iter().map(|any| describe(any)).collect::<Vec<_>>(),
            "absent": describe(&self.absent),
            "frame": describe(&self.frame),
            "elements": self.elements.iter()
                .map(|(name, candidates)| (name.clone(), describe(candidates)))
                .collect::<serde_json::Map<_, _>>(),
        })
    }
}

fn describe(candidates: &[Candidate]) -> Value {
    candidates
        .iter()
        .map(|candidate| {
            let mut description = json!({"css": candidate.css, "hidden": candidate.hidden});
            // An empty list matches nothing for the script, so it is left out.
            if !candidate.text.is_empty() {
                description["text"] = json!(candidate.text);
            }
            if !candidate.contains.is_empty() {
                description["contains"] = json!(candidate.contains);
            }
            description
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{cases, damaged};
    use proptest::prelude::*;

    #[test]
    fn the_embedded_catalogue_is_sound() {
        let catalogue = Catalogue::load(None).unwrap();
        let described = catalogue.describe(&["login"]);
        let names: Vec<_> = described
            .as_array()
            .unwrap()
            .iter()
            .map(|page| page["name"].as_str().unwrap())
            .collect();
        assert!(names.contains(&"login"));
        assert!(!names.contains(&"approval"), "only what was asked for: {names:?}");
    }

    #[test]
    fn mistakes_name_the_page() {
        let error = Catalogue::parse(
            "mine.toml",
            "[[page]]\nname = 'x'\nsource = ''\ndate = ''\nsignature = [[{css='a', text=['@none']}]]\n",
        )
        .unwrap_err();
        assert!(error.to_string().contains("page x: there is no list @none"), "{error}");
    }

    /// Everything that may stand in a catalogue.
    const SMALL: &str = r##"
[texts]
save = ["Save", "Speichern", "Enregistrer"]

[[page]]
name = "one"
source = "Salesforce help"
date = "2026-11"
interrupts = true
quiet = false
url = ['^https://[^/]+/one', '/two$']
signature = [[{ css = "form#login", hidden = true }, { css = "form" }], [{ css = "input", text = ["@save", "OK"] }]]
absent = [{ css = "#error", contains = ["@save"] }]
frame = [{ css = "iframe[name^='vf']" }]

[page.elements]
go = [{ css = "button", contains = ["Go"] }]
"##;

    /// What is shown can be typed, and is then the very same.
    #[test]
    fn candidates_as_they_are_typed() {
        let catalogue = Catalogue::parse("mine.toml", SMALL).unwrap();
        assert_eq!(
            catalogue.candidates_written("one.go"),
            [r#"{ css = "button", contains = ["Go"] }"#]
        );
        assert!(catalogue.candidates_written("one.none").is_empty());
        let embedded = Catalogue::load(None).unwrap();
        for page in &embedded.pages {
            for (name, candidates) in &page.elements {
                let part = format!("{}.{name}", page.name);
                let typed = embedded.candidates_written(&part);
                let typed: Result<Value, _> =
                    typed.iter().map(|text| embedded.candidate_of(text)).collect();
                assert_eq!(typed.as_ref(), Ok(&describe(candidates)), "{part}");
            }
        }
        assert_eq!(
            catalogue.candidate_of("{ css = 'a', text = ['@save'] }").unwrap()["text"][1],
            "Speichern"
        );
        for (text, reason) in [
            ("{ css = 'a', text = ['@none'] }", "there is no list @none in [texts]"),
            ("{ text = ['a'] }", "missing field `css`"),
            ("{ css = 'a' }\nx = 1", "unknown field `x`, expected `candidate`"),
        ] {
            assert_eq!(catalogue.candidate_of(text).unwrap_err(), reason);
        }
        assert!(catalogue.candidate_of("{").is_err());
    }

    proptest! {
        #![proptest_config(cases())]

        /// Neither reading it nor what is asked of it later fails in another way.
        #[test]
        fn a_damaged_catalogue_is_refused_or_usable(bytes in damaged(SMALL.as_bytes().to_vec())) {
            let text = String::from_utf8_lossy(&bytes);
            match Catalogue::parse("mine.toml", &text) {
                Ok(catalogue) => {
                    prop_assert_eq!(catalogue.describe_all().as_array().unwrap().len(), catalogue.len());
                    for page in &catalogue.pages {
                        prop_assert!(!page.url.is_empty() || !page.signature.is_empty());
                        prop_assert!(catalogue.describe_page(&page.name).is_some());
                        drop(catalogue.wanted(&page.name, &[true]));
                        drop(catalogue.resemblance(&page.name, true, &[true, false]));
                        for element in page.elements.keys() {
                            prop_assert!(catalogue.candidates(&page.name, element).is_array());
                            drop(catalogue.candidate(&page.name, Part::Element(element), 0));
                        }
                    }
                }
                Err(error) => {
                    let said = error.to_string();
                    prop_assert!(said.contains("mine.toml") && said.chars().count() < 2 * LONGEST_REASON, "{}", said);
                }
            }
        }
    }
}
