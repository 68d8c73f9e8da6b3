//! Parts of the documentation that are made from the program, so that they cannot grow old.

use std::path::Path;

/// Set, they are written instead of compared.
const UPDATE: &str = "REAUTH_UPDATE_DOCS";

/// Fails unless a file's part between `<!-- begin PART -->` and `<!-- end PART -->` is this text.
#[track_caller]
pub fn assert_documented(file: &str, part: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let whole = std::fs::read_to_string(&path).unwrap();
    let (begin, end) = (format!("<!-- begin {part} -->\n"), format!("<!-- end {part} -->"));
    let (before, rest) = whole.split_once(&begin).unwrap_or_else(|| panic!("{file}: no {begin}"));
    let (written, after) = rest.split_once(&end).unwrap_or_else(|| panic!("{file}: no {end}"));
    if std::env::var_os(UPDATE).is_some() {
        std::fs::write(&path, format!("{before}{begin}{text}{end}{after}")).unwrap();
        return;
    }
    assert_eq!(written, text, "{file} is out of date: run this test with {UPDATE}=1");
}

/// Fails unless a file is this text.
#[track_caller]
pub fn assert_document(file: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    if std::env::var_os(UPDATE).is_some() {
        std::fs::write(&path, text).unwrap();
        return;
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == text, "{file} is out of date: run this test with {UPDATE}=1");
}
