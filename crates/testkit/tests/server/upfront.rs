//! The money up front: settled without a facilitator being asked before, and nothing is run before it has moved.

use std::time::Duration;

use quittance_core::json::Object;
use quittance_core::wire::{PaymentPayload, SettleResponse};
use quittance_core::{Amount, Fault, Terms};
use quittance_server::{Order, QuoteKey, Route, SetupError};
use quittance_testkit::payer::Way as Method;

use crate::engine::{PRICE, Stage, times};
use crate::facilitators::{Between, Way};
use crate::shop::{Ask, Shop, bound_to};

fn shop(settle: &[Way]) -> (Shop<Between>, Between) {
    Between::selling(&[], settle, |route| route.order(Order::Upfront))
}

/// A payment as most clients make it, for what is offered.
async fn plain(shop: &Shop<Between>, nonce: u8) -> PaymentPayload {
    let mut payment = shop.plain(nonce);
    payment.accepted = shop.terms("/v1/r").await.accepts.remove(0);
    payment
}

async fn bound(shop: &Shop<Between>, path: &str) -> PaymentPayload {
    bound_to(shop.terms(path).await.accepts.remove(0), shop.stage.order(0), 7, "GET", path)
}

fn flow(offer: &Terms) -> Option<&str> {
    offer.extra_text("paymentFlow")
}

#[tokio::test(start_paused = true)]
async fn what_is_paid_up_front_is_settled_by_the_first_question_and_the_offer_says_so() {
    let (shop, between) = shop(&[]);
    let offer = Terms::parse(shop.terms("/v1/r").await.accepts.remove(0)).unwrap();
    assert_eq!(flow(&offer), Some("upfront"));
    shop.ask(Ask::get("/v1/r")).await.refused(402);
    assert_eq!((between.asked(), shop.served()), (0, 0), "nothing is served unpaid");
    let ask = Ask::get("/v1/r").paying(&bound(&shop, "/v1/r").await);
    let first = shop.ask(ask.clone()).await;
    assert!(first.is_goods() && first.receipt().unwrap().success, "{first:?}");
    assert_eq!((between.asked(), shop.served(), shop.sold()), (1, 1, PRICE));
    let again = shop.ask(ask).await;
    assert_eq!((again.text(), again.receipt()), (first.text(), first.receipt()), "its buyer may have it again");
    assert_eq!((between.asked(), shop.served(), shop.sold()), (1, 1, PRICE));
}

#[tokio::test(start_paused = true)]
async fn row_117_of_copies_of_a_payment_up_front_one_is_settled_and_served() {
    let (shop, between) = shop(&[]);
    let ask = Ask::get("/v1/r").paying(&plain(&shop, 1).await);
    let all: Vec<_> = (0..100)
        .map(|_| {
            let (app, ask) = (shop.app.clone(), ask.clone());
            tokio::spawn(async move { crate::shop::answer(&app, ask).await })
        })
        .collect();
    let mut goods = 0;
    for one in all {
        let answer = one.await.unwrap();
        assert!(answer.is_goods() || answer.status == 409, "{answer:?}");
        goods += usize::from(answer.is_goods());
    }
    assert_eq!((goods, between.asked(), shop.served(), shop.sold()), (1, 1, 1, PRICE));
}

