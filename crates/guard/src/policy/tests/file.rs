//! What a file may say.

use alloc::collections::BTreeSet;

use quittance_core::Denial;

use super::*;
use crate::policy::file::{FILE, RESOURCE, TEXT};

const EXAMPLE: &str = include_str!("../../../examples/policy.toml");

/// The error of a text, as a person reads it.
fn fails(text: &str, reason: PolicyReason, expected: &str) {
    let error = Policy::from_toml(text).expect_err(text);
    assert_eq!((error.reason(), error.to_string().as_str()), (reason, expected), "{text}");
    fails_as_json(text, reason);
}

/// The same tables in JSON are refused for the same reason.
fn fails_as_json(text: &str, reason: PolicyReason) {
    if let Ok(tables) = source::toml(text) {
        let json = source::write(&tables);
        let error = Policy::from_json(&json).expect_err(&json);
        assert_eq!((error.reason(), error.line(), error.column()), (reason, 1, 1), "{json}: {error}");
    }
}

/// The error of one more line behind the policy of the tests, without its place.
fn line_fails(line: &str, reason: PolicyReason, expected: &str) {
    let error = Policy::from_toml(&format!("{BASE}{line}")).expect_err(line);
    assert_eq!(error.reason(), reason, "{line}: {error}");
    assert_eq!(error.to_string().split_once(": ").unwrap().1, expected, "{line}");
    assert!(error.line() >= 5, "{line}: {error}");
    fails_as_json(&format!("{BASE}{line}"), reason);
}

#[test]
fn row_216_no_policy_denies_everything() {
    let scene = Scene::new([offer("$0.01")]);
    check(&Policy::default(), &scene, "no_policy");
    assert_eq!(scene.denied(&Policy::default()).to_string(), "no_policy: there is no policy");
    assert_eq!(Policy::default().fingerprint(), None);
    for text in ["", "\n\n", "# nothing but a comment\n", "per_payment = ", "pirce = 1", "per_payment = \"$1\""] {
        let error = Policy::from_toml(text).expect_err(text);
        let denied = scene.denied(&Policy::from(error.clone()));
        assert_eq!(denied.denial(), Denial::NoPolicy, "{text}");
        assert!(denied.words().ends_with(&error.to_string()), "it says where: {denied}");
    }
}

#[test]
fn row_216_an_unusable_file_says_where() {
    use PolicyReason::*;
    fails("", Empty, "1:1: the policy is empty, which allows nothing");
    fails("per_payment = \"$1\"\nnetworks = [\"base\"", Syntax, "2:19: not TOML: unclosed array, expected `]`");
    let text = format!("{BASE}\n[[resource]]\nurl = \"https://a.example/*\"\n  pirce = \"$1\"\n");
    fails(&text, UnknownKey, "8:3: unknown key `pirce` in [[resource]]; did you mean `price`?");
    fails("per_paymnet = \"$1\"", UnknownKey, "1:1: unknown key `per_paymnet`; did you mean `per_payment`?");
    fails("a = 1\nfrobnicate = 1\nzzz = 1", UnknownKey, "1:1: unknown key `a`");
    fails("\"\\u001b[31m\" = 1", UnknownKey, "1:1: unknown key `\\u{1b}[31m`");
    fails(
        "networks = [\"base\"]\nper_payment = \"$1\"",
        MissingKey,
        "1:1: neither `origins` nor a [[resource]]: nothing could be bought anywhere",
    );
    fails("per_payment = \"$1\"", MissingKey, "1:1: key `networks` is missing");
    fails("networks = [\"base\"]", MissingKey, "1:1: key `per_payment` is missing");
    fails(&format!("{BASE}per_day = \"$1\"\nper_day = \"$2\""), Syntax, "6:1: not TOML: duplicate key");
    fails(&"#".repeat(300_000), Size, "1:1: a policy has at most 262144 bytes");
    line_fails("[[resource]]\nprice = \"$1\"", MissingKey, "key `url` is missing in [[resource]]");
    line_fails("[text]\nurll = \"redact\"", UnknownKey, "unknown key `urll` in [text]; did you mean `url`?");
    line_fails("\u{e9}\u{e9} = 1", Syntax, "not TOML: invalid unquoted key, expected letters, numbers, `-`, `_`");
}

