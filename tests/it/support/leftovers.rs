//! What a run left behind: processes that carry its `TMPDIR`, and files in that folder.

use std::path::Path;
use std::time::Duration;

use tokio::time::{Instant, sleep};

/// The promise: nothing is left 5 s after any end.
const PROMISE: Duration = Duration::from_secs(5);

/// Waits for what is promised to vanish, and fails with what has not.
pub async fn assert_none(temporary: &Path) {
    let deadline = Instant::now() + PROMISE;
    loop {
        let left = left(temporary);
        if left.is_empty() {
            return;
        }
        assert!(Instant::now() < deadline, "left behind after {PROMISE:?}: {left:#?}");
        // The kernel tells no stranger when a process ends: asking again is all there is.
        sleep(Duration::from_millis(20)).await;
    }
}

fn left(temporary: &Path) -> Vec<String> {
    let processes = processes(temporary).into_iter();
    let mut left: Vec<String> =
        processes.map(|(id, line)| format!("process {id}: {line}")).collect();
    left.extend(
        std::fs::read_dir(temporary)
            .unwrap()
            .flatten()
            .map(|entry| entry.path().display().to_string()),
    );
    left
}

/// Processes that carry this `TMPDIR` or one below it: id and command line.
pub fn processes(temporary: &Path) -> Vec<(i32, String)> {
    let needle = format!("TMPDIR={}", temporary.display());
    std::fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter_map(|entry| {
            let id = entry.file_name().to_str()?.parse().ok()?;
            let environment = std::fs::read(entry.path().join("environ")).ok()?;
            environment
                .split(|byte| *byte == 0)
                .any(|variable| variable.starts_with(needle.as_bytes()))
                .then(|| {
                    let line = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
                    (id, String::from_utf8_lossy(&line).replace('\0', " "))
                })
        })
        .collect()
}
