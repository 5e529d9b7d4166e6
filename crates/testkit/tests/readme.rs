//! The examples of the README: they are these files, they compile, and they do what they say.

#[expect(unreachable_pub, reason = "the examples are written as a reader would write them in a library")]
mod readme {
    #[path = "buyer.rs"]
    pub(crate) mod buyer;
    #[path = "seller.rs"]
    pub(crate) mod seller;
}

use quittance_core::registry::networks;
use quittance_core::terms::token_extra;
use quittance_core::wire::{PaymentRequired, PaymentRequirements, ResourceInfo};
use quittance_core::{Limits, SecretKey, Terms, UnixSeconds, header};

const README: &str = include_str!("../../../README.md");
const NOW: UnixSeconds = UnixSeconds::from_secs(1_740_672_100);

fn offer() -> PaymentRequirements {
    let token = quittance_core::registry::default_asset(networks::BASE_SEPOLIA).expect("Base Sepolia has a default token");
    PaymentRequirements::new("exact", "eip155:84532", "10000", token.id, "0x209693Bc6afc0C5328bA36FaF03C514EF312287C", 60)
        .with_extra(token_extra("USDC", "2"))
}

#[test]
fn the_readme_shows_these_files() {
    for code in [include_str!("readme/buyer.rs"), include_str!("readme/seller.rs")] {
        assert!(README.contains(&format!("```rust\n{code}```\n")), "the README shows other code than:\n{code}");
    }
}

#[test]
fn the_buyer_pays_the_seller() {
    let required = PaymentRequired::new(ResourceInfo::new("https://api.example.com/"), vec![offer()]);
    let terms = header::encode(&required, &Limits::HEADER).expect("one offer fits");
    let key = SecretKey::from_bytes(&[7; 32]).expect("a key");
    let payment = readme::buyer::pay(terms.as_bytes(), &key, NOW, [9; 32]).expect("the buyer pays");
    let offers = [Terms::parse(offer()).expect("the seller's own offer")];
    let headers = || [("Payment-Signature", payment.as_bytes())];
    assert_eq!(readme::seller::payer(headers(), &offers, NOW).ok(), Some(key.address()));

    // Row 46: the same bytes, later. Row 61: the same bytes for another seller.
    let late = NOW.checked_add(55).expect("a time");
    assert!(readme::seller::payer(headers(), &offers, late).is_err());
    let mut other = offer();
    other.pay_to = "0x857b06519E91e3A54538791bDbb0E22373e36b66".into();
    assert!(readme::seller::payer(headers(), &[Terms::parse(other).expect("an offer")], NOW).is_err());
}

#[test]
fn row_73_the_specifications_sample_is_paid_at_its_time() {
    // HTTP transport v2, PAYMENT-SIGNATURE sample.
    let sample = include_str!("readme/sample.txt").trim();
    let offers = [Terms::parse(offer()).expect("the sample's offer")];
    let at = |seconds| {
        let headers = [("PAYMENT-SIGNATURE", sample.as_bytes())];
        readme::seller::payer(headers, &offers, UnixSeconds::from_secs(seconds)).map(|payer| payer.to_string()).ok()
    };
    let payer = Some("0x857b06519E91e3A54538791bDbb0E22373e36b66".to_owned());
    // Valid after 1740672089, before 1740672154, with six seconds to settle in (rows 46, 47, 50).
    assert_eq!((at(1_740_672_089), at(1_740_672_090)), (None, payer.clone()));
    assert_eq!((at(1_740_672_148), at(1_740_672_149)), (payer, None));
}
