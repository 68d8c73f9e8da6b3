//! `reauth simulate` as a program of its own.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Output, Stdio};

use reqwest::header::AUTHORIZATION;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use crate::support::{Port, bare};

/// A simulator that serves, in a folder of its own.
struct Serving {
    folder: TempDir,
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    ready: Value,
}

fn folder() -> TempDir {
    tempfile::Builder::new().prefix("simulate-").tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::from(bare(folder, arguments));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

async fn output(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, arguments).output().await.unwrap()
}

impl Serving {
    async fn start(arguments: &[&str]) -> Self {
        Self::start_in(folder(), arguments).await
    }

    async fn start_in(folder: TempDir, arguments: &[&str]) -> Self {
        let arguments = [&["simulate"], arguments].concat();
        let mut child = command(folder.path(), &arguments).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = lines.next_line().await.unwrap().expect("a line when it is ready");
        let ready = serde_json::from_str(&line).unwrap();
        Self { folder, child, lines, ready }
    }

    fn port(&self) -> u16 {
        self.ready["port"].as_u64().unwrap().try_into().unwrap()
    }

    /// A request on the plain address, as somebody sends it who cannot resolve `*.localhost`.
    async fn get(&self, path: &str, authorization: Option<&str>) -> reqwest::Response {
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .tls_certs_only([])
            .build()
            .unwrap();
        let request = client.get(format!("http://127.0.0.1:{}{path}", self.port()));
        let request = match authorization {
            Some(value) => request.header(AUTHORIZATION, value),
            None => request,
        };
        request.send().await.unwrap()
    }

    async fn state(&self) -> Value {
        self.get("/__simulator/state", None).await.json().await.unwrap()
    }

    fn platform_header(&self) -> String {
        let text = |key: &str| self.ready["cloud_elements"][key].as_str().unwrap().to_owned();
        format!(
            "User {}, Organization {}, Element {}",
            text("user_secret"),
            text("organization_secret"),
            text("element_token")
        )
    }

    /// Stops it by a signal: it ends well and has nothing more to say.
    async fn stop(mut self, signal: Signal) -> TempDir {
        let pid = Pid::from_raw(self.child.id().unwrap().try_into().unwrap()).unwrap();
        kill_process(pid, signal).unwrap();
        assert_eq!(self.lines.next_line().await.unwrap(), None, "one line is all");
        let mut stderr = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut stderr).await.unwrap();
        assert_eq!(self.child.wait().await.unwrap().code(), Some(0), "{signal:?}: {stderr}");
        assert_eq!(stderr, "", "{signal:?}");
        self.folder
    }
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[tokio::test]
async fn the_ready_line_is_as_agreed() {
    let serving = Serving::start(&[]).await;
    let ready = &serving.ready;
    assert_eq!(keys(ready), ["ready", "pid", "port", "salesforce", "cloud_elements"]);
    assert_eq!(ready["ready"], true);
    assert_eq!(ready["pid"], serving.child.id().unwrap());
    let (port, salesforce, platform) =
        (serving.port(), &ready["salesforce"], &ready["cloud_elements"]);
    assert_eq!(
        keys(salesforce),
        [
            "login_url",
            "my_domain_url",
            "username",
            "password",
            "consumer_key",
            "consumer_secret",
            "callback_url",
            "connected_app",
        ]
    );
    assert_eq!(
        keys(platform),
        ["base_url", "user_secret", "organization_secret", "instance_id", "element_token"]
    );
    assert_eq!(salesforce["login_url"], format!("http://login.salesforce.localhost:{port}"));
    assert_eq!(
        salesforce["my_domain_url"],
        format!("http://acme--qa.sandbox.my.salesforce.localhost:{port}")
    );
    assert_eq!(
        platform["base_url"],
        format!("http://api.cloud-elements.localhost:{port}/elements/api-v2")
    );
    let callback = salesforce["callback_url"].as_str().unwrap();
    assert!(callback.starts_with("https://auth.cloud-elements.localhost:"), "{callback}");
    assert!(callback.ends_with("/oauth"), "{callback}");
    assert!(platform["instance_id"].is_u64());
    serving.stop(Signal::TERM).await;
}

