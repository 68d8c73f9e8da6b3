//! `calls.har`: what other programs read.

use std::path::Path;

use serde_json::Value;

use crate::support::World;

/// Where schemas refer to one another.
const BASE: &str = "https://har.invalid/";

/// The schemas of npm's `har-schema`.
struct Schemas;

impl Schemas {
    fn read(name: &str) -> Value {
        let file = format!("node_modules/har-schema/lib/{name}");
        serde_json::from_str(&super::installed(&file)).unwrap()
    }
}

impl jsonschema::Retrieve for Schemas {
    fn retrieve(
        &self,
        uri: &jsonschema::Uri<String>,
    ) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
        let name = uri.as_str().trim_end_matches('#');
        Ok(Self::read(name.strip_prefix(BASE).ok_or("not one of theirs")?))
    }
}

fn validator() -> jsonschema::Validator {
    let root = Schemas::read("har.json");
    jsonschema::options().with_base_uri(BASE).with_retriever(Schemas).build(&root).unwrap()
}

/// A run folder's calls.
fn archive(folder: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(folder.join("calls.har")).unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_keeps_to_the_schema_and_has_every_call() {
    let world = World::with_faults(&["patch-answer-lost"]).await;
    let finished = world.reauth(&["run", "--revoke-via", "api"]).await.expect_code(0);
    let folder = finished.run_folder();
    let archive = archive(&folder);
    let validator = validator();
    let mistakes: Vec<String> = validator
        .iter_errors(&archive)
        .map(|error| format!("{} {error}", error.instance_path()))
        .collect();
    assert_eq!(mistakes, [""; 0]);

    // The log tells of each call as well.
    let log = std::fs::read_to_string(folder.join("log.jsonl")).unwrap();
    let logged: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .filter(|line: &Value| line["target"] == "reauth::http")
        .collect();
    let entries = archive["log"]["entries"].as_array().unwrap();
    let told = |entry: &Value| {
        let url = url::Url::parse(entry["request"]["url"].as_str().unwrap()).unwrap();
        (entry["request"]["method"].as_str().unwrap().to_owned(), url.path().to_owned())
    };
    let mut in_log: Vec<_> = logged
        .iter()
        .map(|line| {
            let field = |name: &str| line["fields"][name].as_str().unwrap().to_owned();
            (field("method"), field("path"))
        })
        .collect();
    let mut in_archive: Vec<_> = entries.iter().map(told).collect();
    in_log.sort();
    in_archive.sort();
    assert!(in_archive.len() > 15);
    assert_eq!(in_archive, in_log);

    let lost = entries.iter().find(|entry| entry["response"]["status"] == 0).unwrap();
    assert_eq!(lost["request"]["method"], "PATCH");
    assert!(!lost["_error"].as_str().unwrap().is_empty());
    let pages: Vec<&Value> =
        archive["log"]["pages"].as_array().unwrap().iter().map(|page| &page["id"]).collect();
    for entry in entries {
        assert!(pages.contains(&&entry["pageref"]), "{} is in no step", entry["request"]["url"]);
        assert!(["Salesforce", "Cloud Elements"].contains(&entry["_service"].as_str().unwrap()));
    }
    let token = entries.iter().find(|entry| told(entry).1.ends_with("/services/oauth2/introspect"));
    let text = token.unwrap()["request"]["postData"]["text"].as_str().unwrap();
    assert!(text.contains("token=") && text.contains("client_secret="), "{text}");
}

/// Each call is told in the step that made it, as the log's order shows: clocks differ by a hair.
#[tokio::test(flavor = "multi_thread")]
async fn each_call_is_of_its_step() {
    let world = World::with_faults(&["patch-refused-409"]).await;
    let finished = world.reauth(&["run", "--revoke-via", "api"]).await.expect_code(0);
    let folder = finished.run_folder();
    let archive = archive(&folder);
    let told: Vec<Option<&str>> = archive["log"]["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["pageref"].as_str())
        .collect();
    let (mut begun, mut running, mut made) = (0, None, Vec::new());
    for line in std::fs::read_to_string(folder.join("log.jsonl")).unwrap().lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let is_mark = line["target"] == "reauth::scenario::context";
        match line["fields"]["message"].as_str() {
            Some("begins") if is_mark => {
                begun += 1;
                running = Some(format!("step_{begun}"));
            }
            Some("ended") if is_mark => running = None,
            _ if line["target"] == "reauth::http" => made.push(running.clone()),
            _ => {}
        }
    }
    assert!(made.len() > 15, "{made:?}");
    assert_eq!(told.len(), made.len());
    for (index, (told, made)) in told.iter().zip(&made).enumerate() {
        // One that was made between two steps may be told in either.
        let Some(made) = made else { continue };
        assert_eq!(*told, Some(made.as_str()), "call {index}");
    }
}
