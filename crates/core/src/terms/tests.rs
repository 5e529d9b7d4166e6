use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use super::*;
use crate::header::Envelope;
use crate::registry::{self, networks};
use crate::{DecodeError, Limits, wire};

const PAYEE: &str = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C";

fn sell(network: Network, price: &str, pay_to: &str) -> Result<Terms, Misuse> {
    let asset = registry::default_asset(network).unwrap();
    Terms::exact(asset, &Money::parse(price).unwrap(), pay_to, 60)
}

#[test]
fn an_offer_is_made_from_a_price() {
    let check = |network, price, expected: Result<&str, Misuse>| {
        let got = sell(network, price, PAYEE).map(|terms| terms.requirements().to_json());
        assert_eq!(got.as_deref().map_err(|e| *e), expected, "{price}");
    };
    check(
        networks::BASE_SEPOLIA,
        "$0.01",
        Ok(
            r#"{"scheme":"exact","network":"eip155:84532","amount":"10000","asset":"0x036CbD53842c5426634e7929541eC2318f3dCF7e","payTo":"0x209693Bc6afc0C5328bA36FaF03C514EF312287C","maxTimeoutSeconds":60,"extra":{"name":"USDC","version":"2"}}"#,
        ),
    );
    check(
        networks::MEGAETH,
        "$0.01",
        Ok(
            r#"{"scheme":"exact","network":"eip155:4326","amount":"10000000000000000","asset":"0xFAfDdbb3FC7688494971a79cc65DCa3EF82079E7","payTo":"0x209693Bc6afc0C5328bA36FaF03C514EF312287C","maxTimeoutSeconds":60,"extra":{"assetTransferMethod":"permit2","name":"MegaUSD","version":"1"}}"#,
        ),
    );
    check(
        networks::BASE,
        "0.000001 USDC",
        sell(networks::BASE, "$0.000001", PAYEE).map(|t| t.requirements().to_json()).as_deref().map_err(|e| *e),
    );
    check(networks::BASE, "$0.0000001", Err(Misuse::Price));
    check(networks::BASE, "$0", Err(Misuse::ZeroPrice));
    check(networks::BASE, "1 EURC", Err(Misuse::OtherCurrency));
    assert_eq!(sell(networks::BASE, "$1", "merchant").map(|_| ()), Err(Misuse::Payee));
}

#[test]
fn row_192_and_199_a_token_is_what_the_registry_says() {
    let offer = sell(networks::BASE, "$1", PAYEE).unwrap().requirements().clone();
    let check = |offer: PaymentRequirements, expected: Result<&str, Denial>| {
        assert_eq!(Terms::parse(offer).unwrap().token().map(|info| info.symbol), expected);
    };
    check(offer.clone(), Ok("USDC"));
    check(PaymentRequirements { extra: None, ..offer.clone() }, Ok("USDC"));
    check(PaymentRequirements { asset: PAYEE.into(), ..offer.clone() }, Err(Denial::UnknownAsset));
    let mut lying = offer;
    lying.extra = Some([("name", "USDC"), ("version", "2")].into_iter().collect());
    check(lying, Err(Denial::DomainMismatch));
}

#[test]
fn an_error_names_the_member_of_the_offer() {
    let offer = sell(networks::BASE, "$1", PAYEE).unwrap().requirements().clone();
    let check = |offer: PaymentRequirements, expected: &str| assert_eq!(Terms::parse(offer).unwrap_err().to_string(), expected);
    check(PaymentRequirements { amount: "01".into(), ..offer.clone() }, "amount: an amount has no leading zero");
    check(PaymentRequirements { network: "base".into(), ..offer.clone() }, "network: a network is written namespace:reference");
    check(PaymentRequirements { pay_to: "merchant".into(), ..offer.clone() }, "payTo: an address must start with 0x");
    check(PaymentRequirements { asset: "USD".into(), ..offer }, "asset: an address must start with 0x");
}

/// A v1 payment of `value` to `to`.
fn v1_payment(value: &str, to: &str) -> Result<Payment, DecodeError> {
    let text = alloc::format!(
        r#"{{"x402Version":1,"scheme":"exact","network":"base","payload":{{"signature":"0x00","authorization":{{"from":"{PAYEE}","to":"{to}","value":"{value}","validAfter":"0","validBefore":"1","nonce":"0x{}"}}}}}}"#,
        "00".repeat(32)
    );
    wire::v1::PaymentPayload::try_from(Envelope::from_json(text.as_bytes(), &Limits::BODY)?)?.try_into()
}

#[test]
fn row_65_a_v1_payment_takes_the_offer_it_signed_for() {
    let other = "0x857b06519E91e3A54538791bDbb0E22373e36b66";
    let offers: Vec<Terms> =
        [("$1", PAYEE), ("$2", PAYEE), ("$2", other)].iter().map(|(price, to)| sell(networks::BASE, price, to).unwrap()).collect();
    let check = |offers: &[Terms], value: &str, to: &str, expected: Option<usize>| {
        let payment = v1_payment(value, to).unwrap();
        let found = find_offer(offers, &payment).ok().and_then(|found| offers.iter().position(|offer| core::ptr::eq(offer, found)));
        assert_eq!(found, expected, "{value}");
    };
    check(&offers, "1000000", PAYEE, Some(0));
    check(&offers, "2000000", PAYEE, Some(1));
    check(&offers, "2000000", other, Some(2));
    check(&offers, "1500000", PAYEE, None);
    check(&offers, "1000000", other, None);
    // One candidate alone is the offer meant; the scheme then says precisely what is wrong with the payment.
    check(&offers[..1], "999999", other, Some(0));
    check(&[], "1000000", PAYEE, None);
}

/// A payment to somebody else has a reason of its own where one offer is meant; between several, it means none of them.
#[test]
fn row_60_another_payee_is_not_matched_to_the_sellers() {
    let other = "0x857b06519E91e3A54538791bDbb0E22373e36b66";
    let offers: Vec<Terms> = ["$1", "$2"].iter().map(|price| sell(networks::BASE, price, PAYEE).unwrap()).collect();
    let found = |to: &str| find_offer(&offers, &v1_payment("1000000", to).unwrap()).map(Terms::amount);
    assert_eq!(found(PAYEE), Ok(Amount::from_u64(1_000_000)));
    assert_eq!(found(other), Err(Rejection::NoMatchingOffer));
}

proptest::proptest! {
    #[test]
    fn row_34_an_address_is_judged_the_same_beside_any_offers(
        bytes: [u8; 20],
        flips in proptest::collection::vec(0_usize..42, 0..3),
        own in 0_usize..4,
        on_solana: bool,
    ) {
        let flipped = |text: &str| -> String {
            let flip = |(at, c): (usize, char)| if flips.contains(&at) { c.to_ascii_uppercase() } else { c };
            text.chars().enumerate().map(flip).collect()
        };
        let text = Address::from_bytes(bytes).to_string();
        let spellings = [text.clone(), text.to_lowercase(), flipped(&text), flipped(&text.to_lowercase())];
        let network = if on_solana { "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp" } else { "eip155:1" };
        let terms = |asset: &str, pay_to: &str| Terms::parse(PaymentRequirements::new("exact", network, "1", asset, pay_to, 60)).ok();
        let own = &spellings[own];
        let offers: Vec<Terms> = terms(own, PAYEE).into_iter().chain(terms(PAYEE, own)).collect();
        for text in spellings.iter().map(String::as_str).chain([PAYEE, "0x0000000000000000000000000000000000000000", "0x", ""]) {
            proptest::prop_assert_eq!(parse_party(text, &offers), Address::parse_party(text));
        }
    }
}
