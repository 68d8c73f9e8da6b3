//! Disks that are full or cannot be written to are found out before anything is cut.

use std::ffi::OsStr;

use super::moments::LIST;
use super::{APP, assert_whole};
use crate::support::{Finished, World};

async fn assert_untouched(world: &World) {
    let state = world.state().await;
    assert_eq!(state.live_grants(APP, world.username()).len(), 1);
    assert_eq!(state.requests("POST", "/revoke"), 0);
    assert_whole(world).await;
}

/// A run that finds a file system of its own at this folder, mounted with these options and filled to
/// the last page. It goes with the run: the mount is in no other process's view.
async fn run_on(world: &World, folder: &str, options: &str) -> Finished {
    let place = world.home.path().join(folder);
    std::fs::create_dir_all(&place).unwrap();
    let script = "place=$1 options=$2; shift 2\n\
        mount -t tmpfs -o size=4k,mode=700 none \"$place\" || exit 99\n\
        head -c 4096 /dev/zero >\"$place/filler\"\n\
        mount -o remount,\"$options\" \"$place\" || exit 99\n\
        exec \"$@\"";
    let mut starter: Vec<&OsStr> = ["unshare", "--mount"].map(OsStr::new).to_vec();
    if !rustix::process::geteuid().is_root() {
        starter.push(OsStr::new("--map-root-user"));
    }
    starter.extend(["sh", "-c", script, "sh"].map(OsStr::new));
    starter.extend([place.as_os_str(), OsStr::new(options)]);
    let run = ["--format", "json", "run", "--revoke-via", "api"];
    let command = world.started_by(&starter, &run);
    world.finish(command).await.expect_code(3)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_that_cannot_be_written() {
    for (options, reason) in [("rw", "No space left"), ("ro", "Read-only file system")] {
        let world = World::new().await;
        let finished = run_on(&world, "state", options).await.expect_error("journal.unwritable");
        let message = finished.report()["error"]["message"].to_string();
        assert!(message.contains(reason), "{message}");
        assert_untouched(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_folder_that_cannot_be_written() {
    for (options, reason) in [("rw", "No space left"), ("ro", "Read-only file system")] {
        let world = World::new().await;
        let finished = run_on(&world, "runs", options).await;
        let message = finished.report()["error"]["message"].to_string();
        assert!(message.contains(reason), "{message}");
        assert_untouched(&world).await;
    }
}

/// The copy of the instance as it was is there before its grant is cut, or nothing is.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_folder_that_goes_away_before_the_revocation() {
    let world = World::new().await;
    let (running, _) = world.follow_to(&["run", "--revoke-via", "api"], LIST).await;
    let runs = world.home.path().join("runs");
    let folder = runs.read_dir().unwrap().next().unwrap().unwrap().path();
    std::fs::remove_dir_all(&folder).unwrap();
    std::fs::write(&folder, "in the run folder's place").unwrap();
    world.let_go().await;
    let finished = running.finish().await.expect_code(3).expect_error("report.evidence");
    world.assert_nothing_left().await;
    let report = finished.report();
    assert_eq!(report["error"]["step"], "revoke");
    assert!(report["error"]["message"].to_string().contains("instance-before.json"), "{report:#}");
    assert_untouched(&world).await;
}
