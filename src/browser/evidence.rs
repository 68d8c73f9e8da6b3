//! What a page looked like when something went wrong: enough to repair a locator, no secrets.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::nearest::{Control, Near, nearest};
use super::{BrowserError, Session};
use crate::secrets::Redactor;
use crate::secrets::excerpt::{self, MARGIN};

/// Finding, as the recogniser finds.
const FIND: &str = include_str!("page.js");
const SIGNS: &str = concat!(include_str!("page.js"), include_str!("signs.js"));

/// Attributes and texts of what is visible; never the value of a field.
const RECORD: &str = r"
    // Queries hold session ids, codes and confirmation tokens: their names are enough.
    function cut(address) {
      try {
        const url = new URL(address, location.href);
        const names = [...url.searchParams.keys()];
        url.search = names.map(name => encodeURIComponent(name) + '=…').join('&');
        url.hash = '';
        return url.protocol === 'javascript:' ? 'javascript:…' : decodeURI(url.href);
      } catch { return '…'; }
    }
    const ADDRESSES = ['href', 'src', 'action', 'formaction'];
    const ROLES = { a: 'link', button: 'button', select: 'combobox', textarea: 'textbox', iframe: 'frame', th: 'columnheader' };
    const KINDS = { submit: 'button', button: 'button', reset: 'button', checkbox: 'checkbox', radio: 'radio' };
    function roleOf(e) {
      return e.getAttribute('role') || (e.tagName === 'INPUT' ? KINDS[e.type] || 'textbox' : ROLES[e.tagName.toLowerCase()] || '');
    }
    function nameOf(e) {
      const label = e.labels && e.labels[0] ? e.labels[0].innerText : '';
      return normalised(label || e.getAttribute('aria-label') || e.placeholder || e.title || textOf(e));
    }
    function textOf(e) {
      const isButton = e.tagName === 'INPUT' && KINDS[e.type] === 'button';
      return normalised(isButton ? e.value : e.tagName === 'SELECT' || e.tagName === 'TEXTAREA' ? '' : e.innerText);
    }
    // Only so that the record has an end. What is kept of a text is cut from it when it has been
    // redacted, and the rest of a secret at this cut goes with that.
    const { margin, most } = arguments[0];
    let length = 0;
    function bounded(text, kind) {
      const bounded = (text || '').slice(0, most[kind] + margin).toWellFormed();
      length += bounded.length;
      return bounded;
    }
    const controls = [];
    for (const e of deep(document, 'input,select,textarea,button,a[href],iframe,th,[role=button],[role=link]')) {
      if (controls.length >= 200 || length > 1e6) break;
      if (!isVisible(e)) continue;
      const attributes = {};
      for (const a of [...e.attributes].slice(0, 50)) {
        if (a.name === 'value' && !/^(submit|button|reset)$/.test(e.type)) continue;
        if (a.name.startsWith('on') || a.name === 'style' || a.name.length > 100) continue;
        attributes[a.name] = bounded(ADDRESSES.includes(a.name) ? cut(a.value) : a.value, 'attribute');
      }
      controls.push({ tag: e.tagName.toLowerCase(), role: bounded(roleOf(e), 'name'),
        label: bounded(nameOf(e), 'name'), text: bounded(textOf(e), 'name'), attributes });
    }
    return { url: bounded(cut(location.href), 'url'), title: bounded(document.title, 'title'),
             text: bounded(document.body ? document.body.innerText : '', 'text'), controls };";

/// How many characters of each kind of text are kept.
#[derive(Debug, Clone, Copy, Serialize)]
struct Most {
    url: usize,
    title: usize,
    text: usize,
    /// Of what names a control, or is read on it.
    name: usize,
    attribute: usize,
}

const MOST: Most = Most { url: 2_000, title: 200, text: 4_000, name: 100, attribute: 200 };

/// The record that the page gave, redacted, and then shortened.
fn cleaned(document: &Value, redactor: &Redactor) -> Value {
    let mut clean = redactor.redact_json(document);
    for (field, most) in [("url", MOST.url), ("title", MOST.title), ("text", MOST.text)] {
        shorten(clean.get_mut(field), &document[field], most);
    }
    let raw = document["controls"].as_array().into_iter().flatten();
    let controls = clean.get_mut("controls").and_then(Value::as_array_mut).into_iter().flatten();
    for (control, raw) in controls.zip(raw) {
        for field in ["role", "label", "text"] {
            shorten(control.get_mut(field), &raw[field], MOST.name);
        }
        let attributes = control.get_mut("attributes").and_then(Value::as_object_mut);
        for (name, attribute) in attributes.into_iter().flatten() {
            shorten(Some(attribute), &raw["attributes"][name], MOST.attribute);
        }
    }
    clean
}

fn shorten(clean: Option<&mut Value>, raw: &Value, most: usize) {
    if let (Some(Value::String(clean)), Value::String(raw)) = (clean, raw) {
        // The page counts as JavaScript does.
        let is_cut = raw.encode_utf16().count() >= most + MARGIN;
        *clean = excerpt::beginning(clean, is_cut, most);
    }
}

/// A page as it was found.
#[derive(Debug, Clone, Serialize)]
pub struct PageRecord {
    /// URL of the top-level document.
    pub url: String,
    /// What the document that commands went to says of itself: url, title, text, visible controls.
    pub document: Value,
    /// What comes nearest to each part of the catalogue that was looked for and not found.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<Missing>,
    /// The known page that it resembles most, where no known page was shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resembles: Option<Resemblance>,
}

