//! Names of fields and settings that say that a secret is in them.

/// Ends of such names, without what parts words: `queue.password`, `apiPassword` and `api_password`
/// are one.
const ENDS: &[&str] = &[
    "authorization",
    "cookie",
    "cookies",
    "oauthurl",
    "passphrase",
    "password",
    "privatekey",
    "secret",
    "sessionid",
    "signaturekey",
    "token",
];

/// Whole names.
const NAMES: &[&str] = &["passwd", "pw", "sid"];

/// What an OAuth callback calls its code. So are many other things called.
pub(super) const CODE: &str = "code";

/// Whether a field or setting of this name holds a secret, whatever is in it.
///
/// ```
/// use reauth::secrets::is_secret_name;
///
/// assert!(is_secret_name("oauth.user.refresh_token"));
/// assert!(is_secret_name("apiPassword"));
/// assert!(!is_secret_name("token_type"));
/// ```
pub fn is_secret_name(name: &str) -> bool {
    let parts_words = |letter: char| matches!(letter, '.' | '_' | '-') || letter.is_whitespace();
    let name: String = name.chars().filter(|letter| !parts_words(*letter)).collect();
    let name = name.to_ascii_lowercase();
    ENDS.iter().any(|end| name.ends_with(end)) || NAMES.contains(&name.as_str())
}

/// Longer words without a digit are no code of an error, in bytes.
const LONGEST_ERROR_CODE: usize = 48;

/// Whether a text under [`CODE`] is one of those that tell errors apart, such as
/// `salesforce.app_blocked` or `INVALID_SESSION_ID`, and no authorization code.
pub(super) fn is_error_code(text: &str) -> bool {
    let is_of_one = |byte: u8| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'.' | b'-');
    text.len() <= LONGEST_ERROR_CODE && text.bytes().all(is_of_one)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_secrets_from_what_is_said_of_them() {
        for name in [
            "password",
            "queue.password",
            "apiPassword",
            "PASSWORD",
            "client_secret",
            "Set-Cookie",
            "oauth.api.secret",
            "oauth.user.token",
            "sfdc.session.id",
            "sessionId",
            "sid",
            "pw",
            "webhook.signature.key",
            "private_key",
            "oauthUrl",
            "Authorization",
            "Element Token",
        ] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in [
            "token_type",
            "oauth.token.url",
            "password.policy",
            "inside",
            "tokens_revoked",
            "code",
            "oauth.api.key",
            "session.identity",
            "",
            "secretary",
            "ss.id",
            "name",
        ] {
            assert!(!is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn codes_of_errors_are_none_of_oauth() {
        for (text, expected) in [
            ("salesforce.app_blocked", true),
            ("INVALID_SESSION_ID", true),
            ("invalid-request", true),
            ("NotFound", true),
            ("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", false),
            ("aPrx9f.Q==", false),
            ("482913", false),
        ] {
            assert_eq!(is_error_code(text), expected, "{text}");
        }
    }
}
