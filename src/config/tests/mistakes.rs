//! What is said of mistakes.

use super::*;
use crate::failure::{Failure, Kind};

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
            "passkey_file = 'x'\npasskey = 'y'\npassword = 'x'",
            "contradiction",
            "expected one of them",
        ),
        (password, "login = 'frontdoor'\npassword = 'x'", "missing", "salesforce.access_token"),
        (password, "login = 'profile'", "missing", "--profile-dir"),
        (password, "login = 'form'", "missing", "salesforce.password"),
        (password, "login = 'magic'\npassword = 'x'", "wrong_value", "expected `\"form\"`"),
        (password, "app_kind = 'other'\npassword = 'x'", "wrong_value", "external-client"),
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
        (
            "[cloud_elements]",
            "[browser]\nargs = ['--proxy-pac-url=http://x']\n[cloud_elements]",
            "wrong_value",
            "--proxy-server=HOST:PORT",
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
