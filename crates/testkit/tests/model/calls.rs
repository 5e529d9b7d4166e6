//! Calls as bytes, written by hand: by neither the encoder under test nor the decoder of the model.

use quittance_core::eip712::eip3009::{Authorization, CancelAuthorization, TransferWithAuthorization};
use quittance_core::eip712::permit2::{ExactWitness, PermitWitnessTransferFrom, UptoWitness};
use quittance_core::eip712::{self, Domain, Message};
use quittance_core::registry::networks::BASE_SEPOLIA;
use quittance_core::signature::SecretKey;
use quittance_core::{Address, Amount, keccak256};

pub(crate) fn selector(signature: &str) -> Vec<u8> {
    keccak256(signature.as_bytes())[..4].to_vec()
}

pub(crate) fn word(number: u64) -> Vec<u8> {
    Amount::from_u64(number).to_be_bytes().to_vec()
}

pub(crate) fn place(address: Address) -> Vec<u8> {
    [&[0; 12], &address.as_bytes()[..]].concat()
}

/// `bytes` after so many words of arguments.
fn tail(words: u64, bytes: &[u8]) -> Vec<u8> {
    let mut out = [word(32 * (words + 1)), word(bytes.len() as u64), bytes.to_vec()].concat();
    out.resize(out.len().next_multiple_of(32), 0);
    out
}

fn split(signature: &[u8]) -> Vec<u8> {
    [word(u64::from(signature[64])), signature[..64].to_vec()].concat()
}

pub(crate) fn chain_id() -> u64 {
    BASE_SEPOLIA.chain_id().unwrap()
}

/// The signature of a key over a message of a token.
pub(crate) fn sign(key: &SecretKey, token: Address, message: &impl Message) -> Vec<u8> {
    let domain = Domain::token("USDC", "2", chain_id(), token).separator();
    key.sign(&eip712::digest(&domain, message)).to_bytes().to_vec()
}

/// The signature of a key over a permit of Permit2.
pub(crate) fn sign_permit(key: &SecretKey, message: &impl Message) -> Vec<u8> {
    key.sign(&eip712::digest(&Domain::permit2(chain_id()).separator(), message)).to_bytes().to_vec()
}

pub(crate) fn transfer(key: &SecretKey, token: Address, asked: Authorization) -> Vec<u8> {
    in_parts(asked, &sign(key, token, &TransferWithAuthorization(asked)))
}

fn authorization(asked: Authorization) -> Vec<u8> {
    let window = asked.window;
    let times = [window.valid_after(), window.valid_before()].map(|time| word(time.as_secs())).concat();
    [place(asked.from), place(asked.to), asked.value.to_be_bytes().to_vec(), times, asked.nonce.as_bytes().to_vec()].concat()
}

pub(crate) fn in_parts(asked: Authorization, signature: &[u8]) -> Vec<u8> {
    let called = "transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32)";
    [selector(called), authorization(asked), split(signature)].concat()
}

pub(crate) fn whole(asked: Authorization, signature: &[u8]) -> Vec<u8> {
    let called = "transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes)";
    [selector(called), authorization(asked), tail(6, signature)].concat()
}

pub(crate) fn cancel(key: &SecretKey, token: Address, asked: CancelAuthorization) -> Vec<u8> {
    let called = selector("cancelAuthorization(address,bytes32,uint8,bytes32,bytes32)");
    let signature = split(&sign(key, token, &asked));
    [called, place(asked.authorizer), asked.nonce.as_bytes().to_vec(), signature].concat()
}

pub(crate) fn approve(spender: Address, value: Amount) -> Vec<u8> {
    [selector("approve(address,uint256)"), place(spender), value.to_be_bytes().to_vec()].concat()
}

pub(crate) fn pay(to: Address, value: Amount) -> Vec<u8> {
    [selector("transfer(address,uint256)"), place(to), value.to_be_bytes().to_vec()].concat()
}

fn permitted<W>(permit: &PermitWitnessTransferFrom<W>) -> Vec<u8> {
    let amount = permit.permitted.amount.to_be_bytes().to_vec();
    [place(permit.permitted.token), amount, permit.nonce.as_bytes().to_vec(), word(permit.deadline.as_secs())].concat()
}

pub(crate) fn settle(permit: &PermitWitnessTransferFrom<ExactWitness>, owner: Address, signature: &[u8]) -> Vec<u8> {
    let called = selector("settle(((address,uint256),uint256,uint256),address,(address,uint256),bytes)");
    let witness = [place(permit.witness.to), word(permit.witness.valid_after.as_secs())].concat();
    [called, permitted(permit), place(owner), witness, tail(7, signature)].concat()
}

/// An allowance that comes along: value, deadline and the signature over it.
pub(crate) struct Along {
    pub(crate) value: u64,
    pub(crate) deadline: u64,
    pub(crate) signature: Vec<u8>,
}

pub(crate) fn settle_with_permit(
    along: &Along,
    permit: &PermitWitnessTransferFrom<ExactWitness>,
    owner: Address,
    signature: &[u8],
) -> Vec<u8> {
    let called = "settleWithPermit((uint256,uint256,bytes32,bytes32,uint8),((address,uint256),uint256,uint256),address,(address,uint256),bytes)";
    let v = word(u64::from(along.signature[64]));
    let allowance = [word(along.value), word(along.deadline), along.signature[..64].to_vec(), v].concat();
    let witness = [place(permit.witness.to), word(permit.witness.valid_after.as_secs())].concat();
    [selector(called), allowance, permitted(permit), place(owner), witness, tail(12, signature)].concat()
}

pub(crate) fn settle_upto(
    permit: &PermitWitnessTransferFrom<UptoWitness>,
    amount: u64,
    owner: Address,
    signature: &[u8],
) -> Vec<u8> {
    let called = selector("settle(((address,uint256),uint256,uint256),uint256,address,(address,address,uint256),bytes)");
    let UptoWitness { to, facilitator, valid_after } = permit.witness;
    let witness = [place(to), place(facilitator), word(valid_after.as_secs())].concat();
    [called, permitted(permit), word(amount), place(owner), witness, tail(9, signature)].concat()
}
