//! Step 11: both sides say that the instance lives, with a new grant of the same user, that
//! refreshes; and nothing else about the instance changed. Every claim is backed by a call made
//! after the re-authentication.

use backon::Retryable as _;
use serde_json::json;

use super::context::{Context, Step, lock};
use super::grants;
use super::locate::{holder_of, live_grant};
use super::patience::{Unsettled, questions};
use super::proofs::{DeadGrant, LiveGrant};
use super::witnesses::{self, Says, Testimonies, Verdict};
use crate::cloud_elements::{
    HubAnswer, Instance, VolatileKeys, configuration_diff, configuration_list_diff,
};
use crate::failure::Failure;
use crate::report::{Event, StepId};
use crate::salesforce::pages::Notes as _;
use crate::salesforce::{Cause, RevokeAnswer};
use crate::secrets::Secret;

/// Verifies the instance against what it was.
pub async fn verify(context: &Context, dead: DeadGrant) -> Result<LiveGrant, Failure> {
    context
        .step(StepId::Verify, async |step| {
            let before = &dead.instance;
            read_record(context, step, before).await?;
            let after = context.platform.instance_with_token(&before.token).await?;
            let grant = live_grant(context, after).await?;
            let mut proved = vec!["reads a record"];
            new_token(context, step, &dead, &grant, &mut proved).await?;
            same_user(context, step, dead.before.as_ref(), &grant)?;
            let grant = refreshes(context, step, grant, &mut proved).await?;
            witnesses_agree(context, step, &grant).await?;
            unchanged(context, step, &context.baseline(before), &grant.instance).await?;
            proved.push("configuration unchanged");
            Ok((grant, proved.join(", ")))
        })
        .await
}

/// Everybody who can be asked says that the grant lives which the instance holds in the end. Who is
/// late is asked again, as in the confirmation.
async fn witnesses_agree(
    context: &Context,
    step: &Step<'_>,
    grant: &LiveGrant,
) -> Result<(), Failure> {
    let settle = context.config.run.settle;
    let ask = || async {
        let testimonies = testimonies(context, grant).await.map_err(Unsettled::Failed)?;
        match testimonies.verdict() {
            Verdict::Disagreed if testimonies.platform().says == Says::Alive => {
                Err(Unsettled::NotYet(testimonies))
            }
            _ => Ok(testimonies),
        }
    };
    let testimonies = match ask.retry(questions(settle)).when(Unsettled::may_settle).await {
        Ok(testimonies) | Err(Unsettled::NotYet(testimonies)) => testimonies,
        Err(Unsettled::Failed(failure)) => return Err(failure),
    };
    step.fact("witnesses", testimonies.to_json());
    let platform = testimonies.platform();
    if platform.says == Says::Dead {
        return Err(dead_again(context, grant.instance.id, &platform.words));
    }
    match testimonies.verdict() {
        Verdict::Agreed(_) => Ok(()),
        Verdict::OneSided => {
            step.warn(
                "scenario.one_sided",
                format!("that the instance lives is the platform's word alone: {testimonies}"),
            );
            Ok(())
        }
        Verdict::Disagreed => Err(Failure::scenario(
            "scenario.witnesses_disagree",
            format!("{} s after the re-authentication not everybody says that the instance's new grant lives: {testimonies}", settle.as_secs()),
        )
        .hint("the platform works; whoever says otherwise is late, or the platform shows another token than it uses: `reauth status` asks again")),
    }
}

async fn testimonies(context: &Context, grant: &LiveGrant) -> Result<Testimonies, Failure> {
    let own = grants::own_witness(context, grant);
    let user_id = grant.holder.as_ref().map(|holder| holder.user.user_id.as_str());
    let (platform, (userinfo, introspection), list) = tokio::join!(
        witnesses::platform(context, &grant.instance),
        witnesses::tokens(context, grant.hosts.as_ref(), &grant.instance),
        witnesses::list_now(context, own.as_ref(), user_id),
    );
    let learnt = context.learnt();
    let introspection = introspection.believed_if(learnt.introspection_sees == Some(true));
    let list = list.believed_if(learnt.grant_list_sees);
    Ok(Testimonies::new(platform?, [userinfo, introspection, list]))
}

async fn read_record(context: &Context, step: &Step<'_>, before: &Instance) -> Result<(), Failure> {
    match context.platform.read_record(&before.token).await? {
        HubAnswer::Record { count, .. } => {
            context.events.send(Event::Seen(Some(true)));
            step.fact("records_read", count);
            Ok(())
        }
        HubAnswer::Unauthenticated { message, .. } => Err(dead_again(context, before.id, &message)),
    }
}

