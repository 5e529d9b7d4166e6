//! Sellers that break off, lie or ask again.

use std::sync::atomic::Ordering;

use axum::body::Body;
use axum::http::Response;
use quittance_client::{Error, Evidence};
use quittance_core::rejection::{Reason, Retry};
use quittance_core::wire::SettleResponse;
use quittance_core::{Amount, Limits, Rejection, header};
use quittance_guard::budget::Unspent;
use quittance_guard::output::Demands;
use quittance_guard::{Ledger as _, PurchaseId};

use crate::seller::{Asked, Broken, NOW, Seller, TestBuyer, ask, buyer, deliver, spent, verify};

/// A seller that asks for a cent, and what it does once it is paid.
async fn seller(paid: impl Fn(&Asked, &str, usize) -> Option<Response<Body>> + Send + Sync + 'static) -> Seller {
    let times = std::sync::atomic::AtomicUsize::new(0);
    Seller::at(move |asked, url| match asked.payment() {
        None => Some(ask("$0.01", url)),
        Some(_) => paid(asked, url, times.fetch_add(1, Ordering::Relaxed)),
    })
    .await
}

async fn buy(buyer: &TestBuyer, seller: &Seller) -> Result<quittance_client::Answer, Error> {
    buyer.get(&seller.url()).purchase("report-42").unwrap().task("task-1").unwrap().send().await
}

/// However often the purchase is asked for: one signature, one set of bytes, its amount set aside.
async fn one_signature(buyer: &TestBuyer, seller: &Seller, signed: &std::sync::atomic::AtomicUsize) {
    let payments = seller.payments();
    assert!(payments.iter().all(|payment| *payment == payments[0]), "the same bytes each time");
    assert_eq!(signed.load(Ordering::Relaxed), 1);
    assert_eq!(spent(buyer, "task-1").await, Amount::from_u64(10_000));
}

#[tokio::test]
async fn row_183_a_dropped_connection_is_answered_with_the_same_bytes() {
    let seller = seller(|asked, _, time| if time < 2 { None } else { Some(deliver(verify(asked, "$0.01")?, |_| {})) }).await;
    let (buyer, signed) = buyer(&seller);
    let answer = buy(&buyer, &seller).await.unwrap();
    assert!(answer.is_whole() && answer.receipt().is_some());
    assert_eq!(seller.payments().len(), 3);
    one_signature(&buyer, &seller, &signed).await;
    assert!(buyer.open().await.unwrap().is_empty());
}

#[tokio::test]
async fn row_183_a_body_that_breaks_off_is_fetched_again_with_the_same_bytes() {
    let seller = seller(|asked, _, time| {
        let mut answer = deliver(verify(asked, "$0.01")?, |_| {});
        if time == 0 {
            *answer.body_mut() = Body::from_stream(Broken::Midway);
        }
        Some(answer)
    })
    .await;
    let (buyer, signed) = buyer(&seller);
    let broken = buy(&buyer, &seller).await.unwrap();
    assert!(!broken.is_whole() && broken.body() == b"the rep" && broken.receipt().is_some());
    let whole = buy(&buyer, &seller).await.unwrap();
    assert!(whole.is_whole() && whole.body() == b"the report");
    one_signature(&buyer, &seller, &signed).await;
}

#[tokio::test]
async fn row_184_whoever_begins_again_sends_what_was_signed() {
    let seller = seller(|_, _, _| Some(Response::builder().status(503).body(Body::empty()).unwrap())).await;
    let (buyer, signed) = buyer(&seller);
    let error = buy(&buyer, &seller).await.unwrap_err();
    assert!(matches!(error, Error::Open { .. }), "{error:?}");
    assert_eq!(error.retry(), Retry::UnknownOutcome);
    assert_eq!(buyer.open().await.unwrap().len(), 1);
    buy(&buyer, &seller).await.unwrap_err();
    assert_eq!(seller.payments().len(), 8);
    one_signature(&buyer, &seller, &signed).await;
}

