//! The same calls on the model and on the sandbox chain, which runs the contracts: both say the same, word for word.

use quittance_core::chain::Call;
use quittance_core::eip712::eip2612::Permit;
use quittance_core::eip712::eip3009::{Authorization, CancelAuthorization, ReceiveWithAuthorization, TransferWithAuthorization};
use quittance_core::eip712::permit2::{
    EXACT_PROXY, ExactWitness, PERMIT2, PermitWitnessTransferFrom, TokenPermissions, UPTO_PROXY, UptoWitness,
};
use quittance_core::registry::networks::BASE_SEPOLIA;
use quittance_core::signature::SecretKey;
use quittance_core::{Address, Amount, Nonce, UnixSeconds, Window};
use quittance_facilitator::{Broadcast, Chain as _, Gas, Transaction};
use quittance_testkit::chain::{BlockTime, Kind, MULTICALL3, ModelChain, Node, Settings, together};

use crate::calls::{self, Along};
use crate::sandbox::{Left, Sandbox, hex, key};

const NOW: u64 = 1_900_000_000;
const PAYEE: Address = Address::from_bytes([0x50; 20]);
const MONEY: u64 = 1_000_000_000_000;

struct Both {
    sandbox: Sandbox,
    model: ModelChain,
    node: Node,
    token: Address,
    sent: [u64; 10],
}

impl Both {
    async fn begin() -> Self {
        let sandbox = Sandbox::begin(NOW).await;
        let token = Address::from_bytes(sandbox.devnet.tokens()[0].address.into_array());
        let model =
            ModelChain::new(Settings { start: UnixSeconds::from_secs(NOW), block_time: BlockTime::ByHand, ..Settings::default() });
        model.place_token(token, "USDC", "2", Kind::Honest);
        for who in 0..10 {
            model.mint(token, key(who).address(), Amount::from_u64(MONEY));
            model.fund(key(who).address(), 10_u128.pow(22));
        }
        let node = model.node(1);
        Self { sandbox, model, node, token, sent: [0; 10] }
    }

    /// What both say to a call that is only tried.
    async fn attempt(&self, case: &str, who: usize, target: Address, data: &[u8]) -> Result<(), String> {
        let from = key(who).address();
        let contracts = self.sandbox.attempt(from, target, data).await;
        let model = match self.node.estimate(from, &Call::new(target, data.to_vec())).await.unwrap() {
            Gas::Units(_) => Ok(()),
            Gas::Reverts(data) => Err(hex(&data)),
        };
        assert_eq!(model, contracts, "{case}");
        contracts
    }

    /// What both leave of a call that is sent.
    async fn send(&mut self, case: &str, who: usize, target: Address, data: Vec<u8>) -> Left {
        let (nonce, call) = (self.sent[who], Call::new(target, data));
        self.sent[who] += 1;
        let gwei = 1_000_000_000;
        let tx = Transaction::sign(&key(who), BASE_SEPOLIA, nonce, 1_000_000, 20 * gwei, gwei, call).unwrap();
        let contracts = self.sandbox.send(tx.raw()).await;
        assert_eq!(self.node.broadcast(tx.raw()).await, Ok(Broadcast::Accepted));
        self.model.mine_at(UnixSeconds::from_secs(NOW));
        let receipt = self.node.receipts(&[tx.hash()]).await.unwrap().remove(0).unwrap();
        let logs = receipt.logs.iter().map(|log| {
            let topics = log.topics.iter().map(|topic| hex(topic)).collect();
            (log.emitter.to_string().to_lowercase(), topics, hex(&log.data))
        });
        assert_eq!((receipt.succeeded, logs.collect::<Vec<_>>()), contracts, "{case}");
        contracts
    }

    async fn refused(&self, case: &str, who: usize, target: Address, data: &[u8]) {
        assert!(self.attempt(case, who, target, data).await.is_err(), "{case}");
    }

    async fn taken(&self, case: &str, who: usize, target: Address, data: &[u8]) {
        assert_eq!(self.attempt(case, who, target, data).await, Ok(()), "{case}");
    }
}

