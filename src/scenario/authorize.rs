//! Step 9: the browser logs in, approves, and comes back with a code for our callback.

use url::Url;

use super::context::Context;
use super::person::Expected;
use super::proofs::{AuthorizationCode, ReceivedOauthUrl};
use crate::browser::is_answered_here;
use crate::failure::Failure;
use crate::report::StepId;
use crate::salesforce::pages::{self, Notes as _};

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
            let mut picture = None;
            let expected = Expected::at_authorisation(context, step, account, &oauth_url.url);
            let arrival = expected
                .visit(&window, async || {
                    pages::authorize(&mut visitor, &oauth_url.url, async |session| {
                        expected.check(session).await?;
                        approvals += 1;
                        step.progress("approving the app");
                        picture = session.screenshot().await.ok();
                        Ok(())
                    })
                    .await
                    // Also one that is not used, because it is somebody else's.
                    .inspect(|callback| drop(learn_code(context, callback)))
                })
                .await?;
            for (png, detail) in [(visitor.take_picture(), "login"), (picture, "approval")] {
                if let Some(png) = png {
                    step.picture(&png, Some(detail));
                }
            }
            let code = read_code(context, &arrival, &oauth_url.state)?;
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
fn read_code(
    context: &Context,
    callback: &Url,
    state: &str,
) -> Result<crate::secrets::Secret, Failure> {
    // Learnt before anything can fail: the URL may end up in a log.
    let code = learn_code(context, callback);
    if value_of(callback, "state").unwrap_or_default() != state {
        return Err(Failure::scenario(
            "salesforce.foreign_state",
            "the callback came with another state than the OAuth URL had: the code is not an answer to our request and was not used",
        )
        .hint("somebody else's login may have been finished in this browser; run again"));
    }
    code.filter(|code| !code.is_empty()).ok_or_else(|| {
        Failure::scenario("salesforce.no_code", "the callback was opened without a code")
            .hint("look at the app's OAuth flow settings: the web server flow has to be enabled")
    })
}

fn learn_code(context: &Context, callback: &Url) -> Option<crate::secrets::Secret> {
    value_of(callback, "code").map(|code| context.redactor.learn("authorization code", code))
}

fn value_of(callback: &Url, name: &str) -> Option<String> {
    callback.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}
