use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use proptest::prelude::*;
use quittance_core::Resource;

use super::*;

#[test]
fn row_221_what_moves_a_cursor_or_turns_letters_is_escaped() {
    let check = |text: &str, expected: &str| assert_eq!(escape(text, 40).to_string(), expected, "{text:?}");
    check("plain text, \u{e9}\u{4e2d}", "plain text, \u{e9}\u{4e2d}");
    check("a\nb\r\tc", r"a\nb\r\tc");
    check("\u{1b}[31mred", r"\u{1b}[31mred");
    check("\0\u{7f}\u{9b}", r"\u{0}\u{7f}\u{9b}");
    check("\u{202e}evil\u{2066}", r"\u{202e}evil\u{2066}");
    check("a\u{200b}b\u{feff}\u{2028}\u{e0041}", r"a\u{200b}b\u{feff}\u{2028}\u{e0041}");
    check(r"\n", r"\\n");
    check(&"x".repeat(45), &std::format!("{}[+5 bytes]", "x".repeat(40)));
    assert_eq!(std::format!("{:?}", escape("a\n", 9)), r"Escaped(a\n)");
}

#[test]
fn row_207_redaction_says_what_stood_there() {
    let check = |text: &str, through: &[Sensitive], expected: &str| assert_eq!(redact(text, through), expected, "{text}");
    check("nothing here", &[], "nothing here");
    check("bob@example.com, +49 171 2345678!", &[], "[email], [phone]!");
    check("bob@example.com, +49 171 2345678!", &[Sensitive::Phone], "[email], +49 171 2345678!");
    check("phone: +49 171 2345678, or write", &[], "phone: [personal_parameter], or write");
    let phrase = "legal winner thank year wave sausage worth useful legal winner thank yellow";
    check(&std::format!("mnemonic: {phrase}."), &[], "mnemonic: [secret_parameter].");
    check("password=hunter2&page=2", &[], "password=[secret_parameter]&page=2");
    check("Authorization: Bearer 7f3c9a1e5b2d4c6f", &[], "Authorization: Bearer [credentials]");
    let names = Sensitive::ALL.iter().map(|kind| redact(&std::format!("[{kind}]"), &[])).collect::<String>();
    assert!(Sensitive::ALL.iter().all(|kind| names.contains(kind.name()) && Sensitive::parse(kind.name()) == Some(*kind)));
    assert_eq!(Sensitive::parse("Email"), None);
}

/// What is found in path and query, and what a log shows.
fn check_url(url: &str, path: &[Sensitive], query: &[Sensitive], shown: &str) {
    let resource = Resource::parse(url).unwrap();
    assert_eq!((find_in_path(&resource).as_slice(), find_in_query(&resource).as_slice()), (path, query), "{url}");
    assert_eq!(redact_url(&resource, &[]), shown, "{url}");
}

#[test]
fn row_207_a_url_is_read_as_its_server_reads_it() {
    use Sensitive::*;
    check_url("https://a.example/report/42?page=2&flag", &[], &[], "https://a.example/report/42?page=2&flag");
    check_url("https://a.example/p/bob%40b.example", &[Email], &[], "https://a.example/p/[email]");
    check_url("https://a.example/p/bob%2540b.example", &[Email], &[], "https://a.example/p/[email]");
    check_url("https://a.example/?q=call+%2B49+171+2345678", &[], &[Phone], "https://a.example/?q=call%20[phone]");
    check_url("https://a.example/?card=4111+1111+1111+1111", &[], &[Card], "https://a.example/?card=[card]");
    check_url("https://a.example/?Pass%77ord=x", &[], &[SecretParameter], "https://a.example/?Password=[secret_parameter]");
    check_url(
        "https://a.example/?user%5Bemail%5D=x",
        &[],
        &[PersonalParameter],
        "https://a.example/?user[email]=[personal_parameter]",
    );
    check_url("https://a.example/?bob@b.example", &[], &[Email], "https://a.example/?[email]");
    check_url(
        "https://a.example/?to=https://b.example/%3Fapi_key%3Dx",
        &[],
        &[SecretParameter],
        "https://a.example/?to=https://b.example/?api_key=[secret_parameter]",
    );
    check_url("https://a.example/?a=%0a%1b", &[], &[], "https://a.example/?a=%0A%1B");
    check_url("https://a.example/?api_key=", &[], &[], "https://a.example/?api_key=");
    check_url("mcp://tool/search", &[], &[], "mcp://tool/search");
}

proptest! {
    #[test]
    fn row_207_no_text_panics_and_findings_lie_between_characters(text in ".{0,200}") {
        let findings = find(&text);
        let mut passed = 0;
        for finding in &findings {
            prop_assert!(finding.range.start >= passed && finding.range.end > finding.range.start);
            prop_assert!(text.get(finding.range.clone()).is_some(), "{finding:?}");
            passed = finding.range.end;
        }
        let _ = redact(&text, &[]);
    }

    #[test]
    fn row_207_what_was_redacted_is_not_found_again(words in proptest::collection::vec(
        prop_oneof!["[a-z]{1,8}", Just("bob@example.com".to_string()), Just("4111 1111 1111 1111".to_string()),
            Just("password=hunter2".to_string()), Just("203.0.113.7".to_string()), Just("DE89370400440532013000".to_string())], 0..8)) {
        let text = words.join(", ");
        let redacted = redact(&text, &[]);
        for secret in ["bob@example.com", "4111 1111", "hunter2", "203.0.113.7", "DE89"] {
            prop_assert!(!redacted.contains(secret), "{redacted}");
        }
        let again = find(&redacted).into_iter().map(|finding| redacted[finding.range].to_string()).collect::<Vec<_>>();
        prop_assert!(again.iter().all(|text| text.starts_with('[')), "{again:?}");
    }

    #[test]
    fn row_221_what_is_shown_is_one_line_of_bounded_length(text in any::<String>(), longest in 0_usize..50) {
        let shown = escape(&text, longest).to_string();
        prop_assert!(shown.chars().all(|letter| !letter.is_control()));
        prop_assert!(shown.chars().count() <= longest * 10 + 30);
    }

    #[test]
    fn row_207_a_url_is_shown_in_ascii_without_spaces(target in "[!$-;=?-Z_a-z~]{0,80}") {
        let Ok(resource) = Resource::parse(&std::format!("https://a.example/{target}")) else { return Ok(()) };
        prop_assert!(redact_url(&resource, &[]).bytes().all(|byte| byte.is_ascii_graphic()));
        let found = find_in_path(&resource).len() + find_in_query(&resource).len();
        prop_assert!(found == 0 || redact_url(&resource, &[]).contains('['));
    }
}
