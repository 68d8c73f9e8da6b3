//! The catalogue against the simulator: which candidates no page of it ever matched, by the logs of
//! runs that differ.

use std::collections::BTreeSet;

use futures_util::{StreamExt as _, stream};
use serde_json::Value;

use crate::support::World;

/// Runs that show every page in every shape between them: their faults.
const RUNS: &[&[&str]] = &[
    &["reminder"],
    &["reminder", "order-changed"],
    &[
        "email-code",
        "sms-code",
        "totp-code",
        "register-phone",
        "passkey-verification",
        "session-timeout",
        "maintenance",
    ],
    &["identifier-first", "other-methods", "passkey-by-button", "unknown-code"],
    &["approve-on-phone"],
    &["external-client-row-menu"],
    &[
        "ids-replaced",
        "email-code",
        "sms-code",
        "totp-code",
        "register-phone",
        "passkey-verification",
        "session-timeout",
        "maintenance",
    ],
    &["ids-replaced", "identifier-first", "other-methods", "passkey-by-button", "unknown-code"],
    &["ids-replaced", "approve-on-phone"],
    &["ids-replaced", "external-client-row-menu"],
    &[
        "names-replaced",
        "email-code",
        "sms-code",
        "totp-code",
        "register-phone",
        "passkey-verification",
        "session-timeout",
        "maintenance",
    ],
    &["names-replaced", "identifier-first", "other-methods", "passkey-by-button", "unknown-code"],
    &["names-replaced", "approve-on-phone"],
    &["names-replaced", "external-client-row-menu"],
    &[
        "order-changed",
        "email-code",
        "sms-code",
        "totp-code",
        "register-phone",
        "passkey-verification",
        "session-timeout",
        "maintenance",
    ],
    &["order-changed", "identifier-first", "other-methods", "passkey-by-button", "unknown-code"],
    &["order-changed", "approve-on-phone"],
    &["order-changed", "external-client-row-menu"],
    &[
        "german",
        "email-code",
        "sms-code",
        "totp-code",
        "register-phone",
        "passkey-verification",
        "session-timeout",
        "maintenance",
    ],
    &["german", "identifier-first", "other-methods", "passkey-by-button", "unknown-code"],
    &["german", "approve-on-phone"],
    &["german", "external-client-row-menu"],
    &[
        "japanese",
        "email-code",
        "sms-code",
        "totp-code",
        "register-phone",
        "passkey-verification",
        "session-timeout",
        "maintenance",
    ],
    &["japanese", "identifier-first", "other-methods", "passkey-by-button", "unknown-code"],
    &["japanese", "approve-on-phone"],
    &["japanese", "external-client-row-menu"],
    &["external-client"],
    &["external-client-address-only"],
    &["external-client-no-page"],
    &["frame-elsewhere"],
    &["frame-renamed"],
    &["frame-in-shadow"],
    &["paged-by-buttons"],
    &["classic"],
    &["setup-forbidden"],
    &["change-password"],
    &["reminder-german"],
    &["reminder-japanese"],
    &["passkey-forgotten"],
    &["unknown-methods"],
    &["passkey-enrolment"],
    &["endless-interlude"],
    &["session-timeout-login"],
    &["external-client-many"],
    &["passkey-counter"],
    &["register-phone-german"],
    &["approval-error"],
    &["code-refused-once", "email-code"],
    &["totp-elsewhere"],
];

