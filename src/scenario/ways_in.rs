//! The ways by which the run's users get their sessions, and what can be known of them before
//! anything is cut.

use std::collections::HashMap;

use super::context::{Context, Step};
use super::person::Expected;
use crate::config::{Account, Config, Login, UserKey};
use crate::failure::Failure;
use crate::http::HttpClient;
use crate::salesforce::OrgHosts;
use crate::salesforce::frontdoor::FrontDoor;
use crate::salesforce::pages::{Arrival, Notes as _, TrustedOrigins, Ways};
use crate::secrets::Redactor;

/// The front doors of those who have one.
pub(super) struct WaysIn {
    front_doors: HashMap<UserKey, FrontDoor>,
    keeps_profile: bool,
}

impl WaysIn {
    pub(super) fn new(
        config: &Config,
        trusted: &TrustedOrigins,
        http: &HttpClient,
        redactor: &Redactor,
    ) -> Self {
        let salesforce = &config.salesforce;
        let front_door = |account: &Account| {
            let door = FrontDoor::of(account, salesforce, trusted, http, redactor)?;
            Some((account.key(), door))
        };
        let accounts = [Some(&salesforce.user), salesforce.admin.as_ref()];
        Self {
            front_doors: accounts.into_iter().flatten().filter_map(front_door).collect(),
            keeps_profile: config.browser.profile_dir.is_some(),
        }
    }

    /// What `account` may come in by.
    pub(super) fn of(&self, account: &Account) -> Ways<'_> {
        Ways { front_door: self.front_doors.get(&account.key()), keeps_profile: self.keeps_profile }
    }
}

/// Makes sure that the integration user's access token lives and is theirs, if they come in by it.
/// Where a password is given as well, a dead one is only warned of.
pub(super) async fn check(context: &Context, step: &Step<'_>) -> Result<(), Failure> {
    let account = &context.config.salesforce.user;
    let Some(door) = context.browsers.ways_in.of(account).front_door else { return Ok(()) };
    match door.check().await {
        Ok(()) => Ok(()),
        Err(error) if error.may_fall_back() && account.password.is_some() => {
            step.warn(
                "salesforce.front_door_passed_over",
                format!("{error}: the login page will be used instead"),
            );
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}

/// Comes in as the integration user before a grant is cut, where nothing can be typed if the way is
/// closed: a dead session, or somebody else's, found out afterwards would leave the instance dead as
/// well. One login serves both.
///
/// Revoking in Setup comes in anyway; but where an admin works there, not as this user.
pub(super) async fn rehearse(
    context: &Context,
    step: &Step<'_>,
    hosts: Option<&OrgHosts>,
) -> Result<(), Failure> {
    let account = &context.config.salesforce.user;
    if matches!(account.login, Login::Form) {
        return Ok(());
    }
    let Some(hosts) = hosts else {
        tracing::info!("the org's hosts are not known: the way in is not tried");
        return Ok(());
    };
    step.progress("coming in before anything is cut");
    let window = context.window(step, account).await?;
    let mut visitor = context.browsers.visitor(&window, account, step);
    let expected = Expected::in_org(context, step, account, hosts);
    match expected
        .visit(&window, async || visitor.go(hosts.home().as_str(), &["home"]).await)
        .await?
    {
        Arrival::Page(_) | Arrival::Callback(_) => Ok(()),
    }
}
