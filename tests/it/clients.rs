//! Clients that others wrote, against the simulator: whoever knows the real services cannot tell it
//! from them. Installed by `.ci/clients` (`make test` sees to it).

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use reauth::browser::Catalogue;
use reauth::salesforce::pages::{self, Notes, Refusals, TrustedOrigins, Visitor};
use reauth::secrets::Redactor;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::Command;
use url::Url;

use crate::support::{RemoteDriver, World};

/// Where the packages are.
fn installed() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/clients");
    assert!(
        folder.join("stamp").exists(),
        "other people's clients are not installed: run .ci/clients"
    );
    folder
}

fn script(world: &World, program: PathBuf, name: &str) -> Command {
    let mut command = Command::new(program);
    command
        .arg(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/clients").join(name))
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", world.home.path())
        .env("TMPDIR", world.temporary.path())
        .env("CLIENTS", installed())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("NO_PROXY", "*")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// Runs a script to its end; gives what it checked.
async fn checks(world: &World, mut command: Command) -> Vec<String> {
    let mut child = command.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let ready = serde_json::to_string(world.simulator.ready()).unwrap();
    input.write_all(format!("{ready}\n").as_bytes()).await.unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let (mut checked, mut is_done) = (Vec::new(), false);
    while let Some(line) = lines.next_line().await.unwrap() {
        let message: Value = serde_json::from_str(&line).unwrap_or(Value::Null);
        if let Some(name) = message["checked"].as_str() {
            checked.push(name.to_owned());
        } else if let Some(url) = message["authorise"].as_str() {
            let callback = authorise(world, url).await;
            input.write_all(format!("{callback}\n").as_bytes()).await.unwrap();
        }
        is_done |= message["done"] == true;
    }
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).await.unwrap();
    let status = child.wait().await.unwrap();
    assert!(status.success() && is_done, "{status}, checked {checked:#?}\n{stderr}");
    checked
}

/// Nobody is told anything.
struct Silent;

impl Notes for Silent {
    fn progress(&self, _: &str) {}
    fn asks(&self, _: &str) {}
    fn answered(&self) {}
    fn warn(&self, _: &'static str, _: String) {}
    fn met(&self, _: &str) {}
    fn logged_in(&self, _: &'static str) {}
}

/// Logs in and approves with our own browser layer; gives the callback's URL, which nobody opened.
async fn authorise(world: &World, url: &str) -> Url {
    let ready = world.simulator.ready();
    let redactor = Redactor::new();
    let config = world.configuration(&redactor);
    let remote = RemoteDriver::start().await;
    let session = remote.session(&config, Catalogue::load(None).unwrap(), &redactor).await;
    // A browser resolves the login host's name, and logs in there.
    let mut url = Url::parse(url).unwrap();
    url.set_host(Some("login.salesforce.localhost")).unwrap();
    let url = redactor.learn("OAuth URL", url.as_str());
    let trusted = TrustedOrigins::default();
    trusted.trust(&config.salesforce.login_url);
    let refusals = Refusals::default();
    let limit = Duration::from_secs(60);
    let mut visitor =
        Visitor::new(&session, &config.salesforce.user, trusted, &refusals, &Silent, limit);
    let callback = pages::authorize(&mut visitor, &url, async |_| Ok(())).await.unwrap();
    session.close().await.unwrap();
    assert!(callback.as_str().starts_with(&ready.salesforce.callback_url), "{callback}");
    callback
}

async fn node(name: &str) -> Vec<String> {
    let world = World::new().await;
    let checked = checks(&world, script(&world, "node".into(), name)).await;
    assert_eq!(world.state().await.tripwire_hits(), 0);
    checked
}

async fn python(name: &str) -> Vec<String> {
    let world = World::new().await;
    checks(&world, script(&world, installed().join("venv/bin/python"), name)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn jsforce() {
    assert_eq!(node("jsforce.mjs").await.len(), 9);
}

#[tokio::test(flavor = "multi_thread")]
async fn openid_client() {
    assert_eq!(node("openid-client.mjs").await.len(), 8);
}

#[tokio::test(flavor = "multi_thread")]
async fn doctor_core() {
    assert_eq!(node("doctor-core.mjs").await.len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn simple_salesforce() {
    assert_eq!(python("simple_salesforce_client.py").await.len(), 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn cloudelements() {
    assert_eq!(python("cloudelements_client.py").await.len(), 6);
}
