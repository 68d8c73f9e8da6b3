//! Salesforce's pages: how to come in, how to approve, and where Setup lists the grants.
//!
//! [`Visitor`] is the one loop over recognised pages; [`UsagePages`] and [`authorize`] say where it
//! goes. What the pages look like is data in `webdriver/locators.toml`.

mod authorize;
mod code_hosts;
mod codes;
mod enrolment;
mod error;
mod external_client;
mod interludes;
mod login;
mod names;
mod oauth_error;
mod paging;
mod passkey;
mod person;
mod proof;
mod refusals;
mod row_owner;
mod trusted_origins;
mod usage;
mod usage_error;
mod verification;
mod visitor;
mod way_in;

pub use authorize::authorize;
pub use codes::{Method as CodeMethod, VerificationError};
pub use enrolment::{ENROLMENT_PATH, enrol};
pub use error::PageError;
pub use external_client::ExternalClientError;
pub use interludes::InterludeError;
pub use login::LoginError;
pub use oauth_error::{oauth_error_in, oauth_error_of};
pub use person::{Person, PersonError, log_out};
pub use refusals::Refusals;
pub use row_owner::{Identity, RowOwner};
pub use trusted_origins::TrustedOrigins;
pub use usage::{GrantRow, UsagePages};
pub use usage_error::UsageError;
pub(super) use usage_error::{clause, near};
pub use visitor::{Arrival, Notes, Visitor};
pub use way_in::{WayInError, Ways};
