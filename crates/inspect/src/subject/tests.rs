use alloc::vec;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use proptest::prelude::*;
use quittance_core::binding::{Binding, EXTENSION, Mode};
use quittance_core::eip712::eip3009;
use quittance_core::registry::networks;
use quittance_core::statement::{Issuer, KeyId};
use quittance_core::wire::{
    Bazaar, BodyType, Declaration, Eip3009Payload, Extensions, OfferPayload, OfferReceipt, PaymentPayload, ReceiptPayload,
    ResourceInfo, RouteTemplate,
};
use quittance_core::{Money, Nonce, Resource, Salt, SecretKey, Window};

use super::*;
use crate::report::{Mark, Outcome};

const NOW: UnixSeconds = UnixSeconds::from_secs(1_000_000);
const PAYEE: &str = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C";
const URL: &str = "https://api.example.com/report";

fn terms() -> Terms {
    let asset = default_asset(networks::BASE_SEPOLIA).unwrap();
    Terms::exact(asset, &Money::parse("$0.01").unwrap(), PAYEE, 60).unwrap()
}

fn key() -> SecretKey {
    SecretKey::from_bytes(&[7; 32]).unwrap()
}

/// A payment for the terms, but for what `change` does to what is signed.
fn payment(change: impl FnOnce(&mut eip3009::Authorization)) -> PaymentPayload {
    let (terms, key) = (terms(), key());
    let mut transfer = eip3009::Authorization {
        from: key.address(),
        to: terms.pay_to().address().unwrap(),
        value: terms.amount(),
        window: Window::new(UnixSeconds::from_secs(999_000), UnixSeconds::from_secs(1_000_060)),
        nonce: Nonce::from_bytes([9; 32]),
    };
    change(&mut transfer);
    let domain = terms.token().unwrap().erc20().unwrap().domain_separator();
    let payload = (&Eip3009Payload::sign(&key, &domain, transfer)).into();
    let mut payment = PaymentPayload::new(terms.requirements().clone(), payload);
    payment.resource = Some(ResourceInfo::new(URL));
    payment
}

fn one(text: &str) -> Finding {
    let mut report = inspect(text, &Context::at(NOW));
    assert_eq!(report.findings.len(), 1, "{text}");
    report.findings.remove(0)
}

fn failed(finding: &Finding) -> Vec<&'static str> {
    finding.rules.iter().filter(|rule| rule.outcome != Outcome::Holds).map(|rule| rule.name).collect()
}