/// What no run of these shows so far, and what therefore nobody knows to work: errors that another test
/// provokes, and second guesses. Whatever comes to match is to be taken off; nothing may be added.
const NEVER_SEEN: &[&str] = &[
    "eca-confirm.question[0] candidate 1",
    "eca-usage-list.next_page[0] candidate 1",
    "eca-user-list.next_page[0] candidate 1",
    "eca-user-list-empty.signature[0] candidate 0",
    "home.signature[0] candidate 0",
    "login.error[0] candidate 0",
    "login.error[0] candidate 1",
    "login.error[0] candidate 2",
    "login-identifier.error[0] candidate 0",
    "login-identifier.error[0] candidate 1",
    "login-identifier.error[0] candidate 2",
    "login-identifier.submit[0] candidate 2",
    "oauth-error-text.signature[0] candidate 0",
    "oauth-error-text.signature[0] candidate 1",
    "oauth-error-text.text[0] candidate 0",
    "oauth-error-text.text[0] candidate 1",
    "passkey-enrolment.error[0] candidate 0",
    "passkey-enrolment.error[0] candidate 1",
    "passkey-enrolment.error[0] candidate 2",
    "passkey-verification.error[0] candidate 1",
    "passkey-verification.error[0] candidate 2",
    "register-phone.decline[0] candidate 1",
    "setup-found-eca-usage.link[0] candidate 1",
    "setup-found-eca-usage.signature[0] candidate 1",
    "user-list.next_page[0] candidate 0",
    "user-list-empty.signature[0] candidate 0",
    "verification-email.about[0] candidate 1",
    "verification-email.another_method[0] candidate 0",
    "verification-email.another_method[0] candidate 1",
    "verification-email.error[0] candidate 1",
    "verification-email.error[0] candidate 2",
    "verification-other.email_code[0] candidate 0",
    "verification-other.email_code[0] candidate 1",
    "verification-other.error[0] candidate 0",
    "verification-other.error[0] candidate 1",
    "verification-other.error[0] candidate 2",
    "verification-other.remember[0] candidate 1",
    "verification-other.sms_code[0] candidate 0",
    "verification-other.sms_code[0] candidate 1",
    "verification-other.totp_code[0] candidate 1",
    "verification-sms.about[0] candidate 1",
    "verification-sms.another_method[0] candidate 0",
    "verification-sms.another_method[0] candidate 1",
    "verification-sms.error[0] candidate 0",
    "verification-sms.error[0] candidate 1",
    "verification-sms.error[0] candidate 2",
    "verification-totp.another_method[0] candidate 0",
    "verification-totp.another_method[0] candidate 1",
    "verification-totp.error[0] candidate 0",
    "verification-totp.error[0] candidate 1",
    "verification-totp.error[0] candidate 2",
];

/// A candidate: page, part of it, entry of the signature, place in the order of preference.
type Place = (String, String, u64, u64);

/// All candidates of the embedded catalogue.
fn candidates() -> BTreeSet<Place> {
    let text = include_str!("../../webdriver/locators.toml");
    let catalogue: toml::Table = toml::from_str(text).unwrap();
    let mut places = BTreeSet::new();
    let mut add = |page: &str, part: &str, entry: u64, list: &toml::Value| {
        for candidate in 0..u64::try_from(list.as_array().unwrap().len()).unwrap() {
            places.insert((page.to_owned(), part.to_owned(), entry, candidate));
        }
    };
    for page in catalogue["page"].as_array().unwrap() {
        let name = page["name"].as_str().unwrap();
        let signature = page.get("signature").and_then(toml::Value::as_array);
        for (entry, list) in (0..).zip(signature.into_iter().flatten()) {
            add(name, "signature", entry, list);
        }
        if let Some(list) = page.get("frame") {
            add(name, "frame", 0, list);
        }
        for (element, list) in
            page.get("elements").and_then(toml::Value::as_table).into_iter().flatten()
        {
            add(name, element, 0, list);
        }
    }
    places
}

/// Pages and candidates that a run met, by its log.
async fn met(faults: &[&str]) -> (BTreeSet<String>, BTreeSet<Place>) {
    let world = World::with_faults(faults).await;
    let finished = world.follow(&["run", "--timeout", "40s", "--settle", "5s"]).finish().await;
    world.assert_nothing_left().await;
    let (mut pages, mut places) = (BTreeSet::new(), BTreeSet::new());
    for (path, bytes) in world.run_files() {
        if path.file_name().is_none_or(|name| name != "log.jsonl") {
            continue;
        }
        for line in String::from_utf8(bytes).unwrap().lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            let fields = &line["fields"];
            let text = |key: &str| fields[key].as_str().unwrap_or_default().to_owned();
            match fields["message"].as_str() {
                Some("recognised") => drop(pages.insert(text("page"))),
                Some("found") => {
                    let number = |key: &str| fields[key].as_u64().unwrap();
                    let place = (text("page"), text("part"), number("entry"), number("candidate"));
                    places.insert(place);
                }
                _ => {}
            }
        }
    }
    eprintln!("{faults:?}: {:?}", finished.code);
    (pages, places)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_candidate_has_matched_somewhere() {
    let (mut pages, mut places) = (BTreeSet::new(), BTreeSet::new());
    // Two cores: a browser on each.
    let mut runs = stream::iter(RUNS).map(|faults| met(faults)).buffer_unordered(2);
    while let Some((some_pages, some_places)) = runs.next().await {
        pages.extend(some_pages);
        places.extend(some_places);
    }
    let all = candidates();
    let unseen: BTreeSet<&String> =
        all.iter().map(|(page, ..)| page).filter(|page| !pages.contains(*page)).collect();
    eprintln!("pages that were never shown: {unseen:#?}");
    let never: Vec<String> = all
        .difference(&places)
        .map(|(page, part, entry, candidate)| {
            format!("{page}.{part}[{entry}] candidate {candidate}")
        })
        .filter(|never| !NEVER_SEEN.contains(&never.as_str()))
        .collect();
    assert!(never.is_empty(), "candidates that nothing ever matched: {never:#?}");
}
