//! The configuration as its users meet it: given this file, these variables and these flags, this
//! is what comes out or what is said.

mod mistakes;
mod properties;
mod secrets;

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::*;
use crate::secrets::Redactor;

const COMPLETE: &str = r#"
[salesforce]
login_url = "https://test.salesforce.com"
username = "qa@example.com"
password = "correct horse battery"
connected_app = "Cloud Elements QA"
consumer_key = "3MVG9"
consumer_secret = "consumer-secret-value"
callback_url = "https://auth.cloudelements.io/oauth"
[cloud_elements]
base_url = "https://api.cloud-elements.com/elements/api-v2/"
user_secret = "user-secret-value"
organization_secret = "organization-secret-value"
[cloud_elements.instance]
id = 123456
token = "element-token-value"
"#;

const NAME: &str = "reauth.toml";

fn attempt(
    text: &str,
    environment: &Environment,
    overrides: &Overrides,
) -> Result<Loaded, ConfigError> {
    load(Source::Text { name: NAME, text }, environment, overrides, &Redactor::new())
}

fn loaded(text: &str) -> Loaded {
    attempt(text, &Environment::empty(), &Overrides::default()).unwrap()
}

fn refused(text: &str) -> ConfigError {
    attempt(text, &Environment::empty(), &Overrides::default()).unwrap_err()
}

fn with(line: &str, replacement: &str) -> String {
    assert!(COMPLETE.contains(line), "{line}");
    COMPLETE.replace(line, replacement)
}

#[test]
fn a_complete_file_loads_with_defaults() {
    let config = loaded(COMPLETE).config;
    assert_eq!(config.salesforce.user.username, "qa@example.com");
    assert_eq!(config.salesforce.user.password.unwrap().expose(), "correct horse battery");
    assert!(config.salesforce.admin.is_none());
    assert_eq!(
        config.cloud_elements.base_url.as_str(),
        "https://api.cloud-elements.com/elements/api-v2"
    );
    assert_eq!(config.cloud_elements.element_key, "sfdc");
    assert_eq!(config.cloud_elements.instance.unwrap().id, 123_456);
    assert!(config.browser.headless);
    assert_eq!(config.browser.slow_mo, Duration::ZERO);
    assert_eq!(config.run.revoke_via, RevokeVia::Ui);
    assert_eq!(config.run.reauthenticate_via, ReauthenticateVia::Auto);
    assert_eq!(config.run.out, PathBuf::from("runs"));
    assert_eq!((config.run.timeout, config.run.settle), {
        let minute = Duration::from_secs(60);
        (minute, minute)
    });
}

