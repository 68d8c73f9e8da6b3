//! One HTTP client for both services: bounded in time and size, honest about what went wrong.
//!
//! The entry is [`HttpClient::send`]: a [`Call`] goes out, an [`Answer`] of any status comes back,
//! and an [`HttpError`] says why there was none. What a status means is for the caller's module to
//! say; this one knows nothing of Salesforce or Cloud Elements.

mod call;
mod client;
mod error;
mod loopback;
mod retry;
#[cfg(test)]
pub(crate) mod testing;

pub use call::{Answer, Call, describe_json_error};
pub use client::{HttpClient, Limits};
pub use error::{HttpError, Stage};
pub use loopback::is_loopback;
pub use retry::RetryPolicy;
