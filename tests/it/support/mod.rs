//! A world of its own for each test: simulator, configuration, state folder, temporary folder. At
//! its end nothing of the browser may be left.

mod dice;
mod documented;
mod hold;
mod leftovers;
mod port;
mod remote_driver;
mod run;
mod running;
mod screen;
mod secrets;
mod state;
mod terminal;
mod verdict;

pub use dice::Dice;
pub use documented::{assert_document, assert_documented};
pub use hold::{Held, Moment};
pub use leftovers::{processes, until_ended};
pub use port::Port;
pub use remote_driver::RemoteDriver;
pub use run::Finished;
pub use running::Running;
pub use screen::Screen;
pub use secrets::Secrets;
pub use state::State;
pub use terminal::Terminal;
pub use verdict::{assert_whole, check_verdict, is_authenticated, of_others};

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use reauth::config::{Config, Environment, Overrides, Source};
use reauth::secrets::Redactor;
use reauth::simulator::{Options, Simulator, config_toml};
use serde_json::Value;
use tempfile::TempDir;
use tokio::process::Command;

/// `reauth` in a folder of its own, with nothing of this machine's environment but where programs
/// are.
pub fn bare(folder: &Path, arguments: &[&str]) -> std::process::Command {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_reauth"));
    command
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", folder)
        .env("LANG", "C.UTF-8")
        .env("REAUTH_STATE_DIR", folder.join("state"));
    command
}

/// Both services and a place to run `reauth` in.
pub struct World {
    pub simulator: Simulator,
    /// Working directory: `reauth.toml`, `runs/`, `state/`.
    pub home: TempDir,
    /// `TMPDIR` of everything that is started here. Short, as Chromium demands.
    pub temporary: TempDir,
}

impl World {
    /// The simulator as it is by default.
    pub async fn new() -> Self {
        Self::with(serde_json::json!({})).await
    }

    /// The simulator with these settings.
    pub async fn with(settings: Value) -> Self {
        leftovers::adopt_orphans();
        let settings = reauth::simulator::Settings::default().merged(&settings).unwrap();
        let simulator = Simulator::start(Options { settings, ..Options::default() }).await.unwrap();
        let home = tempfile::Builder::new()
            .prefix("world-")
            .tempdir_in(env!("CARGO_TARGET_TMPDIR"))
            .unwrap();
        let temporary = tempfile::Builder::new().prefix("rt").tempdir_in("/tmp").unwrap();
        let world = Self { simulator, home, temporary };
        world.write_config(&config_toml(world.simulator.ready()));
        world
    }

    /// The simulator with these faults, in this order.
    pub async fn with_faults(faults: &[&str]) -> Self {
        let settings = reauth::simulator::Settings::default();
        let settings = settings.with_faults(faults.iter().copied()).unwrap();
        Self::with(serde_json::to_value(settings).unwrap()).await
    }

    /// Path of the configuration.
    pub fn config(&self) -> PathBuf {
        self.home.path().join("reauth.toml")
    }

    /// What the simulator says of itself.
    pub fn config_text(&self) -> String {
        config_toml(self.simulator.ready())
    }

    /// The same, loaded.
    pub fn configuration(&self, redactor: &Redactor) -> Config {
        let text = self.config_text();
        let source = Source::Text { name: "the simulator", text: &text };
        let (nothing, none) = (Environment::empty(), Overrides::default());
        reauth::config::load(source, &nothing, &none, redactor).unwrap().config
    }

