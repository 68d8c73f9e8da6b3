//! `reauth doctor`: what is right, and what is wrong, one thing at a time; and that nothing is
//! changed by looking.

mod document;
mod machine;
mod pages;
mod services;

use std::os::unix::fs::PermissionsExt as _;
use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::Value;
use tokio::process::Command;

use crate::support::{Finished, World};

const APP: &str = "Cloud Elements QA";

/// A diagnosis that was read and checked against its schema.
struct Diagnosed {
    finished: Finished,
    document: Value,
}

/// Runs `reauth --format json doctor …` in a world whose configuration nobody else can read.
async fn doctor(world: &World, arguments: &[&str]) -> Diagnosed {
    examined(world, world.command(&[&["--format", "json", "doctor"], arguments].concat())).await
}

async fn examined(world: &World, command: Command) -> Diagnosed {
    keep_private(world);
    let finished = world.finish(command).await;
    static SCHEMA: LazyLock<Validator> =
        LazyLock::new(|| jsonschema::validator_for(&reauth::doctor::schema()).unwrap());
    let document: Value = serde_json::from_str(&finished.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}\n{}", finished.stdout, finished.stderr));
    let mistakes: Vec<String> = SCHEMA
        .iter_errors(&document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(mistakes.is_empty(), "{mistakes:#?}\n{document:#}");
    assert_eq!(document["exit_code"].as_i64(), finished.code.map(i64::from), "{document:#}");
    Diagnosed { finished, document }
}

/// As `reauth simulate --write-config` writes it.
fn keep_private(world: &World) {
    let private = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(world.config(), private).unwrap();
}

impl Diagnosed {
    /// Fails with everything that was found, unless it ended with this code.
    #[track_caller]
    fn expect_code(self, code: i32) -> Self {
        assert_eq!(self.finished.code, Some(code), "{:#}\n{}", self.document, self.finished.stderr);
        self
    }

    fn checks(&self) -> impl Iterator<Item = &Value> {
        self.document["checks"].as_array().unwrap().iter()
    }

    /// All checks of a kind.
    fn all(&self, id: &str) -> Vec<&Value> {
        self.checks().filter(|check| check["id"] == id).collect()
    }

    /// The one check of a kind.
    #[track_caller]
    fn check(&self, id: &str) -> &Value {
        let all = self.all(id);
        assert_eq!(all.len(), 1, "{id}: {:#}", self.document);
        all[0]
    }

    /// Kinds of the checks that ended like this, in order.
    fn ids(&self, outcome: &str) -> Vec<&str> {
        self.checks()
            .filter(|check| check["outcome"] == outcome)
            .map(|check| check["id"].as_str().unwrap())
            .collect()
    }

    /// Fails unless exactly these checks failed.
    #[track_caller]
    fn expect_failed(&self, ids: &[&str]) {
        assert_eq!(self.ids("failed"), ids, "{:#}", self.document);
    }

    /// Fails unless the one check of this kind failed with this code, says this, and hints at that.
    #[track_caller]
    fn expect_failure(&self, id: &str, code: &str, seen: &str, hint: &str) {
        let check = self.check(id);
        assert_eq!(
            (&check["outcome"], &check["code"]),
            (&"failed".into(), &code.into()),
            "{check:#}"
        );
        expect_words(check, seen, hint);
    }

    /// The same for a warning.
    #[track_caller]
    fn expect_warning(&self, id: &str, code: &str, seen: &str, hint: &str) {
        let warnings: Vec<&Value> = self.all(id);
        let check = warnings
            .iter()
            .find(|check| check["outcome"] == "warning" && check["code"] == code)
            .unwrap_or_else(|| panic!("{id} does not warn of {code}: {:#}", self.document));
        expect_words(check, seen, hint);
    }
}

#[track_caller]
fn expect_words(check: &Value, seen: &str, hint: &str) {
    assert!(check["seen"].as_str().unwrap().contains(seen), "{seen}: {check:#}");
    assert!(check["hints"].to_string().contains(hint), "{hint}: {check:#}");
}

/// Nothing was changed: not the services, not the journal, not the working directory.
async fn assert_untouched(world: &World) {
    let after = world.state().await;
    let grants = after.grants(APP, world.username());
    assert_eq!(grants.len(), 1, "{grants:#?}");
    assert_eq!(grants[0]["live"], true);
    assert!(after.codes_seen().is_empty());
    assert_eq!(after.tripwire_hits(), 0);
    let changing: Vec<String> = after.0["requests"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|request| !is_harmless(request))
        .map(ToString::to_string)
        .collect();
    assert!(changing.is_empty(), "{changing:#?}");
    let left: Vec<String> = std::fs::read_dir(world.home.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| ["state", "runs", "journal"].contains(&name.as_str()))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

/// Whether a request changes nothing but a session: a reading, a question, a login, a page turned.
fn is_harmless(request: &Value) -> bool {
    const POSTS: &[&str] =
        &["/", "/services/oauth2/introspect", "/identity/app/connectedAppsUsage.apexp"];
    let (method, path) = (request["method"].as_str().unwrap(), request["path"].as_str().unwrap());
    method == "GET" || (method == "POST" && POSTS.contains(&path))
}
