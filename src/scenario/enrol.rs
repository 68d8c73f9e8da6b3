//! `reauth passkey enroll`: a user gets a passkey that is ours to show. No instance is touched.

use std::cell::Cell;

use jiff::Timestamp;
use url::Url;

use super::context::Context;
use crate::browser::{Credential, Seen};
use crate::config::{Account, PasskeyAt};
use crate::failure::Failure;
use crate::report::StepId;
use crate::salesforce::OrgHosts;
use crate::salesforce::pages::{self, Arrival, ENROLMENT_PATH, Notes as _, PageError, Visitor};
use crate::salesforce::passkey::{Passkey, PasskeyError, PasskeyFile};

const HOME: &str = "home";
const ENROLMENT: &str = "passkey-enrolment";

/// Who is to have a passkey, and where it goes.
#[derive(Debug)]
pub struct Enrolment {
    /// The user.
    pub account: Account,
    /// Where it is kept.
    pub file: PasskeyFile,
    /// Whether one that is kept there may be replaced.
    pub force: bool,
}

/// A passkey that Salesforce has taken.
#[derive(Debug)]
pub struct Enrolled {
    /// What is in the file.
    pub passkey: Passkey,
    /// The file.
    pub file: PasskeyFile,
}

/// Logs in, creates a passkey where Salesforce has its page for that, keeps it, and logs in with it
/// in a new browser.
///
/// # Errors
/// A [`Failure`]. A passkey that Salesforce may have taken is on disk, and named.
pub async fn enrol(context: &Context, enrolment: Enrolment) -> Result<Enrolled, Failure> {
    let Enrolment { account, file, force } = enrolment;
    let pending = file.pending();
    // Before anything is looked for: somebody else's enrolment may be about to put it there.
    let _lock = file.lock_for_enrolment()?;
    if !force {
        if file.is_there() {
            return Err(PasskeyError::Exists { path: file.path().to_owned() }.into());
        }
        if pending.is_there() {
            return Err(PasskeyError::LeftHalfWay { path: pending.path().to_owned() }.into());
        }
    }
    file.check_folder()?;
    let account = without_useless_passkey(context, account, &file, force)?;
    context
        .step(StepId::EnrollPasskey, async |step| {
            let window = context.window(step, &account).await?;
            window.add_authenticator().await?;
            let mut visitor = context.browsers.visitor(&window, &account, step);
            let seen = reach(context, &mut visitor).await?;
            step.photograph(&window, "page").await;
            let kept = Cell::new(false);
            let keep = |credential: Credential| {
                let created_at = Timestamp::now();
                let passkey =
                    Passkey { credential, username: account.username.clone(), created_at };
                if force {
                    pending.write(&passkey)?;
                } else {
                    pending.write_new(&passkey)?;
                }
                kept.set(true);
                step.progress("the passkey is kept, and given to Salesforce");
                Ok(())
            };
            step.progress("creating a passkey");
            let arrival = pages::enrol(&mut visitor, &seen, &[HOME], keep).await;
            if let Some(view) = visitor.take_login_view() {
                step.view(&view, "login");
            }
            if let Err(error) = arrival {
                return Err(not_enrolled(error, kept.get(), &pending));
            }
            pending.replace(&file)?;
            let passkey = file.read(&context.redactor)?;
            step.fact("host", passkey.host());
            step.fact("user", passkey.username.as_str());
            step.fact("credential", format!("{}…", passkey.id_beginning()));
            step.fact("file", file.path().display().to_string());
            let summary = format!("{} has one for {}", passkey.username, passkey.host());
            Ok(((), summary))
        })
        .await?;
    let proved = prove(context, &account, &file).await;
    let passkey = proved.map_err(|failure| {
        failure.hint(format!("the new passkey was taken, and is kept at {}", file.path().display()))
    })?;
    Ok(Enrolled { passkey, file })
}

