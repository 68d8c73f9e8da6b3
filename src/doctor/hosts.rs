//! The hosts of the configuration: name, connection, certificate, time. Each is asked once, all at
//! the same time; whoever else needs a host first looks at what came of it.

use std::net::ToSocketAddrs as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};
use jiff::Timestamp;
use url::Url;

use super::check::{Check, CheckId, apart};
use super::clock::{self, Skew};
use crate::config::{Config, RevokeVia};
use crate::failure::Failure;
use crate::http::{Call, HttpClient, HttpError, Stage, is_loopback};
use crate::salesforce::OrgHosts;

/// Addresses that are shown of a host that has many.
const SHOWN: usize = 2;

/// What came of asking a host.
#[derive(Debug)]
pub(super) struct Reach {
    pub(super) name: String,
    url: Url,
    /// Its addresses by this machine's resolver; none where nobody needs to resolve it.
    addresses: Option<Vec<String>>,
    answer: Result<Answered, HttpError>,
}

#[derive(Debug, Clone)]
struct Answered {
    status: u16,
    took: Duration,
    skew: Option<Skew>,
}

/// A host that is being asked, or was.
pub(super) type Asked = Shared<BoxFuture<'static, Arc<Reach>>>;

/// All hosts of a configuration.
#[derive(Clone)]
pub(super) struct Hosts(Vec<(Url, Asked)>);

impl Hosts {
    /// Begins to ask: the login host, the org's others where they are known, the platform, a driver
    /// that runs already.
    pub(super) fn ask(config: &Config, http: &HttpClient, limit: Duration) -> Self {
        let mut hosts: Vec<(Url, Asked)> = Vec::new();
        for url in addresses(config) {
            if hosts.iter().any(|(known, _)| known.origin() == url.origin()) {
                continue;
            }
            let asked = ask(url.clone(), http.clone(), limit).boxed().shared();
            tokio::spawn(asked.clone());
            hosts.push((url, asked));
        }
        Self(hosts)
    }

    /// Why there is no use in asking the host of `url` for anything; `None`: it answers.
    pub(super) async fn silence(&self, url: &Url) -> Option<String> {
        let (_, asked) = self.0.iter().find(|(known, _)| known.origin() == url.origin())?;
        let reach = asked.clone().await;
        reach.answer.is_err().then(|| format!("{} does not answer", reach.name))
    }

    /// One line a host; certificates and clock in one line each, unless something is wrong.
    pub(super) async fn checks(self, codes: bool) -> Vec<Check> {
        let mut reaches = Vec::new();
        for (_, asked) in self.0 {
            reaches.push(asked.await);
        }
        let mut checks: Vec<Check> = reaches.iter().map(|reach| host(reach)).collect();
        checks.extend(tls(&reaches));
        let skews: Vec<(String, Skew)> = reaches
            .iter()
            .filter_map(|reach| Some((reach.name.clone(), reach.answer.as_ref().ok()?.skew?)))
            .collect();
        checks.push(clock::judge(&skews, codes));
        checks
    }
}

/// What is asked: pages that need no credentials and change nothing.
fn addresses(config: &Config) -> Vec<Url> {
    let salesforce = &config.salesforce;
    let mut urls = vec![salesforce.login_url.clone()];
    if let Some(my_domain) = &salesforce.my_domain {
        urls.push(my_domain.clone());
        if config.run.revoke_via == RevokeVia::Ui
            && let Ok(hosts) = OrgHosts::from_my_domain(my_domain)
        {
            urls.extend([hosts.setup, hosts.lightning]);
        }
    }
    urls.push(config.cloud_elements.base_url.clone());
    if let Some(driver) = &config.browser.webdriver_url {
        let mut status = driver.clone();
        status.set_path(&format!("{}/status", driver.path().trim_end_matches('/')));
        urls.push(status);
    }
    urls
}

async fn ask(url: Url, http: HttpClient, limit: Duration) -> Arc<Reach> {
    let name = authority(&url);
    let resolving = async {
        // Names of this machine are not for the resolver to know.
        if is_loopback(&url) { None } else { resolve(&url, limit).await }
    };
    let call = async {
        let (sent, began) = (Timestamp::now(), Instant::now());
        let answer = http.send(Call::get(url.clone()).limit(limit)).await?;
        let (received, took) = (Timestamp::now(), began.elapsed());
        Ok(Answered { status: answer.status, took, skew: Skew::of(&answer, sent, received) })
    };
    // A resolver that hangs keeps the client's own time limits from being kept.
    let answer = async {
        tokio::time::timeout(limit, call)
            .await
            .unwrap_or_else(|_| Err(HttpError::Timeout { host: name.clone(), limit }))
    };
    let (addresses, answer) = tokio::join!(resolving, answer);
    Arc::new(Reach { name, addresses, answer, url })
}

