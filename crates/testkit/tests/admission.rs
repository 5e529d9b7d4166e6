//! From the bytes of a header to an admitted payment, over the scheme and the replay log that a seller uses.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use quittance_core::binding::Binding;
use quittance_core::eip712::eip3009::Authorization as Transfer;
use quittance_core::registry::{default_asset, networks};
use quittance_core::wire::{Eip3009Payload, PaymentPayload};
use quittance_core::{
    Limits, Nonce, Payment, Progress, Rejection, Resource, Salt, Scheme as _, SecretKey, Settled, Terms, UnixSeconds, Verified,
    VerifyInput, Window, find_offer, header,
};
use quittance_evm::EXACT;
use quittance_guard::memory::MemoryReplayLog;
use quittance_guard::replay::{Admission, Answer, Bound, Conflict, Demand, Step};
use quittance_guard::{Attested, Fingerprint, Receipt, ReplayLog as _, admit};

const NOW: u64 = 1_740_672_100;

fn at(seconds: u64) -> UnixSeconds {
    UnixSeconds::from_secs(NOW + seconds)
}

/// The store in memory answers at once.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("a store in memory does not wait"),
    }
}

fn terms() -> Terms {
    let asset = default_asset(networks::BASE_SEPOLIA).expect("a default asset");
    Terms::exact(asset, &"$0.01".parse().expect("a price"), "0x209693Bc6afc0C5328bA36FaF03C514EF312287C", 60).expect("an offer")
}

fn resource(path: &str) -> Resource {
    Resource::parse(&format!("https://api.example.com{path}")).expect("a resource")
}

fn binding(resource: &Resource) -> Binding<'_> {
    Binding::new(terms().hash(), "GET", resource).expect("a method")
}

/// The header of a payment whose nonce is bound to a path, as the buyer sends it.
fn header_for(path: &str, salt: &Salt) -> String {
    let (terms, resource) = (terms(), resource(path));
    let nonce: Nonce = binding(&resource).nonce(salt);
    let key = SecretKey::from_bytes(&[7; 32]).expect("a key");
    let transfer = Transfer {
        from: key.address(),
        to: terms.pay_to().address().expect("an address"),
        value: terms.amount(),
        window: Window::new(at(0).saturating_sub(1), at(60)),
        nonce,
    };
    let separator = terms.token().expect("known").erc20().expect("an EVM token").domain_separator();
    let payload = Eip3009Payload::sign(&key, &separator, transfer);
    header::encode(&PaymentPayload::new(terms.requirements().clone(), (&payload).into()), &Limits::HEADER).expect("short")
}

fn verified(text: &str) -> Verified {
    let headers = [(header::PAYMENT_SIGNATURE, text.as_bytes())];
    let payment = Payment::from_headers(headers, &Limits::HEADER).expect("readable").expect("there");
    match EXACT.verify(&VerifyInput::offline(&payment, &terms(), at(0))) {
        Ok(Progress::Verified(verified)) => verified,
        other => panic!("{other:?}"),
    }
}

/// What a seller demands for a path, given what came with the payment.
fn demand(path: &str, salt: Option<&Salt>, verified: &Verified, seconds: u64) -> Demand {
    let resource = resource(path);
    let mut demand = Demand::new(Fingerprint::of("GET", &resource, b""), at(seconds));
    demand.bound = salt.and_then(|salt| Bound::prove(&binding(&resource), salt, verified.key()).ok());
    demand
}

#[test]
fn row_108_a_payment_for_the_cheap_route_is_none_for_the_dear_one() {
    let mut dear = terms().requirements().clone();
    dear.amount = "1000000".into();
    let dear = [Terms::parse(dear).expect("an offer")];
    let text = header_for("/v1/report/42", &Salt::from_bytes([5; 32]));
    let headers = [(header::PAYMENT_SIGNATURE, text.as_bytes())];
    let payment = Payment::from_headers(headers, &Limits::HEADER).expect("readable").expect("there");
    // the price is that of the route that is asked for, whatever the payment says that it accepted
    assert_eq!(find_offer(&dear, &payment).map(|_| ()), Err(Rejection::NoMatchingOffer));
    assert_eq!(EXACT.verify(&VerifyInput::offline(&payment, &dear[0], at(0))).map(|_| ()), Err(Rejection::NoMatchingOffer));
}

#[test]
fn rows_70_107_and_127_one_header_buys_one_thing_once() {
    let (log, salt) = (MemoryReplayLog::new(10), Salt::from_bytes([5; 32]));
    let text = header_for("/v1/report/42", &salt);
    let shown = |path, salt: Option<&Salt>, seconds| {
        let verified = verified(&text);
        let demand = demand(path, salt, &verified, seconds);
        (demand.bound.is_some(), now(admit(&log, verified, &demand)).expect("the log works"))
    };
    // The binding is not that of another resource of the same seller at the same price, so a seller that requires one stops here.
    assert!(!shown("/v1/report/99", Some(&salt), 0).0);
    // Without a demand for a binding, that was a claim of the payment for the other resource: one payment, one grant.
    assert!(matches!(shown("/v1/report/42", Some(&salt), 0).1, Admission::Taken(Conflict::OtherRequest)));

    let log = MemoryReplayLog::new(10);
    let shown = |path, salt: Option<&Salt>, seconds| {
        let verified = verified(&text);
        let demand = demand(path, salt, &verified, seconds);
        now(admit(&log, verified, &demand)).expect("the log works")
    };
    let Admission::Fresh(admitted, claim) = shown("/v1/report/42", Some(&salt), 0) else { panic!("fresh") };
    now(log.step(&claim, Step::Settling(None), at(1))).expect("settling");
    let charge = admitted.verified().amount();
    let plan = EXACT.plan(&admitted, charge).expect("a plan");
    assert_eq!(plan.steps.len(), 1);
    now(log.step(&claim, Step::Settled(Receipt::new(charge, "0xaa", Attested::Chain)), at(2))).expect("settled");
    let settled = Settled::assertion(admitted, "0xaa".into(), charge);
    assert!(settled.receipt().to_json().contains("0xaa"));
    now(log.step(&claim, Step::Grant(Some(Answer::new(b"{\"report\":42}"))), at(3))).expect("granted");

    let Admission::Done(receipt, Some(answer)) = shown("/v1/report/42", Some(&salt), 4) else { panic!("the same answer") };
    assert_eq!((&*receipt.transaction, answer.as_bytes()), ("0xaa", b"{\"report\":42}".as_slice()));
    assert!(matches!(shown("/v1/report/42", None, 5), Admission::Taken(Conflict::Spent)), "an observer of the chain has no salt");
    let guess = Salt::from_bytes([6; 32]);
    assert!(matches!(shown("/v1/report/42", Some(&guess), 6), Admission::Taken(Conflict::Spent)));
    assert!(matches!(shown("/v1/report/99", Some(&salt), 7), Admission::Taken(Conflict::OtherRequest)));
}
