use alloc::format;
use alloc::string::{String, ToString as _};

use proptest::prelude::*;

use super::*;
use crate::error::DecodeError;
use crate::json::tests::any_value;
use crate::json::{Object, Value};
use crate::limits::Limits;
use crate::payment_id::PaymentId;
use crate::registry;

const OFFER: &str = r#"{"scheme":"exact","network":"eip155:84532","amount":"10000","asset":"0x036CbD53842c5426634e7929541eC2318f3dCF7e","payTo":"0x209693Bc6afc0C5328bA36FaF03C514EF312287C","maxTimeoutSeconds":60}"#;

/// Reads `text` as `T`; `expected` is what is written again, or `path: reason`.
fn check<T: Wire>(text: &str, expected: Result<&str, &str>) {
    let read = |text: &str| -> Result<T, DecodeError> { read_json(text.as_bytes(), &Limits::BODY) };
    let got = read(text)
        .map(|object| object.write().to_string())
        .map_err(|e| format!("{}: {}", e.path().unwrap_or_default(), e.kind().name()));
    assert_eq!(got.as_deref().map_err(String::as_str), expected, "{text}");
}

/// The same of an object that keeps its texts: what need not be written again is what writing gives.
fn verbatim<T: Verbatim>(text: &str) {
    same::<T>(text);
    let with = |member: &str| text.replacen('{', &format!("{{{member},"), 1);
    for spelled in [text.into(), text.replacen(':', ": ", 1), with(r#""new":null"#), with(r#""n\u0065w":"\/""#)] {
        let (object, again) = read_again::<T>(spelled.as_bytes(), &Limits::BODY).unwrap();
        assert_eq!(again.is_none(), spelled == text && !text.contains("null"), "{spelled}");
        assert_eq!(again.unwrap_or_else(|| spelled.clone()), object.write().to_string(), "{spelled}");
    }
}

/// Reads `text` and expects the same text.
fn same<T: Wire>(text: &str) {
    check::<T>(text, Ok(text));
}

#[test]
fn objects_are_written_as_they_were_read() {
    verbatim::<PaymentRequirements>(OFFER);
    verbatim::<PaymentRequirements>(
        r#"{"payTo":"merchant","amount":"0","novel":{"a":null},"scheme":"x","network":"cloudflare:402","maxTimeoutSeconds":0,"asset":"USD","extra":{}}"#,
    );
    verbatim::<PaymentRequired>(&format!(
        r#"{{"x402Version":2,"error":"pay","resource":{{"url":"https://a.example/","tags":["a"],"novel":1}},"accepts":[{OFFER}],"extensions":{{"bazaar":{{"info":{{}},"schema":{{}}}}}}}}"#
    ));
    verbatim::<PaymentPayload>(&format!(
        r#"{{"payload":{{"signature":"0x"}},"x402Version":2,"accepted":{OFFER},"novel":[1.50,-0]}}"#
    ));
    verbatim::<VerifyResponse>(r#"{"isValid":true,"payer":"0x00","extra":{"channelId":"0x"}}"#);
    verbatim::<VerifyResponse>(r#"{"isValid":false,"invalidReason":"insufficient_funds","invalidMessage":"no money"}"#);
    verbatim::<SettleResponse>(r#"{"success":false,"errorReason":"insufficient_funds","transaction":"","network":"eip155:84532"}"#);
    verbatim::<SettleResponse>(
        r#"{"success":true,"transaction":"0x12","network":"eip155:84532","payer":"0x00","amount":"3","extensions":{"offer-receipt":{"info":{}}}}"#,
    );
    verbatim::<SupportedResponse>(
        r#"{"kinds":[{"x402Version":1,"scheme":"exact","network":"base"},{"x402Version":2,"scheme":"exact","network":"eip155:8453","extra":{"a":1}}],"extensions":["bazaar"],"signers":{"eip155:*":["0x00"]}}"#,
    );
    verbatim::<DiscoveryResources>(&format!(
        r#"{{"x402Version":2,"items":[{{"resource":"https://a.example/","type":"http","x402Version":1,"accepts":[{OFFER}],"lastUpdated":1703123456,"metadata":{{}}}}],"pagination":{{"limit":20,"offset":0,"total":1}}}}"#
    ));
    verbatim::<DiscoverySearch>(
        r#"{"x402Version":2,"resources":[],"partialResults":true,"pagination":{"limit":20,"cursor":"abc"}}"#,
    );
    same::<Extension>(r#"{"info":{"a":1},"schema":{"type":"object"},"supportedChains":[]}"#);
    verbatim::<v1::PaymentPayload>(r#"{"x402Version":1,"scheme":"exact","network":"base","payload":{}}"#);
}

#[test]
fn row_43_null_is_absence_and_is_never_written() {
    check::<VerifyResponse>(r#"{"isValid":true,"invalidReason":null,"payer":null,"extra":null}"#, Ok(r#"{"isValid":true}"#));
    check::<PaymentRequirements>(&OFFER.replace('}', r#","extra":null}"#), Ok(OFFER));
    check::<PaymentRequired>(
        r#"{"x402Version":2,"error":null,"resource":null,"accepts":[],"extensions":null}"#,
        Ok(r#"{"x402Version":2,"accepts":[]}"#),
    );
    check::<SupportedResponse>(r#"{"kinds":[],"extensions":null,"signers":null}"#, Ok(r#"{"kinds":[]}"#));
}

#[test]
fn an_error_names_the_member() {
    check::<PaymentRequirements>(&OFFER.replace("\"10000\"", "10000"), Err("amount: member_type"));
    check::<PaymentRequirements>(&OFFER.replace("\"exact\"", "\"\""), Err("scheme: member_empty"));
    check::<PaymentRequirements>(&OFFER.replace("60", "60.0"), Err("maxTimeoutSeconds: member_integer"));
    check::<PaymentRequired>(r#"{"x402Version":2,"accepts":[{}]}"#, Err("accepts[0].scheme: member_missing"));
    check::<PaymentRequired>(r#"{"x402Version":2,"accepts":[1]}"#, Err("accepts[0]: member_type"));
    check::<PaymentRequired>(r#"{"x402Version":1,"accepts":[]}"#, Err("x402Version: x402_version"));
    check::<VerifyResponse>(r#"{"isValid":"true"}"#, Err("isValid: member_type"));
    check::<VerifyResponse>(r#"{"isValid":true,"invalidReason":"x"}"#, Err("invalidReason: member_ambiguous"));
    check::<SettleResponse>(
        r#"{"success":true,"errorReason":"x","transaction":"0x12","network":"eip155:1"}"#,
        Err("errorReason: member_ambiguous"),
    );
    check::<VerifyRequest>(
        &format!(
            r#"{{"x402Version":2,"paymentPayload":{{"x402Version":1,"scheme":"exact","network":"base","payload":{{}}}},"paymentRequirements":{OFFER}}}"#
        ),
        Err("paymentPayload.x402Version: x402_version"),
    );
    check::<SupportedResponse>(r#"{"kinds":[],"signers":{"eip155:*":"0x"}}"#, Err("signers.eip155:*: member_type"));
    check::<ExtensionResponses>(r#"{"bazaar":"success"}"#, Err("bazaar: member_type"));
    check::<DiscoveryOffer>(r#"{"amount":"1","maxAmountRequired":"1"}"#, Err("maxAmountRequired: member_ambiguous"));
}

#[test]
fn row_22_a_second_name_in_other_letters_is_refused() {
    let payment = |twin: &str| format!(r#"{{"x402Version":2,"accepted":{OFFER},"payload":{{}},"{twin}":{{}}}}"#);
    check::<PaymentPayload>(&payment("Payload"), Err("payload: member_ambiguous"));
    check::<PaymentPayload>(&payment("PAYLOAD"), Err("payload: member_ambiguous"));
    check::<PaymentPayload>(&payment("x402ver\u{17f}ion"), Err("x402Version: member_ambiguous"));
    check::<PaymentPayload>(&payment("Accepted"), Err("accepted: member_ambiguous"));
    same::<PaymentPayload>(&payment("payloads"));
    same::<PaymentPayload>(&payment("Extensions"));
    check::<VerifyResponse>(r#"{"isValid":false,"IsValid":true}"#, Err("isValid: member_ambiguous"));
    check::<SupportedKind>(
        r#"{"x402Version":2,"scheme":"exact","network":"eip155:1","networ\u212a":"eip155:10"}"#,
        Err("network: member_ambiguous"),
    );
}

#[test]
fn an_extension_is_read_when_it_is_asked_for() {
    let extensions: Extensions =
        [("a", Value::from("x")), ("b", Object::new().into()), ("c", Value::Null)].into_iter().collect::<Object>().into();
    let entry = |id| extensions.entry(id).map(|found| found.is_some()).map_err(|e| e.to_string());
    assert_eq!(entry("a"), Err("a: has the wrong type".into()));
    assert_eq!(entry("b"), Err("b.info: is required".into()));
    assert_eq!((entry("c"), entry("d")), (Ok(false), Ok(false)));
}

#[test]
fn the_binding_extension_carries_salt_and_metadata() {
    let text = format!(r#"{{"version":"1","mode":"required","salt":"0x{}","metadata":{{"agent":"a/1"}}}}"#, "ab".repeat(32));
    same::<Binding>(&text);
    check::<Binding>(&text.replace("required", "sometimes"), Err("mode: member_grammar"));
    check::<Binding>(&text.replace("\"1\"", "\"2\""), Err("version: member_grammar"));
    check::<Binding>(&text.replace("0xab", "0xa"), Err("salt: hex_length"));
}

#[test]
fn row_125_the_identifier_extension_carries_an_identifier() {
    same::<PaymentIdentifier>("{}");
    same::<PaymentIdentifier>(r#"{"required":false}"#);
    same::<PaymentIdentifier>(r#"{"id":"pay_7d5d747be160e280504c099d984bcfe0","required":true,"novel":1}"#);
    check::<PaymentIdentifier>(r#"{"id":"short"}"#, Err("id: payment_id_length"));
    check::<PaymentIdentifier>(r#"{"id":7}"#, Err("id: member_type"));
    check::<PaymentIdentifier>(r#"{"required":"true"}"#, Err("required: member_type"));
    let id = PaymentId::parse("pay_7d5d747be160e280504c099d984bcfe0").unwrap();
    let answer = PaymentIdentifier::advertise(true).answer(id);
    let entry = Extension::from(&answer);
    assert!(PaymentIdentifier::try_from(&entry).unwrap() == answer);
    let wrong = Extension::new([("id", "short")].into_iter().collect());
    assert_eq!(PaymentIdentifier::try_from(&wrong).unwrap_err().path(), Some("info.id"));
}

#[test]
fn version_1_maps_to_version_2_and_back() {
    let v1 = r#"{"scheme":"exact","network":"base-sepolia","maxAmountRequired":"10000","asset":"0x036CbD53842c5426634e7929541eC2318f3dCF7e","payTo":"0x209693Bc6afc0C5328bA36FaF03C514EF312287C","resource":"https://a.example/","description":"d","mimeType":"text/plain","maxTimeoutSeconds":60}"#;
    let offer = v1::PaymentRequirements::from_json(v1.as_bytes(), &Limits::BODY).unwrap();
    let v2 = offer.to_v2().unwrap();
    assert_eq!(v2.to_json(), OFFER);
    assert_eq!(v1::PaymentRequirements::from_v2(&v2, &offer.resource).map(|o| o.to_json()).as_deref(), Some(v1));
    let elsewhere = v1::PaymentRequirements { network: "nowhere".into(), ..offer };
    assert_eq!(elsewhere.to_v2().map_err(|e| e.kind().name()), Err("network_v1_name"));
    assert!(registry::network_by_v1_name("base").is_some());
}

#[test]
fn nothing_secret_prints_itself() {
    let secret = "5ec2e7";
    let payment = format!(
        r#"{{"x402Version":2,"resource":{{"url":"https://a.example/?{secret}"}},"accepted":{OFFER},"payload":{{"signature":"{secret}"}},"extensions":{{"quittance-binding":{{"info":{{"salt":"{secret}"}}}}}},"novel":"{secret}"}}"#
    );
    let payment = PaymentPayload::from_json(payment.as_bytes(), &Limits::HEADER).unwrap();
    assert!(!format!("{payment:?}{:#?}", payment.extensions).contains(secret));
    let proof = format!(
        r#"{{"domain":"d","address":"a","uri":"u","version":"1","chainId":"eip155:1","type":"eip191","nonce":"n","issuedAt":"i","signature":"{secret}"}}"#
    );
    let proof = SignInWithX::from_json(proof.as_bytes(), &Limits::HEADER).unwrap();
    assert!(!format!("{proof:?}").contains(secret));
    let url = format!("https://a.example/?{secret}");
    check_quiet::<SettleResponse>(
        &format!(
            r#"{{"success":false,"errorReason":"call {secret} failed","errorMessage":"call {secret} failed","transaction":"","network":""}}"#
        ),
        "SettleResponse { success: false, error_reason: Some(Other), error_message: Some(text of 18 bytes), payer: None, transaction: \"\", \
         network: \"\", amount: None, .. }",
    );
    check_quiet::<VerifyResponse>(
        &format!(r#"{{"isValid":false,"invalidReason":"insufficient_funds","invalidMessage":"call {secret} failed"}}"#),
        "VerifyResponse { is_valid: false, invalid_reason: Some(Rejection(InsufficientFunds)), \
         invalid_message: Some(text of 18 bytes), payer: None, .. }",
    );
    check_quiet::<PaymentRequired>(
        &format!(r#"{{"x402Version":2,"error":"cannot read {secret}","resource":{{"url":"{url}"}},"accepts":[]}}"#),
        "PaymentRequired { error: Some(text of 18 bytes), accepts: [], .. }",
    );
    check_quiet::<v1::PaymentRequired>(
        &format!(r#"{{"x402Version":1,"error":"cannot read {secret}","accepts":[]}}"#),
        "PaymentRequired { error: Some(text of 18 bytes), accepts: [], .. }",
    );
    check_quiet::<DiscoveryItem>(
        &format!(r#"{{"resource":"{url}","type":"http","x402Version":2,"accepts":[],"iconUrl":"{url}","description":"{secret}"}}"#),
        "DiscoveryItem { resource: text of 25 bytes, kind: \"http\", accepts: [], version: V2, .. }",
    );
}

#[test]
fn a_strangers_name_does_not_get_into_an_error() {
    let salt = format!("0x{}", "ab".repeat(32));
    for name in [&salt, "", "a b", "paid\\n2026-01-01 INFO settled", "\\u001b[2J", "\u{202e}", &"n".repeat(64)] {
        let expected = if name.is_empty() { ": member_type" } else { "?: member_type" };
        check::<ExtensionResponses>(&format!(r#"{{"{name}":1}}"#), Err(expected));
    }
    check::<ExtensionResponses>(&format!(r#"{{"{}":1}}"#, "n".repeat(63)), Err(&format!("{}: member_type", "n".repeat(63))));
    check::<SupportedResponse>(&format!(r#"{{"kinds":[],"signers":{{"{salt}":1}}}}"#), Err("signers.?: member_type"));
}

/// Reads `text` as `T`; `expected` is what `Debug` shows of it.
fn check_quiet<T: Wire + core::fmt::Debug>(text: &str, expected: &str) {
    let object = crate::header::Envelope::from_json(text.as_bytes(), &Limits::BODY).unwrap().into_object();
    assert_eq!(format!("{:?}", T::read(Members::of_object(object)).unwrap()), expected);
}

#[test]
fn serde_carries_the_same_objects() {
    let offer: PaymentRequirements = serde_json::from_str(OFFER).unwrap();
    assert_eq!(serde_json::to_string(&offer).unwrap(), OFFER);
    assert!(serde_json::from_str::<PaymentRequirements>(&OFFER.replace("\"amount\"", "\"scheme\"")).is_err());
}

proptest! {
    #[test]
    fn reading_and_writing_are_inverse(
        unknown in prop::collection::vec(("n[a-z]{1,6}", any_value()), 0..4),
        payload in prop::collection::vec((any::<String>(), any_value()), 0..4),
        extra in prop::option::of(prop::collection::vec((any::<String>(), any_value()), 0..4)),
        turn in 0usize..8,
    ) {
        let mut accepted = PaymentRequirements::new("exact", "eip155:1", "1", "0x0", "x", 60);
        accepted.extra = extra.map(|members| members.into_iter().collect());
        let payment = PaymentPayload::new(accepted, payload.into_iter().collect());
        let mut members: alloc::vec::Vec<(String, Value)> = payment.write().into_iter().chain(unknown).collect();
        let count = members.len();
        members.rotate_left(turn % count);
        let text = members.into_iter().collect::<Object>().to_string();
        let limits = Limits::BODY.with_bytes(1 << 20);
        let read = PaymentPayload::from_json(text.as_bytes(), &limits).unwrap();
        prop_assert_eq!(read.to_json(), text.as_str());
        let (_, again) = PaymentPayload::from_json_with_text(text.as_bytes(), &limits).unwrap();
        prop_assert_eq!(again.unwrap_or_else(|| text.clone()), text);
        prop_assert!(PaymentPayload::from_json(read.to_json().as_bytes(), &limits).unwrap() == read);
    }
}

#[test]
fn row_167_what_a_client_adds_to_an_offer_of_gas_is_read_whole() {
    let address = "0x857b06519E91e3A54538791bDbb0E22373e36b66";
    let permit = format!(
        r#"{{"from":"{address}","asset":"{address}","spender":"{address}","amount":"7","nonce":"0","deadline":"1740672154","signature":"0xab","version":"1","description":"x"}}"#
    );
    same::<Eip2612GasSponsoring>(&permit);
    check::<Eip2612GasSponsoring>(&permit.replace(r#""nonce":"0""#, r#""nonce":"00""#), Err("nonce: amount_leading_zero"));
    check::<Eip2612GasSponsoring>(&permit.replace(r#""nonce":"0""#, r#""nonce":0"#), Err("nonce: member_type"));
    check::<Eip2612GasSponsoring>(&permit.replace("\"0xab\"", "\"ab\""), Err("signature: signature_prefix"));
    for version in ["", "1.", ".1", "v1", "1..2"] {
        let changed = permit.replace(r#""version":"1""#, &format!(r#""version":"{version}""#));
        check::<Eip2612GasSponsoring>(&changed, Err("version: member_grammar"));
    }
    let approval = format!(
        r#"{{"from":"{address}","asset":"{address}","spender":"{address}","amount":"7","signedTransaction":"0x02c0","version":"1.0.2"}}"#
    );
    same::<Erc20ApprovalGasSponsoring>(&approval);
    check::<Erc20ApprovalGasSponsoring>(&approval.replace("0x02c0", "0x02c"), Err("signedTransaction: hex_length"));
    let long = format!("0x{}", "00".repeat(1_025));
    check::<Erc20ApprovalGasSponsoring>(&approval.replace("0x02c0", &long), Err("signedTransaction: hex_length"));
    let shown = format!("{:?}", read_json::<Erc20ApprovalGasSponsoring>(approval.as_bytes(), &Limits::BODY).unwrap());
    assert!(!shown.contains("02c0"), "{shown}");
}
