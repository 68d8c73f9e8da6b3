//! A driver that somebody else runs.

use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;

use fantoccini::{Client, ClientBuilder};
use reauth::browser::{Catalogue, Driver, Session};
use reauth::config::Config;
use reauth::secrets::Redactor;
use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::{Map, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Child;

/// A running chromedriver with a temporary folder of its own: what it keeps is not ours to look for.
pub struct RemoteDriver {
    child: Child,
    url: String,
    temporary: TempDir,
}

impl RemoteDriver {
    /// A browser of this driver that nobody at `reauth` opened.
    pub async fn browser(&self) -> Client {
        let options = json!({"args": ["--headless", "--no-sandbox", "--window-size=1400,1200"]});
        let capabilities = Map::from_iter([("goog:chromeOptions".to_owned(), options)]);
        let mut builder = ClientBuilder::rustls().unwrap();
        builder.capabilities(capabilities).connect(self.url()).await.unwrap()
    }

    /// A window of it for our own browser layer. Nobody guards it: it wants to be closed.
    pub async fn session(
        &self,
        config: &Config,
        catalogue: Catalogue,
        redactor: &Redactor,
    ) -> Session {
        let mut driver = Driver::unguarded(self.url.parse().unwrap());
        let (callback, catalogue) = (config.salesforce.callback_url.clone(), Arc::new(catalogue));
        Session::open(&mut driver, &config.browser, callback, catalogue, redactor.clone())
            .await
            .unwrap()
    }

    /// Starts one on a free port. It takes sessions when this returns.
    pub async fn start() -> Self {
        let temporary = tempfile::Builder::new().prefix("rd").tempdir_in("/tmp").unwrap();
        let mut child = tokio::process::Command::new("chromedriver")
            .arg("--port=0")
            .env("TMPDIR", temporary.path())
            .process_group(0)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let port = loop {
            let line = lines.next_line().await.unwrap().expect("the driver starts");
            if let Some((_, port)) = line.split_once("started successfully on port ") {
                break port.trim_end_matches('.').to_owned();
            }
        };
        Self { child, url: format!("http://127.0.0.1:{port}"), temporary }
    }

    /// Where it listens.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its temporary folder, and so its browsers'.
    pub fn temporary(&self) -> &Path {
        self.temporary.path()
    }
}

impl Drop for RemoteDriver {
    fn drop(&mut self) {
        let id = self.child.id().and_then(|id| i32::try_from(id).ok());
        if let Some(group) = id.and_then(Pid::from_raw) {
            // With whatever browser a failed test has left it.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}
