//! Whose grants there are, by API; and which of several is the instance's own.

use super::context::{Context, Step};
use super::proofs::{LiveGrant, Witness};
use crate::cloud_elements::{HubAnswer, Instance};
use crate::config::{AppKind, Login};
use crate::failure::Failure;
use crate::report::Event;
use crate::salesforce::pages::{Identity, Notes as _};
use crate::salesforce::{
    ConnectClient, ConnectError, ConnectToken, OauthTokenRow, OrgHosts, RestClient, RevokeAnswer,
};
use crate::secrets::Secret;

/// The instance's own access token, as long as it lives: it may list its own user's grants. None
/// where the platform masks it, or the org's My Domain is not known.
pub(super) fn own_witness(context: &Context, grant: &LiveGrant) -> Option<Witness> {
    let token = grant.instance.user_token.readable()?;
    Some(witness(context, grant.hosts.as_ref()?, token.clone(), "the instance's access token"))
}

/// The access token by which an admin, or else the integration user, is configured to come in.
pub(super) fn configured_witness(context: &Context, hosts: &OrgHosts) -> Option<Witness> {
    let salesforce = &context.config.salesforce;
    let accounts = [salesforce.admin.as_ref(), Some(&salesforce.user)];
    let bearer = accounts.into_iter().flatten().find_map(|account| match &account.login {
        Login::Frontdoor { access_token } => Some(access_token.clone()),
        Login::Form | Login::Profile => None,
    })?;
    Some(witness(context, hosts, bearer, "configured access token"))
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
    let app = context.config.salesforce.connected_app.clone();
    Witness { connect: ConnectClient::new(rest.clone(), app), rest, source }
}

/// A grant as the org's API lists it.
#[derive(Debug, Clone)]
pub(super) struct ListedGrant {
    /// Which it is, and what ends it and nothing else.
    pub(super) handle: Handle,
    /// How often it was used. Moves on the grant that was used.
    pub(super) use_count: u64,
    /// When it was last used, as Salesforce writes times; none if never.
    pub(super) last_used: Option<String>,
}

/// How a grant is named and ended by API.
#[derive(Debug, Clone)]
pub(super) enum Handle {
    /// A connected app's: a row of `OauthToken`.
    Row {
        /// The row's id.
        id: String,
        /// What revoking it takes; none if this session may not have it.
        delete_token: Option<Secret>,
    },
    /// An external client app's: its token's identifier.
    Token(Secret),
}

impl Handle {
    /// Whether both name the same grant.
    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Row { id: one, .. }, Self::Row { id: other, .. }) => one == other,
            (Self::Token(one), Self::Token(other)) => one == other,
            _ => false,
        }
    }
}

impl ListedGrant {
    /// Whether this grant was there before, and was used since.
    pub(super) fn moved_since(&self, before: &[Self]) -> bool {
        before
            .iter()
            .find(|old| old.handle.is(&self.handle))
            .is_some_and(|old| old.use_count != self.use_count || old.last_used != self.last_used)
    }
}

/// What a witness sees of a user's grants.
pub(super) enum Listing {
    /// All of them.
    Grants(Vec<ListedGrant>),
    /// Nothing: who asked may not see any. Why.
    NotShown(Failure),
}

impl Listing {
    /// The grants, where they are shown.
    pub(super) fn grants(self) -> Option<Vec<ListedGrant>> {
        match self {
            Self::Grants(grants) => Some(grants),
            Self::NotShown(_) => None,
        }
    }
}

/// The user's grants for the app, as a witness sees them.
pub(super) async fn listed(
    context: &Context,
    witness: &Witness,
    user_id: &str,
) -> Result<Listing, Failure> {
    let salesforce = &context.config.salesforce;
    let why = match salesforce.app_kind {
        AppKind::Connected => {
            match witness.rest.oauth_tokens(&salesforce.connected_app, user_id).await {
                Ok(rows) => return Ok(Listing::Grants(rows.into_iter().map(row).collect())),
                Err(error) if error.is_not_permitted() || error.is_session_refused() => {
                    Failure::from(error)
                }
                Err(error) => return Err(error.into()),
            }
        }
        AppKind::ExternalClient => match witness.connect.tokens(user_id).await {
            Ok(tokens) => return Ok(Listing::Grants(tokens.into_iter().map(token).collect())),
            Err(error) if error.is_no_witness() => error.into(),
            Err(error @ ConnectError::AppNotListed { .. }) => {
                return Err(other_kind(context, witness, error.into()).await);
            }
            Err(error) => return Err(error.into()),
        },
    };
    tracing::info!(error = %why, source = witness.source, "no witness by API");
    Ok(Listing::NotShown(why))
}

fn row(row: OauthTokenRow) -> ListedGrant {
    ListedGrant {
        handle: Handle::Row { id: row.id, delete_token: row.delete_token },
        use_count: row.use_count,
        last_used: row.last_used,
    }
}

fn token(token: ConnectToken) -> ListedGrant {
    ListedGrant {
        handle: Handle::Token(token.identifier),
        use_count: token.use_count,
        last_used: token.last_used,
    }
}

/// `failure` is that the app is not listed. Says so if there is an app of the other kind by that
/// name.
async fn other_kind(context: &Context, witness: &Witness, failure: Failure) -> Failure {
    if is_of_other_kind(context, witness).await { of_other_kind(context, failure) } else { failure }
}

/// Whether the witness knows an app of the configured name that is of the other kind. Who may not
/// look there does not.
pub(super) async fn is_of_other_kind(context: &Context, witness: &Witness) -> bool {
    let salesforce = &context.config.salesforce;
    let is_there = match salesforce.app_kind {
        AppKind::Connected => match witness.connect.identifier().await {
            Ok(_) => Ok(true),
            Err(ConnectError::AppNotListed { .. }) => Ok(false),
            Err(error) => Err(Failure::from(error)),
        },
        AppKind::ExternalClient => {
            let found = witness.rest.connected_application(&salesforce.connected_app).await;
            found.map(|found| found.is_some()).map_err(Failure::from)
        }
    };
    is_there.unwrap_or_else(|error| {
        tracing::info!(%error, "whether it is an app of the other kind is unknown");
        false
    })
}

/// `failure`, with the remedy first.
pub(super) fn of_other_kind(context: &Context, mut failure: Failure) -> Failure {
    let salesforce = &context.config.salesforce;
    let kind = match salesforce.app_kind {
        AppKind::Connected => "external-client",
        AppKind::ExternalClient => "connected",
    };
    let hint = format!(
        "there is an app \"{}\" of the other kind: set `salesforce.app_kind = \"{kind}\"`",
        salesforce.connected_app
    );
    failure.hints.insert(0, hint);
    failure
}

/// What lists the app's grants by API.
pub(super) fn list_name(context: &Context) -> &'static str {
    match context.config.salesforce.app_kind {
        AppKind::Connected => "OauthToken",
        AppKind::ExternalClient => "Connect REST",
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
pub(super) fn shared(grants: impl Into<Option<usize>>, why: &str) -> Failure {
    let grants = grants.into().map_or("perhaps several".to_owned(), |grants| grants.to_string());
    Failure::scenario(
        "salesforce.shared_grant",
        format!("this user holds {grants} grants for the app, and which one is the instance's is not certain: {why}; other instances may hang on the others, so none was cut"),
    )
    .hint("use a Salesforce user of its own for this instance")
    .hint("if all of this user's grants for the app may go: --revoke-all-of-user")
}
