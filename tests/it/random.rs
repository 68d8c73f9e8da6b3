//! Two hundred runs against orgs and platforms that differ at random, from a fixed seed: each ends in
//! the exit code that the services' final state calls for, none hangs, none logs in more often than
//! it should, and none touches anybody else's grant.

use std::time::Duration;

use reauth::simulator::Kind;

use crate::support::{Dice, Finished, State, World, check_verdict};

/// Changes what is tested: a run that failed is repeated by its seed alone.
const SEED: u64 = 20_261_125;
/// Runs of one test; there are 40 of them.
const RUNS: u64 = 5;
/// No run takes this long, whatever it meets: each page may take 10 s.
const LIMIT: Duration = Duration::from_secs(150);

/// Each answer takes seconds: a test of its own has that.
const SLOW: &[&str] = &["slow-network"];

fn names(of_page: bool) -> Vec<&'static str> {
    reauth::simulator::faults()
        .filter(|fault| (fault.kind == Kind::Page) == of_page)
        .map(|fault| fault.name)
        .filter(|name| !SLOW.contains(name))
        .collect()
}

/// One to three faults of pages, and in two runs of three one or two of the services, in an order of
/// their own.
fn faults(dice: &mut Dice) -> Vec<&'static str> {
    let (mut pages, mut services) = (names(true), names(false));
    let count = 1 + dice.below(3);
    let mut chosen: Vec<&str> =
        (0..count).map(|_| pages.swap_remove(dice.below(pages.len()))).collect();
    for _ in 0..dice.below(3) {
        let fault = services.swap_remove(dice.below(services.len()));
        chosen.insert(dice.below(chosen.len() + 1), fault);
    }
    chosen
}

fn check(world: &World, faults: &[&str], before: &State, after: &State, finished: &Finished) {
    check_verdict(world, before, after, finished);
    let logins = after.salesforce("login_attempts");
    let demanded = logins_demanded(faults);
    assert!(logins <= demanded, "{logins} logins where {demanded} were demanded");
}

/// How often the org may ask for the password: once, and once more for each fault that takes the
/// session away. Where it asks for ever, there is a limit.
fn logins_demanded(faults: &[&str]) -> u64 {
    if faults.contains(&"login-endless") {
        return 10;
    }
    let more = [
        "login-again-setup",
        "login-again-authorise",
        "session-ended",
        "session-timeout-login",
        "logged-in-as-another",
        "logged-in-elsewhere",
        "logged-in-for-good",
    ];
    let count = faults.iter().filter(|fault| more.contains(fault)).count();
    1 + u64::try_from(count).unwrap()
}

async fn runs(batch: u64) {
    for index in 0..RUNS {
        let mut dice = Dice::new(SEED ^ (batch * RUNS + index).wrapping_mul(0x9e37_79b9));
        let faults = faults(&mut dice);
        let revoke_via = ["ui", "api"][dice.below(2)];
        eprintln!(
            "run {batch}.{index}: --revoke-via {revoke_via} --simulator={}",
            faults.join(",")
        );
        let world = World::with_faults(&faults).await;
        let before = world.state().await;
        let arguments = ["run", "--revoke-via", revoke_via, "--timeout", "10s", "--settle", "4s"];
        let running = world.follow(&arguments);
        let Ok(finished) = tokio::time::timeout(LIMIT, running.finish()).await else {
            panic!("hangs");
        };
        eprintln!("{}", finished.stderr);
        world.assert_nothing_left().await;
        finished.check_report();
        check(&world, &faults, &before, &world.state().await, &finished);
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
    batch_a = 0,
    batch_b = 1,
    batch_c = 2,
    batch_d = 3,
    batch_e = 4,
    batch_f = 5,
    batch_g = 6,
    batch_h = 7,
    batch_i = 8,
    batch_j = 9,
    batch_k = 10,
    batch_l = 11,
    batch_m = 12,
    batch_n = 13,
    batch_o = 14,
    batch_p = 15,
    batch_q = 16,
    batch_r = 17,
    batch_s = 18,
    batch_t = 19,
    batch_u = 20,
    batch_v = 21,
    batch_w = 22,
    batch_x = 23,
    batch_y = 24,
    batch_z = 25,
    batch_aa = 26,
    batch_ab = 27,
    batch_ac = 28,
    batch_ad = 29,
    batch_ae = 30,
    batch_af = 31,
    batch_ag = 32,
    batch_ah = 33,
    batch_ai = 34,
    batch_aj = 35,
    batch_ak = 36,
    batch_al = 37,
    batch_am = 38,
    batch_an = 39,
}
