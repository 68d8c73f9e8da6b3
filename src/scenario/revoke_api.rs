//! Step 5b: the access token read from the instance is posted to the org's revoke endpoint, as the
//! article has it. That alone does not end the grant, because the platform refreshes silently: so
//! the refresh token follows (where tokens are masked, the grant's
//! `DeleteToken`, or for an external client app the end of its token by Connect REST).

use super::context::{Context, Step};
use super::grants::{self, Handle, ListedGrant, Listing};
use super::person::Expected;
use super::proofs::{CutGrant, GrantsLeft, LiveGrant, Witness};
use super::{revoke_ui, ways_in};
use crate::cloud_elements::{HubAnswer, TokenReading};
use crate::config::AppKind;
use crate::failure::Failure;
use crate::report::Event;
use crate::salesforce::RevokeAnswer;
use crate::salesforce::pages::{Arrival, Notes as _};
use crate::secrets::Secret;

/// Ends the instance's grant by API.
pub(super) async fn revoke(
    context: &Context,
    step: &Step<'_>,
    mut grant: LiveGrant,
) -> Result<(CutGrant, String), Failure> {
    let salesforce = &context.config.salesforce;
    ways_in::rehearse(context, step, grant.hosts.as_ref()).await?;
    let oauth = context.oauth(grant.hosts.as_ref());
    let mut witness = grants::own_witness(context, &grant);
    let mut listed = list(context, &grant, witness.as_ref()).await?.and_then(Listing::grants);
    let mut session = None;
    if grant.instance.user_refresh_token == TokenReading::Masked {
        // Only what the API lists can end it, and only a Setup session outlives it.
        let setup = log_in(context, step, &grant).await?;
        let identity = grants::identity(context, &grant, Some(&setup)).await?;
        session = Some((setup.clone(), identity.user_id));
        witness = Some(setup);
        listed = match list(context, &grant, witness.as_ref()).await? {
            Some(Listing::NotShown(why)) if salesforce.app_kind == AppKind::ExternalClient => {
                return Err(why);
            }
            listing => listing.and_then(Listing::grants),
        };
    }
    let grants_before = listed.as_ref().map(Vec::len);
    let outliving = match (session, grants_before) {
        (Some((witness, user_id)), Some(listed)) => Some((witness, user_id, listed)),
        _ => outliving_witness(context, &grant).await?,
    };
    step.fact("grants_of_user", grants_before);
    step.fact("witness", listed.as_ref().and(witness.as_ref()).map(|witness| witness.source));

    step.before_cut("sending the instance's tokens to Salesforce's revoke endpoint", None).await?;
    context.about_to_cut(grant.instance.id)?;
    let mut ended = Vec::new();
    if let Some(token) = grant.instance.user_token.readable() {
        step.progress("revoking the access token");
        match oauth.revoke(token).await? {
            RevokeAnswer::Revoked => ended.push("access token"),
            RevokeAnswer::InvalidToken { message } => step.warn(
                "salesforce.access_token_not_known",
                format!(
                    "Salesforce did not know the access token read from the instance: {message}"
                ),
            ),
        }
    }
    let alive = match context.platform.read_record(&grant.instance.token).await? {
        HubAnswer::Record { .. } => true,
        HubAnswer::Unauthenticated { message, .. } => {
            step.fact("platform_said", message);
            false
        }
    };
    context.events.send(Event::Seen(Some(alive)));
    // Nothing can be said of a token that was not ended: masked, or not known to Salesforce.
    let access_token_ended = !ended.is_empty();
    let mut left = false;
    if !alive && let Some(token) = grant.instance.user_refresh_token.readable() {
        // That the platform could not refresh does not say that the grant has ended: Salesforce may
        // refuse it for a while, or at this address only.
        left = oauth.revoke(token).await? == RevokeAnswer::Revoked;
        ended.extend(left.then_some("refresh token"));
    }
    if access_token_ended {
        step.fact("access_token_alone_was_enough", !alive && !left);
    }
    let mut grants_ended = 1;
    if alive {
        // The platform refreshed: with rotation on, the refresh token is another one now.
        let now = context.platform.instance_with_token(&grant.instance.token).await?;
        context.observe_rotation(&grant.instance, &now);
        let refresh_token = now.user_refresh_token.clone();
        grant.instance = now;
        let (what, tokens) = match refresh_token {
            TokenReading::Readable(token) => ("refresh token", vec![Ending::Revoke(token)]),
            _ => {
                let after = list(context, &grant, witness.as_ref()).await?;
                let after = after.and_then(Listing::grants);
                let what = match salesforce.app_kind {
                    AppKind::Connected => "DeleteToken",
                    AppKind::ExternalClient => "grant by Connect REST",
                };
                (what, endings(listed, after, context.config.run.revoke_all_of_user)?)
            }
        };
        grants_ended = tokens.len();
        step.progress(&if access_token_ended {
            format!("the platform refreshed silently: revoking the {what} as well")
        } else {
            format!("revoking the {what}")
        });
        context.about_to_cut(grant.instance.id)?;
        for token in &tokens {
            let token = match (token, &witness) {
                (Ending::Revoke(token), _) => token,
                (Ending::Delete(identifier), Some(witness)) => {
                    witness.connect.end(identifier).await?;
                    continue;
                }
                (Ending::Delete(_), None) => return Err(not_told("nobody may ask the org's API")),
            };
            if let RevokeAnswer::InvalidToken { message } = oauth.revoke(token).await? {
                return Err(Failure::scenario(
                    "salesforce.revoke_refused",
                    format!("Salesforce did not revoke the {what}: {message}"),
                )
                .hint("the instance may hold another token than it shows; try --revoke-via ui"));
            }
        }
        ended.push(what);
    }
    step.fact("tokens_revoked", ended.clone());
    let summary = match (access_token_ended, alive) {
        _ if left => format!(
            "{} revoked; the platform could not refresh, but the grant was alive",
            ended.join(" and ")
        ),
        (true, true) => format!(
            "{} revoked; the access token alone was not enough, the platform refreshed silently",
            ended.join(" and ")
        ),
        (true, false) => "access token revoked, which was enough".to_owned(),
        (false, true) => format!("{} revoked", ended.join(" and ")),
        (false, false) => "nothing was revoked: the instance was dead before".to_owned(),
    };
    // What the access token could see it can see no more.
    let witness = outliving.map(|(witness, user_id, before)| GrantsLeft {
        witness,
        user_id,
        expected: before.saturating_sub(grants_ended),
    });
    Ok((CutGrant { before: grant, witness }, summary))
}

