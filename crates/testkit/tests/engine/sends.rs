//! What is sent, in which order and for how much.

use std::time::Duration;

use quittance_core::{Amount, Facilitator as _, Fault};
use quittance_facilitator::{Batch, ChainSettings, FeeLimit};
use quittance_testkit::chain::{Kind, Method, Trouble};
use quittance_testkit::payer::Way;

use crate::stage::{PRICE, Stage, TOKEN, blocks, times};

#[tokio::test(start_paused = true)]
async fn a_payment_is_settled_by_either_way() {
    let stage = Stage::new();
    let first = stage.settled(&stage.order(1)).await;
    let second = stage.settled(&stage.order_by(Way::Permit2, 1)).await;
    assert_ne!(first, second);
    let movements = stage.chain.movements();
    assert_eq!(movements.iter().map(|moved| moved.transaction.to_string()).collect::<Vec<_>>(), [first, second]);
    assert_eq!(stage.paid(), times(2));
}

#[tokio::test(start_paused = true)]
async fn rows_115_to_117_of_two_hundred_alike_one_is_sent_and_all_are_told_the_same() {
    let stage = Stage::new();
    let order = stage.order(1);
    let mut asking = tokio::task::JoinSet::new();
    for _ in 0..200 {
        let (facilitator, request) = (stage.facilitator.clone(), order.settle(60, order.amount));
        asking.spawn(async move { facilitator.settle(&request).await.unwrap() });
    }
    let told = asking.join_all().await;
    assert!(told.iter().all(|response| response.success && *response == told[0]));
    // and long after, when its window has ended
    blocks(200).await;
    assert_eq!(stage.settle(&order).await.unwrap(), told[0]);
    assert_eq!((stage.paid(), stage.chain.spendings(stage.signer(0)).len()), (times(1), 1));
}

#[tokio::test(start_paused = true)]
async fn row_120_the_same_payment_for_other_terms_is_a_conflict() {
    let stage = Stage::new();
    let order = stage.order(1);
    let mut other = order.settle(60, order.amount);
    if let quittance_core::wire::VerifyRequest::V2 { requirements, payload, .. } = &mut other.0 {
        requirements.max_timeout_seconds = 61;
        payload.accepted = requirements.clone();
    }
    let request = order.settle(60, order.amount);
    let (first, second) = tokio::join!(stage.facilitator.settle(&request), stage.facilitator.settle(&other));
    assert!(first.unwrap().success);
    assert_eq!(second.unwrap().error_reason.as_deref(), Some("duplicate_settlement"));
    assert_eq!(stage.paid(), times(1));
}

#[tokio::test(start_paused = true)]
async fn numbers_have_no_gaps_under_load_and_several_signers_share_it() {
    let stage = Stage::with(Kind::Honest, 3, |_, _| {});
    let mut asking = tokio::task::JoinSet::new();
    for nonce in 0..90 {
        let (facilitator, order) = (stage.facilitator.clone(), stage.order(nonce));
        asking.spawn(async move { facilitator.settle(&order.settle(60, order.amount)).await.unwrap().success });
    }
    assert!(asking.join_all().await.into_iter().all(|settled| settled));
    assert_eq!(stage.paid(), times(90));
    for signer in 0..3 {
        let sent = stage.chain.spendings(stage.signer(signer));
        let nonces: Vec<_> = sent.iter().map(|spent| spent.nonce).collect();
        assert_eq!(nonces, (0..sent.len() as u64).collect::<Vec<_>>());
        assert!(sent.len() >= 10, "{} of 90", sent.len());
    }
}

#[tokio::test(start_paused = true)]
async fn row_139_a_broadcast_that_nobody_answers_is_sent_and_settled_once() {
    for trouble in [Trouble::Lost, Trouble::Unanswered] {
        let stage = Stage::new();
        stage.node.plan(Method::Broadcast, trouble);
        let hash = stage.settled(&stage.order(1)).await;
        assert_eq!(stage.chain.movements()[0].transaction.to_string(), hash);
        assert_eq!((stage.paid(), stage.chain.spendings(stage.signer(0)).len()), (times(1), 1));
    }
}

