//! When a safe call is made again, and how long it waits.

use std::time::Duration;

use backon::ExponentialBuilder;
use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};
use jiff::Timestamp;

/// How often and how soon a call that asked for it is made again.
#[derive(Debug, Clone, Copy)]
pub struct RetryPolicy {
    /// Calls after the first.
    pub retries: usize,
    /// Wait before the first retry; doubles each time, with jitter.
    pub first_delay: Duration,
    /// Longest wait of our own.
    pub longest_delay: Duration,
    /// Longest wait that a service may ask for by `Retry-After`; if it asks for more, its answer
    /// is handed back at once.
    pub longest_retry_after: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            retries: 3,
            first_delay: Duration::from_millis(250),
            longest_delay: Duration::from_secs(5),
            longest_retry_after: Duration::from_secs(30),
        }
    }
}

impl RetryPolicy {
    pub(super) fn backoff(&self) -> ExponentialBuilder {
        ExponentialBuilder::new()
            .with_jitter()
            .with_min_delay(self.first_delay)
            .with_max_delay(self.longest_delay)
            .with_max_times(self.retries)
    }

    /// The wait before the next try: what the service asked for, and never less than our own, whose
    /// jitter keeps those who were sent away together from coming back together. `None` gives up.
    pub(super) fn delay(
        &self,
        own: Option<Duration>,
        retry_after: Option<Duration>,
    ) -> Option<Duration> {
        // No delay of our own means that the retries are used up.
        let own = own?;
        match retry_after {
            // Calling earlier than asked would not be honouring it.
            Some(asked) => (asked <= self.longest_retry_after).then_some(asked.max(own)),
            None => Some(own),
        }
    }
}

/// Statuses by which a service says that it did not handle the call, and may in a moment.
pub(super) fn is_transient_status(status: u16) -> bool {
    matches!(status, 429 | 502 | 503 | 504)
}

/// `Retry-After` in either of its forms (RFC 9110, section 10.2.3). A date is measured by the
/// service's own clock where its answer tells it: `now`, this machine's, may be wrong.
pub(super) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let parse = |text: &str| jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok();
    let until = parse(value)?;
    let now = headers.get(DATE).and_then(|date| parse(date.to_str().ok()?.trim())).unwrap_or(now);
    let seconds = until.as_second().saturating_sub(now.as_second());
    Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::cases;
    use http::HeaderValue;
    use proptest::prelude::*;

    #[test]
    fn retry_after_forms() {
        let now: Timestamp = "2026-11-24T12:00:00Z".parse().unwrap();
        for (value, expected) in [
            ("0", Some(0)),
            ("120", Some(120)),
            ("Tue, 24 Nov 2026 12:00:07 GMT", Some(7)),
            ("Tue, 24 Nov 2026 11:00:00 GMT", Some(0)),
            ("soon", None),
            ("-1", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, HeaderValue::from_static(value));
            assert_eq!(retry_after(&headers, now), expected.map(Duration::from_secs), "{value}");
        }
    }

    #[test]
    fn a_date_is_measured_by_the_clock_of_the_service() {
        let mut headers = HeaderMap::new();
        headers.insert(DATE, HeaderValue::from_static("Tue, 24 Nov 2026 12:00:00 GMT"));
        headers.insert(RETRY_AFTER, HeaderValue::from_static("Tue, 24 Nov 2026 12:00:07 GMT"));
        let ours: Timestamp = "2026-11-24T11:00:00Z".parse().unwrap();
        assert_eq!(retry_after(&headers, ours), Some(Duration::from_secs(7)));
    }

    #[test]
    fn delays() {
        let policy = RetryPolicy::default();
        let second = Duration::from_secs(1);
        assert_eq!(policy.delay(None, Some(second)), None, "used up");
        assert_eq!(policy.delay(Some(second), None), Some(second));
        assert_eq!(policy.delay(Some(second), Some(second * 9)), Some(second * 9));
        assert_eq!(policy.delay(Some(second), Some(second * 31)), None, "asks for too much");
        let asked = policy.delay(Some(second), Some(Duration::ZERO));
        assert_eq!(asked, Some(second), "a service that asks for nothing is not hammered");
    }

    proptest! {
        #![proptest_config(cases())]

        #[test]
        fn any_retry_after_is_a_time_or_none(
            value in prop_oneof!["[0-9]{1,25}", "[A-Za-z]{3}, [0-9]{1,2} [A-Za-z]{3} [0-9]{1,6} [0-9:]{8} GMT", "[ -~]{0,40}"],
            date in prop_oneof!["[A-Za-z]{3}, [0-9]{1,2} Nov [0-9]{4} [0-9:]{8} GMT", "[ -~]{0,40}"],
            own in 0_u64..10_000, now in -9_000_000_000_i64..9_000_000_000,
        ) {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, HeaderValue::from_str(&value).unwrap());
            headers.insert(DATE, HeaderValue::from_str(&date).unwrap());
            let asked = retry_after(&headers, Timestamp::from_second(now).unwrap());
            prop_assert_eq!(asked.map(|asked| asked.as_secs()), value.trim().parse().ok().or(asked.map(|asked| asked.as_secs())));
            // Whatever is asked for, no wait is longer than the longest.
            let policy = RetryPolicy::default();
            let own = Duration::from_millis(own);
            if let Some(wait) = policy.delay(Some(own), asked) {
                prop_assert!(wait >= own && wait <= own.max(policy.longest_retry_after), "{:?}", wait);
            }
        }
    }
}
