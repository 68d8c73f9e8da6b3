//! Browsers that arrive as another user, or in another org: logged out once, and never acted as.

use serde_json::{Value, json};

use super::{APP, met, passes, stops};
use crate::support::{Finished, State, World};

const OTHER: &str = "ada.mueller@acme.example.qa";

/// What the run told of the session that it ended.
fn told(finished: &Finished) -> Vec<String> {
    let report = finished.report();
    let warnings = report["warnings"].as_array().unwrap().iter();
    warnings
        .filter(|warning| warning["code"] == "salesforce.other_session")
        .map(|warning| warning["message"].as_str().unwrap().to_owned())
        .collect()
}

/// All codes were given to this user.
#[track_caller]
fn assert_codes_of(state: &State, user: &str) {
    let codes = state.0["salesforce"]["codes"].as_array().unwrap();
    assert!(codes.iter().all(|code| code["user"] == user), "{codes:#?}");
}

/// As another user who may do all that the right one may.
async fn another_user(faults: &[&str], arguments: &[&str]) {
    let (world, finished, after) = passes(faults, arguments, 1).await;
    let told = told(&finished);
    assert_eq!(told.len(), 1, "{:#}", finished.report());
    for words in [OTHER, world.username()] {
        assert!(told[0].contains(words), "{words}: {}", told[0]);
    }
    assert_eq!(after.salesforce("arrivals"), 1);
    assert_eq!(after.salesforce("logouts"), 1);
    assert_codes_of(&after, world.username());
}

#[tokio::test(flavor = "multi_thread")]
async fn another_user_in_setup() {
    another_user(&["logged-in-as-another"], &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_user_at_the_approval() {
    another_user(&["logged-in-as-another"], &["--revoke-via", "api"]).await;
}

/// The one who may look at Setup is not the integration user, and is not to be found out by that.
#[tokio::test(flavor = "multi_thread")]
async fn another_user_among_other_pages() {
    another_user(&["register-phone", "logged-in-as-another", "identifier-first"], &[]).await;
    another_user(&["maintenance", "reminder", "logged-in-as-another"], &[]).await;
}

/// Masked tokens are ended by what a session of the org may list: of the right one.
#[tokio::test(flavor = "multi_thread")]
async fn another_user_where_the_session_is_the_witness() {
    let faults = ["masked-tokens", "logged-in-as-another"];
    let (world, finished, after) = passes(&faults, &["--revoke-via", "api"], 1).await;
    assert_eq!(told(&finished).len(), 1);
    assert!(met(&finished, "revoke").contains(&"login".to_owned()));
    assert_eq!(after.salesforce("logouts"), 1);
    assert_codes_of(&after, world.username());
}

/// The other user has approved the app before: there is no page to stop at, only the code that
/// comes back. It is not used.
#[tokio::test(flavor = "multi_thread")]
async fn another_user_who_has_approved_already() {
    let world = World::with_faults(&["logged-in-as-another"]).await;
    world.post("/__simulator/grants", json!({"username": OTHER})).await;
    let others = world.state().await.grants(APP, OTHER).len();
    let finished = world.reauth(&["run", "--revoke-via", "api"]).await.expect_code(0);
    assert_eq!(told(&finished).len(), 1);
    let after = world.state().await;
    assert_eq!(after.grants(APP, OTHER).len(), others, "no grant was made in that name");
    let codes = after.0["salesforce"]["codes"].as_array().unwrap();
    let (theirs, ours): (Vec<&Value>, Vec<&Value>) =
        codes.iter().partition(|code| code["user"] == OTHER);
    assert_eq!((theirs.len(), ours.len()), (1, 1), "{codes:#?}");
    assert_eq!(theirs[0]["used"], false);
    assert_eq!(after.codes_seen().len(), 1);
}

/// The same user name in another org: only the org tells.
#[tokio::test(flavor = "multi_thread")]
async fn another_org_in_setup() {
    let (world, finished, after) = passes(&["logged-in-elsewhere"], &[], 1).await;
    let told = told(&finished);
    assert!(told[0].contains("another org"), "{told:?}");
    let own = after.0["salesforce"]["organization_id"].as_str().unwrap();
    assert!(told[0].contains(&own[..15]), "{own}: {told:?}");
    assert_eq!(after.salesforce("logouts"), 1);
    assert_eq!(after.0["salesforce"]["codes"].as_array().unwrap().len(), 1);
    assert_codes_of(&after, world.username());
}

#[tokio::test(flavor = "multi_thread")]
async fn another_org_at_the_approval() {
    let faults = ["logged-in-elsewhere", "register-phone-german"];
    let (_, finished, after) = passes(&faults, &["--revoke-via", "api"], 1).await;
    assert_eq!(told(&finished).len(), 1);
    assert_eq!(after.salesforce("logouts"), 1);
    assert_eq!(after.0["salesforce"]["codes"].as_array().unwrap().len(), 1);
}

/// Single sign-on that logs the other one in again: nothing is done in that name.
#[tokio::test(flavor = "multi_thread")]
async fn another_user_for_good() {
    for faults in [
        ["logged-in-as-another", "logged-in-for-good"],
        ["logged-in-for-good", "logged-in-as-another"],
    ] {
        let world = World::with_faults(&faults).await;
        let words = [OTHER, world.username(), "nothing was done"];
        let (_, after) = stops(&world, &[], 1, "salesforce.other_user", &words).await;
        assert_eq!(after.salesforce("login_attempts"), 0);
        assert_eq!(after.salesforce("logouts"), 1);
        assert_eq!(after.salesforce("arrivals"), 2);
        assert_codes_of(&after, world.username());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_org_for_good() {
    let world = World::with_faults(&["logged-in-elsewhere", "logged-in-for-good"]).await;
    let words = ["another org", world.username()];
    let (_, after) = stops(&world, &[], 1, "salesforce.other_org", &words).await;
    assert_eq!(after.salesforce("login_attempts"), 0);
    assert_eq!(after.0["salesforce"]["codes"].as_array().unwrap().len(), 0);
}

/// After the cut, the approval is not given in the wrong name: the instance stays dead, and says so.
#[tokio::test(flavor = "multi_thread")]
async fn another_user_for_good_approves_nothing() {
    let world = World::with_faults(&["logged-in-as-another", "logged-in-for-good"]).await;
    let finished = world.reauth(&["run", "--revoke-via", "api"]).await.expect_code(4);
    finished.expect_error("salesforce.other_user");
    let after = world.state().await;
    assert_eq!(after.0["salesforce"]["codes"].as_array().unwrap().len(), 0);
    assert_eq!(after.requests("POST", "RemoteAccessAuthorizationPage.apexp"), 0);
    assert_eq!(after.grants(APP, OTHER).len(), 0);
    assert_eq!(after.salesforce("login_attempts"), 0);
}

/// Provisioned into the org that is configured, whoever the browser came as.
#[tokio::test(flavor = "multi_thread")]
async fn a_fresh_instance_is_of_the_configured_org() {
    let world = World::with_faults(&["logged-in-elsewhere"]).await;
    let finished = world.reauth(&["provision"]).await.expect_code(0);
    assert_eq!(told(&finished).len(), 1);
    let after = world.state().await;
    assert_codes_of(&after, world.username());
    assert_eq!(after.salesforce("logouts"), 1);
}