#[test]
fn row_219_money_is_text() {
    use PolicyReason::*;
    line_fails("per_day = 4.02", Type, "`per_day`: expected text in quotes, found a float");
    line_fails("per_day = 5", Type, "`per_day`: expected text in quotes, found an integer");
    line_fails("per_day = [\"$1\", 2]", Type, "`per_day`: expected text in quotes, found an integer");
    line_fails("per_day = \"1e3\"", Money, "`per_day`: `1e3`: a price has no exponent");
    line_fails("per_day = \"-1\"", Money, "`per_day`: `-1`: a price has no sign");
    line_fails(
        "per_day = \"\u{20ac}1\"",
        Money,
        "`per_day`: `\u{20ac}1`: a price is written in the digits 0 to 9 with at most one point",
    );
    let scene = Scene::new([offer("$4.02")]);
    let exact = |cap| Policy::from_toml(&BASE.replace("$0.05", cap)).unwrap();
    check(&exact("$4.02"), &scene, "allow 4020000");
    check(&exact("$4.019999"), &scene, "above_per_payment");
}

#[test]
fn row_212_a_limit_is_exact_in_every_token_or_an_error() {
    use PolicyReason::*;
    line_fails(
        "per_day = \"$0.0000001\"",
        Money,
        "`per_day`: `$0.0000001` in USDC on eip155:8453: the price has more decimals than the asset",
    );
    line_fails("per_day = \"1 EURC\"", Money, "`per_day`: `1 EURC` is in none of the tokens of this policy");
    line_fails("per_day = [\"$1\", \"$2\"]", List, "`per_day`: there are two of the same token");
    line_fails("per_day = [\"$1\", \"2 USDC\"]", List, "`per_day`: dollars and USDC are the same here: say one of them");
    line_fails(
        "per_day = \"115792089237316195423570985008687907853269984665640564039457584007913129639936\"",
        Money,
        "`per_day`: `1157920892373161954235709850086879078532[+38 bytes]`: the price is larger than any amount",
    );
    let text = "networks = [\"celo\"]\norigins = [\"https://a.example\"]\nassets = [\"USDC\", \"USDT\"]\nper_payment = ";
    fails(
        &format!("{text}\"$1\""),
        Money,
        "4:15: `per_payment`: says nothing about USDT on eip155:42220: add one such as \"0.05 USDT\"",
    );
    assert!(Policy::from_toml(&format!("{text}[\"$1\", \"0.5 USDT\"]")).is_ok());
    let text = "networks = [\"base\", \"megaeth\"]\norigins = [\"https://a.example\"]\nper_payment = \"$1\"";
    let policy = Policy::from_toml(text).unwrap();
    let State::Present(rules) = policy.0 else { panic!("it was read") };
    let caps: Vec<_> = rules.limits.assets.iter().map(|asset| asset.per_payment.to_string()).collect();
    assert_eq!(caps, ["1000000", "1000000000000000000"]);
}