#[tokio::test]
async fn one_instance_lives_from_the_start_and_the_plain_address_answers_for_both_services() {
    let serving = Serving::start(&[]).await;
    let header = serving.platform_header();
    let api = "/elements/api-v2";

    let read = serving.get(&format!("{api}/hubs/crm/accounts?pageSize=1"), Some(&header)).await;
    assert_eq!(read.status(), 200, "it works through the platform");
    let records: Vec<Value> = read.json().await.unwrap();
    assert_eq!(records.len(), 1);

    let state = serving.state().await;
    let instances = state["cloud_elements"]["instances"].as_array().unwrap();
    assert_eq!(instances.len(), 1);
    assert_eq!(instances[0]["id"], serving.ready["cloud_elements"]["instance_id"]);
    let token = instances[0]["configuration"]["oauth.user.token"].as_str().unwrap();
    let bearer = format!("Bearer {token}");
    let who = serving.get("/services/oauth2/userinfo", Some(&bearer)).await;
    let who: Value = who.json().await.unwrap();
    assert_eq!(who["preferred_username"], serving.ready["salesforce"]["username"]);
    let dead = serving.get("/services/oauth2/userinfo", Some("Bearer 00D000!nobody")).await;
    assert_eq!(dead.status(), 403);

    // Whoever came by the plain address is not sent to a name that they cannot resolve.
    let salesforce = &serving.ready["salesforce"];
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("apiKey", salesforce["consumer_key"].as_str().unwrap())
        .append_pair("apiSecret", salesforce["consumer_secret"].as_str().unwrap())
        .append_pair("callbackUrl", salesforce["callback_url"].as_str().unwrap())
        .append_pair("siteAddress", &format!("http://127.0.0.1:{}", serving.port()))
        .finish();
    let asked = serving.get(&format!("{api}/elements/sfdc/oauth/url?{query}"), Some(&header)).await;
    let asked: Value = asked.json().await.unwrap();
    let url = asked["oauthUrl"].as_str().unwrap_or_else(|| panic!("{asked}"));
    assert!(url.starts_with(&format!("http://127.0.0.1:{}/", serving.port())), "{url}");
    serving.stop(Signal::TERM).await;
}

/// For a container, and for whoever tests a platform of their own.
#[tokio::test]
async fn it_listens_where_it_is_told_to_and_knows_other_callbacks() {
    let callback = "http://localhost:3000/callback";
    let serving = Serving::start(&["--listen", "0.0.0.0", "--callback-url", callback]).await;
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("response_type", "code")
        .append_pair("client_id", serving.ready["salesforce"]["consumer_key"].as_str().unwrap())
        .append_pair("redirect_uri", callback)
        .finish();
    let asked = serving.get(&format!("/services/oauth2/authorize?{query}"), None).await;
    assert_eq!(asked.status(), 302, "it leads to the login");
    assert!(asked.headers()["location"].to_str().unwrap().contains("startURL="));
    serving.stop(Signal::TERM).await;
}

#[tokio::test]
async fn it_stops_when_it_is_told_to() {
    for signal in [Signal::TERM, Signal::INT, Signal::HUP] {
        let serving = Serving::start(&[]).await;
        // A client that keeps its connection does not hold it up.
        let mut kept = tokio::net::TcpStream::connect(("127.0.0.1", serving.port())).await.unwrap();
        let folder = serving.stop(signal).await;
        let mut rest = Vec::new();
        drop(kept.read_to_end(&mut rest).await);
        assert!(folder.path().read_dir().unwrap().next().is_none(), "it leaves no file");
    }
}

