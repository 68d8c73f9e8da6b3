//! Step 5a: Setup → Connected Apps OAuth Usage → User Count → Revoke, in this user's rows only.

use serde_json::json;

use super::context::{Context, Step};
use super::grants;
use super::own_rows::{OwnRows, Proof, ambiguous, candidates, moved, own_rows, own_rows_by_user};
use super::person::Expected;
use super::proofs::{CutGrant, GrantsLeft, LiveGrant, Witness};
use super::ways_in;
use crate::browser::{Selector, Session};
use crate::config::{Account, AppKind, Login};
use crate::failure::Failure;
use crate::salesforce::OrgHosts;
use crate::salesforce::pages::{Notes as _, UsageError, UsagePages};

/// Revokes the instance's row on the usage page.
pub(super) async fn revoke(
    context: &Context,
    step: &Step<'_>,
    mut grant: LiveGrant,
) -> Result<(CutGrant, String), Failure> {
    let salesforce = &context.config.salesforce;
    let hosts = known_hosts(&grant)?;
    if salesforce.admin.is_some() {
        ways_in::rehearse(context, step, Some(&hosts)).await?;
    }
    let account = salesforce.admin.as_ref().unwrap_or(&salesforce.user);
    let window = context.window(step, account).await?;
    let mut visitor = context.browsers.visitor(&window, account, step);
    let kind = salesforce.app_kind;
    let mut usage = UsagePages::new(&mut visitor, &hosts.setup, salesforce);

    step.progress(&format!("opening {}", usage.title()));
    let expected = Expected::in_org(context, step, account, &hosts);
    let rows = match expected.visit(&window, async || usage.grants().await).await {
        Ok(rows) => rows,
        Err(failure) if UsageError::ABSENCES.contains(&failure.code) => {
            return Err(with_witness(context, &window, &hosts, &grant, failure).await);
        }
        Err(failure) => return Err(failure),
    };
    if let Some(view) = usage.take_login_view() {
        step.view(&view, "login");
    }
    step.photograph(&window, "before").await;
    let witness = setup_session(context, &window, &hosts, account).await?;
    let identity = grants::identity(context, &grant, witness.as_ref()).await?;
    let api = match &witness {
        Some(witness) => grants::listed(context, witness, &identity.user_id).await?.grants(),
        None => None,
    };
    step.fact("grants_on_page", rows.len());
    step.fact("witness", api.as_ref().and(witness.as_ref()).map(|witness| witness.source));
    step.fact("grants_of_user", api.as_ref().map(Vec::len));

    let all_may_go = context.config.run.revoke_all_of_user;
    let OwnRows { rows: mut targets, proof } = match kind {
        AppKind::Connected => own_rows(&rows, &identity, api.as_deref())?,
        AppKind::ExternalClient => own_rows_by_user(&rows, &identity, api.as_deref(), all_may_go)?,
    };
    let own = targets.len();
    if proof == Proof::Counts && usage.grants().await? != rows {
        // The page was read before the API: counts that move meanwhile may point at a namesake.
        return Err(ambiguous(&targets, &identity));
    }
    let several = own > 1 && !all_may_go;
    if several || proof == Proof::None {
        let masked = grant.instance.user_token.readable().is_none();
        if proof == Proof::None && masked {
            return Err(ambiguous(&targets, &identity));
        }
        grant.instance = grants::nudge(context, step, &grant, targets.len()).await?;
        let moved = moved(&rows, candidates(&usage.grants().await?, &identity));
        if moved.len() != 1 {
            return Err(match proof {
                Proof::None => ambiguous(&targets, &identity),
                _ => grants::shared(targets.len(), "no single row moved when it was used"),
            });
        }
        targets = moved;
        step.fact("singled_out", true);
    }
    if let [target, others @ ..] = &targets[..] {
        let user = &target.user.text;
        let what = match others.len() {
            0 => format!("pressing Revoke in the row of {user}, last used {}", target.last_used),
            more => format!("pressing Revoke in {} rows of {user}", more + 1),
        };
        let texts = [user, &target.use_count, &target.last_used].map(ToOwned::to_owned);
        let row = Selector::Row(texts.into_iter().filter(|text| !text.is_empty()).collect());
        step.before_cut(&what, Some((&window, row))).await?;
    }
    context.about_to_cut(grant.instance.id)?;
    let mut dialogs = Vec::new();
    for target in &targets {
        step.progress(&format!("revoking the row of {}", target.user.text));
        dialogs.extend(usage.revoke(target).await?);
    }
    step.photograph(&window, "after").await;
    step.fact("rows_revoked", targets.len());
    step.fact("dialogs", json!(dialogs));
    let summary = format!(
        "{} of {} on the usage page revoked for {}",
        targets.len(),
        rows.len(),
        identity.username
    );
    let witness = match (witness, api) {
        // Who never saw the grants cannot say that they are gone.
        (Some(witness), Some(api)) if api.len() >= targets.len() => Some(GrantsLeft {
            witness,
            user_id: identity.user_id,
            // A row of an external client app may have stood for several.
            expected: match kind {
                AppKind::ExternalClient if targets.len() == own => 0,
                _ => api.len().saturating_sub(targets.len()),
            },
        }),
        _ => None,
    };
    Ok((CutGrant { before: grant, witness }, summary))
}

