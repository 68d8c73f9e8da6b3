//! Somebody watches a run, on a terminal: `--step`, `--pause-on-failure`, `--keep-open`, `--headed`.

use serde_json::{Value, json};

use crate::browser::Display;
use crate::support::{Terminal, World, assert_whole, is_authenticated, processes};

/// What the question before a step ends with.
const STEP: &str = "a aborts:";
/// What the one after a failure ends with.
const FAILED: &str = "text = […] }:";
const API: &[&str] = &["run", "--revoke-via", "api"];

fn watched(world: &World, run: &[&str], flags: &[&str]) -> Terminal {
    Terminal::open(world, &[run, flags, &["--no-progress"]].concat(), &[])
}

fn report(world: &World) -> Value {
    let files = world.run_files();
    let (_, bytes) = files.iter().find(|(path, _)| path.ends_with("report.json")).unwrap();
    serde_json::from_slice(bytes).unwrap()
}

/// The code of the error that the run told of.
fn error(world: &World) -> String {
    report(world)["error"]["code"].as_str().unwrap_or_default().to_owned()
}

/// Waits for the next question. One that is asked again, because a warning came meanwhile, is none.
fn next(terminal: &mut Terminal) -> String {
    loop {
        let said = terminal.until(STEP);
        if said.contains("next: ") {
            return said;
        }
    }
}

