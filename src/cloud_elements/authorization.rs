//! The `Authorization` header: `User …, Organization …[, Element …]`.

use http::HeaderValue;

use super::CloudElementsError;
use crate::secrets::{Redactor, Secret};

/// The two secrets that every call carries.
#[derive(Clone)]
pub(super) struct Credentials {
    pub(super) user: Secret,
    pub(super) organization: Secret,
}

impl Credentials {
    /// The header's value as a secret: the full header with an element token, the platform header
    /// without.
    pub(super) fn value(&self, element: Option<&Secret>, redactor: &Redactor) -> Secret {
        let mut text =
            format!("User {}, Organization {}", self.user.expose(), self.organization.expose());
        if let Some(token) = element {
            text.push_str(", Element ");
            text.push_str(token.expose());
        }
        redactor.learn("authorization", text)
    }

    /// The header as it is sent, marked as sensitive.
    pub(super) fn header(
        &self,
        element: Option<&Secret>,
        redactor: &Redactor,
    ) -> Result<HeaderValue, CloudElementsError> {
        // Asked of each part first, so that the error can say which one is broken.
        for part in [Some(&self.user), Some(&self.organization), element].into_iter().flatten() {
            if HeaderValue::from_str(part.expose()).is_err() {
                return Err(CloudElementsError::UnsendableSecret { label: part.label() });
            }
        }
        let value = self.value(element, redactor);
        let mut header = HeaderValue::from_str(value.expose())
            .map_err(|_| CloudElementsError::UnsendableSecret { label: value.label() })?;
        header.set_sensitive(true);
        Ok(header)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credentials(redactor: &Redactor, user: &str) -> Credentials {
        Credentials {
            user: redactor.learn("user secret", user),
            organization: redactor.learn("organization secret", "org+/="),
        }
    }

    #[test]
    fn forms() {
        let redactor = Redactor::new();
        let credentials = credentials(&redactor, "us/er=");
        let token = redactor.learn("element token", "el/em+ent=");
        let header = credentials.header(Some(&token), &redactor).unwrap();
        assert_eq!(header, "User us/er=, Organization org+/=, Element el/em+ent=");
        assert!(header.is_sensitive());
        let header = credentials.header(None, &redactor).unwrap();
        assert_eq!(header, "User us/er=, Organization org+/=");
    }

    #[test]
    fn a_line_break_is_told_by_label() {
        let redactor = Redactor::new();
        let error = credentials(&redactor, "user\n").header(None, &redactor).unwrap_err();
        assert!(matches!(error, CloudElementsError::UnsendableSecret { label: "user secret" }));
    }
}
