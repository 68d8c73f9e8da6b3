//! What was made for the run is removed: the new grant is revoked, then the instance deleted.

use super::context::Context;
use super::proofs::LiveGrant;
use crate::failure::Failure;
use crate::report::{Event, StepId};
use crate::salesforce::RevokeAnswer;
use crate::salesforce::pages::Notes as _;

/// Removes an instance that was provisioned for the run.
pub async fn clean_up(context: &Context, grant: &LiveGrant) -> Result<(), Failure> {
    context
        .step(StepId::CleanUp, async |step| {
            let instance = &grant.instance;
            // Read anew: with rotation on, the refresh token may be another one by now.
            let now = context.platform.instance(instance.id).await?;
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
            context.platform.delete(instance.id).await?;
            context.events.send(Event::Removed);
            step.fact("instance_deleted", true);
            Ok(((), format!("instance {} deleted, its grant revoked", instance.id)))
        })
        .await
}
