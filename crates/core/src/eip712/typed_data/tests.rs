//! The general encoder: known answers, then everything that it refuses.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec;

use proptest::prelude::*;

use super::*;

/// Reads text as typed data and compares the digest.
fn check(text: &str, digest: &str) -> TypedData {
    let data = TypedData::parse(text).unwrap();
    assert_eq!(data.digest().to_string(), digest, "{text}");
    assert_eq!(TypedData::parse(&data.to_json().to_string()).unwrap(), data, "{text}");
    data
}

/// Reads text that is no typed data and compares the reason and the path.
fn check_refused(text: &str, reason: &str, path: &str) {
    let error = TypedData::parse(text).expect_err(text);
    assert_eq!((error.kind().name(), error.path().unwrap_or_default()), (reason, path), "{text}");
}

/// Typed data without domain fields, from the lists of `types` and `message`; the primary type is `A`.
fn data(types: &str, message: &str) -> String {
    format!(r#"{{"types":{{{types}}},"primaryType":"A","domain":{{}},"message":{{{message}}}}}"#)
}

/// Typed data with one member `x`.
fn one(kind: &str, value: &str) -> String {
    data(&format!(r#""A":[{{"name":"x","type":"{kind}"}}]"#), &format!(r#""x":{value}"#))
}

/// The word that a value is encoded as.
fn check_word(kind: &str, value: &str, word: &str) {
    let data = TypedData::parse(&one(kind, value)).unwrap();
    assert_eq!(hex::encode(data.encode_data()), format!("0x{word:0>64}"), "{kind} {value}");
}

const MAIL: &str = r#"{
    "types": {
        "EIP712Domain": [
            {"name": "name", "type": "string"},
            {"name": "version", "type": "string"},
            {"name": "chainId", "type": "uint256"},
            {"name": "verifyingContract", "type": "address"}
        ],
        "Person": [{"name": "name", "type": "string"}, {"name": "wallet", "type": "address"}],
        "Mail": [{"name": "from", "type": "Person"}, {"name": "to", "type": "Person"}, {"name": "contents", "type": "string"}]
    },
    "primaryType": "Mail",
    "domain": {
        "name": "Ether Mail",
        "version": "1",
        "chainId": 1,
        "verifyingContract": "0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC"
    },
    "message": {
        "from": {"name": "Cow", "wallet": "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826"},
        "to": {"name": "Bob", "wallet": "0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB"},
        "contents": "Hello, Bob!"
    }
}"#;

/// The example of EIP-712 itself (row 92).
#[test]
fn row_92_the_mail_example() {
    let mail = check(MAIL, "0xbe609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2");
    assert_eq!(mail.primary_type(), "Mail");
    assert_eq!(mail.encode_type("Mail").unwrap(), "Mail(Person from,Person to,string contents)Person(string name,address wallet)");
    assert_eq!(hex::encode(&mail.type_hash("Mail").unwrap()), "0xa0cedeb2dc280ba39b857546d74f5549c3a1d7bdc2dd96bf881f76108e23dac2");
    assert_eq!(hex::encode(&mail.hash_struct()), "0xc52c0ee5d84264471806290a3f2c4cecfc5490626bf912d01f240d7a274b371e");
    assert_eq!(mail.domain_separator().to_string(), "0xf2cee375fa42b42143804025fc449deafd50cc031ca257e0b194a650a912090f");
    assert_eq!(mail.encode_data().len(), 3 * 32);
    assert_eq!(mail.encode_type("Nobody"), None);
    assert_eq!(mail.type_hash("EIP712Domain"), None);
}

/// One member of every kind; the digest is eth-account's.
#[test]
fn every_kind_of_type() {
    check(
        r#"{"types": {"EIP712Domain": [{"name": "chainId", "type": "uint256"}, {"name": "salt", "type": "bytes32"}], "All": [
            {"name": "flag", "type": "bool"}, {"name": "who", "type": "address"}, {"name": "text", "type": "string"},
            {"name": "blob", "type": "bytes"}, {"name": "one", "type": "bytes1"}, {"name": "four", "type": "bytes4"},
            {"name": "full", "type": "bytes32"}, {"name": "small", "type": "uint8"}, {"name": "big", "type": "uint256"},
            {"name": "low", "type": "int8"}, {"name": "lowest", "type": "int256"}, {"name": "grid", "type": "int16[2][]"},
            {"name": "empty", "type": "uint256[]"}, {"name": "names", "type": "string[2]"},
            {"name": "cube", "type": "bytes2[1][2][1]"}]},
        "primaryType": "All",
        "domain": {"chainId": 1, "salt": "0x5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a"},
        "message": {"flag": true, "who": "0x209693Bc6afc0C5328bA36FaF03C514EF312287C", "text": "naïve ₮", "blob": "0xdeadbeef",
            "one": "0x01", "four": "0xdeadbeef", "full": "0xabababababababababababababababababababababababababababababababab",
            "small": 255, "big": "115792089237316195423570985008687907853269984665640564039457584007913129639935", "low": -128,
            "lowest": "-57896044618658097711785492504343953926634992332820282019728792003956564819968",
            "grid": [[1, -1], [-32768, 32767], [0, 2]], "empty": [], "names": ["a", ""],
            "cube": [[["0x0102"], ["0x0304"]]]}}"#,
        "0x2dedc387d52ebaf4f1a5bf99dfd88ff0c34f0556891f20cee3e2a7ca3c9b5457",
    );
}

