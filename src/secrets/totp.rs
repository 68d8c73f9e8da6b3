//! Time-based one-time passwords (RFC 6238), as an authenticator app makes them.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use totp_rs::{Algorithm, Builder, Totp};
use url::Url;

use super::{Redactor, Secret};

const LABEL: &str = "authenticator code";
/// What RFC 6238 recommends, Salesforce uses, and a seed alone means.
const PERIOD: u64 = 30;
const DIGITS: u8 = 6;
/// 80 bits are what older services gave; less is a slip.
const SHORTEST: usize = 10;

/// What an authenticator app is set up with. Clones remember together which codes were taken: a
/// service takes each once.
#[derive(Clone)]
pub struct TotpSeed {
    totp: Arc<Totp>,
    redactor: Redactor,
    /// The window whose code was taken last.
    last: Arc<Mutex<Option<u64>>>,
}

/// A code, or why there is none yet.
#[derive(Debug, PartialEq)]
pub enum Taken {
    /// A code that lasts long enough to be typed and sent, and was not taken before.
    Code(Secret),
    /// The next code begins to be good after this time.
    NotFor(Duration),
}

/// Why a text is no seed. Never repeats it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SeedError {
    /// Other letters than base32 has, or none.
    #[error("expected letters A to Z and digits 2 to 7 (base32), or an `otpauth://totp/…` URL")]
    NotBase32,
    /// Too few letters.
    #[error("expected at least 16 letters of base32: this is shorter than any seed")]
    TooShort,
    /// Another scheme or type, or no `secret`.
    #[error("expected `otpauth://totp/…?secret=…`")]
    OtherUrl,
    /// A parameter with a value that no authenticator has.
    #[error("`{0}` in the `otpauth` URL has a value that is not supported")]
    Parameter(&'static str),
}

impl TotpSeed {
    /// Reads a seed: base32 (spaces, hyphens, lower case and padding do not matter), or the
    /// `otpauth://` URL of a QR code.
    ///
    /// # Errors
    /// [`SeedError`].
    pub fn parse(text: &Secret, redactor: &Redactor) -> Result<Self, SeedError> {
        let text = text.expose().trim();
        let builder = Builder::new()
            .with_algorithm(Algorithm::SHA1)
            .with_digits(DIGITS)
            .with_step_duration(PERIOD);
        let builder = if text.contains("://") {
            of_url(builder, text, redactor)?
        } else {
            builder.with_secret(decode(text, redactor)?)
        };
        // The other way to build refuses seeds of 80 bits, which services do give.
        let totp = Arc::new(builder.build_noncompliant());
        Ok(Self { totp, redactor: redactor.clone(), last: Arc::default() })
    }

    /// The code for `now`, unless it was taken before or ends too soon: with less than two fifths
    /// of its time left (12 of 30 s) it may be too old when it arrives.
    pub fn take(&self, now: SystemTime) -> Taken {
        let now = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        let period = self.totp.step();
        let window = now.as_secs() / period;
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let begins = |window: u64| Duration::from_secs(window * period).saturating_sub(now);
        if let Some(taken) = *last
            && taken >= window
        {
            return Taken::NotFor(begins(taken + 1));
        }
        if begins(window + 1) < Duration::from_secs(period) * 2 / 5 {
            return Taken::NotFor(begins(window + 1));
        }
        *last = Some(window);
        let code = self.totp.generate(window * period).to_string();
        Taken::Code(self.redactor.learn_code(LABEL, code))
    }
}

impl fmt::Debug for TotpSeed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("«totp seed»")
    }
}

fn of_url(builder: Builder, text: &str, redactor: &Redactor) -> Result<Builder, SeedError> {
    let url = Url::parse(text).map_err(|_| SeedError::OtherUrl)?;
    if url.scheme() != "otpauth" || url.host_str() != Some("totp") {
        return Err(SeedError::OtherUrl);
    }
    let mut builder = builder;
    let mut has_secret = false;
    for (name, value) in url.query_pairs() {
        builder = match name.as_ref() {
            "secret" => {
                has_secret = true;
                builder.with_secret(decode(&value, redactor)?)
            }
            "digits" => {
                let digits = value.parse().ok().filter(|digits| (6..=8).contains(digits));
                builder.with_digits(digits.ok_or(SeedError::Parameter("digits"))?)
            }
            "period" => {
                let period = value.parse().ok().filter(|period| (5..=300).contains(period));
                builder.with_step_duration(period.ok_or(SeedError::Parameter("period"))?)
            }
            "algorithm" => builder.with_algorithm(match value.to_ascii_uppercase().as_str() {
                "SHA1" => Algorithm::SHA1,
                "SHA256" => Algorithm::SHA256,
                "SHA512" => Algorithm::SHA512,
                _ => return Err(SeedError::Parameter("algorithm")),
            }),
            _ => builder,
        };
    }
    if has_secret { Ok(builder) } else { Err(SeedError::OtherUrl) }
}

