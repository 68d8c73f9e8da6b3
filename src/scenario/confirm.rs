//! Step 7: everybody who can be asked says that the grant is dead. Salesforce: the old tokens no
//! longer work, and its list no longer has the grant. Cloud Elements: a call through the instance
//! answers 401, with the header that worked earlier in this run, while the instance is still there.

use std::time::Duration;

use backon::Retryable as _;
use tokio::time::Instant;

use super::context::{Context, Step};
use super::patience::{Unsettled, questions};
use super::proofs::{CutGrant, DeadGrant};
use super::witnesses::{self, Says, Testimonies, Verdict};
use crate::failure::Failure;
use crate::journal::Phase;
use crate::report::{Event, StepId};

/// Asks all witnesses until they agree, or `settle` is over.
pub async fn confirm(context: &Context, cut: CutGrant, phase: Phase) -> Result<DeadGrant, Failure> {
    context
        .step(StepId::ConfirmRevoked, async |step| {
            let began = Instant::now();
            let settle = context.config.run.settle;
            let answer = (|| all_witnesses(context, step, &cut))
                .retry(questions(settle))
                .when(Unsettled::may_settle)
                .notify(|error, _| match error {
                    Unsettled::NotYet(testimonies) => {
                        tracing::info!(%testimonies, "not everybody says that it is dead, asking again");
                    }
                    Unsettled::Failed(failure) => {
                        tracing::info!(%failure, "not everybody could be asked, asking again");
                    }
                })
                .await;
            let testimonies = match answer {
                Ok(testimonies) => testimonies,
                Err(Unsettled::Failed(failure)) => return Err(failure),
                Err(Unsettled::NotYet(testimonies)) => {
                    context.learn(|learnt| learnt.settle_over = true);
                    return Err(still_alive(&testimonies, settle));
                }
            };
            let delay = began.elapsed();
            context.events.send(Event::Seen(Some(false)));
            context.has_come_to(phase);
            step.fact("settled_after_ms", u64::try_from(delay.as_millis()).unwrap_or(u64::MAX));
            step.fact("platform_said", testimonies.platform().words.clone());
            let summary = format!("both sides say that it is dead, after {:.1} s", delay.as_secs_f64());
            let before = cut.before;
            Ok((DeadGrant { instance: before.instance.clone(), before: Some(before) }, summary))
        })
        .await
}

async fn all_witnesses(
    context: &Context,
    step: &Step<'_>,
    cut: &CutGrant,
) -> Result<Testimonies, Unsettled<Testimonies>> {
    let grant = &cut.before;
    let (platform, (userinfo, introspection), list) = tokio::join!(
        witnesses::platform(context, &grant.instance),
        witnesses::tokens(context, grant.hosts.as_ref(), &grant.instance),
        witnesses::list_after(context, cut.witness.as_ref()),
    );
    let platform = platform.map_err(Unsettled::Failed)?;
    let mut testimonies = Testimonies::new(platform, [userinfo, introspection, list]);
    step.fact("witnesses", testimonies.to_json());
    match testimonies.verdict() {
        Verdict::Agreed(Says::Dead) => Ok(testimonies),
        Verdict::Agreed(_) | Verdict::Disagreed => Err(Unsettled::NotYet(testimonies)),
        Verdict::OneSided if testimonies.platform().says == Says::Alive => {
            Err(Unsettled::NotYet(testimonies))
        }
        Verdict::OneSided => {
            let failure = testimonies.take_failure().unwrap_or_else(|| no_witness(&testimonies));
            Err(Unsettled::Failed(failure))
        }
    }
}

fn no_witness(testimonies: &Testimonies) -> Failure {
    Failure::scenario(
        "salesforce.no_witness",
        format!("nobody on Salesforce's side could say whether the grant is dead: {testimonies}"),
    )
    .hint("give the user who works in Setup the permission API Enabled")
}

fn still_alive(testimonies: &Testimonies, settle: Duration) -> Failure {
    let after = format!("{} s after the revocation", settle.as_secs());
    let failure = if testimonies.verdict() == Verdict::Disagreed {
        Failure::scenario(
            "scenario.witnesses_disagree",
            format!("{after} not everybody says that the grant is dead: {testimonies}"),
        )
    } else {
        Failure::scenario(
            "scenario.still_alive",
            format!("{after} everybody still says that the grant lives: {testimonies}"),
        )
    };
    let failure = match testimonies.platform().says {
        Says::Alive => failure.hint("the platform may hold another grant than the one that was cut (another user, another app), or answer from a cache"),
        Says::Dead | Says::Nothing => failure.hint("the platform lost its grant all the same: whoever still says that it lives is late, or speaks of another grant"),
    };
    failure.hint("a slow org may need longer: --settle 5m")
}
