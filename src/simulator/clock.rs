//! The simulator's time: the system's, moved forward by whoever wants to see something expire.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use jiff::Timestamp;

/// A clock that tests can move. Every expiry in the simulator is measured by it.
#[derive(Debug, Default)]
pub(super) struct Clock {
    advanced_ms: AtomicI64,
}

impl Clock {
    /// Milliseconds since 1970, with all advances added.
    pub(super) fn now_ms(&self) -> i64 {
        let system = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        i64::try_from(system)
            .unwrap_or(i64::MAX)
            .saturating_add(self.advanced_ms.load(Ordering::SeqCst))
    }

    /// The same as a time.
    pub(super) fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.now_ms()).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// Moves the clock by so many seconds (backwards if negative).
    pub(super) fn advance(&self, seconds: i64) {
        self.advanced_ms.fetch_add(seconds.saturating_mul(1000), Ordering::SeqCst);
    }

    /// By how many seconds the clock is ahead of the system's.
    pub(super) fn advanced_seconds(&self) -> i64 {
        self.advanced_ms.load(Ordering::SeqCst) / 1000
    }
}

/// A time as Setup writes it, in UTC.
pub(super) fn for_people(ms: i64) -> String {
    format(ms, "%-m/%-d/%Y, %-I:%M %p")
}

/// A time as the REST API writes it.
pub(super) fn for_rest(ms: i64) -> String {
    format(ms, "%Y-%m-%dT%H:%M:%S.000+0000")
}

/// A time as the `Date` header has it (RFC 9110, section 5.6.7).
pub(super) fn for_http(ms: i64) -> String {
    format(ms, "%a, %d %b %Y %H:%M:%S GMT")
}

fn format(ms: i64, pattern: &str) -> String {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH).strftime(pattern).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advances_add_up() {
        let clock = Clock::default();
        let before = clock.now_ms();
        clock.advance(900);
        clock.advance(-300);
        let moved = clock.now_ms() - before;
        assert!((600_000..601_000).contains(&moved), "{moved}");
        assert_eq!(clock.advanced_seconds(), 600);
    }

    #[test]
    fn writes_times_as_salesforce_does() {
        assert_eq!(for_people(1_795_000_000_000), "11/18/2026, 11:06 AM");
        assert_eq!(for_http(1_795_000_000_000), "Wed, 18 Nov 2026 11:06:40 GMT");
        assert_eq!(for_rest(1_795_000_000_000), "2026-11-18T11:06:40.000+0000");
    }
}
