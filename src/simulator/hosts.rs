//! The hosts of both services: which one a request is for, and what the others are called from
//! where that request came in.

use std::convert::Infallible;
use std::net::IpAddr;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::HOST;
use axum::http::request::Parts;
use axum::http::uri::Authority;

/// One of the hosts that the listener answers for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Site {
    /// The generic login host.
    Login,
    /// The org's My Domain: login, OAuth, REST, Classic pages.
    MyDomain,
    /// Lightning Setup, a site of its own.
    Setup,
    /// The Lightning application.
    Lightning,
    /// Another org's My Domain.
    AnotherOrg,
    /// The Cloud Elements platform API.
    CloudElements,
    /// `127.0.0.1`, `localhost`, or the machine's own name or address: everything at once, for clients
    /// that resolve no `*.localhost`.
    Plain,
}

const NAMES: [(Site, &str); 6] = [
    (Site::Login, "login.salesforce.localhost"),
    (Site::MyDomain, "acme--qa.sandbox.my.salesforce.localhost"),
    (Site::Setup, "acme--qa.sandbox.my.salesforce-setup.localhost"),
    (Site::Lightning, "acme--qa.sandbox.lightning.force.localhost"),
    (Site::AnotherOrg, "globex--qa.sandbox.my.salesforce.localhost"),
    (Site::CloudElements, "api.cloud-elements.localhost"),
];
/// What a site's host is called, without a port.
pub(super) fn name_of(site: Site) -> &'static str {
    NAMES.iter().find(|(known, _)| *known == site).map_or(PLAIN[0], |(_, name)| name)
}

const PLAIN: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];

/// A name or an address of the machine itself: `simulator`, as containers call each other, is one.
fn is_plain(name: &str) -> bool {
    let address = name.trim_start_matches('[').trim_end_matches(']');
    PLAIN.contains(&name)
        || address.parse::<IpAddr>().is_ok()
        || !name.is_empty() && !name.contains('.')
}

/// Where a request came in, by its `Host` header alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Origin {
    /// Which host it is.
    pub(super) site: Site,
    authority: String,
    port: Option<u16>,
}

impl Origin {
    /// What a `Host` header means; `None` if nobody here has that name.
    pub(super) fn of(host: &str) -> Option<Self> {
        let authority: Authority = host.parse().ok()?;
        let name = authority.host().to_ascii_lowercase();
        let site = if is_plain(&name) {
            Site::Plain
        } else {
            NAMES.iter().find(|(_, known)| *known == name)?.0
        };
        Some(Self { site, authority: authority.to_string(), port: authority.port_u16() })
    }

    /// The origin of a site of the simulator that listens on this port.
    pub(super) fn at(site: Site, port: u16) -> Self {
        Self { site, authority: format!("{}:{port}", name_of(site)), port: Some(port) }
    }

    /// An address outside the org: the plain host, which no client of the org knows.
    pub(super) fn outside(&self) -> String {
        let port = self.port.map(|port| format!(":{port}")).unwrap_or_default();
        format!("http://{}{port}", PLAIN[0])
    }

    /// The address of a site, whoever asks.
    pub(super) fn inside(&self, site: Site) -> String {
        Self::at(site, self.port.unwrap_or(80)).url(site)
    }

    /// The address of a site, without a slash at the end. A client on the plain host is never sent
    /// to another one.
    pub(super) fn url(&self, site: Site) -> String {
        let name = NAMES.iter().find(|(known, _)| *known == site).map(|(_, name)| name);
        match (self.site, name, self.port) {
            (Site::Plain, _, _) | (_, None, _) => format!("http://{}", self.authority),
            (_, Some(name), Some(port)) => format!("http://{name}:{port}"),
            (_, Some(name), None) => format!("http://{name}"),
        }
    }
}

/// The host named by a request's headers.
pub(super) fn host_of(headers: &HeaderMap) -> &str {
    headers.get(HOST).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

impl<S: Send + Sync> FromRequestParts<S> for Origin {
    type Rejection = Infallible;

    // The dispatcher has refused unknown hosts before any handler runs; the plain name is what a
    // handler that is called without it (in a test) would be asked by.
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(host_of(&parts.headers)).unwrap_or_else(|| Self::at(Site::Plain, 80)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_hosts_apart_by_name() {
        for (host, site) in [
            ("login.salesforce.localhost:8080", Some(Site::Login)),
            ("LOGIN.salesforce.localhost", Some(Site::Login)),
            ("acme--qa.sandbox.my.salesforce.localhost:1", Some(Site::MyDomain)),
            ("acme--qa.sandbox.my.salesforce-setup.localhost:1", Some(Site::Setup)),
            ("acme--qa.sandbox.lightning.force.localhost:1", Some(Site::Lightning)),
            ("globex--qa.sandbox.my.salesforce.localhost:1", Some(Site::AnotherOrg)),
            ("api.cloud-elements.localhost:1", Some(Site::CloudElements)),
            ("127.0.0.1:5", Some(Site::Plain)),
            ("[::1]:5", Some(Site::Plain)),
            ("simulator:8888", Some(Site::Plain)),
            ("192.168.1.7:8888", Some(Site::Plain)),
            ("evil.login.salesforce.localhost:1", None),
            ("example.com", None),
            ("", None),
        ] {
            assert_eq!(Origin::of(host).map(|origin| origin.site), site, "{host}");
        }
    }

    #[test]
    fn a_plain_client_is_not_sent_elsewhere() {
        let plain = Origin::of("127.0.0.1:5").unwrap();
        assert_eq!(plain.url(Site::MyDomain), "http://127.0.0.1:5");
        let login = Origin::of("login.salesforce.localhost:5").unwrap();
        assert_eq!(
            login.url(Site::Setup),
            "http://acme--qa.sandbox.my.salesforce-setup.localhost:5"
        );
    }
}
