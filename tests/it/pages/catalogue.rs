//! `--locators`: a catalogue that only a fallback of fits, and one that cannot be read.

use super::{assert_untouched, run_passes};
use crate::support::World;

const EMBEDDED: &str = include_str!("../../../webdriver/locators.toml");

fn write(world: &World, text: &str) {
    std::fs::write(world.home.path().join("mine.toml"), text).unwrap();
}

/// The page no longer has what the catalogue looks for first: an element, the frame, and what the
/// user list is recognised by.
#[tokio::test(flavor = "multi_thread")]
async fn fallbacks_that_fit_are_told_as_drift() {
    let world = World::new().await;
    let mut text = EMBEDDED.to_owned();
    for (first, outdated) in [
        (r##"submit = [{ css = "input#Login" }"##, r##"submit = [{ css = "input#Anmelden" }"##),
        (r#"{ css = "force-aloha-page iframe[name^=vfFrameId]" }, "#, r#"{ css = "old-page" }, "#),
        (
            r#"{ css = "th", text = ["@use_count"] }, "#,
            r#"{ css = "dt", text = ["@use_count"] }, { css = "th", text = ["@use_count"] }, "#,
        ),
    ] {
        assert!(text.contains(first), "{first}");
        text = text.replace(first, outdated);
    }
    write(&world, &text);
    let finished = run_passes(&world, &["--locators", "mine.toml"]).await;
    let report = finished.report();
    let drift: Vec<&str> = report["warnings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|warning| warning["code"] == "browser.locator_drift")
        .map(|warning| warning["message"].as_str().unwrap())
        .collect();
    let parts = ["login.submit", "usage-list.frame", "user-list.frame", "user-list.signature"];
    assert_eq!(drift.len(), parts.len(), "{drift:#?}");
    for part in parts {
        let named = drift.iter().any(|message| message.contains(&format!("`{part}`")));
        assert!(named, "{part}: {drift:#?}");
    }
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