#[test]
fn the_template_loads_when_its_variables_are_set() {
    let environment = Environment::from([
        ("SALESFORCE_USERNAME", "qa@example.com"),
        ("SALESFORCE_PASSWORD", "pw"),
        ("SALESFORCE_CONSUMER_KEY", "key"),
        ("SALESFORCE_CONSUMER_SECRET", "secret"),
        ("CE_USER_SECRET", "user"),
        ("CE_ORG_SECRET", "org"),
        ("SALESFORCE_TOTP", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"),
        ("SALESFORCE_ADMIN_USERNAME", "admin@example.com"),
        ("SALESFORCE_ADMIN_PASSWORD", "pw"),
        ("CE_ELEMENT_TOKEN", "token"),
    ]);
    let plain = attempt(template(), &environment, &Overrides::default()).unwrap();
    assert!(plain.config.cloud_elements.instance.is_none());
    assert!(plain.warnings.is_empty(), "{:?}", plain.warnings);

    // What is commented out has to be right as well.
    let everything: String = template()
        .lines()
        .map(|line| {
            let bare = line.strip_prefix("# ").unwrap_or(line);
            let name = bare.split(" = ").next().unwrap_or_default();
            let is_code = bare.starts_with('[')
                || (bare.contains(" = ") && keys::KEYS.iter().any(|key| key.name() == name));
            format!("{}\n", if is_code { bare } else { line })
        })
        .collect();
    let config = attempt(&everything, &environment, &Overrides::default()).unwrap().config;
    assert_eq!(config.cloud_elements.instance.unwrap().id, 123_456);
    assert!(config.salesforce.admin.is_some());
    for key in keys::KEYS.iter() {
        assert!(everything.contains(&format!("{} = ", key.name())), "{}", key.path);
    }
}

#[test]
fn flags_win_over_variables_over_file_over_defaults() {
    let text = format!("{COMPLETE}\n[run]\ntimeout = 10\nsettle = \"20s\"\nout = \"from-file\"\n");
    let environment =
        Environment::from([("REAUTH_RUN__SETTLE", "2m"), ("REAUTH_RUN__OUT", "from-variable")]);
    let overrides = Overrides { out: Some("from-flag".into()), ..Overrides::default() };
    let run = attempt(&text, &environment, &overrides).unwrap().config.run;
    assert_eq!(run.timeout, Duration::from_secs(10));
    assert_eq!(run.settle, Duration::from_secs(120));
    assert_eq!(run.out, PathBuf::from("from-flag"));
    assert!(!run.keep);
}

#[test]
fn variables_are_converted_by_the_type_of_their_key() {
    for password in ["007", "true", "1e3", "[x]", "${HOME}", " padded ", "{ file = 'x' }"] {
        let environment = Environment::from([
            ("REAUTH_SALESFORCE__PASSWORD", password),
            ("REAUTH_CLOUD_ELEMENTS__INSTANCE__ID", "42"),
            ("REAUTH_BROWSER__HEADLESS", "false"),
            ("REAUTH_BROWSER__ARGS", "--one  --two"),
            ("REAUTH_RUN__TIMEOUT", "90"),
        ]);
        let config = attempt(COMPLETE, &environment, &Overrides::default()).unwrap().config;
        assert_eq!(config.salesforce.user.password.unwrap().expose(), password);
        assert_eq!(config.cloud_elements.instance.unwrap().id, 42);
        assert!(!config.browser.headless);
        assert_eq!(config.browser.args, ["--one", "--two"]);
        assert_eq!(config.run.timeout, Duration::from_secs(90));
    }
}

#[test]
fn an_empty_variable_is_missing() {
    let environment = Environment::from([("REAUTH_SALESFORCE__PASSWORD", "")]);
    let config = attempt(COMPLETE, &environment, &Overrides::default()).unwrap().config;
    assert_eq!(config.salesforce.user.password.unwrap().expose(), "correct horse battery");

    let text = with("password = \"correct horse battery\"\n", "");
    let error = attempt(&text, &environment, &Overrides::default()).unwrap_err();
    assert_eq!(error.codes().collect::<Vec<_>>(), ["config.missing"]);
    let shown = error.render(false);
    assert!(shown.contains("REAUTH_SALESFORCE__PASSWORD is set, but empty"), "{shown}");
}

#[test]
fn the_environment_alone_is_enough() {
    let environment = Environment::from([
        ("REAUTH_SALESFORCE__LOGIN_URL", "https://test.salesforce.com"),
        ("REAUTH_SALESFORCE__USERNAME", "qa@example.com"),
        ("REAUTH_SALESFORCE__PASSWORD", "pw"),
        ("REAUTH_SALESFORCE__ADMIN__USERNAME", "admin@example.com"),
        ("REAUTH_SALESFORCE__ADMIN__PASSWORD", "admin-pw"),
        ("REAUTH_SALESFORCE__CONNECTED_APP", "App"),
        ("REAUTH_SALESFORCE__CONSUMER_KEY", "key"),
        ("REAUTH_SALESFORCE__CONSUMER_SECRET", "secret"),
        ("REAUTH_SALESFORCE__CALLBACK_URL", "https://auth.example.com/oauth"),
        ("REAUTH_CLOUD_ELEMENTS__BASE_URL", "https://api.example.com"),
        ("REAUTH_CLOUD_ELEMENTS__USER_SECRET", "user"),
        ("REAUTH_CLOUD_ELEMENTS__ORGANIZATION_SECRET", "org"),
        ("REAUTH_STATE_DIR", "/somewhere"),
    ]);
    let loaded = attempt("", &environment, &Overrides::default()).unwrap();
    assert_eq!(loaded.config.salesforce.admin.unwrap().password.unwrap().expose(), "admin-pw");
    assert!(loaded.warnings.is_empty(), "{:?}", loaded.warnings);
}

#[test]
fn an_adopted_instance_takes_the_token_only_if_it_is_the_configured_one() {
    for (instance, provision, expected) in [
        (None, false, Some((123_456, true))),
        (Some(123_456), false, Some((123_456, true))),
        (Some(7), false, Some((7, false))),
        (None, true, None),
        (Some(7), true, None),
    ] {
        let overrides = Overrides { instance, provision, ..Overrides::default() };
        let found = attempt(COMPLETE, &Environment::empty(), &overrides).unwrap().config;
        let found = found.cloud_elements.instance.map(|found| (found.id, found.token.is_some()));
        assert_eq!(found, expected, "{instance:?} {provision}");
    }
}

#[test]
fn a_strange_variable_is_a_warning() {
    let environment = Environment::from([("REAUTH_BUILD", "7")]);
    let loaded = attempt(COMPLETE, &environment, &Overrides::default()).unwrap();
    assert_eq!(loaded.warnings[0].0, "config.unknown_variable");
}

#[test]
fn a_driver_over_plain_http_is_warned_of() {
    for (url, warned) in [
        ("http://localhost:4444", false),
        ("http://127.0.0.1:4444", false),
        ("https://grid.example.com", false),
        ("http://grid.example.com:4444", true),
    ] {
        let text = format!("{COMPLETE}\n[browser]\nwebdriver_url = \"{url}\"\n");
        let warnings = loaded(&text).warnings;
        let found = warnings.iter().any(|(code, _)| *code == "config.webdriver_plain_http");
        assert_eq!(found, warned, "{url}");
    }
}

#[test]
fn what_another_source_replaces_is_not_looked_up() {
    let text = with("password = \"correct horse battery\"", "password = { command = ['false'] }");
    let environment = Environment::from([("REAUTH_SALESFORCE__PASSWORD", "from-variable")]);
    let config = attempt(&text, &environment, &Overrides::default()).unwrap().config;
    assert_eq!(config.salesforce.user.password.unwrap().expose(), "from-variable");

    let text = with("token = \"element-token-value\"", "token = \"${NOT_SET}\"");
    let overrides = Overrides { provision: true, ..Overrides::default() };
    assert!(attempt(&text, &Environment::empty(), &overrides).is_ok());

    let text = with("id = 123456", "id = \"${NOT_SET}\"");
    let overrides = Overrides { instance: Some(5), ..Overrides::default() };
    assert!(attempt(&text, &Environment::empty(), &overrides).is_ok());
}

#[test]
fn a_password_with_a_reference_inside_is_taken_as_it_is_with_a_warning() {
    let loaded = loaded(&with("correct horse battery", "pa${X}ss"));
    assert_eq!(loaded.config.salesforce.user.password.unwrap().expose(), "pa${X}ss");
    assert_eq!(loaded.warnings[0].0, "config.literal_reference");
}

#[cfg(unix)]
#[test]
fn files_are_relative_to_the_configuration_and_warned_of_when_others_may_read_them() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let text = with("password = \"correct horse battery\"", "password = { file = \"pw.txt\" }")
        + "[http]\nca_file = \"ca.pem\"\n[browser]\nbinary = \"chromium\"\ndriver = \"/opt/driver\"\n";
    let path = folder.path().join("reauth.toml");
    let secret = folder.path().join("pw.txt");
    std::fs::write(&path, text).unwrap();
    std::fs::write(&secret, "from a file\n").unwrap();
    for (mode, warned) in [(0o600, false), (0o644, true)] {
        std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(mode)).unwrap();
        let loaded = load(
            Source::File(&path),
            &Environment::empty(),
            &Overrides::default(),
            &Redactor::new(),
        )
        .unwrap();
        let config = loaded.config;
        assert_eq!(config.salesforce.user.password.unwrap().expose(), "from a file");
        assert_eq!(config.http.ca_file, Some(folder.path().join("ca.pem")));
        assert_eq!(config.browser.binary, Some(PathBuf::from("chromium")));
        assert_eq!(config.browser.driver, Some(PathBuf::from("/opt/driver")));
        let found = loaded.warnings.iter().any(|(code, _)| *code == "config.secret_file_readable");
        assert_eq!(found, warned, "{mode:o}");
    }
}
