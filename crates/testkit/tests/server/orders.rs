//! The order of money and work: rows 148, 149 and 156 to 159.

use std::time::Duration;

use http_body_util::BodyExt as _;
use quittance_core::Amount;
use quittance_server::{Options, Order};

use crate::engine::{PRICE, times};
use crate::shop::{Ask, Shop, announced, answer, begin, settle_down};

fn on_credit(payments: u64) -> Shop<crate::shop::Engine> {
    Shop::selling(|route| route.order(Order::ServeThenSettle { exposure: times(payments) }))
}

#[tokio::test(start_paused = true)]
async fn row_157_work_that_fails_before_the_money_costs_nothing() {
    let shop = on_credit(10);
    let payment = shop.plain(1);
    let ask = Ask::get("/v1/r?fails=first").paying(&payment);
    let failed = shop.ask(ask.clone()).await;
    assert_eq!((failed.status.as_u16(), failed.receipt()), (502, None));
    assert_eq!((shop.sold(), shop.remembered().await), (Amount::ZERO, 0));
    let answer = shop.ask(ask).await;
    assert!(answer.is_goods() && answer.receipt().unwrap().success);
    assert_eq!((shop.served(), shop.sold()), (2, PRICE));
}

#[tokio::test(start_paused = true)]
async fn row_148_nothing_leaves_the_house_before_the_money_has_moved() {
    let shop = on_credit(10);
    let poor = std::sync::Arc::new(crate::engine::key(2));
    shop.stage.chain.mint(crate::engine::TOKEN, poor.address(), PRICE);
    let order = |nonce| {
        let mut order = shop.stage.order(nonce);
        order.payer = std::sync::Arc::clone(&poor);
        order
    };
    let (app, asked) = (shop.app.clone(), Ask::get("/v1/r?slow").paying(&order(1).payment(60)));
    let first = tokio::spawn(async move { answer(&app, asked).await });
    tokio::time::sleep(Duration::from_secs(1)).await;
    // while the handler works the payer spends what it has elsewhere
    shop.stage.settled(&order(2)).await;
    let before = shop.sold();
    let answer = first.await.unwrap();
    assert!(!answer.is_goods(), "{answer:?}");
    assert_eq!((shop.served(), shop.sold()), (1, before));
}

#[tokio::test(start_paused = true)]
async fn row_149_one_payer_has_so_much_under_way_and_no_more() {
    let shop = on_credit(2);
    let all: Vec<_> = (1..=5)
        .map(|nonce| {
            let (app, ask) = (shop.app.clone(), Ask::get("/v1/r?slow").paying(&shop.plain(nonce)));
            tokio::spawn(async move { answer(&app, ask).await })
        })
        .collect();
    let mut statuses = Vec::new();
    for one in all {
        statuses.push(one.await.unwrap().status.as_u16());
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 200, 429, 429, 429]);
    assert_eq!((shop.served(), shop.sold()), (2, times(2)));
}

#[tokio::test(start_paused = true)]
async fn row_156_what_is_paid_and_not_delivered_is_owed_to_its_buyer() {
    let shop = Shop::new();
    let ask = Ask::get("/v1/r?fails=first").paying(&shop.bound(7, "GET", "/v1/r?fails=first"));
    let failed = shop.ask(ask.clone()).await;
    assert_eq!(failed.status.as_u16(), 502);
    assert!(failed.receipt().unwrap().success, "the buyer has its receipt");
    tokio::time::sleep(Duration::from_secs(70)).await;
    let answer = shop.ask(ask).await;
    assert!(answer.is_goods() && answer.receipt().unwrap().success, "also when the authorization has ended: {answer:?}");
    assert_eq!((shop.served(), shop.sold()), (2, PRICE), "nothing was charged again");
    let ended = shop.plain(9);
    tokio::time::sleep(Duration::from_secs(70)).await;
    let late = shop.ask(Ask::get("/v1/r").paying(&ended)).await;
    assert_eq!(late.refused(402).reason(), "invalid_exact_evm_payload_authorization_valid_before");
    assert_eq!(shop.remembered().await, 0);
}

#[tokio::test(start_paused = true)]
async fn row_156_what_is_owed_is_given_to_whoever_asks_next_at_once() {
    let shop = Shop::new();
    let ask = Ask::get("/v1/r?fails=first").paying(&shop.bound(7, "GET", "/v1/r?fails=first"));
    assert_eq!(shop.ask(ask.clone()).await.status.as_u16(), 502);
    assert!(shop.ask(ask).await.is_goods(), "without waiting for a lease");
    assert_eq!((shop.served(), shop.sold()), (2, PRICE));

    let ask = Ask::get("/v1/r?streams").paying(&shop.bound(8, "GET", "/v1/r?streams"));
    let cut = begin(&shop.app, ask.clone()).await;
    let (parts, mut body) = cut.into_parts();
    assert!(parts.status.is_success() && body.frame().await.is_some_and(|frame| frame.is_ok()));
    drop(body);
    settle_down().await;
    let whole = shop.ask(ask.clone()).await;
    assert_eq!((whole.is_goods(), whole.text().matches(';').count()), (true, 100), "a cut connection is no delivery");
    settle_down().await;
    assert!(shop.ask(ask).await.is_goods(), "and this one is kept");
    assert_eq!((shop.served(), shop.sold()), (4, times(2)));
}