/// The account as it is logged in for the enrolment: with the passkey that it has, unless that one
/// is not there yet, or cannot be used and is to be replaced.
fn without_useless_passkey(
    context: &Context,
    account: Account,
    file: &PasskeyFile,
    force: bool,
) -> Result<Account, Failure> {
    let Some(PasskeyAt::File(path)) = &account.passkey else { return Ok(account) };
    match PasskeyFile::at(path).read(&context.redactor) {
        Ok(_) => Ok(account),
        Err(PasskeyError::Missing { .. }) => Ok(Account { passkey: None, ..account }),
        Err(error) if force && path == file.path() => {
            context.events.warn("passkey.replaced", format!("{error}: it is replaced"));
            Ok(Account { passkey: None, ..account })
        }
        Err(error) => Err(error.into()),
    }
}

/// Goes to the page on which a passkey is created: the login leads there where the org demands one;
/// else it is opened.
async fn reach(context: &Context, visitor: &mut Visitor<'_>) -> Result<Seen, Failure> {
    let shown = match visitor.go(front(context).as_str(), &[HOME, ENROLMENT]).await? {
        Arrival::Page(shown) => shown,
        Arrival::Callback(url) => return Err(not_offered(visitor, &url)),
    };
    if shown.page == ENROLMENT {
        return Ok(shown);
    }
    let my_domain = match &context.config.salesforce.my_domain {
        Some(my_domain) => my_domain.clone(),
        None => OrgHosts::from_any(&shown.url)?.my_domain,
    };
    let page = my_domain.join(ENROLMENT_PATH).unwrap_or(my_domain);
    match visitor.go(page.as_str(), &[HOME, ENROLMENT]).await {
        Ok(Arrival::Page(shown)) if shown.page == ENROLMENT => Ok(shown),
        Ok(_) | Err(PageError::SetupForbidden { .. }) => Err(not_offered(visitor, &page)),
        Err(error) => Err(error.into()),
    }
}

fn not_offered(visitor: &Visitor<'_>, page: &Url) -> Failure {
    let place = format!("{}{}", page.host_str().unwrap_or_default(), page.path());
    PasskeyError::NotOffered { username: visitor.username().to_owned(), place }.into()
}

/// Where the user logs in: at the org itself, if it is known, so that the session is the org's.
fn front(context: &Context) -> &Url {
    let salesforce = &context.config.salesforce;
    salesforce.my_domain.as_ref().unwrap_or(&salesforce.login_url)
}

/// What is to be said of a new passkey that was not seen to be taken. One that was refused is
/// removed; of any other nobody knows.
fn not_enrolled(error: PageError, is_kept: bool, pending: &PasskeyFile) -> Failure {
    let is_refused = matches!(&error, PageError::Passkey(PasskeyError::EnrolmentRefused { .. }));
    let failure = Failure::from(error);
    if !is_kept {
        return failure;
    }
    if is_refused {
        return match pending.remove() {
            Ok(()) => failure,
            Err(error) => failure.hint(format!("{error}: remove it, it is good for nothing")),
        };
    }
    failure.hint(format!(
        "whether Salesforce has taken the new passkey was not seen; it is at {}: keep it until you know",
        pending.path().display()
    ))
}

/// Logs in with the passkey, in a browser that knows nothing of the other.
async fn prove(
    context: &Context,
    account: &Account,
    file: &PasskeyFile,
) -> Result<Passkey, Failure> {
    context.close_browsers().await;
    let passkey = Some(PasskeyAt::File(file.path().to_owned()));
    let account = Account { passkey, ..account.clone() };
    context
        .step(StepId::ProvePasskey, async |step| {
            let window = context.window(step, &account).await?;
            let before = file.read(&context.redactor)?;
            let mut visitor = context.browsers.visitor(&window, &account, step);
            visitor.go(front(context).as_str(), &[HOME]).await?;
            step.photograph(&window, "home").await;
            let passkey = file.read(&context.redactor)?;
            let was_asked = passkey.credential.sign_count > before.credential.sign_count;
            step.fact("asked_for_it", was_asked);
            step.fact("counter", passkey.credential.sign_count);
            let summary = if was_asked {
                "it was asked for, and taken"
            } else {
                step.warn(
                    "passkey.not_asked",
                    "Salesforce let the user in without asking for the passkey: that it works is not proved".to_owned(),
                );
                "it was not asked for"
            };
            Ok((passkey, summary.to_owned()))
        })
        .await
}
