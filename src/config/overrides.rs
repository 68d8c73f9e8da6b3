//! What the command line says.

use std::path::PathBuf;
use std::time::Duration;

use url::Url;

use super::model::{ReauthenticateVia, RevokeVia};

/// What flags say. A flag that is not given leaves the configuration as it is.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// `--revoke-via`
    pub revoke_via: Option<RevokeVia>,
    /// `--revoke-all-of-user`
    pub revoke_all_of_user: bool,
    /// `--reauthenticate-via`
    pub reauthenticate_via: Option<ReauthenticateVia>,
    /// `--instance`: adopt this one. The configured token goes with it unless the configured id
    /// is another one.
    pub instance: Option<u64>,
    /// Provision a fresh instance, whatever instance is configured. Wins over `instance`.
    pub provision: bool,
    /// `--keep`
    pub keep: bool,
    /// `--timeout`
    pub timeout: Option<Duration>,
    /// `--settle`
    pub settle: Option<Duration>,
    /// `--out`
    pub out: Option<PathBuf>,
    /// `--headed`
    pub headed: bool,
    /// `--slow-mo`
    pub slow_mo: Option<Duration>,
    /// `--browser-binary`
    pub browser_binary: Option<PathBuf>,
    /// `--driver`
    pub driver: Option<PathBuf>,
    /// `--webdriver-url`
    pub webdriver_url: Option<Url>,
    /// `--profile-dir`
    pub profile_dir: Option<PathBuf>,
    /// `--locators`
    pub locators: Option<PathBuf>,
}
