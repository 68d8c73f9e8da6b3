//! Salesforce's pages: how to come in, how to approve, and where Setup lists the grants.
//!
//! [`Visitor`] is the one loop over recognised pages; [`UsagePages`] and [`authorize`] say where it
//! goes. What the pages look like is data in `webdriver/locators.toml`.

mod authorize;
mod error;
mod row_owner;
mod usage;
mod visitor;

pub use authorize::authorize;
pub use error::PageError;
pub use row_owner::{Identity, RowOwner};
pub use usage::{GrantRow, UsagePages};
pub use visitor::{
    Arrival, Notes, Refusals, TrustedOrigins, Visitor, oauth_error_in, oauth_error_of,
};
