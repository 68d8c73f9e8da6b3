//! `Authorization: User <secret>, Organization <secret>[, Element <token>]`, parts in any order.

use super::error::ApiError;
use super::service::CloudElements;
use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;

/// The parts of the header, as they were sent.
#[derive(Debug, PartialEq, Eq)]
struct Credentials<'a> {
    user: &'a str,
    organization: &'a str,
    element: Option<&'a str>,
}

impl<'a> Credentials<'a> {
    /// `None` if a part is missing, unknown, empty or there twice.
    fn parse(header: &'a str) -> Option<Self> {
        let (mut user, mut organization, mut element) = (None, None, None);
        for part in header.split(',') {
            let (name, value) = part.trim().split_once(' ')?;
            let slot = match name {
                "User" => &mut user,
                "Organization" => &mut organization,
                "Element" => &mut element,
                _ => return None,
            };
            let value = value.trim();
            if value.is_empty() || slot.replace(value).is_some() {
                return None;
            }
        }
        Some(Self { user: user?, organization: organization?, element })
    }
}

/// A caller who may use the platform, and the instance whose element token came along, if any.
pub(super) struct Platform {
    pub(super) instance: Option<u64>,
}

/// A caller with the full header: the instance that it speaks for.
pub(super) struct FullHeader(pub(super) u64);

impl FromRequestParts<CloudElements> for Platform {
    type Rejection = ApiError;

    async fn from_request_parts(
        parts: &mut Parts,
        service: &CloudElements,
    ) -> Result<Self, Self::Rejection> {
        let credentials = parts
            .headers
            .get(AUTHORIZATION)
            .and_then(|header| header.to_str().ok())
            .and_then(Credentials::parse)
            .ok_or_else(ApiError::unauthorized)?;
        if (credentials.user, credentials.organization) != service.credentials() {
            return Err(ApiError::unauthorized());
        }
        let instance = match credentials.element {
            None => None,
            Some(token) => {
                let id = service.state().instance_with_token(token).map(|instance| instance.id);
                Some(id.ok_or_else(ApiError::unauthorized)?)
            }
        };
        Ok(Self { instance })
    }
}

impl FromRequestParts<CloudElements> for FullHeader {
    type Rejection = ApiError;

    async fn from_request_parts(
        parts: &mut Parts,
        service: &CloudElements,
    ) -> Result<Self, Self::Rejection> {
        let caller = Platform::from_request_parts(parts, service).await?;
        caller.instance.map(Self).ok_or_else(ApiError::unauthorized)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_parts_in_any_order() {
        let expected = Credentials { user: "u=", organization: "o/", element: Some("e+=") };
        for header in [
            "User u=, Organization o/, Element e+=",
            "Element e+=, Organization o/, User u=",
            "Organization o/,User u=,Element e+=",
            "User  u= ,  Element e+= , Organization o/",
        ] {
            assert_eq!(Credentials::parse(header).as_ref(), Some(&expected), "{header}");
        }
    }

    #[test]
    fn refuses_what_is_not_such_a_header() {
        for header in [
            "",
            "User u",
            "Organization o, Element e",
            "User u, Organization",
            "User u, Organization ",
            "User u, Organization o, Bearer b",
            "User u, Organization o, User v",
            "Bearer abc",
            "User u Organization o",
        ] {
            assert_eq!(Credentials::parse(header), None, "{header}");
        }
    }
}
