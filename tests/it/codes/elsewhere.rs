//! Where a code may be typed: where the login led, on the login host, and on the org's My Domain.

use super::{assert_codes, error, hints};
use crate::pages::{APP, assert_untouched};
use crate::support::World;

/// No password was typed: what led there is anybody's.
#[tokio::test(flavor = "multi_thread")]
async fn not_in_another_org() {
    let world = World::with_faults(&["code-elsewhere"]).await;
    let finished = world.reauth(&["run"]).await.expect_code(1);
    let (code, message) = error(&finished);
    assert_eq!(code, "salesforce.code_untrusted_host");
    for words in [world.username(), "globex--qa.sandbox.my.salesforce.localhost", "no code"] {
        assert!(message.contains(words), "{words}: {message}");
    }
    assert!(hints(&finished).contains("`salesforce.my_domain`"), "{}", hints(&finished));
    let after = world.state().await;
    assert_eq!(after.salesforce("codes_given_elsewhere"), 0);
    assert_untouched(&world, &after);
}

#[tokio::test(flavor = "multi_thread")]
async fn not_in_another_org_by_the_restoration() {
    let world = World::with_faults(&["code-elsewhere"]).await;
    let finished = world.reauth(&["run", "--revoke-via", "api"]).await.expect_code(4);
    finished.expect_error("salesforce.code_untrusted_host");
    assert_eq!(world.state().await.salesforce("codes_given_elsewhere"), 0);
}

/// My Domain is configured nowhere and no instance tells it: the login itself leads there.
#[tokio::test(flavor = "multi_thread")]
async fn where_the_login_led() {
    let world = World::with_faults(&["totp-code", "verified-at-my-domain"]).await;
    let text = world.config_text();
    let lines = text.lines().filter(|line| !line.starts_with("my_domain"));
    world.write_config(&lines.map(|line| format!("{line}\n")).collect::<String>());
    world.reauth(&["provision"]).await.expect_code(0);
    let after = world.state().await;
    assert_codes(&after, 1, 0, 1);
    assert_eq!(after.live_grants(APP, world.username()).len(), 2);
    let codes = after.0["requests"].as_array().unwrap().iter().filter(|request| {
        request["method"] == "POST"
            && request["path"].as_str().unwrap().ends_with("/TotpVerificationUi/e")
    });
    for code in codes {
        let host = code["host"].as_str().unwrap();
        assert!(host.starts_with("acme--qa.sandbox.my.salesforce.localhost"), "{host}");
    }
}
