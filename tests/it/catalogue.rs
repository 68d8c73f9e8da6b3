//! The catalogue against the simulator: each of its pages is shown, and each candidate matches, by the
//! logs of runs that differ.

use std::collections::BTreeSet;

use futures_util::{StreamExt as _, stream};
use serde_json::{Value, json};

use crate::support::World;

/// Runs that show every page, and every part of it as each of its candidates finds it, between them:
/// their faults. No candidate hangs on the language or the order of a page: `markup` has those.
const RUNS: &[&[&str]] = &[
    &["small-pages"],
    &["only-user"],
    &["only-user", "external-client"],
    &["external-client-many", "external-client-links"],
    &["external-client-link-by-script"],
    &["client-of-another-org"],
    &["client-of-another-org", "names-replaced"],
    &["reminder"],
    &["external-client-row-menu"],
    &["names-replaced", "external-client"],
    &["external-client-no-page"],
    &["external-client-many"],
    &["frame-elsewhere"],
    &["frame-renamed", "reminder-german"],
    &["paged-by-buttons"],
    &["setup-forbidden"],
    &["change-password"],
    &["approval-error"],
    // Codes, passkeys, and the login in two steps.
    &[
        "identifier-first",
        "email-code",
        "sms-code",
        "totp-code",
        "code-refused-once",
        "other-methods-linked",
        "register-phone",
        "passkey-by-button",
        "session-timeout",
        "maintenance",
    ],
    &[
        "ids-replaced",
        "identifier-first",
        "email-code",
        "sms-code",
        "totp-code",
        "code-refused-once",
        "code-sent-to-in-label",
        "other-methods-linked",
        "register-phone-french",
        "session-timeout",
    ],
    &[
        "names-replaced",
        "identifier-first",
        "email-code",
        "sms-code",
        "totp-code",
        "code-refused-once",
        "other-methods-linked",
        "session-timeout",
    ],
    &["email-elsewhere", "sms-elsewhere", "totp-elsewhere", "other-methods-linked"],
    &["ids-replaced", "email-elsewhere", "sms-elsewhere", "totp-elsewhere", "other-methods-linked"],
    &["method-refused"],
    &["ids-replaced", "method-refused"],
    &["names-replaced", "method-refused"],
    &["passkey-counter"],
    &["ids-replaced", "passkey-counter"],
    &["names-replaced", "passkey-counter"],
];

/// Runs of whoever does not get in, and what is wrong: pages that say so, as each candidate finds it.
const REFUSED: &[(Wrong, &[&str])] = &[
    (Wrong::Password, &[]),
    (Wrong::Password, &["ids-replaced"]),
    (Wrong::Password, &["names-replaced"]),
    (Wrong::Username, &["identifier-first"]),
    (Wrong::Username, &["identifier-first", "ids-replaced"]),
    (Wrong::Username, &["identifier-first", "names-replaced"]),
    (Wrong::Passkey, &["passkey-enrolment-refused"]),
    (Wrong::Passkey, &["passkey-enrolment-refused", "ids-replaced"]),
    (Wrong::Passkey, &["passkey-enrolment-refused", "names-replaced"]),
];

/// What is wrong with who wants to get in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wrong {
    Nothing,
    /// The password.
    Password,
    /// The user name has no domain.
    Username,
    /// The passkey that is to be registered.
    Passkey,
}

/// A candidate: page, part of it, entry of the signature, place in the order of preference.
type Place = (String, String, u64, u64);

/// The embedded catalogue.
fn catalogue() -> toml::Table {
    toml::from_str(include_str!("../../webdriver/locators.toml")).unwrap()
}

/// The names of its pages.
fn names() -> BTreeSet<String> {
    let catalogue = catalogue();
    let pages = catalogue["page"].as_array().unwrap().iter();
    pages.map(|page| page["name"].as_str().unwrap().to_owned()).collect()
}

/// All its candidates.
fn candidates() -> BTreeSet<Place> {
    let catalogue = catalogue();
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

/// A world with these faults, in which an authenticator's code lasts 5 s: nobody has to wait long.
async fn world(faults: &[&str], wrong: Wrong) -> World {
    let settings = reauth::simulator::Settings::default();
    let settings = settings.with_faults(faults.iter().copied()).unwrap();
    let mut settings = serde_json::to_value(settings).unwrap();
    settings["salesforce"]["totp_period_s"] = json!(5);
    let world = World::with(settings).await;
    let salesforce = &world.simulator.ready().salesforce;
    let (right, other) = match wrong {
        Wrong::Nothing => return world,
        Wrong::Password => (salesforce.password.as_str(), "not-the-password"),
        Wrong::Username => (world.username(), "zoe.obrien"),
        Wrong::Passkey => ("[salesforce]\n", "[salesforce]\npasskey_file = \"passkey.json\"\n"),
    };
    world.write_config(&world.config_text().replace(right, other));
    world
}

/// Pages that a walk of the doctor met, which goes where no run does, by its document; and their
/// candidates, where the page is recognised by nothing but one.
async fn met_by_doctor() -> (BTreeSet<String>, BTreeSet<Place>) {
    let world = World::new().await;
    let finished = world.finish(world.command(&["--format", "json", "doctor", "--drift"])).await;
    let document = finished.report();
    let visits = document["visits"].as_array().into_iter().flatten();
    let pages = visits.flat_map(|visit| visit["pages"].as_array().into_iter().flatten());
    let pages: BTreeSet<String> = pages.map(|page| page.as_str().unwrap().to_owned()).collect();
    let of_signature = |page: &str| {
        let is_of = |place: &Place| place.0 == page && place.1 == "signature";
        candidates().into_iter().filter(is_of).collect::<Vec<_>>()
    };
    let sole = pages.iter().map(|page| of_signature(page)).filter(|places| places.len() == 1);
    (pages.clone(), sole.flatten().collect())
}

/// Pages and candidates that a run met, by its log.
async fn met(faults: &[&str], wrong: Wrong) -> (BTreeSet<String>, BTreeSet<Place>) {
    let world = world(faults, wrong).await;
    let command: &[&str] = match wrong {
        Wrong::Passkey => &["passkey", "enroll", "--timeout", "40s"],
        _ => &["run", "--timeout", "40s", "--settle", "5s"],
    };
    let finished = world.follow(command).finish().await;
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
    eprintln!("{faults:?} {wrong:?}: {:?}", finished.code);
    (pages, places)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_candidate_has_matched_somewhere() {
    let (mut pages, mut places) = met_by_doctor().await;
    let runs = RUNS.iter().map(|faults| (Wrong::Nothing, *faults)).chain(REFUSED.iter().copied());
    // Two cores: a browser on each.
    let mut runs = stream::iter(runs).map(|(wrong, faults)| met(faults, wrong)).buffer_unordered(2);
    while let Some((some_pages, some_places)) = runs.next().await {
        pages.extend(some_pages);
        places.extend(some_places);
    }
    let all = candidates();
    let unseen: BTreeSet<String> = names().difference(&pages).cloned().collect();
    assert!(unseen.is_empty(), "pages that were never shown: {unseen:#?}");
    let never: Vec<String> = all
        .difference(&places)
        .map(|(page, part, entry, candidate)| {
            format!("{page}.{part}[{entry}] candidate {candidate}")
        })
        .collect();
    assert!(never.is_empty(), "candidates that nothing ever matched: {never:#?}");
}
