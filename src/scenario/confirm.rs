//! Step 7: both sides say that the grant is dead. Salesforce: the old tokens no longer work, and
//! its list no longer has the grant. Cloud Elements: a call through the instance answers 401, with
//! the header that worked earlier in this run, while the instance is still there.

use std::time::Duration;

use backon::{ExponentialBuilder, Retryable as _};
use serde_json::json;
use tokio::time::Instant;

use super::context::{Context, Step};
use super::grants;
use super::proofs::{CutGrant, DeadGrant};
use crate::cloud_elements::HubAnswer;
use crate::config::AppKind;
use crate::failure::Failure;
use crate::journal::Phase;
use crate::report::{Event, StepId};
use crate::salesforce::UserInfoAnswer;

/// Why the two sides are asked once more.
enum Disagreement {
    /// One of them still says that the grant lives.
    NotYet { side: &'static str, said: String },
    /// Asking failed.
    Failed(Failure),
}

/// Asks both sides until they agree, or `settle` is over.
pub async fn confirm(context: &Context, cut: CutGrant, phase: Phase) -> Result<DeadGrant, Failure> {
    context
        .step(StepId::ConfirmRevoked, async |step| {
            let began = Instant::now();
            let settle = context.config.run.settle;
            let questions = ExponentialBuilder::default()
                .with_min_delay(Duration::from_millis(100))
                .with_max_delay(Duration::from_secs(5))
                .with_total_delay(Some(settle))
                .without_max_times()
                .with_jitter();
            let answer = (|| both_sides(context, step, &cut))
                .retry(questions)
                .when(|error| matches!(error, Disagreement::NotYet { .. }))
                .notify(|error, _| {
                    if let Disagreement::NotYet { side, said } = error {
                        tracing::info!(side, said, "the grant still lives, asking again");
                    }
                })
                .await;
            let platform_said = match answer {
                Ok(said) => said,
                Err(Disagreement::Failed(failure)) => return Err(failure),
                Err(Disagreement::NotYet { side, said }) => {
                    return Err(Failure::scenario(
                        "scenario.still_alive",
                        format!("{side} still says that the grant lives, {} s after the revocation: {said}", settle.as_secs()),
                    )
                    .hint("the platform may hold another grant than the one that was cut (another user, another app)")
                    .hint("a slow org may need longer: --settle 5m"));
                }
            };
            let delay = began.elapsed();
            context.events.send(Event::Seen(Some(false)));
            context.has_come_to(phase);
            step.fact("settled_after_ms", u64::try_from(delay.as_millis()).unwrap_or(u64::MAX));
            step.fact("platform_said", platform_said);
            let summary = format!("both sides say that it is dead, after {:.1} s", delay.as_secs_f64());
            let before = cut.before;
            Ok((DeadGrant { instance: before.instance.clone(), before: Some(before) }, summary))
        })
        .await
}

async fn both_sides(
    context: &Context,
    step: &Step<'_>,
    cut: &CutGrant,
) -> Result<String, Disagreement> {
    let (salesforce, platform) =
        tokio::join!(salesforce_side(context, cut), platform_side(context, cut));
    step.fact("salesforce", json!(salesforce?));
    platform
}

/// What each witness on Salesforce's side says; there must be at least one.
async fn salesforce_side(
    context: &Context,
    cut: &CutGrant,
) -> Result<Vec<&'static str>, Disagreement> {
    let grant = &cut.before;
    let oauth = context.oauth(grant.hosts.as_ref());
    let mut witnesses = Vec::new();
    if let Some(token) = grant.instance.user_token.readable() {
        match oauth.userinfo(token).await {
            Ok(UserInfoAnswer::Dead) => witnesses.push("userinfo: access token is dead"),
            Ok(UserInfoAnswer::Alive(user)) => {
                return Err(not_yet(
                    "Salesforce",
                    format!("userinfo answers as {}", user.username),
                ));
            }
            Err(error) => return Err(Disagreement::Failed(error.into())),
        }
    }
    if let Some(token) = grant.instance.user_refresh_token.readable() {
        match oauth.introspect(token).await {
            Ok(answer) if answer.active => {
                return Err(not_yet(
                    "Salesforce",
                    "introspection calls the refresh token active".into(),
                ));
            }
            Ok(_) => witnesses.push("introspection: refresh token is not active"),
            // One witness among others: not every app may introspect.
            Err(error) => tracing::info!(%error, "no witness by introspection"),
        }
    }
    if let Some(left) = &cut.witness
        && let Some(rows) = grants::listed(context, &left.witness, &left.user_id)
            .await
            .map_err(Disagreement::Failed)?
            .grants()
    {
        let list = grants::list_name(context);
        if rows.len() > left.expected {
            let said = format!("{list} lists {} grants, expected {}", rows.len(), left.expected);
            return Err(not_yet("Salesforce", said));
        }
        witnesses.push(match context.config.salesforce.app_kind {
            AppKind::Connected => "OauthToken: the grant is no longer listed",
            AppKind::ExternalClient => "Connect REST: the grant is no longer listed",
        });
    }
    if witnesses.is_empty() {
        return Err(Disagreement::Failed(
            Failure::scenario(
                "salesforce.no_witness",
                "nobody on Salesforce's side could be asked: the platform masks the tokens, and the org's API does not answer",
            )
            .hint("give the user who works in Setup the permission API Enabled"),
        ));
    }
    Ok(witnesses)
}

async fn platform_side(context: &Context, cut: &CutGrant) -> Result<String, Disagreement> {
    let instance = &cut.before.instance;
    let failed =
        |error: crate::cloud_elements::CloudElementsError| Disagreement::Failed(error.into());
    match context.platform.read_record(&instance.token).await.map_err(failed)? {
        HubAnswer::Record { .. } => Err(not_yet(
            "Cloud Elements",
            "a call through the instance still reads a record".into(),
        )),
        HubAnswer::Unauthenticated { message, .. } => {
            // Still there for its owner: so the 401 is about the grant and nothing else.
            context.platform.instance(instance.id).await.map_err(failed)?;
            Ok(message)
        }
    }
}

fn not_yet(side: &'static str, said: String) -> Disagreement {
    Disagreement::NotYet { side, said }
}
