//! Mistakes in the look of the compiler's own messages.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{
    AnnotationKind, Group, Level, Origin, Renderer, Snippet, normalize_untrusted_str,
};

use super::mistake::{ConfigError, Shown, ShownPlace};

/// All mistakes, an empty line between two.
pub(super) fn render(error: &ConfigError, coloured: bool) -> String {
    let renderer = if coloured {
        Renderer::styled().decor_style(DecorStyle::Unicode)
    } else {
        Renderer::plain()
    };
    let file = error.file.as_deref();
    let reports: Vec<_> =
        error.mistakes.iter().map(|mistake| renderer.render(&[group(mistake, file)])).collect();
    reports.join("\n\n")
}

fn group<'a>(mistake: &'a Shown, file: Option<&'a str>) -> Group<'a> {
    let title = Level::ERROR.primary_title(mistake.message.as_str()).id(mistake.code);
    let mut group = Group::with_title(title);
    match &mistake.at {
        ShownPlace::Line(line) => {
            let annotation = AnnotationKind::Primary.span(line.span.clone());
            let annotation = if mistake.expected.is_empty() {
                annotation
            } else {
                annotation.label(normalize_untrusted_str(&mistake.expected))
            };
            group = group.element(
                Snippet::source(line.text.as_str())
                    .path(file)
                    .line_start(line.number)
                    .annotation(annotation),
            );
        }
        ShownPlace::Elsewhere(place) => {
            group = group.element(Origin::path(normalize_untrusted_str(place)));
            if !mistake.expected.is_empty() {
                group =
                    group.element(Level::NOTE.message(normalize_untrusted_str(&mistake.expected)));
            }
        }
        ShownPlace::Nowhere => {
            if !mistake.expected.is_empty() {
                group =
                    group.element(Level::NOTE.message(normalize_untrusted_str(&mistake.expected)));
            }
        }
    }
    for hint in &mistake.hints {
        group = group.element(Level::HELP.message(normalize_untrusted_str(hint)));
    }
    group
}
