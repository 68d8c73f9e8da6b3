//! `--locators`: a catalogue that only a fallback of fits, and one that cannot be read.

use super::{assert_untouched, run_passes};
use crate::support::World;

const EMBEDDED: &str = include_str!("../../../webdriver/locators.toml");

fn write(world: &World, text: &str) {
    std::fs::write(world.home.path().join("mine.toml"), text).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fallback_that_fits_is_told_as_drift() {
    let world = World::new().await;
    let first = r##"submit = [{ css = "input#Login" }"##;
    assert!(EMBEDDED.contains(first));
    write(&world, &EMBEDDED.replace(first, r##"submit = [{ css = "input#Anmelden" }"##));
    let finished = run_passes(&world, &["--locators", "mine.toml"]).await;
    let report = finished.report();
    let drift: Vec<&serde_json::Value> = report["warnings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|warning| warning["code"] == "browser.locator_drift")
        .collect();
    assert_eq!(drift.len(), 1, "{report:#}");
    assert!(drift[0]["message"].as_str().unwrap().contains("`login.submit`"), "{drift:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_embedded_catalogue_does_not_drift() {
    let world = World::new().await;
    let finished = run_passes(&world, &[]).await;
    assert!(!finished.warnings().contains(&"browser.locator_drift".to_owned()));
}

async fn broken(text: &str, words: &[&str]) {
    let world = World::new().await;
    write(&world, text);
    let finished = world.reauth(&["run", "--locators", "mine.toml"]).await.expect_code(2);
    let report = finished.report();
    assert_eq!(report["error"]["code"], "browser.catalogue", "{report:#}");
    let message = report["error"]["message"].as_str().unwrap();
    for words in words {
        assert!(message.contains(words), "{words}: {message}");
    }
    assert_untouched(&world, &world.state().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_catalogue_that_is_no_toml() {
    broken("[[page]\n", &["mine.toml", "line 1"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_catalogue_that_lacks_a_list() {
    let text = EMBEDDED.replace("allow = [\"Allow\"", "erlauben = [\"Allow\"");
    broken(&text, &["mine.toml", "page approval", "@allow"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_catalogue_that_is_not_there() {
    let world = World::new().await;
    let finished = world.reauth(&["run", "--locators", "none.toml"]).await.expect_code(2);
    finished.expect_error("browser.catalogue");
    assert_untouched(&world, &world.state().await);
}
