//! Shows a person what is meant: elements are outlined in the page, and counted.

use fantoccini::elements::Element;
use serde::Deserialize;
use serde_json::{Value, json};

use super::session::element_reference;
use super::{BrowserError, Session};

const SCRIPT: &str = concat!(include_str!("page.js"), include_str!("highlight.js"));

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selector {
    /// CSS, open shadow roots included.
    Css(String),
    /// XPath 1.0, in the document alone.
    XPath(String),
    /// Controls, headings and cells that say exactly this.
    Text(String),
    /// Rows of tables that have all these texts.
    Row(Vec<String>),
    /// A candidate of the catalogue, as it stands there: `{ css = "button", text = ["@allow"] }`.
    Candidate(String),
}

impl Selector {
    /// As a person types it: `xpath=…`, `text=…`, a candidate of the catalogue, or CSS.
    pub fn typed(text: &str) -> Self {
        let text = text.trim();
        if text.starts_with('{') {
            Self::Candidate(text.to_owned())
        } else if let Some(path) = text.strip_prefix("xpath=") {
            Self::XPath(path.to_owned())
        } else if let Some(words) = text.strip_prefix("text=") {
            Self::Text(words.trim_matches('"').to_owned())
        } else {
            Self::Css(text.strip_prefix("css=").unwrap_or(text).to_owned())
        }
    }
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Highlighted {
    /// Elements in the document that commands go to.
    pub elements: u64,
    /// Those of them that are shown.
    pub visible: u64,
    /// Frames of the same site that have some, and how many.
    pub frames: Vec<(String, u64)>,
    /// Frames of other sites, which were not looked into.
    #[serde(rename = "closed")]
    pub closed_frames: u64,
    /// Why it is no selector, in the browser's words.
    pub error: Option<String>,
}

impl Session {
    /// Outlines what fits a selector, and nothing that an earlier call did.
    ///
    /// # Errors
    /// Any [`BrowserError`].
    pub async fn highlight(&self, selector: &Selector) -> Result<Highlighted, BrowserError> {
        let (kind, value) = match selector {
            Selector::Candidate(text) => match self.catalogue.candidate_of(text) {
                Ok(candidate) => ("candidate", candidate),
                Err(reason) => {
                    return Ok(Highlighted { error: Some(reason), ..Highlighted::default() });
                }
            },
            Selector::Css(css) => ("css", json!(css)),
            Selector::XPath(path) => ("xpath", json!(path)),
            Selector::Text(text) => ("text", json!(text)),
            Selector::Row(texts) => ("row", json!(texts)),
        };
        let answer = self.outline(kind, value).await?;
        let mut found: Highlighted = serde_json::from_value(answer).map_err(|error| {
            BrowserError::Script { script: "highlight", answer: error.to_string() }
        })?;
        // A page may say in it whatever it likes.
        found.error = found.error.map(|error| self.redactor.redact(&error).into_owned());
        Ok(found)
    }

    /// Outlines elements that were found in the document that commands go to. Answers how many of
    /// them are shown.
    ///
    /// # Errors
    /// Any [`BrowserError`]; a stale element means that the page went away.
    pub async fn highlight_elements(&self, elements: &[&Element]) -> Result<u64, BrowserError> {
        let elements = elements.iter().map(|element| element_reference(element)).collect();
        let answer = self.outline("elements", elements).await?;
        Ok(answer["visible"].as_u64().unwrap_or_default())
    }

    /// The candidates by which the catalogue finds a part of a page (`page.element`), as they stand
    /// there; none where it is unknown.
    pub fn candidates_of(&self, part: &str) -> Vec<String> {
        self.catalogue.candidates_written(part)
    }

    /// Takes the outlines away.
    ///
    /// # Errors
    /// Any [`BrowserError`].
    pub async fn clear_highlight(&self) -> Result<(), BrowserError> {
        self.outline("none", Value::Null).await.map(drop)
    }

    async fn outline(&self, kind: &str, value: Value) -> Result<Value, BrowserError> {
        self.script("highlight", SCRIPT, vec![json!(kind), value]).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed() {
        for (text, expected) in [
            ("#Login", Selector::Css("#Login".into())),
            ("css=a[x='text=']", Selector::Css("a[x='text=']".into())),
            ("xpath=//a", Selector::XPath("//a".into())),
            ("text=Log In", Selector::Text("Log In".into())),
            (" { css = 'a' } ", Selector::Candidate("{ css = 'a' }".into())),
            ("text=\"Log In\"", Selector::Text("Log In".into())),
        ] {
            assert_eq!(Selector::typed(text), expected);
        }
    }
}
