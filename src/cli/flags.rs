//! Every flag, once.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use url::Url;

use crate::config::{self, Overrides};
use crate::doctor::Extent;
use crate::report::{Color, Verbosity};
use crate::scenario::{PAUSE_LIMIT, Watching};

/// Proves that a Cloud Elements `sfdc` instance survives the loss of its Salesforce OAuth grant.
#[derive(Debug, Parser)]
#[command(
    name = "reauth",
    version,
    about = "Proves that a Cloud Elements sfdc instance survives the loss of its Salesforce OAuth grant",
    long_about = "Revokes the OAuth grant of a Cloud Elements (SAP Open Connectors) `sfdc` instance, \
proves on both sides that it is dead, re-authenticates the instance with a real browser, and proves \
that it lives again and that nothing else about it changed.",
    after_help = "Exit codes: 0 passed; 1 failed, the instance is authenticated; 2 usage or \
configuration; 3 environment, nothing changed; 4 the instance is not authenticated, run `reauth \
restore`; 130, 143 interrupted.",
    disable_help_subcommand = true
)]
pub struct Cli {
    /// Flags of every command.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What `reauth` can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// The whole cycle: revoke, confirm, re-authenticate, verify
    Run(RunArguments),
    /// Make a new authenticated instance and print its id
    Provision(ProvisionArguments),
    /// End the instance's grant and leave it unauthenticated, on purpose
    Revoke(RevokeArguments),
    /// Bring back an instance that is not authenticated
    Restore(RestoreArguments),
    /// Say whether the instance is authenticated, seen from both sides; changes nothing
    Status(StatusArguments),
    /// Keep a passkey for a user whom Salesforce lets in with one only
    Passkey(PasskeyArguments),
    /// Look at everything that a run needs, in advance; changes nothing
    Doctor(DoctorArguments),
    /// Serve a simulator of both services until stopped
    #[cfg(feature = "simulator")]
    Simulate(SimulateArguments),
    /// Show runs that are over: again, beside one another, or many in figures
    Report(ReportArguments),
    /// Say what an error or warning code means, how to recognise it, and what to do
    Explain(ExplainArguments),
    /// Write a commented reauth.toml
    Init(InitArguments),
    /// Print a JSON Schema
    Schema(SchemaArguments),
    /// Print a completion script for a shell
    Completions(CompletionsArguments),
    /// Print a manual page, of the program or of a command
    Man(ManArguments),
}

/// Flags of every command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Everywhere")]
pub struct Global {
    /// Configuration file [default: reauth.toml, if it is there]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Start the simulator of both services in this process and use it as the configuration; with
    /// faults, if any are named (`reauth simulate --list-faults`)
    #[cfg(feature = "simulator")]
    #[arg(long, global = true, conflicts_with = "config", value_name = "FAULT,…")]
    #[arg(num_args = 0..=1, require_equals = true, default_missing_value = "", value_delimiter = ',')]
    pub simulator: Option<Vec<String>>,
    /// What goes to stdout: `human`, ids one a line, or `json`, the report
    #[arg(long, global = true, value_name = "FORMAT", default_value = "human")]
    #[arg(hide_possible_values = true)]
    pub format: Format,
    /// Parent of run folders [default: runs]
    #[arg(long, global = true, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Say more: what happens within steps; twice: the log as well
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Say only failures and the result
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Colours: `always`, `never`, or `auto`: on a terminal, unless NO_COLOR says no
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    #[arg(hide_possible_values = true)]
    pub color: Color,
    /// No spinner on the terminal
    #[arg(long, global = true)]
    pub no_progress: bool,
}

impl Global {
    /// How much is said.
    pub fn verbosity(&self) -> Verbosity {
        Verbosity::from_flags(self.quiet, self.verbose)
    }
}

/// What goes to stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Ids, one a line.
    Human,
    /// The report.
    Json,
}

/// Flags of commands that open a browser.
#[derive(Debug, Args)]
#[command(next_help_heading = "Browser")]
pub struct BrowserArguments {
    /// Show the browser's window
    #[arg(long)]
    pub headed: bool,
    /// Wait before each action, for a person who watches: milliseconds, or a time such as 1s
    #[arg(long, value_name = "MS", value_parser = pause)]
    pub slow_mo: Option<Duration>,
    /// Browser to use
    #[arg(long, value_name = "FILE")]
    pub browser_binary: Option<PathBuf>,
    /// Driver to use [default: CHROMEDRIVER, CHROMEWEBDRIVER, chromedriver on the PATH]
    #[arg(long, value_name = "FILE")]
    pub driver: Option<PathBuf>,
    /// A driver or Grid that runs already
    #[arg(long, value_name = "URL")]
    pub webdriver_url: Option<Url>,
    /// Browser profile to keep from run to run
    #[arg(long, value_name = "DIR")]
    pub profile_dir: Option<PathBuf>,
    /// Locator catalogue to use instead of the embedded one
    #[arg(long, value_name = "FILE")]
    pub locators: Option<PathBuf>,
    /// How long each page and each answer may take to come, e.g. 90s or 2m [default: 60s]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub timeout: Option<Duration>,
}