#[tokio::test]
async fn rows_185_and_187_a_fresh_402_gets_no_fresh_signature() {
    let seller = seller(|_, url, _| Some(ask("$0.01", url))).await;
    let (buyer, signed) = buyer(&seller);
    for _ in 0..5 {
        let error = buy(&buyer, &seller).await.unwrap_err();
        assert!(matches!(error, Error::Refused { status: 402, .. }), "{error:?}");
        assert_eq!(error.retry(), Retry::UnknownOutcome);
    }
    assert_eq!(seller.payments().len(), 5);
    one_signature(&buyer, &seller, &signed).await;
}

#[tokio::test]
async fn what_may_pass_is_tried_again_and_told_by_its_name_when_it_does_not() {
    let refusal = |reason: &str| {
        let value = header::encode(&SettleResponse::failed("eip155:84532", reason), &Limits::HEADER).unwrap();
        Some(Response::builder().status(402).header(header::PAYMENT_RESPONSE, value).body(Body::empty()).unwrap())
    };
    let poor = seller(move |_, _, _| refusal("insufficient_funds")).await;
    let (of_poor, signed) = buyer(&poor);
    let error = buy(&of_poor, &poor).await.unwrap_err();
    let Error::Refused { reason: Some(Reason::Rejection(reason)), status: 402, .. } = &error else { panic!("{error:?}") };
    assert_eq!((*reason, error.retry()), (Rejection::InsufficientFunds, Retry::UnknownOutcome));
    assert_eq!(poor.payments().len(), 4);
    one_signature(&of_poor, &poor, &signed).await;

    // what was refused first is not what is told of a connection that breaks after it
    let gone = seller(move |_, _, time| if time == 0 { refusal("insufficient_funds") } else { None }).await;
    let (of_gone, _) = buyer(&gone);
    let error = buy(&of_gone, &gone).await.unwrap_err();
    assert!(matches!(error, Error::Open { .. }), "{error:?}");
}

#[tokio::test]
async fn row_186_a_refusal_frees_nothing_and_the_chain_does() {
    let seller = seller(|_, _, _| {
        let refusal = SettleResponse::failed("eip155:84532", "invalid_exact_evm_payload_signature");
        let value = header::encode(&refusal, &Limits::HEADER).unwrap();
        Some(Response::builder().status(402).header(header::PAYMENT_RESPONSE, value).body(Body::empty()).unwrap())
    })
    .await;
    let (buyer, signed) = buyer(&seller);
    let error = buy(&buyer, &seller).await.unwrap_err();
    let Error::Refused { reason: Some(Reason::Rejection(Rejection::Eip3009Signature)), .. } = error else { panic!("{error:?}") };
    one_signature(&buyer, &seller, &signed).await;
    let purchase = PurchaseId::parse("report-42").unwrap();
    let first = buyer.ledger().find(&purchase).await.unwrap().unwrap();
    // our own clock is no evidence, and neither is a time of the chain before the end
    let early = Evidence::Unspent(Unspent::Expired { chain_time: NOW });
    assert!(buyer.conclude(&first, early).await.is_err());
    let late = Evidence::Unspent(Unspent::Expired { chain_time: NOW.checked_add(3_600).unwrap() });
    buyer.conclude(&first, late.clone()).await.unwrap();
    assert_eq!(spent(&buyer, "task-1").await, Amount::ZERO);

    // what is shown of the first signature, a second time, ends nothing that was signed since
    buy(&buyer, &seller).await.unwrap_err();
    let second = buyer.ledger().find(&purchase).await.unwrap().unwrap();
    assert_ne!(second.signed.as_ref().map(|signed| *signed.key()), first.signed.as_ref().map(|signed| *signed.key()));
    let price = spent(&buyer, "task-1").await;
    assert_eq!(price, second.purchase.amount);
    drop(buyer.conclude(&first, late).await);
    assert_eq!(spent(&buyer, "task-1").await, price);
}

#[tokio::test]
async fn row_189_a_payment_follows_no_redirect() {
    for status in [301, 302, 303, 307, 308] {
        let thief = Seller::open(|_| Some(Response::new(Body::from("thanks")))).await;
        let place = thief.url();
        let seller =
            seller(move |_, _, _| Some(Response::builder().status(status).header("location", &place).body(Body::empty()).unwrap()))
                .await;
        let (buyer, signed) = buyer(&seller);
        let error = buy(&buyer, &seller).await.unwrap_err();
        assert!(matches!(error, Error::Refused { status: refused, .. } if refused == status), "{error:?}");
        assert!(thief.asked().is_empty());
        one_signature(&buyer, &seller, &signed).await;
    }
}

