//! What Connect REST says, read.

use proptest::prelude::*;

use super::{ConnectClient, ConnectError, RestClient};
use crate::failure::Failure;
use crate::http::testing::{Canned, quick_client, response};
use crate::secrets::Redactor;
use crate::testing::cases;

const VERSIONS: &str = r#"[{"version":"67.0"}]"#;
const USAGE: &str = "/services/data/v67.0/apps/oauth/usage";
const APP: &str =
    r#"{"developerName":"Our_App","identifier":"0xI000000000001AAA","label":"Our App"}"#;

fn client(server: &Canned, redactor: &Redactor) -> ConnectClient {
    let token = redactor.learn("sid", "00D1!session");
    let rest = RestClient::new(server.url("/"), token, quick_client(), redactor.clone());
    ConnectClient::new(rest, "Our App".to_owned())
}

fn page(name: &str, entries: &[String], next: &str) -> String {
    let entries = entries.join(",");
    response(
        200,
        &format!(r#"{{"{name}":[{entries}],"currentPageUrl":"x","nextPageUrl":"{next}"}}"#),
    )
}

fn token(id: &str) -> String {
    format!(
        r#"{{"accessTokenFormat":"Opaque","appIdentifier":"0xI000000000001","revocationUrl":"{USAGE}/tokens/{id}","useCount":7,"lastUsedAt":"2026-11-24T18:00:00.000Z","userIdentifier":"005000000000001AAA","username":"zoe"}}"#
    )
}

#[tokio::test]
async fn pages_are_read_until_one_is_empty_and_one_token_is_ended() {
    let next = |page: u8| format!("{USAGE}?page={page}&pageSize=100");
    let tokens = format!("{USAGE}/0xI000000000001AAA/005000000000001AAA/tokens");
    let unlabelled = r#"{"developerName":"Other","identifier":"0xI2","more":{}}"#.to_owned();
    let server = Canned::serve(vec![
        response(200, VERSIONS),
        page("apps", &[unlabelled], &next(1)),
        page("apps", &[APP.to_owned()], &next(2)),
        page("apps", &[], &next(3)),
        page("tokens", &[token("tokenIdentifierOne")], &format!("{tokens}?page=1")),
        // The same page again: nothing new, so it is the end.
        page("tokens", &[token("tokenIdentifierOne")], &format!("{tokens}?page=2")),
        response(204, ""),
    ])
    .await;
    let redactor = Redactor::new();
    let client = client(&server, &redactor);
    let grants = client.tokens("005000000000001AAA").await.unwrap();
    assert_eq!(grants.len(), 1);
    assert_eq!(grants[0].use_count, 7);
    assert!(grants[0].last_used.is_some());
    assert_eq!(redactor.redact("tokenIdentifierOne"), "«token identifier»");
    client.end(&grants[0].identifier).await.unwrap();
    let requests = server.requests();
    assert!(requests[3].starts_with(&format!("GET {USAGE}?page=2&pageSize=100 ")), "{requests:?}");
    assert!(requests[4].starts_with(&format!("GET {tokens}?page=0&pageSize=100 ")));
    assert!(requests[6].starts_with(&format!("DELETE {USAGE}/tokens/tokenIdentifierOne ")));
}

#[tokio::test]
async fn what_may_be_said_instead() {
    let refused = r#"[{"errorCode":"INSUFFICIENT_ACCESS","message":"no"}]"#;
    for (answers, code, is_no_witness) in [
        (vec![response(403, refused)], "salesforce.usage_not_permitted", true),
        (vec![response(404, "[]")], "salesforce.no_usage_api", true),
        (vec![response(401, "[]")], "salesforce.session_refused", true),
        (vec![page("apps", &[], "x")], "salesforce.app_not_listed", false),
        (vec![response(200, "{}")], "salesforce.unexpected_answer", false),
        (
            vec![
                page(
                    "apps",
                    &[APP.to_owned(), APP.replace("1AAA", "2AAA").replace("Our_App", "B")],
                    "",
                ),
                page("apps", &[], ""),
            ],
            "salesforce.several_apps",
            false,
        ),
        (
            vec![page("apps", &[APP.to_owned()], "https://evil.example/")],
            "salesforce.unexpected_answer",
            false,
        ),
    ] {
        let answers = [vec![response(200, VERSIONS)], answers].concat();
        let server = Canned::serve(answers).await;
        let error = client(&server, &Redactor::new()).tokens("005").await.unwrap_err();
        assert_eq!(error.is_no_witness(), is_no_witness, "{error}");
        assert_eq!(Failure::from(error).code, code);
    }
}

#[tokio::test]
async fn another_users_token_and_the_end_of_many_are_refused() {
    for other in [
        token("a").replace("005000000000001AAA", "005000000000002AAA"),
        token("a").replace("0xI000000000001", "0xI000000000002"),
        token("a").replace("/tokens/a", "/0xI000000000001/005000000000001/tokens"),
        token("a/b"),
        token(""),
    ] {
        let server = Canned::serve(vec![
            response(200, VERSIONS),
            page("apps", &[APP.to_owned()], ""),
            page("apps", &[], ""),
            page("tokens", std::slice::from_ref(&other), ""),
            page("tokens", &[], ""),
        ])
        .await;
        let error = client(&server, &Redactor::new()).tokens("005000000000001AAA").await;
        let Err(ConnectError::Salesforce(error)) = error else { panic!("{other}") };
        assert!(error.to_string().contains("not as expected"), "{error}");
    }
}

#[tokio::test]
async fn an_app_that_has_gone_with_its_last_token_has_none() {
    let next = format!("{USAGE}?page=1");
    let server = Canned::serve(vec![
        response(200, VERSIONS),
        page("apps", &[APP.to_owned()], &next),
        page("apps", &[], &next),
        response(404, "[]"),
        page("apps", &[], &next),
    ])
    .await;
    let grants = client(&server, &Redactor::new()).tokens("005").await.unwrap();
    assert!(grants.is_empty());
}

proptest! {
    // Each case is a dozen requests to a server of its own.
    #![proptest_config(ProptestConfig { cases: 24, ..cases() })]

    /// However a list is cut into pages, and whether or not pages come again, all of it is read once.
    #[test]
    fn every_entry_is_read_once(sizes in prop::collection::vec(1_usize..4, 0..5), again: bool) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let path = format!("{USAGE}/0xI000000000001AAA/005000000000001AAA/tokens");
            let mut answers = vec![
                response(200, VERSIONS),
                page("apps", &[APP.to_owned()], &format!("{USAGE}?page=1")),
                page("apps", &[], &format!("{USAGE}?page=2")),
            ];
            let (mut count, mut last) = (0, Vec::new());
            for (number, size) in sizes.iter().enumerate() {
                last = (count..count + size).map(|id| token(&format!("t{id}"))).collect();
                count += size;
                answers.push(page("tokens", &last, &format!("{path}?page={}", number + 1)));
            }
            let end = if again { last } else { Vec::new() };
            answers.push(page("tokens", &end, &format!("{path}?page=99")));
            let server = Canned::serve(answers).await;
            let read = client(&server, &Redactor::new()).tokens("005000000000001AAA").await.unwrap();
            assert_eq!(read.len(), count);
        });
    }
}
