use alloc::format;
use alloc::string::ToString as _;

use super::*;
use crate::json;
use crate::rejection::Rejection;
use crate::resource::Resource;
use crate::terms::find_offer;
use crate::wire::{self, PaymentPayload};

mod offers;

const PARTY: &str = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C";

/// An offer of a scheme on a network, for a price.
fn offer(scheme: &str, network: &str, amount: &str) -> wire::PaymentRequirements {
    let (asset, payee) = match network.split_once(':') {
        Some(("solana", _)) => ("EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkwyTDt1v", "2wKupLR9q6wXYppw8Gr2NvWxKBUqm4PPJKkQfoxHDBg4"),
        _ => ("0x036CbD53842c5426634e7929541eC2318f3dCF7e", PARTY),
    };
    wire::PaymentRequirements::new(scheme, network, amount, asset, payee, 60)
}

fn object(text: &str) -> Object {
    let value = json::parse(text.as_bytes(), &Limits::BODY).unwrap();
    value.as_object().unwrap().clone()
}

fn eip3009() -> String {
    let nonce = "5e".repeat(32);
    format!(
        r#"{{"signature":"0x5ec2e7","authorization":{{"from":"{PARTY}","to":"{PARTY}","value":"1","validAfter":"0","validBefore":"9","nonce":"0x{nonce}"}}}}"#
    )
}

fn paid(offer: wire::PaymentRequirements) -> PaymentPayload {
    PaymentPayload::new(offer, object(&eip3009()))
}

/// Which of the authorizations a payload is read as, or `path: reason`.
fn check(scheme: &str, network: &str, payload: &str, expected: Result<&str, &str>) {
    let payment = Payment::try_from(PaymentPayload::new(offer(scheme, network, "1"), object(payload)));
    let got = payment.map_err(|e| format!("{}: {}", e.path().unwrap_or_default(), e.kind().name())).map(|payment| {
        match payment.authorization() {
            Authorization::Eip3009(_) => "eip3009",
            Authorization::ExactPermit2(_) => "exact permit2",
            Authorization::UptoPermit2(_) => "upto permit2",
            Authorization::Solana(_) => "solana",
            Authorization::Other(_) => "other",
        }
    });
    assert_eq!(
        got.as_deref().map_err(|e| e.as_str()),
        expected.as_ref().map(|kind| *kind).map_err(|e| *e),
        "{scheme} on {network}: {payload}"
    );
}

#[test]
fn a_payload_is_read_by_its_scheme_and_network() {
    let base = "eip155:8453";
    check("exact", base, &eip3009(), Ok("eip3009"));
    check("exact", base, r#"{"delegationManager":"0x00"}"#, Ok("other"));
    check("exact", base, "{}", Err("payload.signature: member_missing"));
    check("exact", base, &eip3009().replace("\"1\"", "1"), Err("payload.authorization.value: member_type"));
    check(
        "exact",
        base,
        r#"{"authorization":{},"permit2Authorization":{}}"#,
        Err("payload.permit2Authorization: member_ambiguous"),
    );
    check(
        "exact",
        base,
        r#"{"signature":"0x","permit2Authorization":{}}"#,
        Err("payload.permit2Authorization.from: member_missing"),
    );
    check(
        "upto",
        base,
        r#"{"signature":"0x","permit2Authorization":{}}"#,
        Err("payload.permit2Authorization.from: member_missing"),
    );
    check("upto", base, &eip3009(), Ok("other"));
    check("exact", "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp", r#"{"transaction":"AQ=="}"#, Ok("solana"));
    check("exact", "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp", &eip3009(), Err("payload.transaction: member_missing"));
    check("batch", base, "{}", Ok("other"));
}

#[test]
fn row_48_an_offer_that_is_no_longer_made_is_not_found() {
    let payment = Payment::try_from(paid(offer("exact", "eip155:8453", "1"))).unwrap();
    let terms = |amount| Terms::parse(offer("exact", "eip155:8453", amount)).unwrap();
    assert_eq!(find_offer(&[terms("2"), terms("1")], &payment).map(Terms::amount), Ok(terms("1").amount()));
    assert_eq!(find_offer(&[terms("2")], &payment).map(Terms::amount), Err(Rejection::NoMatchingOffer));
}

/// Whether an extension may be missing is the server's to say; that it is, or is another, shows.
#[test]
fn row_69_an_extension_that_was_dropped_or_changed_is_seen() {
    let advertised = wire::Extension::new(object(r#"{"required":true}"#));
    let seen = |extensions: &str| {
        let payload = PaymentPayload { extensions: Some(object(extensions).into()), ..paid(offer("exact", "eip155:8453", "1")) };
        let payment = Payment::try_from(payload).unwrap();
        payment.extensions().entry("payment-identifier").map(|entry| entry.map(|entry| entry == advertised))
    };
    assert_eq!(seen(r#"{"payment-identifier":{"info":{"required":true}}}"#), Ok(Some(true)));
    assert_eq!(seen(r#"{"payment-identifier":{"info":{"required":false}}}"#), Ok(Some(false)));
    assert_eq!(seen("{}"), Ok(None));
    assert!(seen(r#"{"payment-identifier":true}"#).is_err());
}

#[test]
fn row_70_and_71_the_resource_is_a_claim_to_compare() {
    let own = Resource::parse("https://api.example.com/a").unwrap();
    let claimed = |url: Option<&str>| {
        let payload = PaymentPayload { resource: url.map(wire::ResourceInfo::new), ..paid(offer("exact", "eip155:8453", "1")) };
        let payment = Payment::try_from(payload).unwrap();
        payment.resource().map(|url| Resource::parse(url).as_ref() == Ok(&own))
    };
    assert_eq!(claimed(Some("https://API.example.com:443/a")), Some(true));
    assert_eq!(claimed(Some("https://api.example.com/b")), Some(false));
    assert_eq!(claimed(Some("not a url")), Some(false));
    assert_eq!(claimed(None), None);
}

#[test]
fn a_payment_does_not_print_what_it_holds() {
    let payment = Payment::try_from(paid(offer("exact", "eip155:8453", "1"))).unwrap();
    assert_eq!(format!("{payment:?}"), "Payment(exact on eip155:8453)");
    let header = PaymentHeader { version: payment.version(), value: b"5ec2e7" };
    assert_eq!(format!("{header:?}").replace(&format!("{:?}", payment.version()), "version"), "PaymentHeader(version, 6 bytes)");
    assert!(!format!("{:?}", payment.authorization()).contains("5ec2e7"));
    assert_eq!(payment.from().map(|from| from.to_string()).as_deref(), Some(PARTY));
}

#[test]
fn a_payload_authorizes_in_one_way() {
    let check = |payload: &str, expected| check("exact", "eip155:8453", payload, expected);
    check(r#"{"delegationManager":"0x"}"#, Ok("other"));
    check(r#"{"authorization":{},"delegationManager":"0x"}"#, Err("payload.delegationManager: member_ambiguous"));
    check(r#"{"permit2Authorization":{},"delegationManager":"0x"}"#, Err("payload.delegationManager: member_ambiguous"));
    check(r#"{"authorization":null,"permit2Authorization":{}}"#, Err("payload.permit2Authorization: member_ambiguous"));
}
