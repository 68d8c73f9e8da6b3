//! PKCE: a code belongs to whoever knows the verifier of its challenge (RFC 7636).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crypto_glue::s256::Sha256;
use crypto_glue::traits::Digest as _;

/// The challenge that a code was asked for with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Challenge {
    challenge: String,
    is_plain: bool,
}

impl Challenge {
    /// Salesforce takes a challenge without a method for one of S256, unlike the RFC; `plain` is the
    /// RFC's.
    pub(super) fn new(challenge: &str, is_plain: bool) -> Self {
        Self { challenge: challenge.to_owned(), is_plain }
    }

    /// Whether this is its verifier.
    pub(super) fn fits(&self, verifier: &str) -> bool {
        let expected = if self.is_plain {
            verifier.to_owned()
        } else {
            URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
        };
        // Some pad it although the RFC says not to.
        !verifier.is_empty() && expected == self.challenge.trim_end_matches('=')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7636, appendix B.
    #[test]
    fn the_example_of_the_rfc() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        assert!(Challenge::new(challenge, false).fits(verifier));
        assert!(!Challenge::new(challenge, false).fits("another"));
        assert!(!Challenge::new(challenge, true).fits(verifier));
        assert!(Challenge::new(verifier, true).fits(verifier));
        assert!(!Challenge::new("", true).fits(""));
    }
}
