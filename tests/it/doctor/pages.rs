//! `--login` and `--drift`: the way in, and what of the pages has drifted. Nothing is touched.

use serde_json::{Value, json};

use super::{assert_untouched, doctor};
use crate::support::{State, World};

const EMBEDDED: &str = include_str!("../../../webdriver/locators.toml");

/// The embedded catalogue with these texts replaced, as `mine.toml`.
fn write_catalogue(world: &World, changes: &[(&str, &str)]) {
    let mut text = EMBEDDED.to_owned();
    for (right, outdated) in changes {
        assert!(text.contains(right), "{right}");
        text = text.replace(right, outdated);
    }
    std::fs::write(world.home.path().join("mine.toml"), text).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_way_in() {
    let world = World::new().await;
    let diagnosed = doctor(&world, &["--login"]).await.expect_code(0);
    let login = diagnosed.check("login");
    assert_eq!(login["subject"], world.username());
    assert!(login["seen"].as_str().unwrap().contains("lightning.force.localhost"), "{login:#}");
    let pages = json!([{"username": world.username(), "pages": ["login", "home"]}]);
    assert_eq!(diagnosed.document["visits"], pages);
    assert!(diagnosed.all("drift").is_empty());
    assert_untouched(&world).await;
    assert_eq!(world.state().await.salesforce("login_attempts"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_way_in_by_other_pages() {
    let world = World::with_faults(&["identifier-first"]).await;
    let diagnosed = doctor(&world, &["--login"]).await.expect_code(0);
    let pages = &diagnosed.document["visits"][0]["pages"];
    assert_eq!(*pages, json!(["login-identifier", "login", "home"]));
}

/// As in a run: whoever a kept profile brings is asked, logged out once, and not taken for the right one.
#[tokio::test(flavor = "multi_thread")]
async fn somebody_else() {
    let world = World::with_faults(&["logged-in-as-another", "logged-in-for-good"]).await;
    world.write_config(&world.config_text().replace("login = \"form\"", "login = \"profile\""));
    let diagnosed = doctor(&world, &["--login", "--profile-dir", "profile"]).await.expect_code(1);
    diagnosed.expect_failed(&["login"]);
    let checks = diagnosed.all("login");
    for code in ["salesforce.other_user", "salesforce.other_session"] {
        assert!(checks.iter().any(|check| check["code"] == code), "{code}: {checks:#?}");
    }
    assert_untouched(&world).await;
    assert_eq!(world.state().await.salesforce("logouts"), 1);
}

/// An app without a grant is what an instance that is not authenticated looks like: a run restores it.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_the_app_is_listed() {
    for (fault, code) in [
        ("app-not-listed", "salesforce.app_not_listed"),
        ("app-without-users", "salesforce.app_without_users"),
    ] {
        let world = World::with_faults(&[fault]).await;
        let diagnosed = doctor(&world, &["--drift"]).await.expect_code(0);
        let checks = diagnosed.all("drift");
        let told = checks.iter().find(|check| check["code"] == code);
        assert_eq!(told.expect(code)["outcome"], "warning", "{checks:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password() {
    let world = World::new().await;
    let password = world.simulator.ready().salesforce.password.clone();
    world.write_config(&world.config_text().replace(&password, "not-the-password"));
    let diagnosed = doctor(&world, &["--drift"]).await.expect_code(1);
    diagnosed.expect_failed(&["login"]);
    diagnosed.expect_failure("login", "salesforce.login_refused", world.username(), "IP ranges");
    assert_eq!(world.state().await.salesforce("login_attempts"), 1, "sent once");
    assert_untouched(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_pages_are_walked_and_nothing_is_touched() {
    let world = World::new().await;
    let before = world.state().await;
    let diagnosed = doctor(&world, &["--drift"]).await.expect_code(0);
    assert_eq!(diagnosed.document["drift"], json!([]), "{:#}", diagnosed.document);
    let pages = &diagnosed.document["visits"][0]["pages"];
    assert_eq!(*pages, json!(["login", "home", "approval", "usage-list", "user-list"]));
    let after = world.state().await;
    assert_eq!(after.salesforce("login_attempts"), 1);
    // Seen, and neither allowed nor denied.
    assert_eq!(after.requests("GET", "/RemoteAccessAuthorizationPage.apexp"), 1);
    assert_eq!(after.requests("POST", "/RemoteAccessAuthorizationPage.apexp"), 0);
    assert_eq!(before.0["salesforce"]["grants"], after.0["salesforce"]["grants"]);
    let instances = |state: &State| state.0["cloud_elements"]["instances"].clone();
    assert_eq!(instances(&before), instances(&after));
    assert_untouched(&world).await;
}

/// The page no longer has what the catalogue looks for first: elements that nobody presses, the
/// frame, and what a page is recognised by.
#[tokio::test(flavor = "multi_thread")]
async fn what_only_a_fallback_found() {
    let world = World::new().await;
    write_catalogue(
        &world,
        &[
            (r##"submit = [{ css = "input#Login" }"##, r##"submit = [{ css = "input#Anmelden" }"##),
            (r##"allow = [{ css = "input#oaapprove" }"##, r##"allow = [{ css = "input#ja" }"##),
            (
                r#"{ css = "force-aloha-page iframe[name^=vfFrameId]" }, "#,
                r#"{ css = "old-page" }, "#,
            ),
            (
                r#"{ css = "th", text = ["@use_count"] }, "#,
                r#"{ css = "dt", text = ["@use_count"] }, { css = "th", text = ["@use_count"] }, "#,
            ),
        ],
    );
    let diagnosed = doctor(&world, &["--drift", "--locators", "mine.toml"]).await.expect_code(0);
    let drift = diagnosed.document["drift"].as_array().unwrap();
    let found: Vec<(&str, u64)> = drift
        .iter()
        .map(|drift| (drift["locator"].as_str().unwrap(), drift["position"].as_u64().unwrap()))
        .collect();
    let expected = [
        ("approval.allow", 2),
        ("login.submit", 2),
        ("usage-list.frame", 2),
        ("user-list.frame", 2),
        ("user-list.signature", 2),
    ];
    assert_eq!(found, expected, "{drift:#?}");
    let candidate = |locator: &str| {
        let drift = drift.iter().find(|drift| drift["locator"] == locator).unwrap();
        drift["candidate"].as_str().unwrap().to_owned()
    };
    assert_eq!(candidate("login.submit"), "[name=Login]");
    assert!(candidate("user-list.signature").starts_with("th, text Use Count"));
    let warned: Vec<&Value> = diagnosed
        .all("drift")
        .into_iter()
        .filter(|check| check["code"] == "browser.locator_drift")
        .collect();
    assert_eq!(warned.len(), expected.len());
    assert!(warned[0]["hints"].to_string().contains("webdriver/locators.toml"));
    assert_eq!(diagnosed.document["outcome"], "ready_with_warnings");
    assert_untouched(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_catalogue_that_cannot_be_read() {
    let world = World::new().await;
    std::fs::write(world.home.path().join("mine.toml"), "[[page]\n").unwrap();
    let diagnosed = doctor(&world, &["--drift", "--locators", "mine.toml"]).await.expect_code(2);
    diagnosed.expect_failed(&["locators"]);
    diagnosed.expect_failure(
        "locators",
        "browser.catalogue",
        "mine.toml",
        "webdriver/locators.toml",
    );
    assert_eq!(diagnosed.check("login")["outcome"], "skipped");
}

/// What the catalogue no longer finds at all ends the walk there, with what was seen by then.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_nobody_knows() {
    let world = World::with_faults(&["unknown-page"]).await;
    let diagnosed = doctor(&world, &["--drift", "--timeout", "3s"]).await.expect_code(1);
    diagnosed.expect_failed(&["login"]);
    let login = diagnosed.check("login");
    assert_eq!(login["code"], "salesforce.unknown_page", "{login:#}");
    assert_eq!(diagnosed.document["visits"][0]["pages"], json!(["login"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_who_may_not_work_in_setup() {
    let world = World::with_faults(&["setup-forbidden"]).await;
    let diagnosed = doctor(&world, &["--drift"]).await.expect_code(1);
    diagnosed.expect_failed(&["drift"]);
    let check =
        diagnosed.all("drift").into_iter().find(|check| check["outcome"] == "failed").unwrap();
    assert_eq!(check["code"], "salesforce.setup_forbidden");
    assert_untouched(&world).await;

    // Whoever revokes by API needs no Setup.
    let text = world.config_text() + "\n[run]\nrevoke_via = \"api\"\n";
    world.write_config(&text);
    let diagnosed = doctor(&world, &["--drift"]).await.expect_code(0);
    assert_eq!(diagnosed.document["visits"][0]["pages"], json!(["login", "home", "approval"]));
}

/// Each account comes in, and the admin alone goes to Setup.
#[tokio::test(flavor = "multi_thread")]
async fn an_admin_as_well() {
    let world = World::with_faults(&["setup-forbidden"]).await;
    let state = world.state().await;
    let admin = state.0["salesforce"]["users"]
        .as_array()
        .unwrap()
        .iter()
        .find(|user| user["administrator"] == true && user["username"] != world.username())
        .unwrap_or_else(|| panic!("{:#}", state.0["salesforce"]["users"]));
    let (name, password) =
        (admin["username"].as_str().unwrap(), admin["password"].as_str().unwrap());
    let section = format!("\n[salesforce.admin]\nusername = {name:?}\npassword = {password:?}\n");
    world.write_config(&(world.config_text() + &section));
    let diagnosed = doctor(&world, &["--drift"]).await.expect_code(0);
    let visits = diagnosed.document["visits"].as_array().unwrap();
    assert_eq!(visits[0]["pages"], json!(["login", "home", "approval"]));
    assert_eq!(visits[1]["username"], name);
    assert_eq!(visits[1]["pages"], json!(["login", "home", "usage-list", "user-list"]));
    assert_untouched(&world).await;
}
