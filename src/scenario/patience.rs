//! How often and how soon somebody is asked again who may be late, or could not be asked.

use std::time::Duration;

use backon::ExponentialBuilder;

use crate::failure::{Failure, Kind};

/// How long the platform may take until what it took, or may have taken, is seen.
pub(super) const PATIENCE: Duration = Duration::from_secs(4);

/// Questions until the limit is over, soon at first and then more rarely.
pub(super) fn questions(limit: Duration) -> ExponentialBuilder {
    ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(100))
        .with_max_delay(Duration::from_secs(5))
        .with_total_delay(Some(limit))
        .without_max_times()
        .with_jitter()
}

/// Why somebody is asked once more.
pub(super) enum Unsettled<T> {
    /// The answer may be another in a moment.
    NotYet(T),
    /// Asking failed.
    Failed(Failure),
}

impl<T> Unsettled<T> {
    /// Whether it is of use to ask again.
    pub(super) fn may_settle(&self) -> bool {
        match self {
            Self::NotYet(_) => true,
            Self::Failed(failure) => may_pass(failure),
        }
    }
}

/// Whether somebody who could not be asked may answer in a moment: there was no answer, or none that
/// could be understood. A refusal stays one.
pub(super) fn may_pass(failure: &Failure) -> bool {
    const NOT_UNDERSTOOD: [&str; 3] = [
        "cloud_elements.other_instance_answered",
        "cloud_elements.unexpected_answer",
        "salesforce.unexpected_answer",
    ];
    failure.kind == Kind::Environment || NOT_UNDERSTOOD.contains(&failure.code)
}
