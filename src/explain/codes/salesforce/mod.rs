//! Salesforce, by theme.

mod app;
mod grants;
mod login;
mod pages;
mod refusals;
mod usage;
mod verification;
mod ways_in;

pub(super) use app::CODES as APP;
pub(super) use grants::CODES as GRANTS;
pub(super) use login::CODES as LOGIN;
pub(super) use pages::CODES as PAGES;
pub(super) use refusals::CODES as REFUSALS;
pub(super) use usage::CODES as USAGE;
pub(super) use verification::CODES as VERIFICATION;
pub(super) use ways_in::CODES as WAYS_IN;
