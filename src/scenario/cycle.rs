//! The commands' scenarios, as sequences of steps.

use std::time::{Duration, Instant};

use backon::{ExponentialBuilder, Retryable as _};

use super::context::Context;
use super::locate::{Located, holder_of, locate};
use super::patience::{Unsettled, may_pass};
use super::proofs::{DeadGrant, LiveGrant};
use super::{check_app, clean_up, confirm, provision, reauthenticate, revoke, verify};
use crate::cloud_elements::HubAnswer;
use crate::config::InstanceRef;
use crate::failure::Failure;
use crate::journal::{Entry, InstanceKey, Phase};
use crate::report::StepId;
use crate::salesforce::Cause;

/// What the pages say where the login page said no.
const LOGIN_REFUSED: &str = "salesforce.login_refused";

/// What [`locate`] says where there is no such instance.
const UNKNOWN_INSTANCE: &str = "cloud_elements.unknown_instance";

/// `reauth run`: the whole article.
///
/// # Errors
/// The first [`Failure`]; [`recover`] is for what it left.
pub async fn run(context: &Context) -> Result<(), Failure> {
    let configured = context.config.cloud_elements.instance.clone();
    if let Some(reference) = &configured {
        context.take_instance(reference.id)?;
    }
    // The browser starts while the services are asked the first questions.
    let (started, asked) =
        tokio::join!(start_browser(context), first_questions(context, configured.as_ref()));
    started?;
    let located = match asked? {
        Some(located) => located,
        None => {
            let reference = provision::provision(context).await?;
            context.take_instance(reference.id)?;
            locate(context, &reference).await?
        }
    };
    let grant = alive(context, located).await?;
    check_app::check_grant(context, &grant).await?;
    let cut = revoke::revoke(context, grant).await?;
    let dead = confirm::confirm(context, cut, Phase::Revoked).await?;
    reauthenticate::reauthenticate(context, &dead).await?;
    let grant = verify::verify(context, dead).await?;
    if configured.is_none() && !context.config.run.keep {
        clean_up::clean_up(context, &grant).await?;
    }
    Ok(())
}

/// `reauth provision`: a new authenticated instance.
///
/// # Errors
/// The first [`Failure`].
pub async fn provision(context: &Context) -> Result<LiveGrant, Failure> {
    let (started, checked) = tokio::join!(start_browser(context), check_app::check_client(context));
    started?;
    checked?;
    let reference = provision::provision(context).await?;
    match locate(context, &reference).await? {
        Located::Alive(grant) => Ok(*grant),
        Located::Dead(dead, reason) => Err(Failure::scenario(
            "scenario.born_dead",
            format!(
                "instance {} was provisioned and is not authenticated: {reason}",
                dead.instance.id
            ),
        )
        .hint("try `reauth restore`; look at the app's token policies and IP restrictions")),
    }
}

/// `reauth revoke`: leaves the instance unauthenticated on purpose, and the journal says so.
///
/// # Errors
/// The first [`Failure`].
pub async fn revoke(context: &Context) -> Result<(), Failure> {
    let reference = configured(context)?;
    context.take_instance(reference.id)?;
    let grant = match locate(context, &reference).await? {
        Located::Alive(grant) => {
            // What an earlier run left is settled: from here on it is this run's doing.
            context.nothing_in_flight();
            *grant
        }
        Located::Dead(dead, reason) => {
            return Err(Failure::scenario(
                "scenario.already_dead",
                format!("instance {} has lost its grant already: {reason}", dead.instance.id),
            )
            .hint("run `reauth restore` first"));
        }
    };
    let cut = revoke::revoke(context, grant).await?;
    confirm::confirm(context, cut, Phase::RevokedOnPurpose).await?;
    Ok(())
}

