//! From text to the type of a key. Pure functions; a problem never repeats the value.

use std::time::Duration;

use url::{Host, Url};

use super::keys::{Holds, Key};

/// Longest time that may be asked for: a day.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// Why a value does not fit.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) code: &'static str,
    pub(super) expected: String,
}

impl Problem {
    pub(super) fn new(code: &'static str, expected: impl Into<String>) -> Self {
        Self { code, expected: expected.into() }
    }

    /// A value of the right type that cannot be meant.
    pub(super) fn value(expected: impl Into<String>) -> Self {
        Self::new("config.wrong_value", expected)
    }

    /// A value of the wrong type.
    pub(super) fn of_type(holds: Holds) -> Self {
        Self::new("config.wrong_type", format!("expected {}", holds.expected()))
    }

    /// An empty value.
    pub(super) fn empty(holds: Holds) -> Self {
        Self::new("config.empty", format!("expected {}", holds.expected()))
    }
}

/// `true` or `false`.
pub(super) fn flag(text: &str) -> Result<bool, Problem> {
    match text.trim() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(Problem::of_type(Holds::Flag)),
    }
}

/// An instance id.
pub(super) fn id(text: &str) -> Result<u64, Problem> {
    let id: u64 = text.trim().parse().map_err(|_| Problem::of_type(Holds::Id))?;
    if id == 0 { Err(Problem::of_type(Holds::Id)) } else { Ok(id) }
}

/// Text that can be typed into a field and sent in a header.
pub(super) fn one_line<Text: AsRef<str>>(text: Text) -> Result<Text, Problem> {
    if text.as_ref().contains(char::is_control) {
        return Err(Problem::value(
            "expected one line: there is a line feed or a control character",
        ));
    }
    Ok(text)
}

/// A part of a path of the platform's API.
pub(super) fn word(text: &str) -> Result<String, Problem> {
    let is_word = |character: char| character.is_ascii_alphanumeric() || "-_".contains(character);
    if text.chars().all(is_word) {
        Ok(text.to_owned())
    } else {
        Err(Problem::value(format!("expected {}", Holds::Word.expected())))
    }
}

/// `90`, `90s`, `1.5s`, `250ms`, `2m`, `1h`.
pub(super) fn duration(text: &str, holds: Holds) -> Result<Duration, Problem> {
    let text = text.trim();
    let digits = text.find(|character: char| character.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let seconds = match unit {
        "ms" => 0.001,
        "" | "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return Err(Problem::of_type(holds)),
    };
    let number: f64 = number.trim().parse().map_err(|_| Problem::of_type(holds))?;
    let duration = Duration::try_from_secs_f64(number * seconds)
        .map_err(|_| Problem::value(format!("expected {}", holds.expected())))?;
    limited(duration, holds)
}

/// A time span within the limits of its key.
pub(super) fn limited(duration: Duration, holds: Holds) -> Result<Duration, Problem> {
    if duration.is_zero() && holds == Holds::Limit {
        return Err(Problem::value(format!("expected {}", holds.expected())));
    }
    if duration > LONGEST {
        return Err(Problem::value("expected a day at most"));
    }
    Ok(duration)
}

/// One of the words of a [`Holds::Choice`].
pub(super) fn choice(text: &str, key: &Key) -> Result<String, Problem> {
    let Holds::Choice(accepted, later) = key.holds else {
        return Ok(text.to_owned());
    };
    if accepted.contains(&text) {
        Ok(text.to_owned())
    } else if later.contains(&text) {
        Err(Problem::new(
            "config.not_supported",
            format!("this version knows {} only", key.holds.expected()),
        ))
    } else {
        Err(Problem::value(format!("expected {}", key.holds.expected())))
    }
}

/// A URL of the kind that the key holds.
pub(super) fn url(text: &str, holds: Holds) -> Result<Url, Problem> {
    let expected = || Problem::value(format!("expected {}", holds.expected()));
    let mut url = Url::parse(text.trim()).map_err(|_| expected())?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(expected());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Problem::value("expected a URL without a user name or password"));
    }
    if url.fragment().is_some() {
        return Err(Problem::value("expected a URL without `#…`"));
    }
    if url.scheme() == "http" && holds != Holds::DriverUrl && !is_loopback(&url) {
        return Err(Problem::new(
            "config.insecure_url",
            "expected `https://`: secrets travel to this address, plain http is for loopback only",
        ));
    }
    if holds == Holds::Origin && (url.path() != "/" || url.query().is_some()) {
        return Err(Problem::value("expected an address without path and query"));
    }
    if holds == Holds::BaseUrl {
        if url.query().is_some() {
            return Err(Problem::value("expected a URL without `?…`"));
        }
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
    }
    Ok(url)
}

