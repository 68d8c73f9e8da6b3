//! Which known page is shown. Waits for events in the page, never for time to pass.

use std::collections::BTreeMap;

use fantoccini::elements::Element;
use serde_json::{Value, json};
use tokio::time::Instant;
use url::Url;

use super::catalogue::Part;
use super::session::SLICE;
use super::{BrowserError, Session};

const SCRIPT: &str = concat!(include_str!("page.js"), include_str!("recogniser.js"));
const PRESS: &str = concat!(include_str!("page.js"), include_str!("press.js"));
const SPEND: &str = concat!(include_str!("page.js"), include_str!("spend.js"));
/// Frames in frames, at most.
const DEEPEST: usize = 3;

/// How often the browser may be elsewhere than the page that was just seen. A page that goes on
/// claiming another origin than its own is taken for what it is.
const MOST_CONTRADICTIONS: u32 = 3;

/// What the rounds of a look have come to so far.
#[derive(Default)]
struct Rounds {
    title: String,
    contradictions: u32,
}

/// A page that was recognised.
#[derive(Debug)]
pub struct Seen {
    /// Its name in the catalogue.
    pub page: String,
    /// Its document's URL, as the browser says; where the page is in a frame, its own word.
    pub url: Url,
    /// Its document's origin, as the browser says; where the page is in a frame, its own word.
    pub origin: String,
    /// Its title.
    pub title: String,
    /// Whether it is shown in a frame, which commands now go to.
    pub in_frame: bool,
    /// A hash of its text: the same for a page that came back as it was.
    pub content: i64,
    /// Its elements that are there, by name.
    pub elements: BTreeMap<String, Found>,
    /// Tells its document from all others, also from one of the same address.
    pub document: String,
    /// A digest of its text.
    fingerprint: i64,
    /// What only a fallback found: elements as `page.element`, and `page.signature` or `page.frame`
    /// where the page itself was found so.
    pub drift: Vec<String>,
}

/// An element that was found.
#[derive(Debug, Clone)]
pub struct Found {
    /// The element.
    pub element: Element,
    /// What it says to a reader.
    pub text: String,
}

impl Seen {
    /// A page with nothing on it, for tests of the rules.
    #[cfg(test)]
    pub fn bare(page: &str, url: &str, content: i64) -> Self {
        let url = Url::parse(url).unwrap();
        Self {
            page: page.to_owned(),
            origin: url.origin().ascii_serialization(),
            url,
            title: String::new(),
            in_frame: false,
            content,
            elements: BTreeMap::new(),
            document: String::new(),
            fingerprint: 0,
            drift: Vec::new(),
        }
    }

    /// An element by name.
    pub fn element(&self, name: &str) -> Option<&Element> {
        self.elements.get(name).map(|found| &found.element)
    }

    /// What an element says, by name.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.elements.get(name).map(|found| found.text.as_str())
    }
}

/// What a look at the browser found.
#[derive(Debug)]
pub enum Look {
    /// A known page.
    Page(Seen),
    /// The browser tried to go to the callback: the URL, with the code or the error in it.
    Callback(Url),
    /// The browser shows its own error page: this URL could not be reached.
    Unreachable(Url),
    /// A dialog is open, with this text: nothing else can be asked before it is answered.
    Dialog(String),
    /// Nothing known before the deadline.
    Nothing {
        /// URL of the top-level document.
        url: Url,
        /// Its title.
        title: String,
    },
}

/// How a page that was acted on is kept from being recognised again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spend {
    /// Until there is another document.
    Document,
    /// Until the document's text is another.
    Content,
}