#[tokio::test(start_paused = true)]
async fn row_173_what_cannot_be_right_costs_no_settlement() {
    let (shop, between) = shop(&[]);
    let good = plain(&shop, 1).await;
    let mut forged = good.clone();
    forged.payload.insert("signature", format!("0x{}", "00".repeat(65)).as_str());
    let mut late = shop.stage.order(2);
    late.window = quittance_core::Window::new(late.window.valid_after(), shop.stage.chain.now());
    let mut late = late.payment(60);
    late.accepted = good.accepted.clone();
    let mut cheap = shop.stage.order(3);
    cheap.amount = Amount::from_u64(1);
    let mut cheap = cheap.payment(60);
    cheap.accepted = good.accepted.clone();
    let mut elsewhere = shop.stage.order(4);
    elsewhere.pay_to = crate::engine::TOKEN;
    let mut elsewhere = elsewhere.payment(60);
    elsewhere.accepted = good.accepted.clone();
    for wrong in [forged, late, cheap, elsewhere] {
        assert_eq!(shop.ask(Ask::get("/v1/r").paying(&wrong)).await.refused(402).offers(), std::slice::from_ref(&good.accepted));
    }
    shop.ask(Ask::get("/v1/r").header("payment-signature", "e30=")).await.refused(400);
    assert_eq!((between.asked(), shop.served(), shop.remembered().await), (0, 0, 0));
    assert!(shop.ask(Ask::get("/v1/r").paying(&good)).await.is_goods());
}

#[tokio::test(start_paused = true)]
async fn row_133_a_settlement_that_is_refused_serves_nothing_and_asks_for_another() {
    let failed: fn(SettleResponse) -> SettleResponse = |_| SettleResponse::failed("eip155:84532", "insufficient_funds");
    let (shop, between) = shop(&[Way::Receipt(failed)]);
    let answer = shop.ask(Ask::get("/v1/r").paying(&plain(&shop, 1).await)).await;
    assert_eq!((answer.refused(402).reason().as_str(), answer.offers().len()), ("insufficient_funds", 1));
    assert!(!answer.receipt().unwrap().success);
    assert_eq!((between.asked(), shop.served(), shop.sold()), (1, 0, Amount::ZERO));
}

#[tokio::test(start_paused = true)]
async fn rows_138_and_139_an_outage_is_one_and_keeps_the_claim() {
    for (way, moved) in [(Way::Silent, 0), (Way::Lost, 1), (Way::Down(Fault::FacilitatorTimeout), 0)] {
        let (shop, between) = shop(&[way]);
        let ask = Ask::get("/v1/r").paying(&bound(&shop, "/v1/r").await);
        let answer = shop.ask(ask.clone()).await;
        answer.refused(503);
        assert!(answer.headers.contains_key("retry-after") && !answer.headers.contains_key("payment-required"));
        assert_eq!((shop.served(), shop.remembered().await, shop.sold()), (0, 1, times(moved)), "it may have settled");
        assert!(shop.ask(ask).await.is_goods());
        assert_eq!((between.asked(), shop.served(), shop.sold()), (2, 1, PRICE), "settled once");
    }
}

#[tokio::test(start_paused = true)]
async fn row_132_a_facilitator_that_is_down_is_left_alone_and_no_payment_with_it() {
    let (shop, between) = shop(&vec![Way::Down(Fault::FacilitatorUnreachable); 5]);
    for nonce in 1..=5 {
        shop.ask(Ask::get("/v1/r").paying(&plain(&shop, nonce).await)).await.refused(503);
    }
    let (asked, open) = (between.asked(), shop.remembered().await);
    let ask = Ask::get("/v1/r").paying(&plain(&shop, 6).await);
    let answer = shop.ask(ask.clone()).await;
    answer.refused(503);
    assert!(answer.headers.contains_key("retry-after"));
    assert_eq!((between.asked(), shop.served(), shop.remembered().await), (asked, 0, open), "nothing was sent, nothing is kept");
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert!(shop.ask(ask).await.is_goods());
}

#[tokio::test(start_paused = true)]
async fn row_156_what_fails_after_the_money_is_owed() {
    for path in ["/v1/r?fails=first", "/v1/r?panics=first"] {
        let (shop, between) = shop(&[]);
        let ask = Ask::get(path).paying(&bound(&shop, path).await);
        let failed = shop.ask(ask.clone()).await;
        assert!(failed.status.is_server_error() && failed.receipt().unwrap().success, "{failed:?}");
        assert!(shop.ask(ask).await.is_goods());
        assert_eq!((between.asked(), shop.served(), shop.sold()), (1, 2, PRICE));
    }
}

