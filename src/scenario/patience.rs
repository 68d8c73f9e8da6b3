//! How often and how soon somebody is asked again who may be late.

use std::time::Duration;

use backon::ExponentialBuilder;

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
