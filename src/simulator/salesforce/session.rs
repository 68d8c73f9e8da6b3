//! Who a browser is on the host that it asks, by that host's `sid` cookie.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::header::{COOKIE, LOCATION, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use cookie::time::Duration;
use cookie::{Cookie, SameSite};
use url::form_urlencoded;

use super::super::hosts::{Origin, Site};
use super::Salesforce;
use super::doors;
use super::interludes::Interlude;
use super::org::Session;

/// A request of a browser: where it came in, what it wants, and whose session its cookie names.
#[derive(Debug, Clone)]
pub(super) struct Visitor {
    pub(super) origin: Origin,
    /// A session with nothing left before it.
    pub(super) session: Option<Session>,
    /// A session whose user has pages to pass first.
    half_session: Option<Session>,
    path: String,
}

impl Visitor {
    /// The same visitor, wanting another page of this host.
    pub(super) fn at(self, path: String) -> Self {
        Self { path, ..self }
    }

    /// The path and query that the visitor wants.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// The session, or the way to get one and come back here.
    pub(super) fn require_session(&self) -> Result<Session, Box<Response>> {
        self.session.clone().ok_or_else(|| Box::new(self.log_in_first()))
    }

    /// The session that stands before this page, or the way to where it belongs.
    pub(super) fn before(&self, interlude: Interlude) -> Result<Session, Box<Response>> {
        match &self.half_session {
            Some(session) if session.before_it.first() == Some(&interlude) => Ok(session.clone()),
            Some(session) => Err(Box::new(redirect(&session.next_path()))),
            None => Err(Box::new(self.login_page())),
        }
    }

    /// My Domain and the plain host show their login page. The org's other hosts ask My Domain,
    /// which may hold a session already.
    fn log_in_first(&self) -> Response {
        if let Some(session) = &self.half_session {
            return redirect(&session.next_path());
        }
        match self.origin.site {
            Site::MyDomain | Site::Plain | Site::CloudElements => self.login_page(),
            Site::Login | Site::Setup | Site::Lightning => {
                let from = doors::name_of(self.origin.site);
                let query = query(&[("from", from), ("startURL", &self.path)]);
                redirect(&format!("{}/secur/contentDoor?{query}", self.origin.url(Site::MyDomain)))
            }
        }
    }

    /// This host's login page, whether there is a session or not.
    pub(super) fn login_page(&self) -> Response {
        redirect(&format!("/?{}", query(&[("ec", "302"), ("startURL", &self.path)])))
    }
}

impl FromRequestParts<Salesforce> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, org: &Salesforce) -> Result<Self, Infallible> {
        let origin = Origin::from_request_parts(parts, org).await?;
        let session =
            sid_of(&parts.headers).and_then(|sid| org.org().session(&sid, org.now_ms()).cloned());
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        let (session, half_session) = match session {
            Some(session) if session.before_it.is_empty() => (Some(session), None),
            half => (None, half),
        };
        Ok(Self { origin, session, half_session, path })
    }
}

fn sid_of(headers: &HeaderMap) -> Option<String> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| Cookie::split_parse(value.to_owned()))
        .filter_map(Result::ok)
        .find(|cookie| cookie.name() == "sid")
        .map(|cookie| cookie.value().to_owned())
}

/// A redirect that leaves the session's cookie on this host: for as long as the browser runs, if
/// the org does not let sessions outlive it.
pub(super) fn redirect_with_session(
    salesforce: &Salesforce,
    session: &Session,
    address: &str,
) -> Response {
    let mut cookie = Cookie::build(("sid", session.sid.clone()))
        .path("/")
        .http_only(true)
        .secure(true)
        .same_site(SameSite::None);
    if salesforce.settings().persistent_sessions {
        cookie = cookie.max_age(Duration::hours(2));
    }
    (StatusCode::FOUND, [(LOCATION, address.to_owned()), (SET_COOKIE, cookie.to_string())])
        .into_response()
}

/// `302 Found`, as Salesforce redirects.
pub(super) fn redirect(address: &str) -> Response {
    (StatusCode::FOUND, [(LOCATION, address)]).into_response()
}

/// A query string of these pairs.
pub(super) fn query(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}
