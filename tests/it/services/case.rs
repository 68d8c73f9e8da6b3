//! A fault, and how a run ends under it.

use crate::support::{World, check_verdict};

/// A fault of the services, and how a run ends under it by either way of revoking.
pub struct Case {
    pub fault: &'static str,
    pub ui: Ending,
    pub api: Ending,
}

/// A start state, and how a run ends that brings the instance back by either method.
pub struct StartCase {
    pub fault: &'static str,
    pub patch: Ending,
    pub put: Ending,
}

/// How a run ends.
#[derive(Clone, Copy)]
pub struct Ending {
    pub code: i32,
    /// The error's code; none where it passes.
    pub error: Option<&'static str>,
    /// Warnings that it gives, among others.
    pub warnings: &'static [&'static str],
}

/// The run passes.
pub const PASSES: Ending = Ending { code: 0, error: None, warnings: &[] };

/// The run passes and warns of this.
pub const fn passes_warning(warnings: &'static [&'static str]) -> Ending {
    Ending { code: 0, error: None, warnings }
}

/// The run fails with this exit code and error code.
pub const fn fails(code: i32, error: &'static str) -> Ending {
    Ending { code, error: Some(error), warnings: &[] }
}

impl Ending {
    /// Ends so, and warns of this.
    pub const fn warning(mut self, warnings: &'static [&'static str]) -> Self {
        self.warnings = warnings;
        self
    }
}

/// Runs `reauth run` with an option under a fault.
pub async fn check(fault: &str, option: [&str; 2], ending: Ending) {
    let world = World::with_faults(&[fault]).await;
    let before = world.state().await;
    let run = ["run", option[0], option[1], "--timeout", "10s", "--settle", "3s"];
    let finished = world.reauth(&run).await.expect_code(ending.code);
    let report = finished.report();
    assert_eq!(report["error"]["code"].as_str(), ending.error, "{report:#}\n{}", finished.stderr);
    if ending.error.is_some() {
        let hints = report["error"]["hints"].as_array().unwrap();
        assert!(!hints.is_empty(), "what to do next is not said: {}", report["error"]);
    }
    let warnings = finished.warnings();
    for expected in ending.warnings {
        assert!(warnings.iter().any(|warning| warning == expected), "{expected}: {warnings:?}");
    }
    check_verdict(&world, &before, &world.state().await, &finished);
}

/// One test for each fault and way of revoking, and the list of them.
macro_rules! service_faults {
    ($($name:ident, $fault:literal: ui $ui:expr, api $api:expr;)*) => {
        pub const CASES: &[$crate::services::case::Case] = &[
            $($crate::services::case::Case { fault: $fault, ui: $ui, api: $api }),*
        ];
        $(mod $name {
            #[allow(unused_imports, reason = "not every ending is of each kind")]
            use super::*;

            #[tokio::test(flavor = "multi_thread")]
            async fn ui() {
                $crate::services::case::check($fault, ["--revoke-via", "ui"], $ui).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn api() {
                $crate::services::case::check($fault, ["--revoke-via", "api"], $api).await;
            }
        })*
    };
}

/// One test for each start state and method, and the list of them.
macro_rules! start_states {
    ($($name:ident, $fault:literal: patch $patch:expr, put $put:expr;)*) => {
        pub const STARTS: &[$crate::services::case::StartCase] = &[
            $($crate::services::case::StartCase { fault: $fault, patch: $patch, put: $put }),*
        ];
        $(mod $name {
            #[allow(unused_imports, reason = "not every ending is of each kind")]
            use super::*;

            #[tokio::test(flavor = "multi_thread")]
            async fn patch() {
                let option = ["--reauthenticate-via", "patch"];
                $crate::services::case::check($fault, option, $patch).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn put() {
                let option = ["--reauthenticate-via", "put"];
                $crate::services::case::check($fault, option, $put).await;
            }
        })*
    };
}
