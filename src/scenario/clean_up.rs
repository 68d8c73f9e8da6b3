//! What was made for the run is removed: the new grant is revoked, then the instance deleted.

use super::context::{Context, Step};
use super::proofs::{DeadGrant, LiveGrant};
use crate::failure::Failure;
use crate::report::StepId;
use crate::salesforce::RevokeAnswer;
use crate::salesforce::pages::Notes as _;

/// Removes an instance that was provisioned for the run.
pub async fn clean_up(context: &Context, grant: &LiveGrant) -> Result<(), Failure> {
    context
        .step(StepId::CleanUp, async |step| {
            let instance = &grant.instance;
            // Read anew: with rotation on, the refresh token may be another one by now.
            let now = context.platform.instance(instance.id).await?;
            // From the revocation to the deletion the instance is dead: whoever finds it so has to
            // know that it only waits to be deleted.
            context.about_to_cut(instance.id)?;
            let revoked = match now.user_refresh_token.readable() {
                Some(token) => matches!(
                    context.oauth(grant.hosts.as_ref()).revoke(token).await?,
                    RevokeAnswer::Revoked
                ),
                None => false,
            };
            if !revoked {
                step.warn(
                    "salesforce.grant_left",
                    "the grant made for this run could not be revoked (the platform masks its refresh token): it counts as one of five approvals until it is revoked in Setup".into(),
                );
            }
            step.fact("grant_revoked", revoked);
            delete(context, step, instance.id).await?;
            Ok(((), format!("instance {} deleted, its grant revoked", instance.id)))
        })
        .await
}

/// Removes an instance that was provisioned for the run and has no grant: it needs none to be
/// deleted.
pub async fn remove_dead(context: &Context, dead: &DeadGrant) -> Result<(), Failure> {
    context
        .step(StepId::CleanUp, async |step| {
            let id = dead.instance.id;
            delete(context, step, id).await?;
            Ok(((), format!("instance {id} deleted, it had no grant any more")))
        })
        .await
}

async fn delete(context: &Context, step: &Step<'_>, id: u64) -> Result<(), Failure> {
    if let Err(error) = context.platform.delete(id).await {
        if error.was_not_sent() || matches!(error.status(), Some(400..=403 | 405..=499)) {
            return Err(error.into());
        }
        // An answer that was lost: whether it is gone is asked, not assumed.
        match context.platform.instance(id).await {
            Err(gone) if gone.status() == Some(404) => {}
            Err(_) | Ok(_) => return Err(error.into()),
        }
    }
    context.removed();
    step.fact("instance_deleted", true);
    Ok(())
}
