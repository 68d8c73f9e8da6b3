//! Step 1: the connected app. Before a token exists only what needs none: that the platform gives
//! the OAuth URL that was asked for, with the scopes needed, and that Salesforce knows client and
//! callback. With the instance's token: scopes by introspection, policy by SOQL where permitted.

use url::Url;

use super::context::{Context, Step};
use super::grants;
use super::oauth_url;
use super::proofs::{LiveGrant, ReceivedOauthUrl, Witness};
use super::ways_in;
use crate::cloud_elements::TokenReading;
use crate::config::AppKind;
use crate::failure::Failure;
use crate::report::StepId;
use crate::salesforce::pages::{Notes as _, PageError};
use crate::salesforce::{AuthorizeProbe, RefreshTokenPolicy, probe_authorize};
use crate::secrets::Secret;

/// Scopes without which there is nothing to test.
const NEEDED: &[&[&str]] = &[&["full"], REFRESH];
/// Either gives a refresh token.
const REFRESH: &[&str] = &["refresh_token", "offline_access"];

/// Approvals that Salesforce keeps for each user and app (facts: salesforce.md section 5).
const MOST_APPROVALS: usize = 5;

/// Asks the two services what can be asked without a token.
pub async fn check_client(context: &Context) -> Result<(), Failure> {
    context
        .step(StepId::CheckApp, async |step| {
            ways_in::check(context, step).await?;
            let oauth_url = oauth_url::request(context, step).await?;
            let url = Url::parse(oauth_url.url.expose()).ok();
            let scope = url
                .iter()
                .flat_map(Url::query_pairs)
                .find(|(name, _)| name == "scope")
                .map(|(_, value)| value.into_owned());
            if let Some(scope) = &scope {
                let granted: Vec<&str> = scope.split_whitespace().collect();
                warn_of_missing(step, &granted, "the platform's OAuth URL asks for");
            }
            if is_taken(context, step, &oauth_url).await? {
                return Ok(((), "Salesforce knows the client and its callback".to_owned()));
            }
            step.fact("client_known", "unknown");
            Ok((
                (),
                "the OAuth URL is ours; whether Salesforce knows the client is unknown".to_owned(),
            ))
        })
        .await
}

/// Whether Salesforce leads a request with this URL to a login; false if that is not clear. A browser
/// cannot always be asked: some refusals are files that it saves.
///
/// # Errors
/// What Salesforce refuses it with, before anybody has logged in.
pub(super) async fn is_taken(
    context: &Context,
    step: &Step<'_>,
    oauth_url: &ReceivedOauthUrl,
) -> Result<bool, Failure> {
    let Ok(url) = Url::parse(oauth_url.url.expose()) else { return Ok(false) };
    context.learn(|learnt| learnt.client_checked = true);
    match probe_authorize(&context.http, url, &context.trusted).await? {
        AuthorizeProbe::Refused(error) => Err(PageError::into(error)),
        AuthorizeProbe::Login => Ok(true),
        AuthorizeProbe::Unclear { status } => {
            step.fact("salesforce_answered", status);
            Ok(false)
        }
    }
}

/// Asks what the instance's grant tells of the app.
pub async fn check_grant(context: &Context, grant: &LiveGrant) -> Result<(), Failure> {
    context
        .step(StepId::CheckApp, async |step| {
            installation(step, grant);
            let scopes = scopes(context, step, grant).await;
            let witness = grants::own_witness(context, grant);
            let policy = policy(context, step, witness.as_ref()).await?;
            approvals(context, step, grant, witness.as_ref()).await?;
            Ok(((), format!("scopes {scopes}; refresh token policy {policy}")))
        })
        .await
}

/// A grant of an app that is not installed works on, but another one may not be given.
fn installation(step: &Step<'_>, grant: &LiveGrant) {
    let installed = grant.holder.as_ref().and_then(|holder| holder.app_installed);
    step.fact("app_installed", installed);
    if installed == Some(false) {
        step.warn(
            "salesforce.app_uninstalled",
            "the app is not installed in this org: users without the permission `Approve Uninstalled Connected Apps` are not authorised for it any more (since September 2025). Install it: Setup → Connected Apps OAuth Usage → Install".into(),
        );
    }
}

