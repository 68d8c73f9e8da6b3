//! The OAuth URL that the platform makes: where a user approves the app. All of it is a secret,
//! since it holds the client secret.

use url::Url;

use super::CloudElementsError;
use super::fields::Fields;
use crate::secrets::{Redactor, Secret};
use serde_json::Value;

/// Parameters of the URL that are looked at. RFC 6749 section 3.1 allows each once: of two, we might
/// look at one, and Salesforce take the other.
const PARAMETERS: [&str; 5] = ["response_type", "client_id", "redirect_uri", "state", "scope"];

/// What the platform needs to make an OAuth URL.
#[derive(Debug, Clone)]
pub struct OauthUrlRequest {
    /// The app's consumer key.
    pub api_key: String,
    /// The app's consumer secret.
    pub api_secret: Secret,
    /// Where Salesforce is to send the code.
    pub callback_url: Url,
    /// Salesforce login host or My Domain, e.g. `https://test.salesforce.com`.
    pub site_address: Option<Url>,
    /// Sent back with the code. The platform may ignore it and send the element key.
    pub state: Option<String>,
    /// Scopes, separated by spaces.
    pub scope: Option<String>,
}

impl OauthUrlRequest {
    /// The query of the request, in the order of the platform's documentation.
    pub(super) fn query(&self) -> Vec<(&'static str, String)> {
        let mut query = vec![
            ("apiKey", self.api_key.clone()),
            ("apiSecret", self.api_secret.expose().to_owned()),
            ("callbackUrl", self.callback_url.to_string()),
        ];
        // `Url` writes an origin with a slash; the platform's examples have none.
        let site = self.site_address.as_ref().map(|url| url.as_str().trim_end_matches('/'));
        query.extend(site.map(|site| ("siteAddress", site.to_owned())));
        query.extend(self.state.clone().map(|state| ("state", state)));
        query.extend(self.scope.clone().map(|scope| ("scope", scope)));
        query
    }
}

/// The platform's answer.
#[derive(Debug, Clone)]
pub struct OauthUrl {
    /// Element key.
    pub element: String,
    /// The URL. A secret: its query holds the client secret.
    pub url: Secret,
}

/// What the URL asks for, without the client secret. Parameters that are missing are none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OauthUrlParts {
    /// Scheme, host and port.
    pub origin: Url,
    /// Path, e.g. `/services/oauth2/authorize`.
    pub path: String,
    /// `response_type`
    pub response_type: Option<String>,
    /// `client_id`
    pub client_id: Option<String>,
    /// `redirect_uri`
    pub redirect_uri: Option<String>,
    /// `state`
    pub state: Option<String>,
    /// `scope`
    pub scope: Option<String>,
}

impl OauthUrl {
    pub(super) fn parse(
        what: &'static str,
        raw: &Value,
        redactor: &Redactor,
    ) -> Result<Self, CloudElementsError> {
        let fields = Fields::of(what, raw)?;
        let url = redactor.learn("oauthUrl", fields.text("oauthUrl")?);
        let parsed =
            Self { element: fields.optional_text("element")?.unwrap_or_default().to_owned(), url };
        if let Ok(url) = Url::parse(parsed.url.expose()) {
            for (name, value) in url.query_pairs() {
                if name == "client_secret" {
                    redactor.learn("client_secret", value);
                }
            }
        }
        // Checked here, so that nobody holds an OAuth URL that is none.
        parsed.parts()?;
        Ok(parsed)
    }

    /// What the URL asks for.
    ///
    /// # Errors
    /// [`CloudElementsError::UnexpectedAnswer`] if it is not a URL with a host, or one that might
    /// be read in two ways: with a user name, or with a parameter that comes twice.
    pub fn parts(&self) -> Result<OauthUrlParts, CloudElementsError> {
        let unexpected = |expected, seen: String| CloudElementsError::UnexpectedAnswer {
            what: "ask for the OAuth URL",
            field: "oauthUrl".to_owned(),
            expected,
            seen,
        };
        let wrong = || unexpected("an http or https URL with a host", "it is another text".into());
        let url = Url::parse(self.url.expose()).map_err(|_| wrong())?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(wrong());
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(unexpected("a URL without a user name", "it has one".into()));
        }
        for name in PARAMETERS {
            if url.query_pairs().filter(|(seen, _)| seen == name).count() > 1 {
                return Err(unexpected("each parameter once", format!("it has `{name}` twice")));
            }
        }
        let parameter = |wanted: &str| {
            url.query_pairs().find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
        };
        let origin = Url::parse(&url.origin().ascii_serialization()).map_err(|_| wrong())?;
        Ok(OauthUrlParts {
            origin,
            path: url.path().to_owned(),
            response_type: parameter("response_type"),
            client_id: parameter("client_id"),
            redirect_uri: parameter("redirect_uri"),
            state: parameter("state"),
            scope: parameter("scope"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn parts_without_the_secret() {
        let redactor = Redactor::new();
        let raw = json!({"element": "sfdc", "oauthUrl":
            "https://login.salesforce.com/services/oauth2/authorize?response_type=code&client_id=3MVG&client_secret=very-secret&scope=full%20refresh_token&redirect_uri=https%3A%2F%2Fa%2Foauth&state=s"});
        let url = OauthUrl::parse("ask", &raw, &redactor).unwrap();
        let parts = url.parts().unwrap();
        assert_eq!(parts.origin.as_str(), "https://login.salesforce.com/");
        assert_eq!(parts.redirect_uri.as_deref(), Some("https://a/oauth"));
        assert_eq!(parts.scope.as_deref(), Some("full refresh_token"));
        assert_eq!(redactor.redact("x very-secret"), "x «client_secret»");
        assert!(!format!("{url:?} {parts:?}").contains("very-secret"));
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        for (url, seen) in [
            ("https://login.salesforce.com/a?client_id=ours&client_id=theirs", "`client_id` twice"),
            ("https://login.salesforce.com/a?state=s&scope=x&st%61te=t", "`state` twice"),
            ("https://login.salesforce.com@evil.example/a", "a user name"),
            ("https://me:hunter2@login.salesforce.com/a", "a user name"),
        ] {
            let raw = json!({"element": "sfdc", "oauthUrl": url});
            let error = OauthUrl::parse("ask", &raw, &Redactor::new()).unwrap_err().to_string();
            assert!(error.contains(seen) && !error.contains("hunter2"), "{url}: {error}");
        }
    }

    #[test]
    fn what_is_no_url_is_refused_unquoted() {
        for text in ["", "login", "javascript:alert(1)", "file:///etc/passwd"] {
            let raw = json!({"element": "sfdc", "oauthUrl": text});
            let error = OauthUrl::parse("ask", &raw, &Redactor::new()).unwrap_err();
            assert!(error.to_string().contains("`oauthUrl`"), "{text}");
        }
    }
}
