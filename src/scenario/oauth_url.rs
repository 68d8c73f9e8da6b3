//! Step 8: Cloud Elements gives the OAuth URL, and it must be ours: another host, client, redirect
//! or response type is refused before a browser sees it.

use super::check_app;
use super::context::{Context, Step};
use super::proofs::ReceivedOauthUrl;
use crate::cloud_elements::{OauthUrlParts, OauthUrlRequest};
use crate::config;
use crate::failure::Failure;
use crate::report::StepId;
use crate::salesforce::pages::Notes as _;

const AUTHORIZE_PATH: &str = "/services/oauth2/authorize";

/// Asks for the URL and checks it.
pub async fn ask(context: &Context) -> Result<ReceivedOauthUrl, Failure> {
    context
        .step(StepId::OauthUrl, async |step| {
            let received = request(context, step).await?;
            if !context.learnt().client_checked {
                // Not every refusal is a page.
                check_app::is_taken(context, step, &received).await?;
            }
            let host = context.config.salesforce.login_url.host_str().unwrap_or_default();
            Ok((received, format!("at {host}, for our client and callback")))
        })
        .await
}

/// The same without a step of its own, for `check-app`.
pub(super) async fn request(
    context: &Context,
    step: &Step<'_>,
) -> Result<ReceivedOauthUrl, Failure> {
    let salesforce = &context.config.salesforce;
    let state = random_state()?;
    let request = OauthUrlRequest {
        api_key: salesforce.consumer_key.clone(),
        api_secret: salesforce.consumer_secret.clone(),
        callback_url: salesforce.callback_url.clone(),
        site_address: Some(salesforce.login_url.clone()),
        state: Some(state.clone()),
        scope: None,
    };
    let answer = context.platform.oauth_url(&request).await?;
    let parts = answer.parts()?;
    check(salesforce, &parts)?;
    step.fact("host", parts.origin.host_str());
    step.fact("scope", parts.scope.clone());
    step.fact("redirect_uri", parts.redirect_uri.clone());
    let received = parts.state.unwrap_or_default();
    step.fact("state_honoured", received == state);
    if received != state {
        step.warn(
            "cloud_elements.state_ignored",
            "the platform does not use the state that was asked for, so a code cannot be tied to this request; what it uses is compared instead".into(),
        );
    }
    Ok(ReceivedOauthUrl { url: answer.url, state: received })
}

fn check(salesforce: &config::Salesforce, parts: &OauthUrlParts) -> Result<(), Failure> {
    let origin = parts.origin.origin();
    let is_ours = origin == salesforce.login_url.origin()
        || salesforce.my_domain.as_ref().is_some_and(|url| origin == url.origin());
    let mut wrong = Vec::new();
    if !is_ours {
        wrong.push(format!(
            "host {} instead of {}",
            parts.origin.origin().ascii_serialization(),
            salesforce.login_url.origin().ascii_serialization()
        ));
    }
    if parts.path != AUTHORIZE_PATH {
        wrong.push(format!("path {} instead of {AUTHORIZE_PATH}", parts.path));
    }
    if parts.client_id.as_deref() != Some(salesforce.consumer_key.as_str()) {
        wrong.push("another client_id than `salesforce.consumer_key`".into());
    }
    if parts.redirect_uri.as_deref() != Some(salesforce.callback_url.as_str()) {
        wrong.push(format!(
            "redirect_uri {} instead of {}",
            parts.redirect_uri.as_deref().unwrap_or("(none)"),
            salesforce.callback_url
        ));
    }
    if parts.response_type.as_deref() != Some("code") {
        wrong.push(format!(
            "response_type {} instead of code",
            parts.response_type.as_deref().unwrap_or("(none)")
        ));
    }
    if wrong.is_empty() {
        return Ok(());
    }
    Err(Failure::scenario(
        "cloud_elements.foreign_oauth_url",
        format!("the OAuth URL that the platform gave is not the one that was asked for: {}", wrong.join("; ")),
    )
    .hint("it was not opened; compare `[salesforce]` in reauth.toml with the app, and `cloud_elements.base_url` with your platform"))
}

/// 128 random bits, as RFC 6749 section 10.12 asks of a value that cannot be guessed.
fn random_state() -> Result<String, Failure> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| {
        Failure::environment(
            "reauth.no_randomness",
            format!("the system gives no random numbers: {error}"),
        )
    })?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests;
