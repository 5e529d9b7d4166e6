//! What is asked before anything is sent.

use std::sync::Arc;

use quittance_core::registry::networks::BASE_SEPOLIA;
use quittance_core::registry::{AssetInfo, default_asset};
use quittance_core::wire::VerifyRequest;
use quittance_core::{Amount, Facilitator as _, Fault, UnixSeconds, Window};
use quittance_testkit::chain::{Kind, Method, Trouble};
use quittance_testkit::payer::{Order, TOKEN_NAME, TOKEN_VERSION, Way};

use crate::stage::{PAYEE, PRICE, Stage, TOKEN, blocks, key, times};

#[tokio::test(start_paused = true)]
async fn a_payment_is_verified_with_one_request_and_many_at_once_with_few() {
    let stage = Stage::new();
    assert!(stage.verify(&stage.order(1)).await.unwrap().is_valid);
    assert_eq!(stage.node.asked(None), 1);
    let mut asking = tokio::task::JoinSet::new();
    for nonce in 2..102 {
        let (facilitator, request) = (stage.facilitator.clone(), stage.order(nonce).verify(60));
        asking.spawn(async move { facilitator.verify(&request).await.unwrap().is_valid });
    }
    assert!(asking.join_all().await.into_iter().all(|valid| valid));
    assert!(stage.node.asked(None) <= 4, "{} requests", stage.node.asked(None));
}

#[tokio::test(start_paused = true)]
async fn of_a_token_that_is_not_known_everything_is_asked_at_once() {
    let stage = Stage::new();
    let poor = Order { payer: Arc::new(key(9)), ..stage.order(1) };
    let verdict = stage.verify(&poor).await.unwrap();
    assert_eq!((verdict.invalid_reason.as_deref(), stage.node.asked(None)), (Some("insufficient_funds"), 1));
    stage.chain.mint(TOKEN, poor.from(), poor.amount);
    assert!(stage.verify(&poor).await.unwrap().is_valid);
    assert_eq!(stage.node.asked(None), 2);
}

#[tokio::test(start_paused = true)]
async fn rows_142_and_145_of_a_token_that_is_known_a_reason_is_asked_for_where_a_transfer_fails() {
    let stage = Stage::new();
    let usdc = default_asset(BASE_SEPOLIA).and_then(AssetInfo::erc20).unwrap().address;
    stage.chain.place_token(usdc, TOKEN_NAME, TOKEN_VERSION, Kind::Honest);
    stage.chain.mint(usdc, key(1).address(), PRICE);
    let order = Order { token: usdc, ..stage.order(1) };
    assert!(stage.verify(&order).await.unwrap().is_valid);
    assert_eq!(stage.node.asked(None), 1);
    stage.settled(&order).await;
    // nothing is left, and still it is the nonce
    for (nonce, reason) in [(1, "invalid_exact_evm_nonce_already_used"), (2, "insufficient_funds")] {
        let before = stage.node.asked(Some(Method::Ask));
        let verdict = stage.verify(&Order { token: usdc, ..stage.order(nonce) }).await.unwrap();
        assert_eq!((verdict.invalid_reason.as_deref(), stage.node.asked(Some(Method::Ask)) - before), (Some(reason), 2));
    }
}

#[tokio::test(start_paused = true)]
async fn row_173_garbage_costs_no_request() {
    let stage = Stage::new();
    let soon = UnixSeconds::from_secs(stage.chain.now().as_secs() + 3);
    for nonce in 0..250 {
        let order = stage.order(nonce);
        let mut late = order.clone();
        late.window = Window::new(UnixSeconds::from_secs(1), soon);
        let mut nothing = order.clone();
        nothing.amount = Amount::ZERO;
        for wrong in [late, nothing] {
            assert!(!stage.verify(&wrong).await.unwrap().is_valid);
            assert!(!stage.settle(&wrong).await.unwrap().success);
        }
        let mut cheaper = order.settle(60, Amount::from_u64(1));
        assert!(!stage.facilitator.settle(&cheaper).await.unwrap().success);
        assert!(!stage.facilitator.verify(&cheaper.0).await.unwrap().is_valid);
        cheaper = order.settle(60, order.amount);
        if let VerifyRequest::V2 { requirements, .. } = &mut cheaper.0 {
            requirements.pay_to = TOKEN.to_string();
        }
        assert!(!stage.facilitator.settle(&cheaper).await.unwrap().success);
    }
    assert_eq!(stage.node.asked(None), 0);
}

/// Somebody else's signature under the payer's name.
fn forged(stage: &Stage, nonce: u8) -> VerifyRequest {
    let mut order = stage.order(nonce);
    let mut payload = order.payment(60);
    order.payer = Arc::new(key(2));
    let signature = order.payment(60).payload.member("signature").cloned().unwrap();
    payload.payload.insert("signature", signature);
    VerifyRequest::v2(payload, order.offer(60))
}

