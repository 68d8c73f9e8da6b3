//! The table against the sources: nothing is missing, nothing is left over, nothing is said wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::*;

/// Literals that look like codes and are none. Configuration keys need not stand here, nor names of
/// files.
const NO_CODES: &[&str] =
    &["1.2", "base.url", "element.key", "reauth.lock", "session.id", "signature.key"];
/// Codes that are keys of the configuration as well. No further one, please.
const BOTH: &[&str] = &["http.ca_file"];
/// Ends of names of files.
const FILES: &[&str] = &["js", "toml", "json", "jsonl", "html", "txt", "css", "har", "xml"];
/// All codes that were ever given, one a line.
const EVER: &str = "src/explain/codes.txt";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() {
            if !["simulator", "explain", "tests"].contains(&name) {
                rust_files(&path, found);
            }
        } else if name.ends_with(".rs") && !name.ends_with("tests.rs") && name != "testing.rs" {
            found.push(path);
        }
    }
}

/// A file without its tests, which are its end, and without comments.
fn production(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let tests = lines.windows(2).position(|pair| {
        pair[0].starts_with("#[cfg(") && pair[0].contains("test") && pair[1].ends_with("tests {")
    });
    let kept = tests.map_or(&lines[..], |begin| {
        let end = lines[begin..].iter().position(|line| *line == "}").unwrap();
        assert_eq!(begin + end + 1, lines.len(), "{}: code after the tests", path.display());
        &lines[..begin]
    });
    kept.iter()
        .filter(|line| !line.trim_start().starts_with("//"))
        .map(|line| format!("{line}\n"))
        .collect()
}

/// Every literal that has the look of a code, and what stands before it.
fn literals(text: &str) -> Vec<(&str, &str)> {
    let is_word = |word: &str| {
        !word.is_empty()
            && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    let mut found = Vec::new();
    for (at, _) in text.match_indices('"') {
        let Some((inside, _)) = text[at + 1..].split_once('"') else { continue };
        if let Some((module, what)) = inside.split_once('.')
            && is_word(module)
            && is_word(what)
            && !FILES.contains(&what)
        {
            found.push((inside, text[..at].trim_end()));
        }
    }
    found
}

/// How a code is given where it stands, as far as that can be read off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Given {
    Error(Kind),
    Warning,
    Unknown,
}

fn given(before: &str) -> Given {
    let start = before.char_indices().rev().nth(80).map_or(0, |(at, _)| at);
    let statement = before[start..].rsplit([';', '{', '}']).next().unwrap_or_default();
    if before.ends_with("scenario(") {
        Given::Error(Kind::Scenario)
    } else if before.ends_with("usage(") {
        Given::Error(Kind::Usage)
    } else if before.ends_with("environment(") {
        Given::Error(Kind::Environment)
    } else if before.ends_with("warn(") || statement.contains("Check::warning(") {
        Given::Warning
    } else {
        Given::Unknown
    }
}

/// Every code of the sources, with how it is given.
fn in_sources() -> BTreeMap<String, Vec<Given>> {
    let mut files = Vec::new();
    rust_files(&root().join("src"), &mut files);
    let keys = keys();
    let mut codes: BTreeMap<String, Vec<Given>> = BTreeMap::new();
    for file in files {
        let text = production(&file);
        for (literal, before) in literals(&text) {
            if !keys.contains(literal) && !NO_CODES.contains(&literal) {
                codes.entry(literal.to_owned()).or_default().push(given(before));
            }
        }
    }
    codes
}

/// Keys of the configuration, and its sections.
fn keys() -> BTreeSet<String> {
    let text = production(&root().join("src/config/keys.rs"));
    let mut keys = BTreeSet::new();
    for (at, _) in text.match_indices("key(") {
        let path = text[at..].split('"').nth(1).unwrap_or_default();
        keys.insert(path.to_owned());
        keys.extend(path.rsplit_once('.').map(|(section, _)| section.to_owned()));
    }
    keys.retain(|key| !BOTH.contains(&key.as_str()));
    assert!(keys.contains("salesforce.login_url") && keys.contains("salesforce.admin"));
    keys
}

/// As sources have them; what `explain` itself gives included.
fn codes_in_use() -> BTreeSet<String> {
    in_sources().into_keys().chain(["explain.unknown_code".to_owned()]).collect()
}

