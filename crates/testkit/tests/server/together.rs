//! Row 117: the same payment many times at once.

use quittance_core::Amount;

use crate::engine::{PRICE, times};
use crate::shop::{Ask, Shop, answer};

#[tokio::test(start_paused = true)]
async fn row_117_of_a_thousand_identical_requests_one_is_served() {
    let shop = Shop::new();
    let ask = Ask::get("/v1/r").paying(&shop.plain(1));
    let all: Vec<_> = (0..1_000)
        .map(|_| {
            let (app, ask) = (shop.app.clone(), ask.clone());
            tokio::spawn(async move { answer(&app, ask).await })
        })
        .collect();
    let mut goods = 0;
    for one in all {
        let one = one.await.unwrap();
        if one.is_goods() {
            goods += 1;
        } else {
            one.refused(409);
        }
    }
    assert_eq!((goods, shop.served(), shop.sold()), (1, 1, PRICE));
}

#[tokio::test(start_paused = true)]
async fn row_149_a_balance_for_one_buys_one_however_many_are_signed() {
    let shop = Shop::new();
    // the payer has a hundred payments' worth; all but one's are gone
    shop.stage.chain.mint(crate::engine::TOKEN, crate::engine::key(2).address(), PRICE);
    let all: Vec<_> = (1..=20)
        .map(|nonce| {
            let mut order = shop.stage.order(nonce);
            order.payer = std::sync::Arc::new(crate::engine::key(2));
            let (app, ask) = (shop.app.clone(), Ask::get("/v1/r").paying(&order.payment(60)));
            tokio::spawn(async move { answer(&app, ask).await })
        })
        .collect();
    let mut goods = 0_u64;
    for one in all {
        goods += u64::from(one.await.unwrap().is_goods());
    }
    assert_eq!((goods, shop.served(), shop.sold()), (1, 1, times(1)));
    assert_ne!(shop.sold(), Amount::ZERO);
}
