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
    let needle = format!("TMPDIR={}", temporary.display());
    let mut left: Vec<String> = std::fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().bytes().all(|b| b.is_ascii_digit()))
        .filter(|entry| {
            std::fs::read(entry.path().join("environ")).is_ok_and(|environment| {
                environment
                    .split(|byte| *byte == 0)
                    .any(|variable| variable.starts_with(needle.as_bytes()))
            })
        })
        .map(|entry| {
            let line = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
            let line = String::from_utf8_lossy(&line).replace('\0', " ");
            format!("process {}: {line}", entry.file_name().to_string_lossy())
        })
        .collect();
    left.extend(
        std::fs::read_dir(temporary)
            .unwrap()
            .flatten()
            .map(|entry| entry.path().display().to_string()),
    );
    left
}
