//! Tables of Classic pages, found by their headers and read as data.

use std::collections::BTreeMap;

use fantoccini::elements::Element;
use serde::Serialize;
use serde_json::{Value, json};

use super::{BrowserError, Session};

const SCRIPT: &str = include_str!("table.js");

/// A table as a reader sees it.
#[derive(Debug, Default)]
pub struct Table {
    /// Its rows, without the header.
    pub rows: Vec<Row>,
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
#[derive(Debug)]
pub struct Row {
    /// The columns that were asked for.
    pub cells: BTreeMap<String, Cell>,
    /// Links and buttons of the row, with what they say.
    pub controls: Vec<(String, Element)>,
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

    /// The first control that says one of `labels`.
    pub fn control(&self, labels: &[String]) -> Option<&Element> {
        self.controls.iter().find(|(label, _)| labels.contains(label)).map(|(_, element)| element)
    }
}

impl Session {
    /// Reads the table that has all the columns that are needed. `None`: the document shows no such table.
    ///
    /// # Errors
    /// Any [`BrowserError`].
    pub async fn read_table(&self, columns: &[Column<'_>]) -> Result<Option<Table>, BrowserError> {
        let answer = self.script("read table", SCRIPT, vec![json!(columns)]).await?;
        if answer["tag"] == "none" {
            return Ok(None);
        }
        let rows = answer["rows"].as_array().ok_or_else(|| BrowserError::Script {
            script: "read table",
            answer: self.redactor.redact(&answer.to_string()).into_owned(),
        })?;
        Ok(Some(Table { rows: rows.iter().map(|row| self.row(row)).collect() }))
    }

    fn row(&self, row: &Value) -> Row {
        let text_of = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let cells = row["cells"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(key, cell)| {
                let links = cell["links"].as_array().into_iter().flatten().map(text_of).collect();
                (key.clone(), Cell { text: text_of(&cell["text"]), links })
            })
            .collect();
        let controls = row["controls"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|control| {
                Some((text_of(&control["label"]), self.element(&control["element"])?))
            })
            .collect();
        Row { cells, controls }
    }
}