async fn is_called_forged(stage: &Stage, nonce: u8) {
    let response = stage.facilitator.verify(&forged(stage, nonce)).await.unwrap();
    assert_eq!(response.invalid_reason.as_deref(), Some("invalid_exact_evm_payload_signature"));
}

#[tokio::test(start_paused = true)]
async fn rows_75_and_101_a_forgery_costs_a_look_at_its_account_and_the_next_none() {
    let stage = Stage::new();
    for nonce in 0..20 {
        is_called_forged(&stage, nonce).await;
    }
    assert_eq!(stage.node.asked(None), 1);
}

#[tokio::test(start_paused = true)]
async fn row_75_a_payer_who_comes_again_is_held_to_the_same_as_at_first() {
    let stage = Stage::new();
    // from the third time on the key is known, and from the first settlement on it is that of somebody who has paid
    for nonce in 1..=6 {
        is_called_forged(&stage, nonce).await;
        assert!(stage.verify(&stage.order(nonce)).await.unwrap().is_valid);
        is_called_forged(&stage, nonce).await;
        if nonce > 4 {
            stage.settled(&stage.order(nonce)).await;
        }
    }
    assert_eq!(stage.paid(), times(2));
}

#[tokio::test(start_paused = true)]
async fn row_140_a_node_that_is_down_is_a_fault_and_refuses_nobody() {
    let stage = Stage::new();
    let order = stage.order(1);
    for trouble in [Trouble::Lost, Trouble::Unanswered] {
        stage.node.plan(Method::Ask, trouble);
        assert_eq!(stage.verify(&order).await, Err(Fault::ChainUnavailable));
        stage.node.plan(Method::Ask, trouble);
        assert_eq!(stage.settle(&order).await, Err(Fault::ChainUnavailable));
    }
    // and the payment is as good as before
    stage.settled(&order).await;
    assert_eq!(stage.paid(), times(1));
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_paid_is_refused_before_anything_is_kept() {
    let stage = Stage::new();
    let mut order = stage.order(1);
    order.payer = Arc::new(key(7));
    stage.refused(&order, "insufficient_funds").await;
    let mut permit = stage.order_by(Way::Permit2, 1);
    permit.payer = Arc::new(key(7));
    stage.chain.mint(TOKEN, key(7).address(), times(1));
    stage.refused(&permit, "permit2_allowance_required").await;
    // the money has arrived
    stage.settled(&order).await;
    assert_eq!((stage.paid(), stage.chain.spendings(stage.signer(0)).len()), (times(1), 1));
    assert_ne!(PAYEE, TOKEN);
}

#[tokio::test(start_paused = true)]
async fn supported_says_who_signs() {
    let stage = Stage::new();
    let supported = stage.facilitator.supported().await.unwrap();
    let kinds: Vec<_> = supported.kinds.iter().map(|kind| (kind.scheme.as_str(), kind.network.as_str())).collect();
    assert_eq!(kinds, [("exact", "eip155:84532"), ("exact", "base-sepolia"), ("upto", "eip155:84532")]);
    let extra = supported.kinds[2].extra.as_ref().unwrap();
    assert_eq!(extra.member("facilitatorAddress").unwrap().as_str(), Some(stage.signer(0).to_string().as_str()));
}

#[tokio::test(start_paused = true)]
async fn a_request_that_breaks_is_made_again_in_parts() {
    let stage = Stage::new();
    stage.node.behave(quittance_testkit::chain::Conduct { latency: (100, 100), ..Default::default() });
    for trouble in [Trouble::Slow(std::time::Duration::from_secs(1)), Trouble::Lost] {
        stage.node.plan(Method::Ask, trouble);
    }
    let mut asking = tokio::task::JoinSet::new();
    for nonce in 0..5 {
        let (facilitator, request) = (stage.facilitator.clone(), stage.order(nonce).verify(60));
        asking.spawn(async move { facilitator.verify(&request).await.is_ok_and(|response| response.is_valid) });
        // the first asks alone, and the others together while they wait
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
    assert!(asking.join_all().await.into_iter().all(|valid| valid));
    assert_eq!(stage.node.asked(Some(Method::Ask)), 4);
}

#[tokio::test(start_paused = true)]
async fn what_was_estimated_a_moment_ago_is_simulated_and_not_estimated_again() {
    let stage = Stage::new();
    let estimates = || stage.node.asked(Some(Method::Estimate));
    stage.settled(&stage.order(1)).await;
    assert_eq!(estimates(), 1);
    stage.settled(&stage.order(2)).await;
    assert_eq!(estimates(), 1);
    blocks(10).await;
    stage.settled(&stage.order(3)).await;
    assert_eq!((estimates(), stage.paid()), (2, times(3)));
}
