//! The token's authorizations, as USDC judges them.

use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, SolEvent};
use serde_json::json;

use super::abi::{CancelAuthorization, ISplit, IToken, IWhole, ReceiveWithAuthorization, TransferWithAuthorization, token_domain};
use super::node::{Node, address, fresh, high_s, refused, sign_message, split};

const PAYEE: Address = Address::repeat_byte(0x50);

/// A transfer of account 1 that is valid now.
pub(crate) fn transfer(nonce: &str) -> TransferWithAuthorization {
    TransferWithAuthorization {
        from: address(1),
        to: PAYEE,
        value: U256::from(10_000),
        validAfter: U256::ZERO,
        validBefore: U256::MAX,
        nonce: fresh(nonce),
    }
}

pub(crate) fn signed(node: &Node, who: usize, message: &TransferWithAuthorization) -> Vec<u8> {
    sign_message(who, message, &token_domain(node.token, node.chain_id))
}

/// The call with the signature in three parts.
pub(crate) fn in_parts(message: &TransferWithAuthorization, signature: &[u8]) -> Vec<u8> {
    let TransferWithAuthorization { from, to, value, validAfter, validBefore, nonce } = message.clone();
    let parts = split(signature);
    ISplit::transferWithAuthorizationCall { from, to, value, validAfter, validBefore, nonce, v: parts.v, r: parts.r, s: parts.s }
        .abi_encode()
}

/// The call with the signature whole.
pub(crate) fn whole(message: &TransferWithAuthorization, signature: &[u8]) -> Vec<u8> {
    let TransferWithAuthorization { from, to, value, validAfter, validBefore, nonce } = message.clone();
    IWhole::transferWithAuthorizationCall { from, to, value, validAfter, validBefore, nonce, signature: signature.to_vec().into() }
        .abi_encode()
}

pub(crate) async fn both_overloads_move_money_once(node: &Node) {
    assert_eq!(ISplit::transferWithAuthorizationCall::SELECTOR, [0xe3, 0xee, 0x16, 0x0e]);
    assert_eq!(IWhole::transferWithAuthorizationCall::SELECTOR, [0xcf, 0x09, 0x29, 0x95]);
    let before = (node.balance(address(1)).await, node.balance(PAYEE).await);
    for (case, encode) in [("parts", in_parts as fn(&_, &_) -> _), ("whole", whole)] {
        let message = transfer(case);
        let call = encode(&message, &signed(node, 1, &message));
        let receipt = node.do_it(0, node.token, call.clone()).await;
        let logs = receipt.logs();
        let used = IToken::AuthorizationUsed::decode_log(&logs[0].inner).unwrap();
        assert_eq!((used.authorizer, used.nonce), (message.from, message.nonce));
        let moved = IToken::Transfer::decode_log(&logs[1].inner).unwrap();
        assert_eq!((moved.address, moved.from, moved.to, moved.value), (node.token, message.from, message.to, message.value));
        assert_eq!(logs.len(), 2);
        let state = IToken::authorizationStateCall { authorizer: message.from, nonce: message.nonce };
        assert!(node.read(node.token, state).await);
        refused(node.simulate(address(0), node.token, call).await, "FiatTokenV2: authorization is used or canceled");
    }
    let after = (node.balance(address(1)).await, node.balance(PAYEE).await);
    assert_eq!(after, (before.0 - U256::from(20_000), before.1 + U256::from(20_000)));
}

pub(crate) async fn the_window_is_strict_at_both_ends(node: &Node) {
    let now = node.time().await;
    let check = async |valid_after: u64, valid_before: u64, words: Option<&str>| {
        let message = TransferWithAuthorization {
            validAfter: U256::from(valid_after),
            validBefore: U256::from(valid_before),
            ..transfer("window")
        };
        let result = node.simulate(address(0), node.token, in_parts(&message, &signed(node, 1, &message))).await;
        match words {
            None => assert!(result.is_ok(), "{valid_after} < {now} < {valid_before}"),
            Some(words) => refused(result, words),
        }
    };
    check(now - 1, now + 1, None).await;
    check(now, now + 1, Some("FiatTokenV2: authorization is not yet valid")).await;
    check(now - 1, now, Some("FiatTokenV2: authorization is expired")).await;
    check(now + 9, now, Some("FiatTokenV2: authorization is not yet valid")).await;
}

