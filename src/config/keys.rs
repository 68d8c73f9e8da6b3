//! Every key there is: the errors, the names of the environment variables and "did you mean" all
//! come from this one table.

use std::sync::LazyLock;

/// What a key holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    /// Text that is not empty.
    Text,
    /// Text that must never be shown.
    Secret,
    /// A part of a path: letters, digits, `-` and `_`.
    Word,
    /// Scheme, host and port of a service.
    Origin,
    /// Where a service's API begins.
    BaseUrl,
    /// Where Salesforce sends the code.
    CallbackUrl,
    /// A driver or Grid.
    DriverUrl,
    /// An instance id.
    Id,
    /// `true` or `false`.
    Flag,
    /// A time span that may be zero.
    Pause,
    /// A time span that is longer than zero.
    Limit,
    /// A file or folder, relative to the configuration file.
    Path,
    /// A program: like a path, but a bare name is left to be found on `PATH`.
    Program,
    /// Texts.
    List,
    /// One of a few words; the second list is for words that a later version will know.
    Choice(&'static [&'static str], &'static [&'static str]),
}

/// One key.
#[derive(Debug)]
pub(super) struct Key {
    /// Section and name, e.g. `salesforce.admin.password`.
    pub(super) path: &'static str,
    /// What it holds.
    pub(super) holds: Holds,
    /// A value as it is written in TOML.
    pub(super) example: &'static str,
}

const fn key(path: &'static str, holds: Holds, example: &'static str) -> Key {
    Key { path, holds, example }
}

/// Prefix of the variables that stand for keys.
pub(super) const PREFIX: &str = "REAUTH_";

/// Variables with our prefix that are no keys.
pub(super) const OTHER_VARIABLES: &[&str] = &["REAUTH_LOG", "REAUTH_STATE_DIR"];

/// The ways to be logged in.
const LOGIN: Holds = Holds::Choice(&["form", "frontdoor", "profile"], &[]);

