//! Answers that are none: empty, torn, in another encoding, endless. Each ends in an error that says
//! what was expected, in little memory, and never in a panic.

use std::ffi::OsStr;

use serde_json::{Value, json};

use crate::support::{Finished, World};

/// Address space of the whole process, in KiB; it takes about half of it for its threads.
const MOST_MEMORY: u32 = 1_000_000;

async fn status_in_little_memory(world: &World) -> Finished {
    let script = format!("ulimit -v {MOST_MEMORY} && exec \"$0\" \"$@\"");
    let starter = ["sh", "-c", &script].map(OsStr::new);
    let command = world.started_by(&starter, &["--format", "json", "status"]);
    world.finish(command).await
}

async fn each_call_is_answered_with(junk: &str) {
    let world = World::new().await;
    // What `status` cannot do without.
    for call in ["GET /instances", "GET /accounts"] {
        world.set(json!({"disturbances": [{"on": call, "how": {"junk": junk}}]})).await;
        let finished = status_in_little_memory(&world).await;
        let Value::String(code) = &finished.report()["error"]["code"] else {
            panic!("{call}: {:#}\n{}", finished.report(), finished.stderr);
        };
        assert!(code.starts_with("cloud_elements.") || code.starts_with("http."), "{call}: {code}");
        let message = finished.report()["error"]["message"].as_str().unwrap().to_owned();
        assert!(message.chars().count() < 1_000, "{call}: {message}");
        assert!(!finished.stderr.contains("panicked"), "{call}: {}", finished.stderr);
    }
    // Nothing of it sticks.
    world.set(json!({"disturbances": []})).await;
    world.reauth(&["status"]).await.expect_code(0);
}

macro_rules! bodies {
    ($($junk:ident)*) => {
        $(#[tokio::test(flavor = "multi_thread")]
        async fn $junk() {
            each_call_is_answered_with(stringify!($junk)).await;
        })*
    };
}

bodies! { empty torn latin1 nul scalar deep endless }