/// The new grant is new, and the old one stays dead.
async fn new_token(
    context: &Context,
    step: &Step<'_>,
    dead: &DeadGrant,
    grant: &LiveGrant,
    proved: &mut Vec<&'static str>,
) -> Result<(), Failure> {
    let (old, new) = (dead.instance.user_token.readable(), grant.instance.user_token.readable());
    step.fact("token_readable", new.is_some());
    let Some(old) = old else { return Ok(()) };
    if Some(old) == new {
        return Err(Failure::scenario(
            "scenario.same_token",
            "the instance works, but with the access token it had before: the grant was not replaced",
        )
        .hint("the revocation hit another grant, or the platform ignored the code"));
    }
    step.fact("token_changed", new.is_some());
    if new.is_some() {
        proved.push("new token");
    }
    let lives = holder_of(context, grant.hosts.as_ref(), old).await?.is_some();
    if lives && dead.before.is_some() {
        return Err(Failure::scenario(
            "scenario.old_token_lives",
            "the instance's old access token works again, though its grant was revoked",
        )
        .hint("report this to Salesforce: a revoked token must stay dead"));
    }
    step.fact("old_token_dead", !lives);
    if !lives {
        proved.push("old one still dead");
    }
    old_refresh_token(context, step, dead, grant, lives).await?;
    if lives && dead.instance.user_refresh_token.readable().is_none() {
        // There is no more of the old grant to be seen than this.
        end_old_grant(context, step, grant, old).await;
    }
    Ok(())
}

/// Ends what is left of a grant that was not cut by us, by a token of it. It may well live, where the
/// platform lost it or Salesforce refused to refresh: it would count among the user's five, and nobody
/// else would ever end it.
async fn end_old_grant(context: &Context, step: &Step<'_>, grant: &LiveGrant, token: &Secret) {
    let answer = context.oauth(grant.hosts.as_ref()).revoke(token).await;
    let is_ended = matches!(answer, Ok(RevokeAnswer::Revoked));
    step.fact("old_grant_ended", is_ended);
    if !is_ended {
        step.warn(
            "scenario.old_token_lives",
            "the instance was found dead, but a token of its old grant is still active, and could not be ended: its old grant is left".into(),
        );
    }
}

/// A refresh token may outlive its access tokens: introspection tells, where it can be believed.
async fn old_refresh_token(
    context: &Context,
    step: &Step<'_>,
    dead: &DeadGrant,
    grant: &LiveGrant,
    access_token_lives: bool,
) -> Result<(), Failure> {
    let Some(old) = dead.instance.user_refresh_token.readable() else { return Ok(()) };
    if grant.instance.user_refresh_token.readable() == Some(old) {
        return Err(Failure::scenario(
            "scenario.same_token",
            "the instance works, but with the refresh token it had before: the grant was not replaced",
        )
        .hint("the revocation hit another grant, or the platform ignored the code"));
    }
    let testimony = witnesses::introspection(context, grant.hosts.as_ref(), old).await;
    if dead.before.is_none() && (testimony.says == Says::Alive || access_token_lives) {
        end_old_grant(context, step, grant, old).await;
    } else if testimony.says == Says::Alive {
        return Err(Failure::scenario(
            "scenario.old_token_lives",
            "introspection calls the instance's old refresh token active, though its grant was revoked",
        )
        .hint("revoke it: POST it to /services/oauth2/revoke, or look for a second row of the user in Setup → Connected Apps OAuth Usage"));
    }
    step.fact("old_refresh_token_dead", testimony.says == Says::Dead);
    Ok(())
}

fn same_user(
    context: &Context,
    step: &Step<'_>,
    before: Option<&LiveGrant>,
    grant: &LiveGrant,
) -> Result<(), Failure> {
    let Some(now) = &grant.holder else { return Ok(()) };
    let was = before.and_then(|before| before.holder.as_ref());
    let account = &context.config.salesforce.user;
    let is_same = match was {
        Some(was) => {
            was.user.user_id == now.user.user_id && was.organization_id == now.organization_id
        }
        None => account.is(&now.user.username),
    };
    step.fact("same_user", is_same);
    if is_same {
        return Ok(());
    }
    let expected = was.map_or(account.username.as_str(), |was| was.user.username.as_str());
    Err(Failure::scenario(
        "scenario.other_user",
        format!(
            "the instance is now authenticated as {} (org {}), expected {expected}",
            now.user.username, now.organization_id
        ),
    )
    .hint("`salesforce.username` must be the user whose grant the instance held"))
}

