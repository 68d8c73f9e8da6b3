//! Identifiers in the shapes that the real platform gives them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::hash::{BuildHasher, Hasher, RandomState};

/// Bytes that differ from call to call. They guard nothing: what they name lives in a simulator
/// on loopback, so the randomness of the standard library's hasher, which cannot fail, is enough.
fn bytes<const LENGTH: usize>() -> [u8; LENGTH] {
    let mut bytes = [0; LENGTH];
    for chunk in bytes.chunks_mut(8) {
        let word = RandomState::new().build_hasher().finish().to_le_bytes();
        chunk.copy_from_slice(&word[..chunk.len()]);
    }
    bytes
}

/// A user or organization secret: 32 hexadecimal digits.
pub(super) fn secret() -> String {
    hexadecimal(&bytes::<16>())
}

/// An id as support asks for it: 24 hexadecimal digits.
pub(super) fn request_id() -> String {
    hexadecimal(&bytes::<12>())
}

/// An element token: base64 with `/`, `+` and `=` in it, so that a client that forgets to encode
/// or quote one of them is found out at once and not on one day in four.
pub(super) fn element_token() -> String {
    loop {
        let token = STANDARD.encode(bytes::<32>());
        if token.contains('/') && token.contains('+') {
            return token;
        }
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_differ_and_have_the_awkward_characters() {
        let (one, other) = (element_token(), element_token());
        assert_ne!(one, other);
        assert_eq!(one.len(), 44);
        for character in ['/', '+', '='] {
            assert!(one.contains(character), "{one} lacks {character}");
        }
    }

    #[test]
    fn secrets_and_request_ids_differ() {
        assert_eq!(secret().len(), 32);
        assert_ne!(secret(), secret());
        assert_eq!(request_id().len(), 24);
        assert_ne!(request_id(), request_id());
    }
}
