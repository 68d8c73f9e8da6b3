//! `kill -9`, SIGTERM and SIGINT, to `reauth`, to its driver and to its browser, at instants all over the
//! cycle: before and after each request that a run makes, and at any line that it logs. Whatever that
//! leaves, one command brings the instance back, and nothing else is left.
//!
//! `make test` takes a sample; `REAUTH_KILL_MATRIX=216` takes that many, from the same seed.

use rustix::process::Signal;
use serde_json::json;

use crate::support::{Dice, Finished, Running, State, World, is_authenticated, of_others};

/// Changes what is tested: an instant that failed is repeated by its seed alone.
const SEED: u64 = 20_261_126;
/// Instants in all, unless the environment says otherwise.
const SAMPLE: u64 = 24;
/// Tests that share them: one for each way through the cycle.
const WAYS: [&[&str]; 4] = [
    &["run", "--revoke-via", "ui", "--reauthenticate-via", "patch"],
    &["run", "--revoke-via", "ui", "--reauthenticate-via", "put"],
    &["run", "--revoke-via", "api", "--reauthenticate-via", "patch"],
    &["run", "--revoke-via", "api", "--reauthenticate-via", "put"],
];

const SIGNALS: [Signal; 3] = [Signal::KILL, Signal::TERM, Signal::INT];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Target {
    Reauth,
    Driver,
    Browser,
}

const TARGETS: [Target; 3] = [Target::Reauth, Target::Driver, Target::Browser];

/// When the signal is sent.
#[derive(Debug, Clone, Copy)]
enum Instant {
    /// This request was sent, and is not acted upon.
    Before(u64),
    /// It was acted upon, and nobody has heard of it.
    After(u64),
    /// The run has logged so many lines, and goes on.
    Line(usize),
}

/// How long a run is that nobody disturbs.
struct Length {
    requests: u64,
    lines: usize,
}

impl Length {
    async fn of(way: &[&str]) -> Self {
        let world = World::new().await;
        let finished = start(&world, way).finish().await.expect_code(0);
        world.assert_nothing_left().await;
        let requests = world.state().await.0["requests"].as_array().unwrap().len();
        let lines = finished.stderr.lines().count();
        Self { requests: u64::try_from(requests).unwrap(), lines }
    }

    fn instant(&self, dice: &mut Dice) -> Instant {
        let request = |dice: &mut Dice| {
            let count = usize::try_from(self.requests).unwrap();
            u64::try_from(dice.below(count)).unwrap() + 1
        };
        match dice.below(3) {
            0 => Instant::Before(request(dice)),
            1 => Instant::After(request(dice)),
            _ => Instant::Line(1 + dice.below(self.lines)),
        }
    }
}

/// Everything is logged: so there are many lines.
fn start(world: &World, way: &[&str]) -> Running {
    world.follow(&[&["-vv"], way, &["--timeout", "10s"]].concat())
}

fn fits(target: Target, line: &str) -> bool {
    let is_part = line.contains("--type=") || line.contains("__guard");
    !is_part
        && match target {
            Target::Reauth => false,
            Target::Driver => line.contains("chromedriver"),
            Target::Browser => line.contains("--remote-debugging-"),
        }
}

/// Comes to the instant. False if the run ended before.
async fn come_to(world: &World, running: &mut Running, instant: Instant) -> bool {
    match instant {
        Instant::Before(number) | Instant::After(number) => {
            running.until_held_or_end(world, &format!("#{number}")).await
        }
        Instant::Line(number) => running.until_lines(number).await,
    }
}

async fn end_at(way: &[&str], target: Target, signal: Signal, instant: Instant, heal: &[&str]) {
    let world = World::new().await;
    let hold = match instant {
        Instant::Before(number) => json!({"requests": [format!("#{number}")]}),
        Instant::After(number) => json!({"answers": [format!("#{number}")]}),
        Instant::Line(_) => json!({}),
    };
    world.set(json!({ "hold": hold })).await;
    let before = world.state().await;
    let mut running = start(&world, way);
    let was_there = come_to(&world, &mut running, instant).await;
    let hit = if !was_there {
        0
    } else if target == Target::Reauth {
        running.signal(signal);
        1
    } else {
        world.signal(signal, |line| fits(target, line))
    };
    if signal == Signal::KILL && target == Target::Reauth {
        // Nothing that it sent is acted upon after its end, as little as by a service that it left.
        let finished = running.finish().await;
        world.assert_nothing_left().await;
        world.let_go().await;
        assert_eq!(finished.code.is_none(), hit > 0, "{}", finished.stderr);
    } else {
        world.let_go().await;
        let finished = running.finish().await;
        world.assert_nothing_left().await;
        check(&world, &before, &world.state().await, &finished);
    }
    let left = world.journal();
    eprintln!("  {hit} hit, in the journal: {left:?}");
    world.reauth(heal).await.expect_code(0);
    let after = world.state().await;
    assert!(is_authenticated(&world, &after), "it is not back");
    assert_eq!(of_others(&world, &before), of_others(&world, &after), "other people's grants");
    assert_eq!(after.tripwire_hits(), 0, "the callback host was reached");
    after.assert_codes_sent_once();
    after.assert_only_the_platform_asks_for_tokens();
    let left: Vec<String> =
        world.journal().into_iter().filter(|name| !name.ends_with(".lock")).collect();
    assert_eq!(left, [""; 0], "nothing is in flight");
}

/// What a run says that came to its own end.
fn check(world: &World, before: &State, after: &State, finished: &Finished) {
    world.assert_keeps_secrets(after, finished);
    finished.check_report();
    let alive = is_authenticated(world, after);
    let (code, said) = (finished.code, &finished.stderr);
    assert!(is_authenticated(world, before));
    if !alive {
        assert_eq!(code, Some(4), "the instance is dead\n{said}");
        assert!(!world.journal().is_empty(), "`restore --all` has to know of it\n{said}");
    }
    if let Some(told) = finished.report()["instance"]["authenticated"].as_bool() {
        assert_eq!(told, alive, "the report tells otherwise\n{said}");
    }
    assert!(matches!(code, Some(0 | 1 | 3 | 4 | 130 | 143)), "{code:?}\n{said}");
    if code != Some(4) {
        assert_eq!(world.journal(), [""; 0], "nothing is in flight\n{said}");
    }
}

async fn instants(way: usize) {
    let all = std::env::var("REAUTH_KILL_MATRIX")
        .ok()
        .map_or(SAMPLE, |count| count.parse().expect("REAUTH_KILL_MATRIX is a number of instants"));
    let length = Length::of(WAYS[way]).await;
    let ways = u64::try_from(WAYS.len()).unwrap();
    for index in (0..all).filter(|index| index % ways == u64::try_from(way).unwrap()) {
        let mut dice = Dice::new(SEED ^ index.wrapping_mul(0x9e37_79b9));
        let turn = usize::try_from(index / ways).unwrap();
        // The ways begin at different pairs, so that a small sample has all nine of them.
        let pair = (turn + way * 2) % 9;
        let (target, signal) = (TARGETS[pair % 3], SIGNALS[pair / 3]);
        let instant = length.instant(&mut dice);
        let heal: &[&str] = if dice.below(4) == 0 { &["run"] } else { &["restore"] };
        eprintln!("instant {index}: {signal:?} to {target:?} at {instant:?} of {:?}", WAYS[way]);
        end_at(WAYS[way], target, signal, instant, heal).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn by_the_pages_and_patch() {
    instants(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn by_the_pages_and_put() {
    instants(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn by_api_and_patch() {
    instants(2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn by_api_and_put() {
    instants(3).await;
}
