//! File, environment and flags become one validated [`Config`]; errors point into the file.

mod model;

pub use model::{
    Account, Browser, BrowserName, CloudElements, Config, Http, InstanceRef, ReauthenticateVia,
    RevokeVia, Run, Salesforce,
};