/// All keys, section by section.
pub(super) static KEYS: &[Key] = &[
    key("salesforce.login_url", Holds::Origin, r#""https://test.salesforce.com""#),
    key("salesforce.username", Holds::Text, r#""integration@example.com""#),
    key("salesforce.password", Holds::Secret, r#""${SALESFORCE_PASSWORD}""#),
    key("salesforce.totp_secret", Holds::Secret, r#""${SALESFORCE_TOTP}""#),
    key("salesforce.verification_code_command", Holds::List, r#"["fetch-mail-code"]"#),
    key("salesforce.passkey_file", Holds::Path, r#""passkey.json""#),
    key("salesforce.passkey", Holds::Secret, r#""${SALESFORCE_PASSKEY}""#),
    key("salesforce.login", LOGIN, r#""form""#),
    key("salesforce.access_token", Holds::Secret, r#""${SALESFORCE_ACCESS_TOKEN}""#),
    key("salesforce.connected_app", Holds::Text, r#""Cloud Elements QA""#),
    key(
        "salesforce.app_kind",
        Holds::Choice(&["connected", "external-client"], &[]),
        r#""connected""#,
    ),
    key("salesforce.my_domain", Holds::Origin, r#""https://acme--qa.sandbox.my.salesforce.com""#),
    key("salesforce.consumer_key", Holds::Text, r#""${SALESFORCE_CONSUMER_KEY}""#),
    key("salesforce.consumer_secret", Holds::Secret, r#""${SALESFORCE_CONSUMER_SECRET}""#),
    key("salesforce.callback_url", Holds::CallbackUrl, r#""https://auth.cloudelements.io/oauth""#),
    key("salesforce.admin.username", Holds::Text, r#""admin@example.com""#),
    key("salesforce.admin.password", Holds::Secret, r#""${SALESFORCE_ADMIN_PASSWORD}""#),
    key("salesforce.admin.totp_secret", Holds::Secret, r#""${SALESFORCE_ADMIN_TOTP}""#),
    key("salesforce.admin.verification_code_command", Holds::List, r#"["fetch-mail-code"]"#),
    key("salesforce.admin.passkey_file", Holds::Path, r#""admin-passkey.json""#),
    key("salesforce.admin.passkey", Holds::Secret, r#""${SALESFORCE_ADMIN_PASSKEY}""#),
    key("salesforce.admin.login", LOGIN, r#""form""#),
    key("salesforce.admin.access_token", Holds::Secret, r#""${SALESFORCE_ADMIN_ACCESS_TOKEN}""#),
    key(
        "cloud_elements.base_url",
        Holds::BaseUrl,
        r#""https://api.cloud-elements.com/elements/api-v2""#,
    ),
    key("cloud_elements.user_secret", Holds::Secret, r#""${CE_USER_SECRET}""#),
    key("cloud_elements.organization_secret", Holds::Secret, r#""${CE_ORG_SECRET}""#),
    key("cloud_elements.element_key", Holds::Word, r#""sfdc""#),
    key("cloud_elements.instance.id", Holds::Id, "123456"),
    key("cloud_elements.instance.token", Holds::Secret, r#""${CE_ELEMENT_TOKEN}""#),
    key("http.ca_file", Holds::Path, r#""company-ca.pem""#),
    key("browser.name", Holds::Choice(&["chrome"], &["firefox"]), r#""chrome""#),
    key("browser.headless", Holds::Flag, "true"),
    key("browser.binary", Holds::Program, r#""/usr/bin/chromium""#),
    key("browser.driver", Holds::Program, r#""/usr/bin/chromedriver""#),
    key("browser.webdriver_url", Holds::DriverUrl, r#""http://localhost:4444""#),
    key("browser.profile_dir", Holds::Path, r#""profile""#),
    key("browser.args", Holds::List, r#"["--lang=en-US"]"#),
    key("browser.locators", Holds::Path, r#""locators.toml""#),
    key("browser.slow_mo", Holds::Pause, r#""250ms""#),
    key("run.revoke_via", Holds::Choice(&["ui", "api"], &[]), r#""ui""#),
    key("run.revoke_all_of_user", Holds::Flag, "false"),
    key("run.reauthenticate_via", Holds::Choice(&["auto", "patch", "put"], &[]), r#""auto""#),
    key("run.out", Holds::Path, r#""runs""#),
    key("run.keep", Holds::Flag, "false"),
    key("run.timeout", Holds::Limit, r#""60s""#),
    key("run.settle", Holds::Pause, r#""60s""#),
];

/// All sections, parents included, e.g. `salesforce` and `salesforce.admin`.
pub(super) static SECTIONS: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let mut sections: Vec<_> = KEYS.iter().map(Key::section).collect();
    sections.dedup();
    sections
});

impl Key {
    /// The last part of the path.
    pub(super) fn name(&self) -> &'static str {
        self.path.rsplit_once('.').map_or(self.path, |(_, name)| name)
    }

    /// The path without its last part.
    pub(super) fn section(&self) -> &'static str {
        self.path.rsplit_once('.').map_or("", |(section, _)| section)
    }

    /// The environment variable that stands for the key.
    pub(super) fn variable(&self) -> String {
        format!("{PREFIX}{}", self.path.to_uppercase().replace('.', "__"))
    }

    /// The key as a line of its section.
    pub(super) fn line(&self) -> String {
        format!("{} = {}", self.name(), self.example)
    }

    /// Whether the value must not be shown.
    pub(super) fn is_secret(&self) -> bool {
        self.holds == Holds::Secret
    }
}

impl Holds {
    /// Whether it is one of the kinds of URL.
    pub(super) fn is_url(self) -> bool {
        matches!(self, Self::Origin | Self::BaseUrl | Self::CallbackUrl | Self::DriverUrl)
    }

    /// What is expected, to be read after "expected".
    pub(super) fn expected(self) -> String {
        match self {
            Self::Text | Self::Secret => "text in quotes".to_owned(),
            Self::Word => "letters, digits, `-` and `_` in quotes".to_owned(),
            Self::Origin => "the https address of a host, without a path, in quotes".to_owned(),
            Self::BaseUrl | Self::CallbackUrl => "an https URL in quotes".to_owned(),
            Self::DriverUrl => "an http or https URL in quotes".to_owned(),
            Self::Id => "a whole number above zero, without quotes".to_owned(),
            Self::Flag => "`true` or `false`, without quotes".to_owned(),
            Self::Pause => {
                "a time such as `\"500ms\"`, `\"60s\"`, `\"2m\"`, or a number of seconds".to_owned()
            }
            Self::Limit => {
                "a time above zero such as `\"60s\"`, `\"2m\"`, or a number of seconds".to_owned()
            }
            Self::Path | Self::Program => "a path in quotes".to_owned(),
            Self::List => "a list of texts".to_owned(),
            Self::Choice(accepted, _) => {
                let words: Vec<_> = accepted.iter().map(|word| format!("`\"{word}\"`")).collect();
                words.join(" or ")
            }
        }
    }
}

/// The key with this path.
pub(super) fn find(path: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.path == path)
}

/// The section with this path.
pub(super) fn find_section(path: &str) -> Option<&'static str> {
    SECTIONS.iter().copied().find(|section| *section == path)
}

/// The candidate that was probably meant, if one is near enough.
pub(super) fn nearest<'a, Candidate: AsRef<str> + 'a>(
    word: &str,
    candidates: impl IntoIterator<Item = Candidate>,
) -> Option<Candidate> {
    let word = word.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| {
            (strsim::jaro_winkler(&word, &candidate.as_ref().to_lowercase()), candidate)
        })
        .filter(|(likeness, _)| *likeness >= 0.85)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_named_after_their_keys() {
        for (path, variable) in [
            ("salesforce.username", "REAUTH_SALESFORCE__USERNAME"),
            ("salesforce.admin.password", "REAUTH_SALESFORCE__ADMIN__PASSWORD"),
            ("cloud_elements.instance.id", "REAUTH_CLOUD_ELEMENTS__INSTANCE__ID"),
        ] {
            assert_eq!(find(path).unwrap().variable(), variable);
        }
    }

    #[test]
    fn every_section_is_listed_once() {
        let expected = [
            "salesforce",
            "salesforce.admin",
            "cloud_elements",
            "cloud_elements.instance",
            "http",
            "browser",
            "run",
        ];
        assert_eq!(*SECTIONS, expected);
    }

    #[test]
    fn nearest_finds_slips_and_nothing_far_away() {
        let names = ["username", "password", "login_url"];
        for (word, meant) in [
            ("usernam", Some("username")),
            ("Passwort", Some("password")),
            ("login-url", Some("login_url")),
            ("colour", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, names), meant, "{word}");
        }
    }
}
