//! What may be wrong with this machine.

use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::{assert_untouched, doctor, examined};
use crate::browser::{Display, program, script};
use crate::support::{RemoteDriver, World};

/// A folder to be the whole `PATH`, with these programs of the machine in it.
fn path_with(world: &World, programs: &[&str]) -> PathBuf {
    let folder = world.home.path().join("bin");
    std::fs::create_dir(&folder).unwrap();
    for name in programs {
        symlink(program(name), folder.join(name)).unwrap();
    }
    folder
}

#[tokio::test(flavor = "multi_thread")]
async fn no_browser() {
    let world = World::new().await;
    let mut command = world.command(&["--format", "json", "doctor"]);
    command.env("PATH", path_with(&world, &["chromedriver"]));
    let diagnosed = examined(&world, command).await.expect_code(3);
    diagnosed.expect_failed(&["browser"]);
    diagnosed.expect_failure("browser", "browser.not_installed", "no browser", "--browser-binary");
    for id in ["versions", "start", "fonts", "third-party-cookies"] {
        assert_eq!(diagnosed.check(id)["outcome"], "skipped", "{id}");
    }
    assert_eq!(diagnosed.check("driver")["outcome"], "passed");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_driver() {
    let world = World::new().await;
    let mut command = world.command(&["--format", "json", "doctor", "--login"]);
    command.env("PATH", path_with(&world, &["chromium"]));
    let diagnosed = examined(&world, command).await.expect_code(3);
    diagnosed.expect_failed(&["driver"]);
    diagnosed.expect_failure("driver", "browser.not_installed", "no driver", "CHROMEDRIVER");
    let login = diagnosed.check("login");
    assert_eq!(login["outcome"], "skipped", "{login:#}");
    assert_eq!(world.state().await.salesforce("login_attempts"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn versions_that_differ() {
    let world = World::new().await;
    let driver = script(&world, "driver", "#!/bin/sh\necho 'ChromeDriver 99.0.1.2 (abc)'\n");
    let arguments = ["--driver", driver.to_str().unwrap()];
    let diagnosed = doctor(&world, &arguments).await.expect_code(3);
    diagnosed.expect_failed(&["versions"]);
    diagnosed.expect_failure("versions", "browser.version_mismatch", "99.0.1.2", "webdriver/setup");
    assert!(diagnosed.check("driver")["seen"].as_str().unwrap().starts_with("99.0.1.2 ("));
    assert_untouched(&world).await;
}

/// It says the right version, and then does not start.
#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_does_not_start() {
    let world = World::new().await;
    let text = "#!/bin/sh\ncase \"$1\" in --version) exec {chromium} --version;; esac\nexit 9\n";
    let browser = script(&world, "chromium", text);
    let arguments = ["--browser-binary", browser.to_str().unwrap()];
    let diagnosed = doctor(&world, &arguments).await.expect_code(3);
    diagnosed.expect_failed(&["start"]);
    diagnosed.expect_failure("start", "browser.session_not_created", "gave no session", "DISPLAY");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_without_a_display() {
    let world = World::new().await;
    let diagnosed = doctor(&world, &["--headed"]).await.expect_code(3);
    let failed = diagnosed.ids("failed");
    assert_eq!(failed, ["display", "start"], "{:#}", diagnosed.document);
    diagnosed.expect_failure("display", "doctor.no_display", "DISPLAY", "--headed");

    let mut command = world.command(&["--format", "json", "doctor", "--headed"]);
    command.env("DISPLAY", ":4711").env("WAYLAND_DISPLAY", "wayland-none");
    let diagnosed = examined(&world, command).await.expect_code(3);
    let seen = diagnosed.check("display")["seen"].clone();
    for words in [":4711", "wayland-none", "does not answer"] {
        assert!(seen.as_str().unwrap().contains(words), "{words}: {seen}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_with_a_display() {
    let display = Display::start();
    let world = World::new().await;
    let mut command = world.command(&["--format", "json", "doctor", "--headed"]);
    command.env("DISPLAY", display.name());
    let diagnosed = examined(&world, command).await.expect_code(0);
    assert_eq!(diagnosed.check("display")["outcome"], "passed");
    assert_eq!(diagnosed.check("start")["outcome"], "passed");
}

/// A driver that somebody else runs, on this machine: it is asked whether it is there, and its
/// browser is shown the page.
#[tokio::test(flavor = "multi_thread")]
async fn a_driver_that_runs_already() {
    let world = World::new().await;
    let running = RemoteDriver::start().await;
    let diagnosed = doctor(&world, &["--webdriver-url", running.url()]).await.expect_code(0);
    diagnosed.expect_failed(&[]);
    assert_eq!(diagnosed.check("browser")["outcome"], "skipped");
    assert_eq!(diagnosed.check("start")["outcome"], "passed");
    assert_eq!(diagnosed.all("host").len(), 6, "{:#}", diagnosed.document);

    let gone = doctor(&world, &["--webdriver-url", "http://127.0.0.1:9"]).await.expect_code(3);
    let unreachable = gone.all("host").into_iter().find(|host| host["outcome"] == "failed");
    assert_eq!(unreachable.unwrap()["subject"], "127.0.0.1:9");
}

/// Without fonts a browser draws empty pages, and its pictures show nothing.
#[tokio::test(flavor = "multi_thread")]
async fn no_fonts() {
    let world = World::new().await;
    let fonts = world.home.path().join("fonts");
    std::fs::create_dir(&fonts).unwrap();
    let settings = world.home.path().join("fonts.conf");
    let text =
        format!("<fontconfig><dir>{0}</dir><cachedir>{0}</cachedir></fontconfig>", fonts.display());
    std::fs::write(&settings, text).unwrap();
    let mut command = world.command(&["--format", "json", "doctor"]);
    command.env("FONTCONFIG_FILE", &settings);
    let diagnosed = examined(&world, command).await.expect_code(3);
    diagnosed.expect_failed(&["fonts"]);
    diagnosed.expect_failure("fonts", "doctor.fonts", "Latin letters", "fonts-liberation");
}

#[tokio::test(flavor = "multi_thread")]
async fn third_party_cookies_that_are_blocked() {
    let world = World::new().await;
    let section = "\n[browser]\nargs = [\"--test-third-party-cookie-phaseout\"]\n";
    world.write_config(&(world.config_text() + section));
    let browser = program("chromium");
    let arguments = ["--browser-binary", browser.to_str().unwrap()];
    let diagnosed = doctor(&world, &arguments).await.expect_code(0);
    diagnosed.expect_warning(
        "third-party-cookies",
        "doctor.third_party_cookies",
        "not sent its cookies",
        "--revoke-via api",
    );
    world.write_config(&world.config_text());
    let diagnosed = doctor(&world, &arguments).await.expect_code(0);
    assert_eq!(diagnosed.check("third-party-cookies")["outcome"], "passed");
}

/// Works as root as well, whom no permission keeps from anything: files in the folders' places.
#[tokio::test(flavor = "multi_thread")]
async fn folders_that_cannot_be_written_to() {
    let world = World::new().await;
    for name in ["state", "output"] {
        std::fs::write(world.home.path().join(name), "a file in the folder's place").unwrap();
    }
    let diagnosed = doctor(&world, &["--out", "output/below"]).await.expect_code(3);
    let failed: Vec<&str> = diagnosed
        .all("folders")
        .into_iter()
        .filter(|check| check["code"] == "doctor.unwritable")
        .map(|check| check["subject"].as_str().unwrap())
        .collect();
    assert_eq!(failed, ["run folders", "state folder"], "{:#}", diagnosed.document);
    let hints: Vec<String> =
        diagnosed.all("folders").iter().map(|check| check["hints"].to_string()).collect();
    assert!(hints.concat().contains("--out"), "{hints:?}");
    assert!(hints.concat().contains("REAUTH_STATE_DIR"), "{hints:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_that_others_can_read() {
    let world = World::new().await;
    let passkey = world.home.path().join("passkey.json");
    std::fs::write(&passkey, "{}").unwrap();
    std::fs::set_permissions(&passkey, std::fs::Permissions::from_mode(0o640)).unwrap();
    let text = world.config_text();
    let text =
        text.replacen("[salesforce]\n", "[salesforce]\npasskey_file = \"passkey.json\"\n", 1);
    world.write_config(&text);
    let command = world.command(&["--format", "json", "doctor"]);
    // Not private, as everywhere else in these tests.
    let open = std::fs::Permissions::from_mode(0o644);
    let finished = {
        std::fs::set_permissions(world.config(), open).unwrap();
        world.finish(command).await.expect_code(0)
    };
    let document: serde_json::Value = serde_json::from_str(&finished.stdout).unwrap();
    let checks = document["checks"].as_array().unwrap();
    let seen: Vec<String> = checks
        .iter()
        .filter(|check| check["code"] == "doctor.secrets_readable")
        .map(ToString::to_string)
        .collect();
    assert_eq!(seen.len(), 2, "{seen:#?}");
    for words in ["0644", "salesforce.password", "chmod 600"] {
        assert!(seen[0].contains(words), "{words}: {}", seen[0]);
    }
    assert!(seen[1].contains("passkey.json") && seen[1].contains("0640"), "{}", seen[1]);
    let ready = world.simulator.ready();
    assert!(!finished.stdout.contains(&ready.salesforce.password), "names, not values");

    std::fs::remove_file(&passkey).unwrap();
    let diagnosed = doctor(&world, &[]).await.expect_code(0);
    diagnosed.expect_warning("secrets", "doctor.no_passkey", "passkey.json", "passkey enroll");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_in_flight() {
    let world = World::new().await;
    world.reauth(&["revoke", "--revoke-via", "api"]).await.expect_code(0);
    let before = world.journal();
    let diagnosed = doctor(&world, &[]).await.expect_code(0);
    let instance = world.instance().to_string();
    diagnosed.expect_warning("journal", "journal.in_flight", &instance, "reauth restore --all");
    assert!(diagnosed.check("journal")["seen"].as_str().unwrap().contains("on purpose"));
    assert_eq!(world.journal(), before);

    let entry = world.home.path().join("state").join(&before[0]);
    std::fs::write(entry, "half an en").unwrap();
    let diagnosed = doctor(&world, &[]).await.expect_code(3);
    diagnosed.expect_failure("journal", "journal.corrupt", "not an entry", "reauth status");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_browser_left() {
    let world = World::new().await;
    let left = world.temporary.path().join("reauth-Ab3dEf");
    std::fs::create_dir(&left).unwrap();
    let old = SystemTime::now() - Duration::from_secs(3600);
    std::fs::File::open(&left).unwrap().set_modified(old).unwrap();
    let output = {
        super::keep_private(&world);
        world.command(&["--format", "json", "doctor"]).output().await.unwrap()
    };
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let checks = document["checks"].as_array().unwrap();
    let check = checks.iter().find(|check| check["id"] == "leftovers").unwrap();
    assert_eq!(check["outcome"], "warning", "{check:#}");
    assert!(check["hints"].to_string().contains("rm -r "), "{check:#}");
    assert!(Path::new(&left).is_dir(), "it is told, and left to a person");
    std::fs::remove_dir(&left).unwrap();
    world.assert_nothing_left().await;
}
