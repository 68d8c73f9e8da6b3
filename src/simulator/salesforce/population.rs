//! Who and what the org is populated with: look-alikes included, on purpose.

use std::collections::HashMap;

use super::super::error::SimulatorError;
use super::super::hosts::{Site, name_of};
use super::super::random::Random;
use super::arrivals::Elsewhere;
use super::detours::Detours;
use super::org::{App, Counters, Org, Tickets, User};
use super::passkeys::Passkeys;
use super::settings::Settings;
use super::verification::Verification;

const DAY_MS: i64 = 24 * 3600 * 1000;
const APP_UNDER_TEST: &str = "Cloud Elements QA";

/// Full name, alias, user name, is an administrator. The first is the integration user; the third
/// shares their full name and the fourth nearly so.
const USERS: [(&str, &str, &str, bool); 4] = [
    ("Zoë O'Brien", "zobri", "zoe.obrien@acme.example.qa", false),
    ("Ada Müller", "amull", "ada.mueller@acme.example.qa", true),
    ("Zoë O'Brien", "zobri2", "zoe.obrien.sales@acme.example.qa", false),
    ("Zoe O'Brien-Hart", "zohar", "zoe.obrien-hart@acme.example.qa", false),
];

/// Name, description, is installed, how many of the colleagues use it. Sorted as the list is, so
/// that with five rows a page the app under test is the first of page 2.
const APPS: [(&str, &str, bool, usize); 14] = [
    ("Ant Migration Tool", "Deploys metadata", false, 1),
    ("Box for Salesforce", "Files in records", true, 2),
    ("Cloud Element", "A trial, misspelt", false, 1),
    ("Cloud Elements", "Production integrations", true, 3),
    ("Cloud Elements Dev", "", false, 0),
    (APP_UNDER_TEST, "Integration platform, QA", true, 2),
    ("Cloud Elements QA (old)", "Replaced in spring", false, 1),
    ("Cloud Elements QA EU", "Integration platform, QA, Frankfurt", true, 2),
    ("Dataloader Bulk", "", false, 1),
    ("Dataloader Partner", "", false, 1),
    ("DocuSign eSignature", "Envelopes & signatures", true, 2),
    ("Force.com IDE", "", false, 1),
    ("Salesforce CLI", "", false, 2),
    ("Salesforce for Outlook", "Mail & calendar", true, 1),
];

/// External client apps: label (one has none), name, description, how many of the colleagues use it.
const EXTERNAL_CLIENT_APPS: [(&str, &str, &str, usize); 5] = [
    ("Cloud Elements QA EU", "Cloud_Elements_QA_EU", "Integration platform, QA, Frankfurt", 3),
    ("", "Nightly_Export", "", 1),
    ("Cloud Elements QA 2", "Cloud_Elements_QA_2", "A second platform", 2),
    ("Slack for Salesforce", "Slack_for_Salesforce", "Records & channels", 2),
    ("Never Used", "Never_Used", "", 0),
];

const ACCOUNTS: [&str; 5] = [
    "Burlington Textiles Corp of America",
    "Dickenson plc",
    "Edge Communications",
    "GenePoint",
    "O'Neill & Söhne GmbH",
];

/// An org with users, apps and other people's grants, but none of the integration user's.
pub(super) fn populate(
    settings: Settings,
    callback_url: &str,
    now: i64,
) -> Result<Org, SimulatorError> {
    let mut random = Random::from_system()?;
    let full_name = settings.setup.full_name.clone();
    let users = USERS.map(|(name, alias, username, administrator)| User {
        id: random.record_id("005"),
        username: username.to_owned(),
        name: match &full_name {
            Some(full_name) if name == USERS[0].0 => full_name.clone(),
            _ => name.to_owned(),
        },
        alias: alias.to_owned(),
        password: format!("{}-{}!", random.alphanumeric(12), random.alphanumeric(6)),
        totp_seed: random.base32(32),
        administrator,
    });
    let elsewhere = Elsewhere::beside(&users[0], &mut random);
    let connected = APPS.map(|(name, description, installed, users)| App {
        installed,
        listed_without_grants: users == 0,
        ..app(&mut random, callback_url, name, description)
    });
    let external = EXTERNAL_CLIENT_APPS.map(|(label, name, description, _)| App {
        developer_name: name.to_owned(),
        external: true,
        ..app(&mut random, callback_url, label, description)
    });
    let apps: Vec<App> = connected.into_iter().chain(external).collect();
    let accounts =
        ACCOUNTS.map(|name| (random.record_id("001"), name.to_owned())).into_iter().collect();
    let app_under_test = apps.iter().position(|app| app.name == APP_UNDER_TEST).unwrap_or_default();
    let mut org = Org {
        id: random.record_id("00D"),
        settings,
        users: users.into(),
        apps,
        accounts,
        grants: Vec::new(),
        codes: HashMap::new(),
        requests: HashMap::new(),
        counters: Counters::default(),
        random,
        integration: 0,
        app_under_test,
        sessions: HashMap::new(),
        tickets: Tickets::default(),
        passkeys: Passkeys::default(),
        detours: Detours::default(),
        elsewhere,
        verification: Verification::default(),
        hidden: Vec::new(),
    };
    give_grants(&mut org, now);
    org.prepare_passkey(name_of(Site::MyDomain), now);
    Ok(org)
}

fn app(random: &mut Random, callback_url: &str, name: &str, description: &str) -> App {
    App {
        id: random.record_id("0H4"),
        name: name.to_owned(),
        developer_name: name.replace(|letter: char| !letter.is_ascii_alphanumeric(), "_"),
        description: description.to_owned(),
        consumer_key: random.consumer_key(),
        consumer_secret: random.hexadecimal(64),
        callback_url: callback_url.to_owned(),
        installed: true,
        menu_item_id: random.record_id("0DS"),
        listed_without_grants: false,
        external: false,
        external_id: random.record_id("0xI"),
    }
}

/// The colleagues' grants, made on different days before now.
fn give_grants(org: &mut Org, now: i64) {
    let colleagues: Vec<String> =
        [2, 3, 1].iter().map(|index| org.users[*index].id.clone()).collect();
    let keys: Vec<String> = org.apps.iter().map(|app| app.consumer_key.clone()).collect();
    let mut age = 1;
    let external = EXTERNAL_CLIENT_APPS.iter().map(|(_, _, _, users)| *users);
    let users = APPS.iter().map(|(_, _, _, users)| *users).chain(external);
    let left_out = org.settings.setup.only_user.then(|| org.connected_app().consumer_key.clone());
    let users = keys.iter().zip(users).filter(|(key, _)| left_out.as_ref() != Some(*key));
    for (key, users) in users {
        for colleague in colleagues.iter().take(users) {
            org.issue_grant(key, colleague, "full refresh_token", now - age * DAY_MS);
            age += 3;
        }
    }
}
