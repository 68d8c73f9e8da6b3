//! Which hosts are this machine, and how their names are resolved.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// Whether the URL's host is this machine: `localhost`, `*.localhost`, `127.0.0.0/8`, `::1`.
/// Such hosts never go through a proxy and may be spoken to without TLS.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => is_localhost_name(name),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn is_localhost_name(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}

/// Answers `localhost` and `*.localhost` with loopback addresses (RFC 6761, section 6.3): the
/// system's resolver knows the first, but often not the second.
pub(super) struct LoopbackResolver;

impl Resolve for LoopbackResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let known = is_localhost_name(name.as_str());
        Box::pin(async move {
            if known {
                // IPv4 first: that is where test servers listen. Port 0: the URL's own is taken.
                let addresses = [
                    SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
                    SocketAddr::new(IpAddr::V6(Ipv6Addr::LOCALHOST), 0),
                ];
                Ok(Box::new(addresses.into_iter()) as Addrs)
            } else {
                Err("not a loopback name".into())
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_hosts() {
        for (url, expected) in [
            ("http://localhost:1", true),
            ("http://LOCALHOST.:1", true),
            ("http://login.salesforce.localhost:1/x", true),
            ("http://127.9.8.7", true),
            ("http://[::1]:5", true),
            ("http://notlocalhost", false),
            ("http://localhost.example.com", false),
            ("http://128.0.0.1", false),
            ("https://login.salesforce.com", false),
        ] {
            let parsed = Url::parse(url).unwrap();
            assert_eq!(is_loopback(&parsed), expected, "{url}");
        }
    }
}
