//! Ids, names and classes under other names, as a new release or another framework brings them.

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use url::form_urlencoded;

use super::super::salesforce::Salesforce;

/// What every new name begins with.
const PREFIX: &str = "j_id0_";
/// Elements that say what they are, and what stands in their place where nothing does.
const PLAIN: [(&str, &str); 5] = [
    ("<th ", "<td "),
    ("<th>", "<td>"),
    ("</th>", "</td>"),
    ("<pre>", "<div>"),
    ("</pre>", "</div>"),
];
/// Larger than any form of the org.
const MOST_BYTES: usize = 256 * 1024;

/// What is called otherwise.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Names {
    /// Nothing.
    #[default]
    Kept,
    /// Every id.
    Ids,
    /// Every id, class, and name of a visible control; header cells are plain cells, and what is
    /// preformatted is not.
    All,
}

/// The page with other names.
pub(super) fn replaced(html: String, names: Names) -> String {
    if names == Names::Kept {
        return html;
    }
    let mut out = String::with_capacity(html.len() * 2);
    let mut rest = html.as_str();
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = end_of_tag(rest);
        let tag = &rest[..end];
        rest = &rest[end..];
        out.push_str(&tag_replaced(tag, names));
        for (open, close) in [("<style", "</style"), ("<script", "</script")] {
            if tag.starts_with(open) {
                let end = rest.find(close).unwrap_or(rest.len());
                let inside = &rest[..end];
                if open == "<style" {
                    out.push_str(&styles_replaced(inside, names));
                } else {
                    out.push_str(&script_replaced(inside, names));
                }
                rest = &rest[end..];
            }
        }
    }
    out.push_str(rest);
    out
}

/// Where the tag that the text begins with ends; a `>` in quotes does not end it.
fn end_of_tag(text: &str) -> usize {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, '>') => return at + 1,
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            _ => {}
        }
    }
    text.len()
}

fn tag_replaced(tag: &str, names: Names) -> String {
    let all = names == Names::All;
    let mut tag = tag.to_owned();
    let is_control = ["<input", "<button", "<select", "<textarea"]
        .iter()
        .any(|control| tag.starts_with(control))
        && !tag.contains("type=\"hidden\"");
    for attribute in ["id", "for", "aria-describedby", "aria-labelledby", "class", "name"] {
        let applies = match attribute {
            "class" => all,
            "name" => all && is_control,
            _ => true,
        };
        if applies {
            tag = attribute_replaced(&tag, attribute);
        }
    }
    if all {
        for (known, plain) in PLAIN {
            tag = tag.replace(known, plain);
        }
    }
    tag
}

/// Each word of an attribute's value under another name.
fn attribute_replaced(tag: &str, attribute: &str) -> String {
    let sign = format!(" {attribute}=\"");
    let Some(at) = tag.find(&sign) else { return tag.to_owned() };
    let begin = at + sign.len();
    let Some(length) = tag[begin..].find('"') else { return tag.to_owned() };
    let words: Vec<String> = tag[begin..begin + length]
        .split_whitespace()
        .map(|word| format!("{PREFIX}{word}"))
        .collect();
    format!("{}{}{}", &tag[..begin], words.join(" "), &tag[begin + length..])
}

/// Selectors stand outside of braces, colours and numbers inside.
fn styles_replaced(styles: &str, names: Names) -> String {
    let mut out = String::with_capacity(styles.len() * 2);
    let mut depth = 0_usize;
    let mut characters = styles.chars().peekable();
    while let Some(c) = characters.next() {
        out.push(c);
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            '#' | '.' if depth == 0 && (c == '#' || names == Names::All) => out.push_str(PREFIX),
            _ => {}
        }
        if characters.peek().is_none() {
            break;
        }
    }
    out
}

fn script_replaced(script: &str, names: Names) -> String {
    let mut script = script.to_owned();
    for ask in ["getElementById(\"", "querySelector(\"#", "querySelectorAll(\"#"] {
        script = script.replace(ask, &format!("{ask}{PREFIX}"));
    }
    if names == Names::All {
        for ask in ["querySelector(\".", "querySelectorAll(\"."] {
            script = script.replace(ask, &format!("{ask}{PREFIX}"));
        }
    }
    script
}

/// Forms come back under the new names and are handed on under the old ones.
pub(in crate::simulator) async fn restore(
    State(salesforce): State<Salesforce>,
    request: Request,
    next: Next,
) -> Response {
    let is_form = request
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/x-www-form-urlencoded"));
    if !is_form || salesforce.settings().markup.names != Names::All {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, MOST_BYTES).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let restored = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form_urlencoded::parse(&bytes).map(|(name, value)| {
            (name.strip_prefix(PREFIX).unwrap_or(&name).to_owned(), value.into_owned())
        }))
        .finish();
    parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(restored.len()));
    next.run(Request::from_parts(parts, Body::from(restored))).await
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<style>#a .b{color:#fff;width:1.5em}</style>\
        <div id=\"a\" class=\"b c\"><label for=\"x\">X</label>\
        <input type=\"hidden\" name=\"t\"><input id=\"x\" name=\"x\"></div><th>H</th>\
        <script>document.getElementById(\"x\"); document.querySelector(\".b\");</script>";

    #[test]
    fn ids_alone() {
        assert_eq!(
            replaced(PAGE.to_owned(), Names::Ids),
            "<style>#j_id0_a .b{color:#fff;width:1.5em}</style>\
             <div id=\"j_id0_a\" class=\"b c\"><label for=\"j_id0_x\">X</label>\
             <input type=\"hidden\" name=\"t\"><input id=\"j_id0_x\" name=\"x\"></div><th>H</th>\
             <script>document.getElementById(\"j_id0_x\"); document.querySelector(\".b\");</script>"
        );
    }

    #[test]
    fn everything_that_has_a_name() {
        assert_eq!(
            replaced(PAGE.to_owned(), Names::All),
            "<style>#j_id0_a .j_id0_b{color:#fff;width:1.5em}</style>\
             <div id=\"j_id0_a\" class=\"j_id0_b j_id0_c\"><label for=\"j_id0_x\">X</label>\
             <input type=\"hidden\" name=\"t\"><input id=\"j_id0_x\" name=\"j_id0_x\"></div><td>H</td>\
             <script>document.getElementById(\"j_id0_x\"); document.querySelector(\".j_id0_b\");</script>"
        );
    }
}
