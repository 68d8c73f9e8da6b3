//! Tables of Classic pages, found by their headers and read as data.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use super::session::SLICE;
use super::{BrowserError, Session};

const READ: &str =
    concat!(include_str!("page.js"), include_str!("table.js"), include_str!("read_table.js"));
const TURN: &str =
    concat!(include_str!("page.js"), include_str!("table.js"), include_str!("turn_page.js"));
const PRESS: &str =
    concat!(include_str!("page.js"), include_str!("table.js"), include_str!("press_row.js"));

/// What leads to the next page of a table, in the catalogue.
const NEXT_PAGE: &str = "next_page";

/// A table as a reader sees it.
#[derive(Debug, Default)]
pub struct Table {
    /// What its header cells say.
    pub headers: Vec<String>,
    /// Its rows, without the header.
    pub rows: Vec<Row>,
    /// Which candidate of the page's `next_page` leads on; none on the last page.
    pub more: Option<usize>,
    /// The same where the same page of a list is read again.
    pub mark: String,
}

/// What a column of a row has to say.
#[derive(Debug, Serialize)]
pub struct Expected<'row> {
    key: &'static str,
    text: &'row str,
    links: Option<&'row [String]>,
}

impl<'row> Expected<'row> {
    /// This text, whatever its links.
    pub fn text(key: &'static str, text: &'row str) -> Self {
        Self { key, text, links: None }
    }

    /// This text with these links.
    pub fn cell(key: &'static str, cell: &'row Cell) -> Self {
        Self { key, text: &cell.text, links: Some(&cell.links) }
    }
}

/// What came of pressing a control in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pressed {
    /// It is being pressed, within two seconds: [`Session::end_press`] tells whether it was. The page
    /// is spent until fewer rows read so, it is another document, or the press was given up.
    Yes,
    /// No row reads so.
    NoRow,
    /// The row has so many controls that say so, and not exactly one.
    NotOne(u64),
}

/// A column that is asked for.
#[derive(Debug, Serialize)]
pub struct Column<'texts> {
    key: &'static str,
    texts: &'texts [String],
    needed: bool,
}

impl<'texts> Column<'texts> {
    /// One without which the table is another. `texts`: what its header may say.
    pub fn needed(key: &'static str, texts: &'texts [String]) -> Self {
        Self { key, texts, needed: true }
    }

    /// One that is read where it is there.
    pub fn optional(key: &'static str, texts: &'texts [String]) -> Self {
        Self { key, texts, needed: false }
    }
}

/// A row.
#[derive(Debug, Clone)]
pub struct Row {
    /// The columns that were asked for.
    pub cells: BTreeMap<String, Cell>,
    /// What the links and buttons of the row say.
    pub controls: Vec<String>,
}

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// What a reader sees.
    pub text: String,
    /// Where its links lead, as written.
    pub links: Vec<String>,
}

impl Row {
    /// What a column says; empty where there is none.
    pub fn text(&self, column: &str) -> &str {
        self.cells.get(column).map_or("", |cell| cell.text.as_str())
    }
}

impl Session {
    /// Reads the table of a page that has all the columns that are needed, in one piece. `None`: the document
    /// shows no such table.
    ///
    /// # Errors
    /// Any [`BrowserError`].
    pub async fn read_table(
        &self,
        page: &str,
        columns: &[Column<'_>],
    ) -> Result<Option<Table>, BrowserError> {
        let limit = u64::try_from(SLICE.as_millis()).unwrap_or(u64::MAX);
        let next = self.catalogue.candidates(page, NEXT_PAGE);
        let arguments = vec![json!(columns), next, json!(limit)];
        let answer = self.waiting_script("read table", READ, arguments).await?;
        match answer["tag"].as_str() {
            Some("table") => {}
            Some("none" | "restless") => return Ok(None),
            // A dialog ended the script.
            None if answer.is_null() => return Ok(None),
            _ => return Err(self.not_an_answer("read table", &answer)),
        }
        let rows = answer["rows"].as_array().into_iter().flatten().map(row).collect();
        let more = answer["more"].as_u64().and_then(|at| usize::try_from(at).ok());
        let (headers, mark) = (texts(&answer["headers"]), text(&answer["mark"]));
        Ok(Some(Table { headers, rows, more, mark }))
    }

    /// Turns to the next page of a table, within two seconds. The page is spent until its rows are
    /// others, or it is another document.
    ///
    /// # Errors
    /// Any [`BrowserError`].
    pub async fn turn_page(&self, page: &str, columns: &[Column<'_>]) -> Result<(), BrowserError> {
        self.slow_down().await;
        let next = self.catalogue.candidates(page, NEXT_PAGE);
        self.script("turn the page", TURN, vec![json!(columns), next, json!(page)]).await.map(drop)
    }

    /// Presses the one control that says one of `labels` in the first row whose columns read as
    /// `expected`; found anew and clicked in one task, whatever was rendered since it was read.
    ///
    /// # Errors
    /// Any [`BrowserError`].
    pub async fn press_in_row(
        &self,
        page: &str,
        columns: &[Column<'_>],
        expected: &[Expected<'_>],
        labels: &[String],
    ) -> Result<Pressed, BrowserError> {
        self.slow_down().await;
        let arguments = vec![json!(columns), json!(expected), json!(labels), json!(page)];
        let answer = self.script("press in row", PRESS, arguments).await?;
        match answer["tag"].as_str() {
            Some("pressing") => Ok(Pressed::Yes),
            Some("gone") => Ok(Pressed::NoRow),
            Some("controls") => Ok(Pressed::NotOne(answer["count"].as_u64().unwrap_or(0))),
            _ => Err(self.not_an_answer("press in row", &answer)),
        }
    }

    /// Whether what was to be pressed last was pressed. If not, it will not be any more. What a
    /// document did that is gone is not known: it is taken for pressed.
    ///
    /// # Errors
    /// Any [`BrowserError`] but that the page went away.
    pub async fn end_press(&self) -> Result<bool, BrowserError> {
        const SCRIPT: &str = r"
            const attempt = document[Symbol.for('reauth.pressing')];
            if (attempt) attempt.end();
            return !attempt || attempt.state === 'pressed';";
        match self.script("end the press", SCRIPT, Vec::new()).await {
            Err(error) if error.is_page_gone() => Ok(true),
            answer => Ok(answer? == json!(true)),
        }
    }

    fn not_an_answer(&self, script: &'static str, answer: &Value) -> BrowserError {
        let answer = self.redactor.redact(&answer.to_string()).into_owned();
        BrowserError::Script { script, answer }
    }
}

fn row(row: &Value) -> Row {
    let cells = row["cells"].as_object().into_iter().flatten().map(|(key, cell)| {
        (key.clone(), Cell { text: text(&cell["text"]), links: texts(&cell["links"]) })
    });
    Row { cells: cells.collect(), controls: texts(&row["controls"]) }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().map(text).collect()
}
