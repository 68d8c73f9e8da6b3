//! Explanations for a terminal. Pure: styles are written always and stripped by whoever prints.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use super::{Explained, Is};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const RED: Style = AnsiColor::Red.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default().bold();

/// Narrower than this nothing is worth wrapping.
const NARROWEST: usize = 40;
/// Where the text of a list begins, if the line is wide enough for both.
const GAP: usize = 2;

/// All there is to say of a code, wrapped to `width` columns.
pub fn page(explained: &Explained, width: usize) -> String {
    let style = if matches!(explained.is, Is::Warning) { YELLOW } else { RED };
    let mut out =
        format!("{style}{}{style:#} {BOLD}{}{BOLD:#}\n\n", explained.is.as_str(), explained.code);
    out.push_str(&wrapped(explained.means, width, "", ""));
    section(&mut out, "How to recognise it");
    out.push_str(&wrapped(explained.signs, width, "", ""));
    section(&mut out, "What to do");
    for (number, remedy) in explained.remedies.iter().enumerate() {
        let label = format!("{}. ", number + 1);
        out.push_str(&wrapped(remedy, width, &label, &" ".repeat(label.len())));
    }
    if let Some(codes) = explained.exit_codes() {
        section(&mut out, "Exit code");
        out.push_str(&wrapped(&codes, width, "", ""));
    }
    out
}

/// Codes with their first sentences, by module.
pub fn index(codes: &[&Explained], width: usize) -> String {
    let longest = codes.iter().map(|explained| explained.code.len()).max().unwrap_or_default();
    let column = longest + 2 * GAP;
    let mut out = String::new();
    let mut module = "";
    for explained in codes {
        if explained.module() != module {
            let distance = if module.is_empty() { "" } else { "\n" };
            module = explained.module();
            let _ = writeln!(out, "{distance}{BOLD}{module}{BOLD:#}");
        }
        entry(&mut out, explained, column, width);
    }
    let _ = writeln!(out, "\n{DIM}`reauth explain CODE` tells what to do.{DIM:#}");
    out
}

fn entry(out: &mut String, explained: &Explained, column: usize, width: usize) {
    if column + NARROWEST > width {
        let _ = writeln!(out, "  {}", explained.code);
        out.push_str(&wrapped(explained.headline(), width, "      ", "      "));
        return;
    }
    let label = format!("  {:rest$}", explained.code, rest = column - GAP);
    out.push_str(&wrapped(explained.headline(), width, &label, &" ".repeat(column)));
}

fn section(out: &mut String, title: &str) {
    let _ = writeln!(out, "\n{BOLD}{title}{BOLD:#}");
}

/// The text in lines of at most `width` columns, `first` before the first and `rest` before the
/// others. A word that is longer than a line has one of its own.
fn wrapped(text: &str, width: usize, first: &str, rest: &str) -> String {
    let width = width.max(NARROWEST);
    let mut out = first.to_owned();
    let mut at = first.chars().count();
    let mut begun = false;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if begun && at + 1 + length > width {
            out.push('\n');
            out.push_str(rest);
            at = rest.chars().count();
            begun = false;
        }
        if begun {
            out.push(' ');
            at += 1;
        }
        out.push_str(word);
        at += length;
        begun = true;
    }
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_as_wide_as_they_may_be() {
        let text = "one two three four five six seven eight nine ten eleven twelve";
        let shown = wrapped(text, 40, "1. ", "   ");
        assert_eq!(
            shown,
            "1. one two three four five six seven\n   eight nine ten eleven twelve\n"
        );
        let long = "a".repeat(60);
        assert_eq!(wrapped(&format!("x {long} y"), 40, "", ""), format!("x\n{long}\ny\n"));
    }

    #[test]
    fn every_page_keeps_to_the_width() {
        for explained in super::super::all() {
            for width in [40, 72, 100] {
                let page = anstream::adapter::strip_str(&page(explained, width)).to_string();
                // The first line is the code, whatever its length.
                for line in page.lines().skip(1) {
                    let is_one_word = !line.trim_start_matches("1. ").trim().contains(' ');
                    assert!(line.chars().count() <= width || is_one_word, "{width}: {line}");
                }
            }
        }
    }
}
