//! Step 10: the instance gets the code, by PATCH, or by PUT where PATCH is refused or leaves the
//! instance dead. A code is sent once: every further attempt gets a fresh one. After an answer that
//! leaves doubt the instance is asked, not assumed.

use std::time::Duration;

use backon::Retryable as _;

use super::context::{Context, Step};
use super::in_flight::BASELINE_FILE;
use super::patience::{PATIENCE, Unsettled, questions};
use super::proofs::{AuthorizationCode, DeadGrant};
use super::{authorize, oauth_url};
use crate::cloud_elements::{CloudElementsError, HubAnswer, PutForm, put_body};
use crate::config::ReauthenticateVia;
use crate::failure::Failure;
use crate::journal::Phase;
use crate::report::{Event, StepId};
use crate::salesforce::Cause;
use crate::salesforce::pages::Notes as _;
use crate::secrets::Secret;

/// How the code is given to the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Method {
    Patch,
    Put(PutForm),
}

impl Method {
    fn name(self) -> &'static str {
        match self {
            Self::Patch => "patch",
            Self::Put(_) => "put",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Patch => "PATCH /instances",
            Self::Put(PutForm::Documented) => "PUT /instances/{id}?reAuthenticate=true",
            Self::Put(PutForm::Article) => "PUT /instances",
        }
    }
}

/// How an attempt ended that did not bring the instance back.
struct Refusal {
    method: Method,
    why: String,
    status: Option<u16>,
}

/// Brings the instance back: authorises as often as there are ways to try, and ends with the
/// instance alive.
pub async fn reauthenticate(context: &Context, dead: &DeadGrant) -> Result<(), Failure> {
    let mut refusals: Vec<Refusal> = Vec::new();
    let mut next = first(context.config.run.reauthenticate_via);
    while let Some(method) = next {
        let url = oauth_url::ask(context).await?;
        let code = authorize::authorize(context, url).await?;
        let mut refusal = None;
        let step = context
            .step(StepId::Reauthenticate, async |step| {
                refusal = attempt(context, step, dead, method, code).await?;
                match &refusal {
                    None => Ok(((), format!("by {}", method.title()))),
                    Some(refusal) => Err(refused(std::slice::from_ref(refusal))),
                }
            })
            .await;
        let Some(refusal) = refusal else {
            step?;
            context.events.send(Event::ReauthenticatedVia(method.name()));
            return Ok(());
        };
        next = after(context.config.run.reauthenticate_via, &refusal);
        refusals.push(refusal);
    }
    Err(refused(&refusals))
}

fn refused(refusals: &[Refusal]) -> Failure {
    let message = tried(refusals);
    // What was said last counts: it was said of the latest code.
    if let Some(cause) = refusals.iter().rev().find_map(|refusal| Cause::told_in(&refusal.why)) {
        return cause.failure(&message);
    }
    let was_put = refusals.iter().any(|refusal| matches!(refusal.method, Method::Put(_)));
    let next = if was_put {
        "every way was refused: look at the instance in the platform's console, then run `reauth restore`"
    } else {
        "run `reauth restore --reauthenticate-via put`"
    };
    Failure::scenario("scenario.not_reauthenticated", message)
        .hint(next)
        .hint("the request ids let the platform's support find the calls")
}

fn tried(refusals: &[Refusal]) -> String {
    let tried: Vec<String> = refusals
        .iter()
        .map(|refusal| format!("{}: {}", refusal.method.title(), refusal.why))
        .collect();
    format!("the platform did not take the code ({})", tried.join("; "))
}

fn first(via: ReauthenticateVia) -> Option<Method> {
    Some(match via {
        ReauthenticateVia::Auto | ReauthenticateVia::Patch => Method::Patch,
        ReauthenticateVia::Put => Method::Put(PutForm::Documented),
    })
}

/// What is tried after a refusal: PUT after PATCH where that is allowed; the article's form of PUT
/// where the platform does not know the documented one.
///
/// Nothing, where Salesforce would refuse another code for the same reason: each way costs a login or
/// an approval.
fn after(via: ReauthenticateVia, refusal: &Refusal) -> Option<Method> {
    // What a call through the instance was answered may still speak of the old grant.
    let is_of_the_code = refusal.status.is_some();
    if is_of_the_code && Cause::told_in(&refusal.why).is_some_and(|cause| cause.is_lasting) {
        return None;
    }
    match refusal.method {
        Method::Patch if via == ReauthenticateVia::Auto => Some(Method::Put(PutForm::Documented)),
        Method::Put(PutForm::Documented)
            if matches!(refusal.status, Some(400 | 404 | 405 | 501)) =>
        {
            Some(Method::Put(PutForm::Article))
        }
        _ => None,
    }
}

