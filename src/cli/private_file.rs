//! Files that hold passwords, or soon will: for their owner alone.

use std::fs::{OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

/// Writes a file, mode 0600 whatever it was before. One that is there is replaced only if `overwrite`.
///
/// # Errors
/// Any [`io::Error`]; [`io::ErrorKind::AlreadyExists`] for a file that is not to be replaced.
pub fn write(file: &Path, text: &str, overwrite: bool) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).mode(0o600);
    if overwrite {
        options.create(true).truncate(true);
    } else {
        options.create_new(true);
    }
    let mut open = options.open(file)?;
    open.set_permissions(Permissions::from_mode(0o600))?;
    open.write_all(text.as_bytes())
}