impl Session {
    /// Waits until one of the pages named, or any interruption of the catalogue, is shown.
    ///
    /// # Errors
    /// A [`BrowserError`] other than that the page went away.
    pub async fn look(&self, wanted: &[&str], deadline: Instant) -> Result<Look, BrowserError> {
        let pages = self.catalogue.describe(wanted);
        let mut rounds = Rounds::default();
        loop {
            match self.look_once(&pages, &mut rounds, deadline).await {
                Ok(Some(look)) => return Ok(look),
                Ok(None) => {}
                Err(BrowserError::Driver { error, .. }) if error == "unexpected alert open" => {
                    if let Some(text) = self.dialog().await? {
                        return Ok(Look::Dialog(text));
                    }
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// One round: the top-level document, then the frame that may hold a page, then the address.
    async fn look_once(
        &self,
        pages: &Value,
        rounds: &mut Rounds,
        deadline: Instant,
    ) -> Result<Option<Look>, BrowserError> {
        self.leave_frames().await?;
        let mut frame = None;
        let mut answer = self.ask(pages, deadline).await?;
        for _ in 0..DEEPEST {
            let Some(found) = answer.take_if(|answer| answer["tag"] == "frame") else { break };
            frame = frame.max(found["frame"]["candidate"].as_u64());
            answer = self.look_into_frame(&found, pages, deadline).await?;
        }
        // The answer to a page is worth more than where the browser was a moment later.
        if let Some(answer) = &answer
            && answer["tag"] == "page"
        {
            let mut seen = self.seen(answer)?;
            if frame.is_some_and(|candidate| candidate > 0) {
                seen.drift.push(format!("{}.frame", seen.page));
            }
            self.note_fallback(&seen.page, Part::Frame, frame);
            if !seen.in_frame && !self.confirm_origin(&mut seen, rounds).await? {
                return Ok(None);
            }
            return Ok(Some(Look::Page(seen)));
        }
        let url = self.current_url().await?;
        if self.is_callback(&url) {
            return Ok(Some(Look::Callback(url)));
        }
        if answer.as_ref().is_some_and(|answer| answer["tag"] == "unreachable") {
            return Ok(Some(Look::Unreachable(url)));
        }
        if let Some(answer) = answer {
            answer["title"].as_str().unwrap_or_default().clone_into(&mut rounds.title);
        }
        let title = || rounds.title.clone();
        Ok((Instant::now() >= deadline).then(|| Look::Nothing { url, title: title() }))
    }

    /// Has the browser say where the page is from. Our scripts run in the page's own world: what they
    /// answer is the page's word, and on it depends what is typed there. Its elements need no such
    /// care: they are bound to their document, and gone with it.
    ///
    /// False: the browser has gone elsewhere meanwhile.
    async fn confirm_origin(
        &self,
        seen: &mut Seen,
        rounds: &mut Rounds,
    ) -> Result<bool, BrowserError> {
        let url = self.current_url().await?;
        let origin = url.origin().ascii_serialization();
        if origin != seen.origin {
            rounds.contradictions += 1;
            if rounds.contradictions < MOST_CONTRADICTIONS {
                return Ok(false);
            }
            tracing::warn!(
                page = seen.page,
                origin,
                claimed = seen.origin,
                "claims another origin"
            );
        }
        (seen.origin, seen.url) = (origin, url);
        Ok(true)
    }

    /// One question to the document that commands go to; `None`: it went away.
    async fn ask(&self, pages: &Value, deadline: Instant) -> Result<Option<Value>, BrowserError> {
        let left = deadline.saturating_duration_since(Instant::now()).min(SLICE);
        let limit = u64::try_from(left.as_millis()).unwrap_or(0).max(1);
        let callback =
            format!("{}{}", self.callback.origin().ascii_serialization(), self.callback.path());
        let arguments = vec![pages.clone(), json!(callback), json!(limit)];
        match self.waiting_script("recognise", SCRIPT, arguments).await {
            Ok(answer) if answer["tag"].is_string() => Ok(Some(answer)),
            // A dialog ended the script; whoever waits for one asks for it.
            Ok(Value::Null) => Ok(None),
            Ok(answer) => Err(BrowserError::Script {
                script: "recognise",
                answer: self.redactor.redact(&answer.to_string()).into_owned(),
            }),
            Err(error) if error.is_page_gone() => Ok(None),
            // A pattern or selector of the catalogue that the browser does not understand.
            Err(BrowserError::Driver { error, message, .. })
                if error == "javascript error"
                    && ["SyntaxError", "not a valid selector", "regular expression"]
                        .iter()
                        .any(|sign| message.contains(sign)) =>
            {
                Err(BrowserError::Catalogue { name: "in use".into(), reason: message })
            }
            // The browser's own error page has no body to look at.
            Err(BrowserError::Driver { error, .. }) if error == "javascript error" => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn look_into_frame(
        &self,
        answer: &Value,
        pages: &Value,
        deadline: Instant,
    ) -> Result<Option<Value>, BrowserError> {
        let Some(frame) = self.element(&answer["frame"]["element"]) else {
            return Ok(None);
        };
        match self.enter_frame(frame).await {
            Ok(()) => self.ask(pages, deadline).await,
            Err(error) if error.is_page_gone() => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn seen(&self, answer: &Value) -> Result<Seen, BrowserError> {
        let broken = || BrowserError::Script {
            script: "recognise",
            answer: self.redactor.redact(&answer.to_string()).into_owned(),
        };
        let page = answer["page"].as_str().ok_or_else(broken)?.to_owned();
        let url = answer["url"].as_str().and_then(|url| Url::parse(url).ok()).ok_or_else(broken)?;
        let mut elements = BTreeMap::new();
        let mut drift = Vec::new();
        for (entry, candidate) in answer["signature"].as_array().into_iter().flatten().enumerate() {
            self.note_fallback(&page, Part::Signature(entry), candidate.as_u64());
        }
        let signature = answer["signature"].as_array().into_iter().flatten();
        if signature.filter_map(Value::as_u64).any(|candidate| candidate > 0) {
            drift.push(format!("{page}.signature"));
        }
        for (name, found) in answer["elements"].as_object().into_iter().flatten() {
            let element = self.element(&found["element"]).ok_or_else(broken)?;
            if found["candidate"].as_u64().is_some_and(|candidate| candidate > 0) {
                drift.push(format!("{page}.{name}"));
            }
            self.note_fallback(&page, Part::Element(name), found["candidate"].as_u64());
            let text = found["text"].as_str().unwrap_or_default().to_owned();
            elements.insert(name.clone(), Found { element, text });
        }
        let in_frame = self.in_frame.load(std::sync::atomic::Ordering::Relaxed);
        tracing::debug!(page, in_frame, "recognised");
        Ok(Seen {
            page,
            origin: answer["origin"].as_str().unwrap_or_default().to_owned(),
            title: answer["title"].as_str().unwrap_or_default().to_owned(),
            document: answer["document"].as_str().unwrap_or_default().to_owned(),
            fingerprint: answer["fingerprint"].as_i64().unwrap_or_default(),
            url,
            in_frame,
            content: answer["content"].as_i64().unwrap_or_default(),
            elements,
            drift,
        })
    }

    fn is_callback(&self, url: &Url) -> bool {
        url.origin() == self.callback.origin() && url.path() == self.callback.path()
    }

    /// Says that the page was acted on.
    ///
    /// # Errors
    /// A [`BrowserError`] other than that the page went away.
    pub async fn spend(&self, page: &str, how: Spend) -> Result<(), BrowserError> {
        let arguments = vec![json!(page), json!(how == Spend::Document)];
        match self.script("mark the page", SPEND, arguments).await {
            Err(error) if !error.is_page_gone() => Err(error),
            _ => Ok(()),
        }
    }

    /// Nothing in the document that was seen is recognised until its text is another than it was
    /// then: it is left to work by itself. A document that has taken its place is not touched.
    ///
    /// # Errors
    /// A [`BrowserError`] other than that the page went away.
    pub async fn set_aside(&self, seen: &Seen) -> Result<(), BrowserError> {
        const SCRIPT: &str = r"
            if (document[Symbol.for('reauth.document')] === arguments[0]) {
              const key = Symbol.for('reauth.spent');
              document[key] = Object.assign(document[key] || {}, { '*': arguments[1] });
            }
            return true;";
        let arguments = vec![json!(seen.document), json!(seen.fingerprint)];
        match self.script("set the page aside", SCRIPT, arguments).await {
            Err(error) if !error.is_page_gone() => Err(error),
            _ => Ok(()),
        }
    }

    /// Presses an element of a page that was rendered again since it was seen: found anew and clicked
    /// in one task, if the document shows that page, or does so in a moment. Says whether it is that
    /// document still. Where the page does not come back, nothing is pressed, and it is not spent.
    ///
    /// # Errors
    /// Any [`BrowserError`].
    pub async fn press_again(
        &self,
        seen: &Seen,
        element: &str,
        how: Spend,
    ) -> Result<bool, BrowserError> {
        let Some(mut page) = self.catalogue.describe_page(&seen.page) else { return Ok(false) };
        // It was spent by who pressed it first.
        self.unspend(&seen.page).await?;
        page["quiet"] = json!(false);
        let with_document = json!(how == Spend::Document);
        let (origin, document) = (json!(seen.origin), json!(seen.document));
        let arguments = vec![page, json!(element), origin, document, with_document];
        Ok(self.script("press again", PRESS, arguments).await? == json!(true))
    }

    async fn unspend(&self, page: &str) -> Result<(), BrowserError> {
        const SCRIPT: &str = r"
            const spent = document[Symbol.for('reauth.spent')];
            if (spent) delete spent[arguments[0]];
            return true;";
        self.script("unmark the page", SCRIPT, vec![json!(page)]).await.map(drop)
    }

    /// Nothing in the document that is shown is recognised any more.
    pub(super) async fn spend_document(&self) -> Result<(), BrowserError> {
        self.spend("*", Spend::Document).await
    }
}
