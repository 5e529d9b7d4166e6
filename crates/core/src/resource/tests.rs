use alloc::string::{String, ToString as _};
use proptest::prelude::*;

use super::*;

fn check(text: &str, expected: Result<&str, ResourceError>) {
    let parsed = Resource::parse(text);
    assert_eq!(parsed.as_ref().map(Resource::as_str), expected.as_ref().copied(), "{text:?}");
    assert_eq!(text.parse(), parsed, "FromStr: {text:?}");
    if let Ok(resource) = parsed {
        assert_eq!(Resource::parse(resource.as_str()), Ok(resource.clone()), "idempotent: {text:?}");
        assert_eq!(resource.to_string(), resource.as_str());
    }
}

/// Texts that are canonical already.
fn check_kept(texts: &[&str]) {
    for text in texts {
        check(text, Ok(text));
    }
}

fn check_refused(texts: &[&str], reason: ResourceError) {
    for text in texts {
        check(text, Err(reason));
    }
}

#[test]
fn what_is_folded() {
    check("HTTP://EXAMPLE.com/A?B", Ok("http://example.com/A?B"));
    check("https://example.com", Ok("https://example.com/"));
    check("https://example.com?q=1", Ok("https://example.com/?q=1"));
    check("https://example.com:443", Ok("https://example.com/"));
    check("https://example.com:443/p", Ok("https://example.com/p"));
    check("http://example.com:80?", Ok("http://example.com/?"));
    check("https://[2001:DB8::1]:443/", Ok("https://[2001:db8::1]/"));
    check("MCP://tool/Search", Ok("mcp://tool/Search"));
}

#[test]
fn this_machine_is_known_by_its_text() {
    let here = |text: &str| Resource::parse(text).map(|resource| resource.is_on_this_machine());
    for text in
        ["http://localhost:4020/", "https://LOCALHOST/x402", "http://127.0.0.1", "http://127.8.9.10:1/", "http://[0:0::1]:4020/"]
    {
        assert_eq!(here(text), Ok(true), "{text}");
    }
    for text in [
        "http://localhost.example/",
        "http://127.0.0.1.example/",
        "http://128.0.0.1/",
        "http://0.0.0.0/",
        "http://[::2]/",
        "http://[::ffff:127.0.0.1]/",
        "http://example.com/localhost",
        "http://example.com/?u=http://127.0.0.1",
        "mcp://tool/localhost",
    ] {
        assert_eq!(here(text), Ok(false), "{text}");
    }
}

#[test]
fn what_is_kept() {
    check_kept(&[
        "https://example.com/",
        "https://example.com:80/",
        "http://example.com:443/",
        "http://example.com:1/",
        "http://example.com:65535/",
        "http://localhost:4021/weather",
        "http://127.0.0.1:8080/",
        "http://[::1]/",
        "http://[0:0:0:0:0:0:0:1]/",
        "http://[::ffff:192.0.2.1]/",
        "https://xn--bcher-kva.example/",
        "https://1.example/",
        "https://0x7f.example/",
        "https://a-.-b/",
        "https://example.com/~a/b;c=1,2/(x)!*'$&+=:@[]",
        "https://example.com/p?u=https://x/?y=%23&z=@:[]",
        "https://example.com/??",
        "mcp://tool/get_weather-v1.2~x",
        "mcp://tool/...",
    ]);
}

#[test]
fn row_112_queries_are_kept_byte_for_byte() {
    check_kept(&[
        "https://e.com/p?a=1&b=2",
        "https://e.com/p?b=2&a=1",
        "https://e.com/p?a=1&a=1&b=2",
        "https://e.com/p?a=x+y",
        "https://e.com/p?a=x%20y",
        "https://e.com/p?",
        "https://e.com/p?a",
        "https://e.com/p?a=",
        "https://e.com/p?a=/../..",
        "https://e.com/p?%2e%2E",
    ]);
}

