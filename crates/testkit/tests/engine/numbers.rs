//! Numbers that nobody uses, and what waits behind them: found, and used up only then.

use std::time::Duration;

use quittance_core::Facilitator as _;
use quittance_testkit::chain::{Ambush, Conduct, Fate, Method};
use quittance_testkit::payer::Order;

use crate::stage::{Stage, blocks, times};

/// So many payments fail in blocks, one after the other, because their payer cancels them in time.
async fn failed(stage: &Stage, count: u8) {
    for nonce in 0..count {
        stage.chain.ambush(Ambush::Cancel);
        stage.refused(&stage.order(200 + nonce), "invalid_exact_evm_nonce_already_used").await;
    }
}

/// What a signer sent that stands: its numbers, and which of them it sent to itself.
fn sent(stage: &Stage) -> Vec<(u64, bool)> {
    stage.chain.spendings(stage.signer(0)).iter().map(|spent| (spent.nonce, spent.to_itself)).collect()
}

async fn moved_in(stage: &Stage, order: &Order, hash: &str) -> bool {
    blocks(1).await;
    let moved = stage.chain.movements();
    moved.iter().any(|moved| moved.key == order.key() && moved.transaction.to_string() == hash)
}

#[tokio::test(start_paused = true)]
async fn row_147_what_is_settled_again_does_not_wait_for_the_number_of_what_failed() {
    let stage = Stage::new();
    failed(&stage, 2).await;
    let order = stage.order(1);
    let hash = stage.settled(&order).await;
    stage.chain.reorganize(stage.chain.height(), Fate::Gone, Fate::Back);
    blocks(25).await;
    assert_eq!(sent(&stage), [(0, true), (1, true), (2, false)], "what was missing, and what was signed");
    assert!(moved_in(&stage, &order, &hash).await);
    assert_eq!((stage.settled(&order).await, stage.paid(), stage.chain.waiting()), (hash, times(1), 0));
}

#[tokio::test(start_paused = true)]
async fn row_147_a_payment_does_not_wait_for_numbers_that_were_given_back_unnoticed() {
    let stage = Stage::new();
    failed(&stage, 3).await;
    stage.chain.reorganize(stage.chain.height(), Fate::Gone, Fate::Back);
    // nobody knows, since nothing that failed is looked after
    let order = stage.order(1);
    let hash = stage.settled(&order).await;
    assert!(moved_in(&stage, &order, &hash).await);
    assert_eq!(sent(&stage), [(0, true), (1, true), (2, true), (3, false)]);
    // the numbers go on
    stage.settled(&stage.order(2)).await;
    assert_eq!((sent(&stage).last(), stage.paid(), stage.chain.waiting()), (Some(&(4, false)), times(2), 0));
}

#[tokio::test(start_paused = true)]
async fn row_147_where_nothing_waits_nothing_is_sent() {
    let stage = Stage::new();
    failed(&stage, 2).await;
    stage.chain.reorganize(stage.chain.height(), Fate::Gone, Fate::Back);
    blocks(100).await;
    assert_eq!((sent(&stage), stage.chain.waiting()), (vec![], 0));
}

#[tokio::test(start_paused = true)]
async fn row_147_where_the_number_is_only_late_nobody_takes_it() {
    let stage = Stage::new();
    blocks(25).await;
    stage.settled(&stage.order(1)).await;
    // the node is behind, and does not know that the first number is used
    stage.node.behave(Conduct { lag: 16, ..Conduct::default() });
    let (facilitator, order) = (stage.facilitator.clone(), stage.order(2));
    let settling = tokio::spawn(async move { facilitator.settle(&order.settle(60, order.amount)).await });
    tokio::time::sleep(Duration::from_millis(500)).await;
    stage.chain.hold_waiting(18);
    let before = stage.node.asked(Some(Method::Estimate));
    blocks(15).await;
    assert!(stage.node.asked(Some(Method::Estimate)) > before, "it was tried");
    stage.node.behave(Conduct::default());
    let response = settling.await.unwrap().unwrap();
    assert!(response.success, "{response:?}");
    assert_eq!((sent(&stage), stage.paid()), (vec![(0, false), (1, false)], times(2)));
}
