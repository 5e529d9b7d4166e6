//! The examples of the README: they are these files, they compile, and they do what they say.

#[expect(unreachable_pub, reason = "the examples are written as a reader would write them in a library")]
mod readme {
    #[path = "buyer.rs"]
    pub(crate) mod buyer;
    #[path = "pause.rs"]
    pub(crate) mod pause;
    #[path = "seller.rs"]
    pub(crate) mod seller;
}

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use quittance_core::registry::{self, networks};
use quittance_core::wire::{PaymentRequired, PaymentRequirements, ResourceInfo};
use quittance_core::{Account, Limits, Money, Progress, Resource, SecretKey, Terms, UnixSeconds, header};
use quittance_guard::memory::MemoryLedger;
use quittance_guard::policy::Policy;
use quittance_guard::{PurchaseId, TaskId};
use readme::seller::check;

const README: &str = include_str!("../../../README.md");
const NOW: UnixSeconds = UnixSeconds::from_secs(1_740_672_100);

fn offer() -> PaymentRequirements {
    let token = registry::default_asset(networks::BASE_SEPOLIA).expect("Base Sepolia has a default token");
    let price = Money::parse("$0.01").expect("a price");
    let payee = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C";
    Terms::exact(token, &price, payee, 60).expect("an offer").requirements().clone()
}

#[test]
fn the_readme_shows_these_files() {
    for code in [include_str!("readme/buyer.rs"), include_str!("readme/pause.rs"), include_str!("readme/seller.rs")] {
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
    let headers = [("Payment-Signature", payment.as_bytes())];
    let Ok(Progress::Verified(proof)) = check(&headers, &offers, NOW) else { panic!("the seller verifies") };
    assert_eq!((proof.payer(), proof.amount()), (&Account::Evm(key.address()), offers[0].amount()));

    // No payment, bytes that are none, the same bytes later (row 46), the same bytes for another seller (row 61).
    assert!(matches!(check(&[], &offers, NOW), Err((402, "Payment required"))));
    assert!(matches!(check(&[("payment-signature", b"%%%")], &offers, NOW), Err((400, "invalid_payload"))));
    let late = NOW.checked_add(55).expect("a time");
    assert!(matches!(check(&headers, &offers, late), Err((402, "invalid_exact_evm_payload_authorization_valid_before"))));
    let mut other = offer();
    other.pay_to = "0x857b06519E91e3A54538791bDbb0E22373e36b66".into();
    let other = [Terms::parse(other).expect("an offer")];
    assert!(matches!(check(&headers, &other, NOW), Err((402, "No matching payment requirements"))));
}

/// The policy that the README shows.
fn policy() -> Policy {
    let (_, rest) = README.split_once("```toml\nper_payment").expect("the README shows a policy");
    let (rest, _) = rest.split_once("```").expect("it ends");
    Policy::from_toml(&format!("per_payment{rest}")).expect("it can be read")
}

#[test]
fn rows_188_and_211_an_agent_spends_what_the_policy_allows_and_no_more() {
    let (policy, ledger) = (policy(), MemoryLedger::new(100));
    let resource = Resource::parse("https://api.example.com/v1/report/42").expect("a resource");
    let task = TaskId::parse("research_report_42").expect("a label");
    let buy = |name: &str, price: &str, url: &Resource| {
        let mut terms = offer();
        terms.amount = price.into();
        let (offers, purchase) = ([Terms::parse(terms).expect("an offer")], PurchaseId::parse(name).expect("a label"));
        let paused = readme::pause::pause((&policy, &ledger), (&task, &purchase), (&offers, url), NOW);
        match pin!(paused).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(paused) => {
                paused.map(|(allowed, _)| allowed.terms().amount().to_string()).map_err(|error| error.to_string())
            }
            Poll::Pending => panic!("a ledger in memory answers at once"),
        }
    };
    assert_eq!(buy("report-42", "10000", &resource), Ok("10000".into()));
    assert_eq!(buy("report-42", "10000", &resource), Err("report-42 is reserved already".into()));
    assert!(buy("dear", "100000", &resource).is_err_and(|words| words.starts_with("above_per_payment: ")));
    let elsewhere = Resource::parse("https://api.example.com.evil.example/v1/report/42").expect("a resource");
    assert!(buy("elsewhere", "10000", &elsewhere).is_err_and(|words| words.starts_with("origin: ")));
    // fifty cents for the task, one of them spent
    let bought = (0..60).filter(|i| buy(&format!("item-{i}"), "50000", &resource).is_ok()).count();
    assert_eq!(bought, 9);
    assert!(buy("item-60", "50000", &resource).is_err_and(|words| words.contains("the task budget of 500000")));
}

#[test]
fn rows_101_to_103_a_signature_that_no_key_made_is_a_question_to_the_chain() {
    let offers = [Terms::parse(offer()).expect("the seller's own offer")];
    let sample =
        header::payment_signature(include_str!("readme/sample.txt").trim().as_bytes(), &Limits::HEADER).expect("the sample");
    let mut forged = sample;
    forged.payload.insert("signature", "0x00");
    let forged = header::encode(&forged, &Limits::HEADER).expect("it fits");
    assert!(matches!(check(&[("PAYMENT-SIGNATURE", forged.as_bytes())], &offers, NOW), Ok(Progress::Ask(_))));
}

#[test]
fn row_73_the_specifications_sample_is_paid_at_its_time() {
    // HTTP transport v2, PAYMENT-SIGNATURE sample.
    let sample = include_str!("readme/sample.txt").trim();
    let offers = [Terms::parse(offer()).expect("the sample's offer")];
    let at = |seconds| {
        let headers = [("PAYMENT-SIGNATURE", sample.as_bytes())];
        match check(&headers, &offers, UnixSeconds::from_secs(seconds)) {
            Ok(Progress::Verified(proof)) => Some(proof.payer().to_string()),
            _ => None,
        }
    };
    let payer = Some("0x857b06519E91e3A54538791bDbb0E22373e36b66".to_owned());
    // Valid after 1740672089, before 1740672154, with six seconds to settle in (rows 46, 47, 50).
    assert_eq!((at(1_740_672_089), at(1_740_672_090)), (None, payer.clone()));
    assert_eq!((at(1_740_672_148), at(1_740_672_149)), (payer, None));
}
