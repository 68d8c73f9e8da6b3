//! `GET /elements/{keyOrId}/oauth/url`: where the browser has to go.

use super::auth::Platform;
use super::elements::{self, SFDC_KEY};
use super::error::ApiError;
use super::salesforce::loopback_origin;
use super::service::CloudElements;
use super::settings::StateBehaviour;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::http::header::HOST;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde_json::{Value, json};

/// What RFC 3986 calls reserved; `%20` and not `+` for a blank, as the platform writes it.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What the caller asks for.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Parameters {
    api_key: Option<String>,
    api_secret: Option<String>,
    callback_url: Option<String>,
    site_address: Option<String>,
    state: Option<String>,
    scope: Option<String>,
}

/// `GET /elements/{keyOrId}/oauth/url`.
pub(super) async fn read(
    _: Platform,
    State(service): State<CloudElements>,
    Path(element): Path<String>,
    headers: HeaderMap,
    Query(parameters): Query<Parameters>,
) -> Result<Json<Value>, ApiError> {
    elements::require(&element)?;
    let api_key = required("apiKey", parameters.api_key.as_deref())?;
    let api_secret = required("apiSecret", parameters.api_secret.as_deref())?;
    let callback_url = required("callbackUrl", parameters.callback_url.as_deref())?;
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let site = match given(parameters.site_address.as_deref()) {
        Some(site) => site.to_owned(),
        None => default_site(host),
    };
    let site = loopback_origin(&site).map_err(|error| ApiError::bad_request(error.to_string()))?;
    let scope = given(parameters.scope.as_deref()).unwrap_or("full refresh_token");

    let mut known = service.state();
    known.remember_site(api_key, &site);
    let state = match known.settings.state {
        StateBehaviour::Honoured => given(parameters.state.as_deref()).unwrap_or(SFDC_KEY),
        StateBehaviour::Ignored => SFDC_KEY,
    };
    let query: Vec<String> = [
        ("response_type", "code"),
        ("client_id", api_key),
        ("client_secret", api_secret),
        ("scope", scope),
        ("redirect_uri", callback_url),
        ("state", state),
    ]
    .into_iter()
    .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, RESERVED)))
    .collect();
    Ok(Json(json!({
        "element": SFDC_KEY,
        "oauthUrl": format!("{site}/services/oauth2/authorize?{}", query.join("&")),
    })))
}

fn given(value: Option<&str>) -> Option<&str> {
    value.filter(|value| !value.is_empty())
}

fn required<'a>(name: &str, value: Option<&'a str>) -> Result<&'a str, ApiError> {
    given(value).ok_or_else(|| ApiError::bad_request(format!("Parameter {name} is required")))
}

/// The stand-in for `https://login.salesforce.com` next to which this host is served.
fn default_site(host: &str) -> String {
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => {
            (name, format!(":{port}"))
        }
        _ => (host, String::new()),
    };
    // A client that came by address cannot resolve names below `localhost`.
    if name.ends_with(".localhost") {
        format!("http://login.salesforce.localhost{port}")
    } else {
        format!("http://{name}{port}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_site_lies_next_to_the_api() {
        for (host, site) in [
            ("api.cloud-elements.localhost:8080", "http://login.salesforce.localhost:8080"),
            ("api.cloud-elements.localhost", "http://login.salesforce.localhost"),
            ("127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("[::1]:8080", "http://[::1]:8080"),
            ("[::1]", "http://[::1]"),
        ] {
            assert_eq!(default_site(host), site, "{host}");
        }
    }
}
