//! What the pages of Salesforce may say instead of what was wanted of them.

use std::time::Duration;

use super::UsageError;
use super::VerificationError;
use super::WayInError;
use super::interludes::InterludeError;
use super::login::LoginError;
use super::person::PersonError;
use crate::browser::BrowserError;
use crate::failure::Failure;
use crate::salesforce::Cause;
use crate::salesforce::passkey::PasskeyError;

/// An error that a page of Salesforce shows, or an unexpected page.
#[derive(Debug, Clone, thiserror::Error)]
pub enum PageError {
    /// The browser itself.
    #[error(transparent)]
    Browser(#[from] BrowserError),
    /// A passkey.
    #[error(transparent)]
    Passkey(#[from] PasskeyError),
    /// A page that comes between, or one that comes again and again.
    #[error(transparent)]
    Interlude(#[from] InterludeError),
    /// A login that is not made.
    #[error(transparent)]
    Login(#[from] LoginError),
    /// The browser is somebody else.
    #[error(transparent)]
    Person(#[from] PersonError),
    /// No session, by whatever way.
    #[error(transparent)]
    WayIn(#[from] WayInError),
    /// Who watches does not let the visit go on.
    #[error(transparent)]
    Stopped(Box<Failure>),
    /// A code was asked for.
    #[error(transparent)]
    Verification(#[from] VerificationError),
    /// The login page said no. Credentials are not sent again.
    #[error("Salesforce refused the login of {username}: {said}")]
    LoginRefused {
        /// Who tried.
        username: String,
        /// The page's own words.
        said: String,
    },
    /// The login page came back without saying why.
    #[error(
        "the login page of {host} came back after the credentials of {username} were sent, without saying why"
    )]
    LoginAgain {
        /// Who tried.
        username: String,
        /// Where.
        host: String,
    },
    /// A login page asks, and there is nothing to type.
    #[error("a login page asks for the password of {username}, and none is configured")]
    NoPassword {
        /// Who should log in.
        username: String,
    },
    /// Credentials were sent, and what came of it was never seen.
    #[error(
        "the credentials of {username} were sent before and no answer was seen: they are not sent again"
    )]
    LoginUnanswered {
        /// Who tried.
        username: String,
    },
    /// The approval page is not the org's.
    #[error(
        "an approval page was shown at {origin}, which is none of the org's hosts: nothing was pressed"
    )]
    ForeignApproval {
        /// The page's origin.
        origin: String,
    },
    /// Dialogs that open again and again.
    #[error("the page keeps opening dialogs: \"{text}\"")]
    EndlessDialogs {
        /// What the last one said.
        text: String,
    },
    /// A page asked for credentials on a host that is not ours to trust.
    #[error(
        "a login page was shown at {origin}, which is not a configured Salesforce host: no credentials were typed"
    )]
    UntrustedOrigin {
        /// The page's origin.
        origin: String,
    },
    /// A frame shows a login page: its cookies are third-party ones.
    #[error("the Setup frame at {origin} shows a login page although this session is logged in")]
    FrameLogin {
        /// The frame's origin.
        origin: String,
    },
    /// A page that cannot be passed without a person, or not by this version.
    #[error("Salesforce shows its `{page}` page at {place}, which this version does not pass")]
    InTheWay {
        /// The page's name in the catalogue.
        page: String,
        /// Host and path.
        place: String,
    },
    /// Setup is closed for the user who works there.
    #[error(
        "{username} may not open Connected Apps OAuth Usage: Salesforce says \"Insufficient Privileges\""
    )]
    SetupForbidden {
        /// Who tried.
        username: String,
    },
    /// The browser could not reach a host.
    #[error("the browser could not reach {place}")]
    Unreachable {
        /// Host and path, without the query.
        place: String,
    },
    /// Nothing known was shown in time.
    #[error("expected {expected}, but within {} s no known page was shown; the browser is at {place} (title \"{title}\")", limit.as_secs())]
    UnknownPage {
        /// Pages that were waited for.
        expected: String,
        /// Host and path, without the query.
        place: String,
        /// Title of the document.
        title: String,
        /// How long was waited.
        limit: Duration,
    },
    /// The page lacks what its catalogue entry promises.
    #[error("the `{page}` page has no `{element}` that is known")]
    NoElement {
        /// The page's name.
        page: String,
        /// The element's name.
        element: &'static str,
    },
    /// The usage page of external client apps.
    #[error(transparent)]
    ExternalClient(#[from] super::external_client::ExternalClientError),
    /// The usage pages lack something.
    #[error(transparent)]
    Usage(#[from] UsageError),
    /// Revoke was pressed and the row is still there.
    #[error("the row of {user} is still on the usage page after Revoke was pressed")]
    RevokeWithoutEffect {
        /// The row's user, as written.
        user: String,
    },
    /// The row vanished between reading and pressing.
    #[error("the row of {user} was not found again on the usage page")]
    RowGone {
        /// The row's user, as written.
        user: String,
    },
    /// Salesforce ended the authorisation with an error.
    #[error("Salesforce does not authorise: {error}{}", description.as_ref().map(|text| format!(" ({text})")).unwrap_or_default())]
    Oauth {
        /// `error` (RFC 6749 section 4.1.2.1, or Salesforce's own).
        error: String,
        /// `error_description`.
        description: Option<String>,
    },
}

impl From<PageError> for Failure {
    fn from(error: PageError) -> Self {
        let message = error.to_string();
        match error {
            PageError::Browser(error) => error.into(),
            PageError::Passkey(error) => error.into(),
            PageError::Interlude(error) => error.into(),
            PageError::Login(error) => error.into(),
            PageError::Person(error) => error.into(),
            PageError::WayIn(error) => error.into(),
            PageError::Verification(error) => error.into(),
            PageError::Stopped(failure) => *failure,
            PageError::LoginRefused { .. } => Failure::scenario("salesforce.login_refused", message)
                .hint("log in by hand with the same user name and password; one attempt was made, so the user is not locked by reauth")
                .hint("the same words hide restricted IP ranges, login hours, a locked user, and an org that forbids logins at the generic host: then set `salesforce.login_url` to the My Domain"),
            PageError::LoginAgain { .. } => Failure::scenario("salesforce.login_again", message)
                .hint("log in by hand in a fresh browser profile and see what comes; run with --headed to watch"),
            PageError::NoPassword { .. } => Failure::scenario("salesforce.no_password", message)
                .hint("the session of the front door or of the kept profile was not taken: look whether the token or the profile is still good")
                .hint("or give the user a password and set `login = \"form\"`"),
            PageError::LoginUnanswered { .. } => Failure::scenario("salesforce.login_unanswered", message)
                .hint("log in by hand once, then run `reauth restore` if the instance is not authenticated"),
            PageError::ForeignApproval { .. } => Failure::scenario("salesforce.foreign_approval", message)
                .hint("if the host is your org's, set `salesforce.my_domain` (or `login_url`) to it"),
            PageError::EndlessDialogs { .. } => Failure::scenario("salesforce.endless_dialogs", message)
                .hint("run with --headed and see what it asks for"),
            PageError::UntrustedOrigin { .. } => Failure::scenario("salesforce.untrusted_origin", message)
                .hint("if the host is your org's, set `salesforce.my_domain` (or `login_url`) to it"),
            PageError::FrameLogin { .. } => Failure::scenario("salesforce.frame_login", message)
                .hint("the browser blocks third-party cookies: leave the preference profile.cookie_controls_mode at 0 (webdriver/capabilities/chrome.json) and look for a browser policy"),
            PageError::InTheWay { .. } => Failure::scenario("salesforce.page_in_the_way", message)
                .hint("run with --headed and see what it asks for"),
            PageError::SetupForbidden { .. } => Failure::scenario("salesforce.setup_forbidden", message)
                .hint("give the user View Setup and Configuration and Manage Users, or name one who has them in [salesforce.admin]")
                .hint("or revoke by API: --revoke-via api"),
            PageError::Unreachable { .. } => Failure::environment("salesforce.unreachable", message)
                .hint("open the address by hand; look at DNS, proxy and VPN of this machine"),
            PageError::UnknownPage { expected, .. } => Failure::scenario("salesforce.unknown_page", message)
                .looking_for(expected.split(" or ").map(str::to_owned))
                .hint("the page record in the run folder names every visible control: describe the page in a copy of webdriver/locators.toml and give it with --locators"),
            PageError::NoElement { page, element } => Failure::scenario("salesforce.locator_missing", message)
                .looking_for([format!("{page}.{element}")])
                .hint("the page record in the run folder names every visible control: add a candidate in a copy of webdriver/locators.toml and give it with --locators"),
            PageError::Usage(error) => error.into(),
            PageError::ExternalClient(error) => error.into(),
            PageError::RevokeWithoutEffect { .. } => {
                Failure::scenario("salesforce.revoke_without_effect", message)
                    .hint("the screenshot shows whether the page gives a reason; try by hand, or --revoke-via api")
            }
            PageError::RowGone { .. } => Failure::scenario("salesforce.row_gone", message)
                .hint("somebody else may be revoking at the same time: run again"),
            PageError::Oauth { error, description } => {
                let cause = Cause::of(&error, description.as_deref().unwrap_or_default());
                match cause {
                    Some(cause) => cause.failure(&message),
                    None => Failure::scenario("salesforce.oauth_error", message)
                        .hint("Setup → Login History shows the reason as the org sees it"),
                }
            }
        }
    }
}