pub(crate) async fn row_143_a_cancelled_authorization_moves_nothing(node: &Node) {
    for nonce in ["cancel in parts", "cancel whole"] {
        let cancel = CancelAuthorization { authorizer: address(1), nonce: fresh(nonce) };
        let signature = sign_message(1, &cancel, &token_domain(node.token, node.chain_id));
        let CancelAuthorization { authorizer, nonce: id } = cancel;
        let parts = split(&signature);
        let call = if nonce == "cancel whole" {
            IWhole::cancelAuthorizationCall { authorizer, nonce: id, signature: signature.into() }.abi_encode()
        } else {
            ISplit::cancelAuthorizationCall { authorizer, nonce: id, v: parts.v, r: parts.r, s: parts.s }.abi_encode()
        };
        let receipt = node.do_it(0, node.token, call.clone()).await;
        assert_eq!(receipt.logs().len(), 1);
        IToken::AuthorizationCanceled::decode_log(&receipt.logs()[0].inner).unwrap();
        assert!(node.read(node.token, IToken::authorizationStateCall { authorizer, nonce: id }).await);
        let message = transfer(nonce);
        let late = node.simulate(address(0), node.token, whole(&message, &signed(node, 1, &message))).await;
        refused(late, "FiatTokenV2: authorization is used or canceled");
        refused(node.simulate(address(0), node.token, call).await, "FiatTokenV2: authorization is used or canceled");
    }
}

pub(crate) async fn what_is_not_signed_right_is_refused(node: &Node) {
    let message = transfer("signature");
    let good = signed(node, 1, &message);
    let with_v = |v: u8| [&good[..64], &[v]].concat();
    let check = async |signature: Vec<u8>, words: &str| {
        refused(node.simulate(address(0), node.token, whole(&message, &signature)).await, words);
        if signature.len() == 65 {
            refused(node.simulate(address(0), node.token, in_parts(&message, &signature)).await, words);
        }
    };
    assert!(node.simulate(address(0), node.token, whole(&message, &good)).await.is_ok());
    check(signed(node, 2, &message), "FiatTokenV2: invalid signature").await;
    check(high_s(&good), "ECRecover: invalid signature 's' value").await;
    check(with_v(good[64] - 27), "ECRecover: invalid signature 'v' value").await;
    check(with_v(29), "ECRecover: invalid signature 'v' value").await;
    check(with_v(55 - good[64]), "FiatTokenV2: invalid signature").await;
    check(good[..64].to_vec(), "ECRecover: invalid signature length").await;
    check([&good[..], &[0]].concat(), "ECRecover: invalid signature length").await;
    let other = TransferWithAuthorization { value: U256::from(10_001), ..message.clone() };
    refused(node.simulate(address(0), node.token, whole(&other, &good)).await, "FiatTokenV2: invalid signature");
    let chain = sign_message(1, &message, &token_domain(node.token, node.chain_id + 1));
    check(chain, "FiatTokenV2: invalid signature").await;
    let dear = TransferWithAuthorization { value: U256::MAX, ..message };
    let call = whole(&dear, &signed(node, 1, &dear));
    refused(node.simulate(address(0), node.token, call).await, "ERC20: transfer amount exceeds balance");
}

pub(crate) async fn a_refused_transfer_is_mined_and_says_no(node: &Node) {
    let message = transfer("refused on chain");
    let receipt = node.send(0, node.token, in_parts(&message, &signed(node, 2, &message))).await;
    assert!(!receipt.status());
    assert!(receipt.logs().is_empty());
    assert!(receipt.gas_used > 21_000 && receipt.gas_used < 100_000, "{}", receipt.gas_used);
    let state = IToken::authorizationStateCall { authorizer: message.from, nonce: message.nonce };
    assert!(!node.read(node.token, state).await);
    // the window closes between the look and the block
    let until = node.time().await + 100;
    let message = TransferWithAuthorization { validBefore: U256::from(until), ..transfer("expires in the pool") };
    let call = in_parts(&message, &signed(node, 1, &message));
    assert!(node.simulate(address(0), node.token, call.clone()).await.is_ok());
    node.tell("evm_setNextBlockTimestamp", json!([until])).await;
    assert!(!node.send(0, node.token, call).await.status());
}

pub(crate) async fn receiving_is_for_the_payee(node: &Node) {
    let TransferWithAuthorization { from, value, validAfter, validBefore, nonce, .. } = transfer("receive");
    let message = ReceiveWithAuthorization { from, to: address(3), value, validAfter, validBefore, nonce };
    let parts = split(&sign_message(1, &message, &token_domain(node.token, node.chain_id)));
    let to = message.to;
    let call = IToken::receiveWithAuthorizationCall {
        from,
        to,
        value,
        validAfter,
        validBefore,
        nonce,
        v: parts.v,
        r: parts.r,
        s: parts.s,
    };
    assert_eq!(IToken::receiveWithAuthorizationCall::SELECTOR, [0xef, 0x55, 0xbe, 0xc6]);
    refused(node.simulate(address(0), node.token, call.abi_encode()).await, "FiatTokenV2: caller must be the payee");
    node.do_it(3, node.token, call.abi_encode()).await;
}