/// Whether the URL's host is this machine by its name alone: `localhost`, `*.localhost`,
/// `127.0.0.0/8`, `::1`.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        for (text, milliseconds) in [
            ("60s", Some(60_000)),
            ("2m", Some(120_000)),
            ("90", Some(90_000)),
            ("1.5s", Some(1_500)),
            ("250ms", Some(250)),
            ("1 h", Some(3_600_000)),
            ("24h", Some(86_400_000)),
            ("25h", None),
            ("-1s", None),
            ("s", None),
            ("10 parsecs", None),
            ("1e400", None),
            ("inf", None),
            ("NaN", None),
        ] {
            let found = duration(text, Holds::Pause).ok().map(|span| span.as_millis());
            assert_eq!(found, milliseconds, "{text}");
        }
        assert_eq!(duration("0", Holds::Pause), Ok(Duration::ZERO));
        assert!(duration("0", Holds::Limit).is_err());
    }

    #[test]
    fn ids() {
        for (text, found) in [
            ("123456", Some(123_456)),
            (" 7 ", Some(7)),
            ("0", None),
            ("-1", None),
            ("0x10", None),
            ("18446744073709551616", None),
        ] {
            assert_eq!(id(text).ok(), found, "{text}");
        }
    }

    #[test]
    fn services_are_https_but_on_loopback() {
        for (text, code) in [
            ("https://test.salesforce.com", None),
            ("https://test.salesforce.com/", None),
            ("http://login.salesforce.localhost:8080", None),
            ("http://localhost", None),
            ("http://127.8.9.1:1", None),
            ("http://[::1]:1", None),
            ("http://test.salesforce.com", Some("config.insecure_url")),
            ("http://localhost.example.com", Some("config.insecure_url")),
            ("http://notlocalhost", Some("config.insecure_url")),
            ("http://10.0.0.1", Some("config.insecure_url")),
            ("test.salesforce.com", Some("config.wrong_value")),
            ("ftp://test.salesforce.com", Some("config.wrong_value")),
            ("https://me:pw@test.salesforce.com", Some("config.wrong_value")),
            ("https://test.salesforce.com/?x=1", Some("config.wrong_value")),
            ("https://test.salesforce.com/home", Some("config.wrong_value")),
            ("https://test.salesforce.com/#x", Some("config.wrong_value")),
        ] {
            let found = url(text, Holds::Origin).err().map(|problem| problem.code);
            assert_eq!(found, code, "{text}");
        }
    }

    #[test]
    fn a_base_url_has_no_slash_at_its_end() {
        for (text, found) in [
            ("https://api.example.com/elements/api-v2/", "https://api.example.com/elements/api-v2"),
            ("https://api.example.com/api//", "https://api.example.com/api"),
        ] {
            assert_eq!(url(text, Holds::BaseUrl).map(String::from).as_deref(), Ok(found));
        }
    }

    #[test]
    fn a_driver_may_be_reached_by_http() {
        assert!(url("http://grid.example.com:4444/wd/hub", Holds::DriverUrl).is_ok());
    }
}
