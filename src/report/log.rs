//! The log: JSON lines in the run folder, and with `-vv` readable ones on stderr. Every line passes
//! the redactor, those of the libraries too: a driver's client logs the URLs it opens.
//!
//! Entry: [`init`], once a process; later calls add their redactor to what is there. The file is
//! named later, by [`Log::attach`], because the run folder comes later: what is logged until then
//! is kept.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use tracing::level_filters::LevelFilter;
use tracing::{Metadata, Subscriber};
use tracing_subscriber::filter::{EnvFilter, FilterExt as _, FilterFn, filter_fn};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Layer, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;

use super::files::LOG as LOG_FILE;
use super::{RunFolder, Verbosity};
use crate::failure::Failure;
use crate::secrets::{RedactingWriter, Redactor};

/// Directives in the manner of `RUST_LOG`, beside the ones below.
const VARIABLE: &str = "REAUTH_LOG";
const DIRECTIVES: &str = "info,reauth=debug";
/// Below `warn` these log what they send, which may be a password too short to be searched for.
/// `REAUTH_LOG` cannot change that.
const MUTED: [&str; 9] =
    ["fantoccini", "webdriver", "hyper", "hyper_util", "h2", "reqwest", "rustls", "tower", "axum"];
/// What is kept until the run folder is there.
const LONGEST_BACKLOG: usize = 1024 * 1024;

/// The process's, once [`init`] has made it.
static SINK: OnceLock<Sink> = OnceLock::new();

/// The process's log.
#[derive(Clone)]
pub struct Log(Sink);

/// Sets the log up. The first call installs it for the process; later ones (several runs in one
/// process, as in tests) add their redactor and share it. A subscriber that somebody else installed
/// stays: then the log file stays empty.
///
/// # Errors
/// `log.directives` (usage), if `REAUTH_LOG` cannot be read.
pub fn init(verbosity: Verbosity, redactor: &Redactor) -> Result<Log, Failure> {
    let directives = std::env::var(VARIABLE).unwrap_or_default();
    let file_filter = filter(&directives)?;
    let stderr_filter = filter(&directives)?;
    let mut first = false;
    let sink = SINK.get_or_init(|| {
        first = true;
        Sink::default()
    });
    sink.state().redactors.push(redactor.clone());
    if first {
        let human = (verbosity >= Verbosity::Debug).then(|| {
            tracing_subscriber::fmt::layer()
                .with_writer(Stderr(sink.clone()))
                .with_ansi(false)
                .log_internal_errors(false)
                .with_filter(stderr_filter.and(muted()))
        });
        let installed = tracing_subscriber::registry()
            .with(json_layer(sink.clone(), file_filter))
            .with(human)
            .try_init();
        if installed.is_err() {
            // Somebody embeds us and has a subscriber: theirs has the say.
            sink.state().target = Target::Discard;
        }
    }
    Ok(Log(sink.clone()))
}

/// The text without any secret that this process knows.
pub fn redacted(text: &str) -> String {
    SINK.get().map_or_else(|| text.to_owned(), |sink| sink.state().redacted(text))
}

impl Log {
    /// From now on the log goes to `log.jsonl` (0600) in the run folder, after what was logged so
    /// far.
    ///
    /// # Errors
    /// `log.unwritable` (environment), if the file cannot be made or written to.
    pub fn attach(&self, folder: &RunFolder) -> Result<(), Failure> {
        let path = folder.path().join(LOG_FILE);
        let file = OpenOptions::new().create(true).append(true).mode(0o600).open(path);
        self.0.state().attach(file).map_err(|error| unwritable(&error))
    }

    /// Ends the file: what is logged from now on is dropped, until another is attached.
    ///
    /// # Errors
    /// `log.unwritable` (environment), if a line could not be written since
    /// [`attach`](Self::attach): the log is not whole.
    pub fn detach(&self) -> Result<(), Failure> {
        let mut state = self.0.state();
        state.target = Target::Discard;
        state.broken.take().map_or(Ok(()), |error| Err(unwritable(&error)))
    }
}

