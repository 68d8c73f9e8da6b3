//! The headless shell, the full browser, and one with a window; with the traps that they differ in.

use serde_json::json;

use super::display::Display;
use super::program;
use crate::support::{Finished, Terminal, World};

const APP: &str = "Cloud Elements QA";

/// Frame on another site, and a dialog in it: what a native click never returns from, and what
/// Debian's full browser shows a login page for where third-party cookies are blocked.
fn traps() -> serde_json::Value {
    json!({"salesforce": {"frame_site": "cross", "revoke_confirm": true, "frame_delay_ms": 400}})
}

/// A run in the full browser, without a window.
async fn full(world: &World) -> Finished {
    let browser = program("chromium");
    world.reauth(&["run", "--browser-binary", browser.to_str().unwrap()]).await
}

async fn assert_passed(world: &World, finished: &Finished, browser: &str) {
    assert_eq!(finished.facts("revoke")["dialogs"].as_array().unwrap().len(), 1);
    let used = finished.facts("authorize")["browser"].clone();
    assert!(used.as_str().unwrap().starts_with(browser), "{used}");
    let after = world.state().await;
    let grants = after.grants(APP, world.username());
    assert_eq!(grants[0]["ended_by"], "setup_page");
    assert_eq!(grants[1]["live"], true);
    assert_eq!(after.tripwire_hits(), 0);
    assert_eq!(after.salesforce("login_attempts"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_headless_shell_is_preferred_without_a_window() {
    let world = World::with(traps()).await;
    let finished = world.reauth(&["run"]).await.expect_code(0);
    assert_passed(&world, &finished, "chromium-headless-shell ").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_full_browser_without_a_window() {
    let world = World::with(traps()).await;
    let finished = full(&world).await.expect_code(0);
    assert_passed(&world, &finished, "chromium ").await;
}

/// Revoke by a button and by a link, whose clicks are followed by a navigation of the frame.
#[tokio::test(flavor = "multi_thread")]
async fn the_full_browser_and_a_form_button_with_a_dialog() {
    let mut settings = traps();
    settings["salesforce"]["revoke_control"] = "form_button".into();
    settings["salesforce"]["user_page_size"] = 1.into();
    let world = World::with(settings).await;
    let finished = full(&world).await.expect_code(0);
    assert_passed(&world, &finished, "chromium ").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_window() {
    let display = Display::start();
    let world = World::with(traps()).await;
    let mut command = world.command(&["--format", "json", "run", "--headed"]);
    command.env("DISPLAY", display.name());
    let finished = world.finish(command).await.expect_code(0);
    assert_passed(&world, &finished, "chromium ").await;
}

/// A window without a display is a matter of the environment: nothing is touched.
#[tokio::test(flavor = "multi_thread")]
async fn a_window_needs_a_display() {
    let world = World::new().await;
    // Who wants to watch is told before anything is asked; who does not may do without a window.
    for command in [&["restore"][..], &["revoke", "--revoke-via", "api"], &["run"]] {
        let arguments = [command, &["--headed", "--step", "--no-progress"]].concat();
        let said = Terminal::open(&world, &arguments, &[]).ends(3);
        assert!(said.contains("browser.no_display"), "{command:?}: {said}");
    }
    assert_eq!(world.state().await.0["requests"], serde_json::json!([]));
    world.reauth(&["restore", "--headed"]).await.expect_code(0);
    let finished = world.reauth(&["run", "--headed"]).await.expect_code(3);
    let report = finished.report();
    assert_eq!(report["error"]["code"], "browser.no_display", "{report:#}");
    assert!(report["error"]["message"].to_string().contains("DISPLAY"), "{report:#}");
    assert!(report["error"]["hints"].to_string().contains("xvfb-run"), "{report:#}");
    assert_eq!(world.state().await.live_grants(APP, world.username()).len(), 1);
}

/// A browser policy that blocks third-party cookies is named as what it is, not as a login.
#[tokio::test(flavor = "multi_thread")]
async fn a_frame_without_its_cookies_is_told() {
    let world = World::with(traps()).await;
    let section = "\n[browser]\nargs = [\"--test-third-party-cookie-phaseout\"]\n";
    world.write_config(&(world.config_text() + section));
    let finished = full(&world).await.expect_code(1);
    let report = finished.report();
    assert_eq!(report["error"]["code"], "salesforce.frame_login", "{report:#}");
    let hints = report["error"]["hints"].to_string();
    assert!(hints.contains("third-party cookies"), "{hints}");
    let after = world.state().await;
    assert_eq!(after.salesforce("login_attempts"), 1, "the frame was given no credentials");
    assert_eq!(after.live_grants(APP, world.username()).len(), 1);
}
