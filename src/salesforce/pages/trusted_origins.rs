//! Where credentials may be typed and an approval given.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use url::Url;

use crate::salesforce::{OrgHosts, provider_domain};

/// Origins whose pages may be given credentials. https, or http on loopback names.
#[derive(Debug, Clone, Default)]
pub struct TrustedOrigins(Arc<Mutex<HashSet<String>>>);

impl TrustedOrigins {
    /// Trusts the origin of `url`.
    pub fn trust(&self, url: &Url) {
        let origin = url.origin().ascii_serialization();
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).insert(origin);
    }

    /// Whether a host that a service or a page named belongs to the same provider as a trusted one:
    /// an address learnt from elsewhere must not make us type a password, or approve, anywhere else.
    pub fn is_family(&self, learnt: &Url) -> bool {
        let trusted = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        trusted
            .iter()
            .filter_map(|origin| Url::parse(origin).ok())
            .any(|trusted| is_same_provider(&trusted, learnt))
    }

    /// Whether a page belongs to an org whose My Domain is trusted: it, Setup and Lightning are three
    /// providers by their names. Nothing is typed there on that account.
    pub fn is_of_org(&self, page: &Url) -> bool {
        let trusted = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        trusted
            .iter()
            .filter_map(|origin| OrgHosts::from_my_domain(&Url::parse(origin).ok()?).ok())
            .flat_map(|hosts| [hosts.my_domain, hosts.setup, hosts.lightning])
            .any(|host| host.origin() == page.origin())
    }

    /// Whether an org's My Domain is among them.
    pub fn has_my_domain(&self) -> bool {
        let trusted = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        trusted
            .iter()
            .filter_map(|origin| Url::parse(origin).ok())
            .any(|origin| OrgHosts::from_my_domain(&origin).is_ok())
    }

    /// Whether a page of this origin may be given credentials.
    pub fn contains(&self, origin: &str) -> bool {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).contains(origin)
    }
}

/// The same origin, or the same scheme and both under the same domain of Salesforce's, as
/// `login.salesforce.com` and `acme.my.salesforce.com`.
fn is_same_provider(trusted: &Url, learnt: &Url) -> bool {
    let domain = |url: &Url| url.host_str().and_then(provider_domain);
    trusted.origin() == learnt.origin()
        || trusted.scheme() == learnt.scheme()
            && domain(trusted).is_some()
            && domain(trusted) == domain(learnt)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_learnt_host_must_belong_to_the_family() {
        let trusted = TrustedOrigins::default();
        trusted.trust(&Url::parse("https://test.salesforce.com").unwrap());
        for (url, expected) in [
            ("https://acme--qa.sandbox.my.salesforce.com", true),
            ("https://acme.my.salesforce.com/services", true),
            ("http://acme.my.salesforce.com", false),
            ("https://login.salesforce.com.evil.example", false),
            ("https://evilsalesforce.com", false),
            ("https://salesforce.com", false),
        ] {
            assert_eq!(trusted.is_family(&Url::parse(url).unwrap()), expected, "{url}");
        }
    }

    /// Two labels make a provider of Salesforce's own domains only.
    #[test]
    fn nobody_else_has_a_family() {
        for (trusted, learnt, expected) in [
            ("https://portal.acme.co.uk", "https://portal.acme.co.uk/x", true),
            ("https://portal.acme.co.uk", "https://evil.co.uk", false),
            ("https://portal.acme.co.uk", "https://other.acme.co.uk", false),
            ("http://127.0.0.1:8888", "http://10.0.0.1:8888", false),
            ("http://127.0.0.1:8888", "http://127.0.0.1:9999", false),
            ("https://acme.my.salesforce.com", "https://acme.lightning.force.com", false),
            ("http://login.salesforce.localhost:1", "http://a.my.salesforce.localhost:1", true),
            ("http://login.salesforce.localhost:1", "http://a.my.sales.localhost:1", false),
            ("http://localhost:1", "http://evil.localhost:1", false),
        ] {
            let origins = TrustedOrigins::default();
            origins.trust(&Url::parse(trusted).unwrap());
            assert_eq!(origins.is_family(&Url::parse(learnt).unwrap()), expected, "{learnt}");
        }
    }

    #[test]
    fn an_org_has_setup_and_lightning_too() {
        let trusted = TrustedOrigins::default();
        trusted.trust(&Url::parse("https://login.salesforce.com").unwrap());
        trusted.trust(&Url::parse("https://acme.my.salesforce.com").unwrap());
        for (url, expected) in [
            ("https://acme.my.salesforce.com/x", true),
            ("https://acme.my.salesforce-setup.com/lightning/setup/x", true),
            ("https://acme.lightning.force.com", true),
            ("https://globex.lightning.force.com", false),
            ("http://acme.lightning.force.com", false),
            ("https://acme.lightning.force.com.evil.example", false),
        ] {
            assert_eq!(trusted.is_of_org(&Url::parse(url).unwrap()), expected, "{url}");
        }
    }

    #[test]
    fn only_exact_origins_are_trusted() {
        let trusted = TrustedOrigins::default();
        trusted.trust(&Url::parse("https://login.salesforce.com/path").unwrap());
        assert!(trusted.contains("https://login.salesforce.com"));
        for origin in [
            "http://login.salesforce.com",
            "https://login.salesforce.com.evil.example",
            "https://login.salesforce.com:8443",
            "null",
        ] {
            assert!(!trusted.contains(origin), "{origin}");
        }
    }
}