/// The failure of a page that does not show the app's grants, with what the org's API says of them.
async fn with_witness(
    context: &Context,
    window: &Session,
    hosts: &OrgHosts,
    grant: &LiveGrant,
    failure: Failure,
) -> Failure {
    let asked = async {
        let salesforce = &context.config.salesforce;
        let account = salesforce.admin.as_ref().unwrap_or(&salesforce.user);
        let Some(witness) = setup_session(context, window, hosts, account).await? else {
            return Ok(None);
        };
        if grants::is_of_other_kind(context, &witness).await {
            return Ok(Some((None, String::new())));
        }
        let identity = grants::identity(context, grant, Some(&witness)).await?;
        let listed = grants::listed(context, &witness, &identity.user_id).await?.grants();
        Ok::<_, Failure>(listed.map(|grants| (Some(grants.len()), identity.username)))
    };
    let app = &context.config.salesforce.connected_app;
    let list = grants::list_name(context);
    match asked.await {
        Ok(Some((None, _))) => grants::of_other_kind(context, failure),
        Ok(Some((Some(0), user))) => {
            failure.hint(format!("{list} knows no grant of {user} for an app called \"{app}\" either"))
        }
        Ok(Some((Some(count), user))) => failure.hint(format!(
            "{list} knows {count} grant(s) of {user} for \"{app}\", which the page does not show: revoke by API: --revoke-via api"
        )),
        Ok(None) => failure.hint("the org's API could not be asked whether it knows the app"),
        Err(error) => {
            tracing::info!(%error, "no witness by API");
            failure.hint("the org's API could not be asked whether it knows the app")
        }
    }
}

/// The org's hosts, which Setup's address is made of.
pub(super) fn known_hosts(grant: &LiveGrant) -> Result<OrgHosts, Failure> {
    grant.hosts.clone().ok_or_else(|| {
        Failure::usage(
            "salesforce.my_domain_unknown",
            "the org's My Domain is not known: the instance's token does not tell it",
        )
        .hint("set `salesforce.my_domain`, e.g. \"https://acme--qa.sandbox.my.salesforce.com\"")
    })
}

/// The browser's session, for the org's API; for Connect REST rather the access token that the
/// account is configured with, where it is.
pub(super) async fn setup_session(
    context: &Context,
    window: &Session,
    hosts: &OrgHosts,
    account: &Account,
) -> Result<Option<Witness>, Failure> {
    if let (AppKind::ExternalClient, Login::Frontdoor { access_token }) =
        (context.config.salesforce.app_kind, &account.login)
    {
        let bearer = access_token.clone();
        return Ok(Some(grants::witness(context, hosts, bearer, "configured access token")));
    }
    let bearer = window.cookie(&hosts.my_domain, "sid", "Setup session").await?;
    Ok(bearer.map(|bearer| grants::witness(context, hosts, bearer, "Setup session")))
}