fn decode(text: &str, redactor: &Redactor) -> Result<totp_rs::Secret, SeedError> {
    let is_filling = |letter: char| letter.is_whitespace() || letter == '-' || letter == '=';
    let text: String = text.chars().filter(|letter| !is_filling(*letter)).collect();
    // Also as it is written elsewhere, and before it is judged: a mistake must not show it.
    let text = redactor.learn("totp seed", text.to_ascii_uppercase());
    let seed = totp_rs::Secret::try_from_base32(text.expose()).map_err(|_| SeedError::NotBase32)?;
    match seed.as_bytes().len() {
        0 => Err(SeedError::NotBase32),
        length if length < SHORTEST => Err(SeedError::TooShort),
        _ => Ok(seed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::cases;
    use proptest::prelude::*;

    /// The seed of RFC 6238 appendix B, "12345678901234567890".
    const SEED: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

    fn parse(text: &str) -> Result<TotpSeed, SeedError> {
        let redactor = Redactor::new();
        TotpSeed::parse(&redactor.learn("seed", text), &redactor)
    }

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    fn code(seed: &TotpSeed, seconds: u64) -> String {
        match seed.take(at(seconds)) {
            Taken::Code(code) => code.expose().to_owned(),
            Taken::NotFor(wait) => panic!("not for {wait:?}"),
        }
    }

    #[test]
    fn codes_are_those_of_the_rfc() {
        let url = format!("otpauth://totp/A:b?secret={SEED}&digits=8&period=30&algorithm=SHA1");
        for (seconds, digits) in [
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ] {
            // Those of the RFC that lie in the last 12 s of their window are not given.
            let begin = seconds / 30 * 30;
            assert_eq!(code(&parse(&url).unwrap(), begin), digits);
            assert_eq!(code(&parse(SEED).unwrap(), begin), digits[2..], "six digits");
        }
    }

    #[test]
    fn however_it_is_written_it_is_the_same_seed() {
        let plain = code(&parse(SEED).unwrap(), 60);
        for text in [
            "gezd gnbv gy3t qojq gezd gnbv gy3t qojq",
            " GEZDGNBV-GY3TQOJQ-GEZDGNBV-GY3TQOJQ== ",
            "otpauth://totp/Salesforce:a%40b.c?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=S",
        ] {
            assert_eq!(code(&parse(text).unwrap(), 60), plain, "{text}");
        }
        assert!(parse("GEZDGNBVGY3TQOJQ").is_ok(), "80 bits");
    }

    #[test]
    fn what_is_no_seed_is_refused() {
        for (text, error) in [
            ("not base 32!", SeedError::NotBase32),
            ("0189", SeedError::NotBase32),
            ("== --", SeedError::NotBase32),
            ("GEZDGNBV", SeedError::TooShort),
            ("https://totp/?secret=GEZDGNBVGY3TQOJQ", SeedError::OtherUrl),
            ("otpauth://hotp/a?secret=GEZDGNBVGY3TQOJQ", SeedError::OtherUrl),
            ("otpauth://totp/a?issuer=x", SeedError::OtherUrl),
            ("otpauth://totp/a?secret=GEZDGNBVGY3TQOJQ&digits=4", SeedError::Parameter("digits")),
            ("otpauth://totp/a?secret=GEZDGNBVGY3TQOJQ&period=0", SeedError::Parameter("period")),
        ] {
            assert_eq!(parse(text).unwrap_err(), error, "{text}");
        }
    }

    #[test]
    fn no_code_is_given_twice_or_late() {
        let seed = parse(SEED).unwrap();
        let clone = seed.clone();
        assert_eq!(seed.take(at(3_000 + 19)), Taken::NotFor(Duration::from_secs(11)));
        let first = code(&seed, 3_000 + 18);
        assert_eq!(clone.take(at(3_000 + 1)), Taken::NotFor(Duration::from_secs(29)));
        assert_ne!(code(&clone, 3_030), first);
        // A clock that was set back meanwhile.
        assert_eq!(seed.take(at(3_000)), Taken::NotFor(Duration::from_secs(60)));
    }

    #[test]
    fn the_seed_is_known_in_every_spelling() {
        let redactor = Redactor::new();
        let url = format!("otpauth://totp/S?secret={}", SEED.to_ascii_lowercase());
        let seed = TotpSeed::parse(&redactor.learn("salesforce.totp_secret", url), &redactor);
        assert_eq!(redactor.redact(SEED), "«totp seed»");
        assert_eq!(format!("{:?}", seed.unwrap()), "«totp seed»");
    }

    proptest! {
        #![proptest_config(cases())]

        #[test]
        fn any_text_is_a_seed_or_a_mistake_that_does_not_show_it(text in "\\PC{0,60}") {
            if let Err(error) = parse(&text) {
                let shown = error.to_string();
                prop_assert!(text.len() < 8 || !shown.contains(&text), "{}", shown);
            }
        }

        #[test]
        fn spaces_and_case_never_matter(bytes in "[A-Z2-7]{16,64}", every in 1_usize..9) {
            // Lengths that base32 does not have are padded out.
            let whole = &bytes[..bytes.len() / 8 * 8];
            let spaced: Vec<char> = whole
                .to_ascii_lowercase()
                .chars()
                .enumerate()
                .flat_map(|(at, letter)| [Some(letter), (at % every == 0).then_some(' ')])
                .flatten()
                .collect();
            let spaced: String = spaced.into_iter().collect();
            prop_assert_eq!(code(&parse(&spaced).unwrap(), 90), code(&parse(whole).unwrap(), 90));
        }
    }
}
