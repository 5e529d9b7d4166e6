//! Rows of the catalogue that are about what a facilitator says.

use quittance_core::Facilitator as _;
use quittance_core::wire::SettleRequest;
use quittance_core::{UnixSeconds, Window};
use quittance_testkit::chain::{Ambush, Kind};
use quittance_testkit::payer::Way;

use crate::stage::{PRICE, Stage, TOKEN, blocks, key, times};

#[tokio::test(start_paused = true)]
async fn row_137_one_transaction_is_told_for_one_payment() {
    for kind in [Kind::Honest, Kind::SilentOnUsedNonce] {
        let stage = Stage::with(kind, 1, |_, _| {});
        let first = stage.settled(&stage.order(1)).await;
        blocks(1).await;
        // the same nonce, signed once more: it is the same payment, and moved money once
        let mut again = stage.order(1);
        again.window = Window::new(again.window.valid_after(), UnixSeconds::from_secs(stage.chain.now().as_secs() + 50));
        assert_eq!(stage.settled(&again).await, first);
        assert_ne!(stage.settled(&stage.order(2)).await, first);
        assert_eq!(stage.paid(), times(2));
    }
}

#[tokio::test(start_paused = true)]
async fn row_141_what_is_not_confirmed_in_time_is_pending_with_its_hash_and_then_settled_by_it() {
    let stage = Stage::with(Kind::Honest, 1, |chain, settings| {
        chain.confirmations = 3;
        settings.patience = core::time::Duration::from_secs(3);
    });
    let order = stage.order(1);
    let pending = stage.refused(&order, "settlement_pending").await;
    assert!(pending.transaction.starts_with("0x"));
    blocks(4).await;
    assert_eq!(stage.settled(&order).await, pending.transaction);
    assert_eq!((stage.paid(), stage.chain.spendings(stage.signer(0)).len()), (PRICE, 1));
}

#[tokio::test(start_paused = true)]
async fn row_149_of_twenty_payments_from_money_for_one_one_is_settled() {
    let stage = Stage::with(Kind::Honest, 2, |_, _| {});
    let poor = std::sync::Arc::new(key(7));
    stage.chain.mint(TOKEN, poor.address(), PRICE);
    let mut asking = tokio::task::JoinSet::new();
    for nonce in 0..20 {
        let mut order = stage.order(nonce);
        order.payer = std::sync::Arc::clone(&poor);
        let (facilitator, request) = (stage.facilitator.clone(), order.settle(60, PRICE));
        asking.spawn(async move { facilitator.settle(&request).await.unwrap() });
    }
    let answers = asking.join_all().await;
    assert_eq!(answers.iter().filter(|answer| answer.success).count(), 1);
    let refused = answers.iter().filter(|answer| !answer.success);
    assert!(refused.clone().all(|answer| answer.error_reason.as_deref() == Some("insufficient_funds")), "{answers:?}");
    assert_eq!((stage.paid(), stage.chain.movements().len()), (PRICE, 1));
}

#[tokio::test(start_paused = true)]
async fn row_160_a_failure_says_why_where_and_in_which_transaction() {
    let stage = Stage::new();
    stage.chain.ambush(Ambush::Drain);
    let response = stage.settle(&stage.order(1)).await.unwrap();
    assert_eq!((response.success, response.network.as_str()), (false, "eip155:84532"));
    assert_eq!(response.error_reason.as_deref(), Some("insufficient_funds"));
    let ours = stage.chain.spendings(stage.signer(0));
    assert_eq!((ours.len(), response.transaction), (1, ours[0].transaction.to_string()));
    assert_eq!(response.payer, Some(key(1).address().to_string()));
}

/// The same payment, asked for by somebody who offers it on other terms.
fn on_other_terms(stage: &Stage, nonce: u8) -> SettleRequest {
    stage.order(nonce).settle(61, PRICE)
}

#[tokio::test(start_paused = true)]
async fn row_168_a_settled_payment_is_told_to_those_it_was_settled_for() {
    for way in [Way::Eip3009, Way::Permit2] {
        let stage = Stage::new();
        let order = stage.order_by(way, 1);
        let transaction = stage.settled(&order).await;
        for _ in 0..5 {
            let other = stage.facilitator.settle(&order.settle(61, PRICE)).await.unwrap();
            assert!(!other.success && other.transaction.is_empty(), "{other:?}");
            assert_eq!(stage.settled(&order).await, transaction);
        }
        assert_eq!(stage.paid(), PRICE);
    }
}

#[tokio::test(start_paused = true)]
async fn row_120_who_asks_on_other_terms_keeps_nobody_from_the_answer() {
    let stage = Stage::new();
    let order = stage.order(1);
    let transaction = stage.settled(&order).await;
    let mut asking = tokio::task::JoinSet::new();
    for number in 0..40 {
        let (facilitator, other) = (stage.facilitator.clone(), on_other_terms(&stage, 1));
        let own = order.settle(60, PRICE);
        asking.spawn(async move {
            let request = if number % 2 == 0 { other } else { own };
            (number % 2 == 1, facilitator.settle(&request).await.unwrap())
        });
    }
    for (own, answer) in asking.join_all().await {
        assert_eq!((answer.success, answer.transaction == transaction), (own, own), "{answer:?}");
    }
    assert_eq!(stage.paid(), PRICE);
}
