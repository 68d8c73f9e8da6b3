//! File, environment and flags become one validated [`Config`]; errors point into the file.
//!
//! [`load`] is the one entry. `keys` is the table of all keys, from which names, examples and
//! "did you mean" come; `document` finds them in the file, `reader` in whichever source wins
//! (following `reference`s, converting by `convert`), `assemble` puts them together. What is
//! wrong is collected as `mistake`s and shown by `render`, with the line as `source_line` lets it
//! be seen: no secret is ever in it.

mod account;
mod assemble;
mod convert;
mod document;
mod environment;
mod keys;
mod literals;
mod load;
mod mistake;
mod model;
mod overrides;
mod reader;
mod reference;
mod render;
mod source_line;
#[cfg(test)]
mod tests;
mod unknown;
mod user_key;

pub use environment::Environment;
pub use literals::literal_secrets;
pub use load::{Loaded, Source, load, template};
pub use mistake::ConfigError;
pub use model::{
    Account, AppKind, Browser, BrowserName, CloudElements, CodeCommand, Config, Http, InstanceRef,
    Login, PasskeyAt, ReauthenticateVia, RevokeVia, Run, Salesforce,
};
pub use overrides::Overrides;
pub use user_key::UserKey;
