//! What is paid up front: the facilitator is asked once, and nothing is passed on before it has answered that the money moved.

use std::sync::atomic::Ordering;

use quittance_core::{Nonce, SecretKey};
use quittance_guard::receipt::Attested;
use quittance_remote::RemoteFacilitator;
use serde_json::{Value, json};

use crate::facilitators::{Between, Way};
use crate::front::{Front, encoded};
use crate::wire::ask;

const A: &str = "/v1/a";

fn routes() -> Value {
    json!([{ "path": "/v1/*", "order": "upfront" }])
}

async fn open(settle: Way) -> (Between, Front<RemoteFacilitator>) {
    Between::before(Way::Valid, settle, |_| json!({ "route": routes() })).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_paid_up_front_is_settled_once_and_asked_about_never() {
    let (between, front) = open(Way::Honestly).await;
    let offer = front.asked(A).await.accepts.remove(0);
    assert_eq!(offer.extra.unwrap().member("paymentFlow").unwrap().as_str(), Some("upfront"));
    assert_eq!((front.get(A, &[]).await.status, front.seen.served()), (402, 0), "nothing is served unpaid");
    let payment = front.payment("GET", A).await;
    let first = front.pay(A, &payment).await;
    assert!(first.status == 200 && first.header("payment-response").is_some(), "{first:?}");
    assert!(front.seen.last().contains("quittance-transaction"), "the money has moved when the API hears of it");
    let again = front.pay(A, &payment).await;
    assert_eq!((again.status, again.body), (200, first.body), "its buyer may have it again");
    assert_eq!((between.asked.load(Ordering::SeqCst), front.sold(), front.seen.served()), (1, 1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_133_who_cannot_pay_up_front_is_refused_by_the_settlement_with_the_terms() {
    let (between, front) = open(Way::Honestly).await;
    let offer = front.asked(A).await.accepts.remove(0);
    let poor = SecretKey::from_bytes(&[9; 32]).unwrap();
    let payment = front.plain(&poor, offer, Nonce::from_bytes([3; 32]));
    let refused = front.pay(A, &encoded(&payment)).await;
    assert!(refused.status == 402 && refused.header("payment-required").is_some(), "{refused:?}");
    assert_eq!((between.asked.load(Ordering::SeqCst), front.sold(), front.seen.served()), (1, 0, 0));
    // what nobody signed is not even that
    let mut forged = payment;
    forged.payload.insert("signature", format!("0x{}", "00".repeat(65)).as_str());
    assert_eq!(front.pay(A, &encoded(&forged)).await.status, 402);
    assert_eq!(between.asked.load(Ordering::SeqCst), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_138_and_151_an_outage_keeps_the_claim_and_the_next_gate_delivers_what_was_settled() {
    for (way, settled) in [(Way::Silently, 1), (Way::Never, 0)] {
        let (between, front) = open(way).await;
        let payment = front.payment("GET", A).await;
        let late = front.pay(A, &payment).await;
        assert!(late.status == 503 && late.header("payment-required").is_none(), "{late:?}");
        assert_eq!((front.sold(), front.seen.served()), (settled, 0));
        between.turns(Way::Valid, Way::Honestly);
        // the one that was told nothing is gone, and what it knew is in the log
        let next = front.beside((between.remote().build().unwrap(), Attested::Answer), &json!({ "route": routes() })).await;
        let delivered = ask(&next, "GET", A, &[("payment-signature", &payment)], b"").await;
        assert_eq!((delivered.status, front.sold(), front.seen.served()), (200, 1, 1), "{delivered:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_156_what_the_upstream_fails_to_deliver_up_front_is_owed() {
    let (between, front) = open(Way::Honestly).await;
    let payment = front.payment("GET", "/v1/fails").await;
    assert_eq!((front.pay("/v1/fails", &payment).await.status, front.sold()), (500, 1));
    let again = front.pay("/v1/fails", &payment).await;
    assert_eq!((again.status, front.sold(), front.seen.served()), (200, 1, 2), "{again:?}");
    assert_eq!(between.asked.load(Ordering::SeqCst), 1);
}
