//! The terminal as a person sees it: the live view while a run goes on, and what is left of it at the
//! end, at two widths; and the same run where nobody looks.

use crate::support::{Screen, World, assert_whole};

/// What differs from run to run.
fn always_the_same() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    for (pattern, replacement) in [
        (r"\b00D[0-9A-Za-z]{15}\b", "00D4x000000XyzaEAC"),
        (r"\b[0-9]{8}T[0-9]{6}Z-([0-9]+)-[0-9a-z]{4}\b", "20261130T070000Z-$1-rand"),
        (r"( {2,}|\b)[0-9]+\.[0-9] s\b", "${1}0.0 s"),
        (r" {2,}0\.0 s\b", "  0.0 s"),
        // The spinner's line, up to the right edge.
        (r"[⠁-⣿] (.*\S) +[0-9]+s$", "⠿ $1 … 0s"),
        // Said by root's browser alone, whenever it has started.
        (r"(?m)^  ! this is root(.*\n)+?.*\[browser\.no_sandbox\]\n", ""),
        (r"(?m)^  ! this is root.*\[browser\.no_sandbox\]\n", ""),
        (r":[0-9]{5}\b", ":54321"),
    ] {
        settings.add_filter(pattern, replacement);
    }
    settings
}

/// A run that the simulator holds where the browser has logged in, and that goes on to its end.
async fn a_run(columns: u16) {
    let world = World::new().await;
    world.hold("POST /setup/secur/RemoteAccessAuthorizationPage.apexp", false).await;
    let mut screen = Screen::open(&world, columns, &["run", "--revoke-via", "api"], &[]);
    let is_drawn = |shown: &str| {
        let last = shown.lines().last().unwrap_or_default();
        last.contains("approving the app") && last.ends_with('s')
    };
    let live = tokio::task::block_in_place(|| screen.until(is_drawn));
    let last = live.lines().last().unwrap();
    assert!(last.chars().count() <= usize::from(columns), "{last}");
    world.let_go().await;
    let end = tokio::task::block_in_place(|| screen.ends(0));
    always_the_same().bind(|| {
        insta::assert_snapshot!(format!("live-{columns}"), live);
        insta::assert_snapshot!(format!("end-{columns}"), end);
    });
    assert_whole(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_at_80_columns() {
    a_run(80).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_at_120_columns() {
    a_run(120).await;
}

/// An error, with its cause, evidence and what to do next.
#[tokio::test(flavor = "multi_thread")]
async fn a_failure_at_80_columns() {
    let world = World::with_faults(&["change-password"]).await;
    let mut screen = Screen::open(&world, 80, &["run"], &[]);
    let end = tokio::task::block_in_place(|| screen.ends(1));
    always_the_same().bind(|| insta::assert_snapshot!("failure-80", end));
    assert!(screen.written.contains(&0x1b), "a terminal has colours");
}

/// The same without colours, for those who want none; and nothing is drawn over.
#[tokio::test(flavor = "multi_thread")]
async fn a_failure_without_colours() {
    let world = World::with_faults(&["change-password"]).await;
    let variables = [("NO_COLOR", "1")];
    let mut screen = Screen::open(&world, 80, &["--no-progress", "run"], &variables);
    let end = tokio::task::block_in_place(|| screen.ends(1));
    always_the_same().bind(|| insta::assert_snapshot!("failure-80", end));
    assert!(!screen.written.contains(&0x1b), "{}", String::from_utf8_lossy(&screen.written));
}

/// Without a terminal it is a log: lines as long as they are, nothing drawn over.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_nobody_watches() {
    let world = World::new().await;
    let finished = world.reauth(&["run", "--revoke-via", "api"]).await.expect_code(0);
    always_the_same().bind(|| insta::assert_snapshot!("nobody", finished.stderr));
    assert!(!finished.stderr.contains(['\u{1b}', '\r']), "{}", finished.stderr);
    let world = World::with_faults(&["change-password"]).await;
    let finished = world.reauth(&["run"]).await.expect_code(1);
    always_the_same().bind(|| insta::assert_snapshot!("nobody-failure", finished.stderr));
}
