//! Which OAuth URLs are opened, and which are not.

use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::*;
use crate::cloud_elements::OauthUrl;
use crate::config::{Config, Environment, Overrides, Source};
use crate::secrets::Redactor;
use crate::testing::cases;

const OURS: &str = "https://login.salesforce.com/services/oauth2/authorize\
    ?response_type=code&client_id=3MVG9&client_secret=consumer-secret&scope=full%20refresh_token\
    &redirect_uri=https%3A%2F%2Fauth.cloudelements.io%2Foauth&state=s";

static REDACTOR: LazyLock<Redactor> = LazyLock::new(Redactor::new);

static CONFIG: LazyLock<Config> = LazyLock::new(|| {
    let text = r#"
        [salesforce]
        login_url = "https://login.salesforce.com"
        username = "qa@example.com"
        password = "correct horse"
        connected_app = "Cloud Elements QA"
        consumer_key = "3MVG9"
        consumer_secret = "consumer-secret"
        callback_url = "https://auth.cloudelements.io/oauth"
        [cloud_elements]
        base_url = "https://api.cloud-elements.com/elements/api-v2/"
        user_secret = "user-secret-value"
        organization_secret = "organization-secret-value"
    "#;
    let source = Source::Text { name: "reauth.toml", text };
    config::load(source, &Environment::empty(), &Overrides::default(), &REDACTOR).unwrap().config
});

/// What is wrong with a URL that the platform gave.
fn attempt(url: &str) -> Result<(), String> {
    let url = Redactor::new().learn("oauthUrl", url);
    let given = OauthUrl { element: "sfdc".to_owned(), url };
    let parts = given.parts().map_err(|error| error.to_string())?;
    check(&CONFIG.salesforce, &parts).map_err(|failure| failure.message)
}

#[test]
fn ours_is_opened() {
    assert_eq!(attempt(OURS), Ok(()));
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_url_for_somebody_else_is_refused(
        (from, to) in select(vec![
            ("https://", "http://"), ("https://", "javascript://"), ("https://", "ftp://"),
            ("login.salesforce.com", "login.salesforce.com.{evil}"),
            ("login.salesforce.com", "login.salesforce.com@{evil}"),
            ("login.salesforce.com", "{evil}@login.salesforce.com"),
            ("login.salesforce.com", "{evil}/login.salesforce.com"),
            ("login.salesforce.com", "{evil}\\login.salesforce.com"),
            ("login.salesforce.com", "{evil}#@login.salesforce.com"),
            ("login.salesforce.com", "login.salesforce.com:8443"),
            ("login.salesforce.com", "login.salesforce.com:443@{evil}"),
            ("login.salesforce.com", "login.salesforce.com."),
            ("login.salesforce.com", "login.s\u{430}lesforce.com"),
            ("login.salesforce.com", "xn--login-salesforce-0ob.com"),
            ("login.salesforce.com", "login.salesforce.com%2e{evil}"),
            ("login.salesforce.com", "test.salesforce.com"),
            ("/services/", "//services/"), ("/services/", "/x/services/"),
            ("/authorize", "/authorize/{evil}"), ("/authorize", "/token"), ("/authorize", "/%61uthorize"),
            ("/authorize", "/../authorize"), ("/authorize", ""),
            ("=3MVG9", "=3MVG9&client_id={evil}"), ("=3MVG9", "={evil}&client_id=3MVG9"),
            ("=3MVG9", "={evil}"), ("=3MVG9", "=3MVG9%20"), ("=3MVG9", "=3mvg9"), ("=3MVG9", "="),
            ("=3MVG9", "=3MVG9%00"), ("client_id", "client-id"), ("client_id", "CLIENT_ID"),
            ("auth.cloudelements.io", "{evil}"), ("auth.cloudelements.io", "auth.cloudelements.io.{evil}"),
            ("auth.cloudelements.io", "auth.cloudelements.io%40{evil}"),
            ("io%2Foauth", "io%252Foauth"), ("io%2Foauth", "io%2Foauth%2F"), ("io%2Foauth", "io%2Foauth%3Fx"),
            ("redirect_uri=", "redirect_uri=https%3A%2F%2F{evil}&redirect_uri="),
            ("&redirect_uri", "&x=redirect_uri"), ("&state=s", "&redirect_uri=https%3A%2F%2F{evil}"),
            ("response_type=code", "response_type=token"), ("response_type=code", "response_type=code%20token"),
            ("response_type=code", "response_type=code&response_type=token"),
            ("response_type=code&", ""), ("&state=s", "&state=s&state=t"), ("?", "#"), ("?", "%3F"),
        ]),
        evil in "[a-z]{1,8}\\.example",
    ) {
        let url = OURS.replacen(from, &to.replace("{evil}", &evil), 1);
        let refused = attempt(&url);
        prop_assert!(refused.is_err(), "{}", url);
        let said = refused.unwrap_err();
        // As every failure is shown: by a redactor that knows the configuration's secrets.
        prop_assert!(!REDACTOR.redact(&said).contains("consumer-secret"), "{}", said);
    }

    /// A letter more, less or another: then it is refused, or still ours where it counts.
    #[test]
    fn a_damaged_url_is_refused_or_ours(at in any::<Index>(), lost in 0_usize..3, put in "[ -~\t\u{430}]{0,2}") {
        let at = at.index(OURS.len());
        let end = (at + lost).min(OURS.len());
        let url = format!("{}{put}{}", &OURS[..at], &OURS[end..]);
        if attempt(&url).is_ok() {
            // What browsers take out of a URL, and what they write in small letters.
            let seen: String = url.trim().chars().filter(|letter| *letter != '\t').collect();
            let seen = seen.replace('\\', "/");
            let rest = seen.get(..6).filter(|scheme| scheme.eq_ignore_ascii_case("https:")).map(|_| seen[6..].trim_start_matches('/'));
            let rest = rest.unwrap_or_else(|| panic!("{url}"));
            let host = rest.split('/').next().unwrap_or_default();
            // Nobody's name and password: no trick, and nothing is hidden by it.
            let host = host.trim_start_matches([':', '@']);
            prop_assert!(host.eq_ignore_ascii_case("login.salesforce.com") || host.starts_with("login.salesforce.com:"), "{}", url);
            let query: Vec<_> = url::form_urlencoded::parse(rest.split_once('?').unwrap().1.split('#').next().unwrap().as_bytes()).into_owned().collect();
            for (name, value) in [("client_id", "3MVG9"), ("response_type", "code"), ("redirect_uri", "https://auth.cloudelements.io/oauth")] {
                let values: Vec<_> = query.iter().filter(|(seen, _)| seen == name).map(|(_, value)| value.as_str()).collect();
                prop_assert_eq!(values, [value], "{}", url);
            }
        }
    }
}
