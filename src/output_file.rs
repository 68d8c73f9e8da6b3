//! Files that are there once all of them is written, and for their owner alone.

use std::fs::Permissions;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use tempfile::NamedTempFile;

/// A file of mode 0600 in `folder`, which goes away unless it is given its name. Until then it is called
/// by `prefix`, which hides it if it begins with a dot, and something random.
///
/// # Errors
/// Any [`io::Error`].
pub(crate) fn begin(folder: &Path, prefix: &str) -> io::Result<NamedTempFile> {
    tempfile::Builder::new()
        .prefix(prefix)
        .permissions(Permissions::from_mode(0o600))
        .tempfile_in(folder)
}
