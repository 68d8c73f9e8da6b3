//! Who is who: Salesforce does not tell user names apart by case.

use std::fmt;

/// A user, as Salesforce tells one from another. Whatever is kept for a user is kept by this, and
/// names are compared by it; what is shown and typed is the name as it was given.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UserKey(String);

impl UserKey {
    /// Of the user with this name.
    pub fn of(username: &str) -> Self {
        Self(username.to_lowercase())
    }
}

impl fmt::Display for UserKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_makes_no_other_user() {
        assert_eq!(UserKey::of("Zoe@Acme.example.QA"), UserKey::of("zoe@acme.example.qa"));
        assert_eq!(UserKey::of("MÜLLER@acme"), UserKey::of("müller@acme"));
        assert_ne!(UserKey::of("zoe@acme.example.qa"), UserKey::of("zoe@acme.example.qa2"));
    }
}
