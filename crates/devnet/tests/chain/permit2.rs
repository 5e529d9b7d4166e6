//! Permit2 through both proxies.

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::{SolCall, SolEvent};
use quittance_devnet::{EXACT_PROXY, PERMIT2, UPTO_PROXY};

use super::abi::exact::{self, IExact};
use super::abi::upto::{self, IUpto};
use super::abi::{IPermit2, IProxy, IToken, Permit, permit2_domain, token_domain};
use super::node::{Node, address, fresh, refused_by, sign_message, split};

const PAYEE: Address = Address::repeat_byte(0x51);

/// What account 4 permits.
fn permitted(node: &Node, amount: u64, nonce: &str) -> exact::PermitTransferFrom {
    exact::PermitTransferFrom {
        permitted: exact::TokenPermissions { token: node.token, amount: U256::from(amount) },
        nonce: U256::from_be_bytes(fresh(nonce).0),
        deadline: U256::MAX,
    }
}

fn witness() -> exact::Witness {
    exact::Witness { to: PAYEE, validAfter: U256::ZERO }
}

/// What account 4 signs so that the exact proxy may take it.
fn signed(node: &Node, permit: &exact::PermitTransferFrom, witness: &exact::Witness) -> Vec<u8> {
    let message = exact::PermitWitnessTransferFrom {
        permitted: permit.permitted.clone(),
        spender: EXACT_PROXY,
        nonce: permit.nonce,
        deadline: permit.deadline,
        witness: witness.clone(),
    };
    sign_message(4, &message, &permit2_domain(node.chain_id))
}

fn settle(permit: &exact::PermitTransferFrom, owner: Address, witness: &exact::Witness, signature: &[u8]) -> Vec<u8> {
    let (permit, witness) = (permit.clone(), witness.clone());
    IExact::settleCall { permit, owner, witness, signature: signature.to_vec().into() }.abi_encode()
}

async fn allow(node: &Node, amount: U256) {
    node.do_it(4, node.token, IToken::approveCall { spender: PERMIT2, value: amount }.abi_encode()).await;
}

pub(crate) async fn exact_moves_all_of_it_once(node: &Node) {
    assert_eq!(IExact::settleCall::SELECTOR, [0x13, 0xcd, 0x3b, 0x53]);
    allow(node, U256::MAX).await;
    let (permit, witness) = (permitted(node, 10_000, "exact"), witness());
    let call = settle(&permit, address(4), &witness, &signed(node, &permit, &witness));
    let before = node.balance(PAYEE).await;
    let receipt = node.do_it(0, EXACT_PROXY, call.clone()).await;
    assert_eq!(node.balance(PAYEE).await, before + U256::from(10_000));
    let moved = IToken::Transfer::decode_log(&receipt.logs()[0].inner).unwrap();
    assert_eq!((moved.address, moved.from, moved.to, moved.value), (node.token, address(4), PAYEE, U256::from(10_000)));
    let settled = &receipt.logs()[1];
    assert_eq!((settled.address(), settled.topic0()), (EXACT_PROXY, Some(&IProxy::Settled::SIGNATURE_HASH)));
    refused_by::<IPermit2::InvalidNonce>(node.simulate(address(0), EXACT_PROXY, call).await);
}

pub(crate) async fn exact_refuses_by_name(node: &Node) {
    allow(node, U256::MAX).await;
    let good = (permitted(node, 10_000, "refusals"), witness());
    let check = async |permit: &exact::PermitTransferFrom, owner: Address, witness: &exact::Witness| {
        node.simulate(address(0), EXACT_PROXY, settle(permit, owner, witness, &signed(node, permit, witness))).await
    };
    assert!(check(&good.0, address(4), &good.1).await.is_ok());
    let nowhere = exact::Witness { to: Address::ZERO, ..good.1.clone() };
    refused_by::<IProxy::InvalidDestination>(check(&good.0, address(4), &nowhere).await);
    refused_by::<IProxy::InvalidOwner>(check(&good.0, Address::ZERO, &good.1).await);
    refused_by::<IProxy::InvalidAmount>(check(&permitted(node, 0, "refusals"), address(4), &good.1).await);
    // unlike the token's window, the first second is inside
    let now = node.time().await;
    let later = exact::Witness { validAfter: U256::from(now + 1), ..good.1.clone() };
    refused_by::<IProxy::PaymentTooEarly>(check(&good.0, address(4), &later).await);
    let first = exact::Witness { validAfter: U256::from(now), ..good.1.clone() };
    assert!(check(&good.0, address(4), &first).await.is_ok());
    // and so is the last
    let last = exact::PermitTransferFrom { deadline: U256::from(now), ..good.0.clone() };
    assert!(check(&last, address(4), &good.1).await.is_ok());
    let past = exact::PermitTransferFrom { deadline: U256::from(now - 1), ..good.0.clone() };
    refused_by::<IPermit2::SignatureExpired>(check(&past, address(4), &good.1).await);
    // somebody else's money
    refused_by::<IPermit2::InvalidSigner>(check(&good.0, address(5), &good.1).await);
    // another recipient than was signed for
    let thief = exact::Witness { to: address(9), ..good.1.clone() };
    let call = settle(&good.0, address(4), &thief, &signed(node, &good.0, &good.1));
    refused_by::<IPermit2::InvalidSigner>(node.simulate(address(0), EXACT_PROXY, call).await);
}