#[test]
fn row_113_variants_of_a_path_are_different_resources() {
    check_kept(&[
        "https://e.com/p",
        "https://e.com//p",
        "https://e.com/p/",
        "https://e.com/p//",
        "https://e.com/P",
        "https://e.com/p;x",
        "https://e.com/%70",
        "https://e.com/a%2Fp",
        "https://e.com/a%2fp",
        "https://e.com/p%c0",
        "https://e.com/%2570",
        "https://e.com/p%00",
        "https://e.com/p%5c",
        "https://e.com/...",
        "https://e.com/.p",
        "https://e.com/p..",
        "https://e.com/%2e%2e%2e",
        "https://e.com/..%2fp",
        "https://e.com/%252e",
    ]);
}

#[test]
fn row_113_dot_segments() {
    check_refused(
        &[
            "https://e.com/.",
            "https://e.com/..",
            "https://e.com/./p",
            "https://e.com/p/.",
            "https://e.com/a/../p",
            "https://e.com/a/..?q",
            "https://e.com/%2e/p",
            "https://e.com/%2E%2e",
            "https://e.com/.%2E/p",
            "https://e.com/%2e./p",
        ],
        ResourceError::DotSegment,
    );
}

#[test]
fn row_113_malformed_escapes() {
    check_refused(
        &[
            "https://e.com/p%",
            "https://e.com/p%c",
            "https://e.com/%zz",
            "https://e.com/%%30",
            "https://e.com/p?%g0",
            "https://e.com?%",
        ],
        ResourceError::Escape,
    );
}

#[test]
fn bytes_that_no_url_holds() {
    for byte in (0..=0x20).chain("\"<>\\^`{|}\x7f".bytes()) {
        let text = std::format!("https://e.com/p{}", char::from(byte));
        check(&text, Err(ResourceError::Symbol));
    }
    check_refused(
        &[" https://e.com/", "https://e.com/ ", "https://b\u{fc}cher.example/", "https://e.com/\u{200b}", "https://e.com\u{ff0f}p"],
        ResourceError::Symbol,
    );
}

#[test]
fn fragments() {
    check_refused(&["https://e.com/#", "https://e.com/p?q#f", "https://e.com#", "#"], ResourceError::Fragment);
}

#[test]
fn schemes() {
    check_refused(
        &[
            "",
            "/p",
            "//e.com/p",
            "e.com/p",
            "ftp://e.com/",
            "file:///p",
            "https:/e.com",
            "https:e.com",
            "mcp:tool/x",
            "javascript:1",
            "://e",
        ],
        ResourceError::Scheme,
    );
    check("httpss://e.com/", Err(ResourceError::Scheme));
    check("x:https://e.com/", Err(ResourceError::Scheme));
}

#[test]
fn tools() {
    check_refused(
        &[
            "mcp://tool",
            "mcp://tool/",
            "mcp://TOOL/x",
            "mcp://tools/x",
            "mcp://server/x",
            "mcp://tool/a/b",
            "mcp://tool/a%20b",
            "mcp://tool/a?b",
            "mcp://tool//a",
            "mcp://tool:1/a",
            "mcp://tool/.",
            "mcp://tool/..",
            "mcp://",
        ],
        ResourceError::Tool,
    );
}

#[test]
fn users() {
    check_refused(
        &["https://u@e.com/", "https://u:p@e.com/", "https://@e.com/", "https://e.com@evil.example"],
        ResourceError::UserInfo,
    );
    check("https://e.com/@u", Ok("https://e.com/@u"));
}

#[test]
fn hosts() {
    check_refused(
        &[
            "https://",
            "https:///p",
            "https://?q",
            "https://:80/",
            "https://e.com./",
            "https://.e.com/",
            "https://e..com/",
            "https://./",
            "https://e_x.com/",
            "https://e%2ecom/",
            "https://e,com/",
            "https://*.e.com/",
            "https://[]/",
            "https://[::1/",
            "https://::1/",
            "https://[::1%25eth0]/",
            "https://[::g]/",
            "https://[127.0.0.1]/",
            "https://[[::1]]/",
            "https://e.com]/",
        ],
        ResourceError::Host,
    );
}

#[test]
fn hosts_that_some_read_as_addresses() {
    check_refused(
        &[
            "http://127.1/",
            "http://2130706433/",
            "http://0x7f000001/",
            "http://0X7F.1/",
            "http://127.0.0.0x1/",
            "http://a.0x/",
            "http://127.0.0.01/",
            "http://256.0.0.1/",
            "http://1.2.3.4.5/",
            "http://e.1/",
        ],
        ResourceError::Host,
    );
}

