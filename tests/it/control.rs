//! `/__simulator/`: the state and the switches of a running simulator, as JSON and as a page.

use fantoccini::{Client, Locator};
use serde_json::{Value, json};

use crate::support::{RemoteDriver, World};

/// The text of an element once it has one of these words in it.
async fn text_with(page: &Client, css: &str, word: &str) -> String {
    let script = r"
        const [css, word, answer] = arguments;
        const look = () => {
            const text = document.querySelector(css)?.textContent ?? '';
            if (!text.includes(word)) return false;
            answer(text);
            return true;
        };
        if (!look()) {
            const watch = new MutationObserver(() => look() && watch.disconnect());
            watch.observe(document, {subtree: true, childList: true, characterData: true});
        }";
    let text = page.execute_async(script, vec![json!(css), json!(word)]).await;
    text.unwrap_or_else(|error| panic!("{word} never came into {css}: {error}"))
        .as_str()
        .unwrap()
        .to_owned()
}

async fn press(page: &Client, css: &str) {
    page.find(Locator::Css(css)).await.unwrap().click().await.unwrap();
}

/// Returns when the page has asked for the state anew, and drawn what it was told.
async fn drawn_again(page: &Client) {
    let script = r"
        const [answer] = arguments;
        let asked = 0;
        new PerformanceObserver((seen, watch) => {
            asked += seen.getEntriesByName(new URL('/__simulator/state', location)).length;
            // The first answer is drawn by the time that the second comes.
            if (asked < 2) return;
            watch.disconnect();
            answer();
        }).observe({type: 'resource'});";
    page.execute_async(script, vec![]).await.unwrap();
}

/// A person sees what there is, and changes it.
#[tokio::test(flavor = "multi_thread")]
async fn a_person_uses_the_page() {
    // The org's pages are dressed otherwise; this one is not of the org.
    let world = World::with_faults(&["names-replaced", "name-like-markup", "german"]).await;
    let driver = RemoteDriver::start().await;
    let page = driver.browser().await;
    let port = world.simulator.ready().port;
    page.goto(&format!("http://127.0.0.1:{port}/__simulator/")).await.unwrap();

    let grants = text_with(&page, "#grants .own", "Cloud Elements QA").await;
    assert!(grants.contains(world.username()) && grants.contains("live"), "{grants}");
    let id = world.instance().to_string();
    let instances = text_with(&page, "#instances", &id).await;
    assert!(instances.contains("authenticated"), "{instances}");
    let ready = text_with(&page, "#ready", "My Domain").await;
    assert!(ready.contains("Organization") && ready.contains(&id), "{ready}");

    let revoke = page.find(Locator::Css("#grants .own tbody tr:last-child button")).await.unwrap();
    drawn_again(&page).await;
    revoke.click().await.expect("what does not change stays where it is");
    text_with(&page, "#instances", "not authenticated").await;
    text_with(&page, "#grants .own", "ended: control").await;

    press(&page, "[data-advance='7200']").await;
    text_with(&page, "#now", "7200 s ahead").await;
    press(&page, "[data-advance=back]").await;
    press(&page, "#faults input[value=masked-tokens]").await;
    text_with(&page, "#settings details", "\"mask_tokens\": true").await;

    world.platform(reqwest::Method::GET, "/instances", Value::Null).await;
    let requests = text_with(&page, "#requests", "/elements/api-v2/instances").await;
    assert!(requests.contains("200") && requests.contains("127.0.0.1"), "{requests}");

    let field = page.find(Locator::Css("#settings textarea")).await.unwrap();
    field.send_keys(r#"{"salesforce": {"no_such": 1}}"#).await.unwrap();
    press(&page, "[data-change]").await;
    let refusal = text_with(&page, "#refusal", "no_such").await;
    assert!(refusal.contains("unknown field"), "{refusal}");
    page.close().await.unwrap();
}

/// A program does the same.
#[tokio::test]
async fn a_program_uses_the_json() {
    let world = World::new().await;
    let faults = world.get("/__simulator/faults").await;
    let faults = faults.as_array().unwrap();
    assert_eq!(faults.len(), reauth::simulator::faults().count());
    assert!(faults.iter().all(|fault| fault["chosen"] == false));

    world.set(json!({"salesforce": {"usage_page_size": 3}})).await;
    world.post("/__simulator/faults", json!({"faults": ["masked-tokens", "german"]})).await;
    let state = world.state().await.0;
    assert_eq!(state["faults"], json!(["masked-tokens", "german"]));
    assert_eq!(state["cloud_elements"]["settings"]["mask_tokens"], true);
    assert_eq!(state["salesforce"]["settings"]["usage_page_size"], 5, "as it was started");

    world.post("/__simulator/faults", json!({"faults": []})).await;
    let settings = world.get("/__simulator/settings").await;
    assert_eq!(settings["cloud_elements"]["mask_tokens"], false);

    world.post("/__simulator/clock", json!({"advance_seconds": 900})).await;
    assert_eq!(world.get("/__simulator/clock").await["advanced_seconds"], 900);

    world.platform(reqwest::Method::GET, "/instances", Value::Null).await;
    let requests = world.get("/__simulator/requests").await;
    let last = requests.as_array().unwrap().last().unwrap();
    assert_eq!((&last["method"], &last["status"]), (&json!("GET"), &json!(200)));
    let (now, at) = (&world.state().await.0["clock"]["now_ms"], &last["at_ms"]);
    assert!(now.as_i64() >= at.as_i64() && at.as_i64() > Some(0), "{now} {at}");
}

/// What is refused says why, and changes nothing.
#[tokio::test]
async fn an_unknown_fault_is_refused() {
    let world = World::new().await;
    let port = world.simulator.ready().port;
    let answer = reqwest::Client::builder()
        .no_proxy()
        .tls_certs_only([])
        .build()
        .unwrap()
        .post(format!("http://127.0.0.1:{port}/__simulator/faults"))
        .json(&json!({"faults": ["masked-tokens", "mask-tokens"]}))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 400);
    let text = answer.text().await.unwrap();
    assert!(text.contains("masked-tokens") && text.contains("did you mean"), "{text}");
    assert_eq!(world.get("/__simulator/settings").await["cloud_elements"]["mask_tokens"], false);
}
