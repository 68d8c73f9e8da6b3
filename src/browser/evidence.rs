//! What a page looked like when something went wrong: enough to repair a locator, no secrets.

use serde::Serialize;
use serde_json::Value;

use super::{BrowserError, Session};

/// Attributes and texts of what is visible; never the value of a field.
const SCRIPT: &str = r"
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
    function visible(e) { return e.getClientRects().length > 0; }
    function* deep(root, css) {
      yield* root.querySelectorAll(css);
      for (const host of root.querySelectorAll('*')) if (host.shadowRoot) yield* deep(host.shadowRoot, css);
    }
    const controls = [];
    for (const e of deep(document, 'input,select,textarea,button,a[href],iframe,[role=button],[role=link]')) {
      if (!visible(e) || controls.length >= 200) continue;
      const attributes = {};
      for (const a of e.attributes) {
        if (a.name === 'value' && !/^(submit|button|reset)$/.test(e.type)) continue;
        if (a.name.startsWith('on') || a.name === 'style') continue;
        attributes[a.name] = (ADDRESSES.includes(a.name) ? cut(a.value) : a.value).slice(0, 200);
      }
      controls.push({ tag: e.tagName.toLowerCase(), text: (e.innerText || '').trim().slice(0, 100), attributes });
    }
    return { url: cut(location.href), title: document.title,
             text: (document.body ? document.body.innerText : '').slice(0, 4000), controls };";

/// A page as it was found.
#[derive(Debug, Clone, Serialize)]
pub struct PageRecord {
    /// URL of the top-level document.
    pub url: String,
    /// What the document that commands went to says of itself: url, title, text, visible controls.
    pub document: Value,
}

impl Session {
    /// Records the document that commands go to.
    ///
    /// # Errors
    /// Any [`BrowserError`]; an open dialog or a lost session among them.
    pub async fn record(&self) -> Result<PageRecord, BrowserError> {
        let mut url = self.current_url().await?;
        url.set_query(url.query().map(|_| "…"));
        url.set_fragment(None);
        let document = self.script("record the page", SCRIPT, Vec::new()).await?;
        Ok(PageRecord {
            url: self.redactor.redact(url.as_str()).into_owned(),
            document: self.redactor.redact_json(&document),
        })
    }
}