#[test]
fn row_195_networks_and_tokens_are_the_registrys() {
    use PolicyReason::*;
    let with = |networks: &str, more: &str| {
        format!("networks = [{networks}]\nper_payment = \"$1\"\norigins = [\"https://a.example\"]\n{more}")
    };
    fails(&with("\"bse\"", ""), Network, "1:13: `networks`: the registry has no network `bse`");
    fails(&with("\"eip155:*\"", ""), Network, "1:13: `networks`: the registry has no network `eip155:*`");
    fails(
        &with("\"story\"", ""),
        Network,
        "1:13: `networks`: `story` means different networks to different people: write namespace:reference",
    );
    fails(
        &with("\"xrpl-evm\"", ""),
        Network,
        "1:12: `networks`: eip155:1440000 has none of the tokens that this policy could pay in",
    );
    fails(&with("\"base\", \"eip155:8453\"", ""), List, "1:21: `networks`: `eip155:8453` stands there twice");
    fails(&with("", ""), List, "1:12: `networks`: the list is empty: leave the key out, or name something");
    fails(&with("\"base\"", "assets = [\"DAI\"]"), Asset, "4:11: `assets`: the registry has no `DAI` on these networks");
    fails(
        &with("\"base\"", "assets = [\"eip155:1/0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48\"]"),
        Asset,
        "4:11: `assets`: the registry has no `eip155:1/0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48` on these networks",
    );
    fails(
        &with("\"base\", \"stable\"", "assets = [\"USDC\"]"),
        Network,
        "1:12: `networks`: eip155:988 has none of the tokens that this policy could pay in",
    );
    for good in ["usdc", "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913", "eip155:8453/0x833589fcd6edb6e08f4c7c32d4f71b54bda02913"] {
        assert!(Policy::from_toml(&with("\"base\"", &format!("assets = [\"{good}\"]"))).is_ok(), "{good}");
    }
    for good in ["arc-testnet", "arbitrum-one", "solana", "solana-devnet", "eip155:5042002", "op-mainnet"] {
        assert!(Policy::from_toml(&with(&format!("\"{good}\""), "")).is_ok(), "{good}");
    }
}

#[test]
fn a_network_has_no_name_that_another_one_has() {
    let mut names = BTreeSet::new();
    for info in networks() {
        let plain = info.name.to_ascii_lowercase().replace(' ', "-");
        assert!(info.v1_name == Some(plain.as_str()) || names.insert(plain.clone()), "{plain}");
        assert!(info.v1_name.is_none_or(|name| names.insert(name.into())), "{plain}");
    }
}

#[test]
fn row_215_origins_and_patterns_go_through_one_parser() {
    use PolicyReason::*;
    let origin = |text: &str, expected: &str| {
        let text = BASE.replace("https://api.example.com", text);
        let error = Policy::from_toml(&text).expect_err(&text);
        assert_eq!((error.reason(), error.to_string().as_str()), (Origin, format!("4:12: `origins`: {expected}").as_str()));
    };
    origin("api.example.com", "`api.example.com`: a resource is an http, https or mcp URL");
    origin("https://user@api.example.com", "`https://user@api.example.com`: a resource names no user");
    origin(
        "https://api.example.com.",
        "`https://api.example.com.`: a host is a name, four decimal numbers, or an IPv6 address in brackets",
    );
    origin(
        "https://*.example.com",
        "`https://*.example.com`: a host is a name, four decimal numbers, or an IPv6 address in brackets",
    );
    origin("https://api.example.com/v1", "an origin ends after host and port; a [[resource]] names a part of one");
    origin("https://api.example.com?", "an origin ends after host and port; a [[resource]] names a part of one");
    origin("http://api.example.com", "plain http to another machine is never allowed");
    origin("http://localhost:4021", "plain http to this machine needs `allow_http = true`");
    let pattern =
        |text: &str, expected: &str| line_fails(&format!("[[resource]]\nurl = \"{text}\""), Origin, &format!("`url`: {expected}"));
    pattern("/v1/report", "`/v1/report`: a resource is an http, https or mcp URL");
    pattern("https://a.example/v1/%2e%2e/x", "`https://a.example/v1/%2e%2e/x`: a path has no . or .. segment");
    pattern("https://a.example/v1/rep*", "`*` stands for a whole segment, and `**` for all that follows, at the end");
    pattern("https://a.example/**/x", "`*` stands for a whole segment, and `**` for all that follows, at the end");
    pattern("https://a.example/x?y=*", "a pattern has no query: it is about the path, whatever the query");
    pattern("http://a.example/*", "plain http to another machine is never allowed");
    line_fails("origins = []", Syntax, "not TOML: duplicate key");
}