/// Goes on until the question that has this in it.
fn go_on_until(terminal: &mut Terminal, part: &str) -> String {
    loop {
        let said = next(terminal);
        if said.contains(part) {
            return said;
        }
        terminal.types("");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_step_is_asked_for() {
    let world = World::new().await;
    let mut terminal = watched(&world, API, &["--step"]);
    let mut asked = Vec::new();
    let said = go_on_until(&mut terminal, "sending the instance's tokens");
    assert!(!said.contains("is down"), "nothing was cut yet: {said}");
    terminal.types("");
    for next in [
        "next: Confirm",
        "next: Ask for the OAuth URL",
        "next: Log in",
        "next: the page `login` of",
        "next: the page `approval` of",
        "next: Re-authenticate",
        "next: Verify",
    ] {
        let said = self::next(&mut terminal);
        assert!(said.contains(next), "{next}: {said}");
        assert_eq!(said.contains("the instance is down"), next != "next: Verify", "{said}");
        let shown = match next {
            "next: the page `login` of" => Some("on it: password, submit, username"),
            "next: the page `approval` of" => Some("on it: allow"),
            _ => None,
        };
        assert_eq!(shown.is_some(), said.contains("on it: "), "{said}");
        assert!(shown.is_none_or(|shown| said.contains(shown)), "{said}");
        asked.push(said);
        terminal.types("");
    }
    let said = terminal.ends(0);
    assert!(said.contains("PASSED"), "{said}");
    assert_whole(&world).await;
    world.assert_nothing_left().await;
}

/// The row is shown in the browser, and a picture of that can be had; nothing was cut yet.
#[tokio::test(flavor = "multi_thread")]
async fn the_cut_is_asked_for() {
    let world = World::new().await;
    let before = world.state().await;
    let mut terminal = watched(&world, &["run"], &["--step"]);
    go_on_until(&mut terminal, "pressing Revoke in the row of");
    terminal.types("p");
    let said = terminal.until(STEP);
    assert!(said.contains("picture: screenshots/"), "{said}");
    for other in ["what", "n"] {
        terminal.types(other);
        let said = terminal.until(STEP);
        assert!(said.contains(&format!("\"{other}\" is none of these")), "{said}");
    }
    terminal.types("a");
    let said = terminal.ends(130);
    assert!(said.contains("reauth.aborted"), "{said}");
    let after = world.state().await;
    let ended = |state: &crate::support::State| state.live_grants_of_others("nobody");
    assert_eq!(ended(&before), ended(&after), "nobody's grant was cut");
    let report = report(&world);
    assert_eq!(
        (&report["outcome"], &report["instance"]["authenticated"]),
        (&json!("interrupted"), &json!(true))
    );
    let revoke = report["steps"].as_array().unwrap().iter().find(|step| step["id"] == "revoke");
    let pictures = revoke.unwrap()["evidence"].as_array().unwrap();
    let picture = |part: &str| {
        let mut names = pictures.iter().filter_map(Value::as_str);
        let name = names.find(|name| name.contains(part)).unwrap_or_else(|| panic!("{pictures:?}"));
        let files = world.run_files();
        files.into_iter().find(|(path, _)| path.ends_with(name)).unwrap().1
    };
    assert!(picture("-pause") == picture("-before"), "what we outlined is no part of the page");
    world.assert_nothing_left().await;
}

/// What somebody does by hand meanwhile is seen: the run goes on from there.
#[tokio::test(flavor = "multi_thread")]
async fn pages_are_asked_for_once() {
    let world = World::new().await;
    let mut terminal = watched(&world, &["run"], &["--step"]);
    let said = go_on_until(&mut terminal, "next: the page `login` of");
    assert!(!said.contains("is down"), "nothing was cut yet: {said}");
    terminal.types("n");
    // The next step's pages are asked for again; nobody has to log in there.
    go_on_until(&mut terminal, "next: the page `approval` of");
    terminal.types("");
    let said = go_on_until(&mut terminal, "next: Verify");
    assert!(!said.contains("next: the page"), "{said}");
    terminal.types("s");
    terminal.ends(0);
    assert_whole(&world).await;
    world.assert_nothing_left().await;
}

/// How long a person thinks is no limit of a page, and no time of a step.
#[tokio::test(flavor = "multi_thread")]
async fn who_thinks_for_long_is_waited_for() {
    let world = World::new().await;
    let mut terminal = watched(&world, &["run"], &["--step", "--timeout", "5s"]);
    go_on_until(&mut terminal, "next: the page `login` of");
    // Longer than any page may take; what is awaited is that very time.
    tokio::time::sleep(std::time::Duration::from_secs(7)).await;
    terminal.types("s");
    terminal.ends(0);
    let report = report(&world);
    let steps = report["steps"].as_array().unwrap();
    let shortest = |id: &str| steps.iter().find(|step| step["id"] == id).unwrap();
    let milliseconds = shortest("revoke")["duration_ms"].as_u64().unwrap();
    let total = report["duration_ms"].as_u64().unwrap();
    assert!(milliseconds + 7_000 <= total, "{milliseconds} of {total}");
    assert_whole(&world).await;
}

/// The rest of the run is not asked for.
#[tokio::test(flavor = "multi_thread")]
async fn to_the_end() {
    let world = World::new().await;
    let mut terminal = watched(&world, API, &["--step"]);
    terminal.until(STEP);
    terminal.types("s");
    let said = terminal.ends(0);
    assert!(!said.contains("next: "), "{said}");
    assert_whole(&world).await;
}

/// Who is asked while the instance is down, and does not let the run go on.
async fn down(leave: impl FnOnce(&mut Terminal), flags: &[&str], code: i32, expected: &str) {
    let world = World::new().await;
    let mut terminal = watched(&world, API, &[&["--step"], flags].concat());
    let said = go_on_until(&mut terminal, "next: Confirm");
    assert!(said.contains("the instance is down: without an answer within"), "{said}");
    assert!(!is_authenticated(&world, &world.state().await), "it is");
    leave(&mut terminal);
    let said = terminal.ends(code);
    assert!(!said.contains(STEP), "a restoration asks nobody: {said}");
    assert_eq!(error(&world), expected, "{said}");
    assert_whole(&world).await;
    world.assert_nothing_left().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_aborts_gets_the_instance_back() {
    down(|terminal| terminal.types("a"), &[], 130, "reauth.aborted").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_ends_the_input_gets_the_instance_back() {
    down(|terminal| terminal.presses(b"\x04"), &[], 130, "reauth.aborted").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_presses_ctrl_c_gets_the_instance_back() {
    down(|terminal| terminal.presses(b"\x03"), &[], 130, "reauth.interrupted").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_says_nothing_gets_the_instance_back() {
    down(|_| {}, &["--pause-limit", "1s"], 130, "reauth.pause_over").await;
}

/// Selectors can be tried on the very page, and nothing of that is left on it.
#[tokio::test(flavor = "multi_thread")]
async fn where_a_step_failed_selectors_are_tried() {
    let world = World::with_faults(&["change-password"]).await;
    let mut terminal = watched(&world, &["run"], &["--pause-on-failure"]);
    let said = terminal.until(FAILED);
    assert!(
        said.contains("paused: Revoke the user's grant failed [salesforce.change_password]"),
        "{said}"
    );
    assert!(said.contains("log in by hand") && !said.contains("is down"), "{said}");
    for (selector, expected) in [
        ("input[type=password]", "elements match, "),
        ("xpath=//input[@type='password']", "elements match, "),
        ("css=.no-such-thing", "0 elements match, 0 of them are shown"),
        ("text=Change Password", "2 elements match, 2 of them are shown"),
        ("a", "elements match, "),
        ("{ css = 'input', hidden = true }", "elements match, "),
        ("{ css = 'input', text = ['@none'] }", "no selector: there is no list @none"),
        ("{ css = 'input', txt = 1 }", "no selector: unknown field `txt`"),
        ("input[", "no selector: "),
        ("xpath=//[", "no selector: "),
    ] {
        terminal.types(selector);
        let said = terminal.until(FAILED);
        assert!(said.contains(expected), "{selector}: {said}");
    }
    terminal.types("p");
    assert!(terminal.until(FAILED).contains("picture: screenshots/"));
    terminal.types("");
    let said = terminal.ends(1);
    assert!(said.contains("FAILED"), "{said}");
    assert_eq!(error(&world), "salesforce.change_password");
    world.assert_nothing_left().await;
}

/// Who goes away, or presses Ctrl-C, where a step failed, ends the pause.
#[tokio::test(flavor = "multi_thread")]
async fn where_a_step_failed_leaving_ends_the_pause() {
    // What a person was looking at is not hidden by how they left.
    for keys in [b"\x04", b"\x03"] {
        let world = World::with_faults(&["change-password"]).await;
        let mut terminal = watched(&world, &["run"], &["--pause-on-failure"]);
        terminal.until(FAILED);
        terminal.presses(keys);
        let said = terminal.ends(1);
        assert_eq!(error(&world), "salesforce.change_password", "{said}");
        world.assert_nothing_left().await;
    }
}

/// It is said that the instance is down, and after the limit its restoration is tried.
#[tokio::test(flavor = "multi_thread")]
async fn where_a_step_failed_the_instance_is_not_left_down() {
    let world = World::with_faults(&["change-password"]).await;
    let flags = ["--pause-on-failure", "--pause-limit", "1s"];
    let mut terminal = watched(&world, API, &flags);
    let said = terminal.until(FAILED);
    assert!(said.contains("the instance is down: without an answer within 1 s"), "{said}");
    let said = terminal.ends(4);
    assert!(said.contains("Restoring the instance") && !said.contains(FAILED), "{said}");
    world.assert_nothing_left().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_browser_stays_until_it_is_told() {
    let world = World::new().await;
    let mut terminal = watched(&world, API, &["--keep-open"]);
    let said = terminal.until("Enter closes it:");
    assert!(said.contains("the browser stays open"), "{said}");
    assert!(!said.contains("is down"), "it was re-authenticated: {said}");
    let folder = world.temporary.path();
    assert!(processes(folder).iter().any(|(_, line)| line.contains("--remote-debugging-")));
    terminal.types("");
    terminal.ends(0);
    world.assert_nothing_left().await;
}

/// Nothing is said of a restoration that nobody intends, and who stopped the run waits for nothing.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_of_an_instance_that_is_down_is_true() {
    let world = World::new().await;
    let mut terminal = watched(&world, &["revoke"], &["--keep-open"]);
    let said = terminal.until("Enter closes it:");
    assert!(said.contains("the instance is down: `reauth restore` brings it back"), "{said}");
    terminal.types("");
    terminal.ends(0);
    let mut terminal = watched(&world, &["restore"], &["--step", "--keep-open"]);
    let said = terminal.until(STEP);
    assert!(said.contains("next: Locate") && !said.contains("brought back"), "{said}");
    terminal.types("");
    go_on_until(&mut terminal, "next: Log in");
    terminal.types("a");
    let said = terminal.ends(4);
    assert!(!said.contains("the browser stays open"), "{said}");
    world.assert_nothing_left().await;
}

/// While somebody looks at the browser of a run that left the instance down, others bring it back.
#[tokio::test(flavor = "multi_thread")]
async fn who_keeps_the_browser_keeps_nothing_else() {
    let world = World::new().await;
    let mut terminal = watched(&world, &["revoke"], &["--keep-open"]);
    terminal.until("Enter closes it:");
    let restored = world.command(&["restore"]).output().await.unwrap();
    assert!(restored.status.success(), "{}", String::from_utf8_lossy(&restored.stderr));
    assert_whole(&world).await;
    terminal.types("");
    terminal.ends(0);
    // And nobody has to be there for the browser to be closed.
    let mut terminal = watched(&world, &["revoke"], &["--keep-open", "--pause-limit", "1s"]);
    let said = terminal.until("Enter closes it:");
    assert!(said.contains("closed after 1 s"), "{said}");
    terminal.ends(0);
    world.assert_nothing_left().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_ends_the_waiting() {
    let world = World::new().await;
    let mut terminal = watched(&world, API, &["--keep-open"]);
    terminal.until("Enter closes it:");
    terminal.presses(b"\x03");
    terminal.ends(0);
    world.assert_nothing_left().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_terminal_nothing_is_begun() {
    let world = World::new().await;
    for flag in ["--step", "--pause-on-failure", "--keep-open"] {
        for command in ["run", "restore", "revoke", "provision"] {
            let finished = world.finish(world.command(&[command, flag])).await.expect_code(2);
            assert!(finished.stderr.contains("reauth.no_terminal"), "{}", finished.stderr);
        }
    }
    assert_eq!(world.state().await.0["requests"], json!([]));
    let mut terminal = Terminal::open(&world, &["run", "--step"], &[("CI", "true")]);
    assert!(terminal.ends(2).contains("reauth.no_terminal"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_is_watched() {
    let world = World::new().await;
    let display = Display::start();
    let arguments = ["run", "--headed", "--slow-mo", "20", "--step", "--no-progress"];
    let mut terminal = Terminal::open(&world, &arguments, &[("DISPLAY", display.name())]);
    let said = go_on_until(&mut terminal, "pressing Revoke in the row of");
    assert!(said.contains("the browser shows which"), "{said}");
    terminal.types("s");
    terminal.ends(0);
    assert_whole(&world).await;
    world.assert_nothing_left().await;
}
