use alloc::format;
use alloc::string::{String, ToString as _};

use proptest::prelude::*;

use super::{Number, Object, Value, canonical, parse};
use crate::limits::Limits;

fn read(text: &str) -> Result<Value, &'static str> {
    parse(text.as_bytes(), &Limits::HEADER).map_err(|e| e.kind().name())
}

/// `expected` is the text that comes out again, or the name of the reason for refusal.
fn check(text: &str, expected: Result<&str, &str>) {
    let got = read(text).map(|value| value.to_string());
    assert_eq!(got.as_deref().map_err(|e| *e), expected, "{text}");
}

#[test]
fn what_is_written_comes_out_as_it_was() {
    for text in [
        r#"{"b":1,"a":[true,false,null],"":""}"#,
        r#"[0,-1,1.0,1.50,2e3,-0,-0.0,1E+2,9007199254740991,-9007199254740991]"#,
        r#""USD₮0 \" \\ \n \u0001""#,
        "[]",
        "{}",
    ] {
        check(text, Ok(text));
    }
    check(" { \"a\" : [ 1 , 2 ] } ", Ok(r#"{"a":[1,2]}"#));
    check(r#""\/\u0041\ud83d\ude00""#, Ok("\"/A😀\""));
}

#[test]
fn row_20_to_23_what_readers_disagree_about_is_refused() {
    check("", Err("empty"));
    check(" \n", Err("empty"));
    check("\u{feff}{}", Err("byte_order_mark"));
    check(r#"{"a":1,"a":2}"#, Err("json_duplicate_key"));
    check(r#"{"amount":1,"amo\u0075nt":2}"#, Err("json_duplicate_key"));
    check(r#"{"x":{"y":[{"a":1,"b":2,"a":3}]}}"#, Err("json_duplicate_key"));
    check(r#""\ud800""#, Err("json_surrogate"));
    check(r#""\udc00\ud800""#, Err("json_surrogate"));
    check(r#""\ud800\u0041""#, Err("json_surrogate"));
    check(r#""\ud800x""#, Err("json_surrogate"));
    check("{} {}", Err("json_trailing"));
    check("{}\0", Err("json_trailing"));
    assert_eq!(parse(b"\"\xff\"", &Limits::HEADER).map_err(|e| (e.kind().name(), e.offset())), Err(("utf8", Some(1))));
}

#[test]
fn row_22_a_repeated_name_among_many_is_found_and_placed() {
    let members: String = (0..40).map(|i| format!("\"k{i}\":0,")).collect();
    let text = format!("{{{members}\"k7\":1}}");
    let error = parse(text.as_bytes(), &Limits::HEADER).unwrap_err();
    assert_eq!((error.kind().name(), error.offset()), ("json_duplicate_key", text.rfind("\"k7\"")));
}

#[test]
fn row_24_depth_is_bounded_and_counted_from_the_outermost() {
    let nested = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
    assert!(read(&nested(32)).is_ok());
    check(&nested(33), Err("json_depth"));
    check(&"[".repeat(4000), Err("json_depth"));
    let siblings = format!("[{},{}]", nested(31), nested(31));
    assert!(read(&siblings).is_ok());
    let tight = Limits::HEADER.with_depth(1);
    assert!(parse(b"{}", &tight).is_ok());
    assert!(parse(b"{\"a\":{}}", &tight).is_err());
    let loose = Limits::BODY.with_depth(usize::MAX).with_bytes(usize::MAX);
    assert!(parse(nested(Limits::DEEPEST).as_bytes(), &loose).is_ok());
    assert_eq!(parse(nested(100_000).as_bytes(), &loose).map_err(|e| e.kind().name()), Err("json_depth"));
}

#[test]
fn row_11_size_is_bounded_before_reading() {
    let limits = Limits::HEADER.with_bytes(4);
    assert!(parse(b"null", &limits).is_ok());
    assert_eq!(parse(b"null ", &limits).map_err(|e| e.kind().name()), Err("too_large"));
}

#[test]
fn row_26_numbers_that_readers_change_are_refused() {
    for text in ["9007199254740992", "-9007199254740992", "18446744073709551616", "1e999", "-1e999", "1e-400", "123.456e-789"] {
        check(text, Err("json_number"));
    }
    for text in ["NaN", "Infinity", "+1", ".5", "-", "01", "1.", "1e", "1e+", "0x1", "-Infinity", "1_0"] {
        assert!(read(text).is_err(), "{text}");
    }
    let as_u64 = |text: &str| match read(text) {
        Ok(Value::Number(number)) => number.as_u64(),
        _ => None,
    };
    assert_eq!(as_u64("60"), Some(60));
    for text in ["60.0", "6e1", "-0", "-60", "1e999"] {
        assert_eq!(as_u64(text), None, "{text}");
    }
}

#[test]
fn the_grammar_is_that_of_rfc_8259() {
    for text in [
        "{",
        "[",
        "\"",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1",
        "{\"a\":1,",
        "[1",
        "[1,",
        "tru",
        "nul",
        "\"\\",
        "\"\\u12",
        "-",
        "{\"a\":1,\"b",
    ] {
        check(text, Err("json_end"));
    }
    for text in [
        "[1,]",
        "{\"a\":1,}",
        "{a:1}",
        "{'a':1}",
        "[1 2]",
        "{\"a\" 1}",
        "\"\\x\"",
        "\"\t\"",
        "\"\n\"",
        "truE",
        "[,1]",
        "{,}",
        "// c",
        "\"\\u12g4\"",
        "\u{a0}1",
    ] {
        check(text, Err("json_syntax"));
    }
}

#[test]
fn equality_is_by_meaning() {
    let same = |a: &str, b: &str| read(a).unwrap() == read(b).unwrap();
    assert!(same(r#"{"a":1,"b":2}"#, r#"{ "b":2.0, "a":1e0 }"#));
    assert!(!same(r#"{"a":1}"#, r#"{"a":"1"}"#));
    assert!(!same(r#"{"__proto__":{}}"#, r#"{}"#));
    assert!(!same("[1,2]", "[2,1]"));
}

#[test]
fn canonical_text_follows_rfc_8785() {
    let check = |text: &str, expected: &str| assert_eq!(canonical(&read(text).unwrap()), expected);
    check(
        r#"{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}"#,
        "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],\"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}",
    );
    // Section 3.2.3: U+1F600 sorts before U+FB33, because its first UTF-16 unit is smaller.
    check(
        r#"{"\u20ac":1,"\r":2,"\ufb33":3,"1":4,"\ud83d\ude00":5,"\u0080":6,"\u00f6":7}"#,
        "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"ö\":7,\"€\":1,\"😀\":5,\"\u{fb33}\":3}",
    );
    check(
        "[-0,0.0,1e21,9e15,9007199254740991.0,1e-6,1e-7,-1.5e-7,5e-324,1.7976931348623157e308]",
        "[0,0,1e+21,9000000000000000,9007199254740991,0.000001,1e-7,-1.5e-7,5e-324,1.7976931348623157e+308]",
    );
}

#[test]
fn serde_keeps_what_it_can_express() {
    let through = |text: &str| serde_json::from_str::<Value>(text).map(|v| v.to_string()).map_err(|_| ());
    assert_eq!(through(r#"{"a":[1,-2,null,true,"x"]}"#), Ok(r#"{"a":[1,-2,null,true,"x"]}"#.into()));
    assert_eq!(through(r#"{"a":1,"a":2}"#), Err(()));
    assert_eq!(through("9007199254740992"), Err(()));
    assert_eq!(serde_json::from_str::<Value>("1.5").unwrap(), read("1.5").unwrap());
    assert!(serde_json::from_str::<Object>("[]").is_err());
    assert_eq!(serde_json::to_value(read("[1.50,{}]").unwrap()).unwrap(), serde_json::json!([1.5, {}]));
}

#[test]
fn debug_shows_no_text() {
    let value = read(r#"{"signature":"0xdeadbeef"}"#).unwrap();
    assert_eq!(format!("{value:?} {:?}", value.as_object().unwrap().member("signature")), "object of 1 Some(string of 10 bytes)");
}

#[test]
fn members_can_be_set_and_taken() {
    let mut object: Object = [("a", "1"), ("b", "2"), ("a", "3")].into_iter().collect();
    assert_eq!(object.to_string(), r#"{"a":"3","b":"2"}"#);
    object.insert("n", Number::from_u64(7).map_or(Value::Null, Value::Number));
    assert_eq!(object.remove("a"), Some("3".into()));
    assert_eq!(object.remove("a"), None);
    assert_eq!(object.to_string(), r#"{"b":"2","n":7}"#);
    assert_eq!(Number::from_u64(1 << 53), None);
}

/// Sixteen thousand members compared pairwise would be a hundred million comparisons, and this test would be noticed.
#[test]
fn row_25_comparing_and_collecting_many_members_is_not_quadratic() {
    let members = || (0..16_000).map(|i: u32| (format!("{i}"), i));
    let object: Object = members().collect();
    let reversed: Object = members().rev().collect();
    assert!(object == reversed);
    let other: Object = members().rev().map(|(name, i)| (name, i / 15_999)).collect();
    assert!(object != other);
    let renamed: Object = members().map(|(name, i)| (format!("{name}'"), i)).collect();
    assert!(object != renamed);
    let twice: Object = members().take(20).chain([("7".into(), 70)]).collect();
    assert_eq!((twice.len(), twice.member("7")), (20, Some(&70.into())));
}

pub(crate) fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<u32>().prop_map(Value::from),
        any::<f64>().prop_filter_map("in range", |f| Number::from_literal(&format!("{f:e}")).map(Value::Number)),
        any::<String>().prop_map(Value::String),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::vec((any::<String>(), inner), 0..4).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// `fmt::Formatter` is a serde format that is not JSON.
#[test]
fn a_fraction_is_a_double_in_every_serde_format() {
    struct Shown(Value);
    impl core::fmt::Display for Shown {
        fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
            ::serde::Serialize::serialize(&self.0, f)
        }
    }
    assert_eq!(Shown(read("1.50").unwrap()).to_string(), "1.5");
    assert_eq!(Shown(read("-7").unwrap()).to_string(), "-7");
}

proptest! {
    #[test]
    fn serde_reads_the_same_double(value in any::<f64>().prop_filter("finite", |f| f.is_finite())) {
        let text = format!("{value:e}");
        let by_serde = serde_json::from_str::<Value>(&text).ok();
        prop_assert_eq!(by_serde.map(|value| canonical(&value)), read(&text).ok().map(|value| canonical(&value)));
    }

    #[test]
    fn text_is_written_as_a_general_writer_does(text in r#"([ -~]|[\x00-\x1f"\\/\x7f]|\PC){0,40}"#) {
        prop_assert_eq!(Value::String(text.clone()).to_string(), serde_json::to_string(&text).unwrap());
    }

    #[test]
    fn writing_and_reading_is_the_identity(value in any_value()) {
        let limits = Limits::BODY.with_bytes(usize::MAX);
        let text = value.to_string();
        let again = parse(text.as_bytes(), &limits).unwrap();
        prop_assert_eq!(again.to_string(), text);
        prop_assert!(again == value);
        let canonical_text = canonical(&value);
        let from_canonical = parse(canonical_text.as_bytes(), &limits).unwrap();
        prop_assert!(from_canonical == value);
        prop_assert_eq!(canonical(&from_canonical), canonical_text);
    }

    #[test]
    fn no_input_panics_and_a_general_reader_accepts_whatever_this_one_does(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        if parse(&bytes, &Limits::HEADER).is_ok() {
            prop_assert!(serde_json::from_slice::<serde_json::Value>(&bytes).is_ok());
        }
    }

    #[test]
    fn json_like_text_agrees_with_a_general_reader(text in r#"[\[\]{}:, "\\au019.eE+-]{0,24}"#) {
        let ours = parse(text.as_bytes(), &Limits::HEADER);
        match serde_json::from_str::<serde_json::Value>(&text) {
            Err(_) => prop_assert!(ours.is_err()),
            Ok(_) => if let Err(e) = ours {
                prop_assert!(["json_number", "json_duplicate_key"].contains(&e.kind().name()), "{}", e);
            },
        }
    }
}