/// `reauth restore`: brings back an instance that is not authenticated; one that is, is only looked
/// at. One that an earlier run made for itself is removed, as that run would have.
///
/// # Errors
/// The first [`Failure`].
pub async fn restore(context: &Context) -> Result<(), Failure> {
    let reference = configured(context)?;
    let left = context.take_instance(reference.id)?;
    let was_made_for_a_run =
        left.is_some_and(|entry| entry.provisioned) && !context.config.run.keep;
    context.set_restoring(true);
    match locate(context, &reference).await {
        Ok(Located::Alive(grant)) if was_made_for_a_run => {
            clean_up::clean_up(context, &grant).await
        }
        Ok(Located::Dead(dead, _)) if was_made_for_a_run => {
            clean_up::remove_dead(context, &dead).await
        }
        Ok(Located::Alive(_)) => {
            context.nothing_in_flight();
            Ok(())
        }
        Ok(Located::Dead(dead, reason)) => {
            bring_back(context, *dead).await.map(drop).map_err(|failure| because(failure, &reason))
        }
        // That run had deleted it, and was ended before it could say so.
        Err(failure) if was_made_for_a_run && failure.code == UNKNOWN_INSTANCE => {
            context.removed();
            Ok(())
        }
        Err(failure) => Err(failure),
    }
}

/// `reauth restore --all`, for one of the journal's entries.
///
/// # Errors
/// `journal.other_platform`, `journal.other_user`, if the configuration is not that of the entry; else as
/// [`restore`].
pub async fn restore_left(context: &Context, entry: &Entry) -> Result<(), Failure> {
    let base_url = &context.config.cloud_elements.base_url;
    if InstanceKey::new(base_url, entry.instance_id) != entry.key() {
        return Err(Failure::usage(
            "journal.other_platform",
            format!(
                "run {} left instance {} of {} unauthenticated, but the configuration names {base_url}",
                entry.run_id, entry.instance_id, entry.base_url
            ),
        )
        .hint("name the configuration of that run: `reauth restore --all --config FILE`"));
    }
    let account = &context.config.salesforce.user;
    if let Some(username) = entry.username.as_deref().filter(|username| !account.is(username)) {
        return Err(Failure::usage(
            "journal.other_user",
            format!(
                "run {} left instance {} unauthenticated, which {username} had authorised, but the configuration names {}",
                entry.run_id, entry.instance_id, account.username
            ),
        )
        .hint("name the configuration of that run: `reauth restore --all --config FILE`"));
    }
    restore(context).await
}

/// `reauth status`: whether the instance works, seen from both sides; changes nothing.
///
/// # Errors
/// A [`Failure`] if one side could not be asked.
pub async fn status(context: &Context) -> Result<Located, Failure> {
    locate(context, &configured(context)?).await
}

/// How many times the limit of a page a whole recovery may take.
pub const RECOVERY_FACTOR: u32 = 5;

/// After a failure: if this run ended a grant, or may have, looks at the instance and, where
/// `restores`, brings it back if it is dead. An instance that was made for the run is removed.
///
/// # Errors
/// Why it could not be brought back, or not be removed.
pub async fn recover(context: &Context, restores: bool) -> Result<(), Failure> {
    // Once more, as far as there is time: what kept us may be over, and nobody else is there yet.
    let once_more = ExponentialBuilder::default().with_max_times(1);
    (|| recover_once(context, restores))
        .retry(once_more)
        .when(|failure| {
            may_pass(failure) || matches!(failure.code, "browser.hung" | "browser.lost")
        })
        .notify(|failure, _| tracing::warn!(%failure, "the recovery is begun anew"))
        .await
}

async fn recover_once(context: &Context, restores: bool) -> Result<(), Failure> {
    provision::find_made(context).await?;
    let provisioned = context.provisioned_instance();
    let Some(id) = context.instance_in_flight().or(provisioned) else { return Ok(()) };
    // One that was just made is not ours yet.
    context.take_instance(id)?;
    let was_made_for_this = provisioned.is_some() && !context.config.run.keep;
    // Who only looks restores nothing.
    context.set_restoring(restores || was_made_for_this);
    // Where the confirmation was at its end, the revocation's effect was waited for.
    let was_waited_for =
        context.learnt().settle_over || context.failed_step() == Some(StepId::Verify);
    if context.phase_in_flight() == Some(Phase::Revoking) && !was_waited_for {
        // Nothing of ours is to go on clicking while we look.
        context.close_browsers().await;
        until_settled(context, id).await?;
    }
    match locate(context, &context.known(id)).await? {
        Located::Alive(grant) => {
            context.nothing_in_flight();
            if was_made_for_this { clean_up::clean_up(context, &grant).await } else { Ok(()) }
        }
        Located::Dead(..) if !restores => Ok(()),
        Located::Dead(dead, _) if was_made_for_this => clean_up::remove_dead(context, &dead).await,
        Located::Dead(dead, _) => bring_back(context, *dead).await.map(drop),
    }
}