/// A transfer of account 1 that is valid now.
fn transfer(nonce: u8) -> Authorization {
    Authorization {
        from: key(1).address(),
        to: PAYEE,
        value: Amount::from_u64(10_000),
        window: window(0, NOW + 60),
        nonce: Nonce::from_bytes([nonce; 32]),
    }
}

fn window(after: u64, before: u64) -> Window {
    Window::new(UnixSeconds::from_secs(after), UnixSeconds::from_secs(before))
}

/// The other signature over the same message.
fn high_s(signature: &[u8]) -> Vec<u8> {
    let order = Amount::parse("115792089237316195423570985008687907852837564279074904382605163141518161494337").unwrap();
    let s = Amount::from_be_bytes(signature[32..64].try_into().unwrap());
    [&signature[..32], &order.checked_sub(s).unwrap().to_be_bytes(), &[55 - signature[64]]].concat()
}

#[tokio::test]
async fn an_authorization_moves_money_once() {
    let mut both = Both::begin().await;
    let token = both.token;
    let signature = calls::sign(&key(1), token, &TransferWithAuthorization(transfer(1)));
    let call = calls::in_parts(transfer(1), &signature);
    both.taken("in parts", 0, token, &call).await;
    both.taken("whole", 0, token, &calls::whole(transfer(1), &signature)).await;
    let left = both.send("in parts", 0, token, call.clone()).await;
    assert!(left.0 && left.1.len() == 2);
    both.refused("used", 0, token, &call).await;
    assert!(!both.send("used", 0, token, call).await.0);
    let other = calls::whole(transfer(2), &calls::sign(&key(1), token, &TransferWithAuthorization(transfer(2))));
    assert!(both.send("whole", 3, token, other).await.0);
    let cancel = CancelAuthorization { authorizer: key(1).address(), nonce: Nonce::from_bytes([3; 32]) };
    let call = calls::cancel(&key(1), token, cancel);
    assert_eq!(both.send("cancel", 0, token, call.clone()).await.1.len(), 1);
    both.refused("cancelled before", 0, token, &call).await;
    both.refused("cancelled", 0, token, &calls::transfer(&key(1), token, transfer(3))).await;
    both.refused(
        "cancelled by another",
        0,
        token,
        &calls::cancel(&key(2), token, CancelAuthorization { nonce: Nonce::from_bytes([4; 32]), ..cancel }),
    )
    .await;
}

#[tokio::test]
async fn the_window_and_the_signature_are_judged_alike() {
    let both = Both::begin().await;
    let token = both.token;
    for (case, window, good) in [
        ("inside", window(NOW - 1, NOW + 1), true),
        ("early", window(NOW, NOW + 1), false),
        ("late", window(NOW - 1, NOW), false),
        ("inverted", window(NOW + 9, NOW), false),
    ] {
        let call = calls::transfer(&key(1), token, Authorization { window, ..transfer(1) });
        assert_eq!(both.attempt(case, 0, token, &call).await.is_ok(), good, "{case}");
    }
    let good = calls::sign(&key(1), token, &TransferWithAuthorization(transfer(1)));
    let with_v = |v: u8| [&good[..64], &[v]].concat();
    for (case, signature) in [
        ("another's", calls::sign(&key(2), token, &TransferWithAuthorization(transfer(1)))),
        ("a receive", calls::sign(&key(1), token, &ReceiveWithAuthorization(transfer(1)))),
        ("high s", high_s(&good)),
        ("v of 0 or 1", with_v(good[64] - 27)),
        ("v of 29", with_v(29)),
        ("the other v", with_v(55 - good[64])),
        ("no r", [&[0; 32], &good[32..]].concat()),
        ("no s", [&good[..32], &[0; 32], &good[64..]].concat()),
        ("s beyond the order", [&good[..32], &[0xff; 32], &good[64..]].concat()),
        ("64 bytes", good[..64].to_vec()),
        ("66 bytes", [&good[..], &[0]].concat()),
        ("nothing", vec![]),
    ] {
        both.refused(case, 0, token, &calls::whole(transfer(1), &signature)).await;
        if signature.len() == 65 {
            both.refused(case, 0, token, &calls::in_parts(transfer(1), &signature)).await;
        }
    }
    let dear = Authorization { value: Amount::from_u64(MONEY + 1), ..transfer(1) };
    both.refused("too dear", 0, token, &calls::transfer(&key(1), token, dear)).await;
    both.refused("unknown call", 0, token, &calls::selector("nothing()")).await;
    both.refused("half a call", 0, token, &calls::transfer(&key(1), token, transfer(1))[..100]).await;
    both.taken("no contract", 0, PAYEE, &[1, 2, 3, 4]).await;
}