#[tokio::test(start_paused = true)]
async fn row_155_a_transaction_that_does_not_get_in_is_sent_for_more_under_the_same_number() {
    let stage = Stage::new();
    stage.chain.head_for_fee(2_000_000_000);
    let settling = stage.facilitator.clone();
    let order = stage.order(1);
    let request = order.settle(60, order.amount);
    let settling = tokio::spawn(async move { settling.settle(&request).await });
    let response = settling.await.unwrap().unwrap();
    assert!(response.success, "{response:?}");
    let sent = stage.chain.spendings(stage.signer(0));
    assert_eq!(sent.iter().map(|spent| spent.nonce).collect::<Vec<_>>(), [0]);
    assert_eq!(stage.paid(), times(1));
}

#[tokio::test(start_paused = true)]
async fn row_155_a_transaction_that_every_node_forgot_is_sent_again() {
    let stage = Stage::new();
    let (facilitator, order) = (stage.facilitator.clone(), stage.order(1));
    let settling = tokio::spawn(async move { facilitator.settle(&order.settle(60, order.amount)).await });
    tokio::time::sleep(Duration::from_millis(500)).await;
    stage.chain.drop_waiting();
    let response = settling.await.unwrap().unwrap();
    assert!(response.success, "{response:?}");
    assert_eq!(stage.paid(), times(1));
}

#[tokio::test(start_paused = true)]
async fn a_settlement_that_costs_more_than_its_share_is_not_sent() {
    let dear = FeeLimit::new(500, [(TOKEN, Amount::from_u64(3_000_000_000))].into());
    let stage = Stage::with(Kind::Honest, 1, |chain, _| chain.fee_limit = Some(dear));
    stage.settled(&stage.order(1)).await;
    stage.chain.head_for_fee(100_000_000_000);
    blocks(200).await;
    assert_eq!(stage.settle(&stage.order(2)).await, Err(Fault::GasTooDear));
    // the payment is as good as before
    let order = stage.order(3);
    stage.settle(&order).await.unwrap_err();
    stage.chain.head_for_fee(10_000_000);
    blocks(200).await;
    let mut order = stage.order(3);
    order.amount = PRICE;
    stage.settled(&order).await;
    assert_eq!(stage.paid(), times(2));
}

