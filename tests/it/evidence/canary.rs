//! No secret anywhere: not in the run folder, not on a stream, not in a command line, however much
//! is logged.

use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};

use super::processes::Sightings;
use crate::browser::script;
use crate::support::{Secrets, World};

/// What a run said, and what could be seen of it while it ran.
struct Watched {
    code: Option<i32>,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    processes: Sightings,
}

/// Core dumps as wide as this machine allows: that there are none is then our own doing.
fn allow_core_dumps() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let unlimited = Rlimit { current: None, maximum: None };
    if setrlimit(Resource::Core, unlimited).is_err() {
        let maximum = getrlimit(Resource::Core).maximum;
        setrlimit(Resource::Core, Rlimit { current: maximum, maximum }).unwrap();
    }
}

/// Runs `reauth` with everything logged, and looks at its processes whenever it says something.
async fn watch(world: &World, arguments: &[&str]) -> Watched {
    watch_with(world, arguments, &[]).await
}

/// The same with these variables, which nobody but `reauth` itself may have.
async fn watch_with(
    world: &World,
    arguments: &[&str],
    environment: &[(&'static str, String)],
) -> Watched {
    allow_core_dumps();
    let arguments = [&["--format", "json", "-vv"], arguments].concat();
    let mut command = world.command(&arguments);
    command.envs(environment.iter().cloned());
    let mut child = command.env("REAUTH_LOG", "trace").spawn().unwrap();
    let mut out = child.stdout.take().unwrap();
    let reading = tokio::spawn(async move {
        let mut stdout = Vec::new();
        out.read_to_end(&mut stdout).await.map(|_| stdout)
    });
    let mut lines = BufReader::new(child.stderr.take().unwrap());
    let (mut stderr, mut processes) = (Vec::new(), Sightings::beside(child.id().unwrap()));
    while lines.read_until(b'\n', &mut stderr).await.unwrap() > 0 {
        processes.look(world.temporary.path());
    }
    let code = child.wait().await.unwrap().code();
    let stdout = reading.await.unwrap().unwrap();
    world.assert_nothing_left().await;
    assert!(processes.has("chromedriver"), "the browser's processes were seen");
    let dumping = &processes.dumping;
    assert!(dumping.is_empty(), "these may dump a core: {dumping:#?}");
    Watched { code, stdout, stderr, processes }
}

/// Fails with where which secret was found.
async fn assert_no_secret(world: &World, watched: &Watched, more: &[(&str, &str)]) {
    let secrets = Secrets::of(world, &world.state().await, more);
    // What is no secret is found: the search is no blind one.
    let user = world.username();
    assert!(String::from_utf8_lossy(&watched.stderr).contains(user), "nobody was named");
    let streams = [("stdout", &watched.stdout), ("stderr", &watched.stderr)];
    let streams = streams.map(|(name, bytes)| (name.to_owned(), bytes.as_slice()));
    let processes = watched.processes.seen.iter().map(|seen| {
        let shown = String::from_utf8_lossy(seen).replace('\0', " ");
        (format!("a process: {shown:.120}"), seen.as_slice())
    });
    let files = world.run_files();
    assert!(files.iter().any(|(path, _)| path.ends_with("log.jsonl")), "there is a run folder");
    let files = [files, world.files_below("state"), world.files_below("profile")].concat();
    let files = files.iter().map(|(path, bytes)| (path.display().to_string(), bytes.as_slice()));
    secrets.assert_none_in(streams.into_iter().chain(processes).chain(files));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_in_setup_with_put_on_a_fresh_instance() {
    let world = World::new().await;
    let arguments = ["run", "--revoke-via", "ui", "--reauthenticate-via", "put", "--provision"];
    let watched = watch(&world, &arguments).await;
    assert_eq!(watched.code, Some(0), "{}", String::from_utf8_lossy(&watched.stderr));
    assert_no_secret(&world, &watched, &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_by_api_with_patch_on_an_adopted_instance() {
    let world = World::new().await;
    let arguments = ["run", "--revoke-via", "api", "--reauthenticate-via", "patch"];
    let watched = watch(&world, &arguments).await;
    assert_eq!(watched.code, Some(0), "{}", String::from_utf8_lossy(&watched.stderr));
    assert_no_secret(&world, &watched, &[]).await;
}

/// Driver and browser write down what they are given, also when they are only asked for their version.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_configured_by_its_environment() {
    let world = World::new().await;
    std::fs::remove_file(world.config()).unwrap();
    let seen = world.home.path().join("seen");
    std::fs::create_dir(&seen).unwrap();
    let telling = |name: &str| {
        let text = format!("#!/bin/sh\nenv > '{}'/$$\nexec {{{name}}} \"$@\"\n", seen.display());
        let path = script(&world, &format!("{name}-telling"), &text);
        path.display().to_string()
    };
    let (driver, browser) = (telling("chromedriver"), telling("chromium"));
    let arguments =
        ["run", "--revoke-via", "api", "--driver", &driver, "--browser-binary", &browser];
    let watched = watch_with(&world, &arguments, &world.environment()).await;
    assert_eq!(watched.code, Some(0), "{}", String::from_utf8_lossy(&watched.stderr));
    assert_no_secret(&world, &watched, &[]).await;
    let seen = world.files_below("seen");
    assert!(seen.len() >= 4, "each once for its version, and once for the run");
    let secrets = Secrets::of(&world, &world.state().await, &[]);
    secrets.assert_none_in(
        seen.iter().map(|(path, bytes)| (path.display().to_string(), bytes.as_slice())),
    );
}

/// The front door's address lets in whoever has it.
#[tokio::test(flavor = "multi_thread")]
async fn runs_through_the_front_door() {
    for fault in ["frontdoor", "singleaccess-forbidden", "frontdoor-scope"] {
        let world = World::with_faults(&[fault]).await;
        let watched = watch(&world, &["run"]).await;
        assert_eq!(watched.code, Some(0), "{}", String::from_utf8_lossy(&watched.stderr));
        assert_no_secret(&world, &watched, &[]).await;
    }
}

/// Gateways quote what they refuse. Here secrets come by, so that it shows where nobody hides them
/// (`tests/mutations/redactor-off.patch`).
#[tokio::test(flavor = "multi_thread")]
async fn answers_that_quote_what_was_sent() {
    for call in [
        "GET /elements/sfdc/oauth/url",
        "GET /hubs/crm/accounts",
        "PATCH /instances",
        "POST /services/oauth2/revoke",
    ] {
        // Before the first revocation the browser may not have been there to be looked at.
        let quotes = json!({
            "on": call, "how": {"quote": 400}, "since": "POST /services/oauth2/revoke",
        });
        let world = World::with(json!({"disturbances": [quotes]})).await;
        let run = ["run", "--revoke-via", "api", "--reauthenticate-via", "patch"];
        let watched = watch(&world, &run).await;
        let said = String::from_utf8_lossy(&watched.stderr);
        assert_ne!(watched.code, Some(0), "{said}");
        assert_no_secret(&world, &watched, &[]).await;
        let quoted = said.lines().any(|line| line.contains("refused: ") && line.contains('«'));
        assert!(quoted, "nothing was quoted of {call}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_in_a_kept_profile() {
    let world = World::new().await;
    let watched = watch(&world, &["run", "--profile-dir", "profile"]).await;
    assert_eq!(watched.code, Some(0), "{}", String::from_utf8_lossy(&watched.stderr));
    assert_no_secret(&world, &watched, &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_login_that_leaves_the_instance_dead() {
    let world = World::new().await;
    let wrong = "not/the+right password";
    let password = &world.simulator.ready().salesforce.password;
    let text = world.config_text().replace(&format!("{password:?}"), &format!("{wrong:?}"));
    world.write_config(&text);
    let watched = watch(&world, &["run", "--revoke-via", "api"]).await;
    assert_eq!(watched.code, Some(4), "{}", String::from_utf8_lossy(&watched.stderr));
    assert!(world.state().await.salesforce("failed_logins") > 0);
    // What stays in the journal is looked at as well.
    assert!(!world.files_below("state").is_empty());
    assert_no_secret(&world, &watched, &[("wrong password", wrong)]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_page_after_which_the_instance_is_restored() {
    let world = World::with(json!({"salesforce": {"unknown_page_after_login": true}})).await;
    let watched = watch(&world, &["run", "--revoke-via", "api", "--timeout", "8s"]).await;
    assert_eq!(watched.code, Some(1), "{}", String::from_utf8_lossy(&watched.stderr));
    let files = world.run_files();
    assert!(
        files.iter().any(|(path, _)| path.to_string_lossy().contains("/dom/")),
        "no page record"
    );
    assert_no_secret(&world, &watched, &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_could_not_bring_the_instance_back() {
    let moods = json!({"cloud_elements": {"patch": "refuse_400", "put": "refuse"}});
    let world = World::with(moods).await;
    let watched = watch(&world, &["run", "--revoke-via", "api"]).await;
    assert_eq!(watched.code, Some(4), "{}", String::from_utf8_lossy(&watched.stderr));
    // What stays in the journal is looked at as well.
    assert!(!world.files_below("state").is_empty());
    assert_no_secret(&world, &watched, &[]).await;
}

/// The private key of a passkey, in the forms that its bytes take besides those of any secret.
fn key_forms(key: &str) -> Vec<String> {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    let bytes = URL_SAFE_NO_PAD.decode(key).unwrap();
    let standard = STANDARD.encode(&bytes);
    // The beginning is the same in all keys of this kind.
    let own = &bytes[bytes.len() - 100..];
    let hexadecimal: String = own.iter().map(|byte| format!("{byte:02x}")).collect();
    vec![key.to_owned(), standard[64..].to_owned(), standard, hexadecimal]
}

async fn assert_no_key(world: &World, watched: &Watched, text: &str) {
    let kept: serde_json::Value = serde_json::from_str(text).unwrap();
    let forms = key_forms(kept["private_key"].as_str().unwrap());
    let needles: Vec<_> = forms.iter().map(|form| ("passkey", form.as_str())).collect();
    assert_no_secret(world, watched, &needles).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_with_a_passkey() {
    let world = World::with_faults(&["passkey-verification"]).await;
    let watched = watch(&world, &["run", "--revoke-via", "ui"]).await;
    assert_eq!(watched.code, Some(0), "{}", String::from_utf8_lossy(&watched.stderr));
    let text = world.simulator.ready().salesforce.passkey.clone().unwrap();
    assert_no_key(&world, &watched, &text).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_that_is_enrolled() {
    let world = World::with_faults(&["passkey-enrolment"]).await;
    let watched = watch(&world, &["passkey", "enroll", "--to", "passkey.json"]).await;
    assert_eq!(watched.code, Some(0), "{}", String::from_utf8_lossy(&watched.stderr));
    let text = std::fs::read_to_string(world.home.path().join("passkey.json")).unwrap();
    assert_no_key(&world, &watched, &text).await;
}

/// A code is six digits: it is looked for as a number of its own, and not in fractions of seconds.
fn holds_code(bytes: &[u8], code: &str) -> bool {
    let text = String::from_utf8_lossy(bytes);
    text.match_indices(code).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + code.len()..].chars().next();
        let is_digit = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_digit());
        let is_fraction = before == Some('.') && after == Some('Z');
        !(is_digit(before) || is_digit(after) || is_fraction)
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_and_the_seed_that_makes_them() {
    let world = World::with_faults(&["email-code", "totp-code", "code-refused-once"]).await;
    // Refused once and once again: the page stays, and the failure's evidence shows it.
    let script = "echo 48291$REAUTH_VERIFICATION_ATTEMPT";
    let text = world.config_text();
    let command = text.lines().find(|line| line.starts_with("verification_code")).unwrap();
    let wrong = format!("verification_code_command = [\"sh\", \"-c\", {script:?}]");
    for (configuration, code) in [(text.clone(), 0), (text.replace(command, &wrong), 1)] {
        world.write_config(&configuration);
        let watched = watch(&world, &["run"]).await;
        assert_eq!(watched.code, Some(code), "{}", String::from_utf8_lossy(&watched.stderr));
        assert_no_secret(&world, &watched, &[]).await;
        let state = world.state().await;
        let given = state.0["salesforce"]["verification"]["given"].as_array().unwrap().clone();
        assert!(given.len() >= 4, "{given:?}");
        for given in given.iter().map(|given| given.as_str().unwrap()) {
            assert!(!holds_code(&watched.stdout, given), "{given} on stdout");
            assert!(!holds_code(&watched.stderr, given), "{given} on stderr");
            for seen in &watched.processes.seen {
                assert!(!holds_code(seen, given), "{given} in a command line");
            }
            for (path, bytes) in &world.run_files() {
                assert!(!holds_code(bytes, given), "{given} in {}", path.display());
            }
        }
    }
}

/// A page that stays when the code was typed: the picture of it shows an empty field.
#[tokio::test(flavor = "multi_thread")]
async fn a_picture_of_a_page_with_a_code() {
    let mut pictures = Vec::new();
    for code in ["111111", "987654"] {
        let world = World::with_faults(&["email-code"]).await;
        let catalogue = include_str!("../../../webdriver/locators.toml");
        let submit = "submit = [{ css = \"#save\" }";
        let inert = catalogue.replace(submit, "submit = [{ css = \"div#header\" }");
        assert_ne!(inert, catalogue);
        std::fs::write(world.home.path().join("mine.toml"), inert).unwrap();
        let text = world.config_text();
        let command = text.lines().find(|line| line.starts_with("verification_code")).unwrap();
        let echo = format!("verification_code_command = [\"echo\", \"{code}\"]");
        world.write_config(&text.replace(command, &echo));
        let arguments = ["run", "--timeout", "5s", "--locators", "mine.toml"];
        let finished = world.reauth(&arguments).await.expect_code(1);
        assert_eq!(finished.report()["error"]["code"], "salesforce.unknown_page");
        let files = world.run_files();
        let is_picture = |path: &std::path::Path| path.to_string_lossy().ends_with("failure.png");
        let (_, png) = files.into_iter().find(|(path, _)| is_picture(path)).unwrap();
        pictures.push(png);
    }
    assert!(pictures[0] == pictures[1], "the pictures differ by what was typed");
}
