//! Whatever the file and the variables hold.

use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::*;
use crate::config::convert;
use crate::config::keys::{Holds, KEYS};
use crate::config::mistake::ShownPlace;
use crate::testing::{cases, damaged, texts};

/// Every key once, as its example is.
fn every_key() -> String {
    let mut section = "";
    let mut text = String::new();
    for key in KEYS.iter().filter(|key| !key.example.contains("${")) {
        if key.section() != section {
            section = key.section();
            text.push_str(&format!("\n[{section}]\n"));
        }
        text.push_str(&format!("{} # as an example\n", key.line()));
    }
    text
}

/// How somebody may write a text in TOML.
fn quoted(text: &str, style: usize) -> String {
    let escaped = |escape: fn(char) -> bool| -> String {
        let write = |letter: char| match letter {
            '"' | '\\' => format!("\\{letter}"),
            letter if escape(letter) && u32::from(letter) < 0x1_0000 => {
                format!("\\u{:04X}", u32::from(letter))
            }
            letter if escape(letter) => format!("\\U{:08x}", u32::from(letter)),
            letter => letter.to_string(),
        };
        text.chars().map(write).collect()
    };
    match style {
        1 => format!("\"{}\"", escaped(|_| true)),
        2 if !text.contains('\'') => format!("'{text}'"),
        3 => format!("\"\"\"{}\"\"\"", escaped(|_| false)),
        4 if !text.contains("''") && !text.ends_with('\'') => format!("'''\n{text}'''"),
        5 => format!("\"\"\"\\\n   {}\"\"\"", escaped(|letter| letter == ' ')),
        _ => format!("\"{}\"", escaped(|letter| !letter.is_ascii())),
    }
}