/// Somebody who lists the user's grants and is not cut off with them: who comes in by the front door
/// has an access token of another app. With the user's id and how many grants are listed now.
async fn outliving_witness(
    context: &Context,
    grant: &LiveGrant,
) -> Result<Option<(Witness, String, usize)>, Failure> {
    let (Some(holder), Some(hosts)) = (&grant.holder, &grant.hosts) else { return Ok(None) };
    let Some(witness) = grants::configured_witness(context, hosts) else { return Ok(None) };
    let user_id = holder.user.user_id.clone();
    let listed = grants::listed(context, &witness, &user_id).await?.grants();
    Ok(listed.filter(|grants| !grants.is_empty()).map(|grants| (witness, user_id, grants.len())))
}

async fn list(
    context: &Context,
    grant: &LiveGrant,
    witness: Option<&Witness>,
) -> Result<Option<Listing>, Failure> {
    let Some(witness) = witness else { return Ok(None) };
    let identity = match &grant.holder {
        Some(holder) => holder.user.clone(),
        None => grants::identity(context, grant, Some(witness)).await?,
    };
    grants::listed(context, witness, &identity.user_id).await.map(Some)
}

/// Logs in to the org, for a session that may list grants.
async fn log_in(context: &Context, step: &Step<'_>, grant: &LiveGrant) -> Result<Witness, Failure> {
    let salesforce = &context.config.salesforce;
    let hosts = revoke_ui::known_hosts(grant)?;
    let account = salesforce.admin.as_ref().unwrap_or(&salesforce.user);
    let window = context.window(step, account).await?;
    let mut visitor = context.browsers.visitor(&window, account, step);
    let expected = Expected::in_org(context, step, account, &hosts);
    let home = hosts.home();
    let arrival =
        expected.visit(&window, async || visitor.go(home.as_str(), &["home"]).await).await?;
    if let Arrival::Callback(_) = arrival {
        return Err(Failure::scenario(
            "salesforce.unexpected_callback",
            "the browser was sent to the callback instead of the org's home page",
        )
        .hint("run with --headed and watch where the login leads"));
    }
    revoke_ui::setup_session(context, &window, &hosts, account).await?.ok_or_else(|| {
        Failure::scenario(
            "salesforce.no_session",
            "logged in, but the browser holds no session for the org's My Domain",
        )
        .hint("revoke in the UI: --revoke-via ui")
    })
}

/// What ends a grant.
enum Ending {
    /// Revoking this token.
    Revoke(Secret),
    /// Deleting what Connect REST calls by this identifier.
    Delete(Secret),
}

/// What ends the instance's grant where its tokens are masked: that of the only grant there is, else
/// of the one that moved when it was used. All of them only where all may go.
fn endings(
    before: Option<Vec<ListedGrant>>,
    after: Option<Vec<ListedGrant>>,
    all_may_go: bool,
) -> Result<Vec<Ending>, Failure> {
    let (Some(before), Some(mut own)) = (before, after) else {
        return Err(not_told("the org's API lists no grants to this user"));
    };
    let count = own.len();
    if count > 1 && !all_may_go {
        own.retain(|grant| grant.moved_since(&before));
        if own.len() != 1 {
            let why = "the platform masks the instance's tokens, and no single grant moved when it was used";
            return Err(grants::shared(count, why));
        }
    }
    let endings = own.into_iter().map(|grant| match grant.handle {
        Handle::Row { delete_token, .. } => delete_token.map(Ending::Revoke),
        Handle::Token(identifier) => Some(Ending::Delete(identifier)),
    });
    endings
        .collect::<Option<Vec<Ending>>>()
        .filter(|endings| !endings.is_empty())
        .ok_or_else(|| not_told("the org's API shows no DeleteToken of the user's grant"))
}

fn not_told(why: &str) -> Failure {
    Failure::scenario(
        "salesforce.grant_not_singled_out",
        format!("the platform masks the instance's tokens, and {why}: nothing was cut"),
    )
    .hint("revoke in the UI: --revoke-via ui")
}