#[tokio::test]
async fn several_calls_go_through_or_fail_one_by_one() {
    let mut both = Both::begin().await;
    let token = both.token;
    let good = |nonce| Call::new(token, calls::transfer(&key(1), token, transfer(nonce)));
    let bad = Call::new(token, calls::transfer(&key(2), token, transfer(9)));
    let left = both.send("two of three", 0, MULTICALL3, together(&[good(1), bad.clone(), good(2)])).await;
    assert!(left.0 && left.1.len() == 4);
    let left = both.send("one of them twice", 0, MULTICALL3, together(&[good(3), good(3), bad])).await;
    assert!(left.0 && left.1.len() == 2);
    assert!(both.send("none", 0, MULTICALL3, together(&[])).await.0);
}

/// What account 4 permits, to `spender`.
fn permit<W>(token: Address, spender: Address, nonce: u8, witness: W) -> PermitWitnessTransferFrom<W> {
    PermitWitnessTransferFrom {
        permitted: TokenPermissions { token, amount: Amount::from_u64(10_000) },
        spender,
        nonce: Nonce::from_bytes([nonce; 32]),
        deadline: UnixSeconds::from_secs(NOW + 60),
        witness,
    }
}

const fn witness() -> ExactWitness {
    ExactWitness { to: PAYEE, valid_after: UnixSeconds::from_secs(0) }
}

fn settle(signer: &SecretKey, permit: &PermitWitnessTransferFrom<ExactWitness>) -> Vec<u8> {
    calls::settle(permit, key(4).address(), &calls::sign_permit(signer, permit))
}

#[tokio::test]
async fn a_permit_moves_all_of_it_once_or_is_refused_by_name() {
    let mut both = Both::begin().await;
    let token = both.token;
    let good = permit(token, EXACT_PROXY, 1, witness());
    both.refused("no allowance", 0, EXACT_PROXY, &settle(&key(4), &good)).await;
    both.send("allow", 4, token, calls::approve(PERMIT2, Amount::MAX)).await;
    let left = both.send("settle", 0, EXACT_PROXY, settle(&key(4), &good)).await;
    assert!(left.0 && left.1.len() == 2);
    both.refused("used", 0, EXACT_PROXY, &settle(&key(4), &good)).await;

    let fresh = permit(token, EXACT_PROXY, 2, witness());
    let with = |witness: ExactWitness| PermitWitnessTransferFrom { witness, ..fresh };
    let at = UnixSeconds::from_secs;
    for (case, permit) in [
        ("nowhere", with(ExactWitness { to: Address::ZERO, ..witness() })),
        ("early", with(ExactWitness { valid_after: at(NOW + 1), ..witness() })),
        ("past", PermitWitnessTransferFrom { deadline: at(NOW - 1), ..fresh }),
        ("nothing", PermitWitnessTransferFrom { permitted: TokenPermissions { token, amount: Amount::ZERO }, ..fresh }),
        ("too dear", PermitWitnessTransferFrom { permitted: TokenPermissions { token, amount: Amount::from_u64(MONEY) }, ..fresh }),
    ] {
        both.refused(case, 0, EXACT_PROXY, &settle(&key(4), &permit)).await;
    }
    both.taken("the first second", 0, EXACT_PROXY, &settle(&key(4), &with(ExactWitness { valid_after: at(NOW), ..witness() })))
        .await;
    both.taken("the last second", 0, EXACT_PROXY, &settle(&key(4), &PermitWitnessTransferFrom { deadline: at(NOW), ..fresh }))
        .await;
    let signature = calls::sign_permit(&key(4), &fresh);
    let compact = quittance_core::Signature::parse_65(&signature).unwrap().to_2098();
    for (case, owner, signature, good) in [
        ("nobody's", Address::ZERO, signature.clone(), false),
        ("another's", key(5).address(), signature.clone(), false),
        ("compact", key(4).address(), compact.to_vec(), true),
        ("high s", key(4).address(), high_s(&signature), true),
        ("63 bytes", key(4).address(), signature[..63].to_vec(), false),
        ("no r", key(4).address(), [&[0; 32], &signature[32..]].concat(), false),
    ] {
        let call = calls::settle(&fresh, owner, &signature);
        assert_eq!(both.attempt(case, 0, EXACT_PROXY, &call).await.is_ok(), good, "{case}");
    }
    let wrong = permit(token, UPTO_PROXY, 2, witness());
    both.refused("the other proxy's", 0, EXACT_PROXY, &settle(&key(4), &wrong)).await;
}

