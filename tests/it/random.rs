//! A hundred runs against orgs that differ at random, from a fixed seed: each ends in the exit code
//! that the services' final state calls for, none hangs, none logs in more often than it should, and
//! none touches anybody else's grant.

use std::time::Duration;

use rustix::process::Signal;
use serde_json::Value;

use crate::grants::{APP, of_others};
use crate::support::{Finished, State, World};

/// Changes what is tested: a run that failed is repeated by its seed alone.
const SEED: u64 = 20_261_125;
/// Runs of one test, which is one process.
const RUNS: u64 = 10;
/// No run takes this long, whatever it meets: each page may take 10 s.
const LIMIT: Duration = Duration::from_secs(150);

/// SplitMix64 (Steele, Lea, Flood 2014): small, and the same everywhere.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(limit).unwrap()).unwrap()
    }
}

/// Two to five faults of pages, in an order of their own.
fn faults(dice: &mut Dice) -> Vec<&'static str> {
    let mut pages: Vec<&str> = reauth::simulator::faults()
        .filter(|fault| fault.kind == reauth::simulator::Kind::Page)
        .map(|fault| fault.name)
        // Each answer takes seconds: a test of its own has that.
        .filter(|name| *name != "slow-network")
        .collect();
    let count = 2 + dice.below(4);
    (0..count).map(|_| pages.swap_remove(dice.below(pages.len()))).collect()
}

/// Whether the platform holds a grant that lives.
fn is_authenticated(world: &World, state: &State) -> bool {
    let instance = state.instance(world.instance());
    let token = &instance["configuration"]["oauth.user.refresh_token"];
    let grants = state.0["salesforce"]["grants"].as_array().unwrap();
    grants.iter().any(|grant| grant["live"] == true && grant["refresh_token"] == *token)
}

/// The instance's own grant, as it was at the start.
fn own_grant(world: &World, state: &State) -> Value {
    state.instance(world.instance())["configuration"]["oauth.user.refresh_token"].clone()
}

fn check(world: &World, before: &State, after: &State, finished: &Finished) {
    let alive = is_authenticated(world, after);
    let renewed = own_grant(world, before) != own_grant(world, after);
    let code = finished.code;
    if !alive {
        assert_eq!(code, Some(4), "the instance is dead");
    } else if renewed {
        // All was well, or something failed after the grant was cut and it was brought back.
        assert!(matches!(code, Some(0 | 1)), "the instance lives: {code:?}");
    } else {
        assert!(matches!(code, Some(1..=3)), "the instance was never touched: {code:?}");
    }
    assert_eq!(finished.report()["instance"]["authenticated"] == true, alive || code == Some(2));
    assert_eq!(of_others(world, before), of_others(world, after), "other people's grants");
    assert_eq!(after.tripwire_hits(), 0);
    after.assert_codes_sent_once();
    let allowed = 1 + after.0["salesforce"]["logins_demanded"].as_u64().unwrap_or(0);
    assert!(after.salesforce("login_attempts") <= allowed, "logged in too often");
    assert_eq!(after.live_grants(APP, world.username()).len() <= 1, true, "grants were left");
}

async fn runs(batch: u64) {
    for index in 0..RUNS {
        let mut dice = Dice(SEED ^ (batch * RUNS + index).wrapping_mul(0x9e37_79b9));
        let faults = faults(&mut dice);
        let revoke_via = ["ui", "api"][dice.below(2)];
        eprintln!("run {batch}.{index}: --revoke-via {revoke_via} --simulator={}", faults.join(","));
        let world = World::with_faults(&faults).await;
        let before = world.state().await;
        let arguments = ["run", "--revoke-via", revoke_via, "--timeout", "10s", "--settle", "10s"];
        let mut running = world.follow(&arguments);
        let finished = tokio::select! {
            finished = running.end() => finished,
            () = tokio::time::sleep(LIMIT) => {
                running.signal(Signal::KILL);
                panic!("hangs");
            }
        };
        world.assert_nothing_left().await;
        finished.check_report();
        eprintln!("{}", finished.stderr);
        check(&world, &before, &world.state().await, &finished);
    }
}

macro_rules! batches {
    ($($name:ident = $batch:literal),* $(,)?) => {$(
        #[tokio::test(flavor = "multi_thread")]
        async fn $name() {
            runs($batch).await;
        }
    )*};
}

batches! {
    first_ten = 0, second_ten = 1, third_ten = 2, fourth_ten = 3, fifth_ten = 4,
    sixth_ten = 5, seventh_ten = 6, eighth_ten = 7, ninth_ten = 8, tenth_ten = 9,
}