/// A type that contains itself, in an array; the digest is eth-account's.
#[test]
fn a_recursive_type() {
    let tree = check(
        r#"{"types": {"Node": [{"name": "label", "type": "string"}, {"name": "children", "type": "Node[]"}]},
        "primaryType": "Node", "domain": {"name": "tree"},
        "message": {"label": "root", "children": [{"label": "left", "children": []},
            {"label": "right", "children": [{"label": "leaf", "children": []}]}]}}"#,
        "0xbacc0ac6c81b04cdd41443a07967fe00057392b5b37283ef5869dc429c62cf48",
    );
    assert_eq!(tree.encode_type("Node").unwrap(), "Node(string label,Node[] children)");
}

/// The messages of the batch-settlement scheme, which have no static form here; the digests are eth-account's (K3a to K6).
#[test]
fn the_messages_of_batch_settlement() {
    const BATCH: &str = r#""domain": {"name": "x402 Batch Settlement", "version": "1", "chainId": 84532,
        "verifyingContract": "0x4020074e9dF2ce1deE5A9C1b5c3f541D02a10003"}"#;
    const CHANNEL: &str = r#""channelId": "0x78bc0f597b50f32ae57cd2471968a5c8af12169816edec69ecd95360e949c221""#;
    let batch = |types: &str, primary: &str, message: &str, digest: &str| {
        check(&format!(r#"{{"types": {{{types}}}, "primaryType": "{primary}", {BATCH}, "message": {message}}}"#), digest)
    };
    let config = batch(
        r#""ChannelConfig": [{"name": "payer", "type": "address"}, {"name": "payerAuthorizer", "type": "address"},
            {"name": "receiver", "type": "address"}, {"name": "receiverAuthorizer", "type": "address"},
            {"name": "token", "type": "address"}, {"name": "withdrawDelay", "type": "uint40"},
            {"name": "salt", "type": "bytes32"}]"#,
        "ChannelConfig",
        r#"{"payer": "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", "payerAuthorizer": "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
            "receiver": "0x209693Bc6afc0C5328bA36FaF03C514EF312287C",
            "receiverAuthorizer": "0x1111111111111111111111111111111111111111",
            "token": "0x036CbD53842c5426634e7929541eC2318f3dCF7e", "withdrawDelay": 900,
            "salt": "0x0000000000000000000000000000000000000000000000000000000000000000"}"#,
        "0x78bc0f597b50f32ae57cd2471968a5c8af12169816edec69ecd95360e949c221",
    );
    assert_eq!(
        hex::encode(&config.type_hash("ChannelConfig").unwrap()),
        "0x1c9a06ceab9b0ebbd3301dc56c9111bb6d9af421356dc9ccb3b7084c755db308"
    );
    batch(
        r#""Voucher": [{"name": "channelId", "type": "bytes32"}, {"name": "maxClaimableAmount", "type": "uint128"}]"#,
        "Voucher",
        &format!(r#"{{{CHANNEL}, "maxClaimableAmount": "1000"}}"#),
        "0x21eeb1f13f31314dd7bcde54ac676874b6f3f7b2b9caee6aef19e45c4e89b363",
    );
    batch(
        r#""Refund": [{"name": "channelId", "type": "bytes32"}, {"name": "nonce", "type": "uint256"},
            {"name": "amount", "type": "uint128"}]"#,
        "Refund",
        &format!(r#"{{{CHANNEL}, "nonce": "0", "amount": "1500"}}"#),
        "0x67d39e680cb212c61d420d2618ef6b4d6f6300914f88f806e9feab71177687f5",
    );
    let claims = batch(
        r#""ClaimEntry": [{"name": "channelId", "type": "bytes32"}, {"name": "maxClaimableAmount", "type": "uint128"},
            {"name": "totalClaimed", "type": "uint128"}], "ClaimBatch": [{"name": "claims", "type": "ClaimEntry[]"}]"#,
        "ClaimBatch",
        &format!(r#"{{"claims": [{{{CHANNEL}, "maxClaimableAmount": "1000", "totalClaimed": "700"}}]}}"#),
        "0x1ba96bb60031bbde4b1c3e6e537c89db712accf5f20fadfd7cdf2aa553495a8e",
    );
    assert_eq!(
        hex::encode(&claims.type_hash("ClaimBatch").unwrap()),
        "0x42bd57c010b870c2e96203c66341f28a6a19b4d56a74533a8eb5f706b9fd6d57"
    );
    check(
        &format!(
            r#"{{"types": {{"PermitWitnessTransferFrom": [{{"name": "permitted", "type": "TokenPermissions"}},
                {{"name": "spender", "type": "address"}}, {{"name": "nonce", "type": "uint256"}},
                {{"name": "deadline", "type": "uint256"}}, {{"name": "witness", "type": "DepositWitness"}}],
                "TokenPermissions": [{{"name": "token", "type": "address"}}, {{"name": "amount", "type": "uint256"}}],
                "DepositWitness": [{{"name": "channelId", "type": "bytes32"}}]}},
            "primaryType": "PermitWitnessTransferFrom",
            "domain": {{"name": "Permit2", "chainId": 84532, "verifyingContract": "0x000000000022D473030F116dDEE9F6B43aC78BA3"}},
            "message": {{"permitted": {{"token": "0x036CbD53842c5426634e7929541eC2318f3dCF7e", "amount": "100000"}},
                "spender": "0x4020425FAf3B746C082C2f942b4E5159887B0005", "nonce": "1", "deadline": "1770000000",
                "witness": {{{CHANNEL}}}}}}}"#
        ),
        "0x51533358ccbd8ef58ae58693a90980ed4982a7d512a6c0e33fab13f171e946d7",
    );
}

