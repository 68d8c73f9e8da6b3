//! The hosts of one org, derived from its My Domain.

use std::sync::LazyLock;

use serde::Deserialize;
use url::Url;

use super::SalesforceError;

/// Origins of one org.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrgHosts {
    /// `https://acme--qa.sandbox.my.salesforce.com`
    pub my_domain: Url,
    /// Lightning Setup, another site than the others:
    /// `https://acme--qa.sandbox.my.salesforce-setup.com`
    pub setup: Url,
    /// `https://acme--qa.sandbox.lightning.force.com`
    pub lightning: Url,
}

/// `webdriver/hosts.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HostList {
    provider: Provider,
    my_domain: Part,
    setup: Part,
    lightning: Part,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Provider {
    domains: Vec<String>,
    #[serde(rename = "source")]
    _source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Part {
    /// The part of the host name that tells this host from the org's others.
    part: String,
    /// Where that was read, and when. Asked for so that no entry comes without it.
    #[serde(rename = "source")]
    _source: String,
}

impl HostList {
    /// The embedded list; asked for at each page that is seen.
    fn get() -> Result<&'static Self, SalesforceError> {
        static LIST: LazyLock<Result<HostList, String>> = LazyLock::new(|| {
            toml::from_str(include_str!("../../webdriver/hosts.toml"))
                .map_err(|error| error.to_string())
        });
        LIST.as_ref().map_err(|reason| SalesforceError::HostList { reason: reason.clone() })
    }
}

/// The domain of Salesforce's that a host is under, such as `salesforce.com`; none for anybody else's.
/// Names under `localhost` are loopback (RFC 6761): each second label there is a domain of its own.
pub fn provider_domain(host: &str) -> Option<String> {
    if let Some(names) = host.strip_suffix(".localhost") {
        let (_, domain) = names.rsplit_once('.')?;
        return Some(format!("{domain}.localhost"));
    }
    let is_under = |domain: &str| {
        host.strip_suffix(domain).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.'))
    };
    HostList::get().ok()?.provider.domains.iter().find(|domain| is_under(domain)).cloned()
}

impl OrgHosts {
    /// The org's hosts, by any of them.
    ///
    /// # Errors
    /// [`SalesforceError::NotAMyDomain`] for a host that is none of an org's.
    pub fn from_any(url: &Url) -> Result<Self, SalesforceError> {
        let list = HostList::get()?;
        let host = url.host_str().unwrap_or_default();
        let parts = [&list.setup.part, &list.lightning.part];
        let my_domain = parts.into_iter().find_map(|part| {
            let (org, rest) = host.split_once(part.as_str())?;
            let mut url = url.clone();
            url.set_host(Some(&format!("{org}{}{rest}", list.my_domain.part))).ok()?;
            Some(url)
        });
        Self::from_my_domain(my_domain.as_ref().unwrap_or(url))
    }

    /// Derives the org's hosts, with the scheme and port of the My Domain.
    ///
    /// # Errors
    /// [`SalesforceError::NotAMyDomain`], e.g. for `https://login.salesforce.com`.
    ///
    /// ```
    /// use reauth::salesforce::OrgHosts;
    ///
    /// let my_domain = url::Url::parse("https://acme--qa.sandbox.my.salesforce.com")?;
    /// let hosts = OrgHosts::from_my_domain(&my_domain)?;
    /// assert_eq!(hosts.setup.as_str(), "https://acme--qa.sandbox.my.salesforce-setup.com/");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn from_my_domain(my_domain: &Url) -> Result<Self, SalesforceError> {
        let list = HostList::get()?;
        let host = my_domain.host_str().unwrap_or_default();
        let not_a_my_domain = || SalesforceError::NotAMyDomain { host: host.to_owned() };
        let (org, rest) = host
            .split_once(list.my_domain.part.as_str())
            .filter(|(org, rest)| !org.is_empty() && !rest.is_empty())
            .ok_or_else(not_a_my_domain)?;
        let origin = |part: &Part| -> Result<Url, SalesforceError> {
            let mut url = my_domain.clone();
            url.set_host(Some(&format!("{org}{}{rest}", part.part)))
                .map_err(|_| not_a_my_domain())?;
            Url::parse(&url.origin().ascii_serialization()).map_err(|_| not_a_my_domain())
        };
        Ok(Self {
            my_domain: origin(&list.my_domain)?,
            setup: origin(&list.setup)?,
            lightning: origin(&list.lightning)?,
        })
    }

    /// Where somebody who is logged in is led if they want nothing else.
    pub fn home(&self) -> Url {
        let mut url = self.lightning.clone();
        url.set_path("/lightning/page/home");
        url
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derived() {
        for (my_domain, setup, lightning) in [
            (
                "https://acme.my.salesforce.com",
                "https://acme.my.salesforce-setup.com/",
                "https://acme.lightning.force.com/",
            ),
            (
                "https://acme--qa.sandbox.my.salesforce.com/some/path?x=1",
                "https://acme--qa.sandbox.my.salesforce-setup.com/",
                "https://acme--qa.sandbox.lightning.force.com/",
            ),
            (
                "http://acme--qa.sandbox.my.salesforce.localhost:8123",
                "http://acme--qa.sandbox.my.salesforce-setup.localhost:8123/",
                "http://acme--qa.sandbox.lightning.force.localhost:8123/",
            ),
        ] {
            let hosts = OrgHosts::from_my_domain(&Url::parse(my_domain).unwrap()).unwrap();
            assert_eq!((hosts.setup.as_str(), hosts.lightning.as_str()), (setup, lightning));
            assert!(!hosts.my_domain.as_str().contains("some"));
            for one in [&hosts.my_domain, &hosts.setup, &hosts.lightning] {
                assert_eq!(OrgHosts::from_any(one).unwrap(), hosts, "{one}");
            }
        }
    }

    #[test]
    fn other_hosts_are_refused() {
        for url in
            ["https://login.salesforce.com", "https://my.salesforce.com", "http://127.0.0.1:1"]
        {
            assert!(OrgHosts::from_any(&Url::parse(url).unwrap()).is_err(), "{url}");
            let error = OrgHosts::from_my_domain(&Url::parse(url).unwrap()).unwrap_err();
            assert!(matches!(error, SalesforceError::NotAMyDomain { .. }), "{url}");
        }
    }
}
