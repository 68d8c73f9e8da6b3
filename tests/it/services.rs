//! Every fault of the services, by name: how `reauth run` ends under it, revoking in the UI and by
//! API; and every start state: whether PATCH or PUT heals it. The exit code has to fit the services'
//! own state, and is the one written here.

#[macro_use]
mod case;
mod bodies;
mod oauth;
mod platform;
mod witnesses;

use case::{Case, Ending, StartCase};
use reauth::simulator::Kind;

use crate::support::assert_documented;

/// All of them.
fn cases() -> impl Iterator<Item = &'static Case> {
    [platform::CASES, oauth::CASES, witnesses::CASES].into_iter().flatten()
}

fn starts() -> impl Iterator<Item = &'static StartCase> {
    oauth::STARTS.iter()
}

#[test]
fn every_service_fault_has_a_case() {
    let without: Vec<&str> = reauth::simulator::faults()
        .filter(|fault| match fault.kind {
            Kind::Page => false,
            Kind::Start => !starts().any(|case| case.fault == fault.name),
            Kind::Service => !cases().any(|case| case.fault == fault.name),
        })
        .map(|fault| fault.name)
        .collect();
    assert_eq!(without, [""; 0], "faults of the services without an expected exit code");
}

/// The list for readers is this one.
#[test]
fn the_endings_are_documented() {
    let rows = cases().map(|case| (case.fault, case.ui, case.api));
    let table = table(["fault", "`--revoke-via ui`", "`--revoke-via api`"], rows);
    assert_documented("docs/simulator.md", "service faults", &table);
    let rows = starts().map(|case| (case.fault, case.patch, case.put));
    let heads = ["start state", "`--reauthenticate-via patch`", "`--reauthenticate-via put`"];
    assert_documented("docs/simulator.md", "start states", &self::table(heads, rows));
}

fn table(heads: [&str; 3], rows: impl Iterator<Item = (&'static str, Ending, Ending)>) -> String {
    let [name, one, other] = heads;
    let mut table = format!("| {name} | what it does | {one} | {other} |\n|---|---|---|---|\n");
    for (name, one, other) in rows {
        let fault = reauth::simulator::faults().find(|fault| fault.name == name);
        let about = fault.unwrap_or_else(|| panic!("no fault {name}")).about;
        table += &format!("| `{name}` | {about} | {} | {} |\n", told(&one), told(&other));
    }
    table
}

fn told(ending: &Ending) -> String {
    let code = ending.code;
    let mut told = ending.error.map_or(code.to_string(), |error| format!("{code} `{error}`"));
    for warning in ending.warnings {
        told += &format!("<br>warns `{warning}`");
    }
    told
}
