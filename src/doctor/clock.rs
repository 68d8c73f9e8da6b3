//! How far this machine's clock is from those of the services, by their `Date` headers.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::check::{Check, CheckId};
use crate::failure::Failure;
use crate::http::Answer;

/// From here on codes of an authenticator begin to be refused now and then.
const WARN: Duration = Duration::from_secs(5);
/// A whole window of such a code (RFC 6238).
const CODES_FAIL: Duration = Duration::from_secs(30);
/// From here on TLS and sessions are at the services' mercy.
const FAIL: Duration = Duration::from_secs(60);

/// By how much this machine is ahead of a host (negative: behind), and how exactly that is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Skew {
    ahead: SignedDuration,
    uncertain: Duration,
}

impl Skew {
    /// Read off an answer. `None` where it has no date, or one that is kept in a cache.
    pub(super) fn of(answer: &Answer, sent: Timestamp, received: Timestamp) -> Option<Self> {
        if answer.header("age").is_some_and(|age| age.trim() != "0") {
            return None;
        }
        let date = answer.header("date")?.trim();
        let theirs = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(date).ok()?;
        Some(Self::between(theirs, sent, received))
    }

    /// `theirs` was cut to whole seconds, somewhere between `sent` and `received`.
    fn between(theirs: Timestamp, sent: Timestamp, received: Timestamp) -> Self {
        let half_a_second = SignedDuration::from_millis(500);
        let under_way = received.duration_since(sent);
        let ahead = sent.duration_since(theirs) + under_way / 2 - half_a_second;
        let uncertain = (under_way / 2 + half_a_second).unsigned_abs();
        Self { ahead, uncertain }
    }

    /// What is certain of it.
    fn at_least(self) -> Duration {
        self.ahead.unsigned_abs().saturating_sub(self.uncertain)
    }

    fn describe(self, host: &str) -> String {
        let way = if self.ahead.is_negative() { "behind" } else { "ahead of" };
        format!("{} s {way} {host}", self.ahead.unsigned_abs().as_secs())
    }
}

/// Judges by the host from which it differs most. `codes`: an account answers with codes that
/// depend on the time.
pub(super) fn judge(skews: &[(String, Skew)], codes: bool) -> Check {
    let Some((host, skew)) = skews.iter().max_by_key(|(_, skew)| skew.at_least()) else {
        return Check::skipped(CheckId::Clock, "no host said what time it is");
    };
    let far = skew.at_least();
    let seen = skew.describe(host);
    let remedy = "set the machine's clock by NTP (`timedatectl set-ntp true`)";
    if far >= FAIL || (codes && far >= CODES_FAIL) {
        let why = if codes { ": authenticator codes are refused" } else { "" };
        return Check::failed(
            CheckId::Clock,
            Failure::environment("doctor.clock", format!("this machine is {seen}{why}"))
                .hint(remedy),
        );
    }
    if far >= WARN {
        return Check::warning(CheckId::Clock, "doctor.clock", format!("this machine is {seen}"))
            .hint(format!("{remedy}: authenticator codes are good for 30 s"));
    }
    let count = skews.len();
    let hosts = if count == 1 { "host" } else { "hosts" };
    Check::passed(
        CheckId::Clock,
        format!("agrees with {count} {hosts} to within {} s", WARN.as_secs()),
    )
}

#[cfg(test)]
mod tests {
    use super::super::check::CheckOutcome;
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn skew(seconds: i64) -> (String, Skew) {
        let ahead = SignedDuration::from_secs(seconds);
        ("test.host".into(), Skew { ahead, uncertain: Duration::from_millis(500) })
    }

    #[test]
    fn a_date_is_a_whole_second_long() {
        let (sent, received) = (at("2026-11-25T12:00:00.100Z"), at("2026-11-25T12:00:00.300Z"));
        let equal = Skew::between(at("2026-11-25T12:00:00Z"), sent, received);
        assert_eq!(equal.at_least(), Duration::ZERO);
        let ahead = Skew::between(at("2026-11-25T11:59:50Z"), sent, received);
        assert_eq!(ahead.describe("x"), "9 s ahead of x");
        assert_eq!(ahead.at_least(), Duration::from_millis(9_100));
        let behind = Skew::between(at("2026-11-25T12:01:00Z"), sent, received);
        assert_eq!(behind.describe("x"), "60 s behind x");
        // A slow answer proves less.
        let slow = Skew::between(at("2026-11-25T12:00:05Z"), sent, at("2026-11-25T12:00:10Z"));
        assert_eq!(slow.at_least(), Duration::ZERO);
    }

    #[test]
    fn limits() {
        for (seconds, codes, outcome) in [
            (0, true, CheckOutcome::Passed),
            (-5, false, CheckOutcome::Passed),
            (6, false, CheckOutcome::Warning),
            (-6, true, CheckOutcome::Warning),
            (40, false, CheckOutcome::Warning),
            (40, true, CheckOutcome::Failed),
            (-61, false, CheckOutcome::Failed),
        ] {
            let check = judge(&[skew(0), skew(seconds)], codes);
            assert_eq!(check.outcome, outcome, "{seconds} {codes}: {check:?}");
        }
        assert_eq!(judge(&[], true).outcome, CheckOutcome::Skipped);
    }
}
