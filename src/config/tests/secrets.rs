//! No secret is ever shown, whatever the file looks like.

use proptest::prelude::*;

use super::*;
use crate::testing::cases;

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

/// A password that stands, well-formed, as somebody's user name is a user name.
fn is_given_to_another_key(text: &str) -> bool {
    let names = ["password", "consumer_secret", "user_secret", "organization_secret", "token"];
    let is_elsewhere = |line: &str| {
        ["horse", "secret-value", "token-value"].iter().any(|part| line.contains(part))
            && !names.contains(&line.split('=').next().unwrap_or_default().trim())
    };
    text.parse::<toml::Table>().is_ok() && text.lines().any(is_elsewhere)
}

proptest! {
    #![proptest_config(cases())]

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

    /// A file that was right until somebody's hand slipped.
    #[test]
    fn a_damaged_file_never_echoes_its_secrets(
        at in 0..COMPLETE.len(),
        lost in 0_usize..40,
        put in "[=\"'\n#{}\\[\\]a-z.]{0,3}",
    ) {
        let end = (at + lost).min(COMPLETE.len());
        let text = format!("{}{put}{}", &COMPLETE[..at], &COMPLETE[end..]);
        prop_assume!(!is_given_to_another_key(&text));
        if let Err(error) = attempt(&text, &Environment::empty(), &Overrides::default()) {
            for shown in [error.render(false), error.to_string(), format!("{error:?}")] {
                for part in ["horse", "secret-value", "token-value"] {
                    prop_assert!(!shown.contains(part), "{text}\n---\n{shown}");
                }
            }
        }
    }
}