#[test]
fn words_times_and_accounts_are_read_strictly() {
    use PolicyReason::*;
    line_fails("schemes = [\"exct\"]", Word, "`schemes`: `exct` is not known here; did you mean exact?");
    line_fails("schemes = [\"deferred\"]", Word, "`schemes`: `deferred` is not known here; did you mean exact, upto?");
    line_fails("schemes = \"exact\"", Type, "`schemes`: expected a list of texts, found a string");
    line_fails(
        "schemes = [\"upto\"]",
        MissingKey,
        "`schemes`: `upto` needs `facilitators`: the offer names who may charge up to its ceiling",
    );
    line_fails(
        "transfer_methods = [\"erc7710\"]",
        Word,
        "`transfer_methods`: `erc7710` is not known here; did you mean eip3009, permit2?",
    );
    line_fails("pin_payees = \"yes\"", Type, "`pin_payees`: expected true or false, found a string");
    line_fails("text = 1", Type, "`text`: expected a table, found an integer");
    line_fails("resource = \"x\"", Type, "`resource`: expected tables, found a string");
    line_fails("[text]\nurl = \"forbid\"", Word, "`url`: `forbid` is not known here; did you mean refuse, redact, allow?");
    line_fails("[text]\nallow = [\"mail\"]", Word, "`allow`: `mail` is not known here; did you mean email?");
    for time in ["15", "15 m", "0m", "015m", "1.5h", "m", "-1m", "1d", "", "99999999999999999999s", "\u{661}m"] {
        line_fails(
            &format!("max_window = \"{time}\""),
            Duration,
            "`max_window`: a time is a number and s, m or h: \"90s\", \"15m\", \"1h\"",
        );
    }
    line_fails("max_window = \"6s\"", Duration, "`max_window`: between 7 seconds and a day");
    line_fails("max_window = \"25h\"", Duration, "`max_window`: between 7 seconds and a day");
    line_fails("approval_lasts = \"25h\"", Duration, "`approval_lasts`: between 1 seconds and a day");
    for change in ["10", "-1%", "1.5%", "%", "010%", "10001%", "+1%"] {
        line_fails(
            &format!("max_price_change = \"{change}\""),
            Percent,
            "`max_price_change`: by how much a price may rise is a whole number of percent up to 10000: \"10%\"",
        );
    }
    line_fails("payees = [\"merchant\"]", Account, "`payees`: `merchant`: an address must start with 0x");
    line_fails(
        "deny_payees = [\"0x0000000000000000000000000000000000000000\"]",
        Account,
        "`deny_payees`: `0x0000000000000000000000000000000000000000`: the zero address names nobody",
    );
    line_fails("facilitators = [\"x\"]", Account, "`facilitators`: `x`: an address must start with 0x");
    line_fails(
        "[[resource]]\nurl = \"https://a.example/x\"\nmethods = [\"get\"]",
        Word,
        "`methods`: a method is written in capitals: GET, POST",
    );
    line_fails(
        "[[resource]]\nurl = \"https://a.example/x\"\ncategory = \"a b\"",
        Word,
        "`category`: `a b`: a label holds letters, digits, - _ . and : only, and begins with a letter or a digit",
    );
}

#[test]
fn every_reason_why_a_policy_cannot_be_used_is_given_above() {
    let source = include_str!("file.rs");
    for reason in PolicyReason::ALL {
        let variant = format!("{reason:?}");
        let given = [", ", "(", " "].iter().any(|mark| source.contains(&format!("{mark}{variant}, ")));
        assert!(given || source.contains(&format!("        {variant},")), "{variant}");
    }
}

/// A key that the reader did not look at would be allowed to say anything.
#[test]
fn every_key_is_looked_at() {
    let looked_at = |text: String, key: &str| {
        let error = Policy::from_toml(&text).expect_err(&text);
        assert_eq!(error.reason(), PolicyReason::Type, "{text}: {error}");
        assert!(error.to_string().contains(&format!("`{key}`: expected")), "{error}");
    };
    for key in FILE.keys {
        let base: String = BASE.lines().filter(|line| !line.starts_with(key)).map(|line| format!("{line}\n")).collect();
        looked_at(format!("{base}{key} = 1\n"), key);
    }
    for key in RESOURCE.keys {
        let url = if *key == "url" { "" } else { "url = \"https://a.example/*\"\n" };
        looked_at(format!("{BASE}[[resource]]\n{url}{key} = 1\n"), key);
    }
    for key in TEXT.keys {
        looked_at(format!("{BASE}[text]\n{key} = 1\n"), key);
    }
}

