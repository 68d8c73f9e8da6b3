//! OAuth errors in the forms in which Salesforce gives them to a browser.

use url::Url;

use super::PageError;

/// The error that an authorize page without redirect shows: `<pre>error=…&error_description=…</pre>`.
/// `None` for every other page, such as the one that leads to the login.
pub fn oauth_error_in(html: &str) -> Option<PageError> {
    let start = html.find("error=")?;
    let before = html[..start].trim_end();
    if !before.is_empty() && !before.ends_with('>') {
        return None;
    }
    let query = html[start..].split(|c: char| c == '<' || c.is_whitespace()).next()?;
    Some(oauth_error(&query.replace("&amp;", "&")))
}

/// The error in the query of an address that an authorize request led to, if there is one.
pub fn oauth_error_of(address: &Url) -> Option<PageError> {
    let has_error = address.query_pairs().any(|(name, _)| name == "error");
    has_error.then(|| oauth_error(address.query().unwrap_or_default()))
}

/// Reads `error=…&error_description=…` as Salesforce writes it.
pub(super) fn oauth_error(query: &str) -> PageError {
    let fields: Vec<(String, String)> =
        url::form_urlencoded::parse(query.trim().as_bytes()).into_owned().collect();
    let value = |name: &str| {
        fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.trim().to_owned())
    };
    PageError::Oauth {
        error: value("error").unwrap_or_else(|| "unknown_error".to_owned()),
        description: value("error_description").filter(|text| !text.is_empty()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn oauth_errors_are_read_as_salesforce_writes_them() {
        for (query, shown) in [
            (
                "error=redirect_uri_mismatch&error_description=redirect_uri%20must%20match%20configuration",
                "Salesforce does not authorise: redirect_uri_mismatch (redirect_uri must match configuration)",
            ),
            (
                "error=access_denied&error_description=end-user+denied+authorization&state=x",
                "Salesforce does not authorise: access_denied (end-user denied authorization)",
            ),
            ("", "Salesforce does not authorise: unknown_error"),
        ] {
            assert_eq!(oauth_error(query).to_string(), shown);
        }
    }

    #[test]
    fn an_error_page_is_told_from_a_login_page() {
        let page = "<html><body><pre>error=invalid_client_id&amp;error_description=client%20identifier%20invalid</pre></body></html>";
        assert_eq!(
            oauth_error_in(page).unwrap().to_string(),
            "Salesforce does not authorise: invalid_client_id (client identifier invalid)"
        );
        for page in ["", "<html>login</html>", "<a href='/?error=x'>y</a>"] {
            assert!(oauth_error_in(page).is_none(), "{page}");
        }
    }
}
