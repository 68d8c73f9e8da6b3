//! How a visitor gets a session where the org asks for a login: by the login page, by the front
//! door, or from the kept profile alone.

use url::Url;

use super::PageError;
use super::login::MOST_OF_A_VISIT;
use super::visitor::{Visit, Visitor};
use crate::browser::Seen;
use crate::config::Login;
use crate::failure::Failure;
use crate::salesforce::frontdoor::{FrontDoor, FrontDoorError, Kind};

/// What a visitor may come in by, besides the login page.
#[derive(Clone, Copy, Default)]
pub struct Ways<'run> {
    /// The front door of a user whose account names it.
    pub front_door: Option<&'run FrontDoor>,
    /// The browser's profile is kept from run to run, so that it may be logged in already.
    pub keeps_profile: bool,
}

/// How this visit came in so far.
#[derive(Default)]
pub(super) struct WayIn {
    /// Nothing was opened in the window before this visit.
    first: bool,
    /// The visit began where the browser was.
    goes_on: bool,
    /// The front door was opened for the login that is demanded at present: once for each.
    opened: Option<Kind>,
    /// How often it was opened.
    times: usize,
    /// The front door did not help, and the login page is taken instead.
    fell_back: bool,
    /// What is to be told when a page shows that it worked.
    by: Option<&'static str>,
}

impl WayIn {
    /// Of a visit that begins where the browser is.
    pub(super) fn going_on() -> Self {
        Self { goes_on: true, ..Self::default() }
    }
}

/// No session, and no way to get one.
#[derive(Debug, Clone, thiserror::Error)]
pub enum WayInError {
    /// The front door.
    #[error(transparent)]
    FrontDoor(#[from] FrontDoorError),
    /// The kept profile holds no session.
    #[error(
        "the kept profile is not logged in as {username}: {host} shows a login page, and with `login = \"profile\"` nothing is typed"
    )]
    ProfileNotLoggedIn {
        /// Who should be logged in.
        username: String,
        /// Where the login page is.
        host: String,
    },
}

impl From<WayInError> for Failure {
    fn from(error: WayInError) -> Self {
        let message = error.to_string();
        match error {
            WayInError::FrontDoor(error) => error.into(),
            WayInError::ProfileNotLoggedIn { .. } => {
                Self::scenario("salesforce.profile_not_logged_in", message)
                    .hint("log in once with the same profile: set `login = \"form\"` for one run; or by hand, and close the browser: `chromium --password-store=basic --user-data-dir=PROFILE_DIR/USERNAME`")
                    .hint("the profile keeps cookies that outlive a browser: an org whose sessions end with the browser needs `login = \"form\"` or \"frontdoor\"")
            }
        }
    }
}

impl FrontDoorError {
    /// Whether the login page may do what the front door did not. A token of somebody else, or an
    /// address elsewhere, is a mistake to be mended and not to be passed over.
    pub fn may_fall_back(&self) -> bool {
        match self {
            Self::Salesforce(_)
            | Self::DeadToken { .. }
            | Self::NotAdmitted { .. }
            | Self::LoginBehind { .. } => true,
            Self::OtherUser { .. } | Self::ForeignOrg { .. } | Self::ForeignDoor { .. } => false,
        }
    }
}

impl<'run> Visitor<'run> {
    /// Opens `url`. A window in which nothing was opened yet is led through the front door, where
    /// the user has one: an org may show an identity provider's login page that nobody knows.
    pub(super) async fn set_out(&mut self, url: &str, way: &mut WayIn) -> Result<(), PageError> {
        self.goal = Some(url.to_owned());
        way.first = self.session.is_blank();
        if let Some(door) = self.ways.front_door
            && way.first
        {
            let path = Url::parse(url).map_or_else(|_| "/".to_owned(), |url| path_of(&url));
            match self.enter(door, &path, way).await {
                Err(PageError::WayIn(WayInError::FrontDoor(error))) => {
                    self.fall_back(error, way)?
                }
                other => return other,
            }
        }
        self.session.goto(url).await.map_err(PageError::from)
    }

