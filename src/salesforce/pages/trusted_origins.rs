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

/// The same origin, or the same scheme and port and both under the same domain of Salesforce's, as
/// `login.salesforce.com` and `acme.my.salesforce.com`.
fn is_same_provider(trusted: &Url, learnt: &Url) -> bool {
    let domain = |url: &Url| url.host_str().and_then(provider_domain);
    trusted.origin() == learnt.origin()
        || trusted.scheme() == learnt.scheme()
            && trusted.port_or_known_default() == learnt.port_or_known_default()
            && domain(trusted).is_some()
            && domain(trusted) == domain(learnt)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::cases;
    use proptest::prelude::*;
    use proptest::sample::select;

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
            ("https://acme.my.salesforce.com:8443", false),
            ("https://acme.my.salesforce.com.", false),
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

    /// Addresses that a hasty eye takes for one of Salesforce's.
    fn look_alikes() -> impl Strategy<Value = String> {
        let ours = select(vec!["login.salesforce.com", "acme.my.salesforce.com"]);
        let theirs = "[a-z]{1,8}\\.(example|co|com\\.de|salesforce|xn--com)";
        let tricks = select(vec![
            "https://{ours}.{theirs}",
            "https://{theirs}/{ours}",
            "https://{ours}@{theirs}",
            "https://{ours}:443@{theirs}/",
            "https://{theirs}?https://{ours}",
            "https://{theirs}#{ours}",
            "https://{theirs}\\@{ours}",
            "https:{theirs}/@{ours}",
            "http://{ours}",
            "https://{ours}:8443",
            "https://{ours}.",
            "https://{theirs}%2F.{ours}.{theirs}",
            "https://login.s\u{430}lesforce.com",
            "https://login.salesf\u{3bf}rce.com",
            "https://login.xn--slesforce-w8a.com",
            "https://acme.my.salesf0rce.com",
            "https://login-salesforce.com",
            "https://login.salesforce.com\u{2024}{theirs}",
            "https://login.salesforce.c\u{f6}m",
            "https://evilsalesforce.com",
            "https://my.evilsalesforce.com",
            "https://salesforce.com",
            "ws://{ours}",
            "https://login.salesforce.com\u{3002}{theirs}",
            "https://127.0.0.1/{ours}",
            "https://0x7f.1/",
            "https://[::1]/{ours}",
            "ftp://{ours}",
            "data:text/html,{ours}",
            "javascript:'https://{ours}'",
            "about:{ours}",
            "https://\t{theirs}\n/{ours}",
            "blob:https://{theirs}/{ours}",
            "https:///{theirs}/{ours}",
        ]);
        (ours, theirs, tricks).prop_map(|(ours, theirs, trick)| {
            trick.replace("{ours}", ours).replace("{theirs}", &theirs)
        })
    }

    proptest! {
        #![proptest_config(cases())]

        #[test]
        fn no_look_alike_passes(address in look_alikes()) {
            let trusted = TrustedOrigins::default();
            trusted.trust(&Url::parse("https://login.salesforce.com").unwrap());
            trusted.trust(&Url::parse("https://acme.my.salesforce.com").unwrap());
            // What is no address is nowhere.
            if let Ok(url) = Url::parse(&address) {
                prop_assert!(!trusted.contains(&url.origin().ascii_serialization()), "{}", url);
                prop_assert!(!trusted.is_family(&url), "{}", url);
                prop_assert!(!trusted.is_of_org(&url), "{}", url);
            }
            prop_assert!(!trusted.contains(&address), "{}", address);
        }

        /// Whatever is trusted is Salesforce's, by rules that are written down here once more.
        #[test]
        fn whatever_passes_is_of_the_family(
            name in "([a-z0-9-]{1,6}\\.){0,3}(salesforce|salesforce-setup|force|evil)\\.(com|example)\\.?",
            scheme in select(vec!["http", "https"]), port in select(vec!["", ":443", ":80", ":8443"]),
        ) {
            let trusted = TrustedOrigins::default();
            trusted.trust(&Url::parse("https://acme.my.salesforce.com").unwrap());
            let Ok(url) = Url::parse(&format!("{scheme}://{name}{port}/")) else { return Ok(()) };
            let is_plain = scheme == "https" && matches!(port, "" | ":443");
            prop_assert_eq!(trusted.is_family(&url), is_plain && name.ends_with(".salesforce.com"));
            let names = ["acme.my.salesforce.com", "acme.my.salesforce-setup.com", "acme.lightning.force.com"];
            prop_assert_eq!(trusted.is_of_org(&url), is_plain && names.contains(&name.as_str()));
        }
    }
}