#[tokio::test]
async fn a_port_of_ones_choice() {
    let reserved = Port::reserve();
    let port = reserved.number.to_string();
    let first = Serving::start(&["--port", &port]).await;
    assert_eq!(first.port(), reserved.number);

    let refused = output(first.folder.path(), &["simulate", "--port", &port]).await;
    let stderr = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(3), "{stderr}");
    assert!(refused.stdout.is_empty(), "it was never ready");
    for word in ["simulator.start", &format!("127.0.0.1:{port}"), "in use", "--port"] {
        assert!(stderr.contains(word), "{word} is not in:\n{stderr}");
    }

    first.stop(Signal::TERM).await;
    let second = Serving::start(&["--port", &port]).await;
    assert_eq!(second.port().to_string(), port);
    second.stop(Signal::INT).await;
}

#[tokio::test]
async fn the_configuration_that_it_writes_works_and_is_private() {
    let folder = folder();
    let file = folder.path().join("reauth.toml");
    let theirs = "# written by hand\n";
    std::fs::write(&file, theirs).unwrap();
    let refused = output(folder.path(), &["simulate", "--write-config", "reauth.toml"]).await;
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(refused.status.code() == Some(2) && said.contains("simulator.config_exists"), "{said}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), theirs);
    // One of its own is replaced, also where others could read it.
    let first = "# Written by `reauth simulate`: good until that process ends.\n";
    std::fs::write(&file, first.to_owned() + &"# longer than nothing\n".repeat(200)).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let serving = Serving::start_in(folder, &["--write-config", "reauth.toml"]).await;
    let mode = file.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600, "{mode:o}");

    let status = output(serving.folder.path(), &["status"]).await;
    assert_eq!(status.status.code(), Some(0), "{}", String::from_utf8_lossy(&status.stderr));
    assert_eq!(status.stdout, b"authenticated\n");

    let before = serving.state().await;
    let run = output(serving.folder.path(), &["run", "--reauthenticate-via", "patch"]).await;
    assert_eq!(run.status.code(), Some(0), "{}", String::from_utf8_lossy(&run.stderr));
    let after = serving.state().await;
    let token = |state: &Value| {
        state["cloud_elements"]["instances"][0]["configuration"]["oauth.user.refresh_token"].clone()
    };
    assert_ne!(token(&before), token(&after), "another grant");
    assert_eq!(after["tripwire_hits"], 0);

    // Once it has stopped, the file says where nobody is any more.
    let folder = serving.stop(Signal::TERM).await;
    let status = output(folder.path(), &["status"]).await;
    assert_eq!(status.status.code(), Some(3), "{}", String::from_utf8_lossy(&status.stderr));
}

#[tokio::test]
async fn a_configuration_that_cannot_be_written() {
    let folder = folder();
    let refused =
        output(folder.path(), &["simulate", "--write-config", "absent/reauth.toml"]).await;
    let stderr = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(3), "{stderr}");
    assert!(stderr.contains("absent/reauth.toml"), "{stderr}");
    assert!(refused.stdout.is_empty());
}

#[tokio::test]
async fn settings_come_from_a_file() {
    let write = |settings: Value| {
        let folder = folder();
        std::fs::write(folder.path().join("settings.json"), settings.to_string()).unwrap();
        folder
    };
    let folder = write(json!({"salesforce": {"usage_page_size": 3}}));
    let serving = Serving::start_in(folder, &["--settings", "settings.json"]).await;
    let settings = serving.state().await["salesforce"]["settings"].clone();
    assert_eq!(settings["usage_page_size"], 3);
    assert_eq!(settings["revoke_confirm"], true, "the rest is as ever");
    serving.stop(Signal::TERM).await;

    let folder = write(json!({"salesforce": {"usage_page_sise": 3}}));
    for file in ["settings.json", "absent.json"] {
        let refused = output(folder.path(), &["simulate", "--settings", file]).await;
        let stderr = String::from_utf8(refused.stderr).unwrap();
        assert_eq!(refused.status.code(), Some(2), "{stderr}");
        assert!(stderr.contains(file) && stderr.contains("simulator.settings"), "{stderr}");
    }
}
