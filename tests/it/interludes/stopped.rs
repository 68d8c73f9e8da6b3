//! Pages that stop a run: a person has to decide, or they never end.

use super::{met, stops};
use crate::support::World;

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_never_changed() {
    let world = World::with_faults(&["change-password"]).await;
    let words = ["to change the password", world.username(), "/ChangePassword"];
    let (finished, after) = stops(&world, &[], 1, "salesforce.change_password", &words).await;
    assert_eq!(after.requests("POST", "/ChangePassword"), 0);
    assert_eq!(after.salesforce("login_attempts"), 1, "the restoration has nothing to do");
    let hints = finished.report()["error"]["hints"].to_string();
    assert!(hints.contains("log in by hand"), "{hints}");
}

/// Behind other pages, and with the login in two steps.
#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_never_changed_behind_other_pages() {
    let faults = ["identifier-first", "register-phone", "change-password", "reminder"];
    let world = World::with_faults(&faults).await;
    let (finished, after) = stops(&world, &[], 1, "salesforce.change_password", &[]).await;
    assert_eq!(
        met(&finished, "revoke"),
        ["login-identifier", "login", "register-phone", "change-password"]
    );
    assert_eq!(after.requests("POST", "/ChangePassword"), 0);
    assert_eq!(after.salesforce("login_attempts"), 1);
}

/// The limit of the visit ends it.
#[tokio::test(flavor = "multi_thread")]
async fn maintenance_without_end() {
    let world = World::with_faults(&["maintenance-forever"]).await;
    let words = ["maintenance page", "Salesforce Is Undergoing Maintenance"];
    let arguments = ["--timeout", "8s"];
    let (_, after) = stops(&world, &arguments, 3, "salesforce.maintenance", &words).await;
    assert_eq!(after.salesforce("login_attempts"), 1);
    // The first, and again at once, after one second, two, four: how many fit is the machine's.
    let shown = after.salesforce("maintenance_shown");
    assert!((2..=6).contains(&shown), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_comes_back_however_often_it_is_passed() {
    let world = World::with_faults(&["endless-interlude"]).await;
    let words = ["`reminder-cancel`", "acted on 3 times", "pressed \"Cancel\""];
    let (_, after) = stops(&world, &[], 1, "salesforce.no_progress", &words).await;
    assert_eq!(after.salesforce("login_attempts"), 1);
    // Once led there by the login, and once after each of three dismissals (which are GETs too).
    assert_eq!(after.requests("GET", "/secur/reminder.jsp"), 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_page_it_is() {
    let world = World::with_faults(&["endless-interlude", "register-phone"]).await;
    stops(&world, &[], 1, "salesforce.no_progress", &["`reminder-cancel`"]).await;
    let world = World::with_faults(&["register-phone", "endless-interlude"]).await;
    stops(&world, &[], 1, "salesforce.no_progress", &["`register-phone`"]).await;
}

/// A page that could be passed, on a host that is none of the org's: nothing is pressed.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_outside_the_org() {
    let world = World::with_faults(&["maintenance-elsewhere"]).await;
    let outside = format!("http://127.0.0.1:{}", world.simulator.ready().port);
    let words = ["`maintenance`", outside.as_str(), "nothing was pressed"];
    let (_, after) = stops(&world, &[], 1, "salesforce.foreign_page", &words).await;
    assert_eq!(after.salesforce("login_attempts"), 0);
    assert_eq!(after.requests("GET", "/maintenanceandavailable.jsp"), 1);
}
