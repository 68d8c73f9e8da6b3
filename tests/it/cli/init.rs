//! `reauth init`

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;

use expectrl::Expect as _;

use super::{nowhere, reauth, refusal, text};
use crate::support::{Terminal, World};

#[test]
fn init_writes_a_file_that_loads_when_its_variables_are_set() {
    let folder = nowhere();
    let output = reauth(folder.path(), &["init"]).output().unwrap();
    let stderr = refusal(&output, 0);
    assert!(stderr.contains("reauth.toml written"), "{stderr}");
    let written = std::fs::read_to_string(folder.path().join("reauth.toml")).unwrap();

    // Without them, each missing one is named, with its line.
    let missing = refusal(&reauth(folder.path(), &["status"]).output().unwrap(), 2);
    let names: Vec<&str> = written
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once("\"${")?.1.split_once('}'))
        .map(|(name, _)| name)
        .collect();
    assert_eq!(names.len(), 6, "{names:?}");
    for name in &names {
        assert!(missing.contains(&format!("environment variable {name} is not set")), "{missing}");
    }
    assert!(missing.contains("reauth.toml:"), "{missing}");

    // With them it loads: what is missing then is an instance to ask about.
    let mut command = reauth(folder.path(), &["status"]);
    command.envs(names.iter().map(|name| (name, "a value")));
    let stderr = refusal(&command.output().unwrap(), 2);
    assert!(stderr.contains("config.no_instance"), "{stderr}");
}

#[test]
fn init_overwrites_only_when_told_to() {
    let folder = nowhere();
    let file = folder.path().join("mine.toml");
    std::fs::write(&file, "precious").unwrap();
    let stderr = refusal(&reauth(folder.path(), &["init", "mine.toml"]).output().unwrap(), 2);
    for word in ["init.exists", "mine.toml", "--force"] {
        assert!(stderr.contains(word), "{stderr}");
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "precious");

    refusal(&reauth(folder.path(), &["init", "mine.toml", "--force"]).output().unwrap(), 0);
    let written = std::fs::read_to_string(&file).unwrap();
    assert!(written.starts_with("# Configuration of reauth"), "{written}");
    assert!(!folder.path().join("reauth.toml").exists());
}

#[test]
fn init_writes_for_its_owner_only() {
    // Somebody will put a password into it.
    let folder = nowhere();
    let file = folder.path().join("reauth.toml");
    for arguments in [&["init"][..], &["init", "--force"]] {
        refusal(&reauth(folder.path(), arguments).output().unwrap(), 0);
        let mode = file.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{arguments:?}: {mode:o}");
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    }
}

#[test]
fn init_writes_where_the_configuration_is_looked_for() {
    let folder = nowhere();
    let arguments = ["init", "--config", "other.toml"];
    refusal(&reauth(folder.path(), &arguments).output().unwrap(), 0);
    assert!(folder.path().join("other.toml").exists());
    assert!(!folder.path().join("reauth.toml").exists());
}

#[test]
fn init_says_why_it_cannot_write() {
    let folder = nowhere();
    let output = reauth(folder.path(), &["init", "missing/reauth.toml"]).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    let stderr = text(&output.stderr);
    assert!(stderr.contains("init.unwritable") && stderr.contains("missing/"), "{stderr}");
}