/// Flags for a person who watches.
#[derive(Debug, Args)]
#[command(next_help_heading = "Watching, on a terminal")]
pub struct WatchArguments {
    /// Ask before each step and each page, and before the grant is cut
    #[arg(long)]
    pub step: bool,
    /// Stop where a step failed, with the browser as it is, and try selectors on its page
    #[arg(long)]
    pub pause_on_failure: bool,
    /// Keep the browser at the end, until Enter (or, where the instance is down, as long as a pause)
    #[arg(long)]
    pub keep_open: bool,
    /// How long a pause may last while the instance is down [default: 10m]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub pause_limit: Option<Duration>,
}

impl WatchArguments {
    /// As the scenario has it.
    pub fn watching(&self) -> Watching {
        Watching {
            step: self.step,
            pause_on_failure: self.pause_on_failure,
            keep_open: self.keep_open,
            limit: self.pause_limit.unwrap_or(PAUSE_LIMIT),
            ..Watching::default()
        }
    }
}

/// Flags of commands that end a grant.
#[derive(Debug, Args)]
#[command(next_help_heading = "Revocation")]
pub struct RevocationArguments {
    /// How the grant is ended: `ui`, in Salesforce Setup, or `api`, by OAuth [default: ui]
    #[arg(long, value_name = "HOW", hide_possible_values = true)]
    pub revoke_via: Option<RevokeVia>,
    /// All of this user's grants for the app may go (for a dedicated test user)
    #[arg(long)]
    pub revoke_all_of_user: bool,
    /// How long both sides may take to agree that the grant is dead [default: 60s]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub settle: Option<Duration>,
}

/// Flags of commands that re-authenticate.
#[derive(Debug, Args)]
#[command(next_help_heading = "Re-authentication")]
pub struct ReauthenticationArguments {
    /// `patch`, `put`, or `auto`: PATCH, and PUT only if PATCH is refused or leaves the instance dead
    /// [default: auto]
    #[arg(long, value_name = "HOW", hide_possible_values = true)]
    pub reauthenticate_via: Option<ReauthenticateVia>,
}

/// `reauth run`
#[derive(Debug, Args)]
pub struct RunArguments {
    /// Adopt this instance [default: the configured one, else a fresh one]
    #[arg(long, value_name = "ID")]
    pub instance: Option<u64>,
    /// Provision a fresh instance, though the configuration names one
    #[arg(long, conflicts_with = "instance")]
    pub provision: bool,
    /// Keep the instance that was provisioned for the run
    #[arg(long)]
    pub keep: bool,
    /// Do not bring the instance back after a failure
    #[arg(long)]
    pub no_restore: bool,
    /// Revocation
    #[command(flatten)]
    pub revocation: RevocationArguments,
    /// Re-authentication
    #[command(flatten)]
    pub reauthentication: ReauthenticationArguments,
    /// Browser
    #[command(flatten)]
    pub browser: BrowserArguments,
    /// Watching
    #[command(flatten)]
    pub watch: WatchArguments,
}

/// `reauth provision`
#[derive(Debug, Args)]
pub struct ProvisionArguments {
    /// Print the header that uses the instance as well, secrets in clear
    #[arg(long)]
    pub show_secrets: bool,
    /// Browser
    #[command(flatten)]
    pub browser: BrowserArguments,
    /// Watching
    #[command(flatten)]
    pub watch: WatchArguments,
}

/// `reauth revoke`
#[derive(Debug, Args)]
pub struct RevokeArguments {
    /// The instance [default: the configured one]
    #[arg(long, value_name = "ID")]
    pub instance: Option<u64>,
    /// Revocation
    #[command(flatten)]
    pub revocation: RevocationArguments,
    /// Browser
    #[command(flatten)]
    pub browser: BrowserArguments,
    /// Watching
    #[command(flatten)]
    pub watch: WatchArguments,
}

