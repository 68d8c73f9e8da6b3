//! What proves that a login worked. Until something does, its credentials are not sent again.

use super::visitor::Visitor;
use crate::browser::Seen;

/// Pages that turn up whatever is waited for, and that only somebody who is logged in is shown. All
/// others of that kind (maintenance, the session's time-out, a reminder, an OAuth error) are shown to
/// anybody: they say nothing of the password that was sent.
const BEHIND_THE_LOGIN: [&str; 9] = [
    "change-password",
    "insufficient-privileges",
    "passkey-enrolment",
    "passkey-verification",
    "register-phone",
    "verification-email",
    "verification-other",
    "verification-sms",
    "verification-totp",
];

impl Visitor<'_> {
    /// Whether this page is shown to nobody but a user whose password was right. What a visit wants
    /// stands behind the login.
    pub(super) fn proves_login(&self, seen: &Seen, wanted: &[&str]) -> bool {
        wanted.contains(&seen.page.as_str())
            || (BEHIND_THE_LOGIN.contains(&seen.page.as_str()) && self.is_ours(seen))
    }

    /// Whether this page is shown to nobody who has not been verified.
    pub(super) fn proves_verification(&self, seen: &Seen, wanted: &[&str]) -> bool {
        let asks = ["verification", "passkey"].iter().any(|kind| seen.page.starts_with(kind));
        !asks && self.proves_login(seen, wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::BEHIND_THE_LOGIN;

    /// A page that is added to the catalogue has to be thought about.
    #[test]
    fn each_page_that_interrupts_proves_a_login_or_nothing() {
        const PROVE_NOTHING: [&str; 6] = [
            "maintenance",
            "oauth-error",
            "oauth-error-text",
            "reminder",
            "reminder-cancel",
            "session-timeout",
        ];
        let catalogue = include_str!("../../../webdriver/locators.toml");
        let catalogue: toml::Table = toml::from_str(catalogue).unwrap();
        let pages = catalogue["page"].as_array().unwrap();
        let mut interrupting: Vec<&str> = pages
            .iter()
            .filter(|page| page.get("interrupts").and_then(toml::Value::as_bool) == Some(true))
            .map(|page| page["name"].as_str().unwrap())
            .collect();
        interrupting.sort_unstable();
        let mut thought_about = [&BEHIND_THE_LOGIN[..], &PROVE_NOTHING].concat();
        thought_about.sort_unstable();
        assert_eq!(interrupting, thought_about);
    }
}
