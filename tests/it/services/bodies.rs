//! Answers that are none: empty, torn, in another encoding, endless. Each ends in an error that says
//! what was expected, in little memory, and never in a panic.

use serde_json::{Value, json};
use tokio::process::Command;

use crate::support::{Finished, World};

/// Address space of the whole process, in KiB; it takes about half of it for its threads.
const MOST_MEMORY: u32 = 1_000_000;

async fn status_in_little_memory(world: &World) -> Finished {
    let whole = world.command(&["--format", "json", "status"]);
    let whole = whole.as_std();
    let mut command = Command::new("sh");
    command
        .args(["-c", &format!("ulimit -v {MOST_MEMORY} && exec \"$0\" \"$@\"")])
        .arg(whole.get_program())
        .args(whole.get_args())
        .current_dir(world.home.path())
        .env_clear()
        .envs(whole.get_envs().filter_map(|(name, value)| Some((name, value?))))
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped());
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
