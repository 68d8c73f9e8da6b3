//! A bad way between `reauth` and both services: what passes is dropped, late, cut short, doubled or
//! falsified, from a fixed seed. No run hangs, none tells what is not so, none sends a code twice, and
//! what one leaves unauthenticated is brought back when the way is good again.

mod damage;
mod plan;
mod proxy;
mod wire;

use std::time::Duration;

use self::plan::{Kind, Plan, Rate, Side};
use self::proxy::{Done, Proxy};
use crate::support::{Dice, Finished, State, World, assert_whole, check_verdict};

/// Changes what is tested: a run that failed is repeated by its number alone.
const SEED: u64 = 20_261_127;
/// Tests, of which each makes one run, and more on demand.
const TESTS: usize = 25;
/// How many runs there are.
const RUNS: &str = "REAUTH_CHAOS_RUNS";

/// For each page, and for each answer.
const TIMEOUT: Duration = Duration::from_secs(10);
const SETTLE: Duration = Duration::from_secs(4);

/// What a run meets. The first tests meet one kind each, so that no kind is left out.
fn plan(number: usize, revoke_via: &str) -> Plan {
    let seed = SEED ^ u64::try_from(number).unwrap().wrapping_mul(0x9e37_79b9);
    let mut dice = Dice::new(seed);
    let mut sides = dice
        .one_of(&[vec![Side::Api], vec![Side::Browser], vec![Side::Api, Side::Browser]])
        .clone();
    let rate = match number % TESTS {
        once if once < Kind::ALL.len() => {
            let kind = Kind::ALL[once];
            if kind == Kind::WrongValue {
                // Pages are no JSON.
                sides = vec![Side::Api];
            }
            Rate::Once { kind, from: dice.below(exchanges(&sides, revoke_via)) }
        }
        // One or two, wherever they come; and so many that a run gets nowhere.
        seldom if seldom % 2 == 0 => {
            sides = vec![Side::Api, Side::Browser];
            Rate::Percent(3)
        }
        _ => Rate::Percent(10),
    };
    Plan { seed, sides, rate }
}

/// Somewhat fewer than there are in any run, so that one is left that it can become of.
fn exchanges(sides: &[Side], revoke_via: &str) -> usize {
    match (sides, revoke_via) {
        ([Side::Api], _) => 38,
        ([Side::Browser], "ui") => 12,
        ([Side::Browser], _) => 5,
        _ => 48,
    }
}

async fn run(number: usize) {
    let revoke_via = ["ui", "api"][(number + number / TESTS) % 2];
    let plan = plan(number, revoke_via);
    eprintln!("run {number}: --revoke-via {revoke_via} {plan:?}");
    let world = World::new().await;
    let is_once = matches!(plan.rate, Rate::Once { .. });
    let port = world.simulator.ready().port;
    let proxy = Proxy::start(port, plan).await;
    world.write_config(&through(&world.config_text(), port, proxy.port));

    let before = world.state().await;
    let (timeout, settle) = (format!("{}s", TIMEOUT.as_secs()), format!("{}s", SETTLE.as_secs()));
    let running = world.follow(&[
        "run",
        "--revoke-via",
        revoke_via,
        "--timeout",
        &timeout,
        "--settle",
        &settle,
    ]);
    let began = std::time::Instant::now();
    let finished = running.finish().await;
    let took = began.elapsed();
    eprintln!("{}", finished.stderr);
    let done = proxy.done();
    let exchanges = proxy.pass_everything();
    eprintln!(
        "figures: run {number} code {:?} seconds {} exchanges {exchanges} met {}",
        finished.code,
        took.as_secs(),
        met(&done)
    );
    assert!(took <= limit(&done), "took {} s", took.as_secs());
    assert!(!is_once || done.len() == 1, "met {done:?}");
    world.assert_nothing_left().await;
    finished.check_report();
    check(&world, &before, &world.state().await, &finished, &done);
    if finished.code == Some(4) {
        world.reauth(&["restore"]).await.expect_code(0);
        assert_whole(&world).await;
    }
}

/// The simulator's configuration, by way of the proxy. The callback has a port of its own.
fn through(configuration: &str, services: u16, proxy: u16) -> String {
    let mut configuration = configuration.to_owned();
    for end in ["/", "\""] {
        let (from, to) = (format!(":{services}{end}"), format!(":{proxy}{end}"));
        assert!(configuration.contains(&from), "{configuration}");
        configuration = configuration.replace(&from, &to);
    }
    configuration
}

/// How long a run may take: as long as one that nobody disturbs on a busy machine; the limit of a page
/// or an answer once more for each that was disturbed; until both sides agree, after the revocation,
/// after the re-authentication, and before and after it in the recovery; and the recovery.
fn limit(done: &[Done]) -> Duration {
    let disturbed = u32::try_from(done.len()).unwrap();
    let undisturbed = Duration::from_secs(30);
    let recovery = TIMEOUT * reauth::scenario::cycle::RECOVERY_FACTOR;
    undisturbed + TIMEOUT * disturbed + SETTLE * 4 + recovery
}

fn met(done: &[Done]) -> String {
    let each =
        done.iter().map(|done| format!("{:?}-{:?} ({})", done.kind, done.side, done.request));
    let met: Vec<String> = each.collect();
    if met.is_empty() { "nothing".to_owned() } else { met.join(", ") }
}

fn check(world: &World, before: &State, after: &State, finished: &Finished, done: &[Done]) {
    check_verdict(world, before, after, finished);
    // Each disturbance may cost a session; and a browser sends again by itself what it sent on a
    // connection that had been used before, and that was closed without an answer.
    let disturbed = done.iter().filter(|done| done.side == Side::Browser).count();
    let (logins, demanded) = (after.salesforce("login_attempts"), 1 + disturbed);
    assert!(logins <= u64::try_from(demanded).unwrap(), "{logins} logins, {demanded} at most");
}

async fn runs(test: usize) {
    let all = match std::env::var(RUNS) {
        Ok(number) => number.parse().unwrap_or_else(|_| panic!("{RUNS}: {number} is no number")),
        Err(_) => TESTS,
    };
    for number in (test..all).step_by(TESTS) {
        run(number).await;
    }
}

macro_rules! tests {
    ($($name:ident = $number:literal),* $(,)?) => {$(
        #[tokio::test(flavor = "multi_thread")]
        async fn $name() {
            runs($number).await;
        }
    )*};
}

tests! {
    test_00 = 0,
    test_01 = 1,
    test_02 = 2,
    test_03 = 3,
    test_04 = 4,
    test_05 = 5,
    test_06 = 6,
    test_07 = 7,
    test_08 = 8,
    test_09 = 9,
    test_10 = 10,
    test_11 = 11,
    test_12 = 12,
    test_13 = 13,
    test_14 = 14,
    test_15 = 15,
    test_16 = 16,
    test_17 = 17,
    test_18 = 18,
    test_19 = 19,
    test_20 = 20,
    test_21 = 21,
    test_22 = 22,
    test_23 = 23,
    test_24 = 24,
}
