//! Panics: defects of `reauth` itself. Whoever runs it is told so in the form of every other error,
//! without a backtrace; what the panic says passes the redactor; and an instance that was in flight
//! is brought back as after any other failure.

use std::any::Any;
use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};

use futures_util::FutureExt as _;

use crate::failure::Failure;
use crate::report::log;

thread_local! {
    /// Where this thread panicked last: the payload does not say.
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// From now on a panic goes to the log, redacted, and not to stderr.
pub fn catch_panics() {
    panic::set_hook(Box::new(note));
}

fn note(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    tracing::error!(place, message = said(panic.payload()), "panicked");
    PLACE.set(Some(place));
}

/// The future's value, or the panic that ended it.
///
/// # Errors
/// `reauth.defect` (scenario).
pub async fn caught<T>(future: impl Future<Output = T>) -> Result<T, Failure> {
    // Whoever goes on uses nothing that the future may have left half-done but what is locked, and
    // our locks are taken whether or not their last holder panicked.
    AssertUnwindSafe(future).catch_unwind().await.map_err(|payload| failure(&*payload))
}

/// What `work` gives, which may block, on a thread of its own. A panic there goes on here.
pub async fn on_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await.map_err(tokio::task::JoinError::try_into_panic) {
        Ok(value) => value,
        Err(Ok(panic)) => panic::resume_unwind(panic),
        // The runtime is ending, and whoever waits with it.
        Err(Err(_)) => std::future::pending().await,
    }
}

/// A panic as the failure that it is.
fn failure(payload: &(dyn Any + Send)) -> Failure {
    let place = PLACE.take().unwrap_or_else(|| "an unknown place".to_owned());
    let message = log::redacted(said(payload));
    Failure::scenario("reauth.defect", format!("a defect of `reauth` at {place}: {message}"))
        .hint("please report it, with the run folder's log.jsonl")
}

fn said(payload: &(dyn Any + Send)) -> &str {
    payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("it said nothing")
}