/// A person is asked, what is written loads, and the addresses are tried as they come.
#[tokio::test(flavor = "multi_thread")]
async fn init_asks_a_person() {
    let world = World::new().await;
    let ready = world.simulator.ready();
    let file = world.home.path().join("asked.toml");
    let mut terminal = Terminal::open(&world, &["init", "asked.toml"], &[]);
    terminal.until("Where do users log in");
    terminal.types("nonsense");
    terminal.until("expected an address such as https://");
    terminal.until("Where do users log in");
    terminal.types("http://127.0.0.1:9");
    terminal.until("Keep it all the same?");
    terminal.types("n");
    terminal.until("Where do users log in");
    terminal.types(&ready.salesforce.login_url);
    terminal.until("is a login of Salesforce's");
    for (question, answer) in [
        ("What kind of app", "ext"),
        ("What is it called", "My \"App\""),
        ("Its callback URL?", ready.salesforce.callback_url.as_str()),
        ("How is the grant to be ended", ""),
        ("May the integration user work in Setup?", "n"),
        ("The address of Cloud Elements' API?", ready.cloud_elements.base_url.as_str()),
        ("The id of the instance", "410001"),
    ] {
        terminal.until(question);
        terminal.types(answer);
    }
    let said = terminal.ends(0);
    assert!(
        said.contains("asked.toml written") && said.contains("SALESFORCE_ADMIN_PASSWORD"),
        "{said}"
    );
    let written = std::fs::read_to_string(&file).unwrap();
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let value: toml::Table = written.parse().unwrap();
    let salesforce = &value["salesforce"];
    assert_eq!(salesforce["login_url"].as_str(), Some(ready.salesforce.login_url.as_str()));
    assert_eq!(salesforce["app_kind"].as_str(), Some("external-client"));
    assert_eq!(salesforce["connected_app"].as_str(), Some("My \"App\""));
    assert_eq!(salesforce["password"].as_str(), Some("${SALESFORCE_PASSWORD}"));
    assert_eq!(salesforce["admin"]["username"].as_str(), Some("${SALESFORCE_ADMIN_USERNAME}"));
    assert_eq!(value["cloud_elements"]["instance"]["id"].as_integer(), Some(410_001));
    assert_eq!(value["run"]["revoke_via"].as_str(), Some("ui"));
    assert!(written.starts_with("# Configuration of reauth"), "the comments stay");
}

/// Where all variables are set, it looks at once.
#[tokio::test(flavor = "multi_thread")]
async fn init_looks_at_what_it_wrote() {
    let world = World::new().await;
    let ready = world.simulator.ready();
    let (salesforce, platform) = (&ready.salesforce, &ready.cloud_elements);
    let variables = [
        ("SALESFORCE_USERNAME", salesforce.username.as_str()),
        ("SALESFORCE_PASSWORD", salesforce.password.as_str()),
        ("SALESFORCE_CONSUMER_KEY", salesforce.consumer_key.as_str()),
        ("SALESFORCE_CONSUMER_SECRET", salesforce.consumer_secret.as_str()),
        ("CE_USER_SECRET", platform.user_secret.as_str()),
        ("CE_ORG_SECRET", platform.organization_secret.as_str()),
    ];
    let mut terminal = Terminal::open(&world, &["init", "asked.toml"], &variables);
    for (question, answer) in [
        ("Where do users log in", salesforce.login_url.as_str()),
        ("What kind of app", ""),
        ("What is it called", ""),
        ("Its callback URL?", salesforce.callback_url.as_str()),
        ("How is the grant to be ended", "api"),
        ("The address of Cloud Elements' API?", platform.base_url.as_str()),
        ("The id of the instance", "410001"),
        ("Look at everything now", ""),
    ] {
        terminal.until(question);
        terminal.types(answer);
    }
    let said = terminal.ends(0);
    assert!(said.contains("READY"), "{said}");
    for (name, value) in variables {
        assert!(
            name == "SALESFORCE_USERNAME" || name.ends_with("_KEY") || !said.contains(value),
            "{name}"
        );
    }
    world.assert_nothing_left().await;
}

#[test]
fn init_without_an_answer_writes_nothing() {
    let folder = nowhere();
    let mut command = reauth(folder.path(), &["init"]);
    command.stdin(std::process::Stdio::inherit());
    let mut session = expectrl::Session::spawn(command).unwrap();
    session.expect("Where do users log in").unwrap();
    session.write_all(b"\x04").unwrap();
    session.expect("init.no_answer").unwrap();
    session.expect(expectrl::Eof).unwrap();
    assert!(!folder.path().join("reauth.toml").exists());
}

#[test]
fn init_may_ask_nothing() {
    let folder = nowhere();
    let mut session =
        expectrl::Session::spawn(reauth(folder.path(), &["init", "--defaults"])).unwrap();
    session.expect("reauth.toml written").unwrap();
    session.expect(expectrl::Eof).unwrap();
}
