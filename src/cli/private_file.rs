//! Files that hold passwords, or soon will: for their owner alone.

use std::io::{self, Write as _};
use std::path::Path;

use crate::output_file;

/// Writes a file, mode 0600 whatever it was before, whole or not at all. One that is there is replaced
/// only if `overwrite`.
///
/// # Errors
/// Any [`io::Error`]; [`io::ErrorKind::AlreadyExists`] for a file that is not to be replaced,
/// [`io::ErrorKind::InvalidInput`] for what is no file.
pub fn write(file: &Path, text: &str, overwrite: bool) -> io::Result<()> {
    // Where a link leads is what is meant.
    let target = file.canonicalize().unwrap_or_else(|_| file.to_owned());
    if target.metadata().is_ok_and(|there| !there.is_file()) {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no file"));
    }
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut whole = output_file::begin(folder.unwrap_or(Path::new(".")), ".")?;
    whole.write_all(text.as_bytes())?;
    let kept = if overwrite { whole.persist(&target) } else { whole.persist_noclobber(&target) };
    kept.map(drop).map_err(|error| error.error)
}
