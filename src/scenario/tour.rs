//! A walk through the org's pages that touches nothing: who comes in, past which pages, and what of
//! the pages only a fallback of the catalogue found. For `reauth doctor`.
//!
//! Pages are opened, read and turned. Nothing is allowed, revoked or sent but what a login sends.

use url::Url;

use super::authorize::learn_codes;
use super::context::{Context, Step, lock};
use super::locate::my_domain_of;
use super::person::Expected;
use crate::browser::{Fallback, Session};
use crate::config::{Account, Login, RevokeVia};
use crate::failure::Failure;
use crate::report::StepId;
use crate::salesforce::pages::{Arrival, PageError, UsagePages, Visitor, oauth_error_of};
use crate::salesforce::{OrgHosts, authorize_request};

/// What one account met.
#[derive(Debug)]
pub struct Visited {
    /// User name.
    pub username: String,
    /// Each part of the walk, as far as it came.
    pub parts: Vec<Walked>,
    /// What only a fallback found.
    pub fallbacks: Vec<Fallback>,
}

/// A part of the walk that was walked.
#[derive(Debug)]
pub struct Walked {
    /// Which part.
    pub part: Part,
    /// Names of the pages in the catalogue, in the order in which they were met.
    pub pages: Vec<String>,
    /// What was seen at its end, or why that was not reached.
    pub ended: Result<String, Failure>,
}

/// A part of the walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// To the home page, by whatever login.
    Home,
    /// To the page on which the app is approved, and no further.
    Approval,
    /// To the list of the app's grants in Setup.
    Usage,
}

impl Part {
    /// What a person reads.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Home => "home",
            Self::Approval => "approval",
            Self::Usage => "Connected Apps OAuth Usage",
        }
    }
}

/// Walks as each configured account: to the home page and, where `far`, to all pages that a run
/// would see. Ends the browser.
pub async fn tour(context: &Context, far: bool) -> Vec<Visited> {
    let salesforce = &context.config.salesforce;
    let in_setup = far && context.config.run.revoke_via == RevokeVia::Ui;
    let by_user =
        walk(context, &salesforce.user, far, in_setup && salesforce.admin.is_none()).await;
    let mut visited = vec![by_user];
    if let Some(admin) = &salesforce.admin {
        // Who never approves need not see the page either.
        visited.push(walk(context, admin, false, in_setup).await);
    }
    context.close_browsers().await;
    visited
}

async fn walk(context: &Context, account: &Account, approval: bool, setup: bool) -> Visited {
    let mut visited =
        Visited { username: account.username.clone(), parts: Vec::new(), fallbacks: Vec::new() };
    let mut parts = vec![Part::Home];
    if approval {
        parts.push(Part::Approval);
    }
    if setup {
        parts.push(Part::Usage);
    }
    for part in parts {
        let mut pages = Vec::new();
        let ended = visit(context, account, part, &mut pages, &mut visited.fallbacks).await;
        let is_over = part == Part::Home && ended.is_err();
        visited.parts.push(Walked { part, pages, ended });
        // Who does not come in sees nothing more; and no password is sent a second time.
        if is_over {
            break;
        }
    }
    visited
}

async fn visit(
    context: &Context,
    account: &Account,
    part: Part,
    pages: &mut Vec<String>,
    fallbacks: &mut Vec<Fallback>,
) -> Result<String, Failure> {
    context
        .step(StepId::Authorize, async |step| {
            let window = context.window(step, account).await?;
            let mut visitor = context.browsers.visitor(&window, account, step);
            let ended = match part {
                Part::Home => home(context, step, account, &window, &mut visitor).await,
                Part::Approval => approval_page(context, &mut visitor).await,
                Part::Usage => usage(context, &mut visitor).await,
            };
            *pages = step.pages_met();
            // A page that is waited for, or read in several goes, is one page.
            pages.dedup();
            *fallbacks = window.fallbacks();
            Ok((ended?, String::new()))
        })
        .await
}

