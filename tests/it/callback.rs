//! Where the code goes, and a driver that somebody else runs.

use serde_json::json;
use tokio::net::TcpListener;

use crate::support::{Moment, Port, RemoteDriver, World, processes};

/// A callback on this machine is answered by us: the cycle passes, and the port is free afterwards.
#[tokio::test(flavor = "multi_thread")]
async fn a_callback_on_this_machine_is_answered_by_us() {
    let world = World::new().await;
    let port = Port::reserve();
    let callback = format!("http://localhost:{}/callback", port.number);
    world.set(json!({"salesforce": {"more_callback_urls": [callback]}})).await;
    let tripwire = &world.simulator.ready().salesforce.callback_url;
    world.write_config(&world.config_text().replace(tripwire, &callback));

    let finished = world.reauth(&["run", "--provision"]).await.expect_code(0);
    assert_eq!(finished.report()["outcome"], "passed");
    TcpListener::bind(("127.0.0.1", port.number)).await.expect("the callback's port is free again");
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
    let driver = RemoteDriver::start().await;
    let arguments = ["run", "--webdriver-url", driver.url()];
    world.reauth(&arguments).await.expect_code(0);
    assert_eq!(browsers(driver.temporary()), 0, "an orderly end");

    let run = ["run", "--webdriver-url", driver.url()];
    let (mut running, _) = world.follow_to(&run, Moment::before(&["POST /"])).await;
    assert!(browsers(driver.temporary()) > 0, "the browser runs");
    running.signal(rustix::process::Signal::KILL);
    running.finish().await;
    world.assert_nothing_left().await;
    let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(5);
    while browsers(driver.temporary()) > 0 {
        assert!(tokio::time::Instant::now() < deadline, "a session is left on the remote driver");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

/// Browser processes with this `TMPDIR`.
fn browsers(temporary: &std::path::Path) -> usize {
    processes(temporary).iter().filter(|(_, line)| !line.contains("chromedriver")).count()
}