#[test]
fn the_example_shows_every_key_and_means_what_its_comments_say() {
    let policy = Policy::from_toml(EXAMPLE).unwrap_or_else(|error| panic!("examples/policy.toml:{error}"));
    for key in FILE.keys.iter().filter(|key| !["text", "resource"].contains(key)) {
        assert!(EXAMPLE.lines().any(|line| line.trim_start_matches("# ").starts_with(&format!("{key} "))), "{key}");
    }
    for key in RESOURCE.keys.iter().chain(TEXT.keys) {
        assert!(EXAMPLE.lines().any(|line| line.split_whitespace().next() == Some(key)), "{key}");
    }
    check(&policy, &Scene::new([offer("$0.04")]), "allow 40000");
    check(&policy, &Scene::new([offer("$0.05")]), "ask 50000");
    let report = Scene { offers: vec![terms(offer("$0.01"))], ..Scene::at("https://reports.example.com/v1/report/42") };
    assert_eq!(report.allowed(&policy).category().map(ToString::to_string).as_deref(), Some("paid_report"));
    check(&policy, &Scene { offers: vec![terms(offer("$0.02"))], ..report }, "price_changed");
    check(&policy, &Scene::at("https://search.example.org:8443/q"), "above_per_payment");
}

#[test]
fn a_policy_is_known_by_the_hash_of_its_text() {
    let (one, other) = (policy(""), policy("\n"));
    assert_eq!(one.fingerprint(), Some(quittance_core::sha256(BASE.as_bytes())));
    assert_ne!(one.fingerprint(), other.fingerprint());
}

#[test]
fn a_policy_in_json_is_the_policy_in_toml() {
    for text in [BASE, EXAMPLE] {
        let json = Policy::toml_as_json(text).unwrap();
        let (toml, json) = (rules(&Policy::from_toml(text).unwrap()), rules(&Policy::from_json(&json).unwrap()));
        assert_eq!(toml, json);
    }
    assert_eq!(Policy::toml_as_json("per_payment = 1").unwrap_err(), Policy::from_toml("per_payment = 1").unwrap_err());
}

/// What a policy says, but for the hash of the text that it was said in.
fn rules(policy: &Policy) -> String {
    let State::Present(rules) = &policy.0 else { panic!("there is a policy") };
    format!("{:?}", Rules { fingerprint: [0; 32], ..(**rules).clone() })
}

#[test]
fn what_is_no_object_in_json_is_no_policy() {
    let long = format!("{{\"per_payment\":\"{}\"}}", "1".repeat(256 * 1024));
    for (text, reason) in [
        ("", PolicyReason::Syntax),
        ("[]", PolicyReason::Syntax),
        ("per_payment = \"$1\"", PolicyReason::Syntax),
        (r#"{"per_payment":"$1","per_payment":"$2"}"#, PolicyReason::Syntax),
        (r#"{"per_payment":"$1"} {}"#, PolicyReason::Syntax),
        ("{}", PolicyReason::Empty),
        (r#"{"pirce":"$1"}"#, PolicyReason::UnknownKey),
        (r#"{"perPayment":"$1"}"#, PolicyReason::UnknownKey),
        (r#"{"per_payment":0.05,"networks":["base"],"origins":["https://api.example.com"]}"#, PolicyReason::Type),
        (r#"{"per_payment":null,"networks":["base"],"origins":["https://api.example.com"]}"#, PolicyReason::Type),
        (&long, PolicyReason::Size),
    ] {
        let error = Policy::from_json(text).expect_err(text);
        assert_eq!(error.reason(), reason, "{error}");
        assert_eq!(Policy::from(error).fingerprint(), None, "it denies everything");
    }
}