#[test]
fn every_code_is_explained_and_every_explanation_is_of_a_code() {
    let used = codes_in_use();
    let explained: BTreeSet<String> = all().map(|explained| explained.code.to_owned()).collect();
    let missing: Vec<_> = used.difference(&explained).collect();
    assert!(missing.is_empty(), "explain them in src/explain/codes/: {missing:#?}");
    let left: Vec<_> = explained.difference(&used).collect();
    assert!(left.is_empty(), "nobody gives these, write them into RETIRED: {left:#?}");
}

#[test]
fn no_code_is_explained_twice() {
    let mut seen = BTreeSet::new();
    for explained in all() {
        assert!(seen.insert(explained.code), "{} twice", explained.code);
    }
}

#[test]
fn explanations_say_something() {
    for Explained { code, means, signs, remedies, .. } in all() {
        assert!(!remedies.is_empty(), "{code}");
        for text in [means, signs].into_iter().chain(*remedies) {
            assert!(text.len() > 10, "{code}: {text}");
            assert!(text.ends_with('.'), "{code}: {text}");
            assert!(text.starts_with(|c: char| !c.is_lowercase()), "{code}: {text}");
            assert!(text.matches('`').count() % 2 == 0, "{code}: {text}");
            assert!(!text.contains("  ") && !text.contains('\n'), "{code}: {text}");
        }
    }
    for explained in all() {
        let headline = explained.headline();
        assert!(headline.chars().count() <= 130, "{}: {headline}", explained.code);
    }
}

/// What the sources say for certain of how a code is given is what is said of it.
#[test]
fn errors_and_warnings_are_told_apart() {
    for (code, ways) in in_sources() {
        let explained = find(&code).unwrap_or_else(|| panic!("{code} is not explained"));
        for way in &ways {
            match way {
                Given::Error(kind) => {
                    assert!(explained.is.kinds().contains(kind), "{code} is given as {kind:?}");
                }
                Given::Warning => {
                    assert!(!matches!(explained.is, Is::Error(_)), "{code} is given as a warning");
                }
                Given::Unknown => {}
            }
        }
        if ways.contains(&Given::Unknown) {
            continue;
        }
        for kind in explained.is.kinds() {
            assert!(ways.contains(&Given::Error(*kind)), "{code} is never given as {kind:?}");
        }
        if !matches!(explained.is, Is::Error(_)) {
            assert!(ways.contains(&Given::Warning), "{code} is never given as a warning");
        }
    }
}

/// A code that is gone from the table is a promise broken, unless it is said to be retired.
#[test]
fn no_code_disappears_and_none_comes_back() {
    let path = root().join(EVER);
    let text = fs::read_to_string(&path).unwrap_or_default();
    let ever: BTreeSet<&str> = text.lines().collect();
    let explained: BTreeSet<&str> = all().map(|explained| explained.code).collect();
    let retired: BTreeSet<&str> = RETIRED.iter().map(|retired| retired.code).collect();
    for code in &ever {
        assert!(
            explained.contains(code) || retired.contains(code),
            "{code} was given once: write it into RETIRED, with what took its place"
        );
    }
    assert!(explained.is_disjoint(&retired), "a retired code is never used again");
    if std::env::var_os("REAUTH_UPDATE_DOCS").is_some() {
        let all: BTreeSet<&str> = ever.union(&explained).copied().collect();
        fs::write(&path, all.into_iter().map(|code| format!("{code}\n")).collect::<String>())
            .unwrap();
        return;
    }
    let new: Vec<_> = explained.difference(&ever).collect();
    assert!(new.is_empty(), "run this test with REAUTH_UPDATE_DOCS=1, to add {new:?} to {EVER}");
}

#[test]
fn literals_are_found_wherever_they_stand() {
    let text =
        "Failure::usage(\n    \"a_b.c_d\",\n) x.warn(\"e.f\", \"not one\", \"g.js\", \"h.i.j\")";
    let found: Vec<_> =
        literals(text).into_iter().map(|(literal, before)| (literal, given(before))).collect();
    assert_eq!(found, [("a_b.c_d", Given::Error(Kind::Usage)), ("e.f", Given::Warning)]);
}