/// On a rollup, where the layer below takes more than the chain itself.
#[tokio::test(start_paused = true)]
async fn what_the_bytes_of_a_transaction_cost_counts_towards_every_bound() {
    // gas for 1e12 wei, which is a thirtieth of the payment, and bytes for 1e14 and more, which is three times as much as it
    let wei = 300_000_000_000;
    let stage = |bytes, set: fn(&mut ChainSettings)| {
        let stage = Stage::with(Kind::Honest, 1, |chain, _| set(chain));
        stage.chain.charge_for_bytes(bytes);
        stage
    };
    let share = |chain: &mut ChainSettings| {
        chain.fee_limit = Some(FeeLimit::new(500, [(TOKEN, Amount::from_u64(300_000_000))].into()));
    };
    let share_of_a_batch = |chain: &mut ChainSettings| {
        chain.fee_limit = Some(FeeLimit::new(500, [(TOKEN, Amount::from_u64(300_000_000))].into()));
        chain.batch = Some(Batch::default());
    };
    // eleven million wei a unit, and as much again in five
    let ceiling = |chain: &mut ChainSettings| chain.max_fee = 60_000_000;
    for set in [share, share_of_a_batch, ceiling] {
        let free = stage(0, set);
        free.settled(&free.order(1)).await;
        let dear = stage(wei, set);
        assert_eq!(dear.settle(&dear.order(1)).await, Err(Fault::GasTooDear));
        assert_eq!((dear.chain.spendings(dear.signer(0)).len(), dear.chain.waiting()), (0, 0));
        // the payment is as good as before, and what it cost is counted whole
        dear.chain.charge_for_bytes(1_000);
        blocks(2).await;
        dear.settled(&dear.order(1)).await;
        blocks(2).await;
        let spent = 10_u128.pow(18) - dear.chain.funds(dear.signer(0));
        let counted = format!("quittance_gas_wei_total{{network=\"eip155:84532\"}} {spent}\n");
        assert!(dear.facilitator.metrics().text().contains(&counted), "{counted}");
        // gas costs eleven million wei a unit, and what is left over is for a few hundred bytes
        assert!((300_000..600_000).contains(&(spent % 11_000_000)), "{spent}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_signer_without_money_for_gas_is_a_fault_and_burns_nothing() {
    let stage = Stage::with(Kind::Honest, 1, |_, settings| settings.patience = Duration::from_secs(5));
    stage.chain.fund(stage.signer(0), 0);
    let order = stage.order(1);
    let response = stage.settle(&order).await;
    // nothing says that it failed
    assert!(match &response {
        Err(_) => true,
        Ok(response) => response.error_reason.as_deref() == Some("settlement_pending"),
    });
    stage.chain.fund(stage.signer(0), 10_u128.pow(18));
    blocks(10).await;
    stage.settled(&order).await;
    assert_eq!(stage.paid(), times(1));
}

#[tokio::test(start_paused = true)]
async fn who_asked_may_go_away() {
    let stage = Stage::new();
    let (facilitator, order) = (stage.facilitator.clone(), stage.order(1));
    let request = order.settle(60, order.amount);
    drop(tokio::time::timeout(Duration::from_millis(1), facilitator.settle(&request)).await);
    blocks(3).await;
    assert_eq!(stage.paid(), times(1));
    assert_eq!(stage.settled(&order).await, stage.chain.movements()[0].transaction.to_string());
}

#[tokio::test(start_paused = true)]
async fn who_does_not_wait_is_told_what_was_sent() {
    let stage = Stage::with(Kind::Honest, 1, |_, settings| settings.patience = Duration::from_millis(200));
    let order = stage.order(1);
    let response = stage.refused(&order, "settlement_pending").await;
    blocks(3).await;
    assert_eq!(stage.settled(&order).await, response.transaction);
}

#[tokio::test(start_paused = true)]
async fn what_is_too_much_is_turned_away_and_nothing_is_lost() {
    let stage = Stage::with(Kind::Honest, 1, |chain, _| chain.open = 4);
    let mut asking = tokio::task::JoinSet::new();
    for nonce in 0..20 {
        let (facilitator, order) = (stage.facilitator.clone(), stage.order(nonce));
        asking.spawn(async move { facilitator.settle(&order.settle(60, order.amount)).await });
    }
    let told = asking.join_all().await;
    let settled = told.iter().filter(|told| told.as_ref().is_ok_and(|response| response.success)).count();
    assert_eq!(told.iter().filter(|told| **told == Err(Fault::StoreFull)).count(), 20 - settled);
    assert_eq!((settled, stage.paid()), (4, times(4)));
}

#[tokio::test(start_paused = true)]
async fn a_facilitator_that_stops_takes_no_more_and_ends_what_is_open() {
    let stage = Stage::new();
    let (facilitator, order) = (stage.facilitator.clone(), stage.order(1));
    let settling = tokio::spawn(async move { facilitator.settle(&order.settle(60, order.amount)).await });
    tokio::time::sleep(Duration::from_millis(10)).await;
    assert_eq!(stage.facilitator.drain(Duration::from_secs(30)).await.open, 0);
    assert!(settling.await.unwrap().unwrap().success);
    assert_eq!(stage.settle(&stage.order(2)).await, Err(Fault::FacilitatorUnreachable));
    assert_eq!(stage.paid(), times(1));
}