#[test]
fn a_402_is_handed_on_as_json_and_a_payment_is_not() {
    let json = wire::PaymentRequired::new(ResourceInfo::new(URL), vec![terms().requirements().clone()]).to_json();
    let header = STANDARD.encode(&json);
    for pasted in
        [json.clone(), header.clone(), STANDARD.encode(&header), format!("HTTP/1.1 402\r\npayment-required: {header}\r\n\r\n")]
    {
        let finding = one(&pasted);
        assert_eq!(finding.text.as_deref(), Some(&*json), "{pasted}");
        let told = format!(r#""text":{}"#, Value::String(json.clone()));
        assert!(inspect(&pasted, &Context::at(NOW)).to_json().contains(&told), "{pasted}");
    }
    let first = r#"{"x402Version":1,"error":"pay","accepts":[]}"#;
    for pasted in [first.into(), format!("< HTTP/1.1 402 Payment Required\r\n< content-length: 43\r\n<\r\n{first}\r\n$ ")] {
        assert_eq!(one(&pasted).text.as_deref(), Some(first), "{pasted}");
    }
    let payment = payment(|_| {}).to_json();
    assert_eq!(one(&payment).text, None);
}

#[test]
fn a_payment_that_is_right_is_right_however_it_is_pasted() {
    let json = payment(|_| {}).to_json();
    let header = STANDARD.encode(&json);
    let line = format!("PAYMENT-SIGNATURE: {header}");
    let request =
        format!(r#"{{"x402Version":2,"paymentPayload":{json},"paymentRequirements":{}}}"#, terms().requirements().to_json());
    for text in [&json, &header, &line, &request] {
        let finding = one(text);
        assert_eq!((finding.verdict.as_str(), finding.mistakes.len()), ("right", 0), "{text}");
        assert_eq!(failed(&finding), [""; 0]);
    }
}

#[test]
fn every_mistake_of_encoding_is_named_and_seen_through() {
    let json = payment(|_| {}).to_json();
    let header = STANDARD.encode(&json);
    let wrapped = header.as_bytes().chunks(76).map(|line| core::str::from_utf8(line).unwrap()).collect::<Vec<_>>().join("\n ");
    // a text whose url-safe form differs, and whose length wants padding
    let odd = payment(|_| {}).to_json().replace("https://api.example.com/report", "https://api.example.com/r?~~~>>>");
    let escaped = format!("\"{}\"", json.replace('"', "\\\""));
    let hex = json.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
    let urlencoded = STANDARD.encode(&odd).replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    let check = |text: &str, expected: Mistake| {
        let finding = one(text);
        assert_eq!(finding.mistakes, [(expected, None)], "{expected:?}");
        assert_eq!(finding.verdict.as_str(), "right", "{expected:?}: {:?}", finding.error);
    };
    check(&format!("PAYMENT-SIGNATURE: {json}"), Mistake::RawJson);
    check(&format!("\"{header}\""), Mistake::Quoted);
    check(&wrapped, Mistake::WhiteSpace);
    check(&URL_SAFE.encode(&odd), Mistake::UrlSafe);
    check(STANDARD.encode(format!("{json} ")).trim_end_matches('='), Mistake::Padding);
    check(&STANDARD.encode(&header), Mistake::EncodedTwice);
    check(&STANDARD.encode(&escaped), Mistake::JsonInText);
    check(&hex, Mistake::Hexadecimal);
    check(&urlencoded, Mistake::PercentEncoded);
    // `fQ==` and `fR==` are both `}`
    let last = STANDARD.encode(format!("{json} "));
    if let Some(bare) = last.strip_suffix("g==") {
        check(&format!("{bare}h=="), Mistake::Trailing);
    }
}

#[test]
fn a_mistake_about_a_member_says_where_it_is() {
    let check = |text: &str, expected: &[(Mistake, &str)]| {
        let finding = one(text);
        let named = finding.mistakes.iter().map(|(mistake, path)| (*mistake, path.as_deref().unwrap_or_default()));
        assert_eq!(named.collect::<Vec<_>>(), expected);
        assert!(finding.error.is_some());
    };
    let offer = terms().requirements().to_json();
    let required = |offer: &str| format!(r#"{{"x402Version":2,"resource":{{"url":"{URL}"}},"accepts":[{offer}]}}"#);
    check(&required(&offer.replace("\"10000\"", "10000")), &[(Mistake::NumberAmount, "accepts[0].amount")]);
    check(&required(&offer.replace("10000", "0.01")), &[(Mistake::DecimalAmount, "accepts[0].amount")]);
    check(&required(&offer.replace("eip155:84532", "base-sepolia")), &[(Mistake::OldNetwork, "accepts[0].network")]);
    check(
        &required(&offer.replace("\"amount\"", "\"maxAmountRequired\"")),
        &[(Mistake::OldAmount, "accepts[0].maxAmountRequired")],
    );
    let first = format!(r#"{{"x402Version":1,"error":"","accepts":[{offer}]}}"#);
    check(&first, &[(Mistake::NewAmount, "accepts[0].amount"), (Mistake::NewNetwork, "accepts[0].network")]);
}

#[test]
fn row_14_a_payment_in_the_other_version_s_header_is_named() {
    let header = STANDARD.encode(payment(|_| {}).to_json());
    assert_eq!(one(&format!("X-PAYMENT: {header}")).mistakes, [(Mistake::NewPaymentInOldHeader, None)]);
    let payload = payment(|_| {}).payload.to_string();
    let first = STANDARD.encode(format!(r#"{{"x402Version":1,"scheme":"exact","network":"base-sepolia","payload":{payload}}}"#));
    let finding = one(&format!("payment-signature: {first}"));
    assert_eq!(finding.mistakes, [(Mistake::OldPaymentInNewHeader, None)]);
    assert_eq!(finding.verdict.as_str(), "right");
    assert_eq!(one(&format!("PAYMENT-RESPONSE: {header}")).mistakes, [(Mistake::OtherHeader, None)]);
    assert_eq!(one(&payload).mistakes, [(Mistake::BarePayload, None)]);
    assert_eq!(one(&terms().requirements().to_json()).mistakes, [(Mistake::BareOffer, None)]);
}

#[test]
fn everything_that_is_wrong_is_seen_and_the_first_is_the_verdict() {
    let late = Window::new(UnixSeconds::from_secs(10), UnixSeconds::from_secs(13));
    let bad = payment(|paid| {
        paid.value = quittance_core::Amount::from_u64(9_999);
        paid.to = paid.from;
        paid.window = late;
    });
    let finding = one(&bad.to_json());
    assert_eq!(failed(&finding), ["amount", "time", "recipient"]);
    assert_eq!(finding.verdict, Verdict::Refused(quittance_core::Rejection::Eip3009Value));
}

#[test]
fn row_85_a_signature_for_another_chain_is_recognized() {
    let mut wrong = payment(|_| {});
    let base = default_asset(networks::BASE).unwrap().erc20().unwrap();
    let authorization = match Payment::try_from(wrong.clone()).unwrap().authorization() {
        Authorization::Eip3009(payload) => payload.authorization,
        _ => unreachable!(),
    };
    wrong.payload = (&Eip3009Payload::sign(&key(), &base.domain_separator(), authorization)).into();
    let finding = one(&wrong.to_json());
    assert_eq!(finding.verdict, Verdict::Open);
    assert!(finding.facts.iter().any(|(name, says)| *name == "signed for" && says.starts_with("USDC on eip155:8453")));
}

#[test]
fn row_107_a_bound_nonce_marks_what_it_binds() {
    let (terms, salt) = (terms(), Salt::from_bytes([5; 32]));
    let nonce = Binding::new(terms.hash(), "GET", &Resource::parse(URL).unwrap()).unwrap().nonce(&salt);
    let mut bound = payment(|paid| paid.nonce = nonce);
    let mut extensions = Extensions::new();
    extensions.insert(EXTENSION, &(&wire::Binding::advertise(Mode::Required).answer(salt.clone(), None)).into());
    bound.extensions = Some(extensions);
    let finding = one(&bound.to_json());
    let mark = |path: &str| finding.fields.iter().find(|field| field.path == path).unwrap().mark;
    assert_eq!((mark("resource.url"), mark("accepted.amount")), (Mark::Bound, Mark::Bound));
    assert!(finding.facts.contains(&("bound to", format!("GET {URL}"))));
    let json = Report { findings: [finding].into() }.to_json();
    assert!(!json.contains(&salt.expose()), "row 220: the salt is a secret");
    bound.resource = Some(ResourceInfo::new("https://api.example.com/other"));
    let finding = one(&bound.to_json());
    assert_eq!(finding.fields.iter().find(|field| field.path == "resource.url").unwrap().mark, Mark::Unsigned);
}

#[test]
fn the_seller_s_own_offer_is_what_counts() {
    let mut offer = terms().requirements().clone();
    offer.amount = "20000".into();
    let dear = Terms::parse(offer).unwrap();
    let report = inspect(&payment(|_| {}).to_json(), &Context::at(NOW).with_terms(&dear));
    assert_eq!(report.findings[0].verdict, Verdict::Refused(quittance_core::Rejection::NoMatchingOffer));
    assert_eq!(failed(&report.findings[0]), ["offer", "amount"]);
    assert!(!report.is_fine());
}

#[test]
fn a_transcript_is_taken_apart() {
    let paid = STANDARD.encode(payment(|_| {}).to_json());
    let receipt =
        STANDARD.encode(r#"{"success":false,"errorReason":"insufficient_funds","transaction":"","network":"eip155:84532"}"#);
    let text = format!(
        "$ curl -si -H 'payment-signature: {paid}' https://api.example.com\nHTTP/1.1 402\r\nPAYMENT-RESPONSE: {receipt}\r\n\r\n{{\"x402Version\":1,\"error\":\"no\",\"accepts\":[]}}\n$"
    );
    let report = inspect(&text, &Context::at(NOW));
    let kinds = report.findings.iter().map(|finding| finding.kind).collect::<Vec<_>>();
    assert_eq!(kinds, [Kind::Payment, Kind::Receipt, Kind::RequiredV1]);
    assert!(report.findings[1].facts.iter().any(|(name, _)| *name == "because"));
}

#[test]
fn in_a_transcript_of_a_post_the_body_of_the_question_is_not_taken_for_the_answers() {
    let first = r#"{"x402Version":1,"error":"pay }{ \\\"","accepts":[]}"#;
    for (question, more) in [
        (r#"{"company":"}{","list":[{"a":1}]}"#, ""),
        ("{\n  \"company\": {\n    \"x\": 1 }\n}", "\r\n* Connection #0 to host a left intact\r\n$ "),
        ("{\"broken\": \"", ""),
        ("{}", "\n{not it"),
    ] {
        let text = format!(
            "> POST /v1/report HTTP/1.1\r\n> content-type: application/json\r\n>\r\n{question}\r\n< HTTP/1.1 402 Payment Required\r\n<\r\n{first}{more}"
        );
        assert_eq!(one(&text).text.as_deref(), Some(first), "{text}");
    }
    // of version 2 the header is what counts, and the body is the answer's
    let header =
        STANDARD.encode(wire::PaymentRequired::new(ResourceInfo::new(URL), vec![terms().requirements().clone()]).to_json());
    let text = format!("> POST / HTTP/1.1\r\n>\r\n{{\"a\":1}}\r\n< HTTP/1.1 402\r\n< payment-required: {header}\r\n<\r\n{first}");
    let kinds = inspect(&text, &Context::at(NOW)).findings.iter().map(|finding| finding.kind).collect::<Vec<_>>();
    assert_eq!(kinds, [Kind::Required, Kind::RequiredV1]);
}

proptest! {
    #[test]
    fn any_text_has_a_report(text in "\\PC{0,300}") {
        let report = inspect(&text, &Context::at(NOW));
        prop_assert!(report.findings.len() <= 65);
        let _ = report.to_json();
    }

    #[test]
    fn a_payment_with_a_byte_changed_has_a_report(at in 0_usize..1_500, byte in 0x20_u8..0x7f) {
        let mut json = payment(|_| {}).to_json().into_bytes();
        let at = at % json.len();
        json[at] = byte;
        let text = String::from_utf8(json).unwrap();
        let signature = payment(|_| {}).payload.member("signature").unwrap().as_str().unwrap().to_string();
        let report = inspect(&text, &Context::at(NOW)).to_json();
        prop_assert!(!report.contains(&signature), "row 220");
    }
}

fn stated(issuer: &Issuer, edit: impl FnOnce(&mut OfferPayload)) -> wire::PaymentRequired {
    let mut required = wire::PaymentRequired::new(ResourceInfo::new(URL), [terms().requirements().clone()].into());
    let mut payload = OfferPayload::of(terms().requirements(), URL, Some(UnixSeconds::from_secs(1_000_060)));
    edit(&mut payload);
    let mut extensions = Extensions::new();
    extensions.insert(OfferReceipt::ID, &OfferReceipt::offers([issuer.sign(payload).at(0)].into()).entry());
    required.extensions = Some(extensions);
    required
}

fn fact(finding: &Finding, name: &str) -> String {
    finding.facts.iter().filter(|(found, _)| *found == name).map(|(_, says)| says.as_str()).collect::<Vec<_>>().join("|")
}

fn codes(finding: &Finding) -> Vec<&'static str> {
    finding.mistakes.iter().map(|(mistake, _)| mistake.code()).collect()
}

#[test]
fn of_an_offer_it_is_told_who_signed_what() {
    let issuer = Issuer::eip712(key());
    let finding = one(&stated(&issuer, |_| {}).to_json());
    let says = fact(&finding, "signed offer");
    assert!(says.starts_with("of accepts[0], until 1970-01-12T13:47:40Z, in 60 s; signed by 0x"), "{says}");
    assert!(says.contains(&issuer.key().to_string()) && says.contains("whether that key speaks for the seller"), "{says}");
    assert!(codes(&finding).is_empty() && fact(&finding, "unsigned").is_empty());
    let mark = |path: &str| finding.fields.iter().find(|field| field.path.ends_with(path)).unwrap().mark;
    assert_eq!(mark("offers[0].payload.amount"), Mark::Vouched);
    assert_eq!((mark("offers[0].acceptIndex"), mark("offers[0].signature")), (Mark::Unsigned, Mark::Secret));

    let named = Issuer::jws_named(key(), KeyId::parse("did:web:a.example").unwrap()).unwrap();
    let says = fact(&one(&stated(&named, |_| {}).to_json()), "signed offer");
    assert!(says.ends_with("by whom cannot be told here: the named key has to be looked up elsewhere"), "{says}");
}

#[test]
fn of_an_offer_that_is_of_something_else_that_is_a_mistake() {
    let issuer = Issuer::jws(key());
    for edit in [
        (|offer| offer.amount = "1".into()) as fn(&mut OfferPayload),
        |offer| offer.pay_to = PAYEE.to_lowercase(),
        |offer| offer.resource_url = "https://other.example/".into(),
    ] {
        assert_eq!(codes(&one(&stated(&issuer, edit).to_json())), ["other_statement"]);
    }
    let unsigned = one(&stated(&issuer, |offer| offer.amount = "1".into()).to_json());
    assert!(fact(&unsigned, "unsigned").starts_with("accepts[0]: nobody"));
    let text = stated(&issuer, |_| {}).to_json();
    let forged = text.replace("\"signature\":\"eyJ", "\"signature\":\"eyK");
    assert_eq!(codes(&one(&forged)), ["statement"], "{forged}");
    let garbled = text.replace("\"format\":\"jws\"", "\"format\":7");
    assert_eq!(codes(&one(&garbled)), ["extension"]);
}

#[test]
fn of_a_receipt_it_is_told_who_signed_it_and_whether_it_is_of_this_settlement() {
    let payer = key().address().to_string();
    let settled = |edit: fn(&mut ReceiptPayload)| {
        let mut settled = wire::SettleResponse::settled("eip155:84532", "0x12", payer.clone());
        let mut receipt = ReceiptPayload::new(networks::BASE_SEPOLIA, URL, payer.clone(), NOW);
        edit(&mut receipt);
        settled
            .extensions
            .get_or_insert_default()
            .insert(OfferReceipt::ID, &OfferReceipt::receipt(Issuer::jws(key()).sign(receipt)).entry());
        one(&settled.to_json())
    };
    let finding = settled(|_| {});
    let says = fact(&finding, "signed receipt");
    assert!(says.contains(" paid for https://api.example.com/report") && says.contains("signed by did:key:zQ3s"), "{says}");
    assert!(codes(&finding).is_empty());
    for edit in [
        (|receipt| receipt.payer = PAYEE.into()) as fn(&mut ReceiptPayload),
        |receipt| receipt.network = "eip155:8453".into(),
        |receipt| receipt.transaction = Some("0x13".into()),
    ] {
        assert_eq!(codes(&settled(edit)), ["other_statement"]);
    }
}

#[test]
fn of_a_description_it_is_told_what_it_describes_and_that_nobody_signs_it() {
    let described = |entry: wire::Extension| {
        let mut required = wire::PaymentRequired::new(ResourceInfo::new(URL), [terms().requirements().clone()].into());
        let mut extensions = Extensions::new();
        extensions.insert(Bazaar::ID, &entry);
        required.extensions = Some(extensions);
        one(&required.to_json())
    };
    let weather = Declaration::query("GET").unwrap().listed_under(RouteTemplate::parse("/v1/:city").unwrap());
    let weather = weather.output("json", None, None).unwrap();
    assert_eq!(fact(&described(weather.entry()), "described as"), "GET, answers json, under /v1/:city; nobody signs this");
    let form = Declaration::body("POST", BodyType::FormData, Object::new()).unwrap();
    assert_eq!(fact(&described(form.entry()), "described as"), "POST with a body of form-data; nobody signs this");
    let tool = Declaration::tool("search", Object::new()).unwrap();
    assert_eq!(fact(&described(tool.entry()), "described as"), "the tool search; nobody signs this");
    let mut wrong = form.entry();
    wrong.info.remove("input");
    assert_eq!(codes(&described(wrong)), ["extension"]);
}
