//! The configuration as its users meet it: given this file, these variables and these flags, this
//! is what comes out or what is said.

use std::path::{Path, PathBuf};
use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::failure::{Failure, Kind};
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
    assert_eq!(config.salesforce.user.password.expose(), "correct horse battery");
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
    for key in keys::KEYS.iter().filter(|key| key.holds != keys::Holds::Later) {
        let optional = ["login", "app_kind"].contains(&key.name());
        assert!(optional || everything.contains(&format!("{} = ", key.name())), "{}", key.path);
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
        assert_eq!(config.salesforce.user.password.expose(), password);
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
    assert_eq!(config.salesforce.user.password.expose(), "correct horse battery");

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
    assert_eq!(loaded.config.salesforce.admin.unwrap().password.expose(), "admin-pw");
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

/// One mistake each: what is replaced, by what, the code, and what has to be said.
#[test]
fn every_kind_of_mistake_has_its_answer() {
    let password = "password = \"correct horse battery\"";
    let url = "login_url = \"https://test.salesforce.com\"";
    let callback = "callback_url = \"https://auth.cloudelements.io/oauth\"";
    for (line, replacement, code, said) in [
        (
            password,
            "passwort = 'hunter2'\npassword = 'x'",
            "unknown_key",
            "did you mean `password`?",
        ),
        (password, "passwort = 'x'", "unknown_key", "reauth.toml:5"),
        (password, "passwrd = { file = 'x' }", "unknown_key", "did you mean `password`?"),
        ("[cloud_elements]", "[cloudelements]", "unknown_key", "did you mean `cloud_elements`?"),
        (password, "password = 12345", "wrong_type", "expected text in quotes"),
        (password, "password = ''", "empty", "`salesforce.password` is empty"),
        (password, "password = '${PASS}'", "missing", "environment variable PASS is not set"),
        (password, "password = { file = 'no-such-file' }", "unreadable_value", "no-such-file"),
        (password, "password = { fil = 'x' }", "wrong_type", "did you mean `file`?"),
        (password, "password = { file = 'x', command = ['y'] }", "wrong_type", "{ file ="),
        (password, "password = { command = [] }", "wrong_type", "a program and its arguments"),
        (
            password,
            "password = { command = ['no-such-program', 'hunter2'] }",
            "unreadable_value",
            "no-such-program cannot",
        ),
        (
            password,
            "passkey_file = 'x'\npassword = 'x'",
            "not_supported",
            "salesforce.passkey_file",
        ),
        (password, "login = 'frontdoor'\npassword = 'x'", "not_supported", "`\"form\"` only"),
        (password, "login = 'magic'\npassword = 'x'", "wrong_value", "expected `\"form\"`"),
        (password, "app_kind = 'external-client'\npassword = 'x'", "not_supported", "connected"),
        (password, "password = \"hunter2\\nx\"", "wrong_value", "expected one line"),
        (url, "login_url = 'http://test.salesforce.com'", "insecure_url", "loopback only"),
        (url, "login_url = 'https://${HOST}'", "wrong_value", "only a whole value"),
        (url, "login_url = 'https://me:hunter2@test.salesforce.com'", "wrong_value", "user name"),
        (url, "login_url = 'test.salesforce.com'", "wrong_value", "https://test.salesforce.com"),
        (url, "login_url = 'https://auth.cloudelements.io:444'", "callback_host", "of its own"),
        (
            callback,
            "callback_url = 'https://TEST.salesforce.com/cb'",
            "callback_host",
            "of its own",
        ),
        ("id = 123456", "id = '123456'", "wrong_type", "without quotes"),
        ("id = 123456", "id = 0", "wrong_type", "above zero"),
        ("id = 123456", "id = -1", "wrong_type", "above zero"),
        ("id = 123456", "", "missing", "`id` is expected in this section"),
        (
            "[cloud_elements]",
            "[cloud_element]\n[cloud_elements]",
            "unknown_key",
            "did you mean `cloud_elements`?",
        ),
        (
            "[salesforce]",
            "username = 'x'\n[salesforce]",
            "unknown_key",
            "belongs into `[salesforce]`",
        ),
        ("[salesforce]", "run = 1\n[salesforce]", "wrong_type", "`[run]`"),
        ("[salesforce]", "[run]\ntimeout = 0\n[salesforce]", "wrong_value", "above zero"),
        ("[salesforce]", "[run]\ntimeout = 'soon'\n[salesforce]", "wrong_type", "\"60s\""),
        (
            "[salesforce]",
            "[run]\nrevoke_via = 'web'\n[salesforce]",
            "wrong_value",
            "`\"ui\"` or `\"api\"`",
        ),
        (
            "[salesforce]",
            "[browser]\nheadless = 'yes'\n[salesforce]",
            "wrong_type",
            "`true` or `false`",
        ),
        ("[salesforce]", "[browser]\nname = 'firefox'\n[salesforce]", "not_supported", "chrome"),
        (
            "[salesforce]",
            "[browser]\nprofile_dir = 'x'\n[salesforce]",
            "not_supported",
            "profile_dir",
        ),
        ("[salesforce]", "[browser]\nargs = '--x'\n[salesforce]", "wrong_type", "a list of texts"),
        (
            "[salesforce]",
            "[salesforce.admin]\nusername = 'x'\n[salesforce]",
            "missing",
            "salesforce.admin.password",
        ),
        (
            "[cloud_elements]",
            "[cloud_elements]\nelement_key = 'a/b'",
            "wrong_value",
            "letters, digits",
        ),
    ] {
        let error = refused(&with(line, replacement));
        let shown = error.render(false);
        assert_eq!(
            error
                .codes()
                .collect::<Vec<_>>()
                .first()
                .map(|code| code.trim_start_matches("config.")),
            Some(code),
            "{replacement}\n{shown}"
        );
        assert!(shown.contains(said), "{replacement}\n{shown}");
        assert!(shown.contains("reauth.toml:"), "{replacement}\n{shown}");
        for text in [&shown, &error.to_string(), &error.render(true)] {
            assert!(!text.contains("hunter2"), "{replacement}\n{text}");
        }
    }
}

#[test]
fn mistakes_in_variables_name_the_variable() {
    for (name, value, code, said) in [
        ("REAUTH_RUN__TIMEOUT", "soon", "config.wrong_type", "REAUTH_RUN__TIMEOUT=60s"),
        ("REAUTH_CLOUD_ELEMENTS__INSTANCE__ID", "x", "config.wrong_type", "without quotes"),
        (
            "REAUTH_SALESFORCE__USERNAM",
            "x",
            "config.unknown_variable",
            "did you mean REAUTH_SALESFORCE__USERNAME?",
        ),
        (
            "REAUTH_SALESFORCE_USERNAME",
            "x",
            "config.unknown_variable",
            "did you mean REAUTH_SALESFORCE__USERNAME?",
        ),
        ("REAUTH_NOBODY__KNOWS", "x", "config.unknown_variable", "no key of the configuration"),
        ("REAUTH_SALESFORCE__LOGIN_URL", "http://x.example", "config.insecure_url", "https://"),
        ("REAUTH_SALESFORCE__TOTP_SECRET", "hunter2", "config.not_supported", "totp_secret"),
    ] {
        let environment = Environment::from([(name, value)]);
        let error = attempt(COMPLETE, &environment, &Overrides::default()).unwrap_err();
        let shown = error.render(false);
        assert_eq!(error.codes().collect::<Vec<_>>(), [code], "{shown}");
        assert!(shown.contains(&format!("environment variable {name}")), "{shown}");
        assert!(shown.contains(said), "{shown}");
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}

#[test]
fn a_strange_variable_is_a_warning() {
    let environment = Environment::from([("REAUTH_BUILD", "7")]);
    let loaded = attempt(COMPLETE, &environment, &Overrides::default()).unwrap();
    assert_eq!(loaded.warnings[0].0, "config.unknown_variable");
}

#[test]
fn all_mistakes_are_shown_at_once_in_the_order_of_the_file() {
    let text = with("username = \"qa@example.com\"", "usernam = \"qa@example.com\"")
        .replace("id = 123456", "id = \"123456\"")
        .replace("user_secret = \"user-secret-value\"", "user_secret = 5551234");
    let error = refused(&text);
    insta::assert_snapshot!(error.render(false), @r#"
    error[config.unknown_key]: unknown key `salesforce.usernam`
     --> reauth.toml:4:1
      |
    4 | usernam = «hidden»
      | ^^^^^^^ did you mean `username`?
      |
      = help: for example: `username = "integration@example.com"`

    error[config.wrong_type]: `cloud_elements.user_secret` has the wrong type
      --> reauth.toml:12:15
       |
    12 | user_secret = «hidden»
       |               ^^^^^^^^ expected text in quotes
       |
       = help: for example: `user_secret = "${CE_USER_SECRET}"`

    error[config.wrong_type]: `cloud_elements.instance.id` has the wrong type
      --> reauth.toml:15:6
       |
    15 | id = "123456"
       |      ^^^^^^^^ expected a whole number above zero, without quotes
       |
       = help: for example: `id = 123456`
    "#);
    assert_eq!(
        error.codes().collect::<Vec<_>>(),
        ["config.unknown_key", "config.wrong_type", "config.wrong_type"]
    );
    let failure = Failure::from(error);
    assert_eq!((failure.code, failure.kind), ("config.unknown_key", Kind::Usage));
    assert_eq!(failure.message.lines().count(), 3);
}

#[test]
fn rendered_mistakes() {
    let password = "password = \"correct horse battery\"";
    insta::assert_snapshot!(
        refused(&with(password, "password = hunter2")).render(false), @r#"
    error[config.syntax]: this is not TOML
     --> reauth.toml:5:12
      |
    5 | password = «hidden»
      |            ^^^^^^^^ string values must be quoted, expected literal string
      |
      = help: a line is `key = "value"`, `[section]` or `# comment`; texts need quotes
    "#);
    insta::assert_snapshot!(
        refused(&with(password, "password = { command = [\"sh\", \"-c\", \"exit 3\"] }"))
            .render(false), @r#"
    error[config.unreadable_value]: `salesforce.password` has no value
     --> reauth.toml:5:12
      |
    5 | password = «hidden»
      |            ^^^^^^^^ sh failed with exit status: 3; run it by hand to see why
      |
      = help: for example: `password = "${SALESFORCE_PASSWORD}"`
    "#);
    insta::assert_snapshot!(
        refused(&with("https://test.salesforce.com", "http://test.salesforce.com"))
            .render(false), @r#"
    error[config.insecure_url]: `salesforce.login_url` is plain http
     --> reauth.toml:3:13
      |
    3 | login_url = "http://test.salesforce.com"
      |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ expected `https://`: secrets travel to this address, plain http is for loopback only
      |
      = help: for example: `login_url = "https://test.salesforce.com"`
    "#);
    let environment = Environment::from([("REAUTH_RUN__REVOKE_VIA", "browser")]);
    let error = attempt(COMPLETE, &environment, &Overrides::default()).unwrap_err();
    insta::assert_snapshot!(error.render(false), @r#"
    error[config.wrong_value]: `run.revoke_via` cannot be used
    --> environment variable REAUTH_RUN__REVOKE_VIA
     = note: expected `"ui"` or `"api"`
     = help: for example: `REAUTH_RUN__REVOKE_VIA=ui`
    "#);
    let error = load(
        Source::File(Path::new("no-such-folder/reauth.toml")),
        &Environment::empty(),
        &Overrides::default(),
        &Redactor::new(),
    )
    .unwrap_err();
    insta::assert_snapshot!(error.render(false), @r#"
    error[config.unreadable]: configuration file no-such-folder/reauth.toml cannot be read
     |
     = note: No such file or directory (os error 2)
     = help: write one with `reauth init`, or name another with `--config`
    "#);
}

#[test]
fn colours_only_when_asked() {
    let error = refused("[run]\ntimeout = 0\n");
    assert!(!error.render(false).contains('\u{1b}'));
    assert!(error.render(true).contains('\u{1b}'));
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
fn a_local_callback_on_another_port_is_another_service() {
    let text = |callback: &str| {
        with("https://test.salesforce.com", "http://localhost:8080")
            .replace("https://auth.cloudelements.io/oauth", callback)
    };
    assert!(
        attempt(&text("http://localhost:9090/cb"), &Environment::empty(), &Overrides::default())
            .is_ok()
    );
    let error = refused(&text("http://localhost:8080/cb"));
    assert_eq!(error.codes().collect::<Vec<_>>(), ["config.callback_host"]);
}

#[test]
fn what_another_source_replaces_is_not_looked_up() {
    let text = with("password = \"correct horse battery\"", "password = { command = ['false'] }");
    let environment = Environment::from([("REAUTH_SALESFORCE__PASSWORD", "from-variable")]);
    let config = attempt(&text, &environment, &Overrides::default()).unwrap().config;
    assert_eq!(config.salesforce.user.password.expose(), "from-variable");

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
    assert_eq!(loaded.config.salesforce.user.password.expose(), "pa${X}ss");
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
        assert_eq!(config.salesforce.user.password.expose(), "from a file");
        assert_eq!(config.http.ca_file, Some(folder.path().join("ca.pem")));
        assert_eq!(config.browser.binary, Some(PathBuf::from("chromium")));
        assert_eq!(config.browser.driver, Some(PathBuf::from("/opt/driver")));
        let found = loaded.warnings.iter().any(|(code, _)| *code == "config.secret_file_readable");
        assert_eq!(found, warned, "{mode:o}");
    }
}

#[test]
fn secrets_are_known_to_the_redactor() {
    let redactor = Redactor::new();
    let source = Source::Text { name: NAME, text: COMPLETE };
    let loaded = load(source, &Environment::empty(), &Overrides::default(), &redactor).unwrap();
    assert_eq!(redactor.redact("sent consumer-secret-value"), "sent «salesforce.consumer_secret»");
    let shown = format!("{loaded:?}");
    for secret in ["correct horse", "consumer-secret", "user-secret-v", "element-token"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

/// Ways in which a line with a secret may be written, many of them wrong.
fn secret_line(secret: &str) -> impl Strategy<Value = String> + use<> {
    let quoted = format!("\"{secret}\"");
    let names = prop::sample::select(vec![
        "password",
        "passwort",
        "salesforce.password",
        "consumer_secret",
        "totp_secret",
        "token",
        "admin",
        "salesforce.admin",
        "x",
        "",
        "[password",
        "user_secret",
        "\"password\"",
    ]);
    let values = prop::sample::select(vec![
        format!("= {quoted}"),
        format!("= {secret}"),
        format!("= \"{secret}"),
        format!("= '{secret}' extra"),
        format!("= \"\"\"\n{secret}\"\"\""),
        format!("= [{quoted}, 1]"),
        format!("= {{ password = {quoted}, user = 1 }}"),
        format!("= {{ fille = {quoted} }}"),
        format!("= {{ command = [\"false\", {quoted}] }}"),
        format!("= 1 # {secret}"),
        format!(": {quoted}"),
        quoted,
    ]);
    (names, values).prop_map(|(name, value)| format!("{name} {value}\n"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_text_is_answered_without_panic(text in "(\\PC|\n|[\\[\\]={}\"'#.])*") {
        if let Err(error) = attempt(&text, &Environment::empty(), &Overrides::default()) {
            prop_assert!(!error.render(true).is_empty());
            prop_assert!(error.codes().count() > 0);
        }
    }

    #[test]
    fn a_secret_is_never_echoed(
        before in "[a-z]{0,5}",
        lines in prop::collection::vec(secret_line("hunter2-Zq9"), 1..4),
        sections in prop::collection::vec(
            prop::sample::select(vec![
                "", "[salesforce]", "[cloud_elements]", "[salesforce.admin]", "[run]", "[x]",
                "out = '''", "timeout = \"\"\"", "login_url = 'nothing'",
            ]),
            4,
        ),
    ) {
        let mut text = before;
        for (section, line) in sections.iter().zip(&lines) {
            text.push_str(&format!("\n{section}\n{line}"));
        }
        if let Err(error) = attempt(&text, &Environment::empty(), &Overrides::default()) {
            for shown in [error.render(false), error.to_string(), format!("{error:?}")] {
                prop_assert!(!shown.contains("hunter2"), "{text}\n---\n{shown}");
            }
        }
    }
}