#[tokio::test]
async fn row_190_a_redirect_before_the_terms_is_the_caller_s_to_follow() {
    let seller = Seller::open(|_| {
        Some(Response::builder().status(302).header("location", "https://elsewhere.example/").body(Body::empty()).unwrap())
    })
    .await;
    let (buyer, signed) = buyer(&seller);
    let answer = buy(&buyer, &seller).await.unwrap();
    assert_eq!((answer.status(), signed.load(Ordering::Relaxed)), (302, 0));
}

#[tokio::test]
async fn row_197_terms_without_end_are_not_read() {
    let seller = Seller::open(|_| {
        let body = format!(r#"{{"x402Version":1,"error":"","accepts":[{}]}}"#, vec!["{}"; 300_000].join(","));
        Some(Response::builder().status(402).body(Body::from(body)).unwrap())
    })
    .await;
    let (buyer, signed) = buyer(&seller);
    let error = buy(&buyer, &seller).await.unwrap_err();
    assert!(matches!(&error, Error::Terms(_)), "{error:?}");
    assert_eq!((error.retry(), signed.load(Ordering::Relaxed)), (Retry::Never, 0));
}

#[tokio::test]
async fn row_203_a_receipt_that_does_not_hold_keeps_the_budget() {
    type Change = fn(&mut SettleResponse);
    let changes: [Change; 8] = [
        |receipt| receipt.payer = Some(crate::seller::PAYEE.into()),
        |receipt| receipt.network = "eip155:8453".into(),
        |receipt| receipt.transaction = "0x12".into(),
        |receipt| receipt.transaction.clear(),
        |receipt| receipt.amount = Some("10001".into()),
        |receipt| receipt.amount = Some("a lot".into()),
        // less than was signed would free a budget whose signature can still be spent in full
        |receipt| receipt.amount = Some("9999".into()),
        |receipt| receipt.amount = Some("0".into()),
    ];
    for change in changes {
        let seller = seller(move |asked, _, _| Some(deliver(verify(asked, "$0.01")?, change))).await;
        let (buyer, signed) = buyer(&seller);
        let answer = buy(&buyer, &seller).await.unwrap();
        assert!(answer.receipt().is_none() && answer.body() == b"the report");
        one_signature(&buyer, &seller, &signed).await;
        assert_eq!(buyer.open().await.unwrap().len(), 1, "the outcome is open");
    }
}

#[tokio::test]
async fn row_204_a_body_that_disappoints_is_no_reason_to_pay_again() {
    let seller = seller(|asked, _, _| {
        let mut answer = deliver(verify(asked, "$0.01")?, |_| {});
        *answer.body_mut() = Body::from(r#"{"error":"please pay again","x402Version":2}"#);
        Some(answer)
    })
    .await;
    let (buyer, signed) = buyer(&seller);
    let request = buyer.get(&seller.url()).purchase("report-42").unwrap().task("task-1").unwrap();
    let answer = request.demands(Demands::new().status(201).json()).send().await.unwrap();
    let report = answer.report().unwrap();
    assert!(report.iter().any(|(_, failure)| failure.is_some()));
    one_signature(&buyer, &seller, &signed).await;
}

#[tokio::test]
async fn row_220_nothing_of_a_payment_prints_itself() {
    let seller = seller(|asked, _, _| Some(deliver(verify(asked, "$0.01")?, |_| {}))).await;
    let (buyer, _) = buyer(&seller);
    let request =
        buyer.get(&seller.url()).header("authorization", "Bearer hunter2").reason("a prompt").purchase("report-42").unwrap();
    let shown = format!("{request:?}{buyer:?}");
    let answer = request.send().await.unwrap();
    let shown = format!("{shown}{answer:?}{:?}", buyer.open().await.unwrap());
    for secret in ["hunter2", "a prompt", "/v1/report", &seller.payments()[0]] {
        assert!(!shown.contains(secret), "{secret} is in {shown}");
    }
}
