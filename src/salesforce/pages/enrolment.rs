//! The page on which a passkey is created. The new one is on disk before Salesforce hears of it:
//! whatever ends us meanwhile, there is no passkey that is registered and lost.

use tokio::time::Instant;

use super::PageError;
use super::visitor::{Arrival, Visitor, place};
use crate::browser::{Created, Credential, Seen};
use crate::salesforce::passkey::PasskeyError;

/// Where an org's My Domain has the page.
pub const ENROLMENT_PATH: &str = "/_ui/identity/webauthn/AddPasskeyUi";

/// Creates a passkey on the page that is shown, and goes on until one of `wanted`. `keep` puts the
/// new credential on disk; only then the page is given it. `keep` is called again with a credential
/// that the page was seen to have been given already.
///
/// # Errors
/// [`PasskeyError`]: refused, or not answered; [`PageError::UntrustedOrigin`]; what comes afterwards.
pub async fn enrol(
    visitor: &mut Visitor<'_>,
    seen: &Seen,
    wanted: &[&str],
    keep: impl FnOnce(Credential) -> Result<(), PasskeyError>,
) -> Result<Arrival, PageError> {
    let mut deadline = Instant::now() + visitor.limit();
    if !visitor.may_approve(seen) {
        return Err(PageError::UntrustedOrigin { origin: seen.origin.clone() });
    }
    let refused = |username: &str, said: String| PasskeyError::EnrolmentRefused {
        username: username.to_owned(),
        said,
    };
    let session = visitor.session();
    // The authenticator creates none beside one that the page excludes: the one that is replaced.
    session.remove_credentials().await?;
    session.hold_created().await?;
    session.set_aside(seen).await?;
    let create = visitor.element(seen, "create")?.clone();
    session.click(&create).await?;
    let created = session.created(deadline).await?;
    if let Created::Refused(name) = created {
        return Err(refused(visitor.username(), format!("the browser says {name}")).into());
    }
    let Some(credential) = session.credentials().await?.into_iter().next() else {
        return Err(refused(visitor.username(), "the page created none".to_owned()).into());
    };
    keep(credential)?;
    session.release_created().await?;
    let wanted = [wanted, &[seen.page.as_str()]].concat();
    loop {
        let arrival = visitor.go_on_until(&wanted, &mut deadline).await?;
        let Arrival::Page(shown) = &arrival else { return Ok(arrival) };
        if shown.page != seen.page {
            return Ok(arrival);
        }
        let said = shown.text("error").filter(|said| !said.is_empty());
        match (shown.document != seen.document, said) {
            (_, Some(said)) => return Err(refused(visitor.username(), said.to_owned()).into()),
            // It may have taken the passkey all the same.
            (true, None) => {
                let username = visitor.username().to_owned();
                let place = place(&shown.url);
                return Err(PasskeyError::EnrolmentUnanswered { username, place }.into());
            }
            // It says something else while it works.
            (false, None) => session.set_aside(shown).await?,
        }
    }
}
