//! No browser, no driver, or a pair that does not fit: exit 3, what to install, nothing changed.

use std::os::unix::fs::symlink;
use std::path::PathBuf;

use serde_json::Value;

use super::script;
use crate::support::{Finished, World};

const APP: &str = "Cloud Elements QA";

/// A folder to be the whole `PATH`, with these programs of the machine in it.
fn path_with(world: &World, programs: &[&str]) -> PathBuf {
    let folder = world.home.path().join("bin");
    std::fs::create_dir(&folder).unwrap();
    for program in programs {
        symlink(super::program(program), folder.join(program)).unwrap();
    }
    folder
}

/// Error code and words are these, and both services are as they were.
async fn assert_refused(world: &World, finished: &Finished, code: &str, words: &[&str]) -> Value {
    let report = finished.report();
    assert_eq!(report["outcome"], "environment", "{report:#}");
    assert_eq!(report["error"]["code"], code, "{report:#}");
    let message = report["error"]["message"].as_str().unwrap();
    for words in words {
        assert!(message.contains(words), "{words}: {message}");
    }
    let hints = report["error"]["hints"].to_string();
    assert!(hints.contains("webdriver/setup"), "{hints}");
    let after = world.state().await;
    let grants = after.grants(APP, world.username());
    assert_eq!(grants.len(), 1);
    assert_eq!(grants[0]["live"], true);
    assert_eq!(after.salesforce("login_attempts"), 0);
    assert!(world.home.path().join("state").read_dir().unwrap().next().is_none(), "journal");
    report
}

#[tokio::test(flavor = "multi_thread")]
async fn no_browser() {
    let world = World::new().await;
    let path = path_with(&world, &["chromedriver"]);
    let mut command = world.command(&["--format", "json", "run"]);
    command.env("PATH", path);
    let finished = world.finish(command).await.expect_code(3);
    let report = assert_refused(&world, &finished, "browser.not_installed", &["no browser"]).await;
    assert!(report["error"]["hints"].to_string().contains("--browser-binary"), "{report:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_driver() {
    let world = World::new().await;
    let path = path_with(&world, &["chromium"]);
    let mut command = world.command(&["--format", "json", "run"]);
    command.env("PATH", path);
    let finished = world.finish(command).await.expect_code(3);
    let report = assert_refused(&world, &finished, "browser.not_installed", &["no driver"]).await;
    assert!(report["error"]["hints"].to_string().contains("CHROMEDRIVER"), "{report:#}");
}

/// The driver says another version than the browser: neither is started.
#[tokio::test(flavor = "multi_thread")]
async fn versions_that_differ() {
    let world = World::new().await;
    let driver = script(&world, "driver", "#!/bin/sh\necho 'ChromeDriver 99.0.1.2 (abc)'\n");
    let driver = driver.to_str().unwrap();
    let finished = world.reauth(&["run", "--driver", driver]).await.expect_code(3);
    assert_refused(
        &world,
        &finished,
        "browser.version_mismatch",
        &["version 99.0.1.2", "version 1"],
    )
    .await;

    // The same by the environment.
    let mut command = world.command(&["--format", "json", "provision"]);
    command.env("CHROMEDRIVER", driver);
    let finished = world.finish(command).await.expect_code(3);
    assert_refused(&world, &finished, "browser.version_mismatch", &["version 99.0.1.2"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_driver_that_is_none() {
    let world = World::new().await;
    let driver = script(&world, "driver", "#!/bin/sh\necho 'library is missing' >&2\nexit 127\n");
    let arguments = ["run", "--driver", driver.to_str().unwrap()];
    let finished = world.reauth(&arguments).await.expect_code(3);
    assert_refused(&world, &finished, "browser.unusable", &["library is missing"]).await;

    let finished = world.reauth(&["run", "--driver", "nowhere/driver"]).await.expect_code(3);
    assert_refused(&world, &finished, "browser.unusable", &["nowhere/driver", "no such file"])
        .await;
}

/// The version fits and the driver ends at once: what it said is told, and it is not waited for.
#[tokio::test(flavor = "multi_thread")]
async fn a_driver_that_does_not_come_up() {
    let world = World::new().await;
    let text = "#!/bin/sh\n\
        case \"$1\" in --version) exec {chromedriver} --version;; esac\n\
        exit 9\n";
    let driver = script(&world, "driver", text);
    let arguments = ["run", "--driver", driver.to_str().unwrap()];
    let finished = world.reauth(&arguments).await.expect_code(3);
    assert_refused(&world, &finished, "browser.driver_start", &["did not start"]).await;
}

/// The port that the driver chose was taken by somebody else meanwhile: it is started again.
#[tokio::test(flavor = "multi_thread")]
async fn a_driver_that_loses_its_port_is_started_again() {
    let world = World::new().await;
    let text = "#!/bin/sh\n\
        case \"$1\" in --version) exec {chromedriver} --version;; esac\n\
        if mkdir \"$0.tried\" 2>/dev/null; then\n\
        echo '[SEVERE]: bind() failed: Address already in use (98)'\n\
        exit 1\n\
        fi\n\
        exec {chromedriver} \"$@\"\n";
    let driver = script(&world, "driver", text);
    let arguments = ["provision", "--driver", driver.to_str().unwrap()];
    world.reauth(&arguments).await.expect_code(0);
    assert!(world.home.path().join("driver.tried").is_dir());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_is_not_there() {
    let world = World::new().await;
    let finished = world.reauth(&["run", "--browser-binary", "none"]).await.expect_code(3);
    assert_refused(&world, &finished, "browser.unusable", &["none", "no such file"]).await;
}

/// The browser says the right version and then does not start.
#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_does_not_start() {
    let world = World::new().await;
    let text = "#!/bin/sh\n\
        case \"$1\" in --version) exec {chromium} --version;; esac\n\
        exit 9\n";
    let browser = script(&world, "chromium", text);
    let arguments = ["run", "--browser-binary", browser.to_str().unwrap()];
    let finished = world.reauth(&arguments).await.expect_code(3);
    finished.expect_error("browser.session_not_created");
    assert_eq!(world.state().await.live_grants(APP, world.username()).len(), 1);
}

/// A restoration that finds no browser leaves the instance dead, and says that above all.
#[tokio::test(flavor = "multi_thread")]
async fn no_browser_for_a_restoration() {
    let world = World::new().await;
    world.reauth(&["revoke", "--revoke-via", "api"]).await.expect_code(0);
    let finished = world.reauth(&["restore", "--browser-binary", "none"]).await.expect_code(4);
    assert_eq!(finished.report()["outcome"], "left_unauthenticated");
    finished.expect_error("browser.unusable");
    assert!(world.state().await.live_grants(APP, world.username()).is_empty());
}
