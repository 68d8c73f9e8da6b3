//! What Connect REST said instead of what was asked of external client apps.

use super::SalesforceError;
use crate::failure::Failure;

/// The permission that Salesforce names for whoever is no administrator.
const PERMISSION: &str =
    "View all External Client Apps, view their settings, and edit their policies";

/// A question about an external client app's grants that was not answered.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ConnectError {
    /// For reasons that any call may have.
    #[error(transparent)]
    Salesforce(#[from] SalesforceError),
    /// This user may not ask.
    #[error("{0}: this user may not see who uses external client apps")]
    NotPermitted(SalesforceError),
    /// The org's API has no such resource, or no longer knows what was asked for.
    #[error("{0}: the org's API does not have it")]
    NotThere(SalesforceError),
    /// No external client app of that label or name is in use.
    #[error(
        "\"{app}\" is not among the {listed} external client apps in use that the API lists{near}"
    )]
    AppNotListed {
        /// As configured.
        app: String,
        /// How many there are.
        listed: usize,
        /// `; similar: …`, or nothing.
        near: String,
    },
    /// Several apps have that label.
    #[error("{count} external client apps in use are labelled \"{app}\"")]
    SeveralApps {
        /// As configured.
        app: String,
        /// How many.
        count: usize,
    },
    /// A list that is longer than is reasonable.
    #[error("{what}: more than {pages} pages, the list does not end")]
    EndlessList {
        /// What was being done.
        what: &'static str,
        /// The limit.
        pages: usize,
    },
}

impl ConnectError {
    /// A refusal, by what it is about.
    pub(super) fn refused(error: SalesforceError) -> Self {
        match &error {
            SalesforceError::Refused { status: 404, .. } => Self::NotThere(error),
            _ if error.is_not_permitted() => Self::NotPermitted(error),
            _ => Self::Salesforce(error),
        }
    }

    /// Whether whoever asked is no witness: they may not ask, or there is nothing to ask.
    pub fn is_no_witness(&self) -> bool {
        match self {
            Self::NotPermitted(_) | Self::NotThere(_) => true,
            Self::Salesforce(error) => error.is_session_refused(),
            _ => false,
        }
    }
}

impl From<ConnectError> for Failure {
    fn from(error: ConnectError) -> Self {
        let message = error.to_string();
        match error {
            ConnectError::Salesforce(error) => error.into(),
            ConnectError::NotPermitted(_) => Self::scenario("salesforce.usage_not_permitted", message)
                .hint(format!("give the user who works in Setup the permissions API Enabled and \"{PERMISSION}\", or name one who has them in [salesforce.admin]"))
                .hint("or revoke in the UI: --revoke-via ui"),
            ConnectError::NotThere(_) => Self::scenario("salesforce.no_usage_api", message)
                .hint("Connect REST tells of external client apps since API version 59.0 (Winter '24)")
                .hint("or revoke in the UI: --revoke-via ui"),
            ConnectError::AppNotListed { .. } => Self::scenario("salesforce.app_not_listed", message)
                .hint("set `salesforce.connected_app` to the app's label or API name, as Setup's External Client App Manager shows them"),
            ConnectError::SeveralApps { .. } => Self::usage("salesforce.several_apps", message)
                .hint("set `salesforce.connected_app` to the app's API name, which is unique"),
            ConnectError::EndlessList { .. } => Self::scenario("salesforce.endless_list", message),
        }
    }
}
