//! Files that somebody else wrote, and named: read within limits, whatever they turn out to be.

use std::fs::{File, Metadata};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags, open};

/// How long a pipe may take. A person may have to unlock a password manager at its other end.
const PIPE_LIMIT: Duration = Duration::from_secs(30);

/// Far more than any that a person writes, and than any bundle of certificates.
pub(crate) const LONGEST: u64 = 4 * 1024 * 1024;

/// What may be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Accepts {
    /// A regular file only.
    File,
    /// A pipe as well (`/dev/stdin`, `<(…)`), which has to come to its end within 30 s.
    Pipe,
}

/// Why a file could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InputError {
    /// The system does not give it.
    #[error("{0}")]
    System(#[from] io::Error),
    /// It is something else.
    #[error("expected a file, it is {0}")]
    NotAFile(&'static str),
    /// There is too much of it.
    #[error("expected at most {} KiB, it is longer", longest / 1024)]
    TooLong {
        /// Bytes.
        longest: u64,
    },
    /// Whoever writes to the pipe does not, or does not end.
    #[error("expected the end of what is written to this pipe within {} s, it did not come", PIPE_LIMIT.as_secs())]
    Late,
    /// It is no text.
    #[error("expected text in UTF-8, it is something else")]
    NotUtf8,
}

impl InputError {
    /// Whether there is no such file.
    pub(crate) fn is_missing(&self) -> bool {
        matches!(self, Self::System(error) if error.kind() == io::ErrorKind::NotFound)
    }
}

/// A file that is open, and what the system says of just this one.
#[derive(Debug)]
pub(crate) struct InputFile {
    file: File,
    /// What the system says of it.
    pub(crate) metadata: Metadata,
}

impl InputFile {
    /// Opens it; never waits for the other end of a pipe.
    ///
    /// # Errors
    /// [`InputError::System`], [`InputError::NotAFile`].
    pub(crate) fn open(path: &Path, accepts: Accepts) -> Result<Self, InputError> {
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let file = File::from(open(path, flags, Mode::empty()).map_err(io::Error::from)?);
        let metadata = file.metadata()?;
        match other_kind(&metadata) {
            Some(kind) if accepts == Accepts::File || kind == FOLDER => {
                Err(InputError::NotAFile(kind))
            }
            _ => Ok(Self { file, metadata }),
        }
    }

    /// The end of it, at most so many bytes.
    ///
    /// # Errors
    /// [`InputError::System`].
    pub(crate) fn read_end(mut self, longest: u64) -> Result<Vec<u8>, InputError> {
        self.file.seek(SeekFrom::Start(self.metadata.len().saturating_sub(longest)))?;
        let mut bytes = Vec::new();
        self.file.take(longest).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// All that it holds.
    ///
    /// # Errors
    /// Any [`InputError`].
    pub(crate) fn read(mut self, longest: u64) -> Result<Vec<u8>, InputError> {
        let mut bytes = Vec::new();
        if self.metadata.is_file() {
            self.file.take(longest.saturating_add(1)).read_to_end(&mut bytes)?;
        } else {
            self.read_pipe(longest, &mut bytes)?;
        }
        if bytes.len() as u64 > longest {
            return Err(InputError::TooLong { longest });
        }
        Ok(bytes)
    }

    fn read_pipe(&mut self, longest: u64, bytes: &mut Vec<u8>) -> Result<(), InputError> {
        let deadline = Instant::now() + PIPE_LIMIT;
        let mut piece = [0; 4096];
        while bytes.len() as u64 <= longest {
            self.wait(deadline)?;
            match self.file.read(&mut piece) {
                Ok(0) => break,
                Ok(length) => bytes.extend_from_slice(piece.get(..length).unwrap_or_default()),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Waits for something to read, or for the end.
    fn wait(&self, deadline: Instant) -> Result<(), InputError> {
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let left = Timespec::try_from(left).map_err(io::Error::other)?;
            match poll(&mut [PollFd::new(&self.file, PollFlags::IN)], Some(&left)) {
                Ok(0) => return Err(InputError::Late),
                Ok(_) => return Ok(()),
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(io::Error::from(error).into()),
            }
        }
    }
}

/// All of a file as text.
///
/// # Errors
/// Any [`InputError`].
pub(crate) fn read_text(path: &Path, accepts: Accepts, longest: u64) -> Result<String, InputError> {
    let bytes = InputFile::open(path, accepts)?.read(longest)?;
    String::from_utf8(bytes).map_err(|_| InputError::NotUtf8)
}

const FOLDER: &str = "a folder";

/// What it is if it is no regular file.
fn other_kind(metadata: &Metadata) -> Option<&'static str> {
    use std::os::unix::fs::FileTypeExt as _;
    let kind = metadata.file_type();
    if kind.is_file() {
        None
    } else if kind.is_dir() {
        Some(FOLDER)
    } else if kind.is_fifo() {
        Some("a pipe")
    } else {
        Some("a device")
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn what_is_no_file_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let fifo = folder.path().join("fifo");
        rustix::fs::mkfifoat(rustix::fs::CWD, &fifo, Mode::RWXU).unwrap();
        for (path, accepts, said) in [
            (folder.path(), Accepts::File, "a folder"),
            (folder.path(), Accepts::Pipe, "a folder"),
            (&fifo, Accepts::File, "a pipe"),
            (Path::new("/dev/zero"), Accepts::File, "a device"),
        ] {
            let error = read_text(path, accepts, 10).unwrap_err();
            assert_eq!(error.to_string(), format!("expected a file, it is {said}"));
        }
        let absent = read_text(&folder.path().join("absent"), Accepts::Pipe, 10).unwrap_err();
        assert!(absent.is_missing(), "{absent}");
    }

    #[test]
    fn what_is_too_long_is_not_read_whole() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"0123456789").unwrap();
        assert_eq!(read_text(file.path(), Accepts::File, 10).unwrap(), "0123456789");
        for (path, accepts) in
            [(file.path(), Accepts::File), (Path::new("/dev/zero"), Accepts::Pipe)]
        {
            let error = read_text(path, accepts, 9).unwrap_err();
            assert!(matches!(error, InputError::TooLong { longest: 9 }), "{error}");
        }
        file.write_all(&[0xff]).unwrap();
        let error = read_text(file.path(), Accepts::File, 100).unwrap_err();
        assert!(matches!(error, InputError::NotUtf8), "{error}");
        assert_eq!(read_text(Path::new("/dev/null"), Accepts::Pipe, 1).unwrap(), "");
    }

    #[test]
    fn a_pipe_is_read_to_its_end_however_late_it_begins() {
        let folder = tempfile::tempdir().unwrap();
        let fifo = folder.path().join("fifo");
        rustix::fs::mkfifoat(rustix::fs::CWD, &fifo, Mode::RWXU).unwrap();
        let input = InputFile::open(&fifo, Accepts::Pipe).unwrap();
        let writer = std::thread::spawn(move || {
            let mut pipe = File::options().write(true).open(fifo).unwrap();
            for piece in ["one ", "and ", "another"] {
                pipe.write_all(piece.as_bytes()).unwrap();
            }
        });
        assert_eq!(input.read(100).unwrap(), b"one and another");
        writer.join().unwrap();
    }
}