/// Whoever took an offer that said nothing of it has agreed to nothing else.
#[tokio::test(start_paused = true)]
async fn an_offer_of_before_is_honoured_in_the_order_that_it_named() {
    let key = |setup: quittance_server::Setup<Between, _>| setup.quotes(QuoteKey::from_bytes([1; 32]));
    let mut own = None;
    let (_, between) = shop(&[]);
    let shop = Shop::with(Stage::new(), |stage| own.insert(between.before(stage)).clone(), key, |route| route.quoted_for(60));
    let between = own.unwrap();
    let before = shop.terms("/v1/r").await.accepts.remove(0);
    assert_eq!(flow(&Terms::parse(before.clone()).unwrap()), None);
    let shop = shop.started_again_with(between.clone(), key, |route| route.quoted_for(60).order(Order::Upfront));
    for (nonce, offer, questions) in [(1, before, 2), (2, shop.terms("/v1/r").await.accepts.remove(0), 1)] {
        let (mut payment, asked) = (shop.plain(nonce), between.asked());
        payment.accepted = offer;
        assert!(shop.ask(Ask::get("/v1/r").paying(&payment)).await.is_goods());
        assert_eq!(between.asked() - asked, questions);
    }
}

#[tokio::test(start_paused = true)]
async fn an_offer_says_what_its_route_does_or_is_not_sold() {
    let (shop, _) = shop(&[]);
    let saying = |flow: &str| {
        let mut offer = shop.stage.order(1).offer(60);
        offer.extra.get_or_insert_with(Object::default).insert("paymentFlow", flow);
        Terms::parse(offer).unwrap()
    };
    let exposure = times(3);
    for (said, order, sold) in [
        ("upfront", Order::Upfront, true),
        ("upfront", Order::SettleThenServe, false),
        ("upfront", Order::ServeThenSettle { exposure }, false),
        ("authorization", Order::SettleThenServe, true),
        ("authorization", Order::Upfront, false),
        ("escrow", Order::Upfront, false),
        ("escrow", Order::SettleThenServe, false),
        ("Upfront", Order::Upfront, false),
    ] {
        let outcome = shop.seller.sell(Route::new([saying(said)]).order(order)).map(|_| ());
        assert_eq!(outcome, if sold { Ok(()) } else { Err(SetupError::Flow) }, "{said} {order:?}");
    }
    let ceiling = Terms::parse(shop.stage.order_by(Method::Upto(shop.stage.signer(0)), 1).offer(60)).unwrap();
    assert_eq!(shop.seller.sell(Route::new([ceiling]).order(Order::Upfront)).unwrap_err(), SetupError::Flow);
}

#[tokio::test(start_paused = true)]
async fn a_price_list_is_held_to_the_same() {
    let key = |setup: quittance_server::Setup<_, _>| setup.quotes(QuoteKey::from_bytes([1; 32]));
    for (said, order, status) in
        [(None, Order::Upfront, 402), (Some("upfront"), Order::Upfront, 402), (Some("upfront"), Order::SettleThenServe, 500)]
    {
        let stage = Stage::new();
        let mut offer = stage.order(1).offer(60);
        if let Some(flow) = said {
            offer.extra.get_or_insert_with(Object::default).insert("paymentFlow", flow);
        }
        let offer = Terms::parse(offer).unwrap();
        let list = move |_: &axum::http::request::Parts| Ok(vec![offer.clone()]);
        let shop = Shop::with(stage, |stage| stage.facilitator.clone(), key, |_| Route::priced(list).order(order));
        let answer = shop.ask(Ask::get("/v1/r")).await;
        answer.refused(status);
        if status == 402 {
            let mut payment = shop.plain(1);
            payment.accepted = answer.offers().remove(0);
            assert!(shop.ask(Ask::get("/v1/r").paying(&payment)).await.is_goods());
        }
    }
}
