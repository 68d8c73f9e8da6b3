//! `report.html`, in a browser, from disk.

use serde_json::{Value, json};

use super::viewer::Viewer;
use crate::support::{Finished, World};

/// The largest that a normal run's page may be, in bytes.
const LARGEST: u64 = 5 * 1024 * 1024;

async fn open(finished: &Finished) -> Viewer {
    let page = finished.run_folder().join("report.html");
    assert!(page.metadata().unwrap().len() < LARGEST);
    Viewer::open(&page).await
}

fn count(report: &Value, outcome: &str) -> usize {
    let steps = report["steps"].as_array().unwrap();
    steps.iter().filter(|step| step["outcome"] == outcome).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_run_that_passed() {
    let world = World::new().await;
    let finished = world.reauth(&["run"]).await.expect_code(0);
    let report = finished.report();
    let page = open(&finished).await;

    assert_eq!(
        page.text("h1").await,
        "PASSED The instance lost its grant, got a new one, and kept its configuration"
    );
    assert_eq!(page.shown(".error").await, 0);
    let steps = report["steps"].as_array().unwrap().len();
    assert_eq!(page.shown(".step").await, steps);
    assert_eq!(page.shown(".step[open]").await, 0, "what passed is closed");
    let starts = page.value("document.querySelectorAll('rect.starting').length").await;
    assert_eq!(starts, json!(1), "the browser's start is among what took time");
    let lanes = "[...document.querySelectorAll('.lane:not(.axis)')].map((lane) =>
        [lane.querySelector('.name').textContent, lane.querySelectorAll('a rect').length > 0])";
    let expected =
        ["Steps", "Browser", "Salesforce", "Cloud Elements"].map(|name| json!([name, true]));
    assert_eq!(page.value(lanes).await, json!(expected));
    page.press("e").await;
    assert_eq!(page.value("document.images.length").await, json!(4));
    let script = "const answer = arguments[0]; const all = [...document.images];
        for (const one of all) one.loading = 'eager';
        Promise.all(all.map((one) => one.decode())).then(() =>
            answer(all.filter((one) => one.naturalWidth > 100).length), (error) => answer(String(error)));";
    let decoded = page.client.execute_async(script, vec![]).await;
    assert_eq!(decoded.unwrap(), json!(4), "every picture is in the file");
    let text = page.text("main").await;
    for part in [
        "27 keys were compared",
        "reauth --format json run",
        "chromium-headless-shell",
        "OauthToken",
    ] {
        assert!(text.contains(part), "{part} is missing");
    }
    assert_eq!(page.accessibility().await, [""; 0]);
    page.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_run_that_failed() {
    let world = World::with_faults(&["change-password"]).await;
    let finished = world.reauth(&["run"]).await.expect_error("salesforce.change_password");
    let report = finished.report();
    let page = open(&finished).await;

    assert!(page.text("h1").await.starts_with("FAILED In \"Revoke the user's grant\""));
    let error = page.text("section.error").await;
    for part in ["salesforce.change_password", "What to do next", "log in by hand", "What it means"]
    {
        assert!(error.contains(part), "{part} is not in {error}");
    }
    assert_eq!(page.shown("section.error img").await, 1);
    assert_eq!(page.shown(".step.failed[open]").await, 1, "what failed is open");

    // By keys alone.
    let (all, failed) = (report["steps"].as_array().unwrap().len(), count(&report, "failed"));
    page.press("f").await;
    assert_eq!(page.shown(".step").await, failed);
    assert_eq!(page.value("document.querySelector('#failed').ariaPressed").await, json!("true"));
    page.press("\u{e00c}").await;
    assert_eq!(page.shown(".step").await, all, "Escape shows all again");
    page.press("j").await;
    page.press("j").await;
    let focused = "document.activeElement.closest('.step').id";
    assert_eq!(page.value(focused).await, json!("step-2"));
    page.press("\u{e007}").await;
    assert_eq!(page.value("document.querySelector('#step-2').open").await, json!(true));
    page.press("/").await;
    page.press("userinfo").await;
    assert!(page.shown(".call").await > 0, "the search leads to what is in closed steps");
    assert!(page.shown(".step").await < all);
    page.press("-no-such-thing").await;
    assert_eq!((page.shown(".step").await, page.shown("#none").await), (0, 1));
    page.press("\u{e00c}").await;
    assert_eq!(page.shown(".step").await, all);

    // A bar of the timeline leads to its call.
    let bar = "document.querySelector('.timeline a[href^=\"#call-\"]').getAttribute('href')";
    let target = page.value(bar).await.as_str().unwrap().to_owned();
    page.find(&format!(".timeline a[href=\"{target}\"]")).await.click().await.unwrap();
    assert_eq!(page.shown(&format!("{target} .curl")).await, 1, "it is open, and so is its step");
    page.press("e").await;
    assert_eq!(page.accessibility().await, [""; 0]);
    page.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_the_dark() {
    let world = World::with_faults(&["app-blocked"]).await;
    let finished = world.reauth(&["run"]).await.expect_error("salesforce.app_blocked");
    let file = finished.run_folder().join("report.html");
    let dark = ["--blink-settings=preferredColorScheme=0"];
    let page = Viewer::open_with(&file, &dark).await;
    assert_eq!(page.value("matchMedia('(prefers-color-scheme: dark)').matches").await, json!(true));
    assert!(page.text("main").await.contains("Restoring the instance"));
    page.press("e").await;
    assert_eq!(page.accessibility().await, [""; 0]);
    page.close().await;
}

/// A page for a desk: every step with what it proved and showed, and not each header of each call.
#[tokio::test(flavor = "multi_thread")]
async fn on_paper() {
    let world = World::new().await;
    let finished = world.reauth(&["run"]).await.expect_code(0);
    let viewer = open(&finished).await;
    let (steps, pictures) = (viewer.shown(".step").await, ".step .shot img");
    assert_eq!(viewer.shown(".step > .inside").await, 0, "all are closed on the screen");
    viewer.on_paper().await;
    assert_eq!(viewer.shown(".step > .inside").await, steps);
    assert!(viewer.shown(pictures).await > 3);
    assert!(viewer.shown(".call > summary").await > 10);
    for left_out in [".call > .inside", ".file pre", ".log table", ".tools", "footer"] {
        assert_eq!(viewer.shown(left_out).await, 0, "{left_out}");
    }
    viewer.close().await;
}

/// Names and words come from services: none of them becomes a part of the page.
#[tokio::test(flavor = "multi_thread")]
async fn of_names_that_look_like_markup() {
    let world = World::with_faults(&["name-like-markup"]).await;
    let id = world.instance();
    let name = json!({"name": "<img src=x onerror=alert(1)>{{ 7*7 }}\"'</title><script>alert(1)</script>"});
    world.platform(reqwest::Method::PATCH, &format!("/instances/{id}"), name).await;
    let finished = world.reauth(&["run", "--revoke-via", "api"]).await.expect_code(0);
    let page = open(&finished).await;
    assert!(page.text("header").await.contains("<img src=x onerror=alert(1)>{{ 7*7 }}\"'</title>"));
    assert_eq!(page.value("document.scripts.length").await, json!(1));
    let foreign =
        page.value("[...document.images].filter((one) => !one.src.startsWith('data:')).length");
    assert_eq!(foreign.await, json!(0));
    page.close().await;
}

/// What changed in the instance is there, with what it was.
#[tokio::test(flavor = "multi_thread")]
async fn of_an_instance_that_changed() {
    let world = World::with_faults(&["listed-setting-changes"]).await;
    let finished = world.reauth(&["run", "--revoke-via", "api"]).await;
    let finished = finished.expect_error("scenario.configuration_changed");
    let page = open(&finished).await;
    assert_eq!(page.shown(".diff tbody tr").await, 1);
    let row = page.text(".diff tbody tr").await;
    assert!(row.contains("changed") && row.contains("queue-"), "{row}");
    page.close().await;
}

/// Without scripts all of it can still be read.
#[tokio::test(flavor = "multi_thread")]
async fn without_scripts() {
    let world = World::new().await;
    let finished = world.reauth(&["run", "--revoke-via", "api"]).await.expect_code(0);
    let file = finished.run_folder().join("report.html");
    let page = Viewer::open_with(&file, &["--blink-settings=scriptEnabled=false"]).await;
    assert_eq!(page.shown(".tools").await, 0, "what needs scripts is not offered");
    let call = page.find("#step-1 > summary").await;
    call.click().await.unwrap();
    assert!(page.shown("#step-1 .call").await > 0, "details open by themselves");
    page.client.close().await.unwrap();
}