#[tokio::test(start_paused = true)]
async fn row_156_what_cannot_be_delivered_is_not_called_delivered() {
    let shop = Shop::new();
    let ask = Ask::get("/v1/r?fails").paying(&shop.bound(7, "GET", "/v1/r?fails"));
    for delivery in 1..=Options::default().attempts {
        assert_eq!(shop.ask(ask.clone()).await.status.as_u16(), 500, "{delivery}");
        tokio::time::sleep(Duration::from_secs(70)).await;
    }
    let served = shop.served();
    assert_eq!(served, 5);
    for _ in 0..2 {
        let over = shop.ask(ask.clone()).await;
        assert_eq!(over.refused(409).reason(), "undelivered");
        assert!(over.receipt().unwrap().success, "its buyer has what to complain with");
        assert_eq!(over.header("retry-after"), None);
    }
    assert_eq!((shop.served(), shop.sold()), (served, PRICE));
}

#[tokio::test(start_paused = true)]
async fn row_156_what_was_taken_as_long_as_announced_is_not_owed() {
    let shop = Shop::new();
    let ask = Ask::get("/v1/r?streams=announced").paying(&shop.bound(7, "GET", "/v1/r?streams=announced"));
    let mut body = begin(&shop.app, ask.clone()).await.into_body();
    let mut taken = 0;
    // as a server does: what was announced is sent, and nobody asks for the end
    while taken < announced() {
        taken += body.frame().await.unwrap().unwrap().into_data().unwrap().len();
    }
    drop(body);
    settle_down().await;
    let again = shop.ask(ask).await;
    assert_eq!((again.is_goods(), again.body.len(), shop.served(), shop.sold()), (true, announced(), 1, PRICE));
}

#[tokio::test(start_paused = true)]
async fn row_158_a_client_that_goes_away_leaves_no_payment_undecided() {
    let shop = Shop::new();
    let payment = shop.bound(7, "GET", "/v1/r?slow");
    let ask = Ask::get("/v1/r?slow").paying(&payment);
    let (app, first) = (shop.app.clone(), ask.clone());
    let first = tokio::spawn(async move { answer(&app, first).await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    first.abort();
    tokio::time::sleep(Duration::from_secs(30)).await;
    assert_eq!((shop.served(), shop.sold(), shop.remembered().await), (1, PRICE, 0));
    assert!(shop.ask(ask).await.is_goods(), "it is kept for its buyer");
    assert_eq!((shop.served(), shop.sold()), (1, PRICE));
}

#[tokio::test(start_paused = true)]
async fn row_159_a_body_in_pieces_begins_after_the_money() {
    let shop = Shop::new();
    let answer = shop.ask(Ask::get("/v1/r?streams").paying(&shop.plain(1))).await;
    assert!(answer.is_goods() && answer.receipt().unwrap().success);
    assert_eq!(answer.text().matches(';').count(), 100);
    let held = on_credit(10);
    let answer = held.ask(Ask::get("/v1/r?streams").paying(&held.plain(1))).await;
    assert!(answer.is_goods() && answer.receipt().unwrap().success);
    assert_eq!((shop.sold(), held.sold()), (PRICE, PRICE));
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_panics_is_our_mistake_and_the_payment_is_decided() {
    let shop = Shop::new();
    assert_eq!(shop.ask(Ask::get("/v1/r?panics").paying(&shop.plain(1))).await.refused(500).reason(), "internal_error");
    assert_eq!((shop.sold(), shop.remembered().await), (PRICE, 0));
    // where the work comes first nothing is paid, and the payment is its buyer's again
    let held = on_credit(10);
    let ask = Ask::get("/v1/r?panics=first").paying(&held.plain(1));
    assert_eq!(held.ask(ask.clone()).await.refused(500).reason(), "internal_error");
    assert_eq!(held.sold(), Amount::ZERO);
    assert!(held.ask(ask).await.is_goods());
    assert_eq!(held.sold(), PRICE);
    // and so with a body that panics while it is held back
    let held = on_credit(10);
    let ask = Ask::get("/v1/r?spoils=first").paying(&held.plain(1));
    assert_eq!(held.ask(ask.clone()).await.refused(500).reason(), "internal_error");
    assert_eq!(held.sold(), Amount::ZERO);
    assert!(held.ask(ask).await.is_goods());
    assert_eq!(held.sold(), PRICE);
}

#[tokio::test(start_paused = true)]
async fn row_156_what_a_handler_or_its_body_panicked_over_is_owed_at_once() {
    for target in ["/v1/r?panics=first", "/v1/r?spoils=first"] {
        let shop = Shop::new();
        let ask = Ask::get(target).paying(&shop.bound(7, "GET", target));
        let failed = shop.ask(ask.clone()).await;
        assert!(failed.refused(500).receipt().unwrap().success, "what was paid is said");
        let begun = tokio::time::Instant::now();
        assert!(shop.ask(ask).await.is_goods());
        assert!(begun.elapsed() < Duration::from_secs(1), "nobody waits for a lease");
        assert_eq!(shop.sold(), PRICE);
    }
}