async fn scopes(context: &Context, step: &Step<'_>, grant: &LiveGrant) -> String {
    let instance = &grant.instance;
    let tokens = [&instance.user_refresh_token, &instance.user_token];
    let tokens: Vec<&Secret> = tokens.into_iter().filter_map(TokenReading::readable).collect();
    if tokens.is_empty() {
        return "unknown (the platform masks the tokens)".to_owned();
    }
    // The refresh token may have ended, where the policy lets it, before the access token does.
    for token in tokens {
        match context.oauth(grant.hosts.as_ref()).introspect(token).await {
            Ok(answer) if answer.active => {
                let scopes: Vec<&str> = answer.scopes.iter().map(String::as_str).collect();
                step.fact("scopes", scopes.clone());
                if !REFRESH.iter().any(|scope| scopes.contains(scope)) {
                    context.learn(|learnt| learnt.no_refresh_token = true);
                }
                context.learn(|learnt| learnt.introspection_sees = Some(true));
                warn_of_missing(step, &scopes, "the instance's grant has");
                return scopes.join(" ");
            }
            Ok(_) => {}
            Err(error) => {
                tracing::info!(%error, "scopes are unknown");
                step.fact("scopes", "unknown");
                return "unknown (the app may not introspect)".to_owned();
            }
        }
    }
    context.learn(|learnt| learnt.introspection_sees = Some(false));
    step.fact("scopes", "unknown");
    "unknown (introspection calls the token inactive)".to_owned()
}

fn warn_of_missing(step: &Step<'_>, scopes: &[&str], who: &str) {
    let missing: Vec<String> = NEEDED
        .iter()
        .filter(|any| !any.iter().any(|scope| scopes.contains(scope)))
        .map(|any| any.join(" or "))
        .collect();
    if !missing.is_empty() {
        step.warn(
            "salesforce.scope_missing",
            format!(
                "{who} the scopes {}; missing: {}. Without a refresh token the instance dies with its access token",
                scopes.join(" "),
                missing.join(", ")
            ),
        );
    }
}

/// A grant beyond the fifth silently ends the oldest, which may be another instance's.
async fn approvals(
    context: &Context,
    step: &Step<'_>,
    grant: &LiveGrant,
    witness: Option<&Witness>,
) -> Result<(), Failure> {
    let (Some(holder), Some(witness)) = (&grant.holder, witness) else {
        return Ok(());
    };
    let listing = grants::listed(context, witness, &holder.user.user_id).await?;
    let Some(rows) = listing.grants() else { return Ok(()) };
    step.fact("grants_of_user", rows.len());
    if !rows.is_empty() {
        // The grant lives; a list that does not show it knows the app by another name, or not yet.
        context.learn(|learnt| learnt.grant_list_sees = true);
    }
    if rows.len() + 1 >= MOST_APPROVALS {
        step.warn(
            "salesforce.nearly_five_approvals",
            format!(
                "{} holds {} grants for this app: Salesforce keeps {MOST_APPROVALS} and ends the oldest when one more is approved, which may be another instance's. Revoke what is no longer used, or give each instance a user of its own",
                holder.user.username,
                rows.len()
            ),
        );
    }
    Ok(())
}

async fn policy(
    context: &Context,
    step: &Step<'_>,
    witness: Option<&Witness>,
) -> Result<String, Failure> {
    if context.config.salesforce.app_kind == AppKind::ExternalClient {
        // Neither an object nor a resource of the API tells.
        step.fact("refresh_token_policy", "unknown");
        return Ok("unknown (an external client app's is shown in Setup only)".to_owned());
    }
    let unknown = "unknown (this user may not ask)".to_owned();
    let Some(witness) = witness else {
        step.fact("refresh_token_policy", "unknown");
        return Ok(unknown);
    };
    let app = &context.config.salesforce.connected_app;
    let policy = match witness.rest.connected_application(app).await {
        Ok(Some(app)) => app.refresh_token_policy,
        Ok(None) => {
            step.fact("refresh_token_policy", "unknown");
            return Ok(unknown);
        }
        Err(error) if error.is_not_permitted() || error.is_session_refused() => {
            step.fact("refresh_token_policy", "unknown");
            return Ok(unknown);
        }
        Err(error) => return Err(error.into()),
    };
    let text = match policy {
        RefreshTokenPolicy::UntilRevoked => "valid until revoked".to_owned(),
        RefreshTokenPolicy::ImmediatelyExpires => {
            step.warn(
                "salesforce.policy_expires_immediately",
                "the app's refresh tokens expire immediately: the instance lives only as long as its access token".into(),
            );
            context.learn(|learnt| learnt.no_refresh_token = true);
            "immediately expire".to_owned()
        }
        RefreshTokenPolicy::IfNotUsedFor(period) => {
            step.warn(
                "salesforce.policy_expires_if_unused",
                format!("the app's refresh tokens expire if they are not used for {period} (in the unit of the app's policy): an instance that rests for so long dies"),
            );
            format!("expire if not used for {period}")
        }
        RefreshTokenPolicy::After(period) => {
            step.warn(
                "salesforce.policy_expires_after",
                format!("the app's refresh tokens expire after {period} (in the unit of the app's policy), used or not: the instance has to be re-authenticated before"),
            );
            format!("expire after {period}")
        }
    };
    step.fact("refresh_token_policy", text.clone());
    Ok(text)
}