/// `reauth restore`
#[derive(Debug, Args)]
pub struct RestoreArguments {
    /// The instance [default: the configured one]
    #[arg(long, value_name = "ID", conflicts_with = "all")]
    pub instance: Option<u64>,
    /// Every instance that an earlier run left behind, each with a report of its own
    #[arg(long)]
    pub all: bool,
    /// Re-authentication
    #[command(flatten)]
    pub reauthentication: ReauthenticationArguments,
    /// Browser
    #[command(flatten)]
    pub browser: BrowserArguments,
    /// Watching
    #[command(flatten)]
    pub watch: WatchArguments,
}

/// `reauth status`
#[derive(Debug, Args)]
pub struct StatusArguments {
    /// The instance [default: the configured one]
    #[arg(long, value_name = "ID")]
    pub instance: Option<u64>,
}

/// `reauth doctor`
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 ready, warnings included; 1 a page or an answer was not as \
expected; 2 the configuration is at fault; 3 this machine or a host is.")]
pub struct DoctorArguments {
    /// Try the way in as well: logs in as each configured account
    #[arg(long)]
    pub login: bool,
    /// Walk through all pages, touch nothing, and list every locator that only a fallback found;
    /// logs in as well
    #[arg(long)]
    pub drift: bool,
    /// The instance [default: the configured one]
    #[arg(long, value_name = "ID")]
    pub instance: Option<u64>,
    /// Browser
    #[command(flatten)]
    pub browser: BrowserArguments,
}

/// `reauth passkey`
#[derive(Debug, Args)]
pub struct PasskeyArguments {
    /// What to do with it.
    #[command(subcommand)]
    pub command: PasskeyCommand,
}

/// What can be done with a passkey.
#[derive(Debug, Subcommand)]
pub enum PasskeyCommand {
    /// Create one where Salesforce asks for it, keep it, and log in with it
    Enroll(Box<EnrollArguments>),
    /// Say whose it is, for which host, how old and how often used; never the key
    Show(ShowArguments),
    /// Remove it from this machine, for good
    Forget(ForgetArguments),
}

/// Whose passkey.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Who {
    /// The integration user.
    User,
    /// Who works in Setup.
    Admin,
}

/// `reauth passkey enroll`
#[derive(Debug, Args)]
pub struct EnrollArguments {
    /// Whose: `user`, or `admin`, who works in Setup [default: user]
    #[arg(long = "as", value_name = "WHO", default_value = "user")]
    #[arg(hide_possible_values = true, hide_default_value = true)]
    pub who: Who,
    /// Where to keep it [default: `passkey_file` of that user]
    #[arg(long, value_name = "FILE")]
    pub to: Option<PathBuf>,
    /// Replace one that is kept there, or that an enrolment left half-way
    #[arg(long)]
    pub force: bool,
    /// Print the passkey as well, to hand it over as a secret
    #[arg(long, requires = "show_secrets")]
    pub print: bool,
    /// Allow `--print` to print it in clear
    #[arg(long)]
    pub show_secrets: bool,
    /// Browser
    #[command(flatten)]
    pub browser: BrowserArguments,
}

/// `reauth passkey show`
#[derive(Debug, Args)]
pub struct ShowArguments {
    /// Where it is kept [default: as configured]
    pub file: Option<PathBuf>,
    /// Whose: `user`, or `admin`, who works in Setup [default: user]
    #[arg(long = "as", value_name = "WHO", default_value = "user")]
    #[arg(hide_possible_values = true, hide_default_value = true)]
    pub who: Who,
}

/// `reauth passkey forget`
#[derive(Debug, Args)]
pub struct ForgetArguments {
    /// Where it is kept [default: as configured]
    pub file: Option<PathBuf>,
    /// Whose: `user`, or `admin`, who works in Setup [default: user]
    #[arg(long = "as", value_name = "WHO", default_value = "user")]
    #[arg(hide_possible_values = true, hide_default_value = true)]
    pub who: Who,
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
}

/// `reauth simulate`
#[derive(Debug, Args)]
pub struct SimulateArguments {
    /// Port [default: a free one]
    #[arg(long, default_value_t = 0, hide_default_value = true)]
    pub port: u16,
    /// Address to listen at; in a container 0.0.0.0. Whoever reaches it sees all of its secrets
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    pub listen: std::net::IpAddr,
    /// A callback of yours that the connected app accepts as well; may be given several times
    #[arg(long, value_name = "URL")]
    pub callback_url: Vec<String>,
    /// Write a reauth.toml for this simulator
    #[arg(long, value_name = "FILE")]
    pub write_config: Option<PathBuf>,
    /// How both services behave, as JSON; /__simulator/ of a running one shows all settings
    #[arg(long, value_name = "FILE")]
    pub settings: Option<PathBuf>,
    /// Named faults, on top of the settings and in this order
    #[arg(long, value_name = "FAULT,…", value_delimiter = ',')]
    pub fault: Vec<String>,
    /// Print all faults, one a line, and end
    #[arg(long)]
    pub list_faults: bool,
}