#[tokio::test]
async fn an_allowance_comes_along() {
    let mut both = Both::begin().await;
    let token = both.token;
    let along = |value: u64, signer: usize, nonce: u64| {
        let permit = Permit {
            owner: key(4).address(),
            spender: PERMIT2,
            value: Amount::from_u64(value),
            nonce: Amount::from_u64(nonce),
            deadline: UnixSeconds::from_secs(NOW),
        };
        Along { value, deadline: NOW, signature: calls::sign(&key(signer), token, &permit) }
    };
    let call = |along: &Along, nonce: u8| {
        let permit = permit(token, EXACT_PROXY, nonce, witness());
        calls::settle_with_permit(along, &permit, key(4).address(), &calls::sign_permit(&key(4), &permit))
    };
    both.refused("another amount", 0, EXACT_PROXY, &call(&along(9_999, 4, 0), 1)).await;
    both.refused("another's", 0, EXACT_PROXY, &call(&along(10_000, 5, 0), 1)).await;
    let left = both.send("along", 0, EXACT_PROXY, call(&along(10_000, 4, 0), 1)).await;
    assert!(left.0);
    both.refused("the same again", 0, EXACT_PROXY, &call(&along(10_000, 4, 0), 2)).await;
    assert!(both.send("the next", 0, EXACT_PROXY, call(&along(10_000, 4, 1), 2)).await.0);
}

#[tokio::test]
async fn a_ceiling_is_for_the_named_facilitator() {
    let mut both = Both::begin().await;
    let token = both.token;
    both.send("allow", 4, token, calls::approve(PERMIT2, Amount::MAX)).await;
    let witness = UptoWitness { to: PAYEE, facilitator: key(0).address(), valid_after: UnixSeconds::from_secs(0) };
    let permit = permit(token, UPTO_PROXY, 7, witness);
    let signature = calls::sign_permit(&key(4), &permit);
    let settle = |amount| calls::settle_upto(&permit, amount, key(4).address(), &signature);
    both.refused("a stranger", 2, UPTO_PROXY, &settle(1)).await;
    both.refused("too much", 0, UPTO_PROXY, &settle(10_001)).await;
    both.refused("nothing", 0, UPTO_PROXY, &settle(0)).await;
    let shared = both.send("shared", 0, MULTICALL3, together(&[Call::new(UPTO_PROXY, settle(1))])).await;
    assert!(shared.0 && shared.1.is_empty());
    assert!(both.send("some of it", 0, UPTO_PROXY, settle(6_000)).await.0);
    both.refused("the rest", 0, UPTO_PROXY, &settle(1)).await;
    assert_eq!(both.model.balance(token, PAYEE), Amount::from_u64(6_000));
    assert_ne!(both.sandbox.code(UPTO_PROXY).await, "0x");
    assert!(both.send("plain", 4, token, calls::pay(PAYEE, Amount::from_u64(5))).await.0);
}
