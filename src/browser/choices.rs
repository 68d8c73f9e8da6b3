//! What a page lets its reader choose from, and small things that a page can be asked.

use fantoccini::elements::Element;
use serde_json::{Value, json};

use super::session::element_reference;
use super::{BrowserError, Session};

const CHOICES: &str = concat!(include_str!("page.js"), include_str!("choices.js"));

/// One of several that exclude each other.
#[derive(Debug, Clone)]
pub struct Choice {
    /// The radio button.
    pub element: Element,
    /// What the page sends if it is chosen.
    pub value: String,
    /// What it says to a reader.
    pub text: String,
}

impl Session {
    /// The radio buttons of the document that commands go to, where they or their labels are
    /// visible.
    ///
    /// # Errors
    /// Any [`BrowserError`].
    pub async fn choices(&self) -> Result<Vec<Choice>, BrowserError> {
        let answer = self.script("read choices", CHOICES, Vec::new()).await?;
        let choice = |found: &Value| {
            let text = |key: &str| found[key].as_str().unwrap_or_default().to_owned();
            let element = self.element(&found["element"])?;
            Some(Choice { element, value: text("value"), text: text("text") })
        };
        Ok(answer.as_array().into_iter().flatten().filter_map(choice).collect())
    }

    /// Ticks a check box or radio button, unless it is ticked.
    ///
    /// # Errors
    /// Any [`BrowserError`].
    pub async fn tick(&self, element: &Element) -> Result<(), BrowserError> {
        const SCRIPT: &str = "if (!arguments[0].checked) arguments[0].click(); return true;";
        self.script("tick", SCRIPT, vec![element_reference(element)]).await.map(drop)
    }

    /// By how many seconds the clock of the page's host is ahead of this machine's, by the `Date`
    /// of an answer (RFC 9110 section 6.6.1). `None` if it gives none in time.
    ///
    /// # Errors
    /// Any [`BrowserError`].
    pub async fn host_ahead_by(&self) -> Result<Option<i64>, BrowserError> {
        // Asks for what changes nothing and needs no session; a 404 has a date as well.
        const SCRIPT: &str = r"
            const answer = arguments[arguments.length - 1];
            setTimeout(() => answer({}), arguments[0]);
            const asked = { method: 'HEAD', credentials: 'omit', cache: 'no-store', redirect: 'manual' };
            fetch('/robots.txt', asked).then(
              response => answer({ ahead: Date.parse(response.headers.get('date')) - Date.now() }),
              () => answer({}));";
        const LIMIT_MS: u64 = 1_500;
        let answer = self.waiting_script("ask for the time", SCRIPT, vec![json!(LIMIT_MS)]).await?;
        // Dates are whole seconds.
        Ok(answer["ahead"].as_f64().map(|milliseconds| (milliseconds / 1000.0).round() as i64))
    }
}
