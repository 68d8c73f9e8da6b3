//! What a run says of itself, against what the services' own state says.

use serde_json::Value;

use super::{Finished, State, World};

const APP: &str = "Cloud Elements QA";

/// The grant whose tokens the instance holds; none where it holds tokens that nobody issued, or that
/// a rotation has replaced.
fn grant<'state>(world: &World, state: &'state State) -> Option<&'state Value> {
    let configuration = &state.instance(world.instance())["configuration"];
    let (access, refresh) =
        (&configuration["oauth.user.token"], &configuration["oauth.user.refresh_token"]);
    let grants = state.0["salesforce"]["grants"].as_array().unwrap();
    grants.iter().find(|grant| {
        let tokens = grant["access_tokens"].as_array().unwrap();
        (refresh.is_string() && grant["refresh_token"] == *refresh)
            || tokens.iter().any(|token| token["access_token"] == *access)
    })
}

/// Whether the instance could call Salesforce at this moment.
pub fn is_authenticated(world: &World, state: &State) -> bool {
    let configuration = &state.instance(world.instance())["configuration"];
    grant(world, state).is_some_and(|grant| {
        let refreshes = grant["refreshable"] == true
            && grant["refresh_token"] == configuration["oauth.user.refresh_token"];
        let tokens = grant["access_tokens"].as_array().unwrap();
        refreshes
            || tokens.iter().any(|token| {
                token["access_token"] == configuration["oauth.user.token"] && token["live"] == true
            })
    })
}

/// Every grant that is not the integration user's for the app under test, as it is.
pub fn of_others(world: &World, state: &State) -> Vec<Value> {
    let grants = state.0["salesforce"]["grants"].as_array().unwrap();
    let ours = |grant: &&Value| grant["app"] == APP && grant["user"] == world.username();
    grants.iter().filter(|grant| !ours(grant)).cloned().collect()
}

/// Fails unless `reauth run` ended in the exit code that the services' final state calls for, told
/// the truth about the instance, left everything else alone, and told no secret.
#[track_caller]
pub fn check_verdict(world: &World, before: &State, after: &State, finished: &Finished) {
    world.assert_keeps_secrets(after, finished);
    if !before.has_instance(world.instance()) {
        assert_eq!(finished.code, Some(2), "there is no such instance\n{}", finished.stderr);
        return;
    }
    let alive = is_authenticated(world, after);
    let (was, is) = (grant(world, before), grant(world, after));
    let id = |grant: Option<&Value>| grant.map(|grant| grant["id"].clone());
    let renewed = id(was) != id(is);
    let code = finished.code;
    let said = &finished.stderr;
    if code == Some(0) {
        assert!(alive && renewed, "passed: alive {alive}, renewed {renewed}\n{said}");
    }
    let told = finished.report()["instance"]["authenticated"].as_bool();
    // It was dead before, and the run ended before it asked.
    let never_seen = told.is_none() && !is_authenticated(world, before);
    if !alive {
        let fits = code == Some(4) || (never_seen && matches!(code, Some(1..=3)));
        assert!(fits, "the instance is dead: {code:?}\n{said}");
    } else if renewed {
        // All was well, or something failed after the grant was cut and it was brought back. Or it
        // was brought back, and could not be asked.
        assert!(matches!(code, Some(0 | 1 | 4)), "the instance lives: {code:?}\n{said}");
    } else {
        assert!(matches!(code, Some(1..=4)), "the instance lives: {code:?}\n{said}");
    }
    match told {
        Some(told) => assert_eq!(told, alive, "the report tells otherwise\n{said}"),
        // It never came so far as to ask, or got no answer.
        None => assert!(code == Some(4) || !renewed, "it was touched and not asked\n{said}"),
    }
    if code == Some(0) {
        let old = was.map(|grant| &grant["id"]);
        let still = after.live_grants(APP, world.username());
        assert!(still.iter().all(|grant| Some(&grant["id"]) != old), "the old grant lives\n{said}");
    }
    assert_eq!(of_others(world, before), of_others(world, after), "other people's grants");
    let ours = |state: &State| state.live_grants(APP, world.username()).len();
    assert!(ours(after) <= ours(before).max(1), "a grant was left\n{said}");
    assert_eq!(after.tripwire_hits(), 0, "the callback host was reached");
    after.assert_codes_sent_once();
    after.assert_only_the_platform_asks_for_tokens();
    let in_flight = !world.journal().is_empty();
    if code != Some(4) {
        assert!(!in_flight, "nothing is in flight: {:?}\n{said}", world.journal());
    } else if is_authenticated(world, before) {
        assert!(in_flight, "what was left dead has to be known to `restore --all`\n{said}");
    }
}

/// The platform reads through the instance, one grant of its user lives, the journal is empty, and
/// no code was sent twice: asked of the services, and not of `reauth`.
pub async fn assert_whole(world: &World) {
    let state = world.state().await;
    let live = state.live_grants(APP, world.username());
    let instance = state.instance(world.instance());
    let token = &instance["configuration"]["oauth.user.refresh_token"];
    assert!(live.iter().any(|grant| grant["refresh_token"] == *token), "{live:#?} {instance:#}");
    assert_eq!(world.journal(), [""; 0], "nothing is in flight");
    state.assert_codes_sent_once();
}
