//! The front door: from an access token of the user to an address that opens a browser's session
//! (facts: salesforce.md section 2). Single use where the org offers that, else with the token in it.

use http::StatusCode;
use serde::Deserialize;
use tokio::sync::OnceCell;
use url::Url;

use super::oauth::bearer;
use super::pages::TrustedOrigins;
use super::{OauthClient, OrgHosts, SalesforceError, UserInfoAnswer};
use crate::config::{self, Account, Login, UserKey};
use crate::failure::Failure;
use crate::http::{Call, HttpClient};
use crate::secrets::{Redactor, Secret};

/// The front door of one user.
pub struct FrontDoor {
    username: String,
    token: Secret,
    my_domain: Option<Url>,
    trusted: TrustedOrigins,
    oauth: OauthClient,
    http: HttpClient,
    redactor: Redactor,
    /// The org's My Domain, once it is known that the token is the user's.
    checked: OnceCell<Url>,
}

/// An address that opens a session. It is a secret.
#[derive(Debug, Clone)]
pub struct OpenDoor {
    /// What the browser opens.
    pub url: Secret,
    /// Which kind it is.
    pub kind: Kind,
}

/// How a front door came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// `singleaccess` gave an address that works once.
    SingleAccess,
    /// `singleaccess` refused, so that the address holds the token.
    Sid {
        /// What `singleaccess` answered: status and text.
        refused: String,
    },
}

impl Kind {
    /// Its name in the report.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::SingleAccess => "frontdoor: singleaccess",
            Self::Sid { .. } => "frontdoor: sid",
        }
    }
}

/// Why no front door opens.
#[derive(Debug, Clone, thiserror::Error)]
pub enum FrontDoorError {
    /// A call failed, or was answered with something unheard of.
    #[error(transparent)]
    Salesforce(#[from] SalesforceError),
    /// Salesforce says that the token is dead.
    #[error("the access token that was given for {username} is dead")]
    DeadToken {
        /// Whose it should be.
        username: String,
    },
    /// The token is somebody else's.
    #[error("the access token that was given for {username} is {holder}'s: it was not used")]
    OtherUser {
        /// Whose it should be.
        username: String,
        /// Whose it is.
        holder: String,
    },
    /// The org named by the token is not one of the configured provider.
    #[error(
        "the access token of {username} belongs to an org at {host}, which is not a configured Salesforce host: nothing was opened"
    )]
    ForeignOrg {
        /// Whose it is.
        username: String,
        /// The org's host.
        host: String,
    },
    /// The front door is outside the org.
    #[error(
        "singleaccess named a front door at {origin}, which is none of the org's hosts: it was not opened"
    )]
    ForeignDoor {
        /// Where.
        origin: String,
    },
    /// The token lives, and opens neither kind of door.
    #[error(
        "the access token of {username} lives and opens no browser session: singleaccess answered {refused}, and frontdoor.jsp led to a login page"
    )]
    NotAdmitted {
        /// Whose it is.
        username: String,
        /// Status and text of `singleaccess`.
        refused: String,
    },
    /// The door was opened, and behind it is a login page.
    #[error("the org gave {username} a front door, and behind it still asks to log in at {host}")]
    LoginBehind {
        /// Who came in.
        username: String,
        /// Where the login page is.
        host: String,
    },
}

#[derive(Deserialize)]
struct SingleAccess {
    frontdoor_uri: String,
}

impl FrontDoor {
    /// The front door that an account is configured to come in by, if it is. Its token is asked about at
    /// the org's My Domain where that is configured, else at the login host.
    pub fn of(
        account: &Account,
        salesforce: &config::Salesforce,
        trusted: &TrustedOrigins,
        http: &HttpClient,
        redactor: &Redactor,
    ) -> Option<Self> {
        let Login::Frontdoor { access_token } = &account.login else { return None };
        let asked = salesforce.my_domain.as_ref().unwrap_or(&salesforce.login_url);
        let oauth = OauthClient::new(
            asked.clone(),
            salesforce.consumer_key.clone(),
            salesforce.consumer_secret.clone(),
            http.clone(),
            redactor.clone(),
        );
        Some(Self {
            username: account.username.clone(),
            token: access_token.clone(),
            my_domain: salesforce.my_domain.clone(),
            trusted: trusted.clone(),
            oauth,
            http: http.clone(),
            redactor: redactor.clone(),
            checked: OnceCell::new(),
        })
    }

