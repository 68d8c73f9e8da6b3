//! What an authorise request without a session leads to: Salesforce's login page, unless client or
//! callback are not known.

use url::Url;

use super::pages::{PageError, TrustedOrigins, oauth_error_in, oauth_error_of};
use crate::http::{Call, HttpClient, HttpError};

/// An authorise request for a code (RFC 6749, section 4.1.1), without state and scope.
pub fn authorize_request(login_url: &Url, consumer_key: &str, callback: &Url) -> Url {
    let mut url = login_url.clone();
    url.set_path("/services/oauth2/authorize");
    url.query_pairs_mut()
        .append_pair("response_type", "code")
        .append_pair("client_id", consumer_key)
        .append_pair("redirect_uri", callback.as_str());
    url
}

/// Where an authorise request led.
#[derive(Debug)]
pub enum AuthorizeProbe {
    /// To a login page: client and callback are known.
    Login,
    /// Salesforce said at once what is wrong.
    Refused(PageError),
    /// Neither.
    Unclear {
        /// HTTP status.
        status: u16,
    },
}

/// Makes an authorise request without a session. Changes nothing.
///
/// # Errors
/// [`HttpError`] if nobody answered.
pub async fn probe_authorize(
    http: &HttpClient,
    url: Url,
    trusted: &TrustedOrigins,
) -> Result<AuthorizeProbe, HttpError> {
    let answer = http.send(Call::get(url.clone()).retrying()).await?;
    let led_to = answer.header("location").and_then(|to| url.join(to).ok());
    let said = oauth_error_in(&answer.text()).or_else(|| led_to.as_ref().and_then(oauth_error_of));
    if let Some(error) = said {
        return Ok(AuthorizeProbe::Refused(error));
    }
    let is_login = match &led_to {
        Some(to) => trusted.contains(&to.origin().ascii_serialization()) || trusted.is_family(to),
        None => answer.status == 200,
    };
    let status = answer.status;
    Ok(if is_login { AuthorizeProbe::Login } else { AuthorizeProbe::Unclear { status } })
}
