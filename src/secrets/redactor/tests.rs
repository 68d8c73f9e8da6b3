mod properties;

use std::io::Write as _;

use super::*;

#[test]
fn longest_secret_wins() {
    let redactor = Redactor::new();
    redactor.learn("short", "abcdefgh");
    redactor.learn("long", "abcdefghijkl");
    assert_eq!(redactor.redact("x abcdefghijkl y"), "x «long» y");
}

#[test]
fn a_short_secret_is_redacted_by_field_only() {
    let redactor = Redactor::new();
    redactor.learn("password", "qa");
    assert_eq!(redactor.redact("acme--qa"), "acme--qa");
    let shown = redactor.redact_json(&serde_json::json!({"password": "qa", "name": "qa"}));
    assert_eq!(shown, serde_json::json!({"password": "«redacted»", "name": "qa"}));
}

#[test]
fn a_key_is_found_however_its_bytes_are_written() {
    let redactor = Redactor::new();
    let bytes: Vec<u8> = (0..100_u8).map(|byte| byte.wrapping_mul(37) ^ 0xA5).collect();
    let key = redactor.learn_key("passkey", &URL_SAFE_NO_PAD.encode(&bytes));
    assert_eq!(key.expose(), URL_SAFE_NO_PAD.encode(&bytes));
    let standard = STANDARD.encode(&bytes);
    let hexadecimal: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let forms = [key.expose(), &URL_SAFE.encode(&bytes), &standard, &hexadecimal];
    for form in forms {
        assert_eq!(redactor.redact(&format!("<{form}>")), "<«passkey»>", "{form}");
    }
    let pem = format!("{}\n{}\n{}", &standard[..64], &standard[64..128], &standard[128..]);
    assert_eq!(redactor.redact(&pem), "«passkey»\n«passkey»\n«passkey»");
}

#[test]
fn a_code_is_found_where_it_is_a_number_of_its_own() {
    let redactor = Redactor::new();
    redactor.learn_code("code", "120045");
    for (text, redacted) in [
        ("120045", "«code»"),
        ("\"120045\", Tc=120045&x", "\"«code»\", Tc=«code»&x"),
        ("G-120045.", "G-«code»."),
        ("?q=a%20120045", "?q=a%20«code»"),
        ("1120045 1200456 21200459", "1120045 1200456 21200459"),
        ("basic MTIwMDQ1", "basic «code»"),
    ] {
        assert_eq!(redactor.redact(text), redacted, "{text}");
    }
}

#[test]
fn a_secret_split_over_writes_is_found() {
    let redactor = Redactor::new();
    redactor.learn("token", "00D!secret-value");
    let mut out = Vec::new();
    {
        let mut writer = RedactingWriter::new(redactor, &mut out);
        writer.write_all(b"before 00D!sec").unwrap();
        writer.write_all(b"ret-value after\n").unwrap();
    }
    assert_eq!(String::from_utf8(out).unwrap(), "before «token» after\n");
}

#[test]
fn a_number_in_json_is_found() {
    let redactor = Redactor::new();
    redactor.learn("password", "1234567890");
    redactor.learn_code("code", "482913");
    let value = serde_json::json!({"typed": 1_234_567_890_u64, "sms": 482_913, "at": 1_482_913});
    let shown = serde_json::json!({"typed": "«password»", "sms": "«code»", "at": 1_482_913});
    assert_eq!(redactor.redact_json(&value), shown);
}

#[test]
fn what_is_a_secret_by_its_name_is_hidden_whatever_it_holds() {
    let value = serde_json::json!({
        "Set-Cookie": ["sid=short", "a=b"], "queue.password": "hunter2", "apiPassword": 1234,
        "token": {"value": "x"}, "deep": [{"clientSecret": "s"}], "refreshToken": "",
        "hasToken": true, "token_type": "Bearer", "error": {"code": "salesforce.app_blocked"},
        "status": {"code": 404}, "callback": {"code": "aPrx9"},
    });
    let shown = serde_json::json!({
        "Set-Cookie": ["«redacted»", "«redacted»"], "queue.password": "«redacted»",
        "apiPassword": "«redacted»", "token": "«redacted»", "deep": [{"clientSecret": "«redacted»"}],
        "refreshToken": "", "hasToken": true, "token_type": "Bearer",
        "error": {"code": "salesforce.app_blocked"}, "status": {"code": 404},
        "callback": {"code": "«redacted»"},
    });
    assert_eq!(Redactor::new().redact_json(&value), shown);
}

#[test]
fn a_code_within_a_longer_number_hides_no_other_secret() {
    let redactor = Redactor::new();
    redactor.learn_code("code", "482913");
    redactor.learn("password", "2913abcdefgh");
    assert_eq!(redactor.redact("1482913abcdefgh"), "148«password»");
}

#[test]
fn a_password_that_is_in_its_own_name_is_replaced_once() {
    let redactor = Redactor::new();
    redactor.learn("salesforce.password", "password");
    let once = redactor.redact("typed password").into_owned();
    assert_eq!(once, "typed «salesforce.password»");
    assert_eq!(redactor.redact(&once), once);
    assert_eq!(redactor.redact("«password»"), "««salesforce.password»»", "no label of ours");
}

#[test]
fn a_code_that_becomes_a_secret_is_found_inside_of_numbers_too() {
    let redactor = Redactor::new();
    redactor.learn_code("code", "12345678");
    redactor.learn("password", "12345678");
    assert_eq!(redactor.redact("9123456789"), "9«code»9");
}

#[test]
fn an_empty_code_is_no_secret() {
    let redactor = Redactor::new();
    redactor.learn_code("code", "");
    assert_eq!(redactor.redact("x 1"), "x 1");
}

#[test]
fn the_lines_of_a_secret_are_found_one_by_one() {
    let redactor = Redactor::new();
    let pem = "-----BEGIN\nMIIEvQIBADANBg\nkqhkiG9w0BAQEF\n";
    redactor.learn("key", pem);
    let mut out = Vec::new();
    write!(RedactingWriter::new(redactor, &mut out), "{pem}").unwrap();
    assert_eq!(String::from_utf8(out).unwrap(), "«key»\n«key»\n«key»\n");
}

#[test]
fn more_secrets_than_can_be_searched_for_are_withheld_with_the_text() {
    let redactor = Redactor::new();
    for number in 0..20_000 {
        redactor.learn("token", format!("{number:08}abcdefghijklmnopqrstuvwx"));
    }
    assert_eq!(redactor.redact("anything"), WITHHELD);
    assert_eq!(redactor.redact_json(&serde_json::json!([7])), serde_json::json!([WITHHELD]));
}

#[test]
fn a_huge_secret_costs_no_more_than_a_small_one() {
    let redactor = Redactor::new();
    let huge = "0123456789abcdef".repeat(512 * 1024);
    redactor.learn("token", huge.as_str());
    assert!(redactor.0.read().unwrap().anchors < 1024);
    assert_eq!(redactor.redact(&format!("<{huge}>")), "<«token»>");
}