/// `reauth explain`
#[derive(Debug, Args)]
pub struct ExplainArguments {
    /// A code, e.g. salesforce.app_blocked, also as copied: `error[…]`; or a module, e.g. salesforce
    /// [default: all codes, as a list]
    #[arg(value_parser = super::explain::CodeParser, hide_possible_values = true)]
    pub code: Option<String>,
}

/// `reauth init`
#[derive(Debug, Args)]
pub struct InitArguments {
    /// Where to write it [default: what --config names, else reauth.toml]
    pub file: Option<PathBuf>,
    /// Overwrite a file that is there
    #[arg(long)]
    pub force: bool,
    /// Ask nothing, on a terminal as well: write the commented template
    #[arg(long)]
    pub defaults: bool,
}

/// `reauth schema`
#[derive(Debug, Args)]
pub struct SchemaArguments {
    /// Of which document: `report`, that is report.json, or `doctor`
    #[arg(hide_possible_values = true)]
    pub of: Schema,
}

/// What has a schema.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Schema {
    /// report.json
    Report,
    /// What `reauth doctor --format json` prints
    Doctor,
    /// What `reauth report history --format json` prints
    History,
    /// What `reauth report compare --format json` prints
    Comparison,
}

/// `reauth completions`
#[derive(Debug, Args)]
pub struct CompletionsArguments {
    /// For which shell
    pub shell: clap_complete::Shell,
}

/// How the grant is ended.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum RevokeVia {
    /// Setup → Connected Apps OAuth Usage → User Count → Revoke
    Ui,
    /// POST /services/oauth2/revoke
    Api,
}

/// How the instance gets its new grant.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum ReauthenticateVia {
    /// PATCH, and PUT only when PATCH is refused or leaves the instance dead
    Auto,
    /// PATCH only
    Patch,
    /// PUT only
    Put,
}

impl BrowserArguments {
    fn apply(self, overrides: &mut Overrides) {
        overrides.headed = self.headed;
        overrides.slow_mo = self.slow_mo;
        overrides.browser_binary = self.browser_binary;
        overrides.driver = self.driver;
        overrides.webdriver_url = self.webdriver_url;
        overrides.profile_dir = self.profile_dir;
        overrides.locators = self.locators;
        overrides.timeout = self.timeout;
    }
}

impl RevocationArguments {
    fn apply(self, overrides: &mut Overrides) {
        overrides.revoke_via = self.revoke_via.map(|via| match via {
            RevokeVia::Ui => config::RevokeVia::Ui,
            RevokeVia::Api => config::RevokeVia::Api,
        });
        overrides.revoke_all_of_user = self.revoke_all_of_user;
        overrides.settle = self.settle;
    }
}

impl ReauthenticationArguments {
    fn apply(&self, overrides: &mut Overrides) {
        overrides.reauthenticate_via = self.reauthenticate_via.map(|via| match via {
            ReauthenticateVia::Auto => config::ReauthenticateVia::Auto,
            ReauthenticateVia::Patch => config::ReauthenticateVia::Patch,
            ReauthenticateVia::Put => config::ReauthenticateVia::Put,
        });
    }
}

impl RunArguments {
    /// What the flags say of the configuration.
    pub fn overrides(self, global: &Global) -> Overrides {
        let mut overrides = Overrides {
            instance: self.instance,
            provision: self.provision,
            keep: self.keep,
            out: global.out.clone(),
            ..Overrides::default()
        };
        self.revocation.apply(&mut overrides);
        self.reauthentication.apply(&mut overrides);
        self.browser.apply(&mut overrides);
        overrides
    }
}

impl ProvisionArguments {
    /// What the flags say of the configuration.
    pub fn overrides(self, global: &Global) -> Overrides {
        let mut overrides =
            Overrides { provision: true, out: global.out.clone(), ..Overrides::default() };
        self.browser.apply(&mut overrides);
        overrides
    }
}

impl RevokeArguments {
    /// What the flags say of the configuration.
    pub fn overrides(self, global: &Global) -> Overrides {
        let mut overrides =
            Overrides { instance: self.instance, out: global.out.clone(), ..Overrides::default() };
        self.revocation.apply(&mut overrides);
        self.browser.apply(&mut overrides);
        overrides
    }
}

