//! Step 9: the browser logs in, approves, and comes back with a code for our callback.

use std::borrow::Cow;

use url::Url;

use super::context::Context;
use super::person::Expected;
use super::proofs::{AuthorizationCode, ReceivedOauthUrl};
use crate::browser::is_answered_here;
use crate::failure::Failure;
use crate::report::StepId;
use crate::salesforce::pages::{self, Notes as _};
use crate::secrets::{Redactor, Secret};

/// Goes through whatever pages come and takes the code from the URL that the browser tried to open.
pub async fn authorize(
    context: &Context,
    oauth_url: ReceivedOauthUrl,
) -> Result<AuthorizationCode, Failure> {
    context
        .step(StepId::Authorize, async |step| {
            let account = &context.config.salesforce.user;
            let window = context.window(step, account).await?;
            let mut visitor = context.browsers.visitor(&window, account, step);
            let mut approvals = 0;
            let mut approval = None;
            let expected = Expected::at_authorisation(context, step, account, &oauth_url.url);
            let arrival = expected
                .visit(&window, async || {
                    pages::authorize(&mut visitor, &oauth_url.url, async |session| {
                        expected.check(session).await?;
                        approvals += 1;
                        step.progress("approving the app");
                        approval = session.view().await.ok();
                        Ok(())
                    })
                    .await
                    // Also one that is not used, because it is somebody else's.
                    .inspect(|callback| drop(learn_codes(&context.redactor, callback)))
                })
                .await?;
            for (view, detail) in [(visitor.take_login_view(), "login"), (approval, "approval")] {
                if let Some(view) = view {
                    step.view(&view, detail);
                }
            }
            let code = read_code(&context.redactor, &arrival, &oauth_url.state)?;
            step.fact("approval_shown", approvals > 0);
            let how = if approvals > 0 { "approved" } else { "already approved by this user" };
            // What holds: a remote browser's proxy, for one, is not ours to keep from the code.
            let capture = match (is_answered_here(&arrival), &context.config.browser.webdriver_url)
            {
                (true, _) => "code received by our own listener",
                (false, None) => "code received, callback host kept out of reach",
                (false, Some(_)) => "code received",
            };
            Ok((AuthorizationCode(code), format!("{how}; {capture}")))
        })
        .await
}

/// Reads the code from the callback's URL (RFC 6749 section 4.1.2), decoded once.
fn read_code(redactor: &Redactor, callback: &Url, state: &str) -> Result<Secret, Failure> {
    // Learnt before anything can fail: the URL may end up in a log.
    let mut codes = learn_codes(redactor, callback);
    let states: Vec<_> = values_of(callback, "state").collect();
    let is_ours = match states.as_slice() {
        [] => state.is_empty(),
        [seen] => seen == state,
        _ => false,
    };
    if !is_ours {
        return Err(Failure::scenario(
            "salesforce.foreign_state",
            "the callback came with another state than the OAuth URL had: the code is not an answer to our request and was not used",
        )
        .hint("somebody else's login may have been finished in this browser; run again"));
    }
    let count = codes.len();
    let code = codes.pop().filter(|code| count == 1 && !code.is_empty());
    code.ok_or_else(|| {
        let seen = match count {
            0 | 1 => "without a code".to_owned(),
            count => format!("with {count} codes, of which none was used"),
        };
        Failure::scenario("salesforce.no_code", format!("the callback was opened {seen}"))
            .hint("look at the app's OAuth flow settings: the web server flow has to be enabled")
    })
}

/// Every code of a callback, also one that nobody will use: it is a secret all the same.
pub(super) fn learn_codes(redactor: &Redactor, callback: &Url) -> Vec<Secret> {
    values_of(callback, "code").map(|code| redactor.learn("authorization code", code)).collect()
}

fn values_of<'url>(callback: &'url Url, name: &str) -> impl Iterator<Item = Cow<'url, str>> {
    callback.query_pairs().filter(move |(key, _)| key == name).map(|(_, value)| value)
}

#[cfg(test)]
mod tests;