/// An allowance for Permit2 that account 6 signs for the token.
async fn allowance(node: &Node, value: u64, signer: usize) -> exact::Permit2612 {
    let nonce = node.read(node.token, IToken::noncesCall { owner: address(6) }).await;
    let message = Permit { owner: address(6), spender: PERMIT2, value: U256::from(value), nonce, deadline: U256::MAX };
    let parts = split(&sign_message(signer, &message, &token_domain(node.token, node.chain_id)));
    exact::Permit2612 { value: message.value, deadline: message.deadline, r: parts.r, s: parts.s, v: parts.v }
}

fn with_permit(node: &Node, allowance: exact::Permit2612, nonce: &str) -> Vec<u8> {
    let (permit, witness) = (permitted(node, 10_000, nonce), witness());
    let message = exact::PermitWitnessTransferFrom {
        permitted: permit.permitted.clone(),
        spender: EXACT_PROXY,
        nonce: permit.nonce,
        deadline: permit.deadline,
        witness: witness.clone(),
    };
    let signature = sign_message(6, &message, &permit2_domain(node.chain_id)).into();
    IExact::settleWithPermitCall { allowance, permit, owner: address(6), witness, signature }.abi_encode()
}

pub(crate) async fn a_permit_comes_along(node: &Node) {
    assert_eq!(IExact::settleWithPermitCall::SELECTOR, [0xfa, 0x34, 0x03, 0x78]);
    let other = with_permit(node, allowance(node, 9_999, 6).await, "permit");
    refused_by::<IProxy::Permit2612AmountMismatch>(node.simulate(address(0), EXACT_PROXY, other).await);
    let call = with_permit(node, allowance(node, 10_000, 6).await, "permit");
    let receipt = node.do_it(0, EXACT_PROXY, call).await;
    let topics = receipt.logs().iter().filter_map(|log| log.topic0().copied()).collect::<Vec<_>>();
    assert_eq!(topics.last(), Some(&IProxy::SettledWithPermit::SIGNATURE_HASH));
    assert!(topics.contains(&IToken::Transfer::SIGNATURE_HASH));
    assert_eq!(node.read(node.token, IToken::allowanceCall { owner: address(6), spender: PERMIT2 }).await, U256::ZERO);
}

pub(crate) async fn a_failing_permit_is_swallowed(node: &Node) {
    // without any allowance the transfer itself fails
    let call = with_permit(node, allowance(node, 10_000, 5).await, "swallowed");
    assert!(node.simulate(address(0), EXACT_PROXY, call.clone()).await.is_err());
    node.do_it(6, node.token, IToken::approveCall { spender: PERMIT2, value: U256::from(10_000) }.abi_encode()).await;
    let receipt = node.do_it(0, EXACT_PROXY, call).await;
    let failed = IProxy::EIP2612PermitFailedWithReason::decode_log(&receipt.logs()[0].inner).unwrap();
    assert_eq!((failed.token, failed.owner, failed.reason.as_str()), (node.token, address(6), "EIP2612: invalid signature"));
}

pub(crate) async fn upto_is_for_the_named_facilitator(node: &Node) {
    assert_eq!(IUpto::settleCall::SELECTOR, [0xff, 0x11, 0xe7, 0xb4]);
    assert_eq!(IUpto::settleWithPermitCall::SELECTOR, [0x01, 0x6c, 0x17, 0x48]);
    allow(node, U256::MAX).await;
    let witness = upto::Witness { to: PAYEE, facilitator: address(0), validAfter: U256::ZERO };
    let permit = upto::PermitTransferFrom {
        permitted: upto::TokenPermissions { token: node.token, amount: U256::from(10_000) },
        nonce: U256::from_be_bytes(B256::repeat_byte(0x77).0),
        deadline: U256::MAX,
    };
    let message = upto::PermitWitnessTransferFrom {
        permitted: permit.permitted.clone(),
        spender: UPTO_PROXY,
        nonce: permit.nonce,
        deadline: permit.deadline,
        witness: witness.clone(),
    };
    let signature = sign_message(4, &message, &permit2_domain(node.chain_id));
    let settle = |amount: u64| {
        let (permit, witness, signature) = (permit.clone(), witness.clone(), signature.clone().into());
        IUpto::settleCall { permit, amount: U256::from(amount), owner: address(4), witness, signature }.abi_encode()
    };
    refused_by::<IProxy::UnauthorizedFacilitator>(node.simulate(address(2), UPTO_PROXY, settle(1)).await);
    refused_by::<IProxy::AmountExceedsPermitted>(node.simulate(address(0), UPTO_PROXY, settle(10_001)).await);
    refused_by::<IProxy::InvalidAmount>(node.simulate(address(0), UPTO_PROXY, settle(0)).await);
    let before = node.balance(PAYEE).await;
    let receipt = node.do_it(0, UPTO_PROXY, settle(6_000)).await;
    assert_eq!(receipt.logs().last().and_then(|log| log.topic0()), Some(&IProxy::Settled::SIGNATURE_HASH));
    assert_eq!(node.balance(PAYEE).await, before + U256::from(6_000));
    // what is left of the ceiling stays the owner's
    refused_by::<IPermit2::InvalidNonce>(node.simulate(address(0), UPTO_PROXY, settle(1)).await);
}
