//! What is taken for a code, and what is not.

use proptest::prelude::*;
use url::form_urlencoded;

use super::*;
use crate::testing::cases;

const CALLBACK: &str = "https://auth.cloudelements.io/oauth";

fn read(query: &str, state: &str) -> Result<String, &'static str> {
    let url = Url::parse(&format!("{CALLBACK}?{query}")).unwrap();
    let code = read_code(&Redactor::new(), &url, state);
    code.map(|code| code.expose().to_owned()).map_err(|failure| failure.code)
}

#[test]
fn one_code_for_our_state_is_taken_and_nothing_else() {
    for (query, code) in [
        ("code=aPrx9f.Q%3D%3D&state=s", Ok("aPrx9f.Q==")),
        ("state=s&code=a%2520b%2Bc", Ok("a%20b+c")),
        ("code=x&code=y&state=s", Err("salesforce.no_code")),
        ("code=x&c%6Fde=x&state=s", Err("salesforce.no_code")),
        ("code=&state=s", Err("salesforce.no_code")),
        ("state=s", Err("salesforce.no_code")),
        ("Code=x&state=s", Err("salesforce.no_code")),
        ("code=x", Err("salesforce.foreign_state")),
        ("code=x&state=", Err("salesforce.foreign_state")),
        ("code=x&state=S", Err("salesforce.foreign_state")),
        ("code=x&state=s&state=s", Err("salesforce.foreign_state")),
        ("code=x&state=s&state=t", Err("salesforce.foreign_state")),
    ] {
        assert_eq!(read(query, "s"), code.map(str::to_owned), "{query}");
    }
    assert_eq!(read("code=x", ""), Ok("x".to_owned()), "the platform used none");
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn any_code_is_decoded_once(
        code in prop_oneof!["[ -~]{1,40}", "\\PC{1,10}", "(%[0-9A-F]{2}|[+=&#?/]){1,10}"],
        state in "[ -~]{0,20}", plus in any::<bool>(),
    ) {
        let mut query: String =
            form_urlencoded::Serializer::new(String::new()).append_pair("code", &code).append_pair("state", &state).finish();
        if !plus {
            query = query.replace('+', "%20");
        }
        prop_assert_eq!(read(&query, &state), Ok(code.clone()));
        let other = format!("{state}x");
        prop_assert_eq!(read(&query, &other), Err("salesforce.foreign_state"));
        let two = format!("{query}&code=z");
        prop_assert_eq!(read(&two, &state), Err("salesforce.no_code"));
    }

    #[test]
    fn no_query_shows_its_code(query in "(code|state|error|[a-z]{1,4})?[=&%;+a-zA-Z0-9!]{0,60}", code in "[a-zA-Z0-9!.]{12,20}") {
        let redactor = Redactor::new();
        let url = Url::parse(&format!("{CALLBACK}?code={code}&{query}")).unwrap();
        if let Err(failure) = read_code(&redactor, &url, "state-of-ours") {
            prop_assert!(!failure.message.contains(&code), "{}", failure.message);
        }
        prop_assert!(!redactor.redact(url.as_str()).contains(&code));
    }
}