    /// Makes sure, once, that the token lives and is this user's. Changes nothing.
    ///
    /// # Errors
    /// [`FrontDoorError::DeadToken`], [`FrontDoorError::OtherUser`], [`FrontDoorError::ForeignOrg`].
    pub async fn check(&self) -> Result<(), FrontDoorError> {
        self.home().await.map(drop)
    }

    /// The org's My Domain.
    async fn home(&self) -> Result<&Url, FrontDoorError> {
        self.checked.get_or_try_init(|| self.ask_home()).await
    }

    /// The org's My Domain, once it was asked for.
    pub(super) fn known_home(&self) -> Option<&Url> {
        self.checked.get()
    }

    async fn ask_home(&self) -> Result<Url, FrontDoorError> {
        let username = || self.username.clone();
        let user = match self.oauth.userinfo(&self.token).await? {
            UserInfoAnswer::Alive(user) => user,
            UserInfoAnswer::Dead => return Err(FrontDoorError::DeadToken { username: username() }),
        };
        if UserKey::of(&user.username) != UserKey::of(&self.username) {
            let holder = user.username.clone();
            return Err(FrontDoorError::OtherUser { username: username(), holder });
        }
        let told = user.my_domain();
        let home = self.my_domain.clone().or(told).ok_or(SalesforceError::UnexpectedAnswer {
            what: "ask where the org of the access token is",
            reason: "it names no host".to_owned(),
        })?;
        let origin = home.origin().ascii_serialization();
        if !self.trusted.contains(&origin) && !self.trusted.is_family(&home) {
            let host = home.host_str().unwrap_or_default().to_owned();
            return Err(FrontDoorError::ForeignOrg { username: username(), host });
        }
        Ok(home)
    }

    /// A fresh front door that leads to `path`, a path of the org with its query. It works once.
    ///
    /// # Errors
    /// Those of [`FrontDoor::check`], [`FrontDoorError::ForeignDoor`], and answers that mean neither
    /// yes nor no.
    pub async fn open(&self, path: &str) -> Result<OpenDoor, FrontDoorError> {
        let home = self.home().await?;
        let what = "ask for a front door";
        let call = Call::post(at(home, "/services/oauth2/singleaccess"))
            .authorization(bearer(&self.token)?)
            .form(&[("redirect_uri", path)]);
        let answer = self.http.send(call).await.map_err(SalesforceError::from)?;
        let unexpected = |reason| SalesforceError::UnexpectedAnswer { what, reason };
        match StatusCode::from_u16(answer.status) {
            Ok(StatusCode::OK) => {
                let body: SingleAccess = answer.json().map_err(unexpected)?;
                let uri = self.redactor.learn("front door", body.frontdoor_uri);
                let url = Url::parse(uri.expose())
                    .map_err(|error| unexpected(format!("frontdoor_uri is no URL: {error}")))?;
                // Its parts as well: a browser writes the address in ways of its own.
                for (_, value) in url.query_pairs().filter(|(name, _)| name == "otp") {
                    self.redactor.learn("front door", value);
                }
                self.stays_in_the_org(home, &url)?;
                Ok(OpenDoor { url: uri, kind: Kind::SingleAccess })
            }
            // An org without the endpoint, a token without the scope, a user without the permission,
            // a token that died since: they look alike from here.
            Ok(
                StatusCode::UNAUTHORIZED
                | StatusCode::FORBIDDEN
                | StatusCode::NOT_FOUND
                | StatusCode::METHOD_NOT_ALLOWED,
            ) => {
                if self.oauth.userinfo(&self.token).await? == UserInfoAnswer::Dead {
                    return Err(FrontDoorError::DeadToken { username: self.username.clone() });
                }
                let refused = match SalesforceError::refused(what, &answer, &self.redactor) {
                    SalesforceError::Refused { status, message, .. } if !message.is_empty() => {
                        format!("{status} ({message})")
                    }
                    _ => answer.status.to_string(),
                };
                let mut url = at(home, "/secur/frontdoor.jsp");
                url.query_pairs_mut()
                    .append_pair("sid", self.token.expose())
                    .append_pair("retURL", path);
                let url = self.redactor.learn("front door", String::from(url));
                Ok(OpenDoor { url, kind: Kind::Sid { refused } })
            }
            _ => Err(SalesforceError::refused(what, &answer, &self.redactor).into()),
        }
    }

