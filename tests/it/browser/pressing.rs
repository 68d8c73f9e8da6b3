//! A row of a list is pressed within its time or not at all, whatever the page does meanwhile. The
//! page is this test's own: no service empties its list at just that moment. So is the browser's
//! client: what is tested is the script.

use serde_json::{Value, json};
use url::Url;

use crate::support::{RemoteDriver, World};

const PRESS: &str = concat!(
    include_str!("../../../src/browser/page.js"),
    include_str!("../../../src/browser/table.js"),
    include_str!("../../../src/browser/press_row.js")
);
const TURN: &str = concat!(
    include_str!("../../../src/browser/page.js"),
    include_str!("../../../src/browser/table.js"),
    include_str!("../../../src/browser/turn_page.js")
);

/// A list that, once armed, is emptied as soon as a script has left something for later, and filled
/// again after so long.
const PAGE: &str = r#"<!DOCTYPE html><title>List</title>
<table><thead><tr><th>User</th><th>Use Count</th><th>Action</th></tr></thead><tbody></tbody></table>
<button onclick="happened.push('turned')">Next</button>
<script>
const later = window.setTimeout, list = document.querySelector("tbody"), happened = [];
function fill() { list.innerHTML = '<tr><td>Zoë</td><td>3</td><td><button onclick="happened.push(\'pressed\')">Revoke</button></td></tr>'; }
function arm(away) {
  window.setTimeout = function (what, when) {
    window.setTimeout = later;
    list.innerHTML = "";
    // What waits for a change acts upon it before this is told.
    later(() => { fill(); later(() => document.dispatchEvent(new Event("back")), 0); }, away);
    return later(what, when);
  };
}
fill();
</script>"#;

/// What happened to the list until it was back, after a script that found it emptied for so long.
async fn happened(script: &str, arguments: Vec<Value>, away: u32) -> Value {
    let world = World::new().await;
    let path = world.home.path().join("list.html");
    std::fs::write(&path, PAGE).unwrap();
    let driver = RemoteDriver::start().await;
    let client = driver.browser().await;
    client.goto(Url::from_file_path(&path).unwrap().as_str()).await.unwrap();
    const BACK: &str = r"
        const answer = arguments[1];
        window.back = new Promise(tell => document.addEventListener('back', () => tell(happened)));
        arm(arguments[0]);
        answer(true);";
    client.execute_async(BACK, vec![json!(away)]).await.unwrap();
    client.execute(script, arguments).await.unwrap();
    let happened = client.execute_async("back.then(arguments[0])", Vec::new()).await.unwrap();
    client.close().await.unwrap();
    happened
}

fn columns() -> Value {
    json!([
        {"key": "user", "texts": ["User"], "needed": true},
        {"key": "use_count", "texts": ["Use Count"], "needed": true},
    ])
}

async fn pressed_while_away(away: u32) -> Value {
    let row = json!([{"key": "user", "text": "Zoë"}, {"key": "use_count", "text": "3"}]);
    happened(PRESS, vec![columns(), row, json!(["Revoke"]), json!("user-list")], away).await
}

async fn turned_while_away(away: u32) -> Value {
    let next = json!([{"css": "button", "text": ["Next"]}]);
    happened(TURN, vec![columns(), next, json!("user-list")], away).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_comes_back_soon_is_pressed() {
    assert_eq!(pressed_while_away(300).await, json!(["pressed"]));
}

/// By then somebody was told that nothing was pressed.
#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_comes_back_late_is_left_alone() {
    assert_eq!(pressed_while_away(4000).await, json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_comes_back_soon_is_turned() {
    assert_eq!(turned_while_away(300).await, json!(["turned"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_comes_back_late_is_left_alone() {
    assert_eq!(turned_while_away(4000).await, json!([]));
}
