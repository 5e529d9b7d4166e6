//! Wallets that say one thing and then another: rows 101 and 104.

use std::sync::Arc;
use std::time::Duration;

use quittance_core::eip712::permit2::PERMIT2;
use quittance_core::{Amount, Nonce};
use quittance_testkit::chain::FACTORY;
use quittance_testkit::payer::{Order, Wallet, Way};

use crate::stage::{PRICE, Stage, TOKEN, key, times};

/// A payment by a wallet that is there and whose owner is the payer's key.
fn by_wallet(stage: &Stage, way: Way, nonce: u8) -> Order {
    let mut order = stage.order_by(way, nonce);
    order.payer = Arc::new(key(20 + nonce));
    order.wallet = Some(Wallet { factory: FACTORY, salt: [nonce; 32] });
    stage.chain.mint(TOKEN, order.from(), PRICE);
    stage.chain.approve(TOKEN, order.from(), PERMIT2, Amount::MAX);
    owned(stage, &order, 20 + nonce);
    order
}

/// The wallet is this key's now.
fn owned(stage: &Stage, order: &Order, owner: u8) {
    stage.chain.place_wallet(order.from(), key(owner).address());
}

/// That it is not signed by whoever owns the wallet.
const fn reason(way: Way) -> &'static str {
    match way {
        Way::Eip3009 => "invalid_exact_evm_payload_signature",
        Way::Permit2 | Way::Upto(_) => "invalid_permit2_signature",
    }
}

fn ways(stage: &Stage) -> [(u8, Way); 3] {
    [(1, Way::Eip3009), (2, Way::Permit2), (3, Way::Upto(stage.signer(0)))]
}

#[tokio::test(start_paused = true)]
async fn row_104_a_wallet_that_changes_hands_between_verifying_and_settling_does_not_pay() {
    let stage = Stage::new();
    for (nonce, way) in ways(&stage) {
        let order = by_wallet(&stage, way, nonce);
        assert!(stage.verify(&order).await.unwrap().is_valid, "{order:?}");
        owned(&stage, &order, 99);
        let refused = stage.refused(&order, reason(way)).await;
        assert_eq!(refused.transaction, "", "{order:?}");
        assert!(!stage.verify(&order).await.unwrap().is_valid, "{order:?}");
    }
    assert_eq!((stage.paid(), stage.chain.spendings(stage.signer(0)).len()), (Amount::ZERO, 0));
}

#[tokio::test(start_paused = true)]
async fn row_104_a_wallet_that_changes_hands_before_the_block_does_not_pay_then_nor_later() {
    let stage = Stage::new();
    for (nonce, way) in ways(&stage) {
        let order = by_wallet(&stage, way, nonce);
        let sent = stage.chain.spendings(stage.signer(0)).len();
        let changes = async {
            tokio::time::sleep(Duration::from_millis(500)).await;
            assert_eq!(stage.chain.waiting(), 1, "{order:?}");
            owned(&stage, &order, 99);
        };
        let (refused, ()) = tokio::join!(stage.refused(&order, reason(way)), changes);
        let ours = stage.chain.spendings(stage.signer(0));
        assert_eq!((ours.len(), &refused.transaction), (sent + 1, &ours[sent].transaction.to_string()), "{order:?}");
        // its payer was told to sign another, so that this one stays refused when the wallet is its again
        owned(&stage, &order, 20 + nonce);
        stage.refused(&order, reason(way)).await;
        assert_eq!(stage.paid(), times(u64::from(nonce) - 1), "{order:?}");
        let mut another = order.clone();
        another.nonce = Nonce::from_bytes([100 + nonce; 32]);
        stage.settled(&another).await;
        assert_eq!(stage.paid(), times(u64::from(nonce)), "{order:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn row_101_an_answer_that_flips_is_asked_for_again_at_every_step() {
    let stage = Stage::new();
    for (nonce, way) in ways(&stage) {
        let order = by_wallet(&stage, way, nonce);
        for _ in 0..3 {
            assert!(stage.verify(&order).await.unwrap().is_valid, "{order:?}");
            owned(&stage, &order, 99);
            let verdict = stage.verify(&order).await.unwrap();
            assert_eq!(verdict.invalid_reason.as_deref(), Some(reason(way)), "{order:?}");
            stage.refused(&order, reason(way)).await;
            owned(&stage, &order, 20 + nonce);
        }
        stage.settled(&order).await;
        assert_eq!(stage.paid(), times(u64::from(nonce)), "{order:?}");
    }
}
