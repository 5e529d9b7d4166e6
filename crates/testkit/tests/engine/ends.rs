//! How a settlement ends that does not go as it should: by evidence, and by nothing else.

use std::time::Duration;

use quittance_testkit::chain::{Act, Ambush, Conduct, Fate, Kind, Method, Receipts, Trouble};
use quittance_testkit::payer::Way;

use crate::stage::{Stage, TOKEN, blocks, key, times};

#[tokio::test(start_paused = true)]
async fn row_144_who_is_first_with_our_payment_settles_it() {
    for way in [Way::Eip3009, Way::Permit2] {
        let stage = Stage::new();
        stage.chain.ambush(Ambush::FrontRun);
        let order = stage.order_by(way, 1);
        let hash = stage.settled(&order).await;
        let moved = &stage.chain.movements()[0];
        assert_eq!((moved.transaction.to_string(), stage.paid()), (hash.clone(), times(1)), "{way:?}");
        // ours came to nothing
        assert!(stage.chain.spendings(stage.signer(0)).iter().all(|spent| !spent.succeeded));
        assert_eq!(stage.settled(&order).await, hash);
    }
}

#[tokio::test(start_paused = true)]
async fn row_143_a_payment_that_was_cancelled_is_not_settled() {
    let stage = Stage::new();
    stage.chain.ambush(Ambush::Cancel);
    let order = stage.order(1);
    stage.refused(&order, "invalid_exact_evm_nonce_already_used").await;
    stage.refused(&order, "invalid_exact_evm_nonce_already_used").await;
    assert_eq!(stage.paid(), times(0));
    // and one that was cancelled before is refused at once
    let order = stage.order(2);
    stage.chain.act(Act::Cancel { token: TOKEN, payer: key(1).address(), nonce: order.nonce });
    blocks(1).await;
    stage.refused(&order, "invalid_exact_evm_nonce_already_used").await;
    assert_eq!(stage.chain.spendings(stage.signer(0)).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn row_148_a_payer_who_empties_the_account_has_not_paid() {
    let stage = Stage::new();
    stage.chain.ambush(Ambush::Drain);
    let order = stage.order(1);
    stage.refused(&order, "insufficient_funds").await;
    assert_eq!(stage.paid(), times(0));
    stage.chain.mint(TOKEN, key(1).address(), times(1));
    stage.settled(&order).await;
    assert_eq!(stage.paid(), times(1));
}

#[tokio::test(start_paused = true)]
async fn row_166_an_allowance_that_is_taken_back_is_asked_for_again() {
    let stage = Stage::new();
    stage.chain.ambush(Ambush::Revoke);
    stage.refused(&stage.order_by(Way::Permit2, 1), "permit2_allowance_required").await;
    assert_eq!(stage.paid(), times(0));
}

#[tokio::test(start_paused = true)]
async fn rows_145_and_146_a_token_that_does_not_do_as_it_says_has_not_paid() {
    for kind in [Kind::FeeOnTransfer(100), Kind::Forger, Kind::InHalves] {
        let stage = Stage::with(kind, 1, |_, _| {});
        let response = stage.refused(&stage.order(1), "invalid_exact_evm_transfer_event_mismatch").await;
        assert!(!response.transaction.is_empty(), "{kind:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn row_145_a_token_that_does_nothing_on_a_used_nonce_pays_once() {
    let stage = Stage::with(Kind::SilentOnUsedNonce, 1, |_, _| {});
    stage.chain.ambush(Ambush::FrontRun);
    let hash = stage.settled(&stage.order(1)).await;
    assert_eq!((stage.chain.movements()[0].transaction.to_string(), stage.paid()), (hash, times(1)));
}

#[tokio::test(start_paused = true)]
async fn row_165_what_is_never_mined_fails_when_its_window_has_ended_and_not_before() {
    let stage = Stage::with(Kind::Honest, 1, |_, settings| settings.patience = Duration::from_secs(600));
    let order = stage.order(1);
    let facilitator = stage.facilitator.clone();
    let request = order.settle(60, order.amount);
    let settling = tokio::spawn(async move { quittance_core::Facilitator::settle(&facilitator, &request).await });
    for _ in 0..58 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        stage.chain.hold_waiting(100);
        assert!(!settling.is_finished());
    }
    for _ in 0..40 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        stage.chain.hold_waiting(100);
    }
    let response = settling.await.unwrap().unwrap();
    assert_eq!(response.error_reason.as_deref(), Some("invalid_exact_evm_payload_authorization_valid_before"));
    assert_eq!(stage.paid(), times(0));
}

#[tokio::test(start_paused = true)]
async fn row_147_a_receipt_that_vanishes_before_it_is_deep_enough_was_none() {
    let stage = Stage::with(Kind::Honest, 1, |chain, _| chain.confirmations = 3);
    let (facilitator, order) = (stage.facilitator.clone(), stage.order(1));
    let request = order.settle(60, order.amount);
    let settling = tokio::spawn(async move { quittance_core::Facilitator::settle(&facilitator, &request).await });
    blocks(2).await;
    assert!(!settling.is_finished());
    assert_eq!(stage.paid(), times(1));
    stage.chain.reorganize(2, Fate::Gone, Fate::Gone);
    assert_eq!(stage.paid(), times(0));
    let response = settling.await.unwrap().unwrap();
    assert!(response.success);
    assert_eq!(stage.chain.movements()[0].transaction.to_string(), response.transaction);
    assert_eq!(stage.paid(), times(1));
}

#[tokio::test(start_paused = true)]
async fn row_142_without_a_receipt_nothing_is_proved_and_nothing_is_given_up() {
    let stage = Stage::new();
    stage.node.behave(Conduct { receipts: Receipts::Withheld, ..Conduct::default() });
    let (facilitator, order) = (stage.facilitator.clone(), stage.order(1));
    let request = order.settle(60, order.amount);
    let settling = tokio::spawn(async move { quittance_core::Facilitator::settle(&facilitator, &request).await });
    blocks(10).await;
    assert!(!settling.is_finished());
    stage.node.behave(Conduct::default());
    assert!(settling.await.unwrap().unwrap().success);
    assert_eq!(stage.paid(), times(1));
}

#[tokio::test(start_paused = true)]
async fn a_node_that_is_behind_or_loses_every_third_question_delays_and_does_no_harm() {
    let stage = Stage::with(Kind::Honest, 2, |_, settings| settings.patience = Duration::from_secs(300));
    stage.node.behave(Conduct { lost: 200, unanswered: 130, lag: 2, latency: (5, 400), ..Conduct::default() });
    let mut asking = tokio::task::JoinSet::new();
    for nonce in 0..30 {
        let (facilitator, order) = (stage.facilitator.clone(), stage.order(nonce));
        asking.spawn(async move {
            let request = order.settle(60, order.amount);
            for _ in 0..40 {
                if let Ok(response) = quittance_core::Facilitator::settle(&facilitator, &request).await {
                    return response.success;
                }
                tokio::time::sleep(Duration::from_millis(300)).await;
            }
            false
        });
    }
    let settled = asking.join_all().await.into_iter().filter(|settled| *settled).count();
    assert_eq!(stage.paid(), times(settled as u64));
    assert_eq!(settled, 30);
}

#[tokio::test(start_paused = true)]
async fn row_138_a_node_that_is_down_after_it_was_sent_leaves_it_open() {
    let stage = Stage::with(Kind::Honest, 1, |_, settings| settings.patience = Duration::from_secs(5));
    let order = stage.order(1);
    for _ in 0..60 {
        stage.node.plan(Method::Receipts, Trouble::Lost);
    }
    stage.refused(&order, "settlement_pending").await;
    stage.node.forget_plans();
    blocks(2).await;
    stage.settled(&order).await;
    assert_eq!(stage.paid(), times(1));
}