/// Sends the code once; `None`: the instance works.
async fn attempt(
    context: &Context,
    step: &Step<'_>,
    dead: &DeadGrant,
    method: Method,
    code: AuthorizationCode,
) -> Result<Option<Refusal>, Failure> {
    step.fact("method", method.name());
    step.fact("request", method.title());
    // What a PUT sends back, and what is kept, is the instance while it was whole.
    let instance = context.baseline(&dead.instance);
    // Also where the instance was found dead and the journal knows nothing of it yet.
    context.about_to_cut(dead.instance.id)?;
    if context.has_kept_baseline() {
        step.evidence(BASELINE_FILE.to_owned());
    }
    context.has_come_to(Phase::Reauthenticating);
    step.progress(&format!("sending the code by {}", method.title()));
    let token = &dead.instance.token;
    let sent = match method {
        Method::Patch => context.platform.patch_code(token, code.0).await,
        Method::Put(form) => {
            let salesforce = &context.config.salesforce;
            let fill = [
                ("oauth.api.key", salesforce.consumer_key.as_str()),
                ("oauth.api.secret", salesforce.consumer_secret.expose()),
            ];
            let body = put_body(&instance.raw, code.0, &fill)?;
            context.platform.put(instance.id, token, body, form).await
        }
    };
    let refused = match sent {
        Ok(()) => None,
        // Nothing usable came back: the instance is asked all the same.
        Err(error @ CloudElementsError::Http(_)) if error.was_not_sent() => {
            return Err(error.into());
        }
        Err(error) => Some(error),
    };
    let status = refused.as_ref().and_then(CloudElementsError::status);
    if let Some(status) = status {
        step.fact("refused_with_status", status);
    }
    let patience = if is_settled(refused.as_ref()) { Duration::ZERO } else { PATIENCE };
    let why = match asked(context, token, patience).await? {
        HubAnswer::Record { .. } if has_same_token(context, dead).await? => {
            let accepted = refused.map_or_else(|| "accepted".to_owned(), |error| error.to_string());
            format!(
                "{accepted}; the instance answers, but with the access token that it had before"
            )
        }
        HubAnswer::Record { .. } => {
            context.events.send(Event::Seen(Some(true)));
            if let Some(error) = refused {
                step.warn(
                    "cloud_elements.unclear_answer",
                    format!("{error}; but the instance works, so the code was taken"),
                );
            }
            context.nothing_in_flight();
            return Ok(None);
        }
        HubAnswer::Unauthenticated { message, .. } => refused.map_or_else(
            || format!("accepted, but the instance is still not authenticated ({message})"),
            |error| error.to_string(),
        ),
    };
    context.events.send(Event::Seen(Some(false)));
    step.fact("refused", why.clone());
    Ok(Some(Refusal { method, why, status }))
}

/// Whether the platform still shows the access token of the grant that is dead: then it answers from
/// a cache, and has no other grant.
async fn has_same_token(context: &Context, dead: &DeadGrant) -> Result<bool, Failure> {
    let Some(old) = dead.instance.user_token.readable() else { return Ok(false) };
    let now = context.platform.instance_with_token(&dead.instance.token).await?;
    Ok(now.user_token.readable() == Some(old))
}

/// Whether the platform's answer leaves nothing to wait for: it refused (4xx). After anything else
/// the code may still be on its way, and another would make a second grant.
fn is_settled(refused: Option<&CloudElementsError>) -> bool {
    refused
        .and_then(CloudElementsError::status)
        .is_some_and(|status| (400..500).contains(&status) && status != 408)
}

/// Calls through the instance until it works, or the patience is over.
async fn asked(
    context: &Context,
    token: &Secret,
    patience: Duration,
) -> Result<HubAnswer, Failure> {
    let answer = (|| async {
        match context.platform.read_record(token).await {
            Ok(answer @ HubAnswer::Record { .. }) => Ok(answer),
            Ok(answer @ HubAnswer::Unauthenticated { .. }) => Err(Unsettled::NotYet(answer)),
            Err(error) => Err(Unsettled::Failed(error.into())),
        }
    })
    .retry(questions(patience).with_max_delay(Duration::from_secs(1)))
    .when(Unsettled::may_settle)
    .await;
    match answer {
        Ok(answer) | Err(Unsettled::NotYet(answer)) => Ok(answer),
        Err(Unsettled::Failed(failure)) => Err(failure),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ways_in_their_order() {
        let refusal = |method, status| Refusal { method, why: String::new(), status };
        let documented = Method::Put(PutForm::Documented);
        let article = Method::Put(PutForm::Article);
        for (via, method, status, expected) in [
            (ReauthenticateVia::Auto, Method::Patch, Some(409), Some(documented)),
            (ReauthenticateVia::Auto, Method::Patch, None, Some(documented)),
            (ReauthenticateVia::Patch, Method::Patch, Some(400), None),
            (ReauthenticateVia::Put, documented, Some(405), Some(article)),
            (ReauthenticateVia::Put, documented, Some(500), None),
            (ReauthenticateVia::Put, documented, None, None),
            (ReauthenticateVia::Put, article, Some(405), None),
        ] {
            assert_eq!(
                after(via, &refusal(method, status)),
                expected,
                "{via:?} {method:?} {status:?}"
            );
        }
        for (why, expected) in [
            ("expired authorization code", Some(documented)),
            ("invalid_grant: ip restricted", None),
        ] {
            let why = why.to_owned();
            let refusal = Refusal { method: Method::Patch, why, status: Some(400) };
            assert_eq!(after(ReauthenticateVia::Auto, &refusal), expected, "{}", refusal.why);
        }
        assert_eq!(first(ReauthenticateVia::Put), Some(documented));
        assert_eq!(first(ReauthenticateVia::Auto), Some(Method::Patch));
    }
}