    /// Why a login page comes although a door was opened: the token died meanwhile, it is not
    /// admitted, or the org has a reason of its own.
    pub async fn explain(&self, opened: &Kind, login_host: &str) -> FrontDoorError {
        let username = self.username.clone();
        match self.oauth.userinfo(&self.token).await {
            Err(error) => error.into(),
            Ok(UserInfoAnswer::Dead) => FrontDoorError::DeadToken { username },
            Ok(UserInfoAnswer::Alive(_)) => match opened {
                Kind::Sid { refused } => {
                    FrontDoorError::NotAdmitted { username, refused: refused.clone() }
                }
                Kind::SingleAccess => {
                    FrontDoorError::LoginBehind { username, host: login_host.to_owned() }
                }
            },
        }
    }

    /// A door is opened only on a host that could be given a password, or the org's own ones.
    fn stays_in_the_org(&self, home: &Url, door: &Url) -> Result<(), FrontDoorError> {
        let origin = door.origin().ascii_serialization();
        let mut own = vec![home.origin()];
        if let Ok(hosts) = OrgHosts::from_my_domain(home) {
            own.extend([hosts.setup.origin(), hosts.lightning.origin()]);
        }
        if own.contains(&door.origin()) || self.trusted.contains(&origin) {
            return Ok(());
        }
        Err(FrontDoorError::ForeignDoor { origin })
    }
}

fn at(home: &Url, path: &str) -> Url {
    let mut url = home.clone();
    url.set_path(path);
    url.set_query(None);
    url
}

impl From<FrontDoorError> for Failure {
    fn from(error: FrontDoorError) -> Self {
        const NEW_TOKEN: &str = "get a fresh access token of this user and name it in `access_token`, best as a command that prints one, e.g. { command = [\"sf\", \"org\", \"auth\", \"show-access-token\", …] }";
        const FORM: &str = "or give the user a password and set `login = \"form\"`";
        let message = error.to_string();
        match error {
            FrontDoorError::Salesforce(error) => error.into(),
            FrontDoorError::DeadToken { .. } => {
                Self::scenario("salesforce.front_door_token_dead", message)
                    .hint(NEW_TOKEN)
                    .hint("it must not come from the app whose grant is cut: it would die with it")
                    .hint(FORM)
            }
            FrontDoorError::OtherUser { .. } => {
                Self::usage("salesforce.front_door_other_user", message)
                    .hint("give the access token of the user who is named in the configuration, or name the token's user there")
            }
            FrontDoorError::ForeignOrg { .. } => {
                Self::usage("salesforce.front_door_foreign_org", message)
                    .hint("if the host is your org's, set `salesforce.my_domain` (or `login_url`) to it")
            }
            FrontDoorError::ForeignDoor { .. } => {
                Self::scenario("salesforce.front_door_foreign", message)
                    .hint("if the host is your org's, set `salesforce.my_domain` to it")
            }
            FrontDoorError::NotAdmitted { .. } => {
                Self::scenario("salesforce.front_door_no_scope", message)
                    .hint("the token needs the scope `web` or `full`, and its user must not have the permission \"API Only User\"")
                    .hint(FORM)
            }
            FrontDoorError::LoginBehind { .. } => {
                Self::scenario("salesforce.front_door_closed", message)
                    .hint("open `sf org open` by hand with the same user: the org may restrict IP ranges, demand a login of high assurance, or the OAuth URL may hold `prompt=login`")
                    .hint(FORM)
            }
        }
    }
}
