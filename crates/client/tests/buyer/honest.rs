//! Sellers that do what they say.

use std::sync::atomic::Ordering;

use axum::http::Response;
use quittance_client::{Error, Host, Quote};
use quittance_core::rejection::Retry;
use quittance_core::{Amount, Fault, Money};
use quittance_guard::Attested;

use crate::seller::{NOW, Seller, TX, ask, ask_first, builder, buyer, buyer_of_all, deliver, honest, spent, verify};

#[tokio::test]
async fn row_201_a_seller_that_names_another_resource_is_not_paid() {
    let seller = Seller::open(|asked| Some(honest(asked, "http://x"))).await;
    let (buyer, signed) = buyer(&seller);
    let answer = buyer.get(&seller.url()).purchase("report-42").unwrap().task("task-1").unwrap().send().await;
    // the seller names another resource than was asked for
    assert!(matches!(answer, Err(Error::Denied(denied)) if denied.denial() == quittance_core::Denial::ResourceSpoof), "row 201");
    assert_eq!(signed.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn the_same_purchase_again_is_the_same_bytes_again() {
    let seller = Seller::at(|asked, url| Some(honest(asked, url))).await;
    let (buyer, signed) = buyer(&seller);
    for _ in 0..3 {
        let answer = buyer.get(&seller.url()).purchase("report-42").unwrap().task("task-1").unwrap().send().await.unwrap();
        assert_eq!((answer.status(), answer.body(), answer.is_whole()), (200, b"the report".as_slice(), true));
        let receipt = answer.receipt().unwrap();
        assert_eq!((receipt.charged, &*receipt.transaction, receipt.attested), (Amount::from_u64(10_000), TX, Attested::Answer));
    }
    let payments = seller.payments();
    assert_eq!((payments.len(), signed.load(Ordering::Relaxed)), (3, 1), "row 188");
    assert!(payments.iter().all(|payment| *payment == payments[0]));
    assert_eq!(spent(&buyer, "task-1").await, Amount::from_u64(10_000));
    assert!(buyer.open().await.unwrap().is_empty());
    // under the same name, another resource is another purchase and is refused
    let other = buyer.get(&format!("{}?page=2", seller.url())).purchase("report-42").unwrap().task("task-1").unwrap().send().await;
    assert!(matches!(other, Err(Error::Budget(_))), "{other:?}");
}

#[tokio::test]
async fn a_seller_of_version_1_is_paid_in_its_words() {
    let seller = Seller::at(move |asked, url| {
        Some(
            verify(asked, "$0.01")
                .map_or_else(|| ask_first("$0.01", url), |payer| deliver(payer, |receipt| receipt.network = "base-sepolia".into())),
        )
    })
    .await;
    let (buyer, _) = buyer(&seller);
    let answer = buyer.get(&seller.url()).send().await.unwrap();
    assert!(answer.receipt().is_some());
    assert!(seller.asked()[1].headers.contains_key("x-payment"));
}

#[tokio::test]
async fn what_costs_nothing_is_handed_through() {
    let seller = Seller::open(|_| Some(Response::builder().status(404).body("nothing here".into()).unwrap())).await;
    let (buyer, signed) = buyer(&seller);
    let answer = buyer.post(&seller.url(), "a body").header("accept", "text/plain").send().await.unwrap();
    assert_eq!((answer.status(), answer.purchase(), signed.load(Ordering::Relaxed)), (404, None, 0));
    assert_eq!(seller.asked()[0].headers["accept"], "text/plain");
}

#[tokio::test]
async fn what_the_policy_does_not_allow_is_not_signed() {
    let seller = Seller::at(|_, url| Some(ask("$0.06", url))).await;
    let (buyer, signed) = buyer(&seller);
    let error = buyer.get(&seller.url()).send().await.unwrap_err();
    assert_eq!(error.to_string(), "above_per_payment: 0.06 USDC is above 0.05 per payment");
    assert_eq!((error.retry(), signed.load(Ordering::Relaxed)), (Retry::Never, 0));
}

#[tokio::test]
async fn row_210_many_at_once_spend_no_more_than_the_budget() {
    let seller = Seller::at(move |asked, url| {
        Some(verify(asked, "$0.05").map_or_else(|| ask("$0.05", url), |payer| deliver(payer, |_| {})))
    })
    .await;
    let (buyer, signed) = buyer(&seller);
    let mut running = Vec::new();
    for number in 0..30 {
        let (buyer, url) = (buyer.clone(), seller.url());
        running.push(tokio::spawn(async move {
            let request = buyer.get(&url).purchase(&format!("report-{number}")).unwrap().task("task-1").unwrap();
            request.send().await.is_ok()
        }));
    }
    let mut bought = 0;
    for one in running {
        bought += usize::from(one.await.unwrap());
    }
    // half a dollar, at five cents
    assert_eq!((bought, signed.load(Ordering::Relaxed)), (10, 10));
    assert_eq!(spent(&buyer, "task-1").await, Amount::from_u64(500_000));
}

#[tokio::test]
async fn row_188_many_at_once_for_one_purchase_sign_once() {
    let seller = Seller::at(|asked, url| Some(honest(asked, url))).await;
    let (buyer, signed) = buyer(&seller);
    let mut running = Vec::new();
    for _ in 0..20 {
        let (buyer, url) = (buyer.clone(), seller.url());
        running.push(tokio::spawn(async move { buyer.get(&url).purchase("report-42").unwrap().send().await }));
    }
    for one in running {
        match one.await.unwrap() {
            Ok(_) | Err(Error::Busy(_)) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    let payments = seller.payments();
    assert!(!payments.is_empty() && payments.iter().all(|payment| *payment == payments[0]));
    assert_eq!(signed.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_quote_says_what_it_costs_and_pays_nothing() {
    let seller = Seller::at(|asked, url| Some(honest(asked, url))).await;
    let (buyer, signed) = buyer(&seller);
    let Quote::Priced(price) = buyer.get(&seller.url()).quote().await.unwrap() else { panic!("it costs a cent") };
    assert_eq!((price.terms().amount(), price.asset().symbol), (Amount::from_u64(10_000), "USDC"));
    assert!(price.rule().starts_with("0.01 <= 0.05 USDC per payment"), "{}", price.rule());
    assert_eq!((signed.load(Ordering::Relaxed), seller.payments().len()), (0, 0));
    assert!(buyer.open().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_request_costs_no_more_than_it_may() {
    let seller = Seller::at(|asked, url| Some(honest(asked, url))).await;
    let (buyer, signed) = buyer(&seller);
    for most in ["$0.009", "0.01 EURC"] {
        let error = buyer.get(&seller.url()).at_most(Money::parse(most).unwrap()).send().await.unwrap_err();
        assert!(matches!(error, Error::TooDear(_)), "{error:?}");
    }
    assert_eq!(signed.load(Ordering::Relaxed), 0);
    buyer.get(&seller.url()).at_most(Money::parse("$0.01").unwrap()).send().await.unwrap();
}

/// A seller of the same thing for another price.
async fn selling(price: &'static str) -> Seller {
    Seller::at(move |asked, url| Some(verify(asked, price).map_or_else(|| ask(price, url), |payer| deliver(payer, |_| {})))).await
}

#[tokio::test]
async fn of_several_sellers_the_cheapest_is_paid_and_no_other() {
    let sellers = [selling("$0.03").await, selling("$0.01").await, selling("$0.02").await];
    let (buyer, signed) = buyer_of_all(&sellers);
    for order in [[0, 1, 2], [2, 0, 1]] {
        let requests = order.map(|number: usize| buyer.get(&sellers[number].url())).into();
        let answer = buyer.cheapest(requests).await.unwrap();
        assert_eq!(answer.receipt().unwrap().charged, Amount::from_u64(10_000));
    }
    assert_eq!(sellers.iter().map(|seller| seller.payments().len()).collect::<Vec<_>>(), [0, 2, 0]);
    assert_eq!(signed.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn a_purchase_that_was_signed_for_at_one_seller_goes_to_no_other() {
    let unsure = Seller::at(|asked, url| {
        let busy = || Response::builder().status(503).body("".into()).unwrap();
        Some(if asked.payment().is_some() { busy() } else { ask("$0.01", url) })
    });
    let sellers = [unsure.await, selling("$0.02").await];
    let (buyer, signed) = buyer_of_all(&sellers);
    for _ in 0..3 {
        let requests = sellers.iter().map(|seller| buyer.get(&seller.url()).purchase("report-42").unwrap()).collect();
        assert!(matches!(buyer.cheapest(requests).await, Err(Error::Open { .. })));
    }
    let only_the_other = vec![buyer.get(&sellers[1].url()).purchase("report-42").unwrap()];
    assert!(matches!(buyer.cheapest(only_the_other).await, Err(Error::Budget(_))));
    assert_eq!((signed.load(Ordering::Relaxed), sellers[1].payments().len()), (1, 0));
}

#[tokio::test]
async fn row_106_without_randomness_nothing_is_signed_and_with_it_nothing_twice() {
    let seller = Seller::at(|asked, url| Some(honest(asked, url))).await;
    let (builder, signed) = builder(&seller);
    let buyer = builder.host(Host::new(|| Ok(NOW), |_| Err(Fault::RandomUnavailable))).build().unwrap();
    let request = buyer.get(&seller.url()).purchase("report-42").unwrap().id("req-1").unwrap();
    assert!(matches!(request.send().await, Err(Error::Fault(Fault::RandomUnavailable))));
    assert_eq!(signed.load(Ordering::Relaxed), 0);
    // the amount is free again
    assert_eq!(spent(&buyer, "no-task").await, Amount::ZERO);
    let (builder, _) = crate::seller::builder(&seller);
    let real = Host::system();
    let buyer = builder.host(Host::new(|| Ok(NOW), move |bytes| real.fill(bytes))).build().unwrap();
    for _ in 0..20 {
        buyer.get(&seller.url()).send().await.unwrap();
    }
    let mut payments = seller.payments();
    payments.sort_unstable();
    payments.dedup();
    assert_eq!(payments.len(), 20);
}