    /// Answers a login page.
    pub(super) async fn come_in(
        &mut self,
        seen: &Seen,
        visit: &mut Visit,
    ) -> Result<(), PageError> {
        let host = || seen.url.host_str().unwrap_or_default().to_owned();
        match (&self.account.login, self.ways.front_door) {
            // A frame is never logged in: the rule for login pages says why.
            _ if seen.in_frame || visit.way_in.fell_back => {}
            (Login::Form, _) => {}
            (Login::Profile, _) => {
                let username = self.username().to_owned();
                return Err(WayInError::ProfileNotLoggedIn { username, host: host() }.into());
            }
            (Login::Frontdoor { .. }, None) => {
                let username = self.username().to_owned();
                return Err(PageError::NoPassword { username });
            }
            (Login::Frontdoor { .. }, Some(door)) => {
                let error = match &visit.way_in.opened {
                    Some(opened) => door.explain(opened, &host()).await,
                    None if visit.way_in.times >= MOST_OF_A_VISIT => {
                        let (username, host) = (self.username().to_owned(), host());
                        FrontDoorError::LoginBehind { username, host }
                    }
                    None => {
                        let path = self.way_back(seen, &visit.way_in);
                        match self.enter(door, &path, &mut visit.way_in).await {
                            Err(PageError::WayIn(WayInError::FrontDoor(error))) => error,
                            other => return other,
                        }
                    }
                };
                self.fall_back(error, &mut visit.way_in)?;
            }
        }
        visit.way_in.by = Some("form");
        self.log_in(seen, &mut visit.login).await
    }

    async fn enter(
        &mut self,
        door: &FrontDoor,
        path: &str,
        way: &mut WayIn,
    ) -> Result<(), PageError> {
        self.notes.progress(&format!("opening the front door for {}", self.username()));
        let open = door.open(path).await.map_err(WayInError::from)?;
        if let Kind::Sid { refused } = &open.kind {
            self.notes.warn(
                "salesforce.front_door_by_token",
                format!("singleaccess answered {refused}: the front door is opened with the access token itself"),
            );
        }
        way.by = Some(open.kind.as_str());
        way.opened = Some(open.kind);
        way.times += 1;
        self.session.goto(open.url.expose()).await.map_err(PageError::from)
    }

    /// The login page instead of the front door, where there is a password to type.
    fn fall_back(&self, error: FrontDoorError, way: &mut WayIn) -> Result<(), PageError> {
        if self.account.password.is_none() || !error.may_fall_back() {
            return Err(WayInError::from(error).into());
        }
        self.notes.warn(
            "salesforce.front_door_passed_over",
            format!("{error}: the login page is used instead"),
        );
        way.fell_back = true;
        Ok(())
    }

    /// Tells how this visit came in, once a page proves that it did. `arrived`: at what was wanted.
    pub(super) fn tell_way_in(&self, way: &mut WayIn, arrived: bool) {
        if let Some(by) = way.by.take() {
            way.first = false;
            // What asks from now on is another login.
            way.opened = None;
            self.notes.logged_in(by);
        } else if arrived && way.first && self.ways.keeps_profile {
            way.first = false;
            self.notes.logged_in("profile");
        }
    }

    /// Where the front door is to lead: to what this visit opened. One that goes on is further by
    /// now, and where it was is what the login page would lead to.
    fn way_back(&self, seen: &Seen, way: &WayIn) -> String {
        let opened = self.goal.as_deref().and_then(|url| Url::parse(url).ok());
        let told = || {
            let (_, told) = seen.url.query_pairs().find(|(name, _)| name == "startURL")?;
            seen.url.join(&told).ok()
        };
        let url = if way.goes_on { told().or(opened) } else { opened };
        url.map_or_else(|| "/".to_owned(), |url| path_of(&url))
    }
}

/// Path and query: the front door takes an address of the org without its host.
fn path_of(url: &Url) -> String {
    match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    }
}