/// A part of the catalogue that was not found.
#[derive(Debug, Clone, Serialize)]
pub struct Missing {
    /// `page.element`, or `page.signature`.
    pub part: String,
    /// The nearest controls, best first.
    pub nearest: Vec<Near>,
}

/// What of a known page is shown.
#[derive(Debug, Deserialize)]
struct Signs {
    page: String,
    /// Whether the address is its.
    url: bool,
    /// Whether each entry of its signature is found.
    signature: Vec<bool>,
}

/// How a page that nobody knows resembles a known one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Resemblance {
    /// The known page.
    pub page: String,
    /// Its signs that are there.
    pub found: Vec<String>,
    /// Those that are not.
    pub not_found: Vec<String>,
}

impl PageRecord {
    /// What to tell somebody who has to mend the catalogue, a line each.
    pub fn hints(&self) -> Vec<String> {
        let resembles = self.resembles.iter().map(|known| {
            format!(
                "most like `{}`: found {}; not found {}",
                known.page,
                known.found.join(", "),
                known.not_found.join(", ")
            )
        });
        let missing = self.missing.iter().flat_map(|missing| {
            let part = &missing.part;
            let near = missing.nearest.iter().map(Near::describe);
            near.map(move |near| format!("near `{part}`: {near}"))
        });
        resembles.chain(missing).collect()
    }
}

impl Session {
    /// Records the document that commands go to, and what on it comes nearest to what was
    /// `looked_for`: pages by name, or elements as `page.element`.
    ///
    /// # Errors
    /// Any [`BrowserError`]; an open dialog or a lost session among them.
    pub async fn record(&self, looked_for: &[String]) -> Result<PageRecord, BrowserError> {
        let mut url = self.current_url().await?;
        url.set_query(url.query().map(|_| "…"));
        url.set_fragment(None);
        let script = format!("{FIND}{RECORD}");
        let limits = json!({"margin": MARGIN, "most": MOST});
        let document = self.script("record the page", &script, vec![limits]).await?;
        let document = cleaned(&document, &self.redactor);
        let controls: Vec<Control> =
            serde_json::from_value(document["controls"].clone()).unwrap_or_default();
        let signs = self.signs().await?;
        let mut missing = Vec::new();
        for part in looked_for {
            let shown = signs.iter().find(|signs| signs.page == *part);
            let shown = shown.map_or(&[][..], |signs| &signs.signature);
            for (part, wanted) in self.catalogue.wanted(part, shown) {
                let nearest = nearest(&wanted, &controls);
                if !nearest.is_empty() {
                    missing.push(Missing { part, nearest });
                }
            }
        }
        let is_unknown = looked_for.iter().any(|part| !part.contains('.'));
        let resembles = is_unknown.then(|| self.resembles(&signs, looked_for)).flatten();
        let url = self.redactor.redact(url.as_str()).into_owned();
        Ok(PageRecord { url, document, missing, resembles })
    }

    /// Which signs of every known page are shown.
    async fn signs(&self) -> Result<Vec<Signs>, BrowserError> {
        let pages = self.catalogue.describe_all();
        let answer = self.script("compare the page", SIGNS, vec![json!(pages)]).await?;
        serde_json::from_value(answer).map_err(|error| BrowserError::Script {
            script: "compare the page",
            answer: error.to_string(),
        })
    }

    /// The known page of which most signs are shown; first of all one that was looked for.
    fn resembles(&self, signs: &[Signs], looked_for: &[String]) -> Option<Resemblance> {
        let known = signs.iter().filter_map(|signs| {
            self.catalogue.resemblance(&signs.page, signs.url, &signs.signature)
        });
        known.max_by_key(|known| {
            let share =
                known.found.len() * 100 / (known.found.len() + known.not_found.len()).max(1);
            (looked_for.contains(&known.page), share)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the page cuts it.
    fn bounded(text: &str, most: usize) -> String {
        text.chars().take(most + MARGIN).collect()
    }

    #[test]
    fn no_beginning_of_a_secret_is_left_at_a_cut() {
        let redactor = Redactor::new();
        let secret = "00DXsecret!AQcAQ-much.longer-than-a-piece-of-it";
        let _ = redactor.learn("sid", secret);
        for most in [MOST.name, MOST.attribute, MOST.title, MOST.text] {
            for edge in [most, most + MARGIN] {
                for before in edge - secret.len() - 1..=edge + 1 {
                    // Labels are shorter than what they stand for: the cut may come to the front.
                    let many = before / (secret.len() + 1);
                    for text in [
                        format!("{}{secret}{}", "x".repeat(before), "y".repeat(9000)),
                        format!("{}{secret}", format!("{secret} ").repeat(many)),
                    ] {
                        let control = json!({
                            "role": bounded(&text, MOST.name),
                            "label": bounded(&text, MOST.name),
                            "text": bounded(&text, MOST.name),
                            "attributes": {"data-x": bounded(&text, MOST.attribute)},
                        });
                        let document = json!({
                            "url": bounded(&text, MOST.url),
                            "title": bounded(&text, MOST.title),
                            "text": bounded(&text, MOST.text),
                            "controls": [control],
                        });
                        let clean = cleaned(&document, &redactor).to_string();
                        assert!(!clean.contains("00DX"), "{most} {before}");
                        assert!(clean.len() < 10_000, "{}", clean.len());
                    }
                }
            }
        }
    }
}
