//! What a run left behind: processes that carry its `TMPDIR`, orphans, and files in that folder.
//!
//! Chromium's zygote, renderers and GPU process overwrite their environment with their title, so a
//! `TMPDIR` says nothing about them. But an orphan becomes the child of the nearest subreaper, which
//! is the test.

use std::path::Path;
use std::time::Duration;

use tokio::time::{Instant, sleep};

/// What is promised is 5 s after any end, on a machine that has the time; this one may be busy.
const LIMIT: Duration = Duration::from_secs(30);

/// Waits for all processes to end, and fails with what has not, and with files that nobody is left
/// to remove.
pub async fn assert_none(temporary: &Path) {
    until_ended(|| processes(temporary).into_iter().chain(orphans()).collect()).await;
    let files = std::fs::read_dir(temporary).unwrap().flatten();
    let files: Vec<String> = files.map(|entry| entry.path().display().to_string()).collect();
    assert!(files.is_empty(), "left behind: {files:#?}");
}

/// Waits until no process is found any more.
pub async fn until_ended(find: impl Fn() -> Vec<(i32, String)>) {
    let deadline = Instant::now() + LIMIT;
    loop {
        let left = find();
        if left.is_empty() {
            return;
        }
        assert!(Instant::now() < deadline, "left behind after {LIMIT:?}: {left:#?}");
        // The kernel would tell of a stranger's end (pidfd), but tokio listens to that by `unsafe`
        // only: asking again is all there is.
        sleep(Duration::from_millis(20)).await;
    }
}

/// From now on processes that lose their parents become ours.
pub fn adopt_orphans() {
    rustix::process::set_child_subreaper(Some(rustix::process::getpid())).unwrap();
}

/// Children of this process that it did not start: parts of a browser whose parents have ended.
fn orphans() -> impl Iterator<Item = (i32, String)> {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap().flatten();
    let children: Vec<String> = tasks
        .filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok())
        .flat_map(|ids| ids.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    children.into_iter().filter_map(|id| {
        // One that has ended and waits to be reaped has no program any more.
        let program = std::fs::read_link(format!("/proc/{id}/exe")).ok()?;
        let name = program.file_name()?.to_string_lossy().into_owned();
        // A driver keeps its environment, and is found by that; one of the test's own is no orphan.
        let is_browser = name.contains("chrom") && !name.contains("driver");
        is_browser.then(|| (id.parse().unwrap(), format!("orphan {}", program.display())))
    })
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

#[tokio::test(flavor = "multi_thread")]
async fn an_orphan_without_an_environment_is_seen() {
    adopt_orphans();
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let program = folder.path().join("chromium-orphan");
    std::fs::copy("/bin/sleep", &program).unwrap();
    // Its parent ends at once; its output is closed, so that only the process is left.
    let script = "env -i \"$0\" 60 >/dev/null 2>&1 & echo $!";
    let output = std::process::Command::new("sh").arg("-c").arg(script).arg(&program).output();
    let id: i32 = String::from_utf8(output.unwrap().stdout).unwrap().trim().parse().unwrap();
    // Between its birth and its own program it is `sh`, and then `env`: nobody tells of that.
    while !orphans().any(|(orphan, _)| orphan == id) {
        tokio::task::yield_now().await;
    }
    let pid = rustix::process::Pid::from_raw(id).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
    until_ended(|| orphans().filter(|(orphan, _)| *orphan == id).collect()).await;
}