async fn resolve(url: &Url, limit: Duration) -> Option<Vec<String>> {
    let target = (url.host_str()?.to_owned(), url.port_or_known_default()?);
    let lookup = apart(move || target.to_socket_addrs().ok());
    let found = tokio::time::timeout(limit, lookup).await.ok()??;
    let mut addresses: Vec<String> = found?.map(|address| address.ip().to_string()).collect();
    addresses.dedup();
    Some(addresses)
}

fn host(reach: &Reach) -> Check {
    match &reach.answer {
        Ok(answered) => {
            let place = match &reach.addresses {
                Some(addresses) => shorten(addresses),
                None if is_loopback(&reach.url) => "this machine".to_owned(),
                // It answers all the same: somebody else knows its name.
                None => "reached by a proxy".to_owned(),
            };
            let status = answered.status;
            let seen = format!("{place}, answers {status} in {:.1} s", answered.took.as_secs_f64());
            if status >= 500 {
                return Check::warning(CheckId::Host, "doctor.host_unwell", seen)
                    .of(&reach.name)
                    .hint("run again later; the service's status page may know more");
            }
            Check::passed(CheckId::Host, seen).of(&reach.name)
        }
        Err(HttpError::Unreachable { stage: Stage::Tls, .. } | HttpError::TlsSetup { .. }) => {
            let seen = reach.addresses.as_deref().map_or_else(String::new, shorten);
            Check::passed(CheckId::Host, format!("{seen} takes connections")).of(&reach.name)
        }
        Err(error) => Check::failed(CheckId::Host, Failure::from(error.clone())).of(&reach.name),
    }
}

fn tls(reaches: &[Arc<Reach>]) -> Vec<Check> {
    let mut trusted = 0;
    let mut checks = Vec::new();
    for reach in reaches.iter().filter(|reach| reach.url.scheme() == "https") {
        match &reach.answer {
            Ok(_) => trusted += 1,
            Err(
                error @ (HttpError::Unreachable { stage: Stage::Tls, .. }
                | HttpError::TlsSetup { .. }),
            ) => {
                let check = Check::failed(CheckId::Tls, Failure::from(error.clone()));
                checks.push(
                    check
                        .of(&reach.name)
                        .hint("a clock that is wrong makes certificates invalid too"),
                );
            }
            Err(_) => {}
        }
    }
    if !checks.is_empty() {
        return checks;
    }
    vec![match trusted {
        0 => Check::skipped(CheckId::Tls, "no host was reached by https"),
        1 => Check::passed(CheckId::Tls, "the certificate of 1 host is trusted"),
        count => {
            Check::passed(CheckId::Tls, format!("the certificates of {count} hosts are trusted"))
        }
    }]
}

fn shorten(addresses: &[String]) -> String {
    let shown = addresses.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    match addresses.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// `host`, with its port where that is not the scheme's own.
pub(super) fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

#[cfg(test)]
mod tests {
    use super::super::check::CheckOutcome;
    use super::*;

    fn reach(url: &str, answer: Result<u16, HttpError>) -> Arc<Reach> {
        let url = Url::parse(url).unwrap();
        let answered = |status| Answered { status, took: Duration::from_millis(120), skew: None };
        Arc::new(Reach {
            name: authority(&url),
            addresses: Some(vec!["192.0.2.1".into(), "192.0.2.2".into(), "192.0.2.3".into()]),
            answer: answer.map(answered),
            url,
        })
    }

    fn untrusted() -> HttpError {
        HttpError::Unreachable {
            host: "a.test:443".into(),
            stage: Stage::Tls,
            reason: "invalid peer certificate: UnknownIssuer".into(),
        }
    }

    #[test]
    fn an_untrusted_certificate_is_no_silent_host() {
        let reaches = [reach("https://a.test", Err(untrusted())), reach("https://b.test", Ok(302))];
        let seen = host(&reaches[0]);
        assert_eq!(seen.outcome, CheckOutcome::Passed, "{seen:?}");
        let checks = tls(&reaches);
        assert_eq!(checks.len(), 1);
        assert_eq!(checks[0].subject.as_deref(), Some("a.test"));
        assert!(checks[0].hints[0].contains("http.ca_file"), "{checks:?}");
        assert_eq!(tls(&reaches[1..])[0].seen, "the certificate of 1 host is trusted");
        let plain = [reach("http://a.test", Ok(200))];
        assert_eq!(tls(&plain)[0].outcome, CheckOutcome::Skipped);
    }

    #[test]
    fn what_a_host_says_of_itself() {
        let fine = host(&reach("https://a.test:8443", Ok(401)));
        assert_eq!(fine.subject.as_deref(), Some("a.test:8443"));
        assert_eq!(fine.seen, "192.0.2.1, 192.0.2.2 and 1 more, answers 401 in 0.1 s");
        assert_eq!(host(&reach("https://a.test", Ok(503))).outcome, CheckOutcome::Warning);
    }
}
