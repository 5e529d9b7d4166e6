//! What can go wrong on the model, one by one.

use std::time::Duration;

use quittance_core::chain::{Call, ChainAnswer, ChainQuery};
use quittance_core::eip712::eip3009::Authorization;
use quittance_core::registry::networks::BASE_SEPOLIA;
use quittance_core::signature::SecretKey;
use quittance_core::{Address, Amount, Fault, Nonce, UnixSeconds, Window};
use quittance_facilitator::{Block, Broadcast, Chain as _, Receipt, Transaction};
use quittance_testkit::chain::{
    ACCOMPLICE, Ambush, Conduct, Fate, Kind, Method, ModelChain, Node, Receipts, STRANGER, Settings, Trouble,
};

use crate::calls;

const TOKEN: Address = Address::from_bytes([0x70; 20]);
const PAYEE: Address = Address::from_bytes([0x50; 20]);
const GWEI: u128 = 1_000_000_000;

fn key(last: u8) -> SecretKey {
    SecretKey::from_bytes(&[last; 32]).unwrap()
}

struct Begun {
    chain: ModelChain,
    node: Node,
}

fn begin(kind: Kind) -> Begun {
    let chain = ModelChain::new(Settings::default());
    chain.place_token(TOKEN, "USDC", "2", kind);
    chain.mint(TOKEN, key(1).address(), Amount::from_u64(1_000_000));
    chain.fund(key(9).address(), 10_u128.pow(18));
    let node = chain.node(1);
    Begun { chain, node }
}

fn payment(nonce: u8) -> Call {
    let window = Window::new(UnixSeconds::from_secs(0), UnixSeconds::from_secs(u64::MAX));
    let asked = Authorization {
        from: key(1).address(),
        to: PAYEE,
        value: Amount::from_u64(10_000),
        window,
        nonce: Nonce::from_bytes([nonce; 32]),
    };
    Call::new(TOKEN, calls::transfer(&key(1), TOKEN, asked))
}

impl Begun {
    fn sign(&self, nonce: u64, fee: u128, call: Call) -> Transaction {
        Transaction::sign(&key(9), BASE_SEPOLIA, nonce, 200_000, fee, fee / 10, call).unwrap()
    }

    async fn send(&self, nonce: u64, fee: u128, call: Call) -> (Transaction, Broadcast) {
        let transaction = self.sign(nonce, fee, call);
        let answer = self.node.broadcast(transaction.raw()).await.unwrap();
        (transaction, answer)
    }

    async fn receipt(&self, transaction: &Transaction) -> Option<Receipt> {
        self.node.receipts(&[transaction.hash()]).await.unwrap().remove(0)
    }

    async fn used(&self, nonce: u8) -> bool {
        let question = ChainQuery::NonceState { token: TOKEN, authorizer: key(1).address(), nonce: Nonce::from_bytes([nonce; 32]) };
        self.node.ask(&[question]).await.unwrap() == [ChainAnswer::Flag(true)]
    }
}

async fn blocks(count: u64) {
    tokio::time::sleep(Duration::from_secs(2 * count)).await;
}

