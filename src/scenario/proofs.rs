//! What the steps prove. A value of one of these types exists only because a call or a page said so.

use crate::cloud_elements::Instance;
use crate::salesforce::pages::Identity;
use crate::salesforce::{ConnectClient, OrgHosts, RestClient};
use crate::secrets::Secret;

/// The user and org behind a grant, as Salesforce says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The user.
    pub user: Identity,
    /// The org's id, `00D…`.
    pub organization_id: String,
    /// Whether the app is installed in that org; none where nobody says.
    pub app_installed: Option<bool>,
}

/// An instance that works: a call through it read a record, with this grant.
#[derive(Debug, Clone)]
pub struct LiveGrant {
    /// As read at that moment.
    pub instance: Instance,
    /// Who holds the grant; none where the platform masks the access token.
    pub holder: Option<Holder>,
    /// The org's hosts; none where neither configuration nor token told.
    pub hosts: Option<OrgHosts>,
}

/// A grant that was ended; that it is dead is not yet proved.
#[derive(Debug)]
pub struct CutGrant {
    /// What it was.
    pub before: LiveGrant,
    /// Who can be asked whether it is gone, where somebody can.
    pub witness: Option<GrantsLeft>,
}

/// What Salesforce's own list of grants has to say after the revocation.
#[derive(Debug)]
pub struct GrantsLeft {
    /// Who may ask.
    pub witness: Witness,
    /// Whose grants.
    pub user_id: String,
    /// How many of that user's grants for the app have to be left.
    pub expected: usize,
}

/// Somebody who may list the app's grants by API.
#[derive(Clone)]
pub struct Witness {
    /// Asks the org with what this witness may send as Bearer. One for all questions: it asks for
    /// the API's version once.
    pub rest: RestClient,
    /// Asks it about the app where that is an external client app. One for all questions: it finds
    /// the app once, which is listed only as long as it has grants.
    pub connect: ConnectClient,
    /// How the Bearer came to us, for the report.
    pub source: &'static str,
}

impl std::fmt::Debug for Witness {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Witness").field("source", &self.source).finish_non_exhaustive()
    }
}

/// An instance of which both sides say that it is not authenticated.
#[derive(Debug)]
pub struct DeadGrant {
    /// The instance as read last while it was known to be whole.
    pub instance: Instance,
    /// What the grant was; none where the instance was found dead.
    pub before: Option<LiveGrant>,
}

/// The URL at which the user approves, checked: it is for our client, our callback, our org.
#[derive(Debug)]
pub struct ReceivedOauthUrl {
    /// All of it is a secret: it holds the client secret.
    pub url: Secret,
    /// What has to come back with the code.
    pub state: String,
}

/// A code that Salesforce gave for our callback. Moved where it is used: it works once.
#[derive(Debug)]
pub struct AuthorizationCode(pub Secret);