    /// The same as variables, which need no file beside them.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let ready = self.simulator.ready();
        let (salesforce, platform) = (&ready.salesforce, &ready.cloud_elements);
        vec![
            ("REAUTH_SALESFORCE__LOGIN_URL", salesforce.login_url.to_string()),
            ("REAUTH_SALESFORCE__USERNAME", salesforce.username.clone()),
            ("REAUTH_SALESFORCE__PASSWORD", salesforce.password.clone()),
            ("REAUTH_SALESFORCE__CONNECTED_APP", salesforce.connected_app.clone()),
            ("REAUTH_SALESFORCE__CONSUMER_KEY", salesforce.consumer_key.clone()),
            ("REAUTH_SALESFORCE__CONSUMER_SECRET", salesforce.consumer_secret.clone()),
            ("REAUTH_SALESFORCE__CALLBACK_URL", salesforce.callback_url.to_string()),
            ("REAUTH_CLOUD_ELEMENTS__BASE_URL", platform.base_url.to_string()),
            ("REAUTH_CLOUD_ELEMENTS__USER_SECRET", platform.user_secret.clone()),
            ("REAUTH_CLOUD_ELEMENTS__ORGANIZATION_SECRET", platform.organization_secret.clone()),
            ("REAUTH_CLOUD_ELEMENTS__INSTANCE__ID", platform.instance_id.to_string()),
        ]
    }

    /// A pipe with a name, in the working directory.
    pub fn fifo(&self, name: &str) -> PathBuf {
        let path = self.home.path().join(name);
        rustix::fs::mkfifoat(rustix::fs::CWD, &path, rustix::fs::Mode::RWXU).unwrap();
        path
    }

    /// Replaces the configuration.
    pub fn write_config(&self, text: &str) {
        std::fs::write(self.config(), text).unwrap();
    }

    /// A command that sees nothing of the machine's own configuration.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::from(bare(self.home.path(), arguments));
        command
            .env("TMPDIR", self.temporary.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    /// The same command, started by another that ends as it: `starter` is told program and arguments
    /// after its own.
    pub fn started_by(&self, starter: &[&OsStr], arguments: &[&str]) -> Command {
        let command = self.command(arguments);
        let inner = command.as_std();
        let mut command = Command::new(starter[0]);
        command
            .args(&starter[1..])
            .arg(inner.get_program())
            .args(inner.get_args())
            .current_dir(self.home.path())
            .env_clear()
            .envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    /// Starts `reauth --format json -v …` and follows what it says.
    pub fn follow(&self, arguments: &[&str]) -> Running {
        let arguments = [&["--format", "json", "-v"], arguments].concat();
        Running::new(self.command(&arguments).spawn().unwrap(), self.home.path())
    }

    /// Runs `reauth --format json …` to its end, and makes sure that its report is a good one and
    /// that nothing of it is left.
    pub async fn reauth(&self, arguments: &[&str]) -> Finished {
        let arguments = [&["--format", "json"], arguments].concat();
        let finished = self.finish(self.command(&arguments)).await;
        finished.check_report();
        finished
    }

    /// Runs a command to its end, and makes sure that nothing of it is left, and that it told no
    /// secret that it was not asked for.
    pub async fn finish(&self, mut command: Command) -> Finished {
        let asked_for = command.as_std().get_args().any(|argument| argument == "--show-secrets");
        let output = command.output().await.unwrap();
        let finished = Finished::new(output, self.home.path());
        self.assert_nothing_left().await;
        if !asked_for {
            self.assert_keeps_secrets(&self.state().await, &finished);
        }
        finished
    }

    /// Kills (`-9`) the processes started here whose command line fits; says how many.
    pub fn kill(&self, fits: impl Fn(&str) -> bool) -> usize {
        self.signal(rustix::process::Signal::KILL, fits)
    }

    /// Sends a signal to the processes started here whose command line fits; says how many.
    pub fn signal(&self, signal: rustix::process::Signal, fits: impl Fn(&str) -> bool) -> usize {
        let processes = leftovers::processes(self.temporary.path()).into_iter();
        processes
            .filter(|(_, line)| fits(line))
            .filter(|(id, _)| {
                let id = rustix::process::Pid::from_raw(*id).unwrap();
                rustix::process::kill_process(id, signal).is_ok()
            })
            .count()
    }

    /// No process that carries our `TMPDIR`, and nothing in that folder.
    pub async fn assert_nothing_left(&self) {
        leftovers::assert_none(self.temporary.path()).await;
    }

    /// What the services know.
    pub async fn state(&self) -> State {
        State::new(self.get("/__simulator/state").await)
    }

    /// Changes how the services behave from the next request on.
    pub async fn set(&self, settings: Value) {
        self.post("/__simulator/settings", settings).await;
    }

    /// Speaks to the platform with its own header, beside `reauth`.
    pub async fn platform(&self, method: reqwest::Method, path: &str, body: Value) -> Value {
        let platform = &self.simulator.ready().cloud_elements;
        let header =
            format!("User {}, Organization {}", platform.user_secret, platform.organization_secret);
        let url = self.url(&format!("/elements/api-v2{path}"));
        let request = client().request(method, url).header("Authorization", header).json(&body);
        let answer = request.send().await.unwrap();
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert!(status.is_success(), "{path}: {status} {text}");
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// Asks the control page.
    pub async fn get(&self, path: &str) -> Value {
        let answer = client().get(self.url(path)).send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer.json().await.unwrap()
    }

    /// Tells the control page.
    pub async fn post(&self, path: &str, body: Value) {
        let answer = client().post(self.url(path)).json(&body).send().await.unwrap();
        let status = answer.status();
        assert!(status.is_success(), "{path}: {status} {}", answer.text().await.unwrap());
    }

    /// Ends a grant behind everybody's back, as an administrator might.
    pub async fn cut(&self, grant: &str) {
        self.post(&format!("/__simulator/grants/{grant}/revoke"), Value::Null).await;
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.simulator.ready().port)
    }

    /// The instance that lives from the start.
    pub fn instance(&self) -> u64 {
        self.simulator.ready().cloud_elements.instance_id
    }

    /// The integration user.
    pub fn username(&self) -> &str {
        &self.simulator.ready().salesforce.username
    }

    /// Names of the journal's entries and locks.
    pub fn journal(&self) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.home.path().join("state")) else {
            return Vec::new();
        };
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Everything below the run folders, as (path, bytes).
    pub fn run_files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        self.files_below("runs")
    }

    /// Everything below a folder of this world, as (path, bytes).
    pub fn files_below(&self, folder: &str) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files = Vec::new();
        collect(&self.home.path().join(folder), &mut files);
        files
    }
}

fn collect(folder: &Path, files: &mut Vec<(PathBuf, Vec<u8>)>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            let bytes = std::fs::read(&path).unwrap();
            files.push((path, bytes));
        }
    }
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap()
}
