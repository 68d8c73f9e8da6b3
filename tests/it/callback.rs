//! Where the code goes, and a driver that somebody else runs.

use std::process::Stdio;

use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::net::TcpListener;

use crate::support::{Moment, World, processes};

/// A callback on this machine is answered by us: the cycle passes, and the port is free afterwards.
#[tokio::test(flavor = "multi_thread")]
async fn a_callback_on_this_machine_is_answered_by_us() {
    let world = World::new().await;
    let port = free_port().await;
    let callback = format!("http://localhost:{port}/callback");
    world.set(json!({"salesforce": {"more_callback_urls": [callback]}})).await;
    let tripwire = &world.simulator.ready().salesforce.callback_url;
    world.write_config(&world.config_text().replace(tripwire, &callback));

    let finished = world.reauth(&["run", "--provision"]).await.expect_code(0);
    assert_eq!(finished.report()["outcome"], "passed");
    TcpListener::bind(("127.0.0.1", port)).await.expect("the callback's port is free again");
}

/// Another program that listens there would be given the code.
#[tokio::test(flavor = "multi_thread")]
async fn a_callback_that_is_taken_is_refused() {
    let world = World::new().await;
    let other = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let callback = format!("http://{}/callback", other.local_addr().unwrap());
    world.set(json!({"salesforce": {"more_callback_urls": [callback]}})).await;
    let tripwire = &world.simulator.ready().salesforce.callback_url;
    world.write_config(&world.config_text().replace(tripwire, &callback));

    world.reauth(&["run"]).await.expect_code(3).expect_error("browser.callback_taken");
    let state = world.state().await;
    assert_eq!(state.live_grants("Cloud Elements QA", world.username()).len(), 1);
}

/// A driver that runs already is used and left running; our sessions on it are ended, after a
/// `kill -9` as well.
#[tokio::test(flavor = "multi_thread")]
async fn a_remote_driver_keeps_none_of_our_sessions() {
    let world = World::new().await;
    // Its own temporary folder: what the driver keeps is not ours to look for.
    let temporary = tempfile::Builder::new().prefix("rd").tempdir_in("/tmp").unwrap();
    let mut driver = tokio::process::Command::new("chromedriver")
        .arg("--port=0")
        .env("TMPDIR", temporary.path())
        .process_group(0)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
    let port = loop {
        let line = lines.next_line().await.unwrap().expect("the driver starts");
        if let Some((_, port)) = line.split_once("started successfully on port ") {
            break port.trim_end_matches('.').to_owned();
        }
    };
    let url = format!("http://127.0.0.1:{port}");
    let arguments = ["run", "--webdriver-url", &url];
    world.reauth(&arguments).await.expect_code(0);
    assert_eq!(browsers(temporary.path()), 0, "an orderly end");

    let run = ["run", "--webdriver-url", &url];
    let (mut running, _) = world.follow_to(&run, Moment::before(&["POST /"])).await;
    assert!(browsers(temporary.path()) > 0, "the browser runs");
    running.signal(rustix::process::Signal::KILL);
    running.finish().await;
    world.assert_nothing_left().await;
    let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(5);
    while browsers(temporary.path()) > 0 {
        assert!(tokio::time::Instant::now() < deadline, "a session is left on the remote driver");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let group = rustix::process::Pid::from_raw(driver.id().unwrap().try_into().unwrap()).unwrap();
    rustix::process::kill_process_group(group, rustix::process::Signal::KILL).unwrap();
    driver.wait().await.unwrap();
}

async fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port()
}

/// Browser processes with this `TMPDIR`.
fn browsers(temporary: &std::path::Path) -> usize {
    processes(temporary).iter().filter(|(_, line)| !line.contains("chromedriver")).count()
}
