//! Steps 4 and 5: the grant is ended, in the Salesforce UI or by API.

use super::context::Context;
use super::proofs::{CutGrant, LiveGrant};
use super::{revoke_api, revoke_ui};
use crate::config::RevokeVia;
use crate::failure::Failure;
use crate::report::{Event, StepId};

/// Ends the instance's grant, and no other user's.
pub async fn revoke(context: &Context, grant: LiveGrant) -> Result<CutGrant, Failure> {
    context
        .step(StepId::Revoke, async |step| {
            step.fact("via", via(context));
            let (cut, summary) = match context.config.run.revoke_via {
                RevokeVia::Ui => revoke_ui::revoke(context, step, grant).await?,
                RevokeVia::Api => revoke_api::revoke(context, step, grant).await?,
            };
            context.events.send(Event::RevokedVia(via(context)));
            Ok((cut, summary))
        })
        .await
}

fn via(context: &Context) -> &'static str {
    match context.config.run.revoke_via {
        RevokeVia::Ui => "ui",
        RevokeVia::Api => "api",
    }
}
