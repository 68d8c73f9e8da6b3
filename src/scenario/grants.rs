//! Whose grants there are, by API; and which of several is the instance's own.

use super::context::{Context, Step};
use super::proofs::{LiveGrant, Witness};
use crate::cloud_elements::{HubAnswer, Instance};
use crate::failure::Failure;
use crate::report::Event;
use crate::salesforce::pages::{Identity, Notes as _};
use crate::salesforce::{OauthTokenRow, OrgHosts, RestClient, RevokeAnswer};
use crate::secrets::Secret;

/// The instance's own access token, as long as it lives: it may list its own user's grants. None
/// where the platform masks it, or the org's My Domain is not known.
pub(super) fn own_witness(context: &Context, grant: &LiveGrant) -> Option<Witness> {
    let token = grant.instance.user_token.readable()?;
    Some(witness(context, grant.hosts.as_ref()?, token.clone(), "the instance's access token"))
}

/// Whoever may send this as Bearer.
pub(super) fn witness(
    context: &Context,
    hosts: &OrgHosts,
    bearer: Secret,
    source: &'static str,
) -> Witness {
    let rest = RestClient::new(
        hosts.my_domain.clone(),
        bearer,
        context.http.clone(),
        context.redactor.clone(),
    );
    Witness { rest, source }
}

/// The user's grants for the app, as a witness sees them; none where it may not see any.
pub(super) async fn listed(
    context: &Context,
    witness: &Witness,
    user_id: &str,
) -> Result<Option<Vec<OauthTokenRow>>, Failure> {
    let app = &context.config.salesforce.connected_app;
    match witness.rest.oauth_tokens(app, user_id).await {
        Ok(rows) => Ok(Some(rows)),
        Err(error) if error.is_not_permitted() || error.is_session_refused() => {
            tracing::info!(%error, source = witness.source, "no witness by API");
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

/// Who holds the instance's grant: from its own token, else the configured user as the witness
/// knows them. With the alias where it may be asked for.
pub(super) async fn identity(
    context: &Context,
    grant: &LiveGrant,
    witness: Option<&Witness>,
) -> Result<Identity, Failure> {
    let rest = witness.map(|witness| &witness.rest);
    if let Some(holder) = &grant.holder {
        let mut identity = holder.user.clone();
        if let Some(rest) = rest {
            match rest.user(&identity.user_id).await {
                Ok(Some(user)) => identity.alias = user.alias,
                Ok(None) => {}
                Err(error) if error.is_not_permitted() || error.is_session_refused() => {}
                Err(error) => return Err(error.into()),
            }
        }
        return Ok(identity);
    }
    let username = &context.config.salesforce.user.username;
    if let Some(rest) = rest
        && let Some(user) = rest.user_by_username(username).await?
    {
        return Ok(Identity {
            user_id: user.id,
            username: user.username,
            name: user.name,
            alias: user.alias,
        });
    }
    Err(Failure::scenario(
        "salesforce.unknown_user",
        format!("nobody could say who {username} is: the platform masks the instance's token, and the org's API does not answer the Setup session"),
    )
    .hint("give the user who works in Setup the permission API Enabled"))
}

/// Makes the instance's grant move, and it alone: ends its access token, calls through the instance
/// (the platform refreshes), and reads the instance anew. Whatever list was made before now differs
/// in the row of the instance's own grant.
pub(super) async fn nudge(
    context: &Context,
    step: &Step<'_>,
    grant: &LiveGrant,
    others: usize,
) -> Result<Instance, Failure> {
    let Some(token) = grant.instance.user_token.readable() else {
        return Err(shared(others, "the platform masks the instance's access token"));
    };
    step.progress("several grants of this user: singling out the instance's own");
    context.about_to_cut(grant.instance.id)?;
    if let RevokeAnswer::InvalidToken { message } =
        context.oauth(grant.hosts.as_ref()).revoke(token).await?
    {
        return Err(shared(
            others,
            &format!("Salesforce did not know its access token ({message})"),
        ));
    }
    match context.platform.read_record(&grant.instance.token).await? {
        HubAnswer::Record { .. } => {
            context.events.send(Event::Seen(Some(true)));
            Ok(context.platform.instance_with_token(&grant.instance.token).await?)
        }
        HubAnswer::Unauthenticated { message, .. } => {
            context.events.send(Event::Seen(Some(false)));
            Err(Failure::scenario(
                "cloud_elements.no_refresh",
                format!("the platform did not refresh the instance's access token when it was ended: {message}"),
            )
            .hint("the grant may have no refresh token: the app needs the scope `refresh_token, offline_access`"))
        }
    }
}

/// Several grants, and no certainty which one is the instance's.
pub(super) fn shared(grants: usize, why: &str) -> Failure {
    Failure::scenario(
        "salesforce.shared_grant",
        format!("this user holds {grants} grants for the app, and which one is the instance's is not certain: {why}; other instances may hang on the others, so none was cut"),
    )
    .hint("use a Salesforce user of its own for this instance")
    .hint("if all of this user's grants for the app may go: --revoke-all-of-user")
}