#[tokio::test(start_paused = true)]
async fn nonces_wait_for_those_before_and_a_replacement_pays_more() {
    let begun = begin(Kind::Honest);
    let (second, answer) = begun.send(1, GWEI, payment(2)).await;
    assert_eq!(answer, Broadcast::Accepted);
    blocks(2).await;
    assert_eq!(begun.receipt(&second).await, None);
    assert_eq!(begun.node.nonce(key(9).address(), Block::Pending).await, Ok(0));
    let (first, _) = begun.send(0, GWEI, payment(1)).await;
    assert_eq!(begun.node.nonce(key(9).address(), Block::Pending).await, Ok(2));
    assert_eq!(begun.send(0, GWEI, payment(1)).await.1, Broadcast::Accepted);
    assert_eq!(begun.send(0, GWEI + GWEI / 11, payment(1)).await.1, Broadcast::Underpriced);
    let (better, answer) = begun.send(0, GWEI + GWEI / 10, payment(1)).await;
    assert_eq!(answer, Broadcast::Accepted);
    blocks(1).await;
    assert!(begun.receipt(&first).await.is_none());
    assert!(begun.receipt(&better).await.unwrap().succeeded && begun.receipt(&second).await.unwrap().succeeded);
    assert_eq!(begun.send(0, 9 * GWEI, payment(1)).await.1, Broadcast::NonceUsed);
    assert_eq!(begun.send(2, 10_u128.pow(15), payment(1)).await.1, Broadcast::OutOfFunds);
    assert_eq!(begun.node.broadcast(&[1, 2, 3]).await, Ok(Broadcast::Refused));
    assert_eq!(begun.chain.movements().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn row_155_what_bids_too_little_waits_for_the_fee_to_fall() {
    let begun = begin(Kind::Honest);
    begun.chain.head_for_fee(3 * GWEI);
    blocks(60).await;
    let (sent, _) = begun.send(0, GWEI, payment(1)).await;
    blocks(3).await;
    assert!(begun.receipt(&sent).await.is_none() && begun.chain.waits(sent.hash()));
    begun.chain.head_for_fee(1);
    blocks(30).await;
    assert!(begun.receipt(&sent).await.is_some());
}

#[tokio::test(start_paused = true)]
async fn row_147_a_receipt_vanishes_and_comes_back_or_does_not() {
    for (fate, there) in [(Fate::Back, true), (Fate::Later(4), false), (Fate::Gone, false)] {
        let begun = begin(Kind::Honest);
        let (sent, _) = begun.send(0, GWEI, payment(1)).await;
        blocks(2).await;
        let before = begun.receipt(&sent).await.unwrap();
        begun.chain.reorganize(2, fate, Fate::Back);
        let after = begun.receipt(&sent).await;
        assert_eq!(after.is_some(), there, "{fate:?}");
        assert!(after.is_none_or(|after| after.block_hash != before.block_hash));
        assert_eq!((begun.used(1).await, begun.chain.waits(sent.hash())), (there, fate == Fate::Later(4)));
        blocks(6).await;
        assert_eq!(begun.receipt(&sent).await.is_some(), fate != Fate::Gone, "{fate:?}");
        assert_eq!(begun.chain.orphaned(key(9).address()), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn row_144_a_stranger_is_first() {
    let begun = begin(Kind::Honest);
    begun.chain.ambush(Ambush::FrontRun);
    let (sent, _) = begun.send(0, GWEI, payment(1)).await;
    blocks(1).await;
    let receipt = begun.receipt(&sent).await.unwrap();
    assert!(!receipt.succeeded && receipt.logs.is_empty() && receipt.cost > 0);
    let movements = begun.chain.movements();
    assert_eq!(movements.len(), 1);
    assert_ne!(movements[0].transaction, sent.hash());
    assert_eq!(begun.node.call(movements[0].transaction).await, Ok(Some(payment(1))));
    assert_eq!(begun.chain.balance(TOKEN, PAYEE), Amount::from_u64(10_000));
}

#[tokio::test(start_paused = true)]
async fn rows_143_and_148_the_payer_thinks_better_of_it() {
    for ambush in [Ambush::Drain, Ambush::Cancel] {
        let begun = begin(Kind::Honest);
        begun.chain.ambush(ambush);
        let (sent, _) = begun.send(0, GWEI, payment(1)).await;
        blocks(1).await;
        assert!(!begun.receipt(&sent).await.unwrap().succeeded, "{ambush:?}");
        assert_eq!((begun.chain.movements().len(), begun.used(1).await), (0, ambush == Ambush::Cancel));
        assert_eq!(begun.chain.cancelled().len(), usize::from(ambush == Ambush::Cancel));
        assert_eq!(begun.chain.balance(TOKEN, STRANGER).is_zero(), ambush == Ambush::Cancel);
    }
}

#[tokio::test(start_paused = true)]
async fn row_145_and_146_tokens_that_do_not_do_as_they_say() {
    let check = async |kind, logs: usize, arrived: u64, emitter| {
        let begun = begin(kind);
        let (sent, _) = begun.send(0, GWEI, payment(1)).await;
        blocks(1).await;
        let receipt = begun.receipt(&sent).await.unwrap();
        assert!(receipt.succeeded, "{kind:?}");
        assert_eq!((receipt.logs.len(), receipt.logs[1].emitter), (logs, emitter), "{kind:?}");
        assert_eq!(begun.chain.balance(TOKEN, PAYEE), Amount::from_u64(arrived), "{kind:?}");
        begun
    };
    check(Kind::FeeOnTransfer(100), 2, 9_900, TOKEN).await;
    check(Kind::Forger, 2, 0, ACCOMPLICE).await;
    check(Kind::InHalves, 3, 10_000, TOKEN).await;
    let begun = check(Kind::SilentOnUsedNonce, 2, 10_000, TOKEN).await;
    let (again, _) = begun.send(1, GWEI, payment(1)).await;
    blocks(1).await;
    let receipt = begun.receipt(&again).await.unwrap();
    assert!(receipt.succeeded && receipt.logs.is_empty());
}

#[tokio::test(start_paused = true)]
async fn row_139_a_node_loses_questions_and_answers() {
    let begun = begin(Kind::Honest);
    begun.node.plan(Method::Broadcast, Trouble::Lost);
    begun.node.plan(Method::Broadcast, Trouble::Unanswered);
    let transaction = begun.sign(0, GWEI, payment(1));
    assert_eq!(begun.node.broadcast(transaction.raw()).await, Err(Fault::ChainUnavailable));
    assert!(!begun.chain.waits(transaction.hash()));
    assert_eq!(begun.node.broadcast(transaction.raw()).await, Err(Fault::ChainUnavailable));
    assert!(begun.chain.waits(transaction.hash()));
    blocks(1).await;
    assert!(begun.receipt(&transaction).await.is_some());
    begun.node.behave(Conduct { receipts: Receipts::Withheld, ..Conduct::default() });
    assert_eq!(begun.receipt(&transaction).await, None);
    begun.node.behave(Conduct { lag: 3, ..Conduct::default() });
    assert_eq!(begun.receipt(&transaction).await, None);
    assert_eq!((begun.used(1).await, begun.node.nonce(key(9).address(), Block::Latest).await), (false, Ok(0)));
    blocks(3).await;
    assert!(begun.receipt(&transaction).await.is_some());
    assert_eq!((begun.node.asked(Some(Method::Broadcast)), begun.node.asked(Some(Method::Logs))), (2, 0));
}

#[tokio::test(start_paused = true)]
async fn a_transaction_is_forgotten_or_held() {
    let begun = begin(Kind::Honest);
    let (sent, _) = begun.send(0, GWEI, payment(1)).await;
    begun.chain.hold_waiting(3);
    blocks(3).await;
    assert!(begun.receipt(&sent).await.is_none() && begun.chain.waits(sent.hash()));
    begun.chain.drop_waiting();
    blocks(3).await;
    assert!(begun.receipt(&sent).await.is_none() && begun.chain.waiting() == 0);
    assert_eq!(begun.node.broadcast(sent.raw()).await, Ok(Broadcast::Accepted));
    blocks(1).await;
    assert!(begun.receipt(&sent).await.unwrap().succeeded);
}

#[tokio::test(start_paused = true)]
async fn too_little_gas_is_gone_and_moves_nothing() {
    let begun = begin(Kind::Honest);
    let call = payment(1);
    let short = Transaction::sign(&key(9), BASE_SEPOLIA, 0, 60_000, GWEI, GWEI / 10, call).unwrap();
    begun.node.broadcast(short.raw()).await.unwrap();
    blocks(1).await;
    let receipt = begun.receipt(&short).await.unwrap();
    assert!(!receipt.succeeded);
    assert_eq!(receipt.cost, 60_000 * (10_000_000 + GWEI / 10));
    assert!(!begun.used(1).await);
}
