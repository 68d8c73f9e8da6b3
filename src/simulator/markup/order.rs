//! Cells of a row and buttons of a form, in the opposite order.

/// The page with each row's cells, and each `class="actions"` element's children, turned round.
pub(super) fn changed(html: &str) -> String {
    let html = turned(html, "<tr", "</tr>", &[("<td", "</td>"), ("<th", "</th>")]);
    let html = turned(&html, "<div class=\"actions\"", "</div>", CONTROLS);
    turned(&html, "<p class=\"actions\"", "</p>", CONTROLS)
}

const CONTROLS: &[(&str, &str)] = &[("<input", ">"), ("<button", "</button>"), ("<a ", "</a>")];

/// Elements from `open` to `close` with the children that begin and end as `kinds` say turned round.
fn turned(html: &str, open: &str, close: &str, kinds: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, element)) = split_at(rest, open) {
        out.push_str(before);
        let begin = element.find('>').map_or(element.len(), |at| at + 1);
        let (head, body) = element.split_at(begin);
        out.push_str(head);
        let Some(end) = body.find(close) else {
            rest = body;
            break;
        };
        let (inside, after) = body.split_at(end);
        for child in children(inside, kinds).iter().rev() {
            out.push_str(child);
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

fn split_at<'a>(text: &'a str, sign: &str) -> Option<(&'a str, &'a str)> {
    // `<tr` must not be `<track`, so what follows ends the name.
    text.match_indices(sign)
        .find(|(at, _)| !text[at + sign.len()..].starts_with(|c: char| c.is_ascii_alphanumeric()))
        .map(|(at, _)| text.split_at(at))
}

/// The children of an element; what stands between two of them stays with the first.
fn children<'a>(inside: &'a str, kinds: &[(&str, &str)]) -> Vec<&'a str> {
    let mut children = Vec::new();
    let mut rest = inside;
    loop {
        let first = kinds
            .iter()
            .filter_map(|(open, close)| Some((rest.find(open)?, *close)))
            .min_by_key(|(at, _)| *at);
        let Some((at, close)) = first else { break };
        let Some(length) = rest[at..].find(close).map(|end| end + close.len()) else { break };
        children.push(&rest[..at + length]);
        rest = &rest[at + length..];
    }
    if !rest.trim().is_empty() {
        children.push(rest);
    }
    children
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_and_buttons_are_turned_round() {
        assert_eq!(
            changed(
                "<table><tr class=\"x\"><th>A</th><th>B</th></tr><tr><td>1</td>\n<td>2</td></tr></table>"
            ),
            "<table><tr class=\"x\"><th>B</th><th>A</th></tr><tr>\n<td>2</td><td>1</td></tr></table>"
        );
        assert_eq!(
            changed("<p class=\"actions\"><input value=\"a\"> <button>b</button></p>"),
            "<p class=\"actions\"> <button>b</button><input value=\"a\"></p>"
        );
    }
}