/// Whoever types begins where the authorise page would send them; a front door or a kept profile
/// opens the org itself, and not the generic login host. Who came in is asked where the org is known.
async fn home(
    context: &Context,
    step: &Step<'_>,
    account: &Account,
    window: &Session,
    visitor: &mut Visitor<'_>,
) -> Result<String, Failure> {
    let hosts = hosts(context).await;
    let start = match (&account.login, &hosts) {
        (Login::Form, _) => context.config.salesforce.login_url.clone(),
        (Login::Frontdoor { .. } | Login::Profile, Ok(hosts)) => hosts.home(),
        (Login::Frontdoor { .. } | Login::Profile, Err(failure)) => return Err(failure.clone()),
    };
    let mut visit = async || visitor.go(start.as_str(), &["home"]).await;
    let arrival = match hosts {
        Ok(hosts) => {
            lock(&context.org).learn(None, Some(&hosts));
            Expected::in_org(context, step, account, &hosts).visit(window, visit).await?
        }
        Err(unknown) => {
            tracing::info!(%unknown, "nobody can be asked who came in");
            visit().await?
        }
    };
    match arrival {
        Arrival::Page(seen) => {
            Ok(format!("comes in, at {}", seen.url.host_str().unwrap_or_default()))
        }
        Arrival::Callback(url) => Err(callback(context, &url)),
    }
}

/// The page on which the app is approved; consent is asked for anew, so that it is shown even to
/// somebody who has approved before.
async fn approval_page(context: &Context, visitor: &mut Visitor<'_>) -> Result<String, Failure> {
    let salesforce = &context.config.salesforce;
    let mut request = authorize_request(
        &salesforce.login_url,
        &salesforce.consumer_key,
        &salesforce.callback_url,
    );
    request.query_pairs_mut().append_pair("prompt", "consent");
    match visitor.go(request.as_str(), &["approval"]).await? {
        Arrival::Page(seen) if visitor.may_approve(&seen) => {
            Ok("the approval page is shown; nothing was pressed on it".to_owned())
        }
        Arrival::Page(seen) => Err(PageError::ForeignApproval { origin: seen.origin }.into()),
        Arrival::Callback(url) if oauth_error_of(&url).is_some() => Err(callback(context, &url)),
        Arrival::Callback(url) => {
            drop(learn_codes(&context.redactor, &url));
            Ok("not shown: this user need not approve; the code that came instead was not used"
                .to_owned())
        }
    }
}

async fn usage(context: &Context, visitor: &mut Visitor<'_>) -> Result<String, Failure> {
    let salesforce = &context.config.salesforce;
    let hosts = hosts(context).await?;
    context.trusted.trust(&hosts.my_domain);
    let mut pages = UsagePages::new(visitor, &hosts.setup, salesforce);
    let rows = pages.grants().await?;
    Ok(format!("{} grants of \"{}\" are listed", rows.len(), salesforce.connected_app))
}

/// The org's hosts: configured, or as the instance tells them.
async fn hosts(context: &Context) -> Result<OrgHosts, Failure> {
    let salesforce = &context.config.salesforce;
    if let Some(my_domain) = &salesforce.my_domain {
        return Ok(OrgHosts::from_my_domain(my_domain)?);
    }
    if let Some(reference) = &context.config.cloud_elements.instance {
        let instance = context.platform.instance(reference.id).await?;
        if let Some(my_domain) = my_domain_of(&instance, &context.trusted) {
            return Ok(OrgHosts::from_my_domain(&my_domain)?);
        }
    }
    OrgHosts::from_my_domain(&salesforce.login_url).map_err(|_| {
        Failure::usage(
            "salesforce.my_domain_unknown",
            "the org's My Domain is not known, so Setup was not visited",
        )
        .hint("set `salesforce.my_domain`, e.g. \"https://acme--qa.sandbox.my.salesforce.com\"")
    })
}

/// What a callback says that nobody asked for.
fn callback(context: &Context, url: &Url) -> Failure {
    drop(learn_codes(&context.redactor, url));
    oauth_error_of(url)
        .unwrap_or(PageError::Oauth {
            error: "unexpected_callback".into(),
            description: Some("the browser was sent to the callback".into()),
        })
        .into()
}