/// A revocation that was under way when we were stopped may take effect so much later.
const LATE: Duration = Duration::from_secs(3);

/// A revocation that was under way when we were stopped may take effect a moment later. The
/// instance counts as alive only if Salesforce says so of the token that it shows, and still does
/// when that moment is over.
async fn until_settled(context: &Context, id: u64) -> Result<(), Failure> {
    // Both sides have to agree, and it must not be too early to believe them.
    let failed = Unsettled::Failed;
    let began = Instant::now();
    let alive = || if began.elapsed() < LATE { Err(Unsettled::NotYet(())) } else { Ok(()) };
    let agree = || async {
        let read = || async { context.platform.instance(id).await.map_err(|e| failed(e.into())) };
        let instance = read().await?;
        let answer =
            context.platform.read_record(&instance.token).await.map_err(|e| failed(e.into()))?;
        if let HubAnswer::Unauthenticated { .. } = answer {
            return Ok(());
        }
        // Read anew: the call may have made the platform refresh.
        let now = read().await?;
        match now.user_token.readable() {
            None => alive(),
            Some(token) => match holder_of(context, None, token).await.map_err(failed)? {
                Some(_) => alive(),
                None => Err(Unsettled::NotYet(())),
            },
        }
    };
    let questions = ExponentialBuilder::default()
        .with_max_delay(Duration::from_secs(5))
        .with_total_delay(Some(context.config.run.settle))
        .without_max_times();
    // Where asking fails, the whole recovery is begun anew.
    match agree.retry(questions).when(|error| matches!(error, Unsettled::NotYet(()))).await {
        Err(Unsettled::Failed(failure)) => Err(failure),
        // Whatever `locate` sees next is as good as it gets.
        Ok(()) | Err(Unsettled::NotYet(())) => Ok(()),
    }
}

/// What can be asked while the browser starts: the client, and the instance, if there is one yet.
async fn first_questions(
    context: &Context,
    configured: Option<&InstanceRef>,
) -> Result<Option<Located>, Failure> {
    check_app::check_client(context).await?;
    let Some(reference) = configured else { return Ok(None) };
    let reference = provision::adopt(context, reference).await?;
    locate(context, &reference).await.map(Some)
}

/// The instance, alive. One that is found dead is restored first.
async fn alive(context: &Context, located: Located) -> Result<LiveGrant, Failure> {
    match located {
        Located::Alive(grant) => {
            // An earlier run may have left it in doubt; it works.
            context.nothing_in_flight();
            Ok(*grant)
        }
        Located::Dead(dead, reason) => {
            context.events.warn(
                "instance.found_dead",
                format!(
                    "instance {} was not authenticated when the run began ({reason}): it is restored first",
                    dead.instance.id
                ),
            );
            context.set_restoring(true);
            let grant =
                bring_back(context, *dead).await.map_err(|failure| because(failure, &reason))?;
            context.set_restoring(false);
            Ok(grant)
        }
    }
}

/// A login that was refused, where the platform told why: of a user or an org that is not active
/// Salesforce's login page says no more than of a wrong password.
fn because(failure: Failure, reason: &str) -> Failure {
    match Cause::told_in(reason) {
        Some(cause) if failure.code == LOGIN_REFUSED => {
            let mut because = cause.failure(&format!("{reason}; {failure}"));
            because.evidence = failure.evidence;
            because
        }
        _ => failure,
    }
}

async fn bring_back(context: &Context, dead: DeadGrant) -> Result<LiveGrant, Failure> {
    reauthenticate::reauthenticate(context, &dead).await?;
    verify::verify(context, dead).await
}

async fn start_browser(context: &Context) -> Result<(), Failure> {
    let salesforce = &context.config.salesforce;
    context.browsers.window(&salesforce.user, &context.events).await?;
    Ok(())
}

fn configured(context: &Context) -> Result<InstanceRef, Failure> {
    context.config.cloud_elements.instance.clone().ok_or_else(|| {
        Failure::usage("config.no_instance", "no instance is named")
            .hint("name one: --instance ID, or [cloud_elements.instance] in reauth.toml")
    })
}
