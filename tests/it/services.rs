//! Every fault of the services, by name: how `reauth run` ends under it, revoking in the UI and by
//! API. The exit code has to fit the services' own state, and is the one written here.

#[macro_use]
mod case;
mod oauth;
mod platform;
mod witnesses;

use case::{Case, Ending};

use crate::support::assert_documented;

/// All of them.
fn cases() -> impl Iterator<Item = &'static Case> {
    [platform::CASES, oauth::CASES, witnesses::CASES].into_iter().flatten()
}

#[test]
fn every_service_fault_has_a_case() {
    let without: Vec<&str> = reauth::simulator::faults()
        .filter(|fault| fault.kind == reauth::simulator::Kind::Service)
        .map(|fault| fault.name)
        .filter(|name| !cases().any(|case| case.fault == *name))
        .collect();
    assert_eq!(without, [""; 0], "faults of the services without an expected exit code");
}

/// The list for readers is this one.
#[test]
fn the_endings_are_documented() {
    let mut table =
        "| fault | what it does | `--revoke-via ui` | `--revoke-via api` |\n|---|---|---|---|\n"
            .to_owned();
    for case in cases() {
        let fault = reauth::simulator::faults().find(|fault| fault.name == case.fault);
        let about = fault.unwrap_or_else(|| panic!("no fault {}", case.fault)).about;
        let (ui, api) = (told(&case.ui), told(&case.api));
        table += &format!("| `{}` | {about} | {ui} | {api} |\n", case.fault);
    }
    assert_documented("docs/simulator.md", "service faults", &table);
}

fn told(ending: &Ending) -> String {
    let code = ending.code;
    let mut told = ending.error.map_or(code.to_string(), |error| format!("{code} `{error}`"));
    for warning in ending.warnings {
        told += &format!("<br>warns `{warning}`");
    }
    told
}