impl RestoreArguments {
    /// What the flags say of the configuration.
    pub fn overrides(self, global: &Global) -> Overrides {
        let mut overrides =
            Overrides { instance: self.instance, out: global.out.clone(), ..Overrides::default() };
        self.reauthentication.apply(&mut overrides);
        self.browser.apply(&mut overrides);
        overrides
    }
}

impl EnrollArguments {
    /// What the flags say of the configuration.
    pub fn overrides(self, global: &Global) -> Overrides {
        let mut overrides = Overrides { out: global.out.clone(), ..Overrides::default() };
        self.browser.apply(&mut overrides);
        overrides
    }
}

impl StatusArguments {
    /// What the flags say of the configuration.
    pub fn overrides(&self, global: &Global) -> Overrides {
        Overrides { instance: self.instance, out: global.out.clone(), ..Overrides::default() }
    }
}

impl DoctorArguments {
    /// How far the pages are walked.
    pub fn extent(&self) -> Extent {
        match (self.login, self.drift) {
            (_, true) => Extent::Everywhere,
            (true, false) => Extent::Home,
            (false, false) => Extent::Nowhere,
        }
    }

    /// What the flags say of the configuration.
    pub fn overrides(self, global: &Global) -> Overrides {
        let mut overrides =
            Overrides { instance: self.instance, out: global.out.clone(), ..Overrides::default() };
        self.browser.apply(&mut overrides);
        overrides
    }
}

/// `60`, `60s`, `2m`, `1h`.
/// Milliseconds, with or without their unit, or a longer time with its unit.
fn pause(text: &str) -> Result<Duration, String> {
    match text.strip_suffix("ms").unwrap_or(text).trim_end().parse() {
        Ok(milliseconds) => Ok(Duration::from_millis(milliseconds)),
        Err(_) => {
            duration(text).map_err(|_| "expected milliseconds, or a time such as 1s".to_owned())
        }
    }
}

fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || "expected a time such as 60s or 2m".to_owned();
    let (digits, unit) =
        text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
    let count: u64 = digits.parse().map_err(|_| wrong())?;
    let seconds = match unit.trim() {
        "" | "s" => Some(count),
        "m" => count.checked_mul(60),
        "h" => count.checked_mul(3600),
        _ => None,
    };
    seconds.filter(|seconds| *seconds > 0).map(Duration::from_secs).ok_or_else(wrong)
}

/// `reauth report`
#[derive(Debug, Args)]
pub struct ReportArguments {
    /// Run folders whose report.html and junit.xml are made again [default: the latest]
    #[arg(value_name = "FOLDER")]
    pub folders: Vec<PathBuf>,
    /// Open the report
    #[arg(long)]
    pub open: bool,
    /// Make one report.html and one junit.xml of all these runs, in this folder [default of FOLDER:
    /// all runs]
    #[arg(long, value_name = "DIR")]
    pub merge: Option<PathBuf>,
    /// What else
    #[command(subcommand)]
    pub command: Option<ReportCommand>,
}

/// What else `reauth report` can do.
#[derive(Debug, Subcommand)]
pub enum ReportCommand {
    /// Put two runs beside one another: what got slower, which page or warning is new
    Compare {
        /// The earlier run's folder
        #[arg(value_name = "BEFORE")]
        before: PathBuf,
        /// The later run's folder
        #[arg(value_name = "AFTER")]
        after: PathBuf,
    },
    /// Say how often runs passed, and how long each step takes (median, p95)
    History {
        /// Parent of run folders [default: --out, else runs]
        #[arg(value_name = "DIR")]
        folder: Option<PathBuf>,
        /// Leave it as a page with a picture, and as junit.xml, in this folder as well
        #[arg(long, value_name = "DIR")]
        html: Option<PathBuf>,
        /// Only so many runs, the latest
        #[arg(long, value_name = "N")]
        last: Option<NonZeroUsize>,
    },
}

/// `reauth man`
#[derive(Debug, Args)]
pub struct ManArguments {
    /// A command [default: the program]
    #[arg(value_name = "COMMAND")]
    pub command: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_flags_are_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn times_have_units() {
        assert_eq!(duration("60"), Ok(Duration::from_secs(60)));
        assert_eq!(duration("2m"), Ok(Duration::from_secs(120)));
        for wrong in ["", "0s", "5 days", "-1s", "s", "1.5s"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }
}