/// Ends the new access token alone, and sees the platform get another one by itself: so there is a
/// refresh token, and it works. It is never sent to the token endpoint by us.
async fn refreshes(
    context: &Context,
    step: &Step<'_>,
    grant: LiveGrant,
    proved: &mut Vec<&'static str>,
) -> Result<LiveGrant, Failure> {
    let Some(token) = grant.instance.user_token.readable().cloned() else {
        step.warn(
            "cloud_elements.tokens_masked",
            "the platform masks the instance's tokens: that they refresh was not verified".into(),
        );
        return Ok(grant);
    };
    if context.is_restoring() {
        // What was just brought back is not put at risk again: the next run tries it.
        step.fact("refreshes", "not tried in a restoration");
        return Ok(grant);
    }
    if context.learnt().no_refresh_token {
        step.fact("refreshes", "not tried: the app gives no lasting refresh token");
        return Ok(grant);
    }
    step.progress("ending the new access token, to see the platform refresh");
    context.about_to_cut(grant.instance.id)?;
    let refreshed = refresh(context, &grant, &token).await?;
    context.nothing_in_flight();
    if refreshed.user_token.readable() == Some(&token) {
        return Err(Failure::scenario(
            "scenario.not_refreshed",
            "the instance still shows the access token that was ended, and works: it was not ended, or the platform uses another",
        )
        .hint("look at the token policies of the app"));
    }
    context.observe_rotation(&grant.instance, &refreshed);
    step.fact("refreshes", true);
    proved.push("refreshes");
    Ok(LiveGrant { instance: refreshed, ..grant })
}

async fn refresh(
    context: &Context,
    grant: &LiveGrant,
    token: &Secret,
) -> Result<Instance, Failure> {
    let revoked = context.oauth(grant.hosts.as_ref()).revoke(token).await?;
    match context.platform.read_record(&grant.instance.token).await? {
        HubAnswer::Record { .. } => context.events.send(Event::Seen(Some(true))),
        HubAnswer::Unauthenticated { message, .. } => {
            context.events.send(Event::Seen(Some(false)));
            return Err(died(&message)
                .hint("its refresh token does not work: see the app's refresh token policy, and the scope `refresh_token, offline_access`"));
        }
    }
    if let RevokeAnswer::InvalidToken { message } = revoked {
        return Err(Failure::scenario(
            "salesforce.revoke_refused",
            format!("Salesforce did not know the instance's new access token: {message}"),
        )
        .hint("run again; if it stays so, the platform shows another token than it uses"));
    }
    Ok(context.platform.instance_with_token(&grant.instance.token).await?)
}

/// Nothing was in flight any more: now something is again.
fn dead_again(context: &Context, id: u64, message: &str) -> Failure {
    context.events.send(Event::Seen(Some(false)));
    match context.about_to_cut(id) {
        Ok(()) => died(message),
        Err(failure) => failure,
    }
}

fn died(message: &str) -> Failure {
    if let Some(cause) = Cause::told_in(message) {
        return cause.failure(&format!(
            "the instance worked after the re-authentication and does not any more ({message})"
        ));
    }
    Failure::scenario(
        "scenario.died_again",
        format!("the instance worked after the re-authentication and does not any more: {message}"),
    )
    .hint("connections through anonymising VPNs and proxies make Salesforce revoke the token used: see Setup → Login History")
}

/// Everything but the volatile keys is what it was.
async fn unchanged(
    context: &Context,
    step: &Step<'_>,
    before: &Instance,
    after: &Instance,
) -> Result<(), Failure> {
    let volatile = VolatileKeys::embedded()?;
    let mut changes = configuration_diff(&before.raw, &after.raw, &volatile);
    let list = lock(&context.baseline_list).clone();
    if let Some(list) = list {
        match context.platform.configuration(after.id).await {
            Ok(now) => {
                step.fact("configuration_list_entries", now.len());
                changes.extend(configuration_list_diff(&list, &now, &changes, &volatile));
            }
            Err(error) => step.fact("configuration_list", format!("not compared: {error}")),
        }
    }
    step.fact("configuration_keys", after.configuration().map(serde_json::Map::len));
    step.fact("configuration_diff", json!(changes));
    if changes.is_empty() {
        return Ok(());
    }
    let shown: Vec<String> =
        changes.iter().map(|change| format!("{} {}", change.key, change.kind)).collect();
    Err(Failure::scenario(
        "scenario.configuration_changed",
        format!("the instance is authenticated, but not what it was: {}", shown.join(", ")),
    )
    .hint("report.json shows each difference (verify → configuration_diff); instance-before.json has what it was")
    .hint("if the platform renews a key by itself, report it: such keys are left out of the comparison (webdriver/volatile.toml in the source)"))
}
