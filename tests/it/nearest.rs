//! What a failure says of a page on which something was not found: what comes nearest, and the
//! candidate that would find it. Read by somebody who has to mend the catalogue.

use crate::support::World;

const EMBEDDED: &str = include_str!("../../webdriver/locators.toml");

/// The hints of a run with a catalogue in which one thing is another, as a person reads them.
async fn hints(first: &str, other: &str, code: &str) -> String {
    let world = World::new().await;
    assert!(EMBEDDED.contains(first), "{first}");
    let text = EMBEDDED.replacen(first, other, 1);
    std::fs::write(world.home.path().join("mine.toml"), text).unwrap();
    let arguments = ["run", "--locators", "mine.toml", "--timeout", "3s"];
    let finished = world.reauth(&arguments).await.expect_code(1).expect_error(code);
    let report = finished.report();
    let record = finished.run_folder().join("dom/revoke-1.json");
    let record = std::fs::read_to_string(record).unwrap();
    assert!(record.contains("\"nearest\""), "{record}");
    let password = &world.simulator.ready().salesforce.password;
    assert!(!record.contains(password.as_str()), "{record}");
    let hints = report["error"]["hints"].as_array().unwrap().iter();
    for hint in hints.clone() {
        let words = hint.as_str().unwrap().split_whitespace().next_back().unwrap();
        assert!(finished.stderr.contains(words), "{words}: {}", finished.stderr);
    }
    hints.map(|hint| hint.as_str().unwrap()).collect::<Vec<_>>().join("\n")
}

/// The button is called otherwise and is of another kind.
#[tokio::test(flavor = "multi_thread")]
async fn of_an_element() {
    let hints = hints(
        r##"submit = [{ css = "input#Login" }, { css = "[name=Login]" }, { css = "input[type=submit], button[type=submit]" }]"##,
        r##"submit = [{ css = "button#login-button" }]"##,
        "salesforce.locator_missing",
    )
    .await;
    insta::assert_snapshot!(hints);
}

/// The page lacks one of the things that it was known by.
#[tokio::test(flavor = "multi_thread")]
async fn of_a_page() {
    let hints = hints(
        r#"[{ css = "th", text = ["@user_count"] }, { css = "tr td", text = ["@user_count"] }],"#,
        r#"[{ css = "th", text = ["Number of Users"] }],"#,
        "salesforce.unknown_page",
    )
    .await;
    insta::assert_snapshot!(hints);
}
