//! Ways to be logged in besides the login page: the front door, and a profile that is kept.

mod front_door;
mod kept;
mod profile;
mod unclean;

use serde_json::Value;

use crate::support::of_others;
use crate::support::{Finished, State, World};

const APP: &str = "Cloud Elements QA";

/// The configuration without the password: what happens then happens without the login page.
fn without_password(world: &World) {
    let text = world.config_text();
    let lines = text.lines().filter(|line| !line.starts_with("password"));
    world.write_config(&lines.map(|line| format!("{line}\n")).collect::<String>());
}

/// The configuration with the org's administrator, who types, for Setup; their user name.
async fn with_admin(world: &World) -> String {
    let state = world.state().await;
    let users = state.0["salesforce"]["users"].as_array().unwrap();
    let admin = users.iter().find(|user| user["administrator"] == true).unwrap();
    let text = std::fs::read_to_string(world.config()).unwrap();
    let section = format!(
        "[salesforce.admin]\nusername = {}\npassword = {}\n",
        admin["username"], admin["password"]
    );
    world.write_config(&format!("{text}\n{section}"));
    admin["username"].as_str().unwrap().to_owned()
}

/// Where the browser asked for the front door: the hosts, in order.
fn doors(state: &State) -> Vec<&str> {
    let requests = state.0["requests"].as_array().unwrap();
    let doors = requests.iter().filter(|request| request["path"] == "/secur/frontdoor.jsp");
    doors.map(|request| request["host"].as_str().unwrap()).collect()
}

/// The whole cycle, with the old grant dead, a new one alive, and nobody else's touched.
async fn passes(world: &World, arguments: &[&str]) -> (Finished, State) {
    let others = of_others(world, &world.state().await);
    let finished = world.reauth(arguments).await.expect_code(0);
    let after = world.state().await;
    let grants = after.grants(APP, world.username());
    assert_ne!(grants[0]["ended_by"], Value::Null, "{grants:#?}");
    assert_eq!(after.live_grants(APP, world.username()).len(), 1, "{grants:#?}");
    assert_eq!(of_others(world, &after), others);
    assert_eq!(after.tripwire_hits(), 0, "the callback host was reached");
    (finished, after)
}

/// Nothing was cut, and nothing was sent.
async fn assert_untouched(world: &World) -> State {
    let after = world.state().await;
    let grants = after.grants(APP, world.username());
    assert_eq!(grants.len(), 1, "{grants:#?}");
    assert_eq!(grants[0]["live"], true, "{grants:#?}");
    assert_eq!(after.requests("POST", "/revoke"), 0);
    assert_eq!(after.requests("PATCH", "/instances"), 0);
    after
}

/// What the report's error says.
fn message(finished: &Finished) -> String {
    finished.report()["error"]["message"].as_str().unwrap().to_owned()
}
