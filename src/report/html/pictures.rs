//! What lies in the run folder beside the report: pictures, and records of pages.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use crate::report::run_folder::stays_inside;

/// All pictures together, in bytes: a report has to be small enough to be sent.
const MOST_PICTURES: u64 = 3 * 1024 * 1024;
/// All records together, in bytes.
const MOST_TEXT: u64 = 1024 * 1024;
/// A record that is longer is not shown, in bytes.
const LONGEST_FILE: u64 = 256 * 1024;

/// A picture in the page.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Picture {
    pub(super) name: String,
    source: String,
}

/// A file that is text.
#[derive(Debug, Serialize)]
pub(super) struct TextFile {
    name: String,
    text: String,
}

/// Reads a folder's files as far as there is room for them.
pub(super) struct Files<'run> {
    folder: &'run Path,
    left: u64,
    left_of_text: u64,
}

/// What became of a file.
pub(super) enum File {
    Picture(Picture),
    Text(TextFile),
    /// Why it is not there.
    LeftOut(String),
}

impl<'run> Files<'run> {
    pub(super) fn of(folder: &'run Path) -> Self {
        Self { folder, left: MOST_PICTURES, left_of_text: MOST_TEXT }
    }

    /// Reads a file by its name in the report. That it cannot be read is told, and hides nothing else.
    pub(super) fn read(&mut self, name: &str) -> File {
        let left_out = |why: &str| File::LeftOut(format!("{name} is not shown: {why}"));
        let path = Path::new(name);
        // A report may come from somewhere else.
        if !stays_inside(path) {
            return left_out("it is outside of the run folder");
        }
        let path = self.folder.join(path);
        let is_inside = match (path.canonicalize(), self.folder.canonicalize()) {
            (Ok(path), Ok(folder)) => path.starts_with(folder),
            (Err(error), _) | (_, Err(error)) => return left_out(&error.to_string()),
        };
        if !is_inside {
            return left_out("it is outside of the run folder");
        }
        let length = match fs::symlink_metadata(&path) {
            Ok(metadata) if metadata.is_file() => metadata.len(),
            Ok(_) => return left_out("it is no file"),
            Err(error) => return left_out(&error.to_string()),
        };
        let is_picture = name.ends_with(".png");
        if is_picture && length > self.left {
            return left_out("the report would be too large; it is in the run folder");
        }
        if !is_picture && length > LONGEST_FILE.min(self.left_of_text) {
            return left_out("it is too long; it is in the run folder");
        }
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) => return left_out(&error.to_string()),
        };
        if is_picture {
            self.left -= length;
            let source = format!("data:image/png;base64,{}", STANDARD.encode(bytes));
            return File::Picture(Picture { name: short(name), source });
        }
        self.left_of_text -= length;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        File::Text(TextFile { name: name.to_owned(), text })
    }
}

/// `02-scenario-revoke-before` of `screenshots/02-scenario-revoke-before.png`.
fn short(name: &str) -> String {
    let name = name.rsplit('/').next().unwrap_or(name);
    name.strip_suffix(".png").unwrap_or(name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_in_the_folder_is_shown() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("run");
        fs::create_dir(&folder).unwrap();
        fs::write(root.path().join("secret.json"), "hunter2").unwrap();
        std::os::unix::fs::symlink(root.path().join("secret.json"), folder.join("link.json"))
            .unwrap();
        std::os::unix::fs::symlink(root.path(), folder.join("dom")).unwrap();
        fs::write(folder.join("dom.json"), "{}").unwrap();
        let mut files = Files::of(&folder);
        let absolute = root.path().join("secret.json");
        for name in [
            "../secret.json",
            "link.json",
            absolute.to_str().unwrap(),
            "none.json",
            ".",
            "dom/secret.json",
        ] {
            assert!(matches!(files.read(name), File::LeftOut(_)), "{name}");
        }
        assert!(matches!(files.read("dom.json"), File::Text(file) if file.text == "{}"));
    }

    #[test]
    fn records_have_room_for_so_much() {
        let root = tempfile::tempdir().unwrap();
        let long = usize::try_from(LONGEST_FILE).unwrap();
        fs::write(root.path().join("a.json"), vec![b' '; long]).unwrap();
        let mut files = Files::of(root.path());
        let mut read = || matches!(files.read("a.json"), File::Text(_));
        let most = MOST_TEXT / LONGEST_FILE;
        assert!((0..most).all(|_| read()) && !read(), "more than {most} are too many");
    }

    #[test]
    fn pictures_have_room_for_so_much() {
        let root = tempfile::tempdir().unwrap();
        let large = usize::try_from(MOST_PICTURES).unwrap() - 10;
        fs::write(root.path().join("a.png"), vec![0; large]).unwrap();
        fs::write(root.path().join("b.png"), [0; 11]).unwrap();
        let mut files = Files::of(root.path());
        assert!(matches!(files.read("a.png"), File::Picture(_)));
        assert!(matches!(files.read("b.png"), File::LeftOut(why) if why.contains("too large")));
    }
}
