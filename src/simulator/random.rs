//! Secrets, tokens and ids in the shapes that the services give them.

use super::error::SimulatorError;

const ALPHANUMERIC: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// A generator seeded by the system at the start. What it makes guards a double on loopback only,
/// so it need not be cryptographic after that, and no later caller has to handle a failure.
#[derive(Debug, Clone)]
pub(super) struct Random {
    state: u64,
}

impl Random {
    /// A generator that nobody can foresee.
    pub(super) fn from_system() -> Result<Self, SimulatorError> {
        let mut seed = [0_u8; 8];
        getrandom::fill(&mut seed).map_err(SimulatorError::Random)?;
        Ok(Self { state: u64::from_le_bytes(seed) })
    }

    /// A generator whose numbers are always the same.
    pub(super) fn seeded(seed: u64) -> Self {
        Self { state: seed }
    }

    /// A number below this one.
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit.max(1)
    }

    // SplitMix64 (Steele, Lea, Flood 2014).
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// So many letters and digits.
    pub(super) fn alphanumeric(&mut self, length: usize) -> String {
        (0..length)
            .map(|_| {
                let index = usize::try_from(self.next() >> 32).unwrap_or(0) % ALPHANUMERIC.len();
                char::from(ALPHANUMERIC[index])
            })
            .collect()
    }

    /// So many decimal digits.
    pub(super) fn digits(&mut self, length: usize) -> String {
        (0..length)
            .map(|_| char::from(b'0' + u8::try_from(self.next() % 10).unwrap_or(0)))
            .collect()
    }

    /// A seed of so many characters in base32 (RFC 4648).
    pub(super) fn base32(&mut self, length: usize) -> String {
        const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        (0..length)
            .map(|_| char::from(ALPHABET[usize::try_from(self.next() >> 59).unwrap_or(0)]))
            .collect()
    }

    /// An upper-case hexadecimal string of so many digits.
    pub(super) fn hexadecimal(&mut self, length: usize) -> String {
        let mut digits = String::new();
        while digits.len() < length {
            digits.push_str(&format!("{:016X}", self.next()));
        }
        digits.truncate(length);
        digits
    }

    /// An 18-character record id with the object's three-character prefix.
    pub(super) fn record_id(&mut self, prefix: &str) -> String {
        let digits = self.next() % 1_000_000;
        let instance = self.alphanumeric(5);
        with_checksum(&format!("{prefix}{instance}0{digits:06}"))
    }

    /// A session id or access token, `00D…!…`.
    pub(super) fn access_token(&mut self, organization_id: &str) -> String {
        format!(
            "{}!AQ{}.{}",
            short_id(organization_id),
            self.alphanumeric(40),
            self.alphanumeric(52)
        )
    }

    /// A refresh token, `5Aep…`.
    pub(super) fn refresh_token(&mut self) -> String {
        format!("5Aep861{}.{}", self.alphanumeric(40), self.alphanumeric(38))
    }

    /// An authorization code, `aPrx…==`.
    pub(super) fn authorization_code(&mut self) -> String {
        format!("aPrx{}==", self.alphanumeric(58))
    }

    /// A consumer key, `3MVG9…`.
    pub(super) fn consumer_key(&mut self) -> String {
        format!("3MVG9{}.{}", self.alphanumeric(39), self.alphanumeric(40))
    }
}

/// The first 15 characters of a record id: how Classic pages and tokens write it.
pub(super) fn short_id(id: &str) -> String {
    id.chars().take(15).collect()
}

/// The 18-character form: three characters that say which of the 15 are capitals.
fn with_checksum(id: &str) -> String {
    let suffix = id.as_bytes().chunks(5).map(|chunk| {
        let bits = chunk.iter().enumerate().fold(0_u8, |bits, (index, byte)| {
            bits | (u8::from(byte.is_ascii_uppercase()) << index)
        });
        char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[usize::from(bits)])
    });
    id.chars().chain(suffix).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_salesforce_s() {
        assert_eq!(with_checksum("00130000000xEft"), "00130000000xEftAAE");
        assert_eq!(with_checksum("001A0000006Vm9r"), "001A0000006Vm9rIAC");
    }

    #[test]
    fn ids_and_tokens_have_their_shapes() {
        let mut random = Random { state: 7 };
        let id = random.record_id("005");
        assert_eq!((id.len(), &id[..3]), (18, "005"));
        assert_eq!(short_id(&id).len(), 15);
        assert!(random.access_token(&id).contains('!'));
        assert!(random.authorization_code().ends_with("=="));
        assert_ne!(random.refresh_token(), random.refresh_token());
        assert_eq!(random.hexadecimal(64).len(), 64);
    }
}
