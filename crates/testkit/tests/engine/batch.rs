//! Many settlements in one transaction.

use std::time::Duration;

use quittance_core::{Address, Facilitator as _, Nonce};
use quittance_facilitator::Batch;
use quittance_testkit::chain::{Ambush, Fate, Kind};
use quittance_testkit::payer::{Order, TOKEN_NAME, TOKEN_VERSION, Way};

use crate::stage::{Stage, TOKEN, blocks, key, times};

fn begin() -> Stage {
    Stage::with(Kind::Honest, 1, |chain, settings| {
        chain.batch = Some(Batch::default());
        settings.lease = 5;
    })
}

#[tokio::test(start_paused = true)]
async fn what_comes_while_one_waits_goes_together() {
    let stage = begin();
    let mut asking = tokio::task::JoinSet::new();
    for nonce in 0..60 {
        let (facilitator, order) = (stage.facilitator.clone(), stage.order(nonce));
        asking.spawn(async move {
            tokio::time::sleep(Duration::from_millis(u64::from(nonce))).await;
            facilitator.settle(&order.settle(60, order.amount)).await.unwrap().success
        });
    }
    assert!(asking.join_all().await.into_iter().all(|settled| settled));
    assert_eq!(stage.paid(), times(60));
    let sent = stage.chain.spendings(stage.signer(0));
    assert!(sent.len() <= 3, "{} transactions", sent.len());
    assert_eq!(sent.iter().map(|spent| spent.used).sum::<usize>(), 60);
}

#[tokio::test(start_paused = true)]
async fn rows_144_and_149_in_one_transaction_each_is_judged_by_its_own_logs() {
    let stage = begin();
    // somebody else has money for two of ten
    let poor = std::sync::Arc::new(key(5));
    stage.chain.mint(TOKEN, poor.address(), times(2));
    let mut asking = tokio::task::JoinSet::new();
    for number in 0..30_u8 {
        let (facilitator, mut order) = (stage.facilitator.clone(), stage.order(number));
        if number % 3 == 1 {
            order.payer = std::sync::Arc::clone(&poor);
            order.pay_to = Address::from_bytes([0x51; 20]);
        }
        asking.spawn(async move {
            let response = facilitator.settle(&order.settle(60, order.amount)).await.unwrap();
            (order.pay_to, response.success)
        });
    }
    stage.chain.ambush(Ambush::FrontRun);
    let told = asking.join_all().await;
    let settled = |to: Address| told.iter().filter(|(payee, success)| *payee == to && *success).count();
    let other = Address::from_bytes([0x51; 20]);
    assert_eq!((settled(crate::stage::PAYEE), stage.paid()), (20, times(20)));
    assert_eq!((settled(other), stage.chain.balance(TOKEN, other)), (2, times(2)));
}

#[tokio::test(start_paused = true)]
async fn rows_145_and_146_a_token_that_does_not_do_as_it_says_shares_and_has_not_paid() {
    let stage = begin();
    let kinds = [Kind::Forger, Kind::FeeOnTransfer(100), Kind::InHalves];
    let tokens = [0x71, 0x72, 0x73].map(|last| Address::from_bytes([last; 20]));
    for (token, kind) in tokens.into_iter().zip(kinds) {
        stage.chain.place_token(token, TOKEN_NAME, TOKEN_VERSION, kind);
        stage.chain.mint(token, key(1).address(), times(10));
    }
    let mut asking = tokio::task::JoinSet::new();
    for (number, token) in (0_u8..).zip([TOKEN; 5].into_iter().chain(tokens)) {
        let (facilitator, order) = (stage.facilitator.clone(), Order { token, ..stage.order(number) });
        asking.spawn(async move { (token, facilitator.settle(&order.settle(60, order.amount)).await.unwrap()) });
    }
    for (token, told) in asking.join_all().await {
        let reason = (token != TOKEN).then_some("invalid_exact_evm_transfer_event_mismatch");
        assert_eq!((told.success, told.error_reason.as_deref()), (token == TOKEN, reason), "{token}: {told:?}");
    }
    let sent = stage.chain.spendings(stage.signer(0));
    assert!(sent.iter().any(|spent| spent.used > 5), "they share: {sent:?}");
    assert_eq!(stage.paid(), times(5));
}

#[tokio::test(start_paused = true)]
async fn row_147_a_receipt_of_many_that_vanishes_was_nobodys() {
    let stage = Stage::with(Kind::Honest, 1, |chain, _| (chain.batch, chain.confirmations) = (Some(Batch::default()), 3));
    let mut asking = tokio::task::JoinSet::new();
    for nonce in 0..10 {
        let (facilitator, order) = (stage.facilitator.clone(), stage.order(nonce));
        asking.spawn(async move { facilitator.settle(&order.settle(60, order.amount)).await.unwrap() });
    }
    blocks(2).await;
    assert!(stage.paid() > times(1) && asking.try_join_next().is_none(), "it is in a block that is not deep enough");
    stage.chain.reorganize(2, Fate::Gone, Fate::Gone);
    assert_eq!(stage.paid(), times(0));
    let told = asking.join_all().await;
    let moved = stage.chain.movements().iter().map(|moved| moved.transaction.to_string()).collect::<Vec<_>>();
    assert!(told.iter().all(|response| response.success && moved.contains(&response.transaction)), "{told:?}");
    assert_eq!((stage.paid(), moved.len()), (times(10), 10));
}

#[tokio::test(start_paused = true)]
async fn what_may_not_share_goes_alone() {
    let stage = begin();
    let mut asking = tokio::task::JoinSet::new();
    for nonce in 0..6 {
        for way in [Way::Permit2, Way::Upto(stage.signer(0)), Way::Eip3009] {
            let (facilitator, mut order) = (stage.facilitator.clone(), stage.order_by(way, nonce));
            order.nonce = Nonce::from_bytes([nonce + if way == Way::Permit2 { 100 } else { 0 }; 32]);
            asking.spawn(async move { facilitator.settle(&order.settle(60, order.amount)).await.unwrap().success });
        }
    }
    assert!(asking.join_all().await.into_iter().all(|settled| settled));
    assert_eq!(stage.paid(), times(18));
}

#[tokio::test(start_paused = true)]
async fn row_150_a_batch_that_was_lost_is_sent_anew() {
    for kept in [true, false] {
        let mut stage = begin();
        let mut asking = tokio::task::JoinSet::new();
        for nonce in 0..10 {
            let (facilitator, order) = (stage.facilitator.clone(), stage.order(nonce));
            asking.spawn(async move { drop(facilitator.settle(&order.settle(60, order.amount)).await) });
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        stage.crash().await;
        asking.abort_all();
        if !kept {
            stage.chain.drop_waiting();
        }
        blocks(40).await;
        for nonce in 0..10 {
            stage.settled(&stage.order(nonce)).await;
        }
        assert_eq!((stage.paid(), stage.chain.movements().len()), (times(10), 10));
    }
}
