//! What a receipt of this facilitator's chain proves ([`quittance_evm::evidence`]), and the events that it looks for.

use quittance_core::chain::{self, Plan};
use quittance_core::{Address, ReplayKey, keccak256};
pub(crate) use quittance_evm::evidence::Word;
use quittance_evm::evidence::{self, Status};

use crate::chain::{Log, Receipt};

/// What the receipt of a transaction of ours says of a settlement in it.
pub(crate) fn ours(receipt: &Receipt, plan: &Plan, key: &ReplayKey) -> Word {
    evidence::ours(status(receipt), &logs(receipt), plan, key)
}

/// What the receipt of a stranger's transaction says of a settlement that it may have done.
pub(crate) fn strangers(receipt: &Receipt, plan: &Plan, key: &ReplayKey) -> Word {
    evidence::strangers(status(receipt), &logs(receipt), plan, key)
}

const fn status(receipt: &Receipt) -> Status {
    if receipt.succeeded { Status::Succeeded } else { Status::Reverted }
}

fn logs(receipt: &Receipt) -> Vec<chain::Log<'_>> {
    receipt.logs.iter().map(plain).collect()
}

fn plain(log: &Log) -> chain::Log<'_> {
    chain::Log::new(log.emitter, &log.topics, &log.data)
}

/// `Transfer(address,address,uint256)`
pub(crate) fn transfer_topic() -> [u8; 32] {
    keccak256(b"Transfer(address,address,uint256)")
}

/// `AuthorizationUsed(address,bytes32)`
pub(crate) fn used_topic() -> [u8; 32] {
    keccak256(b"AuthorizationUsed(address,bytes32)")
}

/// `AuthorizationCanceled(address,bytes32)`
pub(crate) fn cancelled_topic() -> [u8; 32] {
    keccak256(b"AuthorizationCanceled(address,bytes32)")
}

/// An address as a topic.
pub(crate) fn word(address: Address) -> [u8; 32] {
    let mut word = [0; 32];
    for (to, from) in word.iter_mut().skip(12).zip(address.as_bytes()) {
        *to = *from;
    }
    word
}

#[cfg(test)]
mod tests;
