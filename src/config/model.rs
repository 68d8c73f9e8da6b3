//! What a validated configuration holds. Who has a [`Config`] need not check anything again.

use std::path::PathBuf;
use std::time::Duration;

use url::Url;

use super::UserKey;
use crate::secrets::{Secret, TotpSeed};

/// Everything a run needs to know, validated.
#[derive(Debug, Clone)]
pub struct Config {
    /// `[salesforce]`
    pub salesforce: Salesforce,
    /// `[cloud_elements]`
    pub cloud_elements: CloudElements,
    /// `[http]`
    pub http: Http,
    /// `[browser]`
    pub browser: Browser,
    /// `[run]`
    pub run: Run,
}

/// How to come into the org, and the app whose grant is cut.
#[derive(Debug, Clone)]
pub struct Salesforce {
    /// Login host: `https://test.salesforce.com` or the org's My Domain. Origin only.
    pub login_url: Url,
    /// The integration user, whose grant the instance holds.
    pub user: Account,
    /// Who works in Setup, where the integration user may not; never approves the OAuth page.
    pub admin: Option<Account>,
    /// The app's name on the OAuth Usage page.
    pub connected_app: String,
    /// What kind of app it is.
    pub app_kind: AppKind,
    /// The org's My Domain; learnt from the services where it is not given.
    pub my_domain: Option<Url>,
    /// The app's consumer key (`client_id`).
    pub consumer_key: String,
    /// The app's consumer secret (`client_secret`).
    pub consumer_secret: Secret,
    /// Where Salesforce sends the code.
    pub callback_url: Url,
}

/// A program that prints a code.
#[derive(Debug, Clone)]
pub struct CodeCommand {
    /// Program and arguments.
    pub words: Vec<String>,
    /// The variables of our environment that hold secrets of the configuration: it gets none of them.
    pub withheld: Vec<String>,
}

/// A Salesforce user, and what they have to be let in.
#[derive(Debug, Clone)]
pub struct Account {
    /// User name.
    pub username: String,
    /// How the browser gets its session.
    pub login: Login,
    /// Typed where a login page asks for it. There is one where [`Login::Form`] is the way.
    pub password: Option<Secret>,
    /// What the user's authenticator app makes codes from (RFC 6238).
    pub totp_secret: Option<TotpSeed>,
    /// Program and arguments that print the code which Salesforce asks for: one that it has sent by
    /// e-mail or SMS, or an authenticator's where there is no `totp_secret`.
    pub verification_code_command: Option<CodeCommand>,
    /// A passkey that was enrolled before.
    pub passkey: Option<PasskeyAt>,
}

impl Account {
    /// By what this user is told from others.
    pub fn key(&self) -> UserKey {
        UserKey::of(&self.username)
    }

    /// Whether a user with this name is this one.
    pub fn is(&self, username: &str) -> bool {
        self.key() == UserKey::of(username)
    }
}

/// How a browser gets the session of a user.
#[derive(Debug, Clone)]
pub enum Login {
    /// By the login page.
    Form,
    /// By the front door, with an access token of this user.
    Frontdoor {
        /// Has the scope `web` or `full`.
        access_token: Secret,
    },
    /// By what a kept browser profile holds already.
    Profile,
}

/// Where a passkey is kept.
#[derive(Debug, Clone)]
pub enum PasskeyAt {
    /// In a file of mode 0600, whose counter is brought up to date.
    File(PathBuf),
    /// In a secret that was handed over and cannot be changed.
    Given(Secret),
}

/// What kind of app the user's grant is for: Setup and the API list them in different places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AppKind {
    /// A connected app.
    Connected,
    /// An external client app.
    ExternalClient,
}

/// The platform that holds the instance.
#[derive(Debug, Clone)]
pub struct CloudElements {
    /// Base URL of the platform API, without a slash at its end.
    pub base_url: Url,
    /// `User` part of the `Authorization` header.
    pub user_secret: Secret,
    /// `Organization` part of the `Authorization` header.
    pub organization_secret: Secret,
    /// Element key, `sfdc`.
    pub element_key: String,
    /// The instance to adopt; none: provision a fresh one.
    pub instance: Option<InstanceRef>,
}

/// An instance that exists already.
#[derive(Debug, Clone)]
pub struct InstanceRef {
    /// Instance id.
    pub id: u64,
    /// Element token; read from the platform where it is not given.
    pub token: Option<Secret>,
}

/// How the services are reached.
#[derive(Debug, Clone, Default)]
pub struct Http {
    /// PEM file with certificates to trust besides the system's.
    pub ca_file: Option<PathBuf>,
}

/// Which browser, and how.
#[derive(Debug, Clone)]
pub struct Browser {
    /// `chrome`.
    pub name: BrowserName,
    /// Without a window.
    pub headless: bool,
    /// Browser binary; found on the machine where it is not given.
    pub binary: Option<PathBuf>,
    /// Driver binary; found by `CHROMEDRIVER`, `CHROMEWEBDRIVER`, `PATH` where it is not given.
    pub driver: Option<PathBuf>,
    /// A driver or Grid that runs already.
    pub webdriver_url: Option<Url>,
    /// Profile that is kept from run to run.
    pub profile_dir: Option<PathBuf>,
    /// More arguments for the browser.
    pub args: Vec<String>,
    /// Locator catalogue to use instead of the embedded one.
    pub locators: Option<PathBuf>,
    /// Pause before each action in the browser, for a person who watches.
    pub slow_mo: Duration,
}

/// Browsers that can be driven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BrowserName {
    /// Chrome or Chromium, by chromedriver.
    Chrome,
}

/// How the scenario is run.
#[derive(Debug, Clone)]
pub struct Run {
    /// How the grant is ended.
    pub revoke_via: RevokeVia,
    /// All grants of this user and app may go, for a dedicated test user.
    pub revoke_all_of_user: bool,
    /// How the instance gets its new grant.
    pub reauthenticate_via: ReauthenticateVia,
    /// Parent of run folders.
    pub out: PathBuf,
    /// Keep an instance that was provisioned for the run.
    pub keep: bool,
    /// Limit for each step.
    pub timeout: Duration,
    /// How long both sides may take to agree that the grant is dead.
    pub settle: Duration,
}

/// How the grant is ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevokeVia {
    /// Setup → Connected Apps OAuth Usage → User Count → Revoke.
    Ui,
    /// `POST /services/oauth2/revoke`.
    Api,
}

/// How the instance gets its new grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReauthenticateVia {
    /// PATCH, and PUT only when PATCH is refused or leaves the instance dead.
    Auto,
    /// PATCH only.
    Patch,
    /// PUT only.
    Put,
}
