//! Faults by name: on the command line, and as a list.

use crate::support::World;

#[tokio::test(flavor = "multi_thread")]
async fn all_are_listed() {
    let world = World::new().await;
    let finished = world.finish(world.command(&["simulate", "--list-faults"])).await.expect_code(0);
    for fault in reauth::simulator::faults() {
        assert!(finished.stdout.contains(fault.name), "{}:\n{}", fault.name, finished.stdout);
        assert!(finished.stdout.contains(fault.about), "{}:\n{}", fault.about, finished.stdout);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slip_is_answered_with_the_name_that_was_meant() {
    let world = World::new().await;
    for arguments in [
        &["simulate", "--fault", "register-fone"][..],
        &["--simulator=identifier-first,register-fone", "status"],
    ] {
        let finished = world.finish(world.command(arguments)).await.expect_code(2);
        assert!(finished.stderr.contains("simulator.unknown_fault"), "{}", finished.stderr);
        assert!(finished.stderr.contains("\"register-phone\"?"), "{}", finished.stderr);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn they_can_be_combined() {
    let world = World::with_faults(&["identifier-first", "approval-always"]).await;
    let settings = world.state().await.0["salesforce"]["settings"].clone();
    assert_eq!(settings["login_style"], "identifier_first");
    assert_eq!(settings["approval"], "always");
}
