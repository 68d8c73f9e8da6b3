//! Who a browser is on the host that it asks, by that host's `sid` cookie.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::header::{COOKIE, LOCATION, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use cookie::time::Duration;
use cookie::{Cookie, SameSite};
use url::form_urlencoded;

use super::super::hosts::{Origin, Site};
use super::Salesforce;
use super::detours;
use super::doors;
use super::interludes::Interlude;
use super::org::Session;

/// The cookie of device activation.
const DEVICE_COOKIE: &str = "sfdc_lv2";

/// A request of a browser: where it came in, what it wants, and whose session its cookie names.
#[derive(Debug, Clone)]
pub(super) struct Visitor {
    pub(super) origin: Origin,
    /// A session with nothing left before it.
    pub(super) session: Option<Session>,
    /// A session whose user has pages to pass first.
    half_session: Option<Session>,
    /// What this browser was given when it was verified before, if it was.
    device: Option<String>,
    path: String,
    /// A page for the top of a window, not a frame's and not a form sent back.
    is_navigation: bool,
    salesforce: Salesforce,
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

    /// What tells this browser from one that nobody knows.
    pub(super) fn device(&self) -> Option<&str> {
        self.device.as_deref()
    }

    /// The session, or the way to get one and come back here; or what comes in between.
    pub(super) fn require_session(&self) -> Result<Session, Box<Response>> {
        let Some(session) = &self.session else { return Err(Box::new(self.log_in_first())) };
        if self.is_navigation
            && let Some(detour) = self.salesforce.org().detour(session, &self.wanted())
        {
            return Err(Box::new(detours::answer(self, detour)));
        }
        Ok(session.clone())
    }

    /// What the visitor wants, with the host.
    pub(super) fn wanted(&self) -> String {
        format!("{}{}", self.origin.url(self.origin.site), self.path)
    }

    /// The session that a browser without one is handed here, where the org does so.
    pub(super) fn arriving(&self) -> Option<Session> {
        self.salesforce.org().arriving(self.salesforce.now_ms())
    }

    /// The page that comes next before a session. Those pages are on the hosts that have a login.
    pub(super) fn to_interlude(&self, session: &Session) -> Response {
        let path = session.next_path();
        redirect(&match self.origin.site {
            Site::Setup | Site::Lightning => {
                format!("{}{path}", self.origin.url(Site::MyDomain))
            }
            Site::Login | Site::MyDomain | Site::AnotherOrg | Site::Plain | Site::CloudElements => {
                path
            }
        })
    }

    /// The session that stands before this page, or the way to where it belongs.
    pub(super) fn before(&self, interlude: Interlude) -> Result<Session, Box<Response>> {
        match &self.half_session {
            Some(session) if session.before_it.first() == Some(&interlude) => Ok(session.clone()),
            Some(session) => Err(Box::new(self.to_interlude(session))),
            None => Err(Box::new(self.login_page())),
        }
    }

    /// My Domain and the plain host show their login page. The org's other hosts ask My Domain,
    /// which may hold a session already.
    fn log_in_first(&self) -> Response {
        if self.salesforce.org().is_notice_after_refusal_due() {
            return redirect(detours::MAINTENANCE_PATH);
        }
        if let Some(session) = &self.half_session {
            return self.to_interlude(session);
        }
        match self.origin.site {
            Site::MyDomain | Site::AnotherOrg | Site::Plain | Site::CloudElements => {
                match self.arriving() {
                    Some(session) => redirect_with_session(&self.salesforce, &session, &self.path),
                    None => self.login_page(),
                }
            }
            Site::Login | Site::Setup | Site::Lightning => {
                let from = doors::name_of(self.origin.site);
                let query = query(&[("from", from), ("startURL", &self.path)]);
                redirect(&format!("{}/secur/contentDoor?{query}", self.origin.url(Site::MyDomain)))
            }
        }
    }

    /// This host's login page, whether there is a session or not.
    pub(super) fn login_page(&self) -> Response {
        self.login_page_for("")
    }

    /// The same, with a user name to begin with.
    pub(super) fn login_page_for(&self, username: &str) -> Response {
        let mut pairs = vec![("ec", "302"), ("startURL", self.path.as_str())];
        if !username.is_empty() {
            pairs.push(("un", username));
        }
        redirect(&format!("/?{}", query(&pairs)))
    }

    /// The login page of the host that has one for this host, though there is, or was, a session:
    /// `ec` says why.
    pub(super) fn login_page_because(&self, ec: &str) -> Response {
        let (host, start_url) = match self.origin.site {
            Site::Setup | Site::Lightning => (self.origin.url(Site::MyDomain), self.wanted()),
            Site::Login | Site::MyDomain | Site::AnotherOrg | Site::Plain | Site::CloudElements => {
                (String::new(), self.path.clone())
            }
        };
        redirect(&format!("{host}/?{}", query(&[("ec", ec), ("startURL", &start_url)])))
    }
}

impl FromRequestParts<Salesforce> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, org: &Salesforce) -> Result<Self, Infallible> {
        let origin = Origin::from_request_parts(parts, org).await?;
        let session = cookie_of(&parts.headers, "sid")
            .and_then(|sid| org.org().session(&sid, org.now_ms()).cloned());
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        let (session, half_session) = match session {
            Some(session) if session.before_it.is_empty() => (Some(session), None),
            half => (None, half),
        };
        // Browsers say what a page is for; whoever does not is taken at its word.
        let destination = parts.headers.get("sec-fetch-dest");
        let is_navigation = parts.method == Method::GET
            && destination.is_none_or(|destination| destination == "document");
        let salesforce = org.clone();
        let device = cookie_of(&parts.headers, DEVICE_COOKIE);
        Ok(Self { origin, session, half_session, device, path, is_navigation, salesforce })
    }
}

/// The session id of this host's cookie.
pub(super) fn sid_of(headers: &HeaderMap) -> Option<String> {
    cookie_of(headers, "sid")
}

fn cookie_of(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| Cookie::split_parse(value.to_owned()))
        .filter_map(Result::ok)
        .find(|cookie| cookie.name() == name)
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

/// Leaves the cookie by which this host knows the browser again, for a year.
pub(super) fn remember_browser(mut response: Response, device: &str) -> Response {
    let cookie = Cookie::build((DEVICE_COOKIE, device.to_owned()))
        .path("/")
        .http_only(true)
        .secure(true)
        .same_site(SameSite::None)
        .max_age(cookie::time::Duration::days(365));
    if let Ok(value) = cookie.to_string().parse() {
        response.headers_mut().append(SET_COOKIE, value);
    }
    response
}

/// `302 Found`, as Salesforce redirects.
pub(super) fn redirect(address: &str) -> Response {
    (StatusCode::FOUND, [(LOCATION, address)]).into_response()
}

/// A query string of these pairs.
pub(super) fn query(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}