#[test]
fn encode_type_collects_each_struct_once_in_the_order_of_names() {
    let member = |name: &str, kind: &str| format!(r#"{{"name":"{name}","type":"{kind}"}}"#);
    let types = [
        format!(r#""A":[{},{}]"#, member("z", "Z[]"), member("b", "B")),
        format!(r#""Z":[{},{}]"#, member("b", "B[2][]"), member("a", "A[]")),
        format!(r#""B":[{}]"#, member("n", "uint8")),
        format!(r#""Unused":[{}]"#, member("z", "Z")),
    ];
    let data = TypedData::parse(&data(&types.join(","), r#""z":[],"b":{"n":1}"#)).unwrap();
    assert_eq!(data.encode_type("A").unwrap(), "A(Z[] z,B b)B(uint8 n)Z(B[2][] b,A[] a)");
    assert_eq!(data.encode_type("Z").unwrap(), "Z(B[2][] b,A[] a)A(Z[] z,B b)B(uint8 n)");
    assert_eq!(data.encode_type("B").unwrap(), "B(uint8 n)");
}

/// A payment's type with members reordered, renamed, added or taken away is another type (row 91).
#[test]
fn row_91_another_type_is_another_digest() {
    const MEMBERS: [(&str, &str, &str); 6] = [
        ("from", "address", r#""0x857b06519E91e3A54538791bDbb0E22373e36b66""#),
        ("to", "address", r#""0x209693Bc6afc0C5328bA36FaF03C514EF312287C""#),
        ("value", "uint256", r#""10000""#),
        ("validAfter", "uint256", r#""1740672089""#),
        ("validBefore", "uint256", r#""1740672154""#),
        ("nonce", "bytes32", r#""0xf3746613c2d920b5fdabc0856f2aeb2d4f88ee6037b8cc5d04a71a4462f13480""#),
    ];
    let payment = |name: &str, members: &[(&str, &str, &str)]| {
        let types: Vec<String> = members.iter().map(|(n, t, _)| format!(r#"{{"name":"{n}","type":"{t}"}}"#)).collect();
        let values: Vec<String> = members.iter().map(|(n, _, v)| format!(r#""{n}":{v}"#)).collect();
        format!(
            r#"{{"types":{{"{name}":[{}]}},"primaryType":"{name}","domain":{{"name":"USDC","version":"2","chainId":84532,
            "verifyingContract":"0x036CbD53842c5426634e7929541eC2318f3dCF7e"}},"message":{{{}}}}}"#,
            types.join(","),
            values.join(",")
        )
    };
    let digest =
        |members: &[(&str, &str, &str)]| TypedData::parse(&payment("TransferWithAuthorization", members)).unwrap().digest();
    let (mut swapped, mut renamed, mut extended, mut narrowed) = (MEMBERS, MEMBERS, MEMBERS.to_vec(), MEMBERS);
    swapped.swap(0, 1);
    renamed[2].0 = "amount";
    extended.push(("memo", "uint256", "0"));
    narrowed[2].1 = "uint128";
    let digests =
        [digest(&MEMBERS), digest(&swapped), digest(&renamed), digest(&extended), digest(&MEMBERS[..5]), digest(&narrowed)];
    assert_eq!(digests[0].to_string(), "0xf256992871671abcb27ff92885a7afa46218724e5fc0bac35d050115aa1d22e6");
    assert_eq!(BTreeSet::from(digests).len(), 6);

    let (mut alias, name) = (MEMBERS, "TransferWithAuthorization");
    alias[2].1 = "uint";
    check_refused(&payment(name, &alias), "typed_data_type_form", "types.TransferWithAuthorization[2].type");
    let short = payment(name, &MEMBERS).replacen(r#""nonce":"0x"#, r#""once":"0x"#, 1);
    check_refused(&short, "member_missing", "message.nonce");
}

#[test]
fn whole_numbers() {
    let f = |count: usize| "f".repeat(count);
    check_word("uint8", "0", "0");
    check_word("uint8", "255", "ff");
    check_word("uint8", r#""255""#, "ff");
    check_word("uint8", r#""0xfF""#, "ff");
    check_word("uint8", r#""0x00000ff""#, "ff");
    check_word("uint256", &format!(r#""0x{}""#, f(64)), &f(64));
    check_word("uint256", "9007199254740991", "1fffffffffffff");
    check_word("int8", "127", "7f");
    check_word("int8", "-128", &(f(62) + "80"));
    check_word("int8", r#""-1""#, &f(64));
    check_word("int8", r#""0x7f""#, "7f");
    check_word("int256", &format!(r#""0x7{}""#, f(63)), &format!("7{}", f(63)));
    check_word("int24", "-256", &(f(62) + "00"));

    for (kind, value) in [
        ("uint8", "256"),
        ("uint8", "-1"),
        ("uint8", r#""0x100""#),
        ("uint248", &format!(r#""0x1{}""#, "0".repeat(62))),
        ("uint256", r#""115792089237316195423570985008687907853269984665640564039457584007913129639936""#),
        ("uint256", &format!(r#""0x1{}""#, "0".repeat(64))),
        ("uint256", &format!(r#""{}""#, "9".repeat(100))),
        ("uint256", r#""-1""#),
        ("int8", "128"),
        ("int8", "-129"),
        ("int8", "-256"),
        ("int8", r#""0xff""#),
        ("int256", &format!(r#""0x8{}""#, "0".repeat(63))),
        ("int256", r#""-57896044618658097711785492504343953926634992332820282019728792003956564819969""#),
        ("int256", r#""-115792089237316195423570985008687907853269984665640564039457584007913129639935""#),
    ] {
        check_refused(&one(kind, value), "typed_data_range", "message.x");
    }
    for value in [
        r#""""#,
        r#""-""#,
        r#""-0""#,
        "-0",
        r#""00""#,
        r#""01""#,
        r#""-01""#,
        r#""+1""#,
        r#"" 1""#,
        r#""1.0""#,
        "1.0",
        "1e2",
        r#""1e2""#,
        r#""0x""#,
        r#""0X1""#,
        r#""-0x1""#,
        r#""0xg""#,
        r#""0x+1""#,
        r#""1_0""#,
        r#""ff""#,
        r#""\uff11""#,
    ] {
        check_refused(&one("int256", value), "typed_data_integer", "message.x");
    }
    for value in ["null", "true", "[]", "{}"] {
        check_refused(&one("uint8", value), "member_type", "message.x");
    }
    // Beyond 2^53 - 1 a JSON number is no number that readers agree about.
    check_refused(&one("uint256", "9007199254740992"), "json_number", "");
}

#[test]
fn other_atomic_and_dynamic_values() {
    check_word("bool", "true", "1");
    check_word("bool", "false", "0");
    check_word("address", r#""0x0000000000000000000000000000000000000000""#, "0");
    check_word("bytes1", r#""0x01""#, &format!("01{}", "0".repeat(62)));
    // keccak256 of nothing.
    let nothing = "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470";
    check_word("bytes", r#""0x""#, nothing);
    check_word("string", r#""""#, nothing);
    check_word("uint8[]", "[]", nothing);
    check_word("A[]", "[]", nothing);

    for (kind, value, reason) in [
        ("bool", "1", "member_type"),
        ("bool", r#""true""#, "member_type"),
        ("bool", "null", "member_type"),
        ("string", "1", "member_type"),
        ("string", "null", "member_type"),
        ("bytes", "[1]", "member_type"),
        ("bytes", r#""dead""#, "hex_prefix"),
        ("bytes", r#""0xabc""#, "hex_length"),
        ("bytes", r#""0xgg""#, "hex_digit"),
        ("bytes4", r#""0xdeadbe""#, "hex_length"),
        ("bytes4", r#""0xdeadbeef00""#, "hex_length"),
        ("bytes4", "1", "member_type"),
        ("address", r#""0x209693bc6afc0C5328bA36FaF03C514EF312287C""#, "address_checksum"),
        ("address", r#""0x209693""#, "address_length"),
        ("address", "0", "member_type"),
        ("uint8[]", r#""0x0102""#, "member_type"),
        ("uint8[2]", "[1]", "typed_data_array_length"),
        ("uint8[2]", "[1,2,3]", "typed_data_array_length"),
        ("A", "{}", "member_missing"),
    ] {
        let path = if kind == "A" { "message.x.x" } else { "message.x" };
        check_refused(&one(kind, value), reason, path);
    }
}

#[test]
fn types_must_be_canonical() {
    for kind in [
        "uint",
        "int",
        "uint0",
        "uint7",
        "uint264",
        "int512",
        "uint08",
        "uint8 ",
        " uint8",
        "bytes0",
        "bytes33",
        "bytes01",
        "Bool[",
        "bool[]]",
        "bool[0]",
        "bool[01]",
        "bool[-1]",
        "bool[ ]",
        "bool[x]",
        "bool[][",
        "bool[]x",
        "[]",
        "",
        "bool[99999999999999999999999999]",
        "Ünit",
        "a-b",
        "1a",
        "A:B",
    ] {
        check_refused(&one(kind, "1"), "typed_data_type_form", "types.A[0].type");
    }
    for kind in ["B", "boolean", "Uint256", "function", "EIP712Domain", "B[][2]", "byte"] {
        check_refused(&one(kind, "1"), "typed_data_unknown_type", "types.A[0].type");
    }
}

#[test]
fn names_must_be_identifiers() {
    for name in [
        "", "1", "a b", "a-b", "é", "a,b", "A(", "uint", "uint8", "bytes33", "int7", "bool", "string", "address", "bytes", "A[]",
        "a:b",
    ] {
        // an error shows no name that does not print
        let shown = if matches!(name, "a b" | "é") { "?" } else { name };
        check_refused(&data(&format!(r#""A":[],"{name}":[]"#), ""), "typed_data_name", &format!("types.{shown}"));
    }
    for name in ["", "1", "a b", "a-b", "é", "a,uint8 b", "a:b"] {
        let types = format!(r#""A":[{{"name":"{name}","type":"bool"}}]"#);
        check_refused(&data(&types, ""), "typed_data_name", "types.A[0].name");
    }
    for name in ["_", "$", "uint8", "__proto__", "a1", "constructor"] {
        let types = format!(r#""A":[{{"name":"{name}","type":"bool"}}]"#);
        assert!(TypedData::parse(&data(&types, &format!(r#""{name}":true"#))).is_ok(), "{name}");
    }
}

#[test]
fn declarations_that_are_refused() {
    const X: &str = r#"{"name":"x","type":"bool"}"#;
    check_refused(&data(&format!(r#""A":[{X},{X}]"#), r#""x":true"#), "typed_data_repeated_member", "types.A[1].name");
    check_refused(&data(r#""A":{}"#, ""), "member_type", "types.A");
    check_refused(&data(r#""A":["x"]"#, ""), "member_type", "types.A[0]");
    check_refused(&data(r#""A":[{"name":"x"}]"#, ""), "member_missing", "types.A[0].type");
    check_refused(&data(r#""A":[{"type":"bool"}]"#, ""), "member_missing", "types.A[0].name");
    check_refused(
        &data(r#""A":[{"name":"x","type":"bool","internalType":"bool"}]"#, ""),
        "typed_data_unknown_member",
        "types.A[0].internalType",
    );
    check_refused(&data(r#""B":[]"#, ""), "typed_data_unknown_type", "primaryType");
    check_refused(&MAIL.replace(r#"": "Mail""#, r#"": "EIP712Domain""#), "typed_data_unknown_type", "primaryType");
    // A type that the message does not use has to be well-formed all the same.
    check_refused(&data(r#""A":[],"B":[{"name":"x","type":"uint"}]"#, ""), "typed_data_type_form", "types.B[0].type");

    let types = |count: usize| (1..count).map(|i| format!(r#""T{i}":[],"#)).collect::<String>() + r#""A":[]"#;
    let most = TypedData::parse(&data(&types(63), "")).unwrap();
    assert!(TypedData::from_json(&most.to_json()).is_ok());
    check_refused(&data(&types(64), ""), "typed_data_too_many_types", "types");
}

#[test]
fn messages_have_the_members_of_their_type_and_no_other() {
    let types = r#""A":[{"name":"b","type":"B[]"}],"B":[{"name":"x","type":"uint8"}]"#;
    assert!(TypedData::parse(&data(types, r#""b":[{"x":1},{"x":2}]"#)).is_ok());
    check_refused(&data(types, ""), "member_missing", "message.b");
    check_refused(&data(types, r#""b":null"#), "member_type", "message.b");
    check_refused(&data(types, r#""b":[],"c":1"#), "typed_data_unknown_member", "message.c");
    check_refused(&data(types, r#""b":[{"x":1},{}]"#), "member_missing", "message.b[1].x");
    check_refused(&data(types, r#""b":[{"x":1},null]"#), "member_type", "message.b[1]");
    check_refused(&data(types, r#""b":[{"x":1,"y":1}]"#), "typed_data_unknown_member", "message.b[0].y");
    check_refused(&data(types, r#""b":[{"x":1},{"x":256}]"#), "typed_data_range", "message.b[1].x");
    check_refused(&data(types, r#""b":[{"x":1}],"b":[]"#), "json_duplicate_key", "");
    check_refused(&one("uint8[][2]", "[[1],[2,256]]"), "typed_data_range", "message.x[1][1]");
}

#[test]
fn documents_have_four_members() {
    for name in ["types", "primaryType", "domain", "message"] {
        let Ok(Value::Object(mut whole)) = json::parse(MAIL.as_bytes(), &Limits::BODY) else { panic!("the example is an object") };
        whole.remove(name);
        check_refused(&whole.to_string(), "member_missing", name);
        whole.insert(name, Value::Null);
        check_refused(&whole.to_string(), "member_type", name);
    }
    check_refused(&MAIL.replacen('{', r#"{"account": null,"#, 1), "typed_data_unknown_member", "account");
    check_refused("[]", "member_type", "");
    check_refused("", "empty", "");
}

#[test]
fn row_88_the_list_for_the_domain_is_the_domain() {
    let derived = |text: &str| TypedData::parse(text).unwrap().digest().to_string();
    let listed = MAIL.split_once("\"EIP712Domain\"").unwrap().1.split_once("],").unwrap().0;
    let absent = MAIL.replace(&format!("\"EIP712Domain\"{listed}],"), "");
    assert!(!absent.contains("EIP712Domain"));
    assert_eq!(derived(&absent), derived(MAIL));
    assert!(
        TypedData::parse(&absent).unwrap().to_json().to_string().contains(r#""EIP712Domain":[{"name":"name","type":"string"},"#)
    );

    let with = |list: &str| absent.replacen(r#""types": {"#, &format!(r#""types": {{"EIP712Domain": {list},"#), 1);
    let [name, version, chain, contract] = [
        r#"{"name":"name","type":"string"}"#,
        r#"{"name":"version","type":"string"}"#,
        r#"{"name":"chainId","type":"uint256"}"#,
        r#"{"name":"verifyingContract","type":"address"}"#,
    ];
    assert_eq!(derived(&with(&format!("[{name},{version},{chain},{contract}]"))), derived(MAIL));
    for list in [
        "[]".into(),
        "null".into(),
        format!("[{name},{version},{chain}]"),
        format!("[{version},{name},{chain},{contract}]"),
        format!(r#"[{name},{version},{chain},{contract},{{"name":"salt","type":"bytes32"}}]"#),
        format!(r#"[{name},{version},{{"name":"chainId","type":"uint64"}},{contract}]"#),
    ] {
        check_refused(&with(&list), "typed_data_domain_type", "types.EIP712Domain");
    }
}

#[test]
fn domains() {
    let with = |domain: &str| data(r#""A":[]"#, "").replace(r#""domain":{}"#, &format!(r#""domain":{{{domain}}}"#));
    assert_eq!(TypedData::parse(&with("")).unwrap().domain(), Domain::EMPTY);
    let chain = |text: &str| TypedData::parse(&with(&format!(r#""chainId":{text}"#))).unwrap().domain_separator();
    assert_eq!(chain("8453"), chain(r#""8453""#));
    assert_eq!(chain("8453"), chain(r#""0x2105""#));
    assert_ne!(chain("8453"), chain("84532"));
    // More than a JSON number holds is exported as text.
    let large = TypedData::parse(&with(r#""chainId":"9007199254740992""#)).unwrap();
    assert_eq!(TypedData::from_json(&large.to_json()).unwrap(), large);

    check_refused(&with(r#""name":null"#), "member_type", "domain.name");
    check_refused(&with(r#""version":2"#), "member_type", "domain.version");
    check_refused(&with(r#""chainId":-1"#), "typed_data_range", "domain.chainId");
    check_refused(&with(r#""chainId":"eip155:1""#), "typed_data_integer", "domain.chainId");
    check_refused(&with(r#""verifyingContract":"""#), "address_prefix", "domain.verifyingContract");
    check_refused(&with(r#""salt":"0x00""#), "hex_length", "domain.salt");
    check_refused(&with(r#""chain":1"#), "typed_data_unknown_member", "domain.chain");
}

/// Values built by hand can be deeper than text may be; the encoder has a bound of its own.
#[test]
fn nesting_is_bounded() {
    let nested = |levels: usize| {
        let mut node: Object = [("children", Value::Array(vec![]))].into_iter().collect();
        for _ in 1..levels {
            node = [("children", Value::Array(vec![node.into()]))].into_iter().collect();
        }
        let text = r#"{"types":{"N":[{"name":"children","type":"N[]"}]},"primaryType":"N","domain":{},"message":null}"#;
        let Ok(Value::Object(mut whole)) = json::parse(text.as_bytes(), &Limits::BODY) else { panic!("an object") };
        whole.insert("message", node);
        TypedData::from_json(&whole.into())
    };
    assert!(nested(16).is_ok());
    let error = nested(17).unwrap_err();
    assert_eq!(error.kind().name(), "typed_data_depth");
    assert_eq!(error.path().unwrap().matches("children").count(), 16);
    assert!(nested(2000).is_err());
    // A type with many brackets is no nesting until there are values.
    assert!(TypedData::parse(&one(&format!("bool{}", "[]".repeat(20_000)), "[]")).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    /// Nothing panics, and what is still typed data after a change is written and read again unchanged.
    #[test]
    fn changed_documents(start in 0..MAIL.len(), length in 0..12_usize, insert in r#"[\[\]{}":,0-9a-zA-Z\- ]{0,6}"#) {
        let end = (start + length).min(MAIL.len());
        let text = [&MAIL[..start], &insert, &MAIL[end..]].concat();
        if let Ok(data) = TypedData::parse(&text) {
            prop_assert_eq!(TypedData::from_json(&data.to_json()).expect("what was read can be read again"), data);
        }
    }

    /// A value of any JSON kind under any type is encoded or refused.
    #[test]
    fn any_value_under_any_type(
        kind in r"(bool|address|string|bytes([0-9]|[12][0-9]|3[0-4])?|u?int(8|16|40|128|256))(\[[0-3]?\]){0,2}",
        value in prop_oneof![
            r#""(0x)?[0-9a-f]{0,70}""#,
            r#""-?[0-9]{0,80}""#,
            r"-?[1-9][0-9]{0,15}",
            r"\[(-?[1-9]{1,3}(,[1-9]){0,3})?\]",
            Just(String::from("[[1,2],[3]]")),
            Just(String::from("{}")),
            Just(String::from("true")),
        ],
    ) {
        if let Ok(data) = TypedData::parse(&one(&kind, &value)) {
            prop_assert_eq!(data.encode_data().len(), 32);
        }
    }
}
