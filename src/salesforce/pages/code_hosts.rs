//! Where a verification code may be typed. A password is typed on configured hosts only; the code that
//! is asked for after it may be asked for elsewhere, but not just anywhere in the provider's family: other
//! orgs are of that family, too.

use url::Url;

use super::TrustedOrigins;
use super::visitor::Visitor;
use crate::browser::Seen;
use crate::salesforce::frontdoor::FrontDoor;

impl Visitor<'_> {
    /// Whether this page may be given a code: it is on the login host or the org's My Domain, or our own
    /// login led to its host. Who comes in by a front door or a kept profile before My Domain is
    /// known has the host that the visit was started for.
    pub(super) fn may_type_code(&self, seen: &Seen) -> bool {
        let goal = self.goal.as_deref().and_then(|url| Url::parse(url).ok());
        let door = self.ways.front_door.and_then(FrontDoor::known_home);
        let started_for: Vec<&Url> = goal.iter().chain(door).collect();
        !seen.in_frame
            && (self.refusals.has_led(self.username(), &seen.origin)
                || is_known(&seen.origin, &self.trusted, &started_for))
    }
}

fn is_known(origin: &str, trusted: &TrustedOrigins, started_for: &[&Url]) -> bool {
    let is_start =
        |url: &&Url| trusted.is_family(url) && url.origin().ascii_serialization() == origin;
    trusted.contains(origin) || (!trusted.has_my_domain() && started_for.iter().any(is_start))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn a_code_is_typed_where_it_belongs() {
        let login_only = TrustedOrigins::default();
        login_only.trust(&url("https://login.salesforce.com"));
        let with_my_domain = TrustedOrigins::default();
        with_my_domain.trust(&url("https://login.salesforce.com"));
        with_my_domain.trust(&url("https://acme.my.salesforce.com"));
        let acme = "https://acme.my.salesforce.com/services/oauth2/authorize?x=1";
        for (origin, started_for, before, after) in [
            ("https://login.salesforce.com", acme, true, true),
            ("https://acme.my.salesforce.com", acme, true, true),
            ("https://acme.my.salesforce.com", "https://login.salesforce.com/", false, true),
            // Of the same family, and another org.
            ("https://globex.my.salesforce.com", acme, false, false),
            // Once My Domain is known, an address of another org is none to start for.
            ("https://globex.my.salesforce.com", "https://globex.my.salesforce.com/x", true, false),
            ("http://acme.my.salesforce.com", acme, false, false),
            ("https://acme.my.salesforce.com:8443", acme, false, false),
            ("https://evil.example", "https://evil.example/", false, false),
            ("null", acme, false, false),
        ] {
            let goal = url(started_for);
            let seen = |trusted| is_known(origin, trusted, &[&goal]);
            assert_eq!(
                (seen(&login_only), seen(&with_my_domain)),
                (before, after),
                "{origin} for {started_for}"
            );
        }
    }
}