/// One line that is no reference.
fn values() -> impl Strategy<Value = String> {
    prop_oneof![
        texts("[ -~]{0,12}[!-~]"),
        texts("\\PC{1,8}"),
        select(vec![
            "007",
            "true",
            "false",
            "0",
            "-1",
            "1e3",
            "0x10",
            "1979-05-27",
            "[1]",
            "{}",
            "\"x\"",
            "'x'",
            "nan",
            "#",
            "a#b",
            "a=b",
            "\\n",
            "$A",
            "${",
            "$",
            "{ file = \"x\" }",
            "[salesforce]",
            "null",
            "''",
        ])
        .prop_map(str::to_owned)
    ]
    .prop_filter("a reference", |text| !text.contains("${") && !text.trim().is_empty())
    .prop_filter("one line", |text| !text.contains(char::is_control))
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn mistakes_point_into_the_text_and_can_be_shown(
        bytes in select(vec![every_key(), COMPLETE.to_owned()]).prop_flat_map(|text| damaged(text.into_bytes())),
    ) {
        let text = String::from_utf8_lossy(&bytes);
        // What a command prints is not asked for here.
        prop_assume!(!text.contains("command ="));
        let Err(error) = attempt(&text, &Environment::empty(), &Overrides::default()) else {
            return Ok(());
        };
        prop_assert!(!error.mistakes.is_empty());
        let lines = text.bytes().filter(|byte| *byte == b'\n').count() + 1;
        for mistake in &error.mistakes {
            prop_assert!(mistake.code.starts_with("config.") && !mistake.message.is_empty());
            if let ShownPlace::Line(line) = &mistake.at {
                prop_assert!((1..=lines).contains(&line.number), "{:?}", line);
                prop_assert!(line.text.get(line.span.clone()).is_some(), "{:?}", line);
            }
        }
        prop_assert_eq!(error.failures().len(), error.mistakes.len());
        for coloured in [false, true] {
            let shown = error.render(coloured);
            prop_assert!(shown.contains(error.code()) && shown.len() < 200_000, "{}", shown.len());
        }
    }

    #[test]
    fn a_value_is_read_as_it_was_meant_however_it_is_quoted(
        username in values(), password in values(), app in values(), secret in values(),
        styles in prop::collection::vec(0_usize..6, 4), inline: bool,
    ) {
        let [username_written, password_written, app_written, secret_written] =
            [(&username, styles[0]), (&password, styles[1]), (&app, styles[2]), (&secret, styles[3])]
                .map(|(text, style)| quoted(text, style));
        let text = COMPLETE
            .replace("username = \"qa@example.com\"", &format!("username = {username_written}"))
            .replace("\"correct horse battery\"", &password_written)
            .replace("\"Cloud Elements QA\"", &app_written)
            .replace("user_secret = \"user-secret-value\"", &format!("\"user_secret\" = {secret_written}"));
        let text = match inline {
            true => text.replace("[cloud_elements.instance]\nid = 123456", "instance.id = 123456\n"),
            false => text,
        };
        let text = if inline { text.replace("\ntoken =", "\ninstance.token =") } else { text };
        let config = attempt(&text, &Environment::empty(), &Overrides::default());
        let config = config.unwrap_or_else(|error| panic!("{text}\n{}", error.render(false))).config;
        prop_assert_eq!(&config.salesforce.user.username, &username);
        let read = config.salesforce.user.password.unwrap();
        prop_assert_eq!(read.expose(), &password);
        prop_assert_eq!(&config.salesforce.connected_app, &app);
        prop_assert_eq!(config.cloud_elements.user_secret.expose(), &secret);
        prop_assert_eq!(config.cloud_elements.instance.unwrap().id, 123_456);
    }

    #[test]
    fn a_variable_is_the_text_that_it_is(username in values(), password in values(), secret in values()) {
        let environment = Environment::from([
            ("REAUTH_SALESFORCE__USERNAME", username.as_str()),
            ("REAUTH_SALESFORCE__PASSWORD", &password),
            ("REAUTH_CLOUD_ELEMENTS__ORGANIZATION_SECRET", &secret),
        ]);
        let config = attempt(COMPLETE, &environment, &Overrides::default()).unwrap().config;
        prop_assert_eq!(&config.salesforce.user.username, &username);
        let read = config.salesforce.user.password.unwrap();
        prop_assert_eq!(read.expose(), &password);
        prop_assert_eq!(config.cloud_elements.organization_secret.expose(), &secret);
    }

    /// In any variable: it is taken, or there is a mistake that names it and does not repeat it.
    #[test]
    fn no_variable_is_echoed(key in any::<Index>(), value in "[ -~\u{0}-\u{1f}ä€]{0,20}hunter2-Zq9[ -~]{0,6}") {
        let variable = key.get(KEYS).variable();
        let environment = Environment::from([(variable.as_str(), value.as_str())]);
        if let Err(error) = attempt(COMPLETE, &environment, &Overrides::default()) {
            for shown in [error.render(false), error.to_string(), format!("{error:?}")] {
                prop_assert!(!shown.contains("hunter2"), "{}", shown);
            }
            // One key may demand or exclude another, which is told of that one.
            let is_of_value = |code| !matches!(code, "config.missing" | "config.contradiction" | "config.callback_host");
            if error.codes().all(is_of_value) {
                let shown = error.render(false);
                prop_assert!(shown.contains(&variable), "{}", shown);
            }
        }
    }

    #[test]
    fn times_are_read_as_they_are_written(number in 0_u64..86_400, unit in select(vec![("ms", 1), ("s", 1_000), ("", 1_000), ("m", 60_000), ("h", 3_600_000)]), space in " {0,2}") {
        let milliseconds = number * unit.1;
        let read = convert::duration(&format!("{space}{number}{space}{}{space}", unit.0), Holds::Pause);
        if milliseconds <= 86_400_000 {
            prop_assert_eq!(read.map(|span| span.as_millis()), Ok(u128::from(milliseconds)));
        } else {
            prop_assert!(read.is_err());
        }
    }

    #[test]
    fn any_text_is_a_value_or_a_problem_that_does_not_repeat_it(text in "\\PC{0,20}|[0-9a-z.:/@%#?\\[\\]-]{0,40}|https?://[ -~]{0,30}") {
        let problems = [
            convert::duration(&text, Holds::Limit).err(), convert::id(&text).err(), convert::flag(&text).err(),
            convert::word(&text).err(), convert::url(&text, Holds::Origin).err(), convert::url(&text, Holds::CallbackUrl).err(),
        ];
        for problem in problems.into_iter().flatten() {
            prop_assert!(text.len() < 8 || !problem.expected.contains(&text), "{:?}", problem);
        }
        if let Ok(url) = convert::url(&text, Holds::Origin) {
            prop_assert!(url.scheme() == "https" || convert::is_loopback(&url), "{}", url);
            prop_assert!(url.username().is_empty() && url.password().is_none() && url.path() == "/", "{}", url);
            prop_assert!(url.query().is_none() && url.fragment().is_none() && url.host_str().is_some(), "{}", url);
        }
    }
}