fn json_layer<S>(sink: Sink, filter: EnvFilter) -> impl Layer<S>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    tracing_subscriber::fmt::layer()
        .json()
        .with_span_list(false)
        .with_writer(sink)
        // They would go to stderr by a macro that panics when stderr is closed.
        .log_internal_errors(false)
        .with_filter(filter.and(muted()))
}

fn filter(directives: &str) -> Result<EnvFilter, Failure> {
    let all = match directives.trim() {
        "" => DIRECTIVES.to_owned(),
        given => format!("{DIRECTIVES},{given}"),
    };
    EnvFilter::try_new(all).map_err(|error| {
        Failure::usage(
            "log.directives",
            format!("expected {VARIABLE} to hold directives such as `reauth=trace`: {error}"),
        )
        .hint(format!("correct {VARIABLE} or unset it"))
    })
}

fn muted() -> FilterFn<fn(&Metadata<'_>) -> bool> {
    filter_fn(|metadata| {
        let krate = metadata.target().split("::").next().unwrap_or_default();
        *metadata.level() <= LevelFilter::WARN || !MUTED.contains(&krate)
    })
}

fn unwritable(error: &io::Error) -> Failure {
    Failure::environment("log.unwritable", format!("{LOG_FILE} could not be written: {error}"))
        .hint("check the space left and the permissions of the run folder (`--out DIR`)")
}

/// Where lines go; shared.
#[derive(Clone, Default)]
struct Sink(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    redactors: Vec<Redactor>,
    target: Target,
    /// The first error since the file was attached.
    broken: Option<io::Error>,
}

enum Target {
    /// No file yet.
    Backlog(Vec<u8>),
    File(File),
    Discard,
}

impl Default for Target {
    fn default() -> Self {
        Self::Backlog(Vec::new())
    }
}

impl State {
    fn redacted(&self, text: &str) -> String {
        let redactors = self.redactors.iter();
        redactors.fold(text.to_owned(), |text, redactor| redactor.redact(&text).into_owned())
    }

    fn attach(&mut self, file: io::Result<File>) -> io::Result<()> {
        let mut file = file?;
        if let Target::Backlog(lines) = &self.target {
            // Once more: secrets may have been learnt since.
            let text = self.redacted(&String::from_utf8_lossy(lines));
            file.write_all(text.as_bytes())?;
        }
        self.target = Target::File(file);
        self.broken = None;
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) {
        let written = match &mut self.target {
            Target::Backlog(lines) if lines.len() + bytes.len() <= LONGEST_BACKLOG => {
                lines.extend_from_slice(bytes);
                Ok(())
            }
            Target::File(file) => file.write_all(bytes),
            Target::Backlog(_) | Target::Discard => Ok(()),
        };
        if let Err(error) = written {
            self.broken.get_or_insert(error);
        }
    }
}

impl Sink {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `inner` behind every redactor of the process.
    fn redacting<'writer>(&self, inner: impl Write + 'writer) -> Box<dyn Write + 'writer> {
        let redactors = self.state().redactors.clone();
        redactors.into_iter().fold(Box::new(inner), |inner, redactor| {
            Box::new(RedactingWriter::new(redactor, inner))
        })
    }
}

/// The file's end of the chain.
struct Lines(Sink);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.state().write(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'writer> MakeWriter<'writer> for Sink {
    type Writer = Box<dyn Write + 'writer>;

    fn make_writer(&'writer self) -> Self::Writer {
        self.redacting(Lines(self.clone()))
    }
}

/// The readable log. A broken stderr is no error of the run; the layer drops what cannot be written.
struct Stderr(Sink);

impl<'writer> MakeWriter<'writer> for Stderr {
    type Writer = Box<dyn Write + 'writer>;

    fn make_writer(&'writer self) -> Self::Writer {
        self.0.redacting(io::stderr())
    }
}

#[cfg(test)]
mod tests;