#[test]
fn ports() {
    check_refused(
        &[
            "http://e.com:/",
            "http://e.com:0/",
            "http://e.com:080/",
            "http://e.com:65536/",
            "http://e.com:+80/",
            "http://e.com:8o/",
            "http://e.com:99999999999999999999/",
            "http://e.com:80:80/",
            "http://[::1]80/",
            "http://[::1]:/",
            "http://e.com:-1",
        ],
        ResourceError::Port,
    );
}

#[test]
fn lengths() {
    let longest = std::format!("https://e.com/{}", "p".repeat(2048 - 14));
    check(&longest, Ok(&longest));
    check(&std::format!("{longest}p"), Err(ResourceError::TooLong));
    // The text fits, its canonical form with the slash does not.
    let no_path = std::format!("https://e.com?{}", "q".repeat(2048 - 14));
    check(&no_path, Err(ResourceError::TooLong));
    // The canonical form would fit.
    check(&longest.replace("/p", ":443/p"), Err(ResourceError::TooLong));
}

#[test]
fn origins() {
    let origin = |text: &str| Resource::parse(text).map(|resource| String::from(resource.origin()));
    assert_eq!(origin("HTTPS://E.com:443/p?q"), Ok("https://e.com".into()));
    assert_eq!(origin("http://e.com:8080?q"), Ok("http://e.com:8080".into()));
    assert_eq!(origin("http://[::1]:8080/"), Ok("http://[::1]:8080".into()));
    assert_eq!(origin("mcp://tool/x"), Ok("mcp://tool".into()));
}

#[test]
fn debug_leaves_the_query_out() {
    let debug = |text: &str| std::format!("{:?}", Resource::parse(text).unwrap());
    assert_eq!(debug("https://e.com/p?key=secret"), "Resource(https://e.com/p?..)");
    assert_eq!(debug("https://e.com/p"), "Resource(https://e.com/p)");
}

/// Most of these texts are resources, and all are nearly so.
const NEARLY: &str = "(?i:https?)://([a-zA-Z0-9-]{1,8}(\\.[a-zA-Z0-9-]{1,8}){0,2}|\\[::[0-9A-F]{1,4}\\])(:[0-9]{1,5})?\
    (/([a-z.~;@:!-]|%2[eEfF0]){0,6}){0,4}(\\?[a-z=&+/?.-]{0,10})?";

/// Paths and queries that often collide, some with a broken escape.
const TARGET: &str = "(/[ab]{0,2}(%2[fF]|%)?){1,3}(\\?[ab=&+]{0,4})?";

proptest! {
    #[test]
    fn canonical_text_is_its_own_canonical_form(text in NEARLY) {
        if let Ok(resource) = Resource::parse(&text) {
            prop_assert_eq!(Resource::parse(resource.as_str()), Ok(resource.clone()));
            prop_assert!(resource.as_str().starts_with(resource.origin()));
            prop_assert!(resource.as_str()[resource.origin().len()..].starts_with('/'));
        }
    }

    #[test]
    fn path_and_query_decide(host in "[a-z]{1,8}", left in TARGET, right in TARGET) {
        let parse = |target: &str| Resource::parse(&std::format!("https://{host}{target}"));
        if let (Ok(a), Ok(b)) = (parse(&left), parse(&right)) {
            prop_assert_eq!(a == b, left == right);
            prop_assert!(a.as_str().ends_with(&left));
        }
    }

    #[test]
    fn case_and_default_port_do_not(host in "[a-z]{1,8}(\\.[a-z]{1,8}){0,2}", target in "(/[a-z]{0,3}){0,3}") {
        let canonical = Resource::parse(&std::format!("https://{host}{target}")).unwrap();
        for text in [std::format!("HTTPS://{}{target}", host.to_uppercase()), std::format!("https://{host}:443{target}")] {
            prop_assert_eq!(Resource::parse(&text), Ok(canonical.clone()));
        }
    }

    #[test]
    fn no_text_panics(text in ".{0,60}", tail in "[\\x20-\\x7e]{0,40}") {
        for text in [std::format!("https://{tail}"), std::format!("http://e.com/{tail}"), std::format!("mcp://tool/{tail}"), text] {
            let _ = Resource::parse(&text);
        }
    }
}
