//! What may be wrong with the configuration, hosts and credentials.

use serde_json::json;

use super::{assert_untouched, doctor, examined};
use crate::support::{Moment, Port, World};

/// A world whose configuration says `wrong` where it said `right`.
async fn world_with(right: impl Fn(&World) -> String, wrong: &str) -> World {
    let world = World::new().await;
    let right = right(&world);
    let text = world.config_text();
    assert!(text.contains(&right), "{right}");
    world.write_config(&text.replace(&right, wrong));
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn mistakes_in_the_configuration_are_told_one_by_one() {
    let world = World::new().await;
    let text = world.config_text();
    let text = text.replace("consumer_key", "consumer_kee").replace("id = ", "id = 0x");
    world.write_config(&text);
    let diagnosed = doctor(&world, &["--drift"]).await.expect_code(2);
    let mistakes = diagnosed.all("configuration");
    assert_eq!(mistakes.len(), 2, "{mistakes:#?}");
    for (mistake, words) in mistakes.iter().zip(["consumer_key", "cloud_elements.instance.id"]) {
        assert_eq!(
            (&mistake["outcome"], &mistake["fault"]),
            (&"failed".into(), &"configuration".into())
        );
        let seen = mistake["seen"].as_str().unwrap();
        assert!(seen.starts_with("reauth.toml:") && seen.contains(words), "{mistake:#}");
    }
    // What needs none is looked at all the same.
    assert_eq!(diagnosed.check("start")["outcome"], "passed");
    assert_eq!(diagnosed.check("disk")["outcome"], "passed");
    for id in ["host", "platform", "client", "login", "drift"] {
        assert_eq!(diagnosed.check(id)["outcome"], "skipped", "{id}");
    }
    assert_untouched(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_configuration_at_all() {
    let world = World::new().await;
    let mut command = world.command(&["--format", "json", "doctor"]);
    let elsewhere = world.home.path().join("elsewhere");
    std::fs::create_dir(&elsewhere).unwrap();
    command.current_dir(elsewhere);
    let diagnosed = examined(&world, command).await.expect_code(2);
    diagnosed.expect_failure("configuration", "config.missing", "no configuration", "reauth init");
}

#[tokio::test(flavor = "multi_thread")]
async fn warnings_of_the_configuration() {
    let world = World::new().await;
    let mut command = world.command(&["--format", "json", "doctor"]);
    command.env("REAUTH_SOMETHING", "else");
    let diagnosed = examined(&world, command).await.expect_code(0);
    let warning = diagnosed.all("configuration").into_iter().find(|c| c["outcome"] == "warning");
    assert_eq!(warning.unwrap()["code"], "config.unknown_variable");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unreachable_login_host() {
    let login = |world: &World| world.simulator.ready().salesforce.login_url.clone();
    let world = world_with(login, "http://login.salesforce.localhost:1").await;
    let diagnosed = doctor(&world, &["--login"]).await.expect_code(3);
    let failed: Vec<&str> = diagnosed
        .all("host")
        .into_iter()
        .filter(|host| host["outcome"] == "failed")
        .map(|host| host["subject"].as_str().unwrap())
        .collect();
    assert_eq!(failed, ["login.salesforce.localhost:1"]);
    // Said once: what needs that host is not asked, and the others are.
    for id in ["client", "client-secret", "login"] {
        assert_eq!(diagnosed.check(id)["outcome"], "skipped", "{id}: {:#}", diagnosed.document);
    }
    assert_eq!(diagnosed.check("platform")["outcome"], "passed");
}

/// It takes the connection and says nothing: the others are not hidden by it.
#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_hangs() {
    let world = World::new().await;
    world.hold("GET /elements/api-v2", false).await;
    let diagnosed = doctor(&world, &["--timeout", "2s"]).await.expect_code(3);
    let port = world.simulator.ready().port;
    let silent =
        diagnosed.all("host").into_iter().find(|host| host["outcome"] == "failed").unwrap();
    assert_eq!(silent["subject"], format!("api.cloud-elements.localhost:{port}"));
    assert_eq!(silent["code"], "http.timeout");
    assert_eq!(diagnosed.ids("failed").len(), 1, "{:#}", diagnosed.document);
    for id in ["platform", "instance", "provisioned"] {
        assert_eq!(diagnosed.check(id)["outcome"], "skipped", "{id}");
    }
    for id in ["client", "client-secret", "disk", "start"] {
        assert_eq!(diagnosed.check(id)["outcome"], "passed", "{id}");
    }
    world.let_go().await;
}

/// Whoever is asked for something and does not answer keeps nobody waiting either.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_never_comes() {
    let world = World::new().await;
    let arguments = ["--timeout", "1s"];
    world.hold("POST /services/oauth2/introspect", false).await;
    let diagnosed = doctor(&world, &arguments).await.expect_code(3);
    diagnosed.expect_failed(&["client-secret"]);
    assert_eq!(diagnosed.check("client")["outcome"], "passed");
    world.let_go().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_that_is_out_of_order() {
    let world = World::with(json!({"cloud_elements": {"outage": true}})).await;
    let diagnosed = doctor(&world, &["--timeout", "1s"]).await.expect_code(3);
    assert!(diagnosed.ids("warning").contains(&"host"), "{:#}", diagnosed.document);
    assert_eq!(diagnosed.check("platform")["fault"], "environment");
}

/// A name that nobody resolves.
#[tokio::test(flavor = "multi_thread")]
async fn a_host_without_an_address() {
    let base = |world: &World| world.simulator.ready().cloud_elements.base_url.clone();
    let world = world_with(base, "https://api.cloud-elements.invalid/elements/api-v2").await;
    let diagnosed = doctor(&world, &["--timeout", "5s"]).await.expect_code(3);
    let failed = diagnosed.all("host").into_iter().find(|host| host["outcome"] == "failed");
    assert_eq!(failed.unwrap()["subject"], "api.cloud-elements.invalid");
}

/// https where nobody speaks it.
#[tokio::test(flavor = "multi_thread")]
async fn a_host_without_a_certificate() {
    let world = World::new().await;
    let base = &world.simulator.ready().cloud_elements.base_url;
    let text = world.config_text().replace(base, &base.replace("http:", "https:"));
    world.write_config(&text);
    let diagnosed = doctor(&world, &[]).await.expect_code(3);
    diagnosed.expect_failed(&["tls"]);
    let check = diagnosed.check("tls");
    assert!(check["subject"].as_str().unwrap().starts_with("api.cloud-elements.localhost"));
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_that_are_none() {
    let world = World::new().await;
    world.write_config(&(world.config_text() + "\n[http]\nca_file = \"none.pem\"\n"));
    let diagnosed = doctor(&world, &[]).await.expect_code(2);
    diagnosed.expect_failed(&["certificates"]);
    diagnosed.expect_failure("certificates", "http.ca_file", "none.pem", "BEGIN CERTIFICATE");
    assert_eq!(diagnosed.check("host")["outcome"], "skipped");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_wrong() {
    let world = World::new().await;
    world.post("/__simulator/clock", json!({"advance_seconds": 20})).await;
    let diagnosed = doctor(&world, &[]).await.expect_code(0);
    diagnosed.expect_warning("clock", "doctor.clock", "s behind", "NTP");

    // A whole window of an authenticator's codes, for somebody who uses them.
    world.post("/__simulator/clock", json!({"advance_seconds": 20})).await;
    let text = world.config_text();
    let diagnosed = doctor(&world, &[]).await.expect_code(3);
    diagnosed.expect_failure("clock", "doctor.clock", "codes are refused", "timedatectl");

    let (seeds, lines): (Vec<&str>, Vec<&str>) =
        text.lines().partition(|line| line.starts_with("totp_secret"));
    assert_eq!(seeds.len(), 1, "{text}");
    world.write_config(&lines.join("\n"));
    assert_eq!(doctor(&world, &[]).await.expect_code(0).check("clock")["outcome"], "warning");
    world.post("/__simulator/clock", json!({"advance_seconds": -200})).await;
    let diagnosed = doctor(&world, &[]).await.expect_code(3);
    diagnosed.expect_failure("clock", "doctor.clock", "s ahead of", "timedatectl");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_secrets_of_the_platform() {
    let secret = |world: &World| world.simulator.ready().cloud_elements.user_secret.clone();
    let world = world_with(secret, "bm90LXRoZS1zZWNyZXQ=").await;
    let diagnosed = doctor(&world, &[]).await.expect_code(2);
    diagnosed.expect_failed(&["platform", "instance"]);
    diagnosed.expect_failure(
        "platform",
        "cloud_elements.unauthorized",
        "401",
        "cloud_elements.user_secret",
    );
    assert_untouched(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_element_token() {
    let token = |world: &World| world.simulator.ready().cloud_elements.element_token.clone();
    let world = world_with(token, "bm90LXRoZS10b2tlbg==").await;
    let diagnosed = doctor(&world, &[]).await.expect_code(2);
    diagnosed.expect_failed(&["instance"]);
    diagnosed.expect_failure(
        "instance",
        "cloud_elements.unauthorized",
        "401",
        "cloud_elements.instance.token",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_that_is_another_or_disabled() {
    let world = World::new().await;
    let id = world.instance();
    let text = world.config_text();
    world.write_config(&text.replace(&format!("id = {id}"), &format!("id = {}", id + 1)));
    let diagnosed = doctor(&world, &[]).await.expect_code(2);
    diagnosed.expect_failed(&["instance"]);
    diagnosed.expect_failure("instance", "cloud_elements.other_instance", &id.to_string(), "token");

    world.write_config(&text);
    world.platform(reqwest::Method::DELETE, &format!("/instances/{id}/enabled"), json!(null)).await;
    let diagnosed = doctor(&world, &[]).await.expect_code(2);
    diagnosed.expect_failure("instance", "cloud_elements.instance_disabled", "disabled", "enable");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_of_an_earlier_run() {
    let world = World::new().await;
    let finished = world.reauth(&["provision"]).await.expect_code(0);
    let made = finished.report()["instance"]["id"].to_string();
    let diagnosed = doctor(&world, &[]).await.expect_code(0);
    diagnosed.expect_warning("provisioned", "doctor.provisioned_left", &made, "--keep");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_consumer_key() {
    let key = |world: &World| world.simulator.ready().salesforce.consumer_key.clone();
    let world = world_with(key, "3MVG9not.the.key").await;
    let diagnosed = doctor(&world, &[]).await.expect_code(2);
    diagnosed.expect_failed(&["client", "client-secret"]);
    diagnosed.expect_failure(
        "client",
        "salesforce.invalid_client",
        "invalid_client_id",
        "salesforce.consumer_key",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_consumer_secret() {
    let secret = |world: &World| world.simulator.ready().salesforce.consumer_secret.clone();
    let world = world_with(secret, "not-the-consumer-secret").await;
    let diagnosed = doctor(&world, &[]).await.expect_code(2);
    diagnosed.expect_failed(&["client-secret"]);
    diagnosed.expect_failure(
        "client-secret",
        "salesforce.client_refused",
        "invalid_client",
        "salesforce.consumer_secret",
    );
    assert!(!diagnosed.finished.stdout.contains("not-the-consumer-secret"));
    assert_untouched(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_callback_that_the_app_does_not_have() {
    let callback = |world: &World| world.simulator.ready().salesforce.callback_url.clone();
    let world = world_with(callback, "https://auth.cloud-elements.localhost:1/other").await;
    let diagnosed = doctor(&world, &[]).await.expect_code(2);
    diagnosed.expect_failed(&["client"]);
    diagnosed.expect_failure(
        "client",
        "salesforce.redirect_uri_mismatch",
        "redirect_uri",
        "callback_url",
    );
}

/// A user who comes in by the front door: whose the token is, and that it lives.
#[tokio::test(flavor = "multi_thread")]
async fn an_access_token() {
    let world = World::with_faults(&["frontdoor"]).await;
    let diagnosed = doctor(&world, &["--login"]).await.expect_code(0);
    let check = diagnosed.check("access-token");
    assert_eq!(check["outcome"], "passed", "{check:#}");
    assert_eq!(check["subject"], world.username());
    assert_eq!(diagnosed.check("login")["outcome"], "passed", "{:#}", diagnosed.document);
    let token = &world.simulator.ready().salesforce.access_token;
    assert!(!diagnosed.finished.stdout.contains(token));
    assert_eq!(world.state().await.salesforce("login_attempts"), 0, "nothing was typed");

    let world = World::with_faults(&["frontdoor-dead-token"]).await;
    let diagnosed = doctor(&world, &[]).await.expect_code(0);
    diagnosed.expect_warning(
        "access-token",
        "salesforce.front_door_passed_over",
        "dead",
        "fresh access token",
    );
    let text = world.config_text();
    let lines = text.lines().filter(|line| !line.starts_with("password"));
    world.write_config(&lines.map(|line| format!("{line}\n")).collect::<String>());
    let diagnosed = doctor(&world, &[]).await.expect_code(2);
    diagnosed.expect_failed(&["access-token"]);
    diagnosed.expect_failure(
        "access-token",
        "salesforce.front_door_token_dead",
        "dead",
        "access_token",
    );
}

/// A callback on this machine has to be free.
#[tokio::test(flavor = "multi_thread")]
async fn a_callback_that_somebody_has() {
    let other = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let taken = format!("http://{}/callback", other.local_addr().unwrap());
    let port = Port::reserve();
    let free = format!("http://127.0.0.1:{}/callback", port.number);
    let settings = json!({"salesforce": {"more_callback_urls": [taken, free]}});
    let world = World::with(settings).await;
    let tripwire = &world.simulator.ready().salesforce.callback_url;

    world.write_config(&world.config_text().replace(tripwire, &taken));
    let diagnosed = doctor(&world, &[]).await.expect_code(3);
    diagnosed.expect_failed(&["callback"]);
    diagnosed.expect_failure("callback", "browser.callback_taken", "taken", "end the program");

    world.write_config(&world.config_text().replace(tripwire, &free));
    let diagnosed = doctor(&world, &[]).await.expect_code(0);
    assert_eq!(diagnosed.check("callback")["outcome"], "passed");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_instance_is_named() {
    let world = World::new().await;
    let text = world.config_text();
    let (text, _) = text.split_once("[cloud_elements.instance]").unwrap();
    world.write_config(text);
    let diagnosed = doctor(&world, &[]).await.expect_code(0);
    assert_eq!(diagnosed.check("instance")["outcome"], "skipped");
}

/// A look does not come in a run's way: the instance is not locked.
#[tokio::test(flavor = "multi_thread")]
async fn beside_a_run() {
    let world = World::new().await;
    let (running, _) = world
        .follow_to(
            &["run", "--revoke-via", "api"],
            Moment::before(&["POST /services/oauth2/revoke"]),
        )
        .await;
    super::keep_private(&world);
    let output = world.command(&["--format", "json", "doctor"]).output().await.unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let checks = document["checks"].as_array().unwrap();
    let of = |id: &str| checks.iter().find(|check| check["id"] == id).unwrap();
    assert_eq!(of("leftovers")["outcome"], "passed", "the run's own folder is in use");
    assert_eq!(of("journal")["code"], "journal.in_flight");
    world.let_go().await;
    running.finish().await.expect_code(0);
}
